"""What happened to a case and when: the events clocks are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any, get_args

from xiaobao.calendar.clocks.names import EVENTS, EventKind
from xiaobao.calendar.days import BEIJING, Moment, beijing_date
from xiaobao.errors import InputError

KINDS: tuple[str, ...] = get_args(EventKind)


@dataclass(frozen=True)
class Event:
    """One thing that happened to a case.

    at is a date or a datetime (naive: Beijing time) or either in ISO 8601. facts that count: `reason` (why an extension
    was approved), `days` (how many days it gives), `danger` (a leak may endanger persons or property), `outcome`
    (an insurer's decision: agreed, refused), `contract_days` (a limit agreed in the contract), `report_due` (the
    regulator's own day). Others are carried and mean nothing here.
    """

    kind: EventKind
    at: Moment
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(f"没有名为“{self.kind}”的事件，可用的有：{'、'.join(KINDS)}", code="input.event")
        try:
            beijing_date(self.at)
        except InputError as error:
            raise InputError(f"事件“{self.label}”的时间有误：{error.message}", code="input.event") from error

    @property
    def label(self) -> str:
        """Return the event's name in Chinese."""
        return EVENTS[self.kind]

    @property
    def day(self) -> date:
        """Return the day in Beijing on which it happened."""
        return beijing_date(self.at)

    @property
    def timed(self) -> bool:
        """Tell whether the hour is known and not only the day."""
        return isinstance(self._moment(), datetime)

    @property
    def moment(self) -> datetime:
        """Return the moment in Beijing; of an event known by its day only, the first of that day."""
        value = self._moment()
        if not isinstance(value, datetime):
            return datetime.combine(value, time(), BEIJING)
        return value.replace(tzinfo=BEIJING) if value.tzinfo is None else value.astimezone(BEIJING)

    def __str__(self) -> str:
        when = f"{self.moment:%Y-%m-%d %H:%M}" if self.timed else self.day.isoformat()
        return f"“{self.label}”（{self.kind}，{when}）"

    def _moment(self) -> date | datetime:
        if not isinstance(self.at, str):
            return self.at
        text = self.at.strip()
        try:
            return date.fromisoformat(text)
        except ValueError:
            return datetime.fromisoformat(text)


def read_event(source: object) -> Event:
    """Return the event of a mapping {"kind", "at", …}, other keys as its facts; InputError where one is missing."""
    if isinstance(source, Event):
        return source
    if not isinstance(source, Mapping):
        raise InputError('每个事件应为对象，写作 {"kind": "received", "at": "2026-11-02"}', code="input.event")
    missing = [key for key in ("kind", "at") if not source.get(key)]
    if missing:
        raise InputError(f"事件缺少“{missing[0]}”", code="input.event")
    nested = source.get("facts")
    facts = {k: v for k, v in source.items() if k not in ("kind", "at", "facts")}
    return Event(source["kind"], source["at"], {**facts, **(nested if isinstance(nested, Mapping) else {})})


def in_order(events: Iterable[object]) -> tuple[Event, ...]:
    """Return events by time; of one day by the hour where all have one, else as they were given."""
    made = sorted((read_event(e) for e in events), key=lambda e: e.day)
    out: list[Event] = []
    for _, group in groupby(made, key=lambda e: e.day):
        same = list(group)
        out += sorted(same, key=lambda e: e.moment) if all(e.timed for e in same) else same
    return tuple(out)
