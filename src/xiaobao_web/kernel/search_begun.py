"""Words that are only begun, beside others, on SQLite: a single character begins too many words to gather them first.

The other words are asked for; where few entries hold them, those entries' own words tell whether the rest begins one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.words import Word, folded

FEW = 300
"""Entries holding the other words whose texts are read."""

Asked = Callable[[Sequence[Word], bool | None, int], list[int]]
"""The ids of the newest entries that match some words (in the title, or anywhere for None), at most so many."""


def found(words: Sequence[Word], in_title: bool | None, asked: Asked) -> list[int] | None:
    """Return the ids of all entries that match, the newest first; None where no word stands whole or many hold those.

    in_title: as `search_index.matching` has it.
    """
    begun = [_begins(word.words[0]) for word in words if word.begun and len(word.words) == 1]
    whole = [word for word in words if not word.begun]
    if not begun or len(begun) + len(whole) != len(words) or not whole:
        return None
    keys = asked(whole, True if in_title else None, FEW + 1)
    if len(keys) > FEW:
        return None
    if not keys:
        return []
    titled = set(keys) if in_title else set(asked(whole, True, FEW + 1)) if in_title is False else set[int]()
    rows = SearchEntry.objects.filter(pk__in=keys).order_by("-pk")
    return [
        entry.pk
        for entry in (rows.only("pk", "title") if in_title else rows.only("pk", "title", "text"))
        if _holds(entry, begun, in_title, entry.pk in titled)
    ]


def _holds(entry: SearchEntry, begun: list[re.Pattern[str]], in_title: bool | None, titled: bool) -> bool:
    title = folded(entry.title)
    by_title = [pattern.search(title) is not None for pattern in begun]
    if in_title or (titled and all(by_title)):
        return bool(in_title) and all(by_title)
    if all(by_title):
        return True
    text = folded(entry.text)
    return all(here or pattern.search(text) is not None for here, pattern in zip(by_title, begun, strict=True))


def _begins(word: str) -> re.Pattern[str]:
    """Return what finds a word that begins so: every Chinese character begins one, letters only their run."""
    return re.compile(rf"(?<![a-z0-9]){re.escape(word)}" if word.isascii() else re.escape(word))
