"""Titles of cases that were confidential before titles told none of the words; the search forgets the words too.

Stands on the models of its time alone: what it needs of sentences and of the search's words is written out here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import connection, migrations

AT_ONCE = 200
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"
RUN = re.compile(f"[{HAN}]+|[a-z0-9]+")
TITLE, PART = "た", "な"
KIND = "くcomplaintscase"


def retitle(apps: Any, schema_editor: Any) -> None:
    """Write titles and entries of the search anew, some at a time; titles by hand or of classes stay."""
    case = apps.get_model("complaints", "Case")
    rows = case.objects.filter(confidential=True).prefetch_related("contacts")
    walk: Iterator[Any] = rows.order_by("pk").iterator(AT_ONCE)
    while some := list(islice(walk, AT_ONCE)):
        changed = [row for row in some if _retitled(row)]
        case.objects.bulk_update(changed, ["title", "ticket"])
        _index(apps, {row.pk: row for row in some})


def _retitled(row: Any) -> bool:
    """Write a title of the complainant's words anew; tell whether it changed.

    A new one is told later by what it says to be the platform's own; where the ticket says which are, it says so too.
    """
    ours, before = row.ticket.get("written", []), row.title
    said = [each.text or "\n".join(str(turn.get("text", "")) for turn in each.turns) for each in row.contacts.all()]
    if "title" not in ours and not any(_begins(words, row.title) for words in (row.summary, *said)):
        return False
    row.title = _of_classes(row) or f"保密投诉（{row.get_channel_display()}）"
    if "written" in row.ticket:
        row.ticket = {**row.ticket, "written": sorted({*ours, "title"})}
    return bool(row.title != before)


def _of_classes(row: Any) -> str:
    wanted = f"，要求{'、'.join(row.demands)}" if row.demands else ""
    return f"{row.business_type}：{row.cause}{wanted}"[:200] if row.business_type and row.cause else ""


def _begins(words: str, title: str) -> bool:
    """Tell whether words begin with a title, whatever of it was hidden (周**、某女士)."""
    bare = re.sub(r"\s|…$", "", title)
    pattern = re.sub("某", ".{1,2}", re.sub(r"(?:\\\*)+", ".{0,40}?", re.escape(bare)))
    return bool(bare and re.match(pattern, re.sub(r"\s", "", words)))


def _index(apps: Any, rows: dict[int, Any]) -> None:
    """Let the search know cases by their titles now, and by no sentence that may be the complainant's own.

    The next `reindex` puts sentences back that the platform wrote.
    """
    model = apps.get_model("kernel", "SearchEntry")
    entries = list(model.objects.filter(subject_type="complaints.case", subject_id__in=rows).order_by("pk"))
    model.objects.filter(pk__in=[entry.pk for entry in entries]).delete()
    for entry in entries:
        row = rows[entry.subject_id]
        entry.pk, entry.title = None, f"{row.number} {row.title}"[:300]
        if "summary" not in row.ticket.get("written", []):
            entry.text = entry.text.removeprefix(row.summary)
        entry.positions = len(_words(entry.text))
    _write(model.objects.bulk_create(entries))


def _write(entries: list[Any]) -> None:
    """Write the words of new entries into the full-text index as it was then."""
    with connection.cursor() as cursor:
        for entry in entries:
            title, body = [TITLE + word for word in _words(entry.title)], _words(entry.text)
            parts = [PART + part for part in _parts(entry.title)]
            if connection.vendor == "sqlite":
                cursor.execute(
                    "INSERT INTO kernel_search_words (rowid, title, body, parts, kind) VALUES (%s, %s, %s, %s, %s)",
                    [entry.pk, " ".join(title), " ".join(body), " ".join(parts), KIND],
                )
            else:
                cursor.execute(
                    "UPDATE kernel_searchentry SET words = CAST(%s AS tsvector) WHERE id = %s",
                    [_vector(title, body, [*parts, KIND]), entry.pk],
                )


def _vector(title: list[str], body: list[str], marks: list[str]) -> str:
    """Return the tsvector's literal: words with places, no place beyond the last that is kept."""
    places: dict[str, list[str]] = {}
    for first, words in ((1, title), (len(title) + 8, body)):
        for place, word in enumerate(words, first):
            places.setdefault(word, []).append(str(min(place, 16_383)))
    places |= {word: ["16383"] for word in marks}
    return " ".join(f"'{word}':{','.join(dict.fromkeys(found[:255]))}" for word, found in places.items())


def _words(text: str) -> list[str]:
    """Return the index's words of a text: pairs of characters, the last alone; letters and digits whole."""
    out: list[str] = []
    for run in RUN.findall(unicodedata.normalize("NFKC", text[:60_000]).lower()):
        pairs = [run[place : place + 2] for place in range(len(run) - 1)]
        out += [run[:32]] if run.isascii() else [*pairs, run[-1]]
    return out


def _parts(title: str) -> list[str]:
    """Return all parts of a title's words with digits, each once."""
    found: dict[str, None] = {}
    for run in RUN.findall(unicodedata.normalize("NFKC", title).lower()):
        word = run[:20]
        if word.isascii() and any(mark.isdigit() for mark in word):
            for start in range(len(word) - 1):
                found |= dict.fromkeys(word[start:end] for end in range(start + 2, len(word) + 1))
    return list(found)[:300]


class Migration(migrations.Migration):
    """Put right what was confidential before; nothing is undone backwards."""

    dependencies = [("complaints", "0016_pictures_named"), ("kernel", "0107_speed_units")]
    operations = [migrations.RunPython(retitle, migrations.RunPython.noop)]
