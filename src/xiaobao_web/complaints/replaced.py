"""The clocks of a case that others took the place of: what they were, why and since when they count no more.

Nothing is kept of them but the events of the case: each is replayed as it stood before the event that replaced it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.calendar.clocks import Clock, replay
from xiaobao.errors import XiaobaoError
from xiaobao_web.complaints import clocking
from xiaobao_web.complaints.models import Case, CaseEvent, Track
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.deadlines import BEIJING, calendar

WHY: dict[str, Any] = {
    "new_facts": gettext_lazy("投诉人提出新的事实和理由，期限自收到之日重新计算"),
    "complex": gettext_lazy("认定情况复杂，期限延长"),
    "special_approved": gettext_lazy("批准特别延期，期限延长"),
    "special_notified": gettext_lazy("特别延期已告知投诉人，期限延长"),
    "appraisal_start": gettext_lazy("鉴定开始，期限中止"),
    "appraisal_end": gettext_lazy("鉴定结束，中止的日数不计入"),
    "mediation_start": gettext_lazy("调解开始，期限中止"),
    "mediation_end": gettext_lazy("调解结束，中止的日数不计入"),
}
"""Why what happened puts another count in the place of one (投诉办法 18, 23; PBoC5 43)."""


@dataclass(frozen=True)
class Replaced:
    """A clock as it was, why another took its place and when."""

    clock: Clock
    why: str
    at: datetime


def replaced_of(case: Case) -> list[Replaced]:
    """Return the clocks of a case that others replaced, the last replaced first."""
    rows = list(case.clock_events.order_by("pk"))
    found: list[Replaced] = []
    part: list[CaseEvent] = []
    for row in rows:
        if row.kind != clocking.AGAIN:
            part.append(row)
            continue
        found += [*_changed(case, part), *_ended(case, part, row)]
        part = []
    found += [*_changed(case, part), *_corrected(case, rows)]
    return sorted(found, key=lambda item: item.at, reverse=True)


def _changed(case: Case, part: list[CaseEvent]) -> Iterator[Replaced]:
    """Return the clocks that another count took the place of, track by track."""
    rows = clocking.in_order(part)
    turns = [row for row in rows if row.kind in WHY]
    for track in clocking.tracks_of(case) if turns else ():
        before = _at(case, track, rows, until=turns[0])
        for turn, following in zip(turns, [*turns[1:], None], strict=True):
            after = _at(case, track, rows, until=following)
            now = {clock.name: clock for clock in after}
            for clock in _counted(before):
                if clock.running and _gave_way(clock, now.get(clock.name)):
                    yield Replaced(clock, _why(turn), turn.at)
            before = after


def _why(turn: CaseEvent) -> str:
    reason = str(turn.facts.get("reason") or "").strip()
    return f"{WHY[turn.kind]}：{reason}" if reason else str(WHY[turn.kind])


def _at(case: Case, track: str, rows: Sequence[CaseEvent], *, until: CaseEvent | None) -> Sequence[Clock]:
    """Return the clocks of a track as they were when an event came, or as they are now; none before it began."""
    known = [row for row in rows if until is None or (row.at, row.pk) < (until.at, until.pk)]
    own = [row.pk for row in rows if row.kind in clocking.BEGIN and row.facts.get("track") == track]
    if own and not any(row.pk in own for row in known):
        return ()
    return _counted_then(case, track, known, None if until is None else until.at)


def _counted_then(case: Case, track: str, rows: Sequence[CaseEvent], at: datetime | None) -> Sequence[Clock]:
    events = clocking.fitting(case, track, [clocking.read(row) for row in rows])
    moment = clocking.latest(events) if at is None else at.astimezone(BEIJING)
    try:
        return replay(track, events, calendar=calendar(), at=moment)
    except XiaobaoError:  # what is wrong with the events is told with the clocks that run
        return ()


def _gave_way(clock: Clock, now: Clock | None) -> bool:
    """Tell whether another count took the place of one; the day of a pause that goes on moves, and is no other."""
    if now is None or now.started != clock.started or now.limit != clock.limit:
        return True
    return not clock.suspended and (now.suspended or now.due != clock.due)


def _counted(clocks: Sequence[Clock]) -> list[Clock]:
    """Return the clocks by which something must be done; to decide and to tell by the same day are one."""
    return [clock for clock in clocks if not clock.right and not clocking.told_too(clock, clocks)]


def _ended(case: Case, part: list[CaseEvent], again: CaseEvent) -> Iterator[Replaced]:
    """Return the clocks of the handling before a case was taken up again."""
    for track in clocking.tracks_of(case):
        for clock in _counted(_at(case, track, clocking.in_order(part), until=again)):
            yield Replaced(clock, str(_("重新办理，期限自当日重新计算")), again.at)


def _corrected(case: Case, rows: Sequence[CaseEvent]) -> Iterator[Replaced]:
    """Return the clocks of tracks that were taken away or counted from another moment, with the reason given."""
    names = {str(item.label): item.value for item in Track}
    by_track: dict[str, list[Any]] = defaultdict(list)
    for event in journal.events_of(case).filter(type="complaints.track_corrected").order_by("pk"):
        by_track[names.get(str(event.facts.get("track")), "")].append(event)
    by_track.pop("", None)
    for track, events in by_track.items():
        begun: list[CaseEvent | None] = [row for row in rows if _is_beginning(row) and row.facts["track"] == track]
        # Each correction ends one beginning; one that is missing is the receipt of a complaint opened on the track.
        missing = len(events) + (track in clocking.tracks_of(case)) - len(begun)
        for event, first in zip(events, [*[None] * missing, *begun], strict=False):
            known = _known(rows, first, event.at)
            for clock in _counted(_counted_then(case, track, known, event.at)):
                if clock.running:
                    yield Replaced(clock, _correction(event.facts), event.at)


def _known(rows: Sequence[CaseEvent], first: CaseEvent | None, at: datetime) -> list[CaseEvent]:
    """Return the events known at a moment since the case was last taken up, with one beginning of a track alone."""
    known: list[CaseEvent] = []
    for row in rows:
        if row.recorded_at > at:
            break
        if row.kind == clocking.AGAIN:
            known = []
        elif row == first or not _is_beginning(row):
            known.append(row)
    return sorted(known, key=lambda row: (row.at, row.pk))


def _is_beginning(row: CaseEvent) -> bool:
    return row.kind == "received" and "track" in row.facts


def _correction(facts: dict[str, Any]) -> str:
    track, to = str(facts.get("track", "")), str(facts.get("to", ""))
    told = _("更正起算时间") if facts.get("again") or to == track else _("更正为“%s”") % to
    return f"{told}：{facts.get('reason', '')}"
