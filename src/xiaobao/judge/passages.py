"""Find how far an offence reaches in a text: which of its clauses belong to it.

A small linear model weighs each clause by what its n-grams say of the category and of offences at all, beside its
neighbours, its sentence and the strongest clause; it learned from texts whose offending words are marked.
"""

from __future__ import annotations

from collections.abc import Sequence

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


def clause_features(spans: Sequence[Span], sentences: Sequence[int], head: Floats, text: Floats, size: int) -> Floats:
    """Return a row of MARKS numbers for each clause of a stretch of `size` characters.

    sentences tells in which sentence each clause stands; head and text what its n-grams say for the category and for
    an offence of any kind.
    """
    count = len(spans)
    lengths = np.array([end - start for start, end in spans], dtype=np.float64)
    sentence = np.cumsum(np.diff(np.asarray(sentences), prepend=sentences[:1]) != 0)
    whole = np.bincount(sentence, weights=lengths)
    head_mean = (np.bincount(sentence, weights=head * lengths) / whole)[sentence]
    text_mean = (np.bincount(sentence, weights=text * lengths) / whole)[sentence]
    joined = np.concatenate(([0.0], (sentence[1:] == sentence[:-1]).astype(np.float64), [0.0]))
    around_head, around_text = np.zeros(count + 2), np.zeros(count + 2)
    around_head[1:-1], around_text[1:-1] = head, text
    columns = (
        head,
        text,
        head - head.max(),
        text - text.max(),
        around_head[:-2],
        around_text[:-2],
        around_head[2:],
        around_text[2:],
        around_text[:-2] * joined[:-1],
        around_text[2:] * joined[1:],
        text_mean,
        head_mean,
        text_mean - text_mean.max(),
        np.minimum(lengths, 30) / 30,
        np.full(count, size / 100),
        np.full(count, count / 10),
        np.full(count, text.mean()),
        np.ones(count),
    )
    return np.stack(columns, axis=1)


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
