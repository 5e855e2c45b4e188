"""The days people date by: festivals of either calendar, shopping days, solar terms, and the holidays around them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from xiaobao.calendar import mainland
from xiaobao.errors import InputError
from xiaobao.intake import lunar
from xiaobao.text.numerals import parse_number

_FIXED: Final = {
    "元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "三八节": (3, 8), "三八": (3, 8), "女神节": (3, 8),
    "三一五": (3, 15),
    "315": (3, 15), "消费者权益日": (3, 15), "植树节": (3, 12), "愚人节": (4, 1), "劳动节": (5, 1), "五一": (5, 1),
    "青年节": (5, 4), "五四": (5, 4), "520": (5, 20), "儿童节": (6, 1), "六一": (6, 1), "618": (6, 18),
    "六一八": (6, 18),
    "建党节": (7, 1), "七一": (7, 1), "建军节": (8, 1), "八一": (8, 1), "教师节": (9, 10), "国庆": (10, 1),
    "十一": (10, 1), "万圣节": (10, 31), "双十一": (11, 11), "双11": (11, 11), "光棍节": (11, 11),
    "双十二": (12, 12), "双12": (12, 12), "平安夜": (12, 24), "圣诞": (12, 25), "跨年夜": (12, 31), "跨年": (12, 31),
}  # fmt: skip
_LUNAR: Final = {
    "春节": (1, 1), "大年初一": (1, 1), "正月初一": (1, 1), "元宵": (1, 15), "正月十五": (1, 15), "龙抬头": (2, 2),
    "端午": (5, 5),
    "七夕": (7, 7), "中元节": (7, 15), "七月半": (7, 15), "中秋": (8, 15), "八月十五": (8, 15), "重阳": (9, 9),
    "腊八": (12, 8), "小年": (12, 23),
}  # fmt: skip
_EVES: Final = ("除夕", "大年三十", "年三十", "大年夜", "年夜饭")
_TERMS: Final = {
    "小寒": (1, 5.4055), "大寒": (1, 20.12), "立春": (2, 3.87), "雨水": (2, 18.73), "惊蛰": (3, 5.63),
    "春分": (3, 20.646),
    "清明": (4, 4.81), "谷雨": (4, 20.1), "立夏": (5, 5.52), "小满": (5, 21.04), "芒种": (6, 5.678),
    "夏至": (6, 21.37),
    "小暑": (7, 7.108), "大暑": (7, 22.83), "立秋": (8, 7.5), "处暑": (8, 23.13), "白露": (9, 7.646),
    "秋分": (9, 23.042),
    "寒露": (10, 8.318), "霜降": (10, 23.438), "立冬": (11, 7.438), "小雪": (11, 22.36), "大雪": (12, 7.18),
    "冬至": (12, 21.94),
}  # fmt: skip
"""Month and the constant of the usual formula for the day of a solar term in this century."""

_NAMES = sorted((*_FIXED, *_LUNAR, *_EVES, *_TERMS), key=len, reverse=True)
NAME: Final = "|".join(re.escape(name) for name in _NAMES)
"""A pattern of every name, the longer ones first."""
_MONTHS = {"正": 1, "冬": 11, "腊": 12}
LUNAR_DAY: Final = re.compile(
    r"(?:(?:(?P<farm>农历|阴历|旧历"
    r"|老历)的?(?P<leap>闰)?|(?P<leap2>闰))(?P<m1>[正二三四五六七八九十冬腊]{1,2})月(?P<d1>初?[一二三四五六七八九十廿]{1,3})"
    r"|(?P<m2>[正冬腊])月(?P<d2>初?[一二三四五六七八九十廿]{1,3})|(?:大年"
    r"|年)初(?P<d3>[一二三四五六七八九十]{1,2})|(?<![一-龥])初(?P<d4>[一二三四五六七八])(?!中|级|步|始"
    r"|期|次|心|审|衷))"
)
_DIGITS = re.compile("[一二三四五六七八九十]+")
_COUNTING = re.compile("[零〇幺一二两三四五六七八九十百千万之]")
_COUNTED = re.compile("[零〇幺点位个名]|[一二两三四五六七八九十百千万](?![天日号])")


def day_of(name: str, year: int) -> date | None:
    """Return the day of a festival or solar term in a solar year; None where it is unknown."""
    if name in _FIXED:
        return date(year, *_FIXED[name])
    if name in _LUNAR:
        month, day = _LUNAR[name]
        return _in_solar_year(year, month, day)
    if name in _EVES:
        return lunar.eve(year)
    if name in _TERMS:
        month, constant = _TERMS[name]
        short = year % 100
        leaps = (short - 1) // 4 if month <= 2 else short // 4
        return date(year, month, int(short * 0.2422 + constant) - leaps)
    return None


def is_number(name: str, before: str, after: str) -> bool:
    """Tell whether digits that may name a day (三八, 十一) are part of a number, or count, by what is beside."""
    return _DIGITS.fullmatch(name) is not None and (_COUNTING.match(before) or _COUNTED.match(after)) is not None


def is_term(name: str) -> bool:
    """Tell whether a name is a solar term that is no festival: many are persons' names as well."""
    return name in _TERMS and name not in ("清明", "冬至")


def lunar_day(match: re.Match[str], year: int) -> date | None:
    """Return the day of a match of LUNAR_DAY in a solar year; None where there is none."""
    month = match["m1"] or match["m2"] or "正"
    day = match["d1"] or match["d2"] or match["d3"] or match["d4"]
    number = _MONTHS.get(month) or int(parse_number(month))
    try:
        counted = int(parse_number(day.lstrip("初").replace("廿", "二十")))
        return _in_solar_year(year, number, counted, bool(match["leap"] or match["leap2"]))
    except InputError:
        return None


def lunar_month_day(match: re.Match[str], now: date, back: int) -> date | None:
    """Return the day of a match of LUNAR_DAY some lunar years before the one that a day is in: 去年腊月二十."""
    month = match["m1"] or match["m2"] or "正"
    day = match["d1"] or match["d2"] or match["d3"] or match["d4"]
    begun = lunar.solar(now.year, 1, 1)
    year = now.year + back - (1 if begun and now < begun else 0)
    try:
        number = _MONTHS.get(month) or int(parse_number(month))
        counted = int(parse_number(day.lstrip("初").replace("廿", "二十")))
        return lunar.solar(year, number, counted, bool(match["leap"] or match["leap2"]))
    except InputError:
        return None


def _in_solar_year(year: int, month: int, day: int, leap: bool = False) -> date | None:
    for lunar_year in (year, year - 1):
        found = lunar.solar(lunar_year, month, day, leap)
        if found is not None and found.year == year:
            return found
    return None


def holiday(name: str, year: int) -> tuple[date, date] | None:
    """Return the first and last day off around a festival in a year, by the official calendar; None without one."""
    day = day_of(name, year)
    if day is None or not 2008 <= year <= 2099:
        return None
    calendar, one = mainland(), timedelta(days=1)
    if calendar.is_working(day):
        return None
    first = last = day
    while not calendar.is_working(first - one) and (day - first).days < 10:
        first -= one
    while not calendar.is_working(last + one) and (last - day).days < 10:
        last += one
    return first, last
