"""Compile a rulebook: which words to look for, which patterns they allow, which rules those may meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiaobao.checks import Pattern
from xiaobao.checks.base import share
from xiaobao.checks.frequency import weight
from xiaobao.rulebook.load import Rulebook
from xiaobao.rulebook.model import Rule
from xiaobao.screening.document import vocabulary
from xiaobao.screening.firing import Product
from xiaobao.screening.matcher import WordMatcher
from xiaobao.text.normalise import NormalisedBatch, normalise_term

Span = tuple[int, int]
CONDITIONS = 5
"""Most conditions a rule is picked by: the rarest of those it needs."""


@dataclass
class Found:
    """What was found in one row: words with their spans, and the patterns whose words are all there."""

    words: dict[str, list[Span]]
    fired: set[Pattern]
    rules: list[int]


class Program:
    """A compiled rulebook. The first stage looks only for triggers; the second for every word, in candidate rows."""

    def __init__(self, rulebook: Rulebook, lifecycles: Iterable[str] = ("published", "shadow")) -> None:
        wanted = frozenset(lifecycles)
        self.rulebook = rulebook
        self.rules: tuple[Rule, ...] = tuple(r for r in rulebook.rules if r.lifecycle in wanted)
        self.allowed = [frozenset(normalise_term(a) for a in r.allow) for r in self.rules]
        self.always: list[int] = []
        self.informed: list[int] = []
        words: set[str] = set(vocabulary(rulebook.lexicons)).union(*self.allowed)
        patterns: dict[Pattern, None] = {}
        for rule in self.rules:
            for check in (c for top in (rule.when, *(e.check for e in rule.unless)) for c in top.walk()):
                words |= check.terms()
                patterns.update(dict.fromkeys(check.patterns()))
        self.patterns = tuple(patterns)
        words.update(word for p in self.patterns for clause in p.clauses for word in clause)
        self.words = tuple(sorted(words - {""}))
        self.matcher = WordMatcher(self.words)
        number = {word: i for i, word in enumerate(self.words)}
        clauses = [[frozenset(number[w] for w in clause) for clause in p.clauses] for p in self.patterns]
        self._patterns_by_word = Product.build(len(self.words), clauses)
        self._conditions(number)

    def _conditions(self, number: Mapping[str, int]) -> None:
        """Number what each rule needs, and collect the words by which rows are first picked."""
        pattern_number = {p: len(number) + i for i, p in enumerate(self.patterns)}
        triggers: set[str] = set()
        needed: list[list[frozenset[int]]] = []
        for index, rule in enumerate(self.rules):
            needs = rule.when.needs(bare=False)
            if not needs:
                self.informed.append(index)
                needs = rule.when.needs(bare=True)
            if not needs:
                self.always.append(index)
            rarest = sorted(needs, key=share)[:CONDITIONS]
            needed.append(
                [frozenset(number[i] if isinstance(i, str) else pattern_number[i] for i in need) for need in rarest]
            )
            for item in rarest[0] if rarest else ():
                triggers |= {item} if isinstance(item, str) else _rarest_clause(item)
        self._rules_by_item = Product.build(len(number) + len(self.patterns), needed)
        self.first_stage = WordMatcher(sorted(triggers))

    def candidate_rows(self, batch: NormalisedBatch) -> NDArray[np.int64]:
        """Return the rows in which some trigger occurs (first stage)."""
        _, starts = self.first_stage.scan(batch.units)
        return np.unique(batch.locate(starts))

    def find(
        self, batch: NormalisedBatch, rows: Sequence[int], informed: Collection[int] = (), *, every: bool = True
    ) -> list[Found | None]:
        """Return what is found in the given rows, with row-relative spans (second stage).

        Rules that facts or models may meet are tried only in the `informed` rows. Without `every`, rows in which no
        rule can be met are None.
        """
        parts = [batch.units[batch.row_starts[r] : batch.row_ends[r] + 1] for r in rows]
        units = np.concatenate(parts) if parts else np.zeros(0, np.uint16)
        bounds = np.cumsum([0, *(len(p) for p in parts)])
        ids, starts = self.matcher.scan(units)
        owner = np.searchsorted(bounds, starts, side="right") - 1
        fired, rules = self._fire(owner, ids)
        everywhere = [*self.always, *self.informed]
        out: list[Found | None] = []
        for i, row in enumerate(rows):
            more = everywhere if row in informed else self.always
            candidates = sorted({*rules.get(i, ()), *more})
            out.append(Found({}, fired.get(i, set()), candidates) if candidates or every else None)
        lengths = self.matcher.lengths
        for word, i, start, length in zip(
            ids.tolist(), owner.tolist(), (starts - bounds[owner]).tolist(), lengths[ids].tolist(), strict=True
        ):
            found = out[i]
            if found is not None:
                found.words.setdefault(self.words[word], []).append((start, start + length))
        return out

    def _fire(
        self, owner: NDArray[np.int64], ids: NDArray[np.int64]
    ) -> tuple[dict[int, set[Pattern]], dict[int, list[int]]]:
        """Return the fired patterns and the candidate rules of each row."""
        size = max(len(self.words), 1)
        pairs = np.unique(owner * size + ids)
        rows, words = pairs // size, pairs % size
        pattern_rows, patterns = self._patterns_by_word.met(rows, words)
        fired: dict[int, set[Pattern]] = {}
        for row, pattern in zip(pattern_rows.tolist(), patterns.tolist(), strict=True):
            fired.setdefault(row, set()).add(self.patterns[pattern])
        rule_rows, rules = self._rules_by_item.met(
            np.concatenate((rows, pattern_rows)), np.concatenate((words, patterns + len(self.words)))
        )
        candidates: dict[int, list[int]] = {}
        for row, rule in zip(rule_rows.tolist(), rules.tolist(), strict=True):
            candidates.setdefault(row, []).append(rule)
        return fired, candidates


def _rarest_clause(pattern: Pattern) -> frozenset[str]:
    return min(pattern.clauses, key=lambda c: (weight(c), sorted(c)), default=frozenset())
