"""A claim, a leak or an objection to credit data within a complaint: its own clocks run beside the complaint's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking
from xiaobao_web.complaints.beside import BESIDE
from xiaobao_web.complaints.models import Case, CaseEvent, Track
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.states import BEFORE_ANSWER
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Refused


@transaction.atomic
def add_track(
    case: Case, *, by: Any, track: str, reason: str, at: datetime | None = None, danger: bool = False
) -> Case:
    """Start the clocks of a track from its own day, and say why: a claim or an objection came in, a leak was confirmed.

    `danger`: a leak that may endanger persons or property is reported at once.
    """
    row = lock(case)
    require(by, "complaints.add_track", row)
    if row.state not in BEFORE_ANSWER:
        raise Refused(_("当前状态为“%s”，不能增加时限。") % row.get_state_display())
    if track not in [item.value for item in BESIDE]:
        raise BadValue(_("请选择时限。"), fields={"track": _("请选择")})
    if track in clocking.tracks_of(row):
        raise BadValue(_("这项时限已在计算。"), fields={"track": _("请另选")})
    if len(reason.strip()) < 4:
        raise BadValue(_("请写明增加这项时限的理由。"), fields={"reason": _("至少 4 个字")})
    moment = at or timezone.now()
    if moment > timezone.now():
        raise BadValue(_("时间不能晚于现在。"), fields={"at": _("不能晚于现在")})
    row.more_tracks = [*row.more_tracks, track]
    row.save(update_fields=["more_tracks"])
    facts = {"track": track, **({"danger": True} if danger and track == Track.LEAK.value else {})}
    CaseEvent.objects.create(case=row, kind="received", at=moment, facts=facts, by=by)
    clocking.refresh(row)
    told = {"track": Track(track).label, "why": _("，理由：%s") % reason.strip()[:300]}
    journal.record("complaints.track_added", by=by, on=row, facts=told)
    return row
