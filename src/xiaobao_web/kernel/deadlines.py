"""Clocks on objects: started with a basis, met or cancelled, never guessed by a view. Days are working days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone

from xiaobao.calendar import Calendar
from xiaobao_web.kernel.models import Deadline

BEIJING = ZoneInfo("Asia/Shanghai")
NEAR_DAYS = 3
NEAR_SHARE = 0.2
"""A deadline turns amber three days before, or when a fifth of its time is left, whichever comes first."""


@cache
def calendar() -> Calendar:
    """Return the working-day calendar."""
    return Calendar()


def start(
    obj: models.Model,
    kind: str,
    *,
    label: str,
    basis: str = "",
    working_days: int | None = None,
    natural_days: int | None = None,
    at: datetime | None = None,
) -> Deadline:
    """Start a clock of so many working (or natural) days, the first day not counted; due at the end of the last.

    An open clock of the same kind on the same object is kept as it is and returned.
    """
    open_one = of(obj).filter(kind=kind, met_at__isnull=True, cancelled_at__isnull=True).first()
    if open_one is not None:
        return open_one
    at = at or timezone.now()
    day = at.astimezone(BEIJING).date()
    working: list[str] = []
    provisional = False
    if working_days is not None:
        answer = calendar().add_working_days(day, working_days)
        last, provisional = answer.date, answer.provisional
        working = list(answer.explain())
    elif natural_days is not None:
        last = day + timedelta(days=natural_days)
    else:
        raise ValueError("working_days or natural_days")
    due = datetime.combine(last, time(23, 59, 59), BEIJING).astimezone(UTC)
    warn = due - max(timedelta(days=NEAR_DAYS), (due - at) * NEAR_SHARE)
    unit = getattr(obj, f"{getattr(obj, 'scope_unit', '')}_id", None)
    return Deadline.objects.create(
        subject_type=obj._meta.label_lower,
        subject_id=obj.pk,
        unit_id=unit,
        kind=kind,
        label=label,
        basis=basis,
        started_at=at,
        due_at=due,
        warn_at=max(warn, at),
        working=working,
        provisional=provisional,
    )


def of(obj: models.Model) -> models.QuerySet[Deadline]:
    """Return the clocks of an object, the next due first."""
    return Deadline.objects.filter(subject_type=obj._meta.label_lower, subject_id=obj.pk)


def running(obj: models.Model) -> models.QuerySet[Deadline]:
    """Return the open clocks of an object."""
    return of(obj).filter(met_at__isnull=True, cancelled_at__isnull=True)


def run_out(model: type[models.Model], now: datetime) -> models.QuerySet[Deadline]:
    """Return the open clocks on objects of a model whose time has run out."""
    return open_on(model).filter(due_at__lt=now)


def open_on(model: type[models.Model]) -> models.QuerySet[Deadline]:
    """Return the open clocks on objects of a model."""
    label = model._meta.label_lower
    return Deadline.objects.filter(subject_type=label, met_at__isnull=True, cancelled_at__isnull=True)


def meet(obj: models.Model, kind: str, *, at: datetime | None = None) -> None:
    """Mark the open clock of a kind as met; nothing happens where there is none."""
    running(obj).filter(kind=kind).update(met_at=at or timezone.now())


def cancel(obj: models.Model, kind: str | None = None) -> None:
    """Cancel the open clock of a kind, or all of them."""
    rows = running(obj)
    if kind is not None:
        rows = rows.filter(kind=kind)
    rows.update(cancelled_at=timezone.now())


def due_by_subject(rows: Iterable[Any]) -> dict[int, Deadline]:
    """Return the next open clock of each of some objects (of one model), by id; one query."""
    objects = list(rows)
    if not objects:
        return {}
    label = objects[0]._meta.label_lower
    ids = [row.pk for row in objects]
    found: dict[int, Deadline] = {}
    for item in Deadline.objects.filter(
        subject_type=label, subject_id__in=ids, met_at__isnull=True, cancelled_at__isnull=True
    ).order_by("-due_at"):
        found[item.subject_id] = item
    return found
