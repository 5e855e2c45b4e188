"""A value read from a narrative, with its places and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """A value, the (start, end) places of the joined text it was read from, and a confidence of 0..1."""

    value: T
    places: tuple[tuple[int, int], ...]
    confidence: float
