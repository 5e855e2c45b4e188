"""Search over everything one may see: apps say what can be searched, services index what they change.

An app's `indexing.py` calls `searchable(...)` for a model; its services call `search.index(obj)` in the transaction of
the change, and `python -m xiaobao_web reindex` writes all entries anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from xiaobao_web.kernel import search_index
from xiaobao_web.kernel.access import organisations
from xiaobao_web.kernel.errors import Undeclared
from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.words import MOST_TEXT, Word, shown, wanted, words_of

FEW, MORE, MANY = 200, 5_000, 200_000
"""Matches looked through for those one may see: the newest few, then, where these do not fill the page, more."""
NARROW = 1_000
"""Who may see so few rows of a kind has the matches looked for among them."""
SPARE = 10
"""How many times the wanted matches are taken in a person's organisations, where some may be hidden from them."""
AROUND = 48
"""Characters shown before and after the first hit."""
BATCH = 500
"""Rows at a time when all entries are written anew."""


@dataclass(frozen=True)
class Searchable:
    """How a kind of thing is found: its words, where it leads, and which of it a person may see."""

    model: type[models.Model]
    label: str | Promise
    title: Callable[[Any], str]
    text: Callable[[Any], str]
    url: Callable[[Any], str]
    visible: Callable[[Any], QuerySet[Any]]
    rows: Callable[[], QuerySet[Any]]
    named: Callable[[Any], QuerySet[Any]] | None = None
    """All that a person may see outside the organisations of their posts, unless they see everything."""

    @property
    def name(self) -> str:
        """Return `app.model`."""
        return self.model._meta.label_lower


REGISTERED: dict[str, Searchable] = {}


def searchable(
    model: type[models.Model],
    *,
    title: Callable[[Any], str],
    text: Callable[[Any], str],
    url: Callable[[Any], str],
    visible: Callable[[Any], QuerySet[Any]],
    label: str | Promise = "",
    rows: Callable[[], QuerySet[Any]] | None = None,
    named: Callable[[Any], QuerySet[Any]] | None = None,
) -> Searchable:
    """Make a model searchable; `visible(user)` is the queryset of the rows a person may see.

    Put the number people quote into the title: parts of it are found. `rows` is what reindexing walks (with
    select_related), by default all; `named(user)`, where given, is quicker to ask than `visible` for what lies outside
    the person's organisations. Raises Undeclared when the model was registered.
    """
    name = model._meta.label_lower
    if name in REGISTERED:
        raise Undeclared(f"{name} 的搜索登记了两次")
    told = label or model._meta.verbose_name or name
    REGISTERED[name] = Searchable(model, told, title, text, url, visible, rows or model._default_manager.all, named)
    return REGISTERED[name]


def kind_of(obj: models.Model) -> Searchable:
    """Return how an object's model is searched; raises Undeclared."""
    try:
        return REGISTERED[obj._meta.label_lower]
    except KeyError:
        raise Undeclared(f"{obj._meta.label_lower} 没有登记搜索") from None


# Indexing


def index(*objects: models.Model) -> None:
    """Write the entries of objects anew, in the caller's transaction."""
    with transaction.atomic():
        for obj in objects:
            forget(obj)
        entries = SearchEntry.objects.bulk_create([_entry(obj) for obj in objects])
        search_index.write(entries)


def forget(obj: models.Model) -> None:
    """Remove an object's entry."""
    SearchEntry.objects.filter(subject_type=obj._meta.label_lower, subject_id=obj.pk).delete()


def _entry(obj: models.Model) -> SearchEntry:
    kind = kind_of(obj)
    text = kind.text(obj)[:MOST_TEXT].replace("\0", "")
    return SearchEntry(
        subject_type=kind.name, subject_id=obj.pk, title=kind.title(obj)[:300].replace("\0", ""), text=text,
        url=kind.url(obj), unit_id=_unit_of(obj), updated_at=timezone.now(), positions=len(words_of(text)),
    )  # fmt: skip


def _unit_of(obj: Any) -> int | None:
    path: str = getattr(obj, "scope_unit", "")
    if path == "pk":
        return int(obj.pk)
    *way, last = path.split("__")
    for name in way:
        obj = getattr(obj, name, None)
    return getattr(obj, f"{last}_id", None) if path else None


def reindex(name: str | None = None) -> Iterator[tuple[Searchable, int]]:
    """Write all entries of all kinds (or of one) anew; yield each kind with how many entries it has.

    Rows are walked by age, so that the newest get the highest ids; each batch is a transaction of its own, and entries
    of things no longer there go last.
    """
    for kind in [item for item in REGISTERED.values() if name in (None, item.name)]:
        count, started = 0, timezone.now()
        walk = kind.rows().order_by("pk").iterator(chunk_size=BATCH)
        while rows := list(islice(walk, BATCH)):
            with transaction.atomic():
                SearchEntry.objects.filter(subject_type=kind.name, subject_id__in=[row.pk for row in rows]).delete()
                search_index.write(SearchEntry.objects.bulk_create([_entry(row) for row in rows]))
            count += len(rows)
        SearchEntry.objects.filter(subject_type=kind.name, updated_at__lt=started).delete()
        yield kind, count


# Searching


@dataclass(frozen=True)
class Hit:
    """One thing found: its title and an excerpt with the words marked, both safe HTML."""

    kind: str
    label: str
    title: str
    title_html: SafeString
    excerpt_html: SafeString
    url: str
    updated_at: datetime


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `cursor` leads on where there is more."""

    name: str
    label: str
    hits: list[Hit]
    cursor: str = ""

    @property
    def more(self) -> bool:
        """Tell whether there is more than what is shown."""
        return bool(self.cursor)


def search(user: Any, words: str, *, per_kind: int = 5) -> list[Group]:
    """Return what a person may see of what matches all words, by kind; kinds with nothing are left out."""
    looked = wanted(words)
    if not looked:
        return []
    groups = (_group(user, kind, looked, words, per_kind, "") for kind in REGISTERED.values())
    return [group for group in groups if group.hits]


def search_kind(user: Any, name: str, words: str, *, limit: int = 30, cursor: str = "") -> Group:
    """Return a page of one kind; raises Undeclared for a kind nobody registered."""
    if name not in REGISTERED:
        raise Undeclared(f"{name} 没有登记搜索")
    looked = wanted(words)
    if not looked:
        return Group(name, str(REGISTERED[name].label), [])
    return _group(user, REGISTERED[name], looked, words, limit, cursor)


def quick(user: Any, words: str, *, limit: int = 8) -> list[Hit]:
    """Return the first few hits of all kinds, those in titles first, the newest first."""
    looked = wanted(words)
    found: list[tuple[bool, SearchEntry]] = []
    for kind in REGISTERED.values() if looked else ():
        rows, _cursor = _rows(user, kind, looked, limit, "")
        found += [(place == "text", row) for place, row in rows]
    found.sort(key=lambda pair: (pair[0], -pair[1].pk))
    return [_hit(row, words) for _place, row in found[:limit]]


@dataclass(frozen=True)
class Page:
    """A page that is no row of a table and is found by its words all the same (a guide, a handbook)."""

    title: str
    label: str
    url: str


Offers = Callable[[Any, list[str]], Iterator[Page]]
OFFERS: list[Offers] = []
MOST_PAGES = 4


def offers_pages(function: Offers) -> Offers:
    """Register a function that yields the pages a person may open that hold all of some words."""
    OFFERS.append(function)
    return function


def pages(user: Any, words: str, *, limit: int = MOST_PAGES) -> list[Page]:
    """Return the first pages that the apps offer for some words."""
    looked = words.split()
    return list(islice((page for offer in OFFERS for page in offer(user, looked)), limit)) if looked else []


def _group(user: Any, kind: Searchable, looked: list[Word], words: str, limit: int, cursor: str) -> Group:
    rows, further = _rows(user, kind, looked, limit, cursor)
    return Group(kind.name, str(kind.label), [_hit(row, words) for _place, row in rows], further)


def _rows(
    user: Any, kind: Searchable, looked: list[Word], limit: int, cursor: str
) -> tuple[list[tuple[str, SearchEntry]], str]:
    """Return a page of entries with where they matched, and the cursor behind them: titles first, then texts."""
    place, _colon, last = cursor.partition(":")
    before = int(last) if last.isdecimal() else None
    rows: list[tuple[str, SearchEntry]] = []
    if place != "text":
        rows += [("title", row) for row in _seen(user, kind, looked, True, before, limit + 1)]
        before = None
    if len(rows) <= limit:
        rows += [("text", row) for row in _seen(user, kind, looked, False, before, limit + 1 - len(rows))]
    if len(rows) <= limit:
        return rows, ""
    rows = rows[:limit]
    return rows, f"{rows[-1][0]}:{rows[-1][1].pk}"


def _seen(
    user: Any, kind: Searchable, looked: list[Word], in_title: bool, before: int | None, limit: int
) -> list[SearchEntry]:
    """Return the newest matching entries that a person may see."""

    def matching(most: int, among: list[int] | None = None) -> RawSQL:
        return search_index.matching(
            kind.name, looked, in_title=in_title, before=before, most=most, among=among or []
        )  # fmt: skip

    visible = kind.visible(user)
    entries = SearchEntry.objects.filter(subject_type=kind.name).order_by("-pk")
    allowed = entries.filter(Exists(visible.filter(pk=OuterRef("subject_id"))))
    newest = search_index.ids(matching(FEW))
    rows = list(allowed.filter(pk__in=newest)[:limit]) if newest else []
    if len(rows) >= limit or len(newest) < FEW:
        return rows
    keys = visible.order_by().values_list("pk", flat=True)
    own = None if _sees_much(user, kind, keys) else list(keys[: NARROW + 1])
    if own is not None and len(own) <= NARROW:
        among = list(entries.filter(subject_id__in=own).values_list("pk", flat=True))
        return list(entries.filter(pk__in=matching(limit, among))) if among else []
    near = _near(user, kind, looked, in_title, before, limit)
    if near is not None:
        return list(allowed.filter(pk__in=near)[:limit])
    for most in (MORE, MANY):
        rows = list(allowed.filter(pk__in=matching(most))[:limit])
        if len(rows) >= limit:
            break
    return rows


def _sees_much(user: Any, kind: Searchable, keys: QuerySet[Any]) -> bool:
    """Tell whether a person sees so much of their organisations that it is not looked through one by one.

    Asked of those organisations, as an index tells their rows; the condition of all that a person may see has none.
    """
    path, units = getattr(kind.model, "scope_unit", ""), organisations(user)
    if connection.vendor == "sqlite" or not path or path == "pk" or not units:
        return False
    entries = SearchEntry.objects.filter(subject_type=kind.name, unit_id__in=units).order_by()
    if entries.values("pk")[: NARROW + 1].count() <= NARROW:
        return False
    return keys.filter(**{f"{path}__in": units})[: NARROW + 1].count() > NARROW


def _near(
    user: Any, kind: Searchable, looked: list[Word], in_title: bool, before: int | None, limit: int
) -> list[int] | None:
    """Return the newest matching entries of a person's organisations and of what else they may see, all of it.

    None where the person may see much elsewhere or little of what is theirs, and on SQLite.
    """
    path, units = getattr(kind.model, "scope_unit", ""), organisations(user)
    if connection.vendor == "sqlite" or not path or path == "pk" or not units:
        return None
    elsewhere = kind.named(user) if kind.named else kind.visible(user)
    elsewhere = elsewhere.exclude(**{f"{path}__in": units}).order_by()
    others = list(elsewhere.values_list("pk", flat=True)[: NARROW + 1])
    if len(others) > NARROW:
        return None
    most = limit * SPARE
    found = search_index.newest_of(kind.name, looked, sorted(units), in_title=in_title, before=before, most=most)
    seen = SearchEntry.objects.filter(pk__in=found, subject_type=kind.name)
    count = seen.filter(Exists(kind.visible(user).filter(pk=OuterRef("subject_id")))).count()
    if len(found) == most and count < limit:
        return None
    entries = SearchEntry.objects.filter(subject_type=kind.name, subject_id__in=others)
    among = list(entries.values_list("pk", flat=True))
    if among:
        found += search_index.ids(
            search_index.matching(kind.name, looked, in_title=in_title, before=before, most=limit, among=among)
        )
    return found


def _hit(row: SearchEntry, words: str) -> Hit:
    runs = shown(words)
    label = str(REGISTERED[row.subject_type].label)
    return Hit(
        row.subject_type, label, row.title, marked(row.title, runs), excerpt(row.text, runs), row.url, row.updated_at
    )


def _spans(text: str, runs: list[str]) -> list[tuple[int, int]]:
    low = text.lower()
    if len(low) != len(text):
        return []
    spans: list[tuple[int, int]] = []
    for run in runs:
        place = low.find(run)
        while place >= 0 and len(spans) < 200:
            if all(place >= end or place + len(run) <= start for start, end in spans):
                spans.append((place, place + len(run)))
            place = low.find(run, place + len(run))
    return sorted(spans)


def marked(text: str, runs: list[str]) -> SafeString:
    """Return escaped text with the runs inside `<mark>`."""
    out, last = [], 0
    for start, end in _spans(text, runs):
        out += [escape(text[last:start]), '<mark class="found">', escape(text[start:end]), "</mark>"]
        last = end
    return mark_safe("".join([*out, escape(text[last:])]))


def excerpt(text: str, runs: list[str]) -> SafeString:
    """Return the part of a text around its first hit, the runs marked; its beginning where nothing is hit."""
    spans = _spans(text, runs)
    first = spans[0][0] if spans else 0
    start, end = max(0, first - AROUND), first + 2 * AROUND
    piece = " ".join(text[start:end].split())
    before, after = "…" if start else "", "…" if end < len(text) else ""
    return mark_safe(before) + marked(piece, runs) + mark_safe(after)
