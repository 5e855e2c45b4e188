"""Find the literal words without which a regular expression cannot match.

A pattern is reduced to a conjunction of clauses; each clause is a set of words of which at least one must
occur. The scanner looks for the words of all patterns in one pass and runs a pattern only where every
clause is met, which is the filtering that RE2's FilteredRE2 describes.
"""

from __future__ import annotations

import re._constants as sre  # type: ignore[import-not-found]
import re._parser as sre_parser  # type: ignore[import-not-found]
from typing import Any

Clause = frozenset[str]
LIMIT = 160
"""Most words one exact set may hold before it is closed into a clause."""


def clauses(pattern: str) -> tuple[Clause, ...]:
    """Return the clauses of a pattern, the most selective first; empty when nothing is certain.

    Raises re.error when the pattern does not parse.
    """
    walker = _Walker()
    exact = walker.sequence(sre_parser.parse(pattern))
    if exact is not None:
        walker.close(exact)
    found = sorted(set(walker.found), key=_cost)
    return tuple(found)


def _cost(clause: Clause) -> tuple[int, int]:
    """Order clauses by shortest word (longer first), then by size."""
    return (-min(len(w) for w in clause), len(clause))


class _Walker:
    def __init__(self) -> None:
        self.found: list[Clause] = []

    def close(self, exact: set[str]) -> None:
        if exact and "" not in exact and min(len(w) for w in exact) >= 2:
            self.found.append(frozenset(_minimal(exact)))

    def sequence(self, items: Any) -> set[str] | None:
        """Return all strings the items can match, or None after closing what was certain."""
        run: set[str] = {""}
        whole = True
        for op, value in items:
            exact = self.item(op, value)
            if exact is None or len(run) * len(exact) > LIMIT:
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
            return {chr(value)}
        if op is sre.IN:
            return _members(value)
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
        for option in options:
            inner = _Walker()
            exact = inner.sequence(option)
            if exact is not None and union is not None:
                union |= exact
            elif exact is None:
                union = None
            if exact is not None:
                inner.close(exact)
            if best is not None:
                best = [*best, min(inner.found, key=_cost)] if inner.found else None
        if union is not None and len(union) <= LIMIT:
            return union
        if best:
            self.found.append(frozenset().union(*best))
        return None

    def repeat(self, low: int, high: Any, items: Any) -> set[str] | None:
        if low == 0:
            inner = _Walker().sequence(items)
            return None if inner is None or high != 1 else inner | {""}
        exact = self.sequence(items)
        if exact is None:
            return None
        if low == high == 1:
            return exact
        self.close(exact)
        return None


def _members(value: Any) -> set[str] | None:
    out: set[str] = set()
    for op, item in value:
        if op is sre.LITERAL:
            out.add(chr(item))
        elif op is sre.RANGE and item[1] - item[0] < 16:
            out.update(chr(c) for c in range(item[0], item[1] + 1))
        else:
            return None
        if len(out) > 64:
            return None
    return out


def _minimal(words: set[str]) -> set[str]:
    """Drop words that contain another word of the set: the shorter one is enough."""
    if len({len(w) for w in words}) == 1:
        return words
    kept: set[str] = set()
    for word in sorted(words, key=len):
        if not any(word[i:j] in kept for i in range(len(word)) for j in range(i + 1, len(word) + 1)):
            kept.add(word)
    return kept
