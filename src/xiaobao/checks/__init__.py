"""The kinds of check a rule may combine: one module a kind, found through one registry."""

from xiaobao.checks.expression import Pattern
from xiaobao.checks.model import Check, Hit
from xiaobao.checks.parser import Parser
from xiaobao.checks.registry import kinds

__all__ = ["Check", "Hit", "Parser", "Pattern", "kinds"]
