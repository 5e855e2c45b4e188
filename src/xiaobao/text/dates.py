"""Patterns of dates and clock times."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from xiaobao.text.numerals import DIGITS, parse_number


class DateParts(NamedTuple):
    """The parts of a date that the text gives."""

    year: int | None
    month: int | None
    day: int | None


_SHORT = rf"(?:\d{{1,2}}|[{DIGITS}十廿卅]{{1,3}})"
_YEAR = rf"(?:(?:19|20)\d\d|[{DIGITS}]{{4}})"

DATE = re.compile(
    rf"(?P<y1>{_YEAR}) ?年(?: ?(?P<m1>{_SHORT}) ?月(?: ?(?P<d1>{_SHORT}) ?[日号])?)?(?![期化])"
    r"|(?<![\d.])(?P<y2>(?:19|20)\d\d)(?P<sep>[-/.])(?P<m2>\d{1,2})(?P=sep)(?P<d2>\d{1,2})(?![\d.]*\d)"
    rf"|(?<![\d{DIGITS}十百.])(?P<m3>{_SHORT}) ?月 ?(?P<d3>{_SHORT}) ?[日号]"
    rf"|(?<![\d{DIGITS}十百.个])(?P<m4>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月(?=[份底初末起至到前后中上下，。,、的]|$)"
)

_MORNING, _AFTERNOON = (
    ("凌晨", "清晨", "早上", "早晨", "早", "上午"),
    ("中午", "下午", "午后", "傍晚", "晚上", "晚间", "晚"),
)
_HALF_DAYS = dict.fromkeys(_MORNING, 0) | dict.fromkeys((*_AFTERNOON, "夜间", "夜里"), 12)
_HALF = "|".join(_HALF_DAYS)

_NOT_SOONER = r"(?!(?<=[早晚])一点(?![半一三钟零\d]))"  # 早一点 is a wish, not a time
CLOCK = re.compile(
    rf"(?P<half>{_HALF})? ?(?<![\d.])(?P<h1>\d{{1,2}})[:：](?P<m1>[0-5]\d)(?:[:：](?P<s1>[0-5]\d))?(?![\d:])"
    rf"|(?P<half2>{_HALF}) ?{_NOT_SOONER}(?P<h2>{_SHORT}) ?[点时](?P<m2>半|[一三]刻|{_SHORT}分?)?钟?"
    rf"|(?<![\d.{DIGITS}十百])(?P<h3>{_SHORT}) ?[点时](?P<m3>半|[一三]刻|{_SHORT}分|整|钟|(?=[-~—–至到前后起]))"
    r"|(?<![\d.涨跌升降了])(?P<h4>\d{1,2})[点时](?=[,，。;；、)）]|$)"
    rf"|(?<=[-~—–至到])(?P<h5>{_SHORT})[点时]"
)

_PARTS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0, "钟": 0, "": 0}


def date_parts(match: re.Match[str]) -> DateParts | None:
    """Return the parts of a match of DATE; None when no calendar has such a day."""
    groups = match.groupdict()
    year, month, day = (next((v for k, v in groups.items() if k[0] == name and v), None) for name in "ymd")
    parts = DateParts(
        int(parse_number(year)) if year else None,
        int(parse_number(month)) if month else None,
        int(parse_number(day)) if day else None,
    )
    if parts.month is not None and not 1 <= parts.month <= 12:
        return None
    if parts.day is not None and not 1 <= parts.day <= 31:
        return None
    if parts.year is not None and not 1900 <= parts.year <= 2199:
        return None
    return parts


def clock_minutes(match: re.Match[str]) -> int | None:
    """Return the minutes after midnight of a match of CLOCK; None when no clock shows it."""
    hour = parse_number(match["h1"] or match["h2"] or match["h3"] or match["h4"] or match["h5"])
    minute = match["m1"] or match["m2"] or match["m3"] or ""
    if hour != int(hour) or hour > 24:
        return None
    minutes = _PARTS[minute] if minute in _PARTS else int(parse_number(minute.rstrip("分")))
    shift = _HALF_DAYS.get(match["half"] or match["half2"] or "", 0)
    if shift and hour <= 11 and not (shift == 12 and match["half2"] == "中午" and hour >= 10):
        hour += Decimal(shift)
    total = int(hour) * 60 + minutes
    return total if minutes < 60 and total <= 24 * 60 else None
