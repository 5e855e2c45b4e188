"""Find how far an offence reaches in a text: which of its clauses belong to it.

A small linear model weighs each clause by what its n-grams say of the category and of offences at all, beside its
neighbours, its sentence and the strongest clause; it learned from texts whose offending words are marked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiaobao.screening.context import Span

MARKS = 18
"""How many numbers tell whether a clause belongs to an offence."""
BELONGS = -1.0
"""Logit from which a clause belongs to the passage it touches: a missed half costs more than a neutral clause."""
BRIDGE = 1.5
"""How much less a clause needs that stands between two that belong."""
SHOWN = 90
"""Widest passage (characters) that growing may show."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stretch:
    """The clauses of a stretch of text, and those of their numbers that no category changes.

    sentence is the running number of each clause's sentence, whole the length of each sentence in its clauses
    (characters), table a row of MARKS numbers a clause with zeros where a category's own belong.
    """

    lengths: Floats
    sentence: NDArray[np.int64]
    whole: Floats
    table: Floats

    @classmethod
    def of(cls, spans: Sequence[Span], sentences: Sequence[int], text: Floats, size: int) -> Stretch:
        """Lay out the clauses of a stretch of `size` characters.

        sentences tells in which sentence each clause stands, text what its n-grams say for an offence of any kind.
        """
        count = len(spans)
        lengths = np.array([end - start for start, end in spans], dtype=np.float64)
        sentence = np.cumsum(np.diff(sentences, prepend=sentences[:1]) != 0, dtype=np.int64)
        whole: Floats = np.bincount(sentence, weights=lengths).astype(np.float64)
        text_mean = (np.bincount(sentence, weights=text * lengths) / whole)[sentence]
        joined = np.concatenate(([0.0], (sentence[1:] == sentence[:-1]).astype(np.float64), [0.0]))
        around = np.zeros(count + 2)
        around[1:-1] = text
        table = np.zeros((count, MARKS))
        table[:, 1] = text
        table[:, 3] = text - text.max()
        table[:, 5], table[:, 7] = around[:-2], around[2:]
        table[:, 8], table[:, 9] = around[:-2] * joined[:-1], around[2:] * joined[1:]
        table[:, 10], table[:, 12] = text_mean, text_mean - text_mean.max()
        table[:, 13] = np.minimum(lengths, 30) / 30
        table[:, 14], table[:, 15], table[:, 16], table[:, 17] = size / 100, count / 10, text.mean(), 1.0
        return cls(lengths, sentence, whole, table)

    def features(self, head: Floats) -> Floats:
        """Return a row of MARKS numbers for each clause, given what its n-grams say for the category."""
        table = self.table.copy()
        table[:, 0], table[:, 2] = head, head - head.max()
        table[1:, 4], table[:-1, 6] = head[:-1], head[1:]
        table[:, 11] = (np.bincount(self.sentence, weights=head * self.lengths) / self.whole)[self.sentence]
        return table


def grown(spans: Sequence[Span], belongs: Sequence[float] | Floats, first: int, last: int) -> Span:
    """Return the passage of clauses `first` to `last`, grown over neighbours that belong to it (given their logits)."""

    def joins(at: int, beyond: int) -> bool:
        between = 0 <= beyond < len(spans) and belongs[beyond] >= BELONGS and belongs[at] >= BELONGS - BRIDGE
        return belongs[at] >= BELONGS or between

    while first > 0 and spans[last][1] - spans[first - 1][0] <= SHOWN and joins(first - 1, first - 2):
        first -= 1
    while last + 1 < len(spans) and spans[last + 1][1] - spans[first][0] <= SHOWN and joins(last + 1, last + 2):
        last += 1
    return spans[first][0], spans[last][1]
