"""Compute the clocks of a case from what happened to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from xiaobao.calendar.calendar import Calendar, mainland
from xiaobao.calendar.clocks.clock import Clock, over
from xiaobao.calendar.clocks.count import Case, Counted, counted, given
from xiaobao.calendar.clocks.event import Event
from xiaobao.calendar.clocks.ladder import Round, run
from xiaobao.calendar.clocks.names import TrackName
from xiaobao.calendar.clocks.timeline import Timeline, timeline
from xiaobao.calendar.clocks.track import Rule, track
from xiaobao.calendar.days import Moment, beijing_date
from xiaobao.errors import InputError

Made = tuple[Clock, Round | None]
_HANDLED = (
    "complex", "special_approved", "special_notified", "appraisal_start", "decided", "notified", "review_applied",
    "withdrawn",
)  # fmt: skip
"""What shows that the institution has the case: to receive it or have it transferred after that is a repetition."""


def replay(
    name: TrackName | str,
    events: Iterable[Event | Mapping[str, object]],
    *,
    calendar: Calendar | None = None,
    at: Moment | None = None,
) -> tuple[Clock, ...]:
    """Return the clocks of a case on a track, in the order of the track's data, each with its day-by-day working.

    events may come in any order and as mappings {"kind", "at", …}; naive times are Beijing time. at is the day until
    which a pause that still lasts is counted (the day of the last event by default). UsageError names the tracks there
    are; InputError names the event that is unknown, impossible or too early. Each clock carries its articles.
    """
    found = track(name)
    line = timeline(found, events)
    days, last = calendar or mainland(), line.events[-1].day
    case = Case(found, line, days, last if at is None else max(last, days.day(at).date))
    made: dict[str, Made | None] = {}
    for rule in found.rules:
        if not rule.extends:
            made[rule.name] = _clock(case, rule, made.get("respond"))
    clocks: list[Clock] = []
    for rule in found.rules:
        clock = _extend_by(case, rule, made[rule.extends]) if rule.extends else made[rule.name]
        if clock is not None:
            clocks.append(clock[0] if clocks else replace(clock[0], notes=(*clock[0].notes, *line.notes)))
    return tuple(clocks)


def _clock(case: Case, rule: Rule, respond: Made | None) -> Made | None:
    """Return the clock of a rule with its last round, None where nothing has started it."""
    latest = respond[1].start if rule.anew and respond is not None and respond[1] is not None else None
    place = _start(case.line, rule, latest)
    if place is None:
        return None
    start = case.line.events[place]
    if rule.when is not None and not rule.when.holds(start.facts):
        return None
    if rule.due_fact:
        due = given(case, rule, start)
        after = case.line.events[place + 1 :]
        return None if due is None else (_clock_of(case, rule, start, after, due.limit, due, ()), None)
    pauses = case.pauses(rule)
    made = run(rule, start, _limit(rule, start), case.line.events[place + 1 :], pauses, case.at)
    if rule.take == "latest" and case.line.first("transferred") is None:
        made.notes.append("没有转办的记录，按收到之日起算")
    made.notes += _started_late(case, rule, start)
    return _clock_of(case, rule, made.start, made.events, made.limit, counted(case, rule, made), made.notes), made


def _start(line: Timeline, rule: Rule, after: Event | None) -> int | None:
    """Return the place of the event, after a certain one, that starts a clock; None where there is none."""
    since = next((i for i, e in enumerate(line.events) if e is after), 0)
    bound = line.first(*(_HANDLED if rule.take == "latest" else rule.before))
    places = [line.first(kind, since=since) for kind in rule.start]
    fit = [p for p in places if p is not None and (bound is None or p < bound)]
    if not fit:
        return None
    return {"first": min(fit), "latest": max(fit), "preferred": fit[0]}[rule.take]


def _started_late(case: Case, rule: Rule, start: Event) -> list[str]:
    """Return what was too late at the start of a clock: a review asked for late, papers complete when it was over."""
    out = []
    for right in case.track.rules if rule.name == "review_decide_by" else ():
        if right.kind != "review_apply_by":
            continue
        asked = _clock(case, right, None)
        if asked is not None and asked[0].met is False:
            last = beijing_date(asked[0].due_rolled)
            out.append(f"申请核查在{asked[0].met_at}，晚于{last}的申请期限；如受理，仍自收到申请起算")
    if rule.take == "preferred" and start.kind != rule.start[0]:
        late = case.line.first(rule.start[0])
        bound = case.line.first(*rule.before) if rule.before else None
        if late is not None and bound is not None and late > bound:
            event = case.line.events[late]
            out.append(f"{event.label}在{event.day}，晚于{case.line.events[bound].label}，仍自{start.label}起算")
    return out


def _limit(rule: Rule, start: Event) -> int:
    if rule.immediate_fact and start.facts.get(rule.immediate_fact) is True:
        return 0
    own = start.facts.get(rule.limit_fact) if rule.limit_fact else None
    if own is None:
        return rule.limit
    if isinstance(own, bool) or not isinstance(own, int) or not 0 < own <= 3660:
        raise InputError(f"事件{start}：约定的期限应为 1 至 3660 的整数，收到的是“{own}”", code="input.event")
    return own


def _clock_of(
    case: Case, rule: Rule, start: Event, events: Sequence[Event], limit: int, count: Counted, notes: Sequence[str]
) -> Clock:
    """Return the clock of a count, and whether it was met, is over or stands still."""
    done = next((e for e in events if e.kind in rule.met), None)
    met, more = _met(rule, done, count)
    ended = case.line.withdrawn if rule.ends and done is None else None
    suspended = count.suspended and done is None and ended is None
    if ended:
        more.append(f"投诉人于{ended}撤回投诉，处理程序当日终止")
        if ended > beijing_date(count.rolled):
            more.append(f"撤回时期限已于{count.rolled}届满，此前已经逾期")
    if suspended:
        more.append(f"鉴定或者调解尚未结束，暂算到{case.at}，到期日将随之推后")
    if rule.unit == "hours" and not start.timed:
        more.append("起算的时刻不明，按当日零时起算")
    if count.provisional:
        which = "到期日" if rule.unit == "working" else "顺延日和预警日"
        more.append(f"放假安排尚未公布，{which}为暂定，公布后重算")
    return Clock(
        track=case.track.name, name=rule.name, kind=rule.kind, label=rule.label,
        started=start.moment if rule.unit == "hours" else start.day, limit=limit, unit=rule.unit,
        due=count.due, due_rolled=count.rolled, alarm=count.alarm, basis=rule.citations,
        provisional=count.provisional, met=met, met_at=_when(rule, done), ended=ended, suspended=suspended,
        paused_days=count.paused, right=rule.right, whose=rule.whose, notes=(*notes, *more),
        version=case.calendar.version, _working=count.working,
    )  # fmt: skip


def _when(rule: Rule, done: Event | None) -> date | None:
    if done is None:
        return None
    return done.moment if rule.unit == "hours" else done.day


def _met(rule: Rule, done: Event | None, count: Counted) -> tuple[bool | None, list[str]]:
    """Tell whether a thing was done in time, with the notes to make of it."""
    if done is None:
        return None, []
    if rule.unit == "hours":
        if not done.timed and done.day == beijing_date(count.due):
            return False, [f"{done.label}只知在{done.day}，不知时刻，不能证明在期限内"]
        if done.moment <= over(count.due):
            return True, []
        return False, [f"{done.label}在{done.moment:%Y-%m-%d %H:%M}，晚于{count.due:%Y-%m-%d %H:%M}的期限"]
    rolled = beijing_date(count.rolled)
    if done.day > rolled:
        return False, [f"{done.label}在{done.day}，晚于{rolled}的期限，超过{(done.day - rolled).days}日"]
    if beijing_date(count.due) < done.day:
        return True, [f"{done.label}在{done.day}，过了{count.due}，在顺延后的期限内"]
    return True, []


def _extend_by(case: Case, rule: Rule, main: Made | None) -> Made | None:
    """Return the clock of the next extension of another clock, or of the last one that was had or came too late."""
    clock, made = main or (None, None)
    if clock is None or made is None or not made.tried:
        return None
    tried = next((t for t in made.tried if t.day is None and t.extension.to > made.limit), made.tried[-1])
    if tried.day is None and not clock.running:
        return None
    due = counted(case, rule, made, tried)
    out = _clock_of(case, rule, made.start, (), tried.extension.within - tried.extension.lead, due, ())
    met = None if tried.day is None else tried.to is not None
    label = f"{rule.label}（{tried.extension.label}）"
    return replace(out, label=label, met=met, met_at=tried.day, suspended=out.suspended and met is None), made
