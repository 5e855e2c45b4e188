"""Vectors of character n-grams: no model, always there, the same on every machine."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from xiaobao.text.normalise import normalise

BUCKETS = 2**15
_MASK = BUCKETS - 1
_WEIGHTS = {1: 1.0, 2: 1.5, 3: 1.5}


class Lexical:
    """Hash runs of one to three characters of the normalised text into 32,768 signed buckets, projected to 512.

    Buckets hold the square root of a run's count; the projection (±1 signs, Achlioptas 2003) keeps cosines to
    within a few hundredths. Hashes are CRC-32 and the signs come from a fixed generator, so that vectors last.
    """

    def __init__(self, dim: int = 512) -> None:
        signs = np.random.Generator(np.random.PCG64(20240501)).integers(0, 2, size=(BUCKETS, dim), dtype=np.int8)
        self._signs: NDArray[np.int8] = signs * 2 - 1
        self._dim = dim

    @property
    def id(self) -> str:
        """Return the name and version of the model."""
        return f"lexical-1-{self._dim}"

    @property
    def dim(self) -> int:
        """Return the length of a vector."""
        return self._dim

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return an (n, dim) float32 array of unit rows; a text without letters or digits gives zeros."""
        out = np.zeros((len(texts), self._dim), dtype=np.float32)
        for row, text in enumerate(texts):
            places, weights = _buckets(text)
            if len(places):
                vector = weights @ self._signs[places].astype(np.float32)
                length = float(np.linalg.norm(vector))
                out[row] = vector / length if length else 0.0
        return out


def _buckets(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the buckets a text fills and their signed weights."""
    plain = "".join(c for c in normalise(text).text if c.isalnum())
    counts: dict[str, int] = {}
    for size in _WEIGHTS:
        for start in range(len(plain) - size + 1):
            run = plain[start : start + size]
            counts[run] = counts.get(run, 0) + 1
    sums: dict[int, float] = {}
    for run, count in counts.items():
        code = crc32(run.encode("utf-8", "surrogatepass"))
        sign = 1.0 if code >> 31 else -1.0
        sums[code & _MASK] = sums.get(code & _MASK, 0.0) + sign * sqrt(count) * _WEIGHTS[len(run)]
    return np.fromiter(sums, np.int64, len(sums)), np.fromiter(sums.values(), np.float32, len(sums))
