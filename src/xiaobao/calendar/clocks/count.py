"""From a limit to days: due, rolled over, the day to plan for, and how sure they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from xiaobao.calendar.calendar import Calendar
from xiaobao.calendar.clocks.event import Event
from xiaobao.calendar.clocks.ladder import Round, Tried
from xiaobao.calendar.clocks.pauses import Last, Pause, paused_between
from xiaobao.calendar.clocks.timeline import Timeline
from xiaobao.calendar.clocks.track import Rule, Track
from xiaobao.calendar.clocks.working import Hours, NaturalDays, Working, WorkingDays
from xiaobao.calendar.days import beijing_date
from xiaobao.errors import InputError


@dataclass(frozen=True)
class Case:
    """What every clock of a replay shares: at is the day until which an open pause is taken to last."""

    track: Track
    line: Timeline
    calendar: Calendar
    at: date

    def pauses(self, rule: Rule) -> tuple[Pause, ...]:
        """Return the pauses that a clock leaves out."""
        kinds = dict(rule.pauses)
        return tuple(p for p in self.line.pauses if p.kind in kinds)


@dataclass(frozen=True)
class Counted:
    """The days a count gave."""

    due: date | datetime
    rolled: date | datetime
    alarm: date | datetime
    limit: int
    provisional: bool
    working: Working
    paused: int = 0
    suspended: bool = False


def counted(case: Case, rule: Rule, made: Round, tried: Tried | None = None) -> Counted:
    """Return what a round counts to, or with `tried` the last day for that extension, which never rolls over."""
    opening = made.start.label
    if rule.unit == "hours":
        start = made.start.moment
        due = start + timedelta(hours=made.limit)
        return Counted(due, due, due, made.limit, False, Hours(opening, start, due, rule.basis[0]))
    if rule.unit == "working":
        answer = case.calendar.add_working_days(made.start.day, made.limit)
        working = WorkingDays(opening, answer, rule.basis[0])
        return Counted(answer.date, answer.date, answer.date, made.limit, answer.provisional, working)
    if tried is None:
        return _natural(case, rule, made, made.last, case.pauses(rule), roll=True)
    main = case.track.rule(rule.extends)
    paused = paused_between(made.start.day, tried.last.day, tried.pauses, case.at)
    return _natural(case, main, made, replace(tried.last, paused=paused), tried.pauses, roll=False)


def given(case: Case, rule: Rule, start: Event) -> Counted | None:
    """Return the day a fact of the starting event names, None where it names none; InputError where it is no day."""
    value = start.facts.get(rule.due_fact)
    if value is None:
        return None
    try:
        due = beijing_date(value)
    except InputError as error:
        raise InputError(f"事件{start}的“{rule.due_fact}”有误：{error.message}", code="input.event") from error
    if due < start.day:
        raise InputError(f"事件{start}的“{rule.due_fact}”早于该事件", code="input.event")
    made = Round(start, (), (due - start.day).days, Last(due, 0, False))
    return _natural(case, rule, made, made.last, (), roll=True)


def _natural(case: Case, rule: Rule, made: Round, last: Last, pauses: tuple[Pause, ...], *, roll: bool) -> Counted:
    ahead, back = case.calendar.roll_forward(last.day), case.calendar.roll_backward(last.day)
    rolled = ahead.date if roll else last.day
    # A limit that lies wholly within a holiday has no working day before its end to plan for.
    alarm = back.date if back.date > made.start.day else last.day
    reasons: Mapping[str, str] = dict(rule.pauses)
    granted = [t for t in made.tried if t.to is not None]
    working = NaturalDays(
        made.start.label, made.start.day, last.day, rolled, rule.basis[0], pauses, reasons, granted, case.at,
        case.calendar, "期限届满" if roll else "最迟在当日延期",
    )  # fmt: skip
    sure = not (ahead.provisional or back.provisional)
    return Counted(last.day, rolled, alarm, made.limit, not sure, working, last.paused, last.open)
