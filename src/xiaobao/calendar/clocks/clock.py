"""A clock of a case: what must be done by when, under which article, and the count day by day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from xiaobao.calendar.clocks.names import ClockKind, TrackName, Unit, Whose
from xiaobao.calendar.days import BEIJING
from xiaobao.model import Citation

if TYPE_CHECKING:
    from xiaobao.calendar.clocks.working import Working


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a clock's working: the number it got in the count, None where it did not count; why; the article."""

    day: date
    counted: int | None
    why: str
    article: str

    def as_dict(self) -> dict[str, Any]:
        """Return the step as plain values, the day in ISO 8601."""
        return {"day": self.day.isoformat(), "counted": self.counted, "why": self.why, "article": self.article}


@dataclass(frozen=True)
class Clock:
    """What must be done by when.

    name tells clocks of one track apart, kind is of the closed list, label is for people. started is the event's day
    (hours: moment) that is not itself counted. due is the last day, both ends included, without roll-over; a datetime
    for clocks in hours. due_rolled is the first working day from due on (民法典 203), and alarm the last one up to
    due: plan for alarm. limit counts units from started, extensions included, pauses not. met: True in time (roll-over
    included), False done too late, None not yet done; met_at is when. ended is the day a withdrawal ended the clock.
    suspended: a pause is still open, and due is what it would be were it to end at the time asked about: it will be
    later. provisional: due_rolled or alarm, or the count of working days, rests on holidays not announced yet.
    paused_days did not count. right: it may be done, and nobody is late when the day passes. whose: who must do it.
    notes are sentences to read. version names the calendar.
    """

    track: TrackName
    name: str
    kind: ClockKind
    label: str
    started: date | datetime
    limit: int
    unit: Unit
    due: date | datetime
    due_rolled: date | datetime
    alarm: date | datetime
    basis: tuple[Citation, ...]
    provisional: bool
    met: bool | None
    met_at: date | datetime | None
    ended: date | None
    suspended: bool
    paused_days: int
    right: bool
    whose: Whose
    notes: tuple[str, ...]
    version: str
    _working: Working = field(repr=False, compare=False)

    @cached_property
    def replay(self) -> tuple[Step, ...]:
        """Return the count day by day, from the day it started to the last day after roll-over."""
        return self._working.steps()

    @property
    def running(self) -> bool:
        """Tell whether the thing is still to be done."""
        return self.met is None and self.ended is None

    @property
    def due_at(self) -> datetime:
        """Return the moment in Beijing at which due is over: the midnight after a day (民法典 203)."""
        return over(self.due)

    @property
    def rolled_at(self) -> datetime:
        """Return the moment in Beijing at which due_rolled is over."""
        return over(self.due_rolled)

    def warn_at(self, share: float = 0.8) -> datetime:
        """Return the moment at which a share of the time from the start to due has gone by."""
        begin = over(self.started)
        return begin + (self.due_at - begin) * share

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape of `xiaobao deadlines`, times in ISO 8601."""
        return {
            "kind": self.kind,
            "name": self.name,
            "label": self.label,
            "track": self.track,
            "started": self.started.isoformat(),
            "limit": self.limit,
            "unit": self.unit,
            "due": self.due.isoformat(),
            "due_rolled": self.due_rolled.isoformat(),
            "alarm": self.alarm.isoformat(),
            "basis": [c.as_dict() for c in self.basis],
            "provisional": self.provisional,
            "met": self.met,
            "met_at": self.met_at.isoformat() if self.met_at else None,
            "ended": self.ended.isoformat() if self.ended else None,
            "suspended": self.suspended,
            "paused_days": self.paused_days,
            "right": self.right,
            "whose": self.whose,
            "notes": list(self.notes),
            "version": self.version,
            "replay": [step.as_dict() for step in self.replay],
        }


def earliest(clocks: Iterable[Clock]) -> Clock | None:
    """Return the institution's running duty that is due first, None without one: of parallel tracks it governs."""
    duties = (c for c in clocks if c.running and c.whose == "institution" and not c.right)
    return min(duties, key=lambda c: c.due_at, default=None)


def over(when: date | datetime) -> datetime:
    """Return the moment in Beijing at which a day is over, or the moment itself."""
    if isinstance(when, datetime):
        return when
    return datetime.combine(when + timedelta(days=1), time(), BEIJING)
