"""A day or month read from a text: its value, its place, how sure it is, and how such readings are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from xiaobao.intake.narrative import Narrative
from xiaobao.text.numerals import parse_number

N = r"(?:\d{1,2}|[一二三四五六七八九十廿两]{1,3})"
YEAR = r"(?:(?:19|20)\d\d|[零〇一二三四五六七八九]{4})"
RELATIVE_YEAR = "今年|去年|前年|大前年|上年|本年|当年"
YEARS = {"今年": 0, "本年": 0, "当年": 0, "去年": -1, "上年": -1, "前年": -2, "大前年": -3}
DAYS = (
    ("大前天", -3), ("大前儿", -3), ("前天", -2), ("前日", -2), ("前晚", -2), ("前儿", -2), ("前个儿", -2),
    ("昨天", -1), ("昨日", -1), ("昨晚", -1), ("昨夜", -1), ("昨儿", -1), ("昨早", -1), ("昨下午", -1), ("昨个", -1),
    ("今天", 0), ("今日", 0), ("今早", 0), ("今晨", 0), ("今晚", 0), ("今儿", 0), ("今上午", 0), ("今下午", 0),
    ("今个", 0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dated:
    """A day (YYYY-MM-DD) or month (YYYY-MM), where it stands, and how surely it is meant."""

    value: str
    start: int
    end: int
    score: float


def number_of(text: str) -> int:
    """Return the whole number of Arabic or Chinese digits; raise InputError where it is none."""
    return int(parse_number(text.replace("廿", "二十")))


def made_of(year: int, month: int, day: int | None) -> str | None:
    """Return the ISO day, or the month where no day is told; None where the calendar has no such day."""
    if day is None:
        return f"{year:04d}-{month:02d}" if 1 <= month <= 12 else None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


Reader = Callable[[re.Match[str], Narrative, list[Dated]], Iterator[Dated]]
"""What reads a match of its pattern, given the narrative and what was read before."""


def reading(match: re.Match[str], value: str | None, score: float) -> Iterator[Dated]:
    """Yield a value, if it is one, at the place of a match."""
    if value is not None:
        yield Dated(value, match.start(), match.end(), score)
