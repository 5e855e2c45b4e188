"""Compile a rulebook: which words to look for, which patterns they allow, which rules those may meet.

A rule can be met in one or more ways; each way needs some clauses, and of each clause one item: a word, a pattern
whose own words and characters are there, given facts, or a model. What the rows of a batch hold is worked out for
all of them at once; only rows in which some rule is possible are looked at one by one.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xiaobao.checks import Pattern
from xiaobao.checks.frequency import weight
from xiaobao.checks.model import FACTS, MODEL, Need
from xiaobao.rulebook.load import Rulebook
from xiaobao.rulebook.model import Rule
from xiaobao.screening.document import vocabulary
from xiaobao.screening.matcher import WordMatcher
from xiaobao.screening.needs import Ints, Marks, Needs
from xiaobao.text.normalise import NormalisedBatch, normalise_term

Span = tuple[int, int]
PLACES = 2_000
"""Places of one word that are noted in one text: a text that repeats itself more says nothing new."""


@dataclass
class Found:
    """What was found in one row: words with their spans, the patterns whose words are all there, possible rules."""

    words: dict[str, list[Span]]
    fired: set[Pattern]
    rules: set[int]


class Program:
    """A compiled rulebook ready to tell which rules may be met in which rows."""

    def __init__(self, rulebook: Rulebook, lifecycles: Iterable[str] = ("published", "shadow")) -> None:
        wanted = frozenset(lifecycles)
        self.rulebook = rulebook
        self.rules: tuple[Rule, ...] = tuple(r for r in rulebook.rules if r.lifecycle in wanted)
        self.allowed = [frozenset(normalise_term(a) for a in r.allow) for r in self.rules]
        words: set[str] = set(vocabulary(rulebook.lexicons))
        patterns: dict[Pattern, None] = {}
        for index, rule in enumerate(self.rules):
            words |= self.allowed[index]
            for check in (c for top in (rule.when, *(e.check for e in rule.unless)) for c in top.walk()):
                words |= check.terms()
                patterns |= dict.fromkeys(check.patterns())
        words.update(word for pattern in patterns for clause in pattern.clauses for word in clause)
        self.patterns = tuple(patterns)
        self.words = tuple(sorted(words - {""}))
        self.matcher = WordMatcher(self.words)
        self._index()

    def _index(self) -> None:
        """Number words, characters, patterns and what else rules need, and note what each pattern and way needs."""
        self._pattern_needs = Needs([p.clauses for p in self.patterns], {w: i for i, w in enumerate(self.words)})
        self._marks = Marks([p.marks for p in self.patterns])
        ways = [(i, way) for i, rule in enumerate(self.rules) for way in rule.when.ways()]
        self.always = sorted({i for i, way in ways if not way})
        self._ways = [(i, sorted(way, key=_cost)) for i, way in ways if way]
        self._rules = np.array([i for i, _ in self._ways], dtype=np.int64)
        items: tuple[Hashable, ...] = (*self.words, *self.patterns, FACTS, MODEL)
        self._items = {item: i for i, item in enumerate(items)}
        self._way_needs = Needs([way for _, way in self._ways], self._items)

    @cached_property
    def first_stage(self) -> WordMatcher:
        """Return the matcher of the words without one of which no rule is met by words: the rarest of each way."""
        words: set[str] = set()
        for _, way in self._ways:
            words |= _words_of(way[0])
        return WordMatcher(sorted(words))

    def find(
        self,
        batch: NormalisedBatch,
        rows: Sequence[int],
        informed: Collection[int] = (),
        *,
        model: bool = False,
        every: bool = True,
    ) -> list[Found | None]:
        """Return what is found in the given rows, with row-relative spans.

        Rules that only facts may meet are possible in the `informed` rows, those that need a model where there is one.
        Without `every`, rows in which no rule is possible are None.
        """
        parts = [batch.units[batch.row_starts[r] : batch.row_ends[r] + 1] for r in rows]
        units = np.concatenate(parts) if parts else np.zeros(0, np.uint16)
        bounds = np.cumsum([0, *(len(p) for p in parts)])
        ids, starts = self.matcher.scan(units)
        owner = np.searchsorted(bounds, starts, side="right") - 1
        if len(owner) and np.bincount(owner).max() > PLACES:
            kept = _first_places(owner * len(self.words) + ids)
            owner, ids, starts = owner[kept], ids[kept], starts[kept]
        fired = self._fired(units, bounds, owner, ids)
        told = np.array([i for i, r in enumerate(rows) if r in informed], dtype=np.int64)
        way_rows, ways = self._possible(owner, ids, fired, told, len(rows), model=model)
        wanted = np.full(len(rows), every or bool(self.always))
        wanted[way_rows] = True
        out = [Found({}, set(), set(self.always)) if w else None for w in wanted.tolist()]
        for row, rule in zip(way_rows.tolist(), self._rules[ways].tolist(), strict=True):
            out[row].rules.add(rule)
        kept = wanted[fired[0]]
        for row, pattern in zip(fired[0][kept].tolist(), fired[1][kept].tolist(), strict=True):
            out[row].fired.add(self.patterns[pattern])
        kept = wanted[owner]
        self._place(out, owner[kept], ids[kept], (starts - bounds[owner])[kept])
        return out

    def words_in(self, units: NDArray[np.uint16]) -> set[str]:
        """Return the words that one text holds."""
        ids, _ = self.matcher.scan(units)
        return {self.words[i] for i in np.unique(ids).tolist()}

    def _fired(self, units: NDArray[np.uint16], bounds: Ints, owner: Ints, ids: Ints) -> tuple[Ints, Ints]:
        """Return (row, pattern) pairs: all words and characters of the pattern are there."""
        rows, patterns = self._pattern_needs.met(owner, ids, len(bounds) - 1)
        return self._marks.kept(units, bounds, rows, patterns)

    def _possible(
        self, owner: Ints, ids: Ints, fired: tuple[Ints, Ints], told: Ints, size: int, *, model: bool
    ) -> tuple[Ints, Ints]:
        """Return (row, way) pairs: everything the way needs is there."""
        judged = np.arange(size if model else 0)
        rows = np.concatenate((owner, fired[0], told, judged))
        items = np.concatenate(
            (
                ids,
                fired[1] + len(self.words),
                np.full(len(told), self._items[FACTS]),
                np.full(len(judged), self._items[MODEL]),
            )
        )
        return self._way_needs.met(rows, items, size)

    def _place(self, out: Sequence[Found | None], owner: Ints, ids: Ints, starts: Ints) -> None:
        """Write down the words of rows with their spans."""
        ends = starts + self.matcher.lengths[ids]
        for word, row, start, end in zip(ids.tolist(), owner.tolist(), starts.tolist(), ends.tolist(), strict=True):
            out[row].words.setdefault(self.words[word], []).append((start, end))


def _first_places(keys: Ints) -> Ints:
    """Return the indexes, in order, of the first PLACES of each key."""
    order = np.argsort(keys, kind="stable")
    begins = np.flatnonzero(np.diff(keys[order], prepend=-1))
    rank = np.arange(len(keys)) - np.repeat(begins, np.diff(begins, append=len(keys)))
    return np.sort(order[rank < PLACES])


def _words_of(need: Need) -> frozenset[str]:
    """Return words of which one occurs where an item of the clause does; facts and models bring none."""
    out: set[str] = set()
    for item in need:
        if isinstance(item, Pattern):
            out |= min(item.clauses, key=lambda c: (weight(c), sorted(c)), default=frozenset())
        elif item not in (FACTS, MODEL):
            out.add(item)
    return frozenset(out)


def _cost(need: Need) -> tuple[float, list[str]]:
    """Order clauses by how often they are met."""
    words = _words_of(need)
    return weight(words), sorted(words)
