"""Learn from marked texts how far an offence reaches: from single ones, and ones with a lawful text beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from xiaobao.judge.corpus import Text
from xiaobao.judge.model import TextJudge
from xiaobao.judge.windows import WINDOW, Reading
from xiaobao.screening.context import Span
from xiaobao.screening.engine import Engine, Row, Scanned

LAWFUL = (25, 70)
"""Fewest and most characters of a lawful text that is set beside a marked one."""
LEAST = 5
"""Lawful texts of a scenario from which one is taken."""
ENDS = "。！？!?"

Fold = tuple[TextJudge, Sequence[tuple[Text, Scanned]]]
Marked = tuple[list[Span], Scanned]
"""The offending stretches (offsets of the original text) of a scanned text."""


def fit_marks(engine: Engine, folds: Sequence[Fold]) -> Any:
    """Return the weights that tell whether a clause belongs to an offence, from texts each judge has not seen."""
    rows, labels = [], []
    for judge, members in folds:
        own = [(list(text.spans), scanned) for text, scanned in members if text.violation and text.spans]
        for spans, scanned in own + lengthened(engine, [text for text, _ in members]):
            reading = judge.reading(scanned.context)
            if len(reading.windows) > 1:
                continue
            clauses, features = reading.clauses(0), reading.features(0, _strongest(reading))
            marked = [scanned.context.within(*span) for span in spans]
            rows.append(features)
            labels += [_mostly(clause, marked) for clause in clauses]
    table = np.concatenate(rows)
    scale = table.std(axis=0)
    scale[scale == 0] = 1.0
    model = LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(table / scale, np.array(labels))
    return np.asarray(model.coef_[0] / scale)


def _strongest(reading: Reading) -> int:
    reading.need([0])
    return int(np.argmax(reading.heads[0]))


def _mostly(clause: Span, marked: Sequence[Span]) -> bool:
    start, end = clause
    return 2 * sum(max(0, min(end, e) - max(start, s)) for s, e in marked) >= end - start


def lengthened(engine: Engine, texts: Sequence[Text]) -> list[Marked]:
    """Return each marked text with a lawful one of its scenario and speaker before or after it."""
    lawful: dict[tuple[str, str], list[str]] = defaultdict(list)
    for text in texts:
        if not text.violation and not text.hard and LAWFUL[0] <= len(text.text) <= LAWFUL[1]:
            lawful[text.scenario, text.role].append(text.text)
    chosen: list[tuple[list[Span], Row]] = []
    for text in texts:
        others = lawful[text.scenario, text.role]
        if text.violation and text.spans and len(others) >= LEAST:
            draw = crc32(text.id.encode())
            joined, offset = _beside(text.text, others[draw % len(others)], before=draw & 1 == 0)
            if len(joined) < WINDOW:
                spans = [(start + offset, end + offset) for start, end in text.spans]
                chosen.append((spans, Row(joined, text.scenario, text.role)))
    scanned = engine.scan_rows([row for _, row in chosen], every=True)
    return [(spans, s) for (spans, _), s in zip(chosen, scanned, strict=True) if s is not None]


def _beside(text: str, other: str, *, before: bool) -> tuple[str, int]:
    """Return two texts as one, the other one before or after, and the offset of the first."""
    first, last = (other, text) if before else (text, other)
    first += "" if first.endswith(tuple(ENDS)) else "。"
    return first + last, len(first) if before else 0
