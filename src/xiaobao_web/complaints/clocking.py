"""The statutory clocks of a case, replayed from its events, kept as deadlines; internal targets in working hours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.calendar import beijing_date
from xiaobao.calendar.clocks import Clock, Event, replay
from xiaobao.calendar.clocks import track as track_named
from xiaobao.errors import XiaobaoError
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Case, CaseEvent, CaseState, Outcome, Source, Track
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel import deadlines
from xiaobao_web.kernel.deadlines import BEIJING, calendar
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models import Deadline

STATUTORY = "statutory"
ANSWER_AUTHORITY, FOLLOW_MEDIATION, DECIDE_REVIEW = "answer_authority", "follow_mediation", "decide_review"
"""Our own targets beside the term of an authority: to answer it and follow its mediation (消法条例 46), to decide a
review although the term is the bureau's (征信业条例 26).
"""
OUTLIVES = (f"{STATUTORY}.report_by", f"{STATUTORY}.pay", "report:", ANSWER_AUTHORITY)
"""How the deadlines begin that are owed although the case has ended: what a regulator or an authority is told, the
insurer's payment.
"""
REFUSED = (Outcome.NOT_MET.value, Outcome.DECLINED.value)
AGREED = (Outcome.MET.value, Outcome.PARTLY.value, Outcome.SETTLED.value, Outcome.MEDIATED.value)
REVIEW = ("review_apply_by", "review_decide_by")
"""The clocks of a review by the superior institution: each answer has its own."""
BEGIN = ("received", "transferred")
"""Events that may be a single track's own beginning."""
AGAIN = "reopened"
"""Our own mark among the events: what is taken up again has a term of its own from that day."""


def tracks_of(case: Case) -> list[str]:
    """Return the tracks whose clocks run for a case, its own first."""
    return [case.track, *(track for track in case.more_tracks if track != case.track)]


def hears(track: str, kind: str) -> bool:
    """Tell whether an event of a kind means something to the clocks of a track."""
    return kind in track_named(track).heard


def events_of(case: Case) -> list[Event]:
    """Return the events of a case as the clocks read them: since it was taken up again, where it was."""
    rows = list(case.clock_events.order_by("pk"))
    begun = max((place for place, row in enumerate(rows) if row.kind == AGAIN), default=-1)
    return [read(row) for row in in_order(rows[begun + 1 :])]


def read(row: CaseEvent) -> Event:
    """Return an event as the clocks read it."""
    return Event(row.kind, row.at.astimezone(BEIJING), row.facts)  # type: ignore[arg-type]


def in_order(rows: list[CaseEvent]) -> list[CaseEvent]:
    """Return the events that stand by when they happened."""
    return sorted(_standing(rows), key=lambda row: (row.at, row.pk))


def _standing(rows: list[CaseEvent]) -> list[CaseEvent]:
    """Return events without the beginnings of tracks beside the complaint's that were corrected since."""
    last = {row.facts["track"]: row.pk for row in rows if row.kind == "received" and "track" in row.facts}
    return [row for row in rows if row.kind != "received" or last.get(row.facts.get("track"), row.pk) == row.pk]


def clocks_of(case: Case) -> list[Clock]:
    """Return every clock of a case, track by track; raises Refused with the event that cannot be."""
    events = events_of(case)
    now = latest(events)
    out: list[Clock] = []
    for track in tracks_of(case):
        try:
            found = replay(track, fitting(case, track, events), calendar=calendar(), at=now)
            out += _of_last_answer(case, found, events, now)
        except XiaobaoError as error:
            raise Refused(_("时限不能推算：%s") % plain(error.message)) from error
    return out


def latest(events: Sequence[Event]) -> datetime:
    """Return now, or the moment of the last event where that is later by a clock that differs."""
    return max([timezone.now().astimezone(BEIJING), *(event.at for event in events if isinstance(event.at, datetime))])


def _of_last_answer(case: Case, clocks: Sequence[Clock], events: list[Event], now: datetime) -> list[Clock]:
    """Count a review from the newest letter where an objection or an earlier review led to another answer."""
    told = [place for place, event in enumerate(events) if event.kind == "notified"]
    place = next((place for place in told if events[place].at == case.answered_at), None)
    if place is None or place == told[0]:
        return list(clocks)
    since = [event for event in events[place:] if event.kind in ("notified", "review_applied", "decided")]
    counted = {clock.name: clock for clock in replay("superior_review", since, calendar=calendar(), at=now)}
    out = []
    for clock in clocks:
        new = counted.get(clock.name) if clock.name in REVIEW else None
        out.append(replace(new, track=clock.track, label=clock.label) if new else clock)
    return out


def plain(sentence: str) -> str:
    """Return a sentence of the engine without the names that only programs use: 事件“撤回投诉”（withdrawn，…）."""
    return re.sub(r"（[a-z_]+）", "", re.sub(r"（[a-z_]+，", "（", sentence))


def fitting(case: Case, track: str, events: list[Event]) -> list[Event]:
    """Return the events that mean something on a track: a direct complaint knows no transfer, each regulator has its
    own report, and what was opened beside it counts from its own beginning. Whether a claim was refused is told by how
    the case ended.
    """
    for kind in BEGIN:
        own = [event for event in events if event.kind == kind and event.facts.get("track") == track]
        events = [event for event in events if event.kind != kind or (event in own if own else _for_all(event))]
    if track == Track.DIRECT:
        return [event for event in events if event.kind not in ("transferred", "reported", "paid")]
    if track == Track.CLAIM and case.outcome in (*REFUSED, *AGREED):
        said = {"outcome": "refused" if case.outcome in REFUSED else "agreed"}
        events = [
            replace(event, facts={**said, **event.facts}) if event.kind == "decided" else event for event in events
        ]
    return [event for event in events if event.kind != "reported" or event.facts.get("track") == track]


def _beside(event: Event) -> bool:
    """Tell whether an event began a track of its own beside the complaint's."""
    return event.kind == "received" and not _for_all(event)


def _for_all(event: Event) -> bool:
    """Tell whether an event is no single track's own."""
    return "track" not in event.facts


def possible(case: Case, at: datetime) -> None:
    """Refuse a moment that cannot be: after now, or before the day from which the clocks of the case count."""
    if at > timezone.now() + timedelta(minutes=5):
        raise BadValue(_("时间不能晚于现在。"), fields={"at": _("不能晚于现在")})
    moments = [event.at for event in events_of(case) if isinstance(event.at, datetime) and not _beside(event)]
    begun = min(moments, default=at)
    if beijing_date(at) < beijing_date(begun):
        day = f"{beijing_date(begun):%Y-%m-%d}"
        raise BadValue(_("时间不能早于收到投诉的日期 %s。") % day, fields={"at": _("不早于 %s") % day})


def not_before(at: datetime, first: datetime | None, sentence: str) -> None:
    """Refuse a moment on a day before something it follows; the sentence names that day (%s)."""
    if first is not None and beijing_date(at) < beijing_date(first):
        day = f"{beijing_date(first):%Y-%m-%d}"
        raise BadValue(sentence % day, fields={"at": _("不早于 %s") % day})


def note(case: Case, kind: str, *, at: datetime, by: Any, **facts: Any) -> CaseEvent:
    """Add an event to a case and compute its clocks anew; raises Refused where the event cannot be then."""
    possible(case, at)
    actor = by if by is not None and by.pk else None
    row = CaseEvent.objects.create(case=case, kind=kind, at=at, facts=facts, by=actor)
    refresh(case)
    return row


def note_told(case: Case, *, at: datetime, by: Any) -> None:
    """Add that the decision was made and told at a moment."""
    possible(case, at)
    actor = by if by is not None and by.pk else None
    CaseEvent.objects.bulk_create(CaseEvent(case=case, kind=kind, at=at, by=actor) for kind in ("decided", "notified"))
    refresh(case)


def note_reported(case: Case, *, track: str, at: datetime, by: Any) -> None:
    """Add that the regulator whose track runs has its report; nothing happens where no such track does.

    The clocks of a case that was merged or declined stay as they were then.
    """
    if track == Track.AUTHORITY:
        deadlines.meet(case, ANSWER_AUTHORITY, at=at)
    if track not in (Track.NFRA, Track.PBOC) or track not in tracks_of(case):
        return
    if case.state in (CaseState.MERGED, CaseState.DECLINED):
        own = "" if track == case.track else f"@{track}"
        deadlines.meet(case, f"{STATUTORY}.report_by{own}", at=at)
        return
    note(case, "reported", at=at, by=by, track=track)


def begin_again(case: Case, *, by: Any) -> None:
    """Start the clocks anew: a case taken up again is answered within a term from this day."""
    now, actor = timezone.now(), by if by is not None and by.pk else None
    CaseEvent.objects.bulk_create(CaseEvent(case=case, kind=kind, at=now, by=actor) for kind in (AGAIN, "received"))
    refresh(case)


def answer_again(case: Case) -> None:
    """Start the institution's own term for the next answer, after an objection or a review that wants it redone."""
    days = limits().answer_again_days
    deadlines.start(case, "answer_again", label=_("再次答复"), basis=limits().basis, natural_days=days)


def refresh(case: Case) -> list[Clock]:
    """Compute the clocks of a case and keep them as its deadlines, with their working and the calendar's version."""
    clocks = clocks_of(case)
    kept = {key_of(clock, case): clock for clock in clocks if is_ours(clock) and not told_too(clock, clocks)}
    if clocks and case.calendar_version != clocks[0].version:
        case.calendar_version = clocks[0].version[:60]
        Case.objects.filter(pk=case.pk).update(calendar_version=case.calendar_version)
    known = {row.kind: row for row in deadlines.of(case).filter(kind__startswith=STATUTORY).order_by("pk")}
    for key, clock in kept.items():
        _keep(case, known.get(key), key, clock)
    for key, row in known.items():
        if key not in kept and row.met_at is None and row.cancelled_at is None:
            Deadline.objects.filter(pk=row.pk).update(cancelled_at=timezone.now())
    if Track.AUTHORITY in tracks_of(case):
        _remind(case, clocks)
    if any(clock.name == "review_decide_by" and not is_ours(clock) for clock in clocks):
        _remind_of_review(case, clocks)
    return clocks


def key_of(clock: Clock, case: Case) -> str:
    """Return the kind under which a clock is kept; parallel tracks are told apart."""
    own = "" if clock.track == case.track else f"@{clock.track}"
    return f"{STATUTORY}.{clock.name}{own}"


def is_ours(clock: Clock) -> bool:
    """Tell whether a clock is a duty of the institution: what others must do, and what somebody may do, is shown only.

    The authority handles what it received in its own term (消法条例 46), the bureau forwards (投诉办法 33).
    """
    return clock.whose == "institution" and not clock.right


def told_too(clock: Clock, clocks: Sequence[Clock]) -> bool:
    """Tell whether a clock is to decide what is due to be told on the same day: it is counted once."""
    return clock.name == "respond" and any(
        other.track == clock.track and other.name == "notify" and other.whose == clock.whose for other in clocks
    )


def _keep(case: Case, row: Deadline | None, key: str, clock: Clock) -> None:
    due = min(clock.due_at, _end(clock.alarm)).astimezone(UTC) - timedelta(seconds=1)
    begin = _begin(clock.started)
    warn = begin + (due - begin) * limits().warn_share
    values: dict[str, Any] = {
        "label": label_of(clock, case), "basis": "；".join(str(item) for item in clock.basis)[:200],
        "started_at": begin, "due_at": due, "warn_at": max(warn, begin), "working": working_of(clock),
        "provisional": clock.provisional, "met_at": _moment(clock.met_at) if clock.met is not None else None,
        "cancelled_at": _begin(clock.ended) if clock.ended else None,
    }  # fmt: skip
    over = row is not None and (row.met_at is not None or row.cancelled_at is not None)
    if row is None or (over and row.started_at != begin):
        Deadline.objects.create(
            subject_type=case._meta.label_lower, subject_id=case.pk, unit_id=case.unit_id, kind=key, **values
        )
        return
    if row.due_at != due:
        values["warned_at"] = None
    if all(getattr(row, name) == value for name, value in values.items()):
        return
    Deadline.objects.filter(pk=row.pk).update(**values)


def label_of(clock: Clock, case: Case) -> str:
    """Return what a clock is called; one of a parallel track says whose it is."""
    if clock.track == case.track:
        return clock.label
    return f"{clock.label}（{Track(clock.track).label}）" if clock.track in Track.values else clock.label


def working_of(clock: Clock) -> list[str]:
    """Return how a date was reached in a few sentences; the count day by day is shown on the case page."""
    unit = {"natural": _("日"), "working": _("个工作日"), "hours": _("小时")}[clock.unit]
    out = [_("%(day)s起算，次日为第 1 日，共 %(limit)d %(unit)s")
           % {"day": f"{beijing_date(clock.started):%Y-%m-%d}", "limit": clock.limit, "unit": unit}]  # fmt: skip
    if clock.paused_days:
        out.append(_("中止 %d 日不计") % clock.paused_days)
    if clock.suspended:
        out.append(_("期限中止中，恢复后顺延"))
    if clock.due_rolled != clock.due:
        out.append(
            _("到期日逢休息日，顺延至%s；本平台按不顺延的日期提醒") % f"{beijing_date(clock.due_rolled):%Y-%m-%d}"
        )
    return [*out, *(str(line) for line in clock.notes)]


def _end(day: Any) -> datetime:
    if isinstance(day, datetime):
        return day
    return datetime.combine(day + timedelta(days=1), time(), BEIJING)


def _begin(day: Any) -> datetime:
    moment = day if isinstance(day, datetime) else datetime.combine(day, time(), BEIJING)
    return moment.astimezone(UTC)


def _moment(day: Any) -> datetime | None:
    if day is None:
        return None
    return day.astimezone(UTC) if isinstance(day, datetime) else datetime.combine(day, time(12), BEIJING)


# Internal targets


def after_office_hours(at: datetime, hours: float) -> datetime:
    """Return the moment so many working hours later, by the office hours and working days of Beijing."""
    left = timedelta(hours=hours)
    local = at.astimezone(BEIJING)
    day = local.date()
    while True:
        if calendar().is_working(day):
            for begin, end in limits().office_hours:
                opens = datetime.combine(day, time.fromisoformat(begin), BEIJING)
                closes = datetime.combine(day, time.fromisoformat(end), BEIJING)
                opens = max(opens, local)
                if opens >= closes:
                    continue
                if left <= closes - opens:
                    return opens + left
                left -= closes - opens
        day += timedelta(days=1)


def target(obj: Any, kind: str, *, at: datetime | None = None) -> None:
    """Start an internal target on a contact or a case; an open one goes on."""
    at = at or timezone.now()
    if deadlines.running(obj).filter(kind=kind).exists():
        return
    found, share = limits().internal_hours[kind], limits().warn_share
    due = after_office_hours(at, found.hours)
    Deadline.objects.create(
        subject_type=obj._meta.label_lower, subject_id=obj.pk, unit_id=obj.unit_id, kind=kind, label=found.label,
        basis=limits().basis, started_at=at, due_at=due, warn_at=after_office_hours(at, found.hours * share),
        working=[_("%g 个工作小时") % found.hours],
    )  # fmt: skip


def _remind(case: Case, clocks: Sequence[Clock]) -> None:
    """Keep our own targets beside an authority's term: until it has our answer, while its mediation goes on.

    Of what was transferred the report is the answer; without a transfer the authority's own clock tells that it has it.
    """
    theirs = [clock for clock in clocks if clock.track == Track.AUTHORITY.value and clock.name == "respond"]
    moved = list(case.transfers_in.filter(source=Source.MARKET))
    again, seat = _last_event(case, AGAIN), _last_event(case, "mediation_start", "mediation_end")
    begun = [row.received_at for row in moved if row.reported_at is None]
    done = [row.reported_at for row in moved if row.reported_at is not None]
    if not moved or again is not None:
        begun += [again.at if again else case.received_at for clock in theirs if clock.running]
        done += [moment for clock in theirs if (moment := _moment(clock.met_at)) is not None]
    _aim(case, ANSWER_AUTHORITY, max(begun, default=None), max(done, default=None))
    if seat is not None:
        goes_on = seat.kind == "mediation_start" and case.state == CaseState.SUSPENDED
        _aim(case, FOLLOW_MEDIATION, seat.at if goes_on else None, seat.at)


def _remind_of_review(case: Case, clocks: Sequence[Clock]) -> None:
    """Keep our own target for a review that waits here while the term is the bureau's and no term of ours runs."""
    rows = [clock for clock in clocks if clock.name == "review_decide_by" and clock.running]
    asked = _last_event(case, "review_applied")
    waits = asked is not None and bool(rows) and not any(is_ours(clock) for clock in rows)
    _aim(case, DECIDE_REVIEW, asked.at if asked is not None and waits else None, None)


def _last_event(case: Case, *kinds: str) -> CaseEvent | None:
    return case.clock_events.filter(kind__in=kinds).order_by("pk").last()


def _aim(case: Case, kind: str, since: datetime | None, done: datetime | None) -> None:
    """Start a target that waits since a moment, once; mark it as met where it does no more."""
    if since is None:
        deadlines.meet(case, kind, at=min(done, timezone.now()) if done else None)
    elif case.state in OPEN and not deadlines.of(case).filter(kind=kind, started_at__gte=since).exists():
        target(case, kind, at=since)


def used(row: Deadline, share: float) -> datetime:
    """Return when a share of a deadline is used: of the working hours where it is counted in them."""
    internal = limits().internal_hours.get(row.kind)
    if internal is not None:
        return after_office_hours(row.started_at, internal.hours * share)
    return row.started_at + (row.due_at - row.started_at) * share


def stop(case: Case) -> None:
    """Cancel what is still open when a case ends; statutory clocks end by their own events, and what is owed stays."""
    rows = deadlines.running(case)
    over = case.state in (CaseState.MERGED, CaseState.DECLINED)
    kept = (OUTLIVES[0], *OUTLIVES[2:]) if over else (*OUTLIVES, f"{STATUTORY}.")
    gone = [row.pk for row in rows if not row.kind.startswith(kept)]
    rows.filter(pk__in=gone).update(cancelled_at=timezone.now())
