"""Cut Chinese text and numbers into the words of the full-text index, and a person's words into its queries.

A run of Chinese characters becomes its bigrams and, last, its final character, so that every character begins a word:
phrases of two characters and more are exact, a single character is a prefix. Latin words and digits are words in lower
case; letters alone may be begun only. All parts of a title's words with digits are words too, since people quote the
middle of a number. Words of titles and parts of numbers bear a mark, so that looking for them never walks the texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_TEXT = 60_000
"""Characters of a text that are indexed; a PostgreSQL vector holds a megabyte."""
MOST_PARTS = 300
LONGEST_WORD = 32
LEAST_PART, LONGEST_PART = 2, 20
TITLE, PART = "た", "な"
"""Marks before the words of titles and before parts of numbers; no word of a text begins so."""
MOST_WORDS = 12
"""Words of a query that are looked for."""
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"
_RUN = re.compile(f"[{HAN}]+|[a-z0-9]+")


@dataclass(frozen=True)
class Word:
    """One thing to look for: words next to each other, the last perhaps only begun; perhaps a part of a number."""

    words: tuple[str, ...]
    begun: bool = False
    part: bool = False


def folded(text: str) -> str:
    """Return a text with widths and cases made one."""
    return unicodedata.normalize("NFKC", text).lower()


def _cut(text: str) -> Iterator[tuple[str, ...]]:
    for found in _RUN.finditer(folded(text)):
        run = found[0]
        if run.isascii():
            yield (run[:LONGEST_WORD],)
        else:
            yield (*(run[place : place + 2] for place in range(len(run) - 1)), run[-1])


def words_of(text: str) -> list[str]:
    """Return the index's words of a text, in order."""
    return [word for run in _cut(text[:MOST_TEXT]) for word in run]


def parts_of(title: str) -> list[str]:
    """Return all parts (two characters and more) of a title's words that have digits, each once."""
    found: dict[str, None] = {}
    for run in _RUN.finditer(folded(title)):
        word = run[0][:LONGEST_PART]
        if word.isascii() and any(mark.isdigit() for mark in word):
            for start in range(len(word) - LEAST_PART + 1):
                found |= dict.fromkeys(word[start:end] for end in range(start + LEAST_PART, len(word) + 1))
    return list(found)[:MOST_PARTS]


def wanted(text: str) -> list[Word]:
    """Return what a person's words ask for; all of it must be found. Empty where there is nothing to look for."""
    out: list[Word] = []
    for run in _cut(text[:200]):
        if run[0].isascii():
            number = any(mark.isdigit() for mark in run[0])
            out.append(Word(run, begun=not number, part=number and len(run[0]) >= LEAST_PART))
        elif len(run) == 1:
            out.append(Word(run, begun=True))
        else:
            out.append(Word(run[:-1]))
    return list(dict.fromkeys(out))[:MOST_WORDS]


def shown(text: str) -> list[str]:
    """Return the runs of a person's words to highlight, longest first."""
    return sorted({found[0] for found in _RUN.finditer(folded(text[:200]))}, key=len, reverse=True)
