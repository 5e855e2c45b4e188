"""Names that came to be confidential: what journal and notices of before say of such a thing is not shown any more.

    keeps(Case, rows=lambda: Case.objects.filter(confidential=True), fields=("title", "summary"))

The records themselves stay as they are (the journal's chain covers them); whoever shows one asks here what its subject
is called now.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

from xiaobao_web.kernel.models import Event

Rows = Callable[[], models.QuerySet[Any]]
Name = Callable[[Any], str]


@dataclass(frozen=True)
class Keeper:
    """Which rows of a model are kept, of which thing of theirs notices tell the name, which changes are not told."""

    model: type[models.Model]
    rows: Rows
    about: str = ""
    fields: tuple[str, ...] = ()
    name: Name | None = None


KEEPERS: dict[str, Keeper] = {}


@dataclass(frozen=True)
class Kept:
    """What the subject of a record is called now, the names of before, and the fields whose values are not told."""

    name: str
    before: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()

    def told(self, text: str) -> str:
        """Return a text with the names of before, and one that was cut at its end, as the thing is called now."""
        names = sorted({self.name, *self.before}, key=len, reverse=True)
        for name in names:
            at = text.find(f"{name.partition(' ')[0]} ")
            if at >= 0 and name.startswith(text[at:]):
                return text[:at] + self.name
        return re.sub("|".join(map(re.escape, names)), lambda _found: self.name, text)


def keeps(
    model: type[models.Model], rows: Rows, *, about: str = "", fields: tuple[str, ...] = (), name: Name | None = None
) -> None:
    """Say which rows of a model are confidential now; `about` leads to the thing that notices on them name.

    `name` returns what that is called where a row is read of; as it is called by itself where there is none.
    """
    KEEPERS[model._meta.label_lower] = Keeper(model, rows, about, fields, name)


def veil(records: Iterable[Any], *, names: bool = False) -> None:
    """Give events or notices their subject as it is kept (`kept`, else None): a query or two for each kind of thing.

    `names` reads the names of before as well, which stand in the middle of notices.
    """
    found: dict[str, list[Any]] = {}
    for record in records:
        record.kept = None
        label, number = str(getattr(record, "subject_type", "")), str(getattr(record, "subject_id", ""))
        if label in KEEPERS and number.isdigit():
            found.setdefault(label, []).append(record)
    for label, some in found.items():
        known = _kept(KEEPERS[label], {int(record.subject_id) for record in some}, names)
        for record in some:
            record.kept = known.get(int(record.subject_id))


def of(record: Any, *, names: bool = False) -> Kept | None:
    """Return how the subject of one event or notice is kept, None where it is not."""
    if not hasattr(record, "kept"):
        veil([record], names=names)
    kept: Kept | None = record.kept
    return kept


def records() -> Q:
    """Return the condition that an event is about a thing that is kept."""
    condition = Q(pk__in=[])
    for label, keeper in KEEPERS.items():
        keys = keeper.rows().order_by().annotate(told=Cast("pk", models.CharField(max_length=40)))
        condition |= Q(subject_type=label, subject_id__in=keys.values("told"))
    return condition


def _kept(keeper: Keeper, keys: set[int], names: bool) -> dict[int, Kept]:
    if keeper.about and not names:
        return {}
    rows = keeper.rows().filter(pk__in=keys)
    found = {row.pk: row for row in (rows.select_related(keeper.about) if keeper.about else rows)}
    about = {pk: getattr(row, keeper.about) if keeper.about else row for pk, row in found.items()}
    before = _names(about.values()) if names else {}
    called = keeper.name or str
    return {
        pk: Kept(called(found[pk] if keeper.name else thing), (str(thing), *before.get(thing.pk, ())), keeper.fields)
        for pk, thing in about.items()
    }


def _names(things: Iterable[models.Model]) -> dict[int, tuple[str, ...]]:
    """Return the names under which the journal knows some things of one kind."""
    known = {str(thing.pk): thing for thing in things}
    if not known:
        return {}
    label = next(iter(known.values()))._meta.label_lower
    told = Event.objects.filter(subject_type=label, subject_id__in=known).order_by()
    out: dict[int, tuple[str, ...]] = {}
    for number, name in told.values_list("subject_id", "subject_name").distinct():
        out[int(number)] = (*out.get(int(number), ()), name)
    return out
