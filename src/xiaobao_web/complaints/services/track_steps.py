"""A case is accepted with the track that fits it; one that was chosen wrongly is corrected before it is due."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import beside, clocking
from xiaobao_web.complaints.models import Case, CaseEvent, Track
from xiaobao_web.complaints.services import assignment
from xiaobao_web.complaints.states import BEFORE_ANSWER
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models import Deadline

REPLACED = "replaced."
"""How the kind of a deadline begins whose track was corrected: it stays on record and is nobody's any more."""


@transaction.atomic
def accept(case: Case, *, by: Any, comment: str = "", track: str = "", at: datetime | None = None) -> Case:
    """Accept a complaint; a track chosen with it counts from the complaint's receipt unless another moment is told."""
    row = assignment.accept(case, by=by, comment=comment)
    if track:
        moment = at or row.received_at
        _not_ahead(moment)
        beside.begin(row, track, at=moment, by=by, why=_("受理时选定"))
    return row


@transaction.atomic
def correct_track(case: Case, *, by: Any, track: str, reason: str, to: str = "", at: datetime | None = None) -> Case:
    """Put another track, or another beginning, in the place of one; without `to` it only ends.

    The clocks of the new one are counted from its own beginning, those of the old one stay on record as replaced.
    """
    row = assignment.lock(case)
    require(by, "complaints.add_track", row)
    if row.state not in BEFORE_ANSWER:
        raise Refused(_("当前状态为“%s”，不能更正时限。") % row.get_state_display())
    if track not in beside.running(row):
        raise BadValue(_("没有在计算这项时限。"), fields={"track": _("请选择")})
    if len(reason.strip()) < 4:
        raise BadValue(_("请写明更正的理由。"), fields={"reason": _("至少 4 个字")})
    if to and to not in [item.value for item in beside.BESIDE]:
        raise BadValue(_("请选择时限。"), fields={"to": _("请选择")})
    if to != track and to in clocking.tracks_of(row):
        raise BadValue(_("这项时限已在计算。"), fields={"to": _("请另选")})
    if to == track and at is None:
        raise BadValue(_("请填写正确的起算时间。"), fields={"at": _("必填")})
    if against_correction(row, track):
        raise Refused(against_correction(row, track))
    moment = at or begun(row, track)
    _not_ahead(moment)
    _replace(row, track)
    row.track = Track.DIRECT.value if row.track == track else row.track
    row.more_tracks = [item for item in row.more_tracks if item != track]
    row.save(update_fields=["track", "more_tracks"])
    if to:
        beside.start(row, to, at=moment, by=by)
    else:
        clocking.refresh(row)
    label = Track(to).label if to else _("不适用")
    if to == track:
        label = _("自 %s 起算") % f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
    again = bool(to) and to == track
    facts = {"track": Track(track).label, "to": label, "again": again, "reason": reason.strip()[:300]}
    journal.record("complaints.track_corrected", by=by, on=row, facts=facts)
    return row


@transaction.atomic
def report_leak(case: Case, *, by: Any, proof: str, at: datetime | None = None) -> Case:
    """Record that a leak was reported to the central bank's branch (人行消保办法 34); also after the case has ended.

    It may be before the complaint came in, but not before the leak was confirmed.
    """
    row = assignment.lock(case)
    require(by, "complaints.add_track", row)
    if not unreported(row):
        raise Refused(_("这件投诉没有待报告的信息泄露。"))
    if not proof.strip():
        raise BadValue(_("请登记报告的凭证，如报告文号、签收回执。"), fields={"proof": _("必填")})
    moment = at or timezone.now()
    _not_ahead(moment)
    clocking.not_before(moment, begun(row, Track.LEAK.value), _("报告时间不能早于泄露期限起算的日期 %s。"))
    told = {"track": Track.LEAK.value, "proof": proof.strip()[:200]}
    CaseEvent.objects.create(case=row, kind="reported", at=moment, facts=told, by=by)
    clocking.refresh(row)
    journal.record("complaints.leak_reported", by=by, on=row, facts={"proof": told["proof"]})
    return row


def unreported(case: Case) -> list[Case]:
    """Return a case with a leak that still is to be reported."""
    if Track.LEAK not in clocking.tracks_of(case):
        return []
    own = "" if case.track == Track.LEAK else f"@{Track.LEAK.value}"
    kind = f"{clocking.STATUTORY}.report_by{own}"
    return [case] if any(row.kind == kind for row in deadlines.running(case)) else []


def begun(case: Case, track: str) -> datetime:
    """Return the moment from which a track is counted."""
    told = [event.at for event in clocking.events_of(case) if event.facts.get("track") == track]
    return next((at for at in told if isinstance(at, datetime)), case.received_at)


def against_correction(case: Case, track: str) -> str:
    """Return why a track cannot be corrected any more, empty while its first day has not passed."""
    due = [
        clock.due_at for clock in clocking.clocks_of(case)
        if clock.track == track and clocking.is_ours(clock) and clock.limit > 0
    ]  # fmt: skip
    first = min(due, default=None)
    if first is None or first > timezone.now():
        return ""
    told = _("“%(track)s”的期限 %(day)s 已到，不能再更正；请在调查记录中说明。")
    return str(told % {"track": Track(track).label, "day": f"{timezone.localtime(first):%Y-%m-%d}"})


def correctable(case: Case) -> list[Case]:
    """Return a case that has a track to correct."""
    return [case] if beside.running(case) else []


def _not_ahead(moment: datetime) -> None:
    if moment > timezone.now():
        raise BadValue(_("时间不能晚于现在。"), fields={"at": _("不能晚于现在")})


def _replace(case: Case, track: str) -> None:
    """Keep the open deadlines of a track as replaced ones."""
    own = "" if track == case.track else track
    for row in deadlines.running(case).filter(kind__startswith=f"{clocking.STATUTORY}."):
        if row.kind.partition("@")[2] == own:
            label = _("%s（已更正）") % row.label
            Deadline.objects.filter(pk=row.pk).update(
                kind=f"{REPLACED}{row.kind}"[:60], label=label[:80], cancelled_at=timezone.now()
            )
