"""Cut windows of a text into clauses, and tell which of them belong to an offence: many windows at once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.judge.features import ngrams_of
from xiaobao.judge.passages import MARKS, Stretches
from xiaobao.screening.context import Context, Span

if TYPE_CHECKING:
    from xiaobao.judge.model import Weights

SHORTEST = 2
"""Characters a clause has at least."""
STEADY = 12
"""Known n-grams by which a short clause counts as longer, lest one word of it decide."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Clauses:
    """The clauses of windows of one text, and what their n-grams say: worked out for all of the windows together.

    spans are the clauses of each window.
    """

    def __init__(self, weights: Weights, context: Context, windows: Sequence[Span]) -> None:
        self.spans = [_cut(context, start, end) for start, end in windows]
        self._weights = weights
        flat = [span for own in self.spans for span in own]
        self._bounds = [0, *accumulate(map(len, self.spans))]
        owners, hashes = ngrams_of([context.text[low:high] for low, high in flat])
        slots = weights.slot[hashes]
        known = slots >= 0
        owners, slots = owners[known], slots[known]
        # Those of a window lie together; those of a clause stay in their order, in which they are added up.
        order = np.argsort(owners, kind="stable")
        self._owners, self._slots = owners[order], slots[order]
        self._idf = weights.idf[self._slots]
        self._scale = np.sqrt(np.bincount(owners, minlength=len(flat)) + STEADY)
        self._edges = np.searchsorted(self._owners, self._bounds).tolist()
        self._stretches: Stretches | None = None
        if flat:
            text = self._said(slice(None), slice(None), weights.text[self._slots])
            sentences = [context.sentence_of(low) for low, _ in flat]
            sizes = [end - start for start, end in windows]
            self._stretches = Stretches.of(self._bounds, flat, sentences, text, sizes)

    def _said(self, grams: Any, rows: Any, weights: NDArray[np.floating[Any]]) -> Floats:
        """Return what some clauses say for something, given what each of their known n-grams says for it."""
        said = np.bincount(self._owners[grams], weights=weights * self._idf[grams], minlength=self._bounds[-1])
        shares: Floats = said[rows] / self._scale[rows]
        return shares

    def features(self, wanted: Sequence[int], head: int) -> tuple[list[int], Floats]:
        """Return how many clauses each of the wanted windows has and, a row each, what tells whether they belong."""
        counts = [len(self.spans[i]) for i in wanted]
        full = [i for i, count in zip(wanted, counts, strict=True) if count]
        if self._stretches is None or not full:
            return counts, np.zeros((0, MARKS))
        grams, rows = _ranges(self._edges, full), _ranges(self._bounds, full)
        said = self._weights.heads[head, self._slots[grams]] * self._weights.head_scale[head]
        return counts, self._stretches.features(full, rows, self._said(grams, rows, said))

    def belonging(self, wanted: Sequence[int], head: int) -> list[list[float]]:
        """Return for each of the wanted windows the logits by which its clauses belong to an offence of a category."""
        counts, features = self.features(wanted, head)
        logits = (features @ self._weights.marks).tolist()
        return [logits[end - count : end] for end, count in zip(accumulate(counts), counts, strict=True)]


def _cut(context: Context, start: int, end: int) -> list[Span]:
    """Return the clauses of a window, those at its edges cut off there."""
    spans: list[Span] = []
    at = start
    while at < end:
        low, high = context.clause(at, at + 1)
        low, high = max(low, start), min(max(high, at + 1), end)
        if high - low >= SHORTEST:
            spans.append((low, high))
        at = max(high, at + 1)
    return spans


def _ranges(bounds: Sequence[int], wanted: Sequence[int]) -> Ints:
    """Return the numbers from each wanted bound up to the next."""
    return np.concatenate([np.arange(bounds[i], bounds[i + 1]) for i in wanted])
