"""Figures of complaints by day and part: added up by the job, exact at any moment.

What was received on a day is added up once and kept (DaySum). The database notes each change of a complaint or of a
statutory clock (change_triggers); such days, those never added up and those with a clock that has run out meanwhile
are counted from the complaints themselves until the job adds them up anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from xiaobao_web.insights.models import DayChange, DaySum, SummedDay
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.periods import Period

PARTS = ("channel", "business_type", "cause", "unit", "region", "track")
LEFT_OUT = ("merged", "declined")
"""States of what is counted elsewhere or not at all."""
STATUTORY = "statutory."
AT_ONCE = 30
"""Days that are added up in one transaction."""
MOST = 400
"""Days that one run of the job adds up, the newest first."""
KEPT = timedelta(days=5 * 366)
READ = (*(f"{part}_id" if part == "unit" else part for part in PARTS), "state", "late", "fault", "received_at",
        "closed_at", "paid")  # fmt: skip

AT_FAULT = ("full", "part")
MICROSECOND = timedelta(microseconds=1)


@dataclass(slots=True)
class Figures:
    """The figures of some complaints."""

    total: int = 0
    closed: int = 0
    met: int = 0
    missed: int = 0
    fault: int = 0
    timed: int = 0
    microseconds: int = 0
    paid: Decimal | None = None

    @property
    def days(self) -> float | None:
        """Return the mean days from receipt to closing."""
        return self.microseconds / self.timed / 86_400_000_000 if self.timed else None

    def count(self, *, closed: bool, late: bool, at_fault: bool, took: int | None, paid: Decimal | None) -> None:
        """Count a complaint; `took`: microseconds to its closing."""
        self.total += 1
        self.missed += late
        self.fault += at_fault
        if closed:
            self.closed += 1
            self.met += not late
        if took is not None:
            self.timed += 1
            self.microseconds += took
        if paid is not None:
            self.paid = (self.paid or Decimal(0)) + paid

    def add(self, other: Figures) -> None:
        """Add the figures of other complaints."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.paid is not None:
            self.paid = (self.paid or Decimal(0)) + other.paid


COUNTS = tuple(item.name for item in fields(Figures) if item.name != "paid")
ByValue = dict[str, Figures]
ByPart = dict[str, ByValue]


def is_late() -> Exists:
    """Return whether a statutory clock of a complaint was met late, or ran out unmet."""
    late = Q(met_at__gt=F("due_at")) | Q(met_at__isnull=True, due_at__lt=timezone.now())
    return Exists(_clocks().filter(late, subject_id=OuterRef("pk")))


def _clocks() -> QuerySet[Deadline]:
    return Deadline.objects.filter(
        subject_type="complaints.case", kind__startswith=STATUTORY, cancelled_at__isnull=True
    )


def _cases() -> QuerySet[Any]:
    found: QuerySet[Any] = apps.get_model("complaints", "Case").objects.all()
    return found


def counted(rows: QuerySet[Any]) -> ByPart:
    """Return the figures of some complaints by part and value, counted one by one."""
    return _by_day(rows, lambda _at: None).get(None, _nothing())


def _nothing() -> ByPart:
    return {part: {} for part in PARTS}


def _by_day(rows: QuerySet[Any], day_of: Any) -> dict[Any, ByPart]:
    """Return the figures of some complaints by what `day_of` makes of the moment of receipt, part and value."""
    found: dict[Any, ByPart] = defaultdict(_nothing)
    told = rows.exclude(state__in=LEFT_OUT).order_by().annotate(late=is_late()).values_list(*READ)
    for *values, state, late, fault, received, closed_at, paid in told.iterator(chunk_size=5_000):
        closed = state == "closed"
        took = (closed_at - received) // MICROSECOND if closed and closed_at is not None else None
        at_fault, by_part = fault in AT_FAULT, found[day_of(received)]
        for part, value in zip(PARTS, values, strict=True):
            sums = by_part[part].get(str(value))
            if sums is None:
                sums = by_part[part][str(value)] = Figures()
            sums.count(closed=closed, late=late, at_fault=at_fault, took=took, paid=paid)
    return found


def of_all(period: Period) -> ByPart:
    """Return the figures of all complaints received in a period, as they are now."""
    changed = set(DayChange.objects.filter(**period.between("day")).order_by().values_list("day", flat=True).distinct())
    now = timezone.now()
    kept = {day for day, until in SummedDay.objects.filter(**period.between("day")).values_list("day", "until")
            if day not in changed and (until is None or now < until)}  # fmt: skip
    found = _kept(sorted(kept))
    for first, last in _runs([day for day in _days(period) if day not in kept]):
        for part, by_value in counted(_received(first, last)).items():
            for value, figures in by_value.items():
                found[part].setdefault(value, Figures()).add(figures)
    return found


def _kept(days: Sequence[date]) -> ByPart:
    found = _nothing()
    if days:
        rows = DaySum.objects.filter(day__gte=days[0], day__lte=days[-1]).order_by()
        if len(days) <= (days[-1] - days[0]).days:
            rows = rows.filter(day__in=days)
        for part, value, *sums in rows.values_list("part", "value").annotate(
            *(Sum(name) for name in (*COUNTS, "paid"))
        ):
            found[part][value] = Figures(*sums)
    return found


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=n) for n in range(period.days)]


def _runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Return the first and last of each run of days that follow one another."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _received(first: date, last: date) -> QuerySet[Any]:
    return _cases().filter(**Period("custom", first, last).within("received_at"))


# The job


def due(most: int = MOST) -> list[date]:
    """Return the days to be added up, the newest first: never done, changed since, or with a clock run out since."""
    today = timezone.localdate()
    oldest = _cases().filter(received_at__gte=timezone.now() - KEPT).aggregate(at=Min("received_at"))["at"]
    if oldest is None:
        return []
    every = Period("custom", timezone.localdate(oldest), today)
    known = dict(SummedDay.objects.filter(**every.between("day")).values_list("day", "until"))
    changed = set(DayChange.objects.order_by().values_list("day", flat=True).distinct())
    now = timezone.now()
    late = {day for day, until in known.items() if until is not None and until <= now}
    return [day for day in reversed(_days(every)) if day not in known or day in changed or day in late][:most]


def add_up(most: int = MOST) -> int:
    """Add up the days that are due, and return how many; what changes meanwhile makes its day due again."""
    days = due(most)
    for first, last in _runs(sorted(days)):
        start = first
        while start <= last:
            end = min(last, start + timedelta(days=AT_ONCE - 1))
            _add_up(Period("custom", start, end))
            start = end + timedelta(days=1)
    return len(days)


@transaction.atomic
def _add_up(period: Period) -> None:
    # What is seen as changed here is removed; whatever changes after this line leaves a row of its own.
    seen = list(DayChange.objects.filter(**period.between("day")).values_list("pk", flat=True))
    now = timezone.now()
    rows = _received(period.first, period.last)
    found = _by_day(rows, timezone.localdate)
    clocks = _clocks().filter(met_at__isnull=True, due_at__gt=now, subject_id__in=rows.order_by().values("pk"))
    ends = dict(clocks.order_by().values_list("subject_id").annotate(end=Min("due_at")))
    until: dict[date, Any] = {}
    for pk, at in rows.filter(pk__in=list(ends)).values_list("pk", "received_at"):
        day = timezone.localdate(at)
        until[day] = min(until.get(day, ends[pk]), ends[pk])
    DaySum.objects.filter(**period.between("day")).delete()
    made = [
        DaySum(day=day, part=part, value=value, **asdict(figures))
        for day, by_part in found.items()
        for part, by_value in by_part.items()
        for value, figures in by_value.items()
    ]
    DaySum.objects.bulk_create(made, batch_size=2_000)
    SummedDay.objects.filter(**period.between("day")).delete()
    SummedDay.objects.bulk_create([SummedDay(day=day, until=until.get(day)) for day in _days(period)])
    DayChange.objects.filter(pk__in=seen).delete()
