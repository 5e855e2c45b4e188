"""The working-day calendar of mainland China."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from xiaobao.calendar.answers import DayCount, DueDate
from xiaobao.calendar.days import Day, Moment, beijing_date
from xiaobao.calendar.notices import Notice, Override, Table, read_table
from xiaobao.calendar.years import FIRST_YEAR, LAST_YEAR, YearTable, year_table
from xiaobao.errors import InputError, LimitExceeded, UsageError

MOST_DAYS = 10_000
_ONE = timedelta(days=1)
_NATIONAL = Path(__file__).with_name("national.yaml")


class Calendar:
    """Answer questions about working days; immutable, year tables are made once and kept.

    Notices and overrides given here go on top of the national table, which the package carries. Days run from
    1 January 2008 to 31 December 2099; others, and counts that lead there, raise InputError.
    """

    def __init__(self, overrides: Iterable[Override] = (), notices: Iterable[Notice] = ()) -> None:
        national = _national()
        self._notices = {n.year: n for n in (*national.notices, *notices)}
        self._overrides = {o.date: o for o in (*national.overrides, *overrides)}
        self._years: dict[int, YearTable] = {}
        self.version = self._name()

    @classmethod
    def load(cls, *paths: Path) -> Calendar:
        """Return the national calendar with the institution's own YAML tables on top, the later file winning."""
        tables = [read_table(path) for path in paths]
        return cls([o for t in tables for o in t.overrides], [n for t in tables for n in t.notices])

    def published(self, year: int) -> bool:
        """Tell whether the holidays of a year are announced and known here."""
        return year in self._notices

    @property
    def published_until(self) -> int:
        """Return the last year of the unbroken run of announced years."""
        year = FIRST_YEAR
        while year + 1 in self._notices:
            year += 1
        return year

    def day(self, day: Moment) -> Day:
        """Return what the calendar knows of a day."""
        when = self._known(day)
        return self._year(when.year).days[when.toordinal() - date(when.year, 1, 1).toordinal()]

    def is_working(self, day: Moment) -> Day:
        """Return the day, which is true in a condition when it is worked and says whether that is provisional."""
        return self.day(day)

    def days(self, first: Moment, last: Moment) -> tuple[Day, ...]:
        """Return the days from first to last, both included; none when last lies before first."""
        start, end = self._known(first), self._known(last)
        return tuple(self.day(date.fromordinal(n)) for n in range(start.toordinal(), end.toordinal() + 1))

    def add_working_days(self, day: Moment, n: int, counting_from: Literal["next", "same"] = "next") -> DueDate:
        """Return the nth working day after a day (before it when n is negative).

        counting_from "next" leaves the day itself out (民法典 201), "same" counts it when it is worked. n = 0 returns
        the day, or the next working day when it is off. More than 10,000 days raise LimitExceeded.
        """
        start = self._known(day)
        if counting_from not in ("next", "same"):
            raise UsageError(f"起算方式只有 next（次日起算）和 same（当日起算），没有“{counting_from}”")
        if isinstance(n, bool) or not isinstance(n, int):
            raise InputError(f"工作日数应为整数，收到的是“{n!r}”")
        if abs(n) > MOST_DAYS:
            raise LimitExceeded(f"工作日数 {n} 超过上限 {MOST_DAYS}")
        if n == 0:
            return self.roll_forward(start)
        shift = int(counting_from == "next")
        if n > 0:
            return self._found(start, start.toordinal() + shift, self._after(start.toordinal() + shift, n))
        return self._found(start, start.toordinal() - shift, self._before(start.toordinal() - shift, -n))

    def roll_forward(self, day: Moment) -> DueDate:
        """Return the day, or the next working day when it is off (民法典 203)."""
        start = self._known(day)
        return self._found(start, start.toordinal(), self._after(start.toordinal(), 1))

    def roll_backward(self, day: Moment) -> DueDate:
        """Return the day, or the last working day before it when it is off: the safe day to plan for."""
        start = self._known(day)
        return self._found(start, start.toordinal(), self._before(start.toordinal(), 1))

    def working_days_between(self, start: Moment, end: Moment) -> DayCount:
        """Return how many working days lie after start, up to and including end; negative when end is the earlier.

        It undoes add_working_days: working_days_between(d, add_working_days(d, n).date) is n.
        """
        begin, finish = self._known(start), self._known(end)
        backward = finish < begin
        # Either way the day one starts from is left out and the day one arrives at is counted.
        first, last = (finish, begin - _ONE) if backward else (begin + _ONE, finish)
        number = self._count(first.toordinal(), last.toordinal())
        return DayCount(
            start=begin,
            first=first,
            last=last,
            backward=backward,
            provisional=self._provisional(first.toordinal(), last.toordinal()),
            version=self.version,
            _calendar=self,
            number=-number if backward else number,
        )

    def _known(self, moment: Moment) -> date:
        """Return the day in Beijing of a moment, once the calendar is known to have it."""
        day = beijing_date(moment)
        self._year(day.year)
        return day

    def _found(self, start: date, origin: int, found: int) -> DueDate:
        """Return the answer for a day found by walking from the ordinal `origin`."""
        first, last = min(origin, found), max(origin, found)
        return DueDate(
            start=start,
            first=date.fromordinal(first),
            last=date.fromordinal(last),
            backward=found < origin,
            provisional=self._provisional(first, last),
            version=self.version,
            _calendar=self,
            date=date.fromordinal(found),
        )

    def _after(self, origin: int, n: int) -> int:
        """Return the ordinal of the nth working day on or after an ordinal."""
        year = date.fromordinal(origin).year
        while True:
            working = self._year(year).working
            at = bisect_left(working, origin) + n - 1
            if at < len(working):
                return working[at]
            n = at - len(working) + 1
            year += 1

    def _before(self, origin: int, n: int) -> int:
        """Return the ordinal of the nth working day on or before an ordinal."""
        year = date.fromordinal(origin).year
        while True:
            working = self._year(year).working
            at = bisect_right(working, origin) - n
            if at >= 0:
                return working[at]
            n = -at
            year -= 1

    def _count(self, first: int, last: int) -> int:
        """Return the number of working days from one ordinal to another, both included."""
        tables = self._tables(first, last)
        return sum(bisect_right(t.working, last) - bisect_left(t.working, first) for t in tables)

    def _provisional(self, first: int, last: int) -> bool:
        """Tell whether a day from one ordinal to another rests on a notice that is not known."""
        tables = self._tables(first, last)
        return any(bisect_right(t.provisional, last) > bisect_left(t.provisional, first) for t in tables)

    def _tables(self, first: int, last: int) -> list[YearTable]:
        if last < first:
            return []
        years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
        return [self._year(year) for year in years]

    def _year(self, year: int) -> YearTable:
        table = self._years.get(year)
        if table is None:
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise InputError(f"工作日历只有{FIRST_YEAR}年至{LAST_YEAR}年，没有{year}年")
            table = self._years[year] = year_table(year, self._notices, self._overrides)
        return table

    def _name(self) -> str:
        """Return a name that changes with the library's version, a notice or an override."""
        library = version("holidays")
        facts = [library]
        for _, n in sorted(self._notices.items()):
            facts.append(repr((n.year, n.source, n.number, sorted(n.rest.items()), sorted(n.work.items()))))
        facts += [repr(o) for _, o in sorted(self._overrides.items())]
        digest = hashlib.sha256("\n".join(facts).encode()).hexdigest()[:12]
        return f"CN-{self.published_until}-{library}-{digest}"


@cache
def _national() -> Table:
    return read_table(_NATIONAL)


@cache
def mainland() -> Calendar:
    """Return the national calendar, one for the process."""
    return Calendar()
