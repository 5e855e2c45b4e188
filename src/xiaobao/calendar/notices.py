"""Tables of holiday notices and single corrected days: how they are written and read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from xiaobao.errors import InputError, UnreadableFile

_NOTICE_KEYS = {"year", "number", "source", "rest", "work"}
_OVERRIDE_KEYS = {"date", "working", "name", "source"}


@dataclass(frozen=True, slots=True)
class Notice:
    """The official arrangement of a year.

    rest and work map days to the festival they belong to; both empty means that the library holds the days. Days may
    lie in `year` or in December before it.
    """

    year: int
    source: str
    number: str = ""
    rest: Mapping[date, str] = field(default_factory=dict)
    work: Mapping[date, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        both = self.rest.keys() & self.work.keys()
        if both:
            raise InputError(f"{self.year}年放假安排：{min(both)} 既放假又上班")
        for day in (*self.rest, *self.work):
            if day.year != self.year and (day.year, day.month) != (self.year - 1, 12):
                raise InputError(f"{self.year}年放假安排：{day} 不在该年或上年12月")
        for day in self.work:
            if day.weekday() < 5:
                raise InputError(f"{self.year}年放假安排：{day} 不是周六、周日，不能写作调休上班")

    @property
    def written_out(self) -> bool:
        """Tell whether the notice states its own days."""
        return bool(self.rest or self.work)

    @property
    def title(self) -> str:
        """Return the name of the notice, with its number where known."""
        number = f"（{self.number}）" if self.number else ""
        return f"国务院办公厅关于{self.year}年部分节假日安排的通知{number}"


@dataclass(frozen=True, slots=True)
class Override:
    """A single day that differs from the notice: worked or not, its name and who announced it."""

    date: date
    working: bool
    name: str
    source: str

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.source.strip():
            raise InputError(f"{self.date} 的调整须写明名称（name）和依据（source）")


@dataclass(frozen=True, slots=True)
class Table:
    """Notices by year and overrides by day, as one file states them."""

    notices: tuple[Notice, ...] = ()
    overrides: tuple[Override, ...] = ()


def read_table(path: Path) -> Table:
    """Return the notices and overrides of a YAML file; errors name the file, the entry and what is expected there."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValueError) as error:
        raise UnreadableFile(f"{path.name}：工作日历文件无法读取：{error}") from error
    data = {} if data is None else data
    _keys(data, {"notices", "overrides"}, path.name)
    table = Table(
        notices=tuple(_notice(e, f"{path.name} 第{n}份通知") for n, e in _entries(data, "notices", path.name)),
        overrides=tuple(_override(e, f"{path.name} 第{n}条调整") for n, e in _entries(data, "overrides", path.name)),
    )
    _once([n.year for n in table.notices], path.name)
    _once([o.date for o in table.overrides], path.name)
    return table


def _entries(data: Mapping[str, Any], key: str, where: str) -> list[tuple[int, Any]]:
    entries = data.get(key) or []
    if not isinstance(entries, list):
        raise InputError(f"{where}：{key} 应为列表")
    return list(enumerate(entries, 1))


def _once(keys: list[Any], where: str) -> None:
    twice = [k for k in keys if keys.count(k) > 1]
    if twice:
        raise InputError(f"{where}：{twice[0]} 写了两次")


def _notice(data: Any, where: str) -> Notice:
    _keys(data, _NOTICE_KEYS, where)
    year = data.get("year")
    if isinstance(year, bool) or not isinstance(year, int):
        raise InputError(f"{where}：year 应为四位年份，现为“{year}”")
    number = data.get("number") or ""
    rest, work = (_named_days(data.get(k), f"{where} {k}") for k in ("rest", "work"))
    return Notice(year=year, source=_text(data, "source", where), number=str(number), rest=rest, work=work)


def _override(data: Any, where: str) -> Override:
    _keys(data, _OVERRIDE_KEYS, where)
    working = data.get("working")
    if not isinstance(working, bool):
        raise InputError(f"{where}：working 应为 true 或 false，现为“{working}”")
    day = _day(data.get("date"), where)
    return Override(day, working, name=_text(data, "name", where), source=_text(data, "source", where))


def _named_days(data: Any, where: str) -> dict[date, str]:
    if data is None:
        return {}
    if not isinstance(data, dict) or not all(isinstance(spans, list) for spans in data.values()):
        raise InputError(f"{where}：应写作“节日: [日期, 起/止]”")
    days: dict[date, list[str]] = {}
    for name, spans in data.items():
        for day in (day for span in spans for day in _span(span, where)):
            days.setdefault(day, []).append(str(name))
    return {day: "、".join(names) for day, names in days.items()}


def _span(value: Any, where: str) -> list[date]:
    first, slash, last = value.partition("/") if isinstance(value, str) else (value, "", "")
    start = _day(first, where)
    end = _day(last, where) if slash else start
    if not 0 <= (end - start).days <= 31:
        raise InputError(f"{where}：“{value}”起止颠倒或超过一个月")
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def _day(value: Any, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError as error:
        raise InputError(f"{where}：日期应写作 2026-01-31，现为“{value}”") from error


def _text(data: Mapping[str, Any], key: str, where: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{where}：缺少 {key}")
    return value.strip()


def _keys(data: Any, keys: set[str], where: str) -> None:
    if not isinstance(data, dict):
        raise InputError(f"{where}：应为键值结构，可用的键：{'、'.join(sorted(keys))}")
    extra = [str(k) for k in data if k not in keys]
    if extra:
        raise InputError(f"{where}：不认识的键“{'、'.join(extra)}”，可用：{'、'.join(sorted(keys))}")
