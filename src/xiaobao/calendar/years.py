"""The table of one year: each day with its kind, festival, source and whether that is settled."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from holidays import country_holidays

from xiaobao.calendar.days import Day
from xiaobao.calendar.notices import Notice, Override
from xiaobao.errors import InputError

FIRST_YEAR = 2008
"""The festivals of today exist since the revision of 2007 (全国年节及纪念日放假办法)."""
LAST_YEAR = 2099
"""Lunar dates are tabulated until 2100."""

SPILL = 25
"""A notice may move days of December before its year; since 2001 none moved a day before the 28th."""

_EVE = "农历除夕"
_EXCHANGED = re.compile(r"休息日（由 (\d{4}-\d\d-\d\d) 调休）")
_MARGIN = timedelta(days=20)


@dataclass(frozen=True, slots=True)
class YearTable:
    """The days of a year from 1 January on, and the ordinals of its working and of its provisional days."""

    year: int
    days: tuple[Day, ...]
    working: tuple[int, ...]
    provisional: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Special:
    """What a notice says of a day: off or worked, the festival ("" while unknown), 调休 or 补假, the day exchanged."""

    off: bool
    name: str
    note: str = ""
    exchanged: date | None = None


def year_table(year: int, notices: Mapping[int, Notice], overrides: Mapping[date, Override]) -> YearTable:
    """Return the table of a year out of the library's days, notices written out, and overrides, the later winning.

    A year said to be published whose days neither its notice nor the library states raises InputError.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    specials = _specials(year, notices)
    festivals = _festivals(specials, first - _MARGIN, last + _MARGIN)
    days = []
    for day in _span(first, last):
        override = overrides.get(day)
        if override:
            days.append(_overridden(override))
        else:
            days.append(_day(day, specials.get(day), festivals, notices))
    return YearTable(
        year=year,
        days=tuple(days),
        working=tuple(d.date.toordinal() for d in days if d.working),
        provisional=tuple(d.date.toordinal() for d in days if d.provisional),
    )


def governing_year(day: date) -> int | None:
    """Return the year whose notice may still move a day of late December besides its own; None for other days."""
    return day.year + 1 if day.month == 12 and day.day >= SPILL else None


def _specials(year: int, notices: Mapping[int, Notice]) -> dict[date, _Special]:
    """Return what the library and the notices written out say of a year and of its neighbours."""
    around = (year - 1, year, year + 1)
    library = country_holidays("CN", years=around, expand=False, language="zh_CN")
    specials = {day: _library_holiday(library.get_list(day)) for day in library}
    given = {s.exchanged: day for day, s in specials.items() if s.exchanged}
    specials |= {day: _Special(off=False, name="", exchanged=given.get(day)) for day in library.weekend_workdays}
    if year in notices and not notices[year].written_out and year not in {d.year for d in library.weekend_workdays}:
        # Every arrangement since 2001 exchanges days: without any the library is only guessing.
        raise InputError(f"{year}年放假安排没有写明日期，holidays 库也还没有该年的安排：请在通知中写明 rest 和 work")
    written = [notices[y] for y in around if y in notices and notices[y].written_out]
    for notice in written:
        specials = {d: s for d, s in specials.items() if d.year != notice.year or governing_year(d)}
    for notice in written:
        specials |= {d: _Special(off=True, name=name) for d, name in notice.rest.items()}
        specials |= {d: _Special(off=False, name=name) for d, name in notice.work.items()}
    return specials


def _library_holiday(labels: list[str]) -> _Special:
    """Return the meaning of the library's labels for one day off."""
    exchanged = next(filter(None, map(_EXCHANGED.fullmatch, labels)), None)
    if exchanged:
        return _Special(off=True, name="", note="调休", exchanged=date.fromisoformat(exchanged[1]))
    note = "补假" if all("补假" in label for label in labels) else ""
    names = ["春节" if name == _EVE else name for name in (re.sub(r"（.*）$", "", label) for label in labels)]
    return _Special(off=True, name="、".join(dict.fromkeys(names)), note=note)


def _festivals(specials: Mapping[date, _Special], first: date, last: date) -> dict[date, str]:
    """Return the festival of every day of each run of days off that holds one, and of the days worked for it."""
    out: dict[date, str] = {}
    run: list[date] = []
    for day in _span(first, last):
        special = specials.get(day)
        if special.off if special else day.weekday() >= 5:
            run.append(day)
            continue
        out |= _run_festivals(run, specials)
        run = []
    out |= _run_festivals(run, specials)
    for day, special in specials.items():
        if not special.off:
            out[day] = special.name or (out.get(special.exchanged, "") if special.exchanged else "")
    return out


def _run_festivals(run: list[date], specials: Mapping[date, _Special]) -> dict[date, str]:
    named = {d: specials[d].name for d in run if d in specials and specials[d].name}
    if not named:
        return {}
    return {d: named[min(named, key=lambda n: abs((n - d).days))] for d in run}


def _day(day: date, special: _Special | None, festivals: Mapping[date, str], notices: Mapping[int, Notice]) -> Day:
    weekend = day.weekday() >= 5
    governing = governing_year(day)
    provisional = day.year not in notices or (governing is not None and governing not in notices)
    name = festivals.get(day, "")
    if special is None:
        plain = Day(day, "weekend" if weekend else "weekday", provisional=provisional)
        return replace(plain, name=name, source=_source(day, name, notices)) if weekend and name else plain
    source = _source(day, name, notices)
    if special.off:
        return Day(day, "holiday", name or "休息日", special.note, source, provisional)
    return Day(day, "makeup" if weekend else "weekday", name, "", source, provisional)


def _source(day: date, name: str, notices: Mapping[int, Notice]) -> str:
    """Return the notice that speaks of a day: New Year's days of December stand in the next year's."""
    year = day.year + 1 if day.month == 12 and "元旦" in name else day.year
    notice = notices.get(year)
    return f"{notice.title} {notice.source}" if notice else ""


def _overridden(override: Override) -> Day:
    if not override.working:
        return Day(override.date, "holiday", override.name, source=override.source)
    if override.date.weekday() >= 5:
        return Day(override.date, "makeup", override.name, f"上班（{override.name}）", override.source)
    return Day(override.date, "weekday", override.name, source=override.source)


def _span(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
