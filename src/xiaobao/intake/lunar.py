"""Days of the Chinese lunar calendar, and the festivals and holidays people date by.

The table covers 2000 to 2050: bit 16 - n tells that month n has 30 days, bit 16 that the leap month has, the low bits
which month is followed by its leap one. The tests compare the festivals it gives with those of the `holidays` package.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

FIRST, LAST = 2000, 2050
_MONTHS: Final = (
    0x0C960, 0x0D954, 0x0D4A0, 0x0DA50, 0x07552, 0x056A0, 0x0ABB7, 0x025D0, 0x092D0, 0x0CAB5, 0x0A950, 0x0B4A0,
    0x0BAA4, 0x0AD50, 0x055D9, 0x04BA0, 0x0A5B0, 0x15176, 0x052B0, 0x0A930, 0x07954, 0x06AA0, 0x0AD50, 0x05B52,
    0x04B60, 0x0A6E6, 0x0A4E0, 0x0D260, 0x0EA65, 0x0D530, 0x05AA0, 0x076A3, 0x096D0, 0x04AFB, 0x04AD0, 0x0A4D0,
    0x1D0B6, 0x0D250, 0x0D520, 0x0DD45, 0x0B5A0, 0x056D0, 0x055B2, 0x049B0, 0x0A577, 0x0A4B0, 0x0AA50, 0x1B255,
    0x06D20, 0x0ADA0, 0x14B63,
)  # fmt: skip
_NEW_YEARS: Final = (
    (2, 5), (1, 24), (2, 12), (2, 1), (1, 22), (2, 9), (1, 29), (2, 18), (2, 7), (1, 26), (2, 14), (2, 3), (1, 23),
    (2, 10), (1, 31), (2, 19), (2, 8), (1, 28), (2, 16), (2, 5), (1, 25), (2, 12), (2, 1), (1, 22), (2, 10), (1, 29),
    (2, 17), (2, 6), (1, 26), (2, 13), (2, 3), (1, 23), (2, 11), (1, 31), (2, 19), (2, 8), (1, 28), (2, 15), (2, 4),
    (1, 24), (2, 12), (2, 1), (1, 22), (2, 10), (1, 30), (2, 17), (2, 6), (1, 26), (2, 14), (2, 2), (1, 23),
)  # fmt: skip
"""The first day of each lunar year as month and day."""


def months(year: int) -> list[tuple[int, bool, int]]:
    """Return the months of a lunar year in order: number, whether it is a leap month, days."""
    info = _MONTHS[year - FIRST]
    leap = info & 0xF
    out = []
    for month in range(1, 13):
        out.append((month, False, 30 if info & (0x10000 >> month) else 29))
        if month == leap:
            out.append((month, True, 30 if info & 0x10000 else 29))
    return out


def solar(year: int, month: int, day: int, leap: bool = False) -> date | None:
    """Return the day of a lunar date; None beyond the table or where the month is shorter, or the year has no such."""
    if not FIRST <= year <= LAST:
        return None
    start = date(year, *_NEW_YEARS[year - FIRST])
    for number, is_leap, length in months(year):
        if number == month and is_leap == leap:
            return start + timedelta(days=day - 1) if 1 <= day <= length else None
        start += timedelta(days=length)
    return None


def eve(year: int) -> date | None:
    """Return New Year's Eve (除夕) of the lunar year that ends with it in a solar year."""
    return date(year, *_NEW_YEARS[year - FIRST]) - timedelta(days=1) if FIRST <= year <= LAST else None
