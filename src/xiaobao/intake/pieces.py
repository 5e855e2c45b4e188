"""Cut text into the pieces that a small transformer reads: the likeliest of all cuts (unigram model, Kudo 2018)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

SPACE = "▁"
START, PAD, END, UNKNOWN = range(4)
"""The first four numbers: the beginning, what fills a batch up, the end, and a character that no piece has."""
_UNKNOWN_COST = 10.0
"""Log-odds that a character without a piece lies below the rarest piece."""
_SPACES = re.compile(r"\s+")


class Pieces:
    """A vocabulary with the log-probability of each of its pieces."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float]) -> None:
        self._known = {piece: (number, score) for number, (piece, score) in enumerate(zip(pieces, scores, strict=True))}
        for number in (START, PAD, END, UNKNOWN):
            self._known.pop(pieces[number], None)
        self._longest = max(map(len, self._known))
        self._unknown = min(scores) - _UNKNOWN_COST

    def cut(self, text: str) -> list[int]:
        """Return the numbers of the pieces of a text, without beginning and end; cost grows linearly with it."""
        plain = _SPACES.sub(" ", unicodedata.normalize("NFKC", text).strip())
        if not plain:
            return []
        marked = SPACE + plain.replace(" ", SPACE)
        size = len(marked)
        best = [0.0] + [float("-inf")] * size
        last: list[tuple[int, int]] = [(UNKNOWN, 0)] * (size + 1)
        for start in range(size):
            so_far = best[start]
            for end in range(start + 1, min(size, start + self._longest) + 1):
                known = self._known.get(marked[start:end])
                if known is not None and so_far + known[1] > best[end]:
                    best[end], last[end] = so_far + known[1], (known[0], start)
            if so_far + self._unknown > best[start + 1]:
                best[start + 1], last[start + 1] = so_far + self._unknown, (UNKNOWN, start)
        out, end = [], size
        while end:
            number, end = last[end]
            out.append(number)
        return out[::-1]
