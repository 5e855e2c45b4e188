"""Find the literal words without which a regular expression cannot match.

A pattern is reduced to a conjunction of clauses; each clause is a set of words of which at least one must
occur. The scanner looks for the words of all patterns in one pass and runs a pattern only where every
clause is met, which is the filtering that RE2's FilteredRE2 describes.
"""

from __future__ import annotations

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from collections.abc import Mapping
from typing import Any

from xiaobao.checks.frequency import weight

Clause = frozenset[str]
LIMIT = 48
"""Most words one exact set may hold before it is closed into a clause."""
WIDE = 600
"""The same for a set whose words are still too short to look for."""
KEPT = 2
"""Most clauses a pattern is found by: the most selective ones; further ones cost more than they save."""
MARKS = 6
"""Most sets of single characters a pattern is tried by."""


def analyse(
    pattern: str, sets: Mapping[str, frozenset[str]] | None = None
) -> tuple[tuple[Clause, ...], tuple[Clause, ...]]:
    """Return the clauses of a pattern and its marks: sets of single characters of which one must occur.

    Clauses come the most selective first, marks the smallest first; empty when nothing is certain. sets gives single
    characters that stand for any word of a set. Raises re.error when the pattern does not parse.
    """
    walker = _Walker(sets or {})
    exact = walker.sequence(sre_parser.parse(pattern))
    if exact is not None:
        walker.close(exact)
    found = sorted(set(walker.found), key=lambda c: (_cost(c), sorted(c)))
    marks = sorted(
        {m for m in walker.marks if len(m) <= LIMIT and max(m) <= "\uffff"}, key=lambda m: (len(m), sorted(m))
    )
    return tuple(found[:KEPT]), tuple(marks[:MARKS])


def _cost(clause: Clause) -> float:
    """Estimate what a clause costs: how often its words are met (longer ones less), and how many there are."""
    return weight(clause) + len(clause) * 1e-5


class _Walker:
    def __init__(self, sets: Mapping[str, frozenset[str]]) -> None:
        self.sets = sets
        self.found: list[Clause] = []
        self.marks: list[Clause] = []

    def close(self, exact: set[str]) -> None:
        if _closable(exact):
            self.found.append(frozenset(_minimal(exact)))
        if exact and "" not in exact:
            self.marks += [frozenset(w[0] for w in exact), frozenset(w[-1] for w in exact)]

    def sequence(self, items: Any) -> set[str] | None:
        """Return all strings the items can match, or None after closing what was certain."""
        run: set[str] = {""}
        whole = True
        for op, value in items:
            exact = self.item(op, value)
            if exact is None or len(run) * len(exact) > (LIMIT if _closable(run) else WIDE):
                self.close(run)
                whole = False
                run = {""} if exact is None else exact
            else:
                run = {a + b for a in run for b in exact}
        if whole:
            return run
        self.close(run)
        return None

    def item(self, op: Any, value: Any) -> set[str] | None:
        if op is sre.LITERAL:
            character = chr(value)
            words = self.sets.get(character)
            return {character} if words is None else set(words)
        if op is sre.IN:
            return _members(value, self.sets)
        if op is sre.SUBPATTERN:
            return self.sequence(value[3])
        if op is sre.BRANCH:
            return self.branch(value[1])
        if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            return self.repeat(*value)
        if op is sre.AT:
            return {""}
        return None

    def branch(self, options: Any) -> set[str] | None:
        """Join the options' exact sets, or keep one clause that unites the best clause of each option."""
        union: set[str] | None = set()
        best: list[Clause] | None = []
        marks: list[Clause] | None = []
        for option in options:
            inner = _Walker(self.sets)
            exact = inner.sequence(option)
            if exact is not None and union is not None:
                union |= exact
            elif exact is None:
                union = None
            if exact is not None:
                inner.close(exact)
            if best is not None:
                best = [*best, min(inner.found, key=lambda c: (_cost(c), sorted(c)))] if inner.found else None
            if marks is not None:
                marks = [*marks, min(inner.marks, key=lambda m: (len(m), sorted(m)))] if inner.marks else None
        if union is not None and len(union) <= LIMIT:
            return union
        if best:
            self.found.append(frozenset().union(*best))
        if marks:
            self.marks.append(frozenset().union(*marks))
        return None

    def repeat(self, low: int, high: Any, items: Any) -> set[str] | None:
        if low == 0:
            inner = _Walker(self.sets).sequence(items)
            return None if inner is None or high != 1 else inner | {""}
        exact = self.sequence(items)
        if exact is None:
            return None
        if low == high == 1:
            return exact
        self.close(exact)
        return None


def _closable(exact: set[str]) -> bool:
    """Tell whether every word of a set is long enough to look for."""
    return bool(exact) and min(len(w) for w in exact) >= 2


def _members(value: Any, sets: Mapping[str, frozenset[str]]) -> set[str] | None:
    out: set[str] = set()
    for op, item in value:
        if op is sre.LITERAL:
            character = chr(item)
            # The parser turns (甲|乙) into [甲乙]: a character there may stand for a set as well.
            out |= sets.get(character, {character})
        elif op is sre.RANGE and item[1] - item[0] < 16:
            out.update(chr(c) for c in range(item[0], item[1] + 1))
        else:
            return None
        if len(out) > WIDE:
            return None
    return out


def _minimal(words: set[str]) -> set[str]:
    """Drop words that contain another word of the set: the shorter one is enough."""
    lengths = sorted({len(w) for w in words})
    if len(lengths) == 1:
        return words
    kept: set[str] = set()
    for word in sorted(words, key=len):
        size = len(word)
        shorter = [n for n in lengths if n < size]
        if not any(word[i : i + n] in kept for n in shorter for i in range(size - n + 1)):
            kept.add(word)
    return kept
