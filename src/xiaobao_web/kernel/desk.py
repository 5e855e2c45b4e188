"""The work-desk's registry: apps say what waits for a person, what that person sent, what is late, and show a chart.

    desk.provider("waiting", "reviews", lambda user: desk.Shelf(items, total, late, url))

A provider takes as many queries for many rows as for few; it returns at most SHOWN items, late ones first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest, nsmallest
from typing import Any

from django.db import models
from django.db.models import Count, Min, Window
from django.utils import timezone
from django.utils.functional import Promise

from xiaobao_web.kernel import deadlines
from xiaobao_web.kernel.errors import Undeclared

Text = str | Promise
PARTS = ("waiting", "sent", "late", "charts", "steps")
"""waiting: what a person has to do; sent: what they sent and where it is; late: what their unit has late; charts:
figures that answer a question; steps: what a newcomer may begin with."""
SHOWN = 8
FEW = 2_000
"""Rows whose keys are told to the database again; more are counted and sorted there."""


@dataclass(frozen=True)
class Item:
    """One thing on the desk: what it is, the next step, by when, and with whom it is."""

    title: str
    url: str
    number: str = ""
    step: Text = ""
    party: str = ""
    state: Any = None
    """The object whose state is shown as a badge."""
    clock: Any = None
    late: bool = False
    due: datetime | None = None
    marks: tuple[Text, ...] = ()
    """What is special about it, as 加急 or 高风险."""


@dataclass(frozen=True)
class Shelf:
    """What one app puts on a part of the desk."""

    label: Text
    items: list[Item] = field(default_factory=list)
    total: int = 0
    late: int = 0
    url: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart whose title is the answer; `option` is an echarts option whose items may carry `url`."""

    key: str
    title: str
    option: dict[str, Any]
    period: str = ""
    unit: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[list[Any]] = field(default_factory=list)
    url: str = ""


@dataclass(frozen=True)
class Step:
    """Something a newcomer may begin with."""

    label: Text
    hint: Text
    url: str
    icon: str
    often: bool = False
    """Whether it stays at hand as a button of the desk."""


Provider = Callable[[Any], Any]
PROVIDERS: dict[str, dict[str, tuple[int, Provider]]] = {part: {} for part in PARTS}


def provider(part: str, name: str, give: Provider, order: int = 100) -> None:
    """Register what an app puts on a part of the desk: a Shelf (waiting, sent, late) or a list (charts, steps).

    Raises Undeclared for an unknown part or a name taken.
    """
    if part not in PROVIDERS:
        raise Undeclared(f"工作台没有 {part} 这一部分")
    if name in PROVIDERS[part]:
        raise Undeclared(f"工作台的 {part} 登记了两次 {name}")
    PROVIDERS[part][name] = (order, give)


def shelves(part: str, user: Any) -> list[Shelf]:
    """Return the shelves of a part that hold something for a person, in their order."""
    found = [give(user) for _order, give in sorted(PROVIDERS[part].values(), key=lambda pair: pair[0])]
    return [shelf for shelf in found if shelf is not None and shelf.total]


def gathered(part: str, user: Any) -> list[Any]:
    """Return what the providers of charts or steps give for a person, in their order."""
    found: list[Any] = []
    for _order, give in sorted(PROVIDERS[part].values(), key=lambda pair: pair[0]):
        found += give(user)
    return found


def sorted_items(found: Iterable[Shelf]) -> list[Item]:
    """Return the items of several shelves, late ones first, then by date, those without a date last."""
    far = datetime.max.replace(tzinfo=timezone.get_current_timezone())
    rows = [item for shelf in found for item in shelf.items]
    return sorted(rows, key=lambda item: (not item.late, item.due or far))


def shelf_of(
    label: Text, rows: models.QuerySet[Any], url: str, show: Callable[[Any, Any], Item], *, late_only: bool = False
) -> Shelf:
    """Return a shelf of a queryset, the next due first: from the open clocks, not from all rows.

    `show(row, clock)` gives a row's item.
    """
    now, plain = timezone.now(), rows.order_by().values_list("pk", flat=True)
    keys = [] if late_only else list(plain[: FEW + 1])
    if late_only or len(keys) > FEW:
        nearest, total, late = _among_many(rows.model, plain, now, late_only=late_only)
    else:
        nearest, total, late = _among_few(rows.model, keys, now)
    read = {row.pk: row for row in _alike(rows, nearest)} if nearest else {}
    first = [read[pk] for pk in nearest if pk in read]
    shown = deadlines.due_by_subject(first)
    return Shelf(label, [show(row, shown.get(row.pk)) for row in first], total, late, url)


def _among_few(model: type[models.Model], keys: list[Any], now: datetime) -> tuple[list[Any], int, int]:
    """Return the keys of the next due among some rows, how many rows there are, and how many are late."""
    told = deadlines.open_on(model).filter(subject_id__in=keys).order_by().values_list("subject_id")
    due = dict(told.annotate(next_due=Min("due_at")))
    nearest = nsmallest(SHOWN, due, key=lambda pk: (due[pk], -pk))
    nearest += nlargest(SHOWN - len(nearest), (pk for pk in keys if pk not in due))
    return nearest, len(keys), sum(1 for at in due.values() if at < now)


def _among_many(
    model: type[models.Model], plain: models.QuerySet[Any, Any], now: datetime, *, late_only: bool
) -> tuple[list[Any], int, int]:
    """Return the same for many rows, which the database counts and sorts without sending them; or for the late ones."""
    run_out = deadlines.run_out(model, now).filter(subject_id__in=plain).order_by()
    clocks = run_out if late_only else deadlines.open_on(model).filter(subject_id__in=plain).order_by()
    found = clocks.values_list("subject_id").annotate(next_due=Min("due_at"), of=Window(Count("*")))
    told = list(found.order_by("next_due", "-subject_id")[:SHOWN])
    nearest = [pk for pk, _due, _of in told]
    if late_only:
        late = told[0][2] if told else 0
        return nearest, late, late
    if len(nearest) < SHOWN:
        nearest += plain.exclude(pk__in=nearest).order_by("-pk")[: SHOWN - len(nearest)]
    return nearest, plain.count(), run_out.values("subject_id").distinct().count()


def _alike(rows: models.QuerySet[Any], keys: list[Any]) -> models.QuerySet[Any]:
    """Return rows by their keys with what a queryset reads along, without asking its conditions again."""
    found: models.QuerySet[Any] = rows.model._default_manager.filter(pk__in=keys)
    found.query.select_related = rows.query.select_related
    along: tuple[Any, ...] = getattr(rows, "_prefetch_related_lookups", ())
    return found.prefetch_related(*along)


def is_late(clock: Any) -> bool:
    """Tell whether a clock has run out."""
    return clock is not None and clock.due_at < timezone.now()
