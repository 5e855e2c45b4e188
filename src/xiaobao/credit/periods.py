"""Due dates, and the part of a year between two dates by the ways contracts count days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from xiaobao.credit.terms import DayCount, Terms
from xiaobao.errors import InputError

UNDATED = date(2001, 1, 1)
"""Where loans without dates are laid: only whole months count in them, and no date is shown."""


def add_months(day: date, months: int, anchor: int | None = None) -> date:
    """Return the same day some months on, or the month's last where it is shorter; anchor is the wished day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise InputError("还款日超出可表示的日期", code="input.terms")
    return date(year, month + 1, min(anchor or day.day, _month_days(year, month + 1)))


@lru_cache(4096)
def _month_days(year: int, month: int) -> int:
    return monthrange(year, month)[1]


def whole_months(start: date, end: date) -> int:
    """Return how many whole months lie between two dates, counted forward from the first."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)


def due_dates(terms: Terms, periods: int) -> list[date]:
    """Return the drawdown's date and the due date of each period."""
    start = terms.start or UNDATED
    if terms.unit == "day":
        first = terms.first_due or start + timedelta(days=terms.every)
        try:
            return [start, *(first + timedelta(days=terms.every * k) for k in range(periods))]
        except OverflowError as error:
            raise InputError("还款日超出可表示的日期", code="input.terms") from error
    first = terms.first_due or _first(terms, start)
    usual = add_months(start, terms.every)
    anchor = terms.due_day or (start.day if first == usual else first.day)
    return [start, first, *(add_months(first, terms.every * k, anchor) for k in range(1, periods))]


def _first(terms: Terms, start: date) -> date:
    """Return the first due date: one period on, at the due day where one is fixed."""
    return add_months(start, terms.every, terms.due_day)


def regular_first(terms: Terms, dates: list[date]) -> bool:
    """Tell whether the first period is as long as the others."""
    if terms.unit == "day":
        return (dates[1] - dates[0]).days == terms.every
    return dates[1] == add_months(dates[0], terms.every)


def year_part(terms: Terms, dates: list[date], number: int) -> Decimal:
    """Return the year fraction of a whole period, by the contract's day count."""
    start, end = dates[number - 1], dates[number]
    if terms.day_count != "monthly":
        return Decimal(days_between(start, end, terms.day_count)) / basis(terms.day_count)
    if number > 1 or regular_first(terms, dates):
        return Decimal(terms.every) / 12
    months = whole_months(start, end)
    return Decimal(months) / 12 + Decimal((end - add_months(start, months)).days) / 360


def days_between(start: date, end: date, day_count: DayCount) -> int:
    """Return the days from start to end: actual, or by 30E/360, where every month has thirty."""
    if day_count != "30/360":
        return (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * 30 + min(end.day, 30) - min(start.day, 30)


def basis(day_count: DayCount) -> int:
    """Return the days a year has by a day count."""
    return 365 if day_count == "actual/365" else 360
