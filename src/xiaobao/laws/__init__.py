"""Norms as data: resolve a citation, ask what is in force, import official wordings, see what rests on an article."""

from xiaobao.laws.norm import RIGHTS, Article, Norm
from xiaobao.laws.register import Register, load

__all__ = ["RIGHTS", "Article", "Norm", "Register", "load"]
