"""Statutory clocks: from a case's events to what is due when, counted day by day under its article.

for clock in replay("direct", [Event("received", "2026-11-02")]):
    print(clock.label, clock.due, clock.due_rolled, clock.basis)
"""

from xiaobao.calendar.clocks.clock import Clock, Step, earliest
from xiaobao.calendar.clocks.event import Event, read_event
from xiaobao.calendar.clocks.names import EVENTS, ClockKind, EventKind, TrackName, Unit, Whose
from xiaobao.calendar.clocks.replay import replay
from xiaobao.calendar.clocks.track import TRACKS, Track, track

__all__ = [
    "EVENTS",
    "TRACKS",
    "Clock",
    "ClockKind",
    "Event",
    "EventKind",
    "Step",
    "Track",
    "TrackName",
    "Unit",
    "Whose",
    "earliest",
    "read_event",
    "replay",
    "track",
]
