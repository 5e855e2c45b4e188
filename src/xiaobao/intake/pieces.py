"""Cut text into the pieces that a small transformer reads: the likeliest of all cuts (unigram model, Kudo 2018)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

SPACE = "▁"
START, PAD, END, UNKNOWN = range(4)
"""The first four numbers: the beginning, what fills a batch up, the end, and a character that no piece has."""
_UNKNOWN_COST = 10.0
"""Log-odds that a character without a piece lies below the rarest piece."""


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
        return [number for number, _, _ in self.placed(text)]

    def placed(self, text: str) -> list[tuple[int, int, int]]:
        """Return the pieces of a text in order: number, and where in it each begins and ends."""
        plain, origin = _plain(text)
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
            number, start = last[end]
            # The first character of what is cut was put in front.
            out.append((number, origin[max(0, start - 1)], origin[end - 2] + 1 if end > 1 else origin[0]))
            end = start
        return out[::-1]


def _plain(text: str) -> tuple[str, list[int]]:
    """Return a text in compatible characters with single spaces, and where each of its characters comes from."""
    out: list[str] = []
    origin: list[int] = []
    if unicodedata.is_normalized("NFKC", text):
        out, origin = list(text), list(range(len(text)))
    else:
        for at, char in enumerate(text):
            same = unicodedata.normalize("NFKC", char)
            out += same
            origin += [at] * len(same)
    kept: list[int] = []
    for at, char in enumerate(out):
        if not char.isspace() or (kept and not out[kept[-1]].isspace()):
            kept.append(at)
    if kept and out[kept[-1]].isspace():
        kept.pop()
    return "".join(" " if out[at].isspace() else out[at] for at in kept), [origin[at] for at in kept]
