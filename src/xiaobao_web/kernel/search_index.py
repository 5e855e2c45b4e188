"""The two vendors' full-text indexes behind one face: write an entry's words, and say which entries match."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models.expressions import RawSQL

from xiaobao_web.kernel import search_begun
from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.words import PART, TITLE, Word, parts_of, words_of

LAST_POSITION = 16_383
"""PostgreSQL keeps no later position; a lexeme keeps at most 255."""
MOST_POSITIONS = 255
RARE = 1_000
"""Matches up to which PostgreSQL is told their ids."""
COMMON, NEAR = 20_000, 500
"""From so many matches on, so few of the newest are met soonest by walking back from the newest entry."""
MERGED = 40
"""Organisations whose entries are walked side by side."""
STEP = 500
"""Entries that such a walk looks at first; each further step takes four times as many."""
LATELY = 300
"""Seconds for which it is remembered that words are common: it says how to look for them, not what is found."""
GAP = 8
"""Positions between the title and the text, so that no phrase spans both."""


def _kind_word(label: str) -> str:
    return "く" + "".join(mark for mark in label if mark.isalnum())


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
    title = " ".join(TITLE + word for word in words_of(entry.title))
    parts = " ".join(PART + part for part in parts_of(entry.title))
    return title, " ".join(words_of(entry.text)), parts, _kind_word(entry.subject_type)


def _vector(entry: SearchEntry) -> str:
    """Return the tsvector's literal: words with places; titles, parts and the kind are told apart by marks."""
    places: dict[str, list[str]] = {}
    title = [TITLE + word for word in words_of(entry.title)]
    _place(places, title, 1)
    _place(places, words_of(entry.text), len(title) + GAP)
    for word in (*(PART + part for part in parts_of(entry.title)), _kind_word(entry.subject_type)):
        places[word] = [str(LAST_POSITION)]
    return " ".join(f"'{word}':{','.join(found[:MOST_POSITIONS])}" for word, found in places.items())


def _place(places: dict[str, list[str]], words: Iterable[str], first: int) -> None:
    for place, word in enumerate(words, first):
        found = places.setdefault(word, [])
        if place <= LAST_POSITION or not found:
            found.append(str(min(place, LAST_POSITION)))


def matching(
    label: str,
    words: Sequence[Word],
    *,
    in_title: bool | None,
    before: int | None,
    most: int,
    among: Sequence[int] = (),
) -> RawSQL:
    """Return a subquery for the ids of the newest matching entries of a kind, at most so many, perhaps only among some.

    in_title: True for matches in the title, False for those in title and text together but not in the title alone.
    """
    sqlite = connection.vendor == "sqlite"
    condition, values = (_fts if sqlite else _tsquery)(label, words, in_title)
    key, table = ("rowid", "kernel_search_words") if sqlite else ("id", "kernel_searchentry")
    if sqlite and (told := _begun(label, words, in_title)) is not None:
        return _listed(told, before, most, among)
    if not sqlite and not among:
        among = _rare(label, words, in_title)
        if not among and not common(label, words, in_title):
            return _gathered(label, words, in_title, before, most)
        if not among and most <= NEAR:
            return newest(label, words, in_title=in_title, before=before, most=most)
    if before:
        condition, values = f"{condition} AND {key} < %s", [*values, before]
    if among:
        condition, values = f"{condition} AND {key} IN ({', '.join(['%s'] * len(among))})", [*values, *among]
    return RawSQL(f"SELECT {key} FROM {table} WHERE {condition} ORDER BY {key} DESC LIMIT %s", (*values, most))


def _begun(label: str, words: Sequence[Word], in_title: bool | None) -> list[int] | None:
    """Return the ids of all that match where a word is only begun and few entries hold the others; else None."""

    def asked(some: Sequence[Word], place: bool | None, most: int) -> list[int]:
        condition, values = _fts(label, some, place)
        sql = f"SELECT rowid FROM kernel_search_words WHERE {condition} ORDER BY rowid DESC LIMIT %s"
        return ids(RawSQL(sql, (*values, most)))

    return search_begun.found(words, in_title, asked)


def _listed(found: Sequence[int], before: int | None, most: int, among: Sequence[int]) -> RawSQL:
    """Return the subquery of `matching` over ids that are known (SQLite alone)."""
    told, kept = set(among), [key for key in found if before is None or key < before]
    if told:
        kept = [key for key in kept if key in told]
    return RawSQL("SELECT value FROM json_each(%s)", (json.dumps(kept[:most]),))


def _gathered(
    label: str, words: Sequence[Word], in_title: bool | None, before: int | None, most: int, units: Sequence[int] = ()
) -> RawSQL:
    """Return the subquery of `matching` over what matches loosely, gathered first: the planner would walk the table."""
    condition, values = _tsquery(label, words, in_title)
    loose = f"{_loose_query(words, ' & ')} & '{_kind_word(label)}'"
    where, given = "words @@ CAST(%s AS tsquery)", list[Any]([loose])
    if before:
        where, given = f"{where} AND id < %s", [*given, before]
    if units:
        where, given = f"{where} AND unit_id = ANY(%s)", [*given, list(units)]
    found = f"WITH found AS MATERIALIZED (SELECT id, words, positions FROM kernel_searchentry WHERE {where})"
    return RawSQL(f"{found} SELECT id FROM found WHERE {condition} ORDER BY id DESC LIMIT %s", (*given, *values, most))


def newest(label: str, words: Sequence[Word], *, in_title: bool | None, before: int | None, most: int) -> RawSQL:
    """Return the subquery of `matching` as a walk back from the newest entry.

    PostgreSQL alone; it takes long where few entries match.
    """
    condition, values = _tsquery(label, words, in_title)
    where, given = "subject_type = %s", list[Any]([label])
    if before:
        where, given = f"{where} AND id < %s", [*given, before]
    # OFFSET keeps the planner, which knows no frequency of phrases, from collecting and sorting all that match.
    walk = f"SELECT id, words, positions FROM kernel_searchentry WHERE {where} ORDER BY id DESC OFFSET 0"
    return RawSQL(f"SELECT id FROM ({walk}) AS walked WHERE {condition} LIMIT %s", (*given, *values, most))


def newest_of(
    label: str, words: Sequence[Word], units: Sequence[int], *, in_title: bool | None, before: int | None, most: int
) -> list[int]:
    """Return the ids of the newest matching entries of some organisations, at most so many (PostgreSQL alone)."""
    if len(units) > MERGED or not common(label, words, in_title):
        return ids(_gathered(label, words, in_title, before, most, units))
    found: list[int] = []
    chunk = STEP
    while len(found) < most:
        rows = _walked(label, words, units, in_title, before, chunk)
        found += [key for key, hit in rows if hit]
        if len(rows) < chunk:
            break
        before, chunk = rows[-1][0], chunk * 4
    return found[:most]


def _walked(
    label: str, words: Sequence[Word], units: Sequence[int], in_title: bool | None, before: int | None, most: int
) -> list[tuple[int, bool]]:
    """Return the newest entries of some organisations, each with whether it matches; an index tells those of each."""
    condition, values = _tsquery(label, words, in_title)
    where, given = "subject_type = %s", list[Any]([label])
    if before:
        where, given = f"{where} AND id < %s", [*given, before]
    one = f"(SELECT id FROM kernel_searchentry WHERE {where} AND unit_id = %s ORDER BY id DESC LIMIT %s)"
    parts, told = " UNION ALL ".join([one] * len(units)), [value for unit in units for value in (*given, unit, most)]
    walk = f"SELECT id FROM ({parts}) AS parts ORDER BY id DESC LIMIT %s"
    sql = f"SELECT id, {condition} FROM kernel_searchentry WHERE id = ANY(ARRAY({walk})) ORDER BY id DESC"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, *told, most])
        return [(int(key), bool(hit)) for key, hit in cursor.fetchall()]


def _rare(label: str, words: Sequence[Word], in_title: bool | None) -> list[int]:
    """Return the ids of all that match loosely where these are few; empty where they are many.

    The planner knows no frequency of rare words and would walk the whole table from its end for them. Materialised,
    the words' own index is used, and no more is read than is needed to see that there are many, which is known for a
    while: what is found is the same either way.
    """
    if common(label, words, in_title):
        return []
    # A single character begins too many words: without it, where others stand beside it, there may be few already.
    longer = [word for word in words if not word.begun]
    told = [longer, words] if longer and len(longer) < len(words) else [words]
    queries = [_title_query(some) if in_title else _loose_query(some) for some in told]
    key = _key("many", f"{queries} & {_kind_word(label)}")
    if cache.get(key):
        return []
    for query in queries:
        few = _few(label, query)
        if len(few) <= RARE:
            return few or [0]
    cache.set(key, True, LATELY)
    return []


def common(label: str, words: Sequence[Word], in_title: bool | None) -> bool:
    """Tell whether so many entries match loosely that the newest of them lie close together; known for a while."""
    # Words beside each other are not asked for: the index alone tells that they are together.
    told = " & ".join(f"({_ts_title(word, ' & ')})" for word in words) if in_title else _loose_query(words, " & ")
    query = f"{told} & '{_kind_word(label)}'"
    key = _key("common", query)
    known = cache.get(key)
    if known is None:
        sql = "WITH found AS MATERIALIZED (SELECT id FROM kernel_searchentry WHERE words @@ CAST(%s AS tsquery)) "
        counted = RawSQL(f"{sql} SELECT count(*) FROM (SELECT 1 FROM found LIMIT %s) AS told", (query, COMMON))
        known = ids(counted) == [COMMON]
        cache.set(key, known, LATELY)
    return bool(known)


def _key(what: str, query: str) -> str:
    return f"search-{what}:{hashlib.sha256(query.encode()).hexdigest()}"


def _few(label: str, query: str) -> list[int]:
    """Return the ids of a kind's entries that a query matches, at most one more than are rare."""
    sql = "WITH found AS MATERIALIZED (SELECT id FROM kernel_searchentry WHERE words @@ CAST(%s AS tsquery)) "
    return ids(RawSQL(sql + "SELECT id FROM found LIMIT %s", (f"{query} & '{_kind_word(label)}'", RARE + 1)))


def ids(query: RawSQL) -> list[int]:
    """Return the ids of a subquery, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(query.sql, query.params)
        return [row[0] for row in cursor.fetchall()]


def _fts(label: str, words: Sequence[Word], in_title: bool | None) -> tuple[str, list[Any]]:
    kind = f"kind : {_kind_word(label)}"
    title = " AND ".join(f"({_fts_title(word)})" for word in words)
    if in_title:
        query = f"{title} AND ({kind})"
    else:
        anywhere = " AND ".join(f"({_fts_title(word)} OR body : {_phrase(word, '')})" for word in words)
        query = f"({anywhere} AND ({kind}))" + ("" if in_title is None else f" NOT ({title})")
    return "kernel_search_words MATCH %s", [query]


def _fts_title(word: Word) -> str:
    title = f"title : {_phrase(word, TITLE)}"
    return f"{title} OR parts : {_phrase(word, PART)}" if word.part else title


def _phrase(word: Word, mark: str) -> str:
    return f'"{" ".join(mark + item for item in word.words)}"' + (" *" if word.begun else "")


def _tsquery(label: str, words: Sequence[Word], in_title: bool | None) -> tuple[str, list[Any]]:
    kind = f"'{_kind_word(label)}'"
    title = _title_query(words)
    if in_title:
        return "words @@ CAST(%s AS tsquery)", [f"{title} & {kind}"]
    phrase = " & ".join(f"({_ts_title(word)} | {_lexemes(word, '', ' <-> ')})" for word in words)
    loose = _loose_query(words)
    rest = "" if in_title is None else f" & !({title})"
    # Beyond its last position a text has no phrases; there the words together must do.
    condition = "(words @@ CAST(%s AS tsquery) OR (positions > %s AND words @@ CAST(%s AS tsquery)))"
    return condition, [f"{phrase} & {kind}{rest}", LAST_POSITION - 300, f"{loose} & {kind}{rest}"]


def _title_query(words: Sequence[Word]) -> str:
    return " & ".join(f"({_ts_title(word)})" for word in words)


def _loose_query(words: Sequence[Word], join: str = " <-> ") -> str:
    return " & ".join(f"({_ts_title(word, join)} | {_lexemes(word, '', ' & ')})" for word in words)


def _ts_title(word: Word, join: str = " <-> ") -> str:
    title = _lexemes(word, TITLE, join)
    return f"{title} | {_lexemes(word, PART, ' & ')}" if word.part else title


def _lexemes(word: Word, mark: str, join: str) -> str:
    told = join.join(f"'{mark}{item}'" for item in word.words) + (":*" if word.begun else "")
    return f"({told})" if len(word.words) > 1 else told
