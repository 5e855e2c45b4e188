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
class Stretches:
    """The clauses of stretches of text, one stretch after another, and those of their numbers that no category changes.

    bounds (stretches + 1) tell which clauses each stretch has. sentence is the running number of each clause's
    sentence, of which no two stretches share one, whole the length of each sentence in its clauses (characters),
    table a row of MARKS numbers a clause with zeros where a category's own belong.
    """

    bounds: NDArray[np.int64]
    lengths: Floats
    sentence: NDArray[np.int64]
    whole: Floats
    table: Floats

    @classmethod
    def of(
        cls, bounds: Sequence[int], spans: Sequence[Span], sentences: Sequence[int], text: Floats, sizes: Sequence[int]
    ) -> Stretches:
        """Lay out the clauses of stretches of `sizes` characters.

        sentences tells in which sentence each clause stands, text what its n-grams say for an offence of any kind.
        """
        edges = np.array(bounds, dtype=np.int64)
        every = np.diff(edges)
        begins, counts = edges[:-1][every > 0], every[every > 0]
        lengths = np.array([end - start for start, end in spans], dtype=np.float64)
        opens = np.diff(sentences, prepend=-1) != 0
        opens[begins] = True
        sentence = np.cumsum(opens, dtype=np.int64) - 1
        whole: Floats = np.bincount(sentence, weights=lengths).astype(np.float64)
        text_mean = (np.bincount(sentence, weights=text * lengths) / whole)[sentence]
        joined = np.append(~opens, False).astype(np.float64)
        table = np.zeros((len(spans), MARKS))
        table[:, 1] = text
        table[:, 3] = text - _tops(text, begins, counts)
        _beside(table, 5, 7, text, begins, begins + counts - 1)
        table[:, 8], table[:, 9] = table[:, 5] * joined[:-1], table[:, 7] * joined[1:]
        table[:, 10], table[:, 12] = text_mean, text_mean - _tops(text_mean, begins, counts)
        table[:, 13] = np.minimum(lengths, 30) / 30
        table[:, 14] = np.repeat(np.array(sizes, dtype=np.float64) / 100, every)
        table[:, 15] = np.repeat(counts / 10, counts)
        means = [text[low : low + count].mean() for low, count in zip(begins.tolist(), counts.tolist(), strict=True)]
        table[:, 16], table[:, 17] = np.repeat(np.array(means), counts), 1.0
        return cls(edges, lengths, sentence, whole, table)

    def features(self, wanted: Sequence[int], rows: NDArray[np.int64], head: Floats) -> Floats:
        """Return a row of MARKS numbers for each clause of the wanted stretches, none of them empty.

        rows are those clauses, head what their n-grams say for the category.
        """
        counts = np.diff(self.bounds)[wanted]
        ends = np.cumsum(counts)
        begins = ends - counts
        table, sentence = self.table[rows], self.sentence[rows]
        table[:, 0], table[:, 2] = head, head - _tops(head, begins, counts)
        _beside(table, 4, 6, head, begins, ends - 1)
        said = np.bincount(sentence, weights=head * self.lengths[rows], minlength=len(self.whole))
        table[:, 11] = (said / self.whole)[sentence]
        return table


def _tops(values: Floats, begins: NDArray[np.int64], counts: NDArray[np.int64]) -> Floats:
    """Return for each clause the greatest value of its stretch."""
    return np.repeat(np.maximum.reduceat(values, begins), counts)


def _beside(
    table: Floats, before: int, after: int, values: Floats, begins: NDArray[np.int64], lasts: NDArray[np.int64]
) -> None:
    """Write the values of the clauses before and after each into two columns, 0 beyond its stretch."""
    table[1:, before], table[begins, before] = values[:-1], 0.0
    table[:-1, after], table[lasts, after] = values[1:], 0.0


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
