"""Patterns that are tried only where a character stands that they can begin with.

Python's engine tries a pattern that opens with a look-behind or with words in alternatives at every character; most
characters of a text begin none of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

# Python's own parser of patterns, which no stub describes.
kinds, parser = import_module("re._constants"), import_module("re._parser")
_LOOKS = (kinds.AT, kinds.ASSERT_NOT)
_REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT)

LONG = 10_000
"""Characters from which it is worth looking how many of them a pattern can begin with."""
SAMPLES = 50
"""Places of a long text that are looked at for that, 100 characters each."""
DENSE = 0.3
"""Share of the characters of a text from which trying at each of them costs less than skipping ahead."""

_BARRED = re.compile(r"\(\?<!(\[[^\]]+\])\)")


class Unforeseen(Exception):
    """A pattern may begin with so many characters that naming them gains nothing."""


class Anchored:
    """A regular expression that finds what `re.compile` would, in the same order."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)
        try:
            first, certain = _first(parser.parse(pattern).data, False)
        except Unforeseen:
            first, certain = set(), False
        # What may not stand before is looked at as well, but behind the character: a class in front is fastest.
        barred = _BARRED.match(pattern)
        behind = f"(?<!{barred[1]}(?s:.))" if barred else ""
        self._first = re.compile(f"[{''.join(sorted(first))}]{behind}") if certain and first else None

    def search(self, text: str) -> re.Match[str] | None:
        """Return the first match of a text, or None."""
        return self._pattern.search(text)

    def is_possible(self, text: str) -> bool:
        """Tell whether a text holds a character that a match can begin with."""
        return self._first is None or self._first.search(text) is not None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Yield the matches of a text that do not overlap."""
        if self._first is None:
            yield from self._pattern.finditer(text)
            return
        if len(text) >= LONG and self._is_dense(text):
            yield from self._pattern.finditer(text)
            return
        done, match = 0, self._pattern.match
        for place in self._first.finditer(text):
            at = place.start()
            if at >= done and (found := match(text, at)) is not None:
                yield found
                done = max(found.end(), at + 1)

    def _is_dense(self, text: str) -> bool:
        """Tell whether a match may begin nearly anywhere in a text: then skipping ahead skips nothing."""
        if self._first is None:
            return True
        sample = "".join(text[at : at + 100] for at in range(0, len(text), len(text) // SAMPLES))
        return len(self._first.findall(sample)) > DENSE * len(sample)


def by_first(words: Iterable[str], rest: str = "(?:{})") -> str:
    """Return an alternation of words by first character, which the scanner can skip to; `rest` frames what follows."""
    rests: dict[str, list[str]] = {}
    for word in sorted(filter(None, words), key=lambda w: (-len(w), w)):
        rests.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{first}{rest.format('|'.join(ends))}" for first, ends in rests.items())


def _first(items: Any, folded: bool) -> tuple[set[str], bool]:
    """Return the pieces of a character class that covers every first character, and whether there must be one."""
    out: set[str] = set()
    for kind, value in items:
        if kind in _LOOKS or (kind is kinds.ASSERT and value[0] < 0):
            continue
        own, certain = _first_of(kind, value, folded)
        out |= own
        if certain:
            return out, True
    return out, False


def _first_of(kind: Any, value: Any, folded: bool) -> tuple[set[str], bool]:
    if kind is kinds.LITERAL:
        return _spelt(value, folded), True
    if kind is kinds.IN:
        return _members(value, folded)
    if kind is kinds.SUBPATTERN:
        return _first(value[3].data, folded or bool(value[1] & re.IGNORECASE))
    if kind is kinds.ASSERT:
        return _first(value[1].data, folded)
    if kind is kinds.BRANCH:
        ways = [_first(way.data, folded) for way in value[1]]
        return set[str]().union(*(own for own, _ in ways)), all(certain for _, certain in ways)
    if kind in _REPEATS:
        own, certain = _first(value[2].data, folded)
        return own, certain and value[0] > 0
    raise Unforeseen


def _members(items: Any, folded: bool) -> tuple[set[str], bool]:
    out: set[str] = set()
    for kind, value in items:
        if kind is kinds.LITERAL:
            out |= _spelt(value, folded)
        elif kind is kinds.RANGE:
            low, high = value
            out.add(f"{re.escape(chr(low))}-{re.escape(chr(high))}")
            if folded:
                out.add(f"{re.escape(chr(low).swapcase())}-{re.escape(chr(high).swapcase())}")
        else:
            raise Unforeseen  # all but some characters, or a class with a name
    return out, True


def _spelt(code: int, folded: bool) -> set[str]:
    character = chr(code)
    return {re.escape(c) for c in ({character, character.swapcase()} if folded else {character})}
