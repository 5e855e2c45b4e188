"""Answers of the calendar: a date or a number that shows which days were counted, which not, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xiaobao.calendar.days import Day
from xiaobao.calendar.years import governing_year

if TYPE_CHECKING:
    from xiaobao.calendar.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a count and its number in it, from 1; None for a day that did not count."""

    day: Day
    number: int | None


@dataclass(frozen=True)
class Answer:
    """What the days from `first` to `last` (both looked at, empty when last < first) gave, counted from `start`.

    provisional answers rest on a year whose holidays are not announced: compute them again when they are.
    version names the calendar that answered.
    """

    start: date
    first: date
    last: date
    backward: bool
    provisional: bool
    version: str
    _calendar: Calendar = field(repr=False, compare=False)

    @cached_property
    def days(self) -> tuple[Day, ...]:
        """Return every day looked at, in the order of counting."""
        days = self._calendar.days(self.first, self.last)
        return days[::-1] if self.backward else days

    @property
    def skipped(self) -> tuple[Day, ...]:
        """Return the days that did not count, with their reasons, in the order of counting."""
        return tuple(d for d in self.days if not d.working)

    @property
    def made_up(self) -> tuple[Day, ...]:
        """Return the weekend days that counted because they are worked in exchange."""
        return tuple(d for d in self.days if d.kind == "makeup")

    @property
    def unpublished(self) -> tuple[int, ...]:
        """Return the years whose missing notices make the answer provisional."""
        years: set[int] = set()
        for day in self.days:
            if day.provisional:
                years |= {y for y in (day.date.year, governing_year(day.date)) if y and not self._calendar.published(y)}
        return tuple(sorted(years))

    def steps(self) -> tuple[Step, ...]:
        """Return the count day by day: each day looked at and its number where it counted."""
        out, number = [], 0
        for day in self.days:
            number += day.working
            out.append(Step(day, number if day.working else None))
        return tuple(out)

    def explain(self) -> tuple[str, ...]:
        """Return a Chinese line for each day that is not an ordinary weekday, and one more when provisional."""
        lines = [d.sentence(self.start.year) for d in self.days if d.kind != "weekday" or d.name]
        if self.provisional:
            years = "、".join(f"{y}年" for y in self.unpublished)
            lines.append(f"{years}放假安排尚未公布，结果为暂定，公布后重算")
        return tuple(lines)

    def as_dict(self) -> dict[str, Any]:
        """Return the facts every answer has as plain values, dates in ISO 8601."""
        return {
            "start": self.start.isoformat(),
            "provisional": self.provisional,
            "skipped": [d.as_dict() for d in self.skipped],
            "made_up": [d.as_dict() for d in self.made_up],
            "explanation": list(self.explain()),
            "version": self.version,
        }


@dataclass(frozen=True)
class DueDate(Answer):
    """A day found by counting or rolling."""

    date: date

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values, dates in ISO 8601."""
        return {"date": self.date.isoformat(), **super().as_dict()}


@dataclass(frozen=True)
class DayCount(Answer):
    """A number of working days; negative when the end lies before the start."""

    number: int

    def __int__(self) -> int:
        return self.number

    def as_dict(self) -> dict[str, Any]:
        """Return the answer as plain values, dates in ISO 8601."""
        return {"number": self.number, **super().as_dict()}
