"""Compile a rulebook: which words to look for, which patterns they allow, which rules those may meet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiaobao.checks import Pattern
from xiaobao.checks.frequency import weight
from xiaobao.rulebook.load import Rulebook
from xiaobao.rulebook.model import Rule
from xiaobao.screening.document import vocabulary
from xiaobao.screening.matcher import WordMatcher
from xiaobao.text.normalise import NormalisedBatch, normalise_term

Span = tuple[int, int]


@dataclass
class Found:
    """What was found in one row: words with their spans, and the patterns whose words are all there."""

    words: dict[str, list[Span]]
    fired: set[Pattern]
    rules: set[int]


class Program:
    """A compiled rulebook. The first stage looks only for triggers; the second for every word, in candidate rows."""

    def __init__(self, rulebook: Rulebook, lifecycles: Iterable[str] = ("published", "shadow")) -> None:
        wanted = frozenset(lifecycles)
        self.rulebook = rulebook
        self.rules: tuple[Rule, ...] = tuple(r for r in rulebook.rules if r.lifecycle in wanted)
        self.allowed = [frozenset(normalise_term(a) for a in r.allow) for r in self.rules]
        self.always: list[int] = []
        self.informed: list[int] = []
        self._rules_of: dict[str | Pattern, list[int]] = {}
        self._pattern_words: dict[str, list[tuple[Pattern, int]]] = {}
        self._whole: dict[Pattern, int] = {}
        words: set[str] = set(vocabulary(rulebook.lexicons))
        triggers: set[str] = set()
        for index, rule in enumerate(self.rules):
            words |= self.allowed[index]
            checks = [rule.when, *(e.check for e in rule.unless)]
            for check in (c for top in checks for c in top.walk()):
                words |= check.terms()
                for pattern in check.patterns():
                    words |= self._index(pattern)
            self._trigger(index, rule, triggers)
        self.words = tuple(sorted(words - {""}))
        self.matcher = WordMatcher(self.words)
        self.first_stage = WordMatcher(sorted(triggers))

    def _index(self, pattern: Pattern) -> set[str]:
        """Remember which words a pattern needs; return them."""
        if pattern not in self._whole:
            self._whole[pattern] = (1 << len(pattern.clauses)) - 1
            for bit, clause in enumerate(pattern.clauses):
                for word in clause:
                    self._pattern_words.setdefault(word, []).append((pattern, 1 << bit))
        return {word for clause in pattern.clauses for word in clause}

    def _trigger(self, index: int, rule: Rule, triggers: set[str]) -> None:
        trigger = rule.when.trigger()
        if trigger is None:
            self.informed.append(index)
            trigger = rule.when.bare_trigger()
        if trigger is None:
            self.always.append(index)
            return
        for item in trigger:
            self._rules_of.setdefault(item, []).append(index)
            if isinstance(item, Pattern):
                triggers |= min(item.clauses, key=lambda c: (weight(c), sorted(c)), default=frozenset())
            else:
                triggers.add(item)

    def candidate_rows(self, batch: NormalisedBatch) -> NDArray[np.int64]:
        """Return the rows in which some trigger occurs (first stage)."""
        _, starts = self.first_stage.scan(batch.units)
        return np.unique(batch.locate(starts))

    def find(self, batch: NormalisedBatch, rows: Sequence[int], informed: Collection[int] = ()) -> list[Found]:
        """Return what is found in the given rows, with row-relative spans (second stage).

        Rules that facts or models may meet are tried only in the `informed` rows.
        """
        parts = [batch.units[batch.row_starts[r] : batch.row_ends[r] + 1] for r in rows]
        units = np.concatenate(parts) if parts else np.zeros(0, np.uint16)
        bounds = np.cumsum([0, *(len(p) for p in parts)])
        ids, starts = self.matcher.scan(units)
        owner = np.searchsorted(bounds, starts, side="right") - 1
        everywhere = {*self.always, *self.informed}
        out = [Found({}, set(), set(everywhere if r in informed else self.always)) for r in rows]
        lengths = self.matcher.lengths
        for word, row, start, length in zip(
            ids.tolist(), owner.tolist(), (starts - bounds[owner]).tolist(), lengths[ids].tolist(), strict=True
        ):
            out[row].words.setdefault(self.words[word], []).append((start, start + length))
        for found in out:
            self._fire(found)
        return out

    def _fire(self, found: Found) -> None:
        """Work out which patterns have all their words, and which rules may therefore be met."""
        met: dict[Pattern, int] = {}
        rules = found.rules
        for word in found.words:
            rules.update(self._rules_of.get(word, ()))
            for pattern, bit in self._pattern_words.get(word, ()):
                met[pattern] = met.get(pattern, 0) | bit
        for pattern, bits in met.items():
            if bits == self._whole[pattern]:
                found.fired.add(pattern)
                rules.update(self._rules_of.get(pattern, ()))
