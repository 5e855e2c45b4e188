"""Times that do not count: appraisals and mediations, overlapping ones counted once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from xiaobao.calendar.clocks.event import Event
from xiaobao.errors import InputError

NAMES = {"appraisal": "鉴定", "mediation": "调解"}


@dataclass(frozen=True, slots=True)
class Pause:
    """A time that may not count, from the day it starts to the day it ends; end is None while it lasts."""

    kind: str
    start: date
    end: date | None

    def until(self, at: date) -> date:
        """Return the day it ended or, while it lasts, the day asked about."""
        return self.end if self.end is not None else max(self.start, at)


@dataclass(frozen=True, slots=True)
class Last:
    """The last day of a count, how many days on the way did not count, and whether a pause still goes on."""

    day: date
    paused: int
    open: bool


def pauses_of(events: Iterable[Event]) -> tuple[Pause, ...]:
    """Return the pauses in the order they began; InputError names an end without start and a start within one."""
    open_: dict[str, Event] = {}
    out: list[Pause] = []
    for event in events:
        kind, _, edge = event.kind.partition("_")
        if kind not in NAMES:
            continue
        if edge == "start":
            if kind in open_:
                raise InputError(f"事件{event}之前的{open_[kind]}尚未结束，不能再次开始", code="input.order")
            open_[kind] = event
        elif kind not in open_:
            raise InputError(f"事件{event}之前没有对应的{NAMES[kind]}开始", code="input.order")
        else:
            out.append(Pause(kind, open_.pop(kind).day, event.day))
    out += [Pause(kind, event.day, None) for kind, event in open_.items()]
    return tuple(sorted(out, key=lambda p: p.start))


def last_day(start: date, limit: int, pauses: Iterable[Pause], at: date) -> Last:
    """Return the last day of `limit` natural days after `start`, pauses left out.

    A pause from S to E leaves out E - S days; what is left of the day it began on is left for the day it ends on. So a
    pause that begins on the last day makes the day of its end the last one, and one that begins later comes too late.
    Pauses that meet or overlap are one. A pause that still lasts goes on until `at`.
    """
    due, paused, covered, open_ = start + timedelta(days=limit), 0, start, False
    for pause in sorted(pauses, key=lambda p: p.start):
        end = pause.until(at)
        if pause.start > due or end < start:
            continue
        open_ = open_ or pause.end is None
        extra = (end - max(pause.start, covered)).days
        if extra > 0:
            due += timedelta(days=extra)
            paused += extra
        covered = max(covered, end)
    return Last(due, paused, open_)


def paused_between(start: date, last: date, pauses: Iterable[Pause], at: date) -> int:
    """Return how many of the days after one up to another lie in a pause."""
    days, covered = 0, start
    for pause in sorted(pauses, key=lambda p: p.start):
        end = min(pause.until(at), last)
        days += max(0, (end - max(pause.start, covered)).days)
        covered = max(covered, end)
    return days
