"""Tracks that run beside a complaint: which there are, which one its words plainly ask for, their start."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking
from xiaobao_web.complaints.data import key_of
from xiaobao_web.complaints.models import Case, CaseEvent, Track
from xiaobao_web.kernel import journal

BESIDE = (Track.CLAIM, Track.CREDIT, Track.LEAK, Track.RECORDING)
"""Tracks that somebody opens within a case; regulators' open with their transfers."""
NOT = "(?<!没有)(?<!没)(?<!未)(?<!不会)(?<!不要)(?<!以防)(?<!防止)"
CLAIM = re.compile(f"{NOT}(?:理赔|拒赔|定损|出险|赔付|赔案)")
LEAK = re.compile(f"{NOT}(?:泄露|泄漏|外泄|倒卖|被卖)")
INSURANCE = frozenset({"B.INSURANCE", "B.AGENCY.INSURANCE"})


def choices() -> list[tuple[str, Any]]:
    """Return the tracks as choices."""
    return [(item.value, item.label) for item in BESIDE]


def proposed(facts: Mapping[str, Any], words: str) -> tuple[str, str]:
    """Return the track that a business type, a cause and the words plainly ask for, and why; empty where none."""
    business, cause = str(facts.get("business_type") or ""), str(facts.get("cause") or "")
    if key_of("cause", cause) == "C.CREDIT_RECORD":
        return Track.CREDIT.value, _("投诉原因是“%s”") % cause
    claim, leak = CLAIM.search(words), LEAK.search(words)
    if key_of("business_type", business) in INSURANCE and claim:
        return Track.CLAIM.value, _("业务类别是“%(name)s”，原话提到“%(word)s”") % {"name": business, "word": claim[0]}
    if key_of("cause", cause) == "C.INFORMATION" and leak:
        return Track.LEAK.value, _("投诉原因是“%(name)s”，原话提到“%(word)s”") % {"name": cause, "word": leak[0]}
    return "", ""


def proposed_for(case: Case) -> tuple[str, str]:
    """Return the track proposed for a case and why; empty for one that runs already."""
    words = "\n".join(contact.words() for contact in case.contacts.all()[:20])
    track, why = proposed({"business_type": case.business_type, "cause": case.cause}, words)
    return ("", "") if track in clocking.tracks_of(case) else (track, why)


def begin(case: Case, track: str, *, at: datetime, by: Any, why: str) -> None:
    """Start the clocks of a track beside a case's own, journalled with why; nothing happens where they run already."""
    if not track or track in clocking.tracks_of(case):
        return
    start(case, track, at=at, by=by)
    facts = {"track": Track(track).label, "why": _("，理由：%s") % why}
    journal.record("complaints.track_added", by=by, on=case, facts=facts)


def start(case: Case, track: str, *, at: datetime, by: Any) -> None:
    """Count a track from a moment, anew where it was counted from another."""
    case.more_tracks = [*(item for item in case.more_tracks if item != track), track]
    Case.objects.filter(pk=case.pk).update(more_tracks=case.more_tracks)
    actor = by if by is not None and by.pk else None
    CaseEvent.objects.create(case=case, kind="received", at=at, facts={"track": track}, by=actor)
    clocking.refresh(case)


def running(case: Case) -> list[str]:
    """Return the tracks of a case that somebody opened within it."""
    known: Iterable[str] = [item.value for item in BESIDE]
    return [track for track in clocking.tracks_of(case) if track in known]
