"""The period of a page of figures, from its address, with the one before it to compare with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import DateField, Func
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Text = str | Promise
PRESETS: dict[str, Text] = {
    "month": gettext_lazy("本月"),
    "last_month": gettext_lazy("上月"),
    "quarter": gettext_lazy("本季度"),
    "year": gettext_lazy("本年"),
    "days90": gettext_lazy("近 90 天"),
    "days365": gettext_lazy("近一年"),
}
USUAL = "days90"
LONGEST = 366 * 5


class BeijingDay(Func):
    """The day of a moment in Beijing, which has kept eight hours before UTC since 1991."""

    output_field = DateField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return SQLite's own function; Django's is called back into Python for each row."""
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '+8 hours')", **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Return PostgreSQL's cast at the place, by hours: a zone of that name would be looked up for each row."""
        template = "CAST(%(expressions)s AT TIME ZONE INTERVAL '8 hours' AS date)"
        return self.as_sql(compiler, connection, template=template, **extra)


@dataclass(frozen=True)
class Period:
    """Days from first to last, both included, in Beijing."""

    key: str
    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1

    @property
    def label(self) -> str:
        """Return its days as people write them."""
        return _("%(first)s 至 %(last)s") % {"first": self.first.isoformat(), "last": self.last.isoformat()}

    @property
    def before(self) -> Period:
        """Return the period of as many days just before."""
        return Period("", self.first - timedelta(days=self.days), self.first - timedelta(days=1))

    @property
    def start(self) -> datetime:
        """Return the moment it begins."""
        return timezone.make_aware(datetime.combine(self.first, time.min))

    @property
    def end(self) -> datetime:
        """Return the moment after it."""
        return timezone.make_aware(datetime.combine(self.last + timedelta(days=1), time.min))

    def within(self, path: str) -> dict[str, Any]:
        """Return the filter of a moment within it."""
        return {f"{path}__gte": self.start, f"{path}__lt": self.end}

    def between(self, path: str) -> dict[str, Any]:
        """Return the filter of a day within it."""
        return {f"{path}__gte": self.first, f"{path}__lte": self.last}

    def query(self, name: str) -> dict[str, str]:
        """Return the keys by which a list's days filter shows it."""
        return {f"{name}_from": self.first.isoformat(), f"{name}_to": self.last.isoformat()}

    def address(self) -> dict[str, str]:
        """Return the keys by which a page of figures opens at it."""
        if self.key in PRESETS:
            return {"period": self.key}
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}

    def parts(self) -> list[Period]:
        """Return it in weeks (from Monday) up to 18 of them, else in months; the first and last may be cut."""
        found, day = [], self.first
        weekly = self.days <= 18 * 7
        while day <= self.last:
            next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
            after = day + timedelta(days=7 - day.weekday()) if weekly else next_month
            found.append(Period("week" if weekly else "month", day, min(after - timedelta(days=1), self.last)))
            day = after
        return found

    @property
    def short(self) -> str:
        """Return a part's name on an axis: its month, or the day a week begins."""
        return f"{self.first:%Y-%m}" if self.key == "month" else f"{self.first.month}/{self.first.day}"


def preset(key: str, today: date | None = None) -> Period:
    """Return a named period that ends today (last month excepted)."""
    today = today or timezone.localdate()
    month = today.replace(day=1)
    if key == "last_month":
        last = month - timedelta(days=1)
        return Period(key, last.replace(day=1), last)
    firsts = {
        "month": month,
        "quarter": month.replace(month=month.month - (month.month - 1) % 3),
        "year": today.replace(month=1, day=1),
        "days90": today - timedelta(days=89),
        "days365": today - timedelta(days=364),
    }
    return Period(key if key in firsts else USUAL, firsts.get(key, firsts[USUAL]), today)


def read(query: Any) -> Period:
    """Return the period that an address asks for, the usual one where it asks for none or for nonsense."""
    first, last = _day(query.get("from", "")), _day(query.get("to", ""))
    if first and last and first <= last and (last - first).days < LONGEST:
        return Period("custom", first, last)
    return preset(query.get("period", USUAL))


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def choices(here: Period, keep: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """Return the named periods as tabs, the one shown marked; `keep`: the keys of the address that stay."""
    return [
        {"label": label, "url": "?" + urlencode({"period": key, **(keep or {})}), "current": key == here.key}
        for key, label in PRESETS.items()
    ]
