"""The events of a case in order, once they are known to be possible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xiaobao.calendar.clocks.event import Event, in_order
from xiaobao.calendar.clocks.pauses import Pause, pauses_of
from xiaobao.calendar.clocks.track import Track
from xiaobao.calendar.years import FIRST_YEAR, LAST_YEAR
from xiaobao.errors import InputError

_TOO_LATE = ("complex", "special_approved", "special_notified", "appraisal_start")
_AFTER_END = ("appraisal_end", "mediation_end", "reported")
"""What may follow a withdrawal: the regulator is owed its report all the same."""
_NEW_PHASE = ("received", "transferred", "new_facts", "review_applied")


@dataclass(frozen=True)
class Timeline:
    """Events in order that contradict neither each other nor the track, and what they mean together."""

    events: tuple[Event, ...]
    pauses: tuple[Pause, ...]
    withdrawn: date | None
    notes: tuple[str, ...]

    def first(self, *kinds: str, since: int = 0) -> int | None:
        """Return the place of the first event of some kinds from a place on, None where there is none."""
        return next((i for i in range(since, len(self.events)) if self.events[i].kind in kinds), None)


def timeline(track: Track, events: Iterable[object]) -> Timeline:
    """Return the events of a track in order; InputError names the event that is impossible or comes too early."""
    ordered = in_order(events)
    if not ordered:
        raise InputError("没有事件，无法计算期限", code="input.event")
    for event in (ordered[0], ordered[-1]):
        if not FIRST_YEAR <= event.day.year <= LAST_YEAR:
            raise InputError(f"事件{event}：工作日历只有{FIRST_YEAR}年至{LAST_YEAR}年", code="input.event")
    _check_start(track, ordered)
    _check_end(track, ordered)
    _check_phases(track, ordered)
    withdrawn = next((e.day for e in ordered if e.kind == "withdrawn"), None)
    unheard = dict.fromkeys(e.label for e in ordered if e.kind not in track.heard)
    notes = tuple(f"“{label}”对{track.label}的期限没有影响" for label in unheard)
    return Timeline(ordered, pauses_of(ordered), withdrawn, notes)


def _check_start(track: Track, ordered: Sequence[Event]) -> None:
    heard = [e for e in ordered if e.kind in track.heard]
    opening = "、".join(track.opens)
    if not any(e.kind in track.opens for e in ordered):
        raise InputError(f"{track.label}缺少起算的事件（{opening}）", code="input.order")
    if heard[0].kind not in track.opens:
        raise InputError(f"事件{heard[0]}早于起算的事件（{opening}）", code="input.order")
    once = not any(r.merge for r in track.rules)
    received = [e for e in ordered if e.kind == "received"]
    if len(received) > 1 and once:
        raise InputError(f"事件{received[1]}重复：{track.label}只能收到一次", code="input.order")


def _check_end(track: Track, ordered: Sequence[Event]) -> None:
    if "withdrawn" not in track.heard:
        return
    at = next((i for i, e in enumerate(ordered) if e.kind == "withdrawn"), None)
    if at is None:
        return
    for event in ordered[at + 1 :]:
        if event.kind not in _AFTER_END:
            raise InputError(f"事件{event}之前投诉已撤回，处理程序已终止", code="input.order")


def _check_phases(track: Track, ordered: Sequence[Event]) -> None:
    """Refuse what presupposes something that has not happened, or is over, since the case last began anew.

    What means nothing on a track contradicts nothing there: parallel tracks share the events of one case.
    """
    decided: Event | None = None
    told: Event | None = None
    approved: Event | None = None
    early: Event | None = None
    answered = False
    heard = track.heard
    for event in ordered:
        if event.kind not in heard:
            if event.kind in _NEW_PHASE:
                decided = told = approved = early = None
            continue
        if event.kind in _TOO_LATE and track.final and (decided or told):
            raise InputError(f"事件{event}之前已有{decided or told}，不能再延期或者鉴定", code="input.order")
        if event.kind == "decided" and told is not None and decided is None and told.day < event.day:
            raise InputError(f"事件{told}早于{event}", code="input.order")
        if event.kind == "special_approved" and early is not None and early.day < event.day and approved is None:
            raise InputError(f"事件{early}早于{event}", code="input.order")
        if event.kind == "review_applied" and not answered and "review_applied" not in track.opens:
            raise InputError(f"事件{event}之前没有作出或者告知决定", code="input.order")
        answered = answered or event.kind in ("decided", "notified")
        if event.kind in _NEW_PHASE:
            decided = told = approved = early = None
        decided = event if event.kind == "decided" and decided is None else decided
        told = event if event.kind == "notified" and told is None else told
        approved = event if event.kind == "special_approved" and approved is None else approved
        early = event if event.kind == "special_notified" and approved is None and early is None else early
