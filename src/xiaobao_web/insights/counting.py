"""Count what complaints say, day by day, and add the days up: exact over any period, a few days in memory.

A day is counted again when its number of complaints is another than it was, or when a contact came to one of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.apps import apps
from django.db import transaction
from django.db.models import Max, Sum
from django.utils import timezone

from xiaobao.errors import InputError
from xiaobao.insight.tally import VERSION, Day, Keys, Source, pack_counts, unpack_counts
from xiaobao.insight.terms import Counts, Ids
from xiaobao_web.complaints import hearing
from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights.models import DayPhrases
from xiaobao_web.kernel.access import scope
from xiaobao_web.kernel.periods import Period

AT_ONCE = 3_000
"""Complaints that a page counts by itself; more are left to the job."""
OVERLAP = 1_000
"""Contacts that are looked at once more: some numbers become visible later than higher ones."""
KEPT = timedelta(days=3 * 366)


def _cases() -> Any:
    return apps.get_model("complaints", "Case").objects


def _contacts() -> Any:
    return apps.get_model("complaints", "Contact").objects


def whole(day: date) -> Period:
    """Return a day as a period."""
    return Period("custom", day, day)


def count_day(day: date) -> DayPhrases:
    """Count a day anew."""
    last = _contacts().aggregate(most=Max("pk"))["most"] or 0
    rows = _cases().filter(**whole(day).within("received_at"))
    made = Day.of(hearing.case_texts(rows, rows.count()))
    values = {"cases": len(made), "last_contact": last, "packed": made.pack(),
              "counts": pack_counts(made.features.counted)}  # fmt: skip
    return DayPhrases.objects.update_or_create(day=day, defaults=values)[0]


def due(period: Period) -> list[tuple[date, int]]:
    """Return the days of a period whose complaints are not counted as they stand, the newest first."""
    kept = DayPhrases.objects.filter(**period.between("day"))
    rows = _cases().filter(**period.within("received_at"))
    if rows.count() == (kept.aggregate(n=Sum("cases"))["n"] or 0):
        return []
    times = rows.order_by().values_list("received_at", flat=True)
    now = Counter(timezone.localdate(at) for at in times.iterator(chunk_size=5_000))
    known = dict(kept.values_list("day", "cases"))
    return [(day, now[day]) for day in sorted({*now, *known}, reverse=True) if now[day] != known.get(day)]


def catch_up(*periods: Period) -> int:
    """Count what is due of some periods as far as a page may, and return how many complaints are left to the job."""
    waiting = [item for period in periods for item in due(period)]
    left, spent = 0, 0
    for day, number in waiting:
        if spent and spent + number > AT_ONCE:
            left += number
            continue
        spent += number
        count_day(day)
    return left


def count_new() -> int:
    """Count the days to which contacts came since the last time, and return how many days that were."""
    last = DayPhrases.objects.aggregate(most=Max("last_contact"))["most"] or 0
    fresh = _contacts().filter(pk__gt=last - OVERLAP, case__isnull=False)
    days: dict[date, int] = {}
    for pk, at in fresh.values_list("pk", "case__received_at").iterator():
        day = timezone.localdate(at)
        days[day] = max(days.get(day, 0), pk)
    known = dict(DayPhrases.objects.filter(day__in=days).values_list("day", "last_contact"))
    touched = [day for day, pk in days.items() if pk > known.get(day, 0)]
    for day in touched:
        count_day(day)
    return len(touched)


def count_all() -> int:
    """Count every day that is due of those kept, drop what is older, and return how many days were counted."""
    today = timezone.localdate()
    with transaction.atomic():
        DayPhrases.objects.filter(day__lt=today - KEPT).delete()
    first = DayPhrases.objects.values_list("packed", flat=True).first()
    if first is not None and bytes(first[:1]) != bytes([VERSION]):
        DayPhrases.objects.all().delete()
    waiting = due(Period("custom", today - KEPT, today))
    for day, _number in waiting:
        count_day(day)
    return len(waiting)


@dataclass(frozen=True)
class Heard:
    """The counted complaints of a period that a person may see."""

    period: Period
    keys: Keys | None
    """Those complaints, in ascending order; None where the person sees all."""

    @property
    def texts(self) -> int:
        """Return how many there are."""
        if self.keys is None:
            return self._rows().aggregate(n=Sum("cases"))["n"] or 0
        return sum(len(day) for day in self.days())

    def _rows(self) -> Any:
        return DayPhrases.objects.filter(**self.period.between("day"), cases__gt=0)

    def days(self, *, newest_first: bool = False) -> Iterator[Day]:
        """Yield the days, of each what the person may see."""
        rows = self._rows().order_by("-day" if newest_first else "day")
        for packed in rows.values_list("packed", flat=True).iterator(chunk_size=4):
            day = _unpacked(bytes(packed))
            if day is not None:
                yield day if self.keys is None else day.only(self.keys)

    def counts(self) -> Iterator[tuple[Ids, Counts]]:
        """Yield the counts of each day."""
        if self.keys is not None:
            yield from (day.features.counted for day in self.days())
            return
        for packed in self._rows().values_list("counts", flat=True).iterator(chunk_size=4):
            try:
                yield unpack_counts(bytes(packed))
            except InputError:
                continue

    @property
    def source(self) -> Source:
        """Return what gives the counts whenever it is asked."""
        return self.counts

    def holding(self, number: int) -> list[int]:
        """Return the complaints that hold a phrase, those of the newest days first."""
        return [int(key) for day in self.days(newest_first=True) for key in day.holding(number)[::-1]]


def _unpacked(data: bytes) -> Day | None:
    """Return a day; None where another version packed it: the nightly job counts it anew."""
    try:
        return Day.unpack(data)
    except InputError:
        return None


def heard(user: Any, period: Period) -> Heard:
    """Return the counted complaints of a period that a person may see."""
    if scope(user, "complaints.view").everywhere:
        return Heard(period, None)
    rows = complaints.visible(user).filter(**period.within("received_at")).order_by()
    keys = np.fromiter(rows.values_list("pk", flat=True).iterator(chunk_size=5_000), dtype=np.int64)
    return Heard(period, np.unique(keys))
