"""What an embedding adapter is, and which one to use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from xiaobao.embedding.lexical import Lexical
from xiaobao.embedding.use import Use, is_installed
from xiaobao.errors import UsageError

Vectors = NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Turn texts into unit vectors; id names the model so that vectors of two models are never compared."""

    @property
    def id(self) -> str:
        """Return the name and version of the model."""
        ...

    @property
    def dim(self) -> int:
        """Return the length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return an (n, dim) float32 array of rows with length one; a blank text may give a row of zeros."""
        ...


_BY_NAME: dict[str, Callable[[], Embedder]] = {"lexical": Lexical, "use": Use}


@cache
def named(name: str) -> Embedder:
    """Return the embedded adapter of a name (lexical, use); raise UsageError or ModelUnavailable."""
    if name not in _BY_NAME:
        raise UsageError(f"没有名为“{name}”的向量模型，可选：{'、'.join(_BY_NAME)}")
    return _BY_NAME[name]()


def default() -> Embedder:
    """Return the sentence encoder where it is installed, else the lexical vectors that always work."""
    return named("use" if is_installed() else "lexical")


def names() -> tuple[str, ...]:
    """Return the names of the adapters that need no endpoint."""
    return tuple(_BY_NAME)
