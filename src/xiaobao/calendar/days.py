"""One day of the calendar, and the day in Beijing on which a moment falls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from xiaobao.errors import InputError

BEIJING = ZoneInfo("Asia/Shanghai")
Moment = date | datetime | str
"""A date, a datetime (naive: Beijing time) or either written in ISO 8601."""

Kind = Literal["weekday", "weekend", "holiday", "makeup"]
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


@dataclass(frozen=True, slots=True)
class Day:
    """A day, whether it is worked, and why; true in a condition when it is worked.

    kind: weekday (ordinary), weekend, holiday (off although a weekday, or a festival on a weekend), makeup (a weekend
    day worked in exchange). name is the festival it belongs to or "". note tells a holiday given by exchange (调休)
    or in lieu (补假), and what is said of a weekend day that an override has worked. source is where the day was
    announced, "" for ordinary days. provisional days lie in a year whose notice is not yet known.
    """

    date: date
    kind: Kind
    name: str = ""
    note: str = ""
    source: str = ""
    provisional: bool = False

    @property
    def working(self) -> bool:
        """Tell whether the day is worked."""
        return self.kind in ("weekday", "makeup")

    def __bool__(self) -> bool:
        return self.working

    @property
    def reason(self) -> str:
        """Return why the day is off or worked: “国庆节”, “周日”, “周日调休上班”; of an ordinary day the weekday."""
        weekday = WEEKDAYS[self.date.weekday()]
        if self.kind == "holiday":
            return f"{self.name}（{self.note}）" if self.note else self.name
        if self.kind == "makeup":
            return f"{weekday}{self.note or '调休上班'}"
        if self.kind == "weekend" and self.name:
            return f"{weekday}（{self.name}假期）"
        return f"{weekday}（{self.name}）" if self.name else weekday

    def sentence(self, year: int | None = None) -> str:
        """Return “10月1日 国庆节”, with the year in front unless it is the given one."""
        front = "" if year == self.date.year else f"{self.date.year}年"
        return f"{front}{self.date.month}月{self.date.day}日 {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """Return the day as plain values, date in ISO 8601."""
        return {
            "date": self.date.isoformat(),
            "working": self.working,
            "kind": self.kind,
            "reason": self.reason,
            "source": self.source,
            "provisional": self.provisional,
        }


def beijing_date(moment: Moment) -> date:
    """Return the day in Beijing of a date, a datetime (naive: Beijing time) or an ISO text; InputError for others."""
    if isinstance(moment, str):
        moment = _from_text(moment)
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            return moment.date()
        try:
            return moment.astimezone(BEIJING).date()
        except OverflowError as error:
            raise InputError(f"时间“{moment.isoformat()}”超出可换算的范围") from error
    if isinstance(moment, date):
        return moment
    raise InputError(f"需要日期或时间，收到的是“{moment!r}”")


def _from_text(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"不是日期：“{text[:40]}”，应写作 2026-01-31 或 2026-01-31T09:30:00+08:00") from error
