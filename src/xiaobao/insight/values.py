"""What trends take and give: a text of a stream, an alert, a cluster, a phrase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from xiaobao.calendar import BEIJING
from xiaobao.errors import InputError

TrendKind = Literal["emerging", "rising", "hot"]
AUTHOR_KEYS = ("customer", "author", "customer_id", "user", "phone")


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a stream: at is Beijing time without a zone; author is whoever wrote it, "" where unknown."""

    id: str
    at: datetime
    text: str
    channel: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Alert:
    """A topic that grew beyond what its past and the calendar explain.

    at: time of the text whose arrival led to the look; only texts before it count. kind: emerging (hardly there
    before), rising (there before, now several times as much), hot (told before and grown further since).
    terms: phrases and words, the most telling first. strength: log-likelihood ratio against the expected count.
    count: texts of the topic in the last `days` days; expected: how many the past foretold. onset: when the first of
    them came. examples: ids of up to five telling texts from different writers. why: one Chinese sentence.
    """

    at: datetime
    kind: TrendKind
    terms: tuple[str, ...]
    strength: float
    count: int
    examples: tuple[str, ...]
    expected: float = 0.0
    days: int = 0
    onset: datetime | None = None
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape of `xiaobao trends`."""
        return {
            "at": self.at.isoformat(),
            "kind": self.kind,
            "terms": list(self.terms),
            "strength": round(self.strength, 2),
            "count": self.count,
            "examples": list(self.examples),
            "expected": round(self.expected, 2),
            "days": self.days,
            "onset": self.onset.isoformat() if self.onset else None,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase with the number of texts that hold it now and before, and how telling it is (higher is more)."""

    text: str
    count: int
    before: int = 0
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts about the same thing: a name of up to three phrases, terms, ids of the texts, examples first."""

    name: str
    terms: tuple[str, ...]
    ids: tuple[str, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many texts it has."""
        return len(self.ids)


def moment(value: object, key: str = "ts") -> datetime:
    """Return Beijing time without a zone from ISO 8601 text or seconds since 1970; raise InputError for others."""
    try:
        if isinstance(value, datetime):
            read = value
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            read = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, BEIJING)
        elif isinstance(value, str):
            read = datetime.fromisoformat(value.strip().replace("/", "-"))
        else:
            raise ValueError
        if not 1900 <= read.year <= 2199:  # days before and after it are reckoned
            raise ValueError
        return read if read.tzinfo is None else read.astimezone(BEIJING).replace(tzinfo=None)
    except (ValueError, OverflowError, OSError) as error:
        shown = str(value)[:40]
        raise InputError(f"字段“{key}”不是可读的时间：{shown}（如 2026-03-01T09:30:00）", code="input.time") from error


def text_of(line: Mapping[str, Any], fallback: str = "") -> Text:
    """Return the text of one JSON object {"id","ts","channel","text"}; raise InputError where a part is missing."""
    for key in ("ts", "text"):
        if line.get(key) is None:
            raise InputError(f"缺少字段“{key}”", code="input.missing")
    text = line["text"]
    if not isinstance(text, str):
        raise InputError("字段“text”应为文本", code="input.type")
    return Text(str(line.get("id", fallback)), moment(line["ts"]), text, str(line.get("channel") or ""), _author(line))


def _author(line: Mapping[str, Any]) -> str:
    for key in AUTHOR_KEYS:
        if key in line and line[key] not in (None, ""):
            return str(line[key])
    return ""
