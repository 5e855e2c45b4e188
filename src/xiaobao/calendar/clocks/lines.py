"""One JSON object in, one out: the deadlines of each line."""

from __future__ import annotations

from typing import Any

from xiaobao.batch import text_field
from xiaobao.calendar.calendar import Calendar
from xiaobao.calendar.clocks.clock import Clock
from xiaobao.calendar.clocks.replay import replay
from xiaobao.errors import InputError, UsageError

Object = dict[str, Any]
KEYS = frozenset({"id", "track", "events", "at"})
MOST_EVENTS = 10_000


def clocks_of(obj: Object, calendar: Calendar) -> tuple[Clock, ...]:
    """Return the clocks of a line {"track", "events", "at"?}; InputError says what is wrong with it."""
    name = text_field(obj, "track")
    events = obj.get("events")
    if not isinstance(events, list):
        raise InputError('字段“events”应为数组，每个事件写作 {"kind", "at"}', code="input.type")
    if len(events) > MOST_EVENTS:
        raise InputError(f"事件有 {len(events)} 个，超过上限 {MOST_EVENTS}", code="input.limit")
    try:
        return replay(name, events, calendar=calendar, at=obj.get("at"))
    except UsageError as error:
        raise InputError(error.message, code="input.track") from error


def deadlines(obj: Object, calendar: Calendar) -> Object:
    """Return the interface shape of `xiaobao deadlines` for a line."""
    return {"clocks": [clock.as_dict() for clock in clocks_of(obj, calendar)]}
