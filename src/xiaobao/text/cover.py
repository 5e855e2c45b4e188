"""Tell which spans others lie in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Cover:
    """Spans (end exclusive) that take others away which lie within one of them."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        # How far those up to each reach: the farthest that begins in time decides.
        self._reached = list(accumulate((end for _, end in ordered), max))

    def holds(self, start: int, end: int) -> bool:
        """Tell whether one of the spans covers a stretch."""
        at = bisect_right(self._starts, start) - 1
        return at >= 0 and end <= self._reached[at]
