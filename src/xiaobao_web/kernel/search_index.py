"""The two vendors' full-text indexes behind one face: write an entry's words, and say which entries match."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.words import Word, parts_of, words_of

LAST_POSITION = 16_383
"""PostgreSQL keeps no later position; a lexeme keeps at most 255."""
MOST_POSITIONS = 255
GAP = 8
"""Positions between the title and the text, so that no phrase spans both."""


def _kind_word(label: str) -> str:
    return "k" + "".join(mark for mark in label if mark.isalnum())


def write(entries: Sequence[SearchEntry]) -> None:
    """Write the words of entries that have just been inserted."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO kernel_search_words (rowid, title, body, parts, kind) VALUES (%s, %s, %s, %s, %s)",
                [(entry.pk, *_columns(entry)) for entry in entries],
            )
        else:
            cursor.executemany(
                "UPDATE kernel_searchentry SET words = CAST(%s AS tsvector) WHERE id = %s",
                [(_vector(entry), entry.pk) for entry in entries],
            )


def _columns(entry: SearchEntry) -> tuple[str, str, str, str]:
    title = " ".join(words_of(entry.title))
    return title, " ".join(words_of(entry.text)), " ".join(parts_of(entry.title)), _kind_word(entry.subject_type)


def _vector(entry: SearchEntry) -> str:
    """Return the tsvector's literal: title words A, text B, parts of numbers C, the kind D."""
    places: dict[str, list[str]] = {}
    title = words_of(entry.title)
    _place(places, title, 1, "A")
    _place(places, words_of(entry.text), len(title) + GAP, "B")
    for word in (*parts_of(entry.title), _kind_word(entry.subject_type)):
        places.setdefault(word, []).append(f"{LAST_POSITION}{'D' if word == _kind_word(entry.subject_type) else 'C'}")
    return " ".join(f"'{word}':{','.join(found[:MOST_POSITIONS])}" for word, found in places.items())


def _place(places: dict[str, list[str]], words: Iterable[str], first: int, weight: str) -> None:
    for place, word in enumerate(words, first):
        found = places.setdefault(word, [])
        if place <= LAST_POSITION or not found:
            found.append(f"{min(place, LAST_POSITION)}{weight}")


def matching(label: str, words: Sequence[Word], *, in_title: bool | None, before: int | None, most: int) -> RawSQL:
    """Return a subquery for the ids of the newest matching entries of a kind, at most so many.

    in_title: True for matches in the title, False for those in title and text together but not in the title alone.
    """
    if connection.vendor == "sqlite":
        query = _fts(label, words, in_title)
        bound = "AND rowid < %s" if before else ""
        matched = f"SELECT rowid FROM kernel_search_words WHERE kernel_search_words MATCH %s {bound}"
        sql = f"{matched} ORDER BY rowid DESC LIMIT %s"
        return RawSQL(sql, (query, *([before] if before else []), most))
    return _postgresql(label, words, in_title, before, most)


def _fts(label: str, words: Sequence[Word], in_title: bool | None) -> str:
    kind = f"kind : {_kind_word(label)}"
    title = " AND ".join(_fts_word(word, "title") for word in words)
    if in_title:
        return f"({kind}) AND {title}"
    anywhere = " AND ".join(_fts_word(word, "{title body}") for word in words)
    return f"(({kind}) AND {anywhere})" + ("" if in_title is None else f" NOT ({title})")


def _fts_word(word: Word, columns: str) -> str:
    phrase = f'"{" ".join(word.words)}"' + (" *" if word.begun else "")
    return f"({columns} : {phrase} OR parts : {phrase})" if word.part else f"({columns} : {phrase})"


def _postgresql(label: str, words: Sequence[Word], in_title: bool | None, before: int | None, most: int) -> RawSQL:
    title = " & ".join(_lexemes(word, "A", " <-> ") for word in words)
    phrase = " & ".join(_lexemes(word, "AB", " <-> ") for word in words)
    loose = " & ".join(_lexemes(word, "AB", " & ") for word in words)
    kind = f"'{_kind_word(label)}':D"
    conditions, values = [], list[Any]()
    if in_title:
        conditions.append("words @@ CAST(%s AS tsquery)")
        values.append(f"{kind} & {title}")
    else:
        # Beyond its last position a text has no phrases; there the words together must do.
        conditions.append("(words @@ CAST(%s AS tsquery) OR (positions > %s AND words @@ CAST(%s AS tsquery)))")
        values += [f"{kind} & {phrase}", LAST_POSITION - 300, f"{kind} & {loose}"]
        if in_title is False:
            conditions.append("NOT words @@ CAST(%s AS tsquery)")
            values.append(title)
    if before:
        conditions.append("id < %s")
        values.append(before)
    sql = f"SELECT id FROM kernel_searchentry WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT %s"
    return RawSQL(sql, (*values, most))


def _lexemes(word: Word, weights: str, join: str) -> str:
    *firsts, last = word.words
    told = join.join([*(f"'{item}':{weights}" for item in firsts), f"'{last}':{'*' if word.begun else ''}{weights}"])
    if word.part:
        return f"({told} | '{last}':*C)"
    return f"({told})" if len(word.words) > 1 else told


def reached(query: RawSQL, most: int) -> bool:
    """Tell whether a subquery found as many as it may."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({query.sql}) AS found", query.params)
        return bool(cursor.fetchone()[0] >= most)
