"""Cut Chinese text and numbers into the words of the full-text index, and a person's words into its queries.

A run of Chinese characters becomes its bigrams and, last, its final character, so that every character begins a word:
phrases of two characters and more are exact, a single character is a prefix. Latin words and digits are words in lower
case; words with digits are also kept by their endings, so that a part of a number is the beginning of an ending.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

MOST_TEXT = 60_000
"""Characters of a text that are indexed; a PostgreSQL vector holds a megabyte."""
MOST_PARTS = 400
LONGEST_WORD = 32
LEAST_PART = 2
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
    """Return the endings of a title's words that have digits, longest first, each once."""
    found: dict[str, None] = {}
    for run in _RUN.finditer(folded(title)):
        word = run[0][:LONGEST_WORD]
        if word.isascii() and len(word) > LEAST_PART and any(mark.isdigit() for mark in word):
            found |= dict.fromkeys(word[place:] for place in range(1, len(word) - LEAST_PART + 1))
        if len(found) >= MOST_PARTS:
            break
    return list(found)[:MOST_PARTS]


def wanted(text: str) -> list[Word]:
    """Return what a person's words ask for; all of it must be found. Empty where there is nothing to look for."""
    out: list[Word] = []
    for run in _cut(text[:200]):
        if run[0].isascii():
            out.append(Word(run, begun=True, part=any(mark.isdigit() for mark in run[0]) and len(run[0]) >= LEAST_PART))
        elif len(run) == 1:
            out.append(Word(run, begun=True))
        else:
            out.append(Word(run[:-1]))
    return list(dict.fromkeys(out))[:MOST_WORDS]


def shown(text: str) -> list[str]:
    """Return the runs of a person's words to highlight, longest first."""
    return sorted({found[0] for found in _RUN.finditer(folded(text[:200]))}, key=len, reverse=True)
