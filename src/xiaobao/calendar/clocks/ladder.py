"""Extensions and restarts: how long the limit is, and from when it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import takewhile

from xiaobao.calendar.clocks.event import Event
from xiaobao.calendar.clocks.pauses import NAMES, Last, Pause, last_day
from xiaobao.calendar.clocks.track import Extension, Rule
from xiaobao.errors import InputError


@dataclass(frozen=True)
class Tried:
    """What became of an extension: the last day for it, the day its events were complete, the limit it gave.

    day is None where they are not complete, to is None where it does not count. pauses moved the last day.
    """

    extension: Extension
    last: Last
    pauses: tuple[Pause, ...]
    day: date | None = None
    to: int | None = None


@dataclass
class Round:
    """One run of a clock: from its start to the next restart."""

    start: Event
    events: Sequence[Event]
    limit: int
    last: Last
    tried: list[Tried] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run(rule: Rule, start: Event, limit: int, events: Sequence[Event], pauses: Sequence[Pause], at: date) -> Round:
    """Return the last round of a clock that `start` began; events are those after it, in order."""
    notes: list[str] = []
    begin = 0
    for i, event in enumerate(events):
        if event.kind == "new_facts" and rule.restart:
            earlier = _round(rule, start, limit, events[begin:i], pauses, at)
            if event.day <= earlier.last.day:
                start, begin = event, i + 1
                notes.append(f"{event.day}提出新的事实和理由，期限自当日重新计算，此前的延期不再有效")
            else:
                notes.append(f"{event.day}提出新的事实和理由时期限已于{earlier.last.day}届满，不重新计算")
        elif rule.merge and event.kind in rule.start:
            earlier = _round(rule, start, limit, events[begin:i], pauses, at)
            within = event.day <= earlier.last.day
            what = "合并处理" if within else f"期限已于{earlier.last.day}届满，不能合并，应另行登记"
            notes.append(f"{event.day}再次收到同一投诉，{what}，本件期限不变")
    made = _round(rule, start, limit, events[begin:], pauses, at)
    made.notes[:0] = notes
    return made


def _round(rule: Rule, start: Event, limit: int, events: Sequence[Event], pauses: Sequence[Pause], at: date) -> Round:
    made = Round(start, events, limit, last_day(start.day, limit, pauses, at))
    # Nothing is extended once it is decided: a later approval cannot make a late decision timely.
    open_ = list(takewhile(lambda e: e.kind not in rule.final, events))
    for extension in rule.extensions:
        # What was begun after the limit had run out does not bring back the day by which it could be extended.
        timely = tuple(p for p in pauses if p.start <= made.last.day)
        last = last_day(start.day, extension.within, timely, at)
        tried = _try(made, open_, extension, replace(last, day=last.day - timedelta(days=extension.lead)), timely)
        made.tried.append(tried)
        if tried.to is not None and tried.to > made.limit:
            made.limit = tried.to
            made.last = last_day(start.day, made.limit, pauses, at)
    made.notes += _pauses_too_late(rule, made, pauses)
    return made


def _pauses_too_late(rule: Rule, made: Round, pauses: Sequence[Pause]) -> list[str]:
    """Return a note for each pause that began when the limit had run out; none where the thing was done by then."""
    done = next((e.day for e in made.events if e.kind in rule.met), date.max)
    return [
        f"{NAMES[p.kind]}于{p.start}开始，期限已于{made.last.day}届满，该期间不扣除"
        for p in pauses
        if made.start.day <= p.start <= done and p.start > made.last.day
    ]


def _try(made: Round, events: Sequence[Event], extension: Extension, last: Last, pauses: tuple[Pause, ...]) -> Tried:
    """Return what became of an extension, with a note where it does not count although something was done for it."""
    none = Tried(extension, last, pauses)
    found = {kind: next((e for e in events if e.kind == kind), None) for kind in extension.events}
    came = [e for e in found.values() if e is not None]
    if len(came) < len(found):
        if came:
            word = "没有告知投诉人" if found.get("special_notified") is None else "没有批准"
            made.notes.append(f"{extension.label}{word}，不发生延期")
        return none
    day = max(e.day for e in came)
    late = next((e for e in came if e.day > last.day), None)
    if late is not None:
        made.notes.append(f"{late.label}在{late.day}，晚于最迟的{last.day}，不发生延期")
        return replace(none, day=day)
    if extension.reason and not _reasoned(came):
        made.notes.append(f"{extension.label}没有写明理由，不发生延期")
        return replace(none, day=day)
    if any(t.to is None for t in made.tried):
        made.notes.append(f"没有在期限内认定情况复杂的记录，以{extension.label}的批准和告知为准")
    return replace(none, day=day, to=_to(extension, came))


def _reasoned(came: Sequence[Event]) -> bool:
    """Tell whether the reason is given, or nothing is said of it."""
    given = [e.facts["reason"] for e in came if "reason" in e.facts]
    return not given or any(isinstance(r, str) and r.strip() for r in given)


def _to(extension: Extension, came: Sequence[Event]) -> int:
    """Return the limit an extension gives; the fact `days` gives fewer than the most."""
    most = extension.to - extension.within
    for event in came:
        days = event.facts.get("days")
        if days is None:
            continue
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= most:
            raise InputError(f"事件{event}：延长的日数应为 1 至 {most} 的整数，收到的是“{days}”", code="input.event")
        return extension.within + days
    return extension.to
