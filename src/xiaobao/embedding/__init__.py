"""Texts as vectors: one protocol, a model that is always there, better ones where installed."""

from xiaobao.embedding.embedder import Embedder, default, named, names
from xiaobao.embedding.pairs import scores

__all__ = ["Embedder", "default", "named", "names", "scores"]
