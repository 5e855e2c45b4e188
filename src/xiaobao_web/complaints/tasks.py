"""Background work of complaints: the escalation ladder, clocks computed anew when a calendar is published."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.data import Rung, limits
from xiaobao_web.complaints.models import Case, CaseState, Escalation
from xiaobao_web.complaints.services.handing import hand_over
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.schedule import every
from xiaobao_web.people.services import hand_over_hooks

if hand_over not in hand_over_hooks:
    hand_over_hooks.append(hand_over)

AT_ONCE = 2000
LABEL = Case._meta.label_lower
OUTSIDE = (f"{clocking.STATUTORY}.", "report:")
INSIDE = ("handler", "substitute", "unit_head")
"""Whom the ladder tells of an internal target; office and executives are told of what the law or a regulator asks."""


def reached(row: Deadline, rung: Rung) -> bool:
    """Tell whether a deadline has come to a rung of the ladder."""
    now = timezone.now()
    if rung.share is not None:
        return now >= clocking.used(row, rung.share)
    left = (timezone.localdate(row.due_at) - timezone.localdate(now)).days
    if rung.days_left is not None and rung.days_left < 0:
        return now > row.due_at
    if row.kind in limits().internal_hours:
        return False  # hours are given: days left would be told as soon as it begins
    return rung.days_left is not None and left <= rung.days_left


@every("*/15 * * * *", title=_("投诉期限升级提醒"))
def escalate() -> int:
    """Tell each rung's people once for each deadline and due date; return how many steps were told."""
    soon = timezone.now() + timedelta(days=20)
    rows = Deadline.objects.filter(
        subject_type=LABEL, met_at__isnull=True, cancelled_at__isnull=True, due_at__lt=soon
    ).exclude(kind="callback")
    told = 0
    for row in rows.order_by("due_at")[:AT_ONCE]:
        told += _climb(row)
    return told


def _climb(row: Deadline) -> int:
    done = set(Escalation.objects.filter(deadline=row, due_at=row.due_at).values_list("step", flat=True))
    case = None
    told = 0
    last = None
    ladder = limits().ladder
    for place, rung in enumerate(ladder):
        if rung.key in done or not reached(row, rung):
            continue
        case = case or Case.objects.select_related("unit", "handler").filter(pk=row.subject_id).first()
        if case is None or (case.state not in OPEN and not row.kind.startswith(clocking.OUTLIVES)):
            return told
        Escalation.objects.get_or_create(deadline=row, step=rung.key, due_at=row.due_at)
        if not any(higher.key in done for higher in ladder[place + 1 :]):
            last, told = rung, told + 1
    if case is not None and last is not None:  # what was jumped over is marked, the highest alone is told
        names = last.tell if row.kind.startswith(OUTSIDE) else [name for name in last.tell if name in INSIDE]
        people = [person for name in names for person in telling.WHO[name](case)]
        sentence = str(_("%(number)s %(title)s")) + f"：{row.label}{last.label}"
        telling.people(case, people, sentence, "deadline")
        facts = {"step": last.label, "label": row.label, "due": row.due_at, "told": len({p.pk for p in people})}
        journal.record("complaints.escalated", on=case, facts=facts)
    return told


@every("50 2 * * *", title=_("按新日历重算投诉期限"))
def recompute() -> int:
    """Compute clocks anew where they rest on another calendar than today's, of open cases and those that still owe
    something; return how many.
    """
    done = 0
    owed = Deadline.objects.filter(subject_type=LABEL, met_at=None, cancelled_at=None)
    owed = owed.filter(Q(kind__startswith=clocking.OUTLIVES[0]) | Q(kind__startswith=clocking.OUTLIVES[1]))
    ended = Q(state__in=(CaseState.CLOSED, CaseState.WITHDRAWN), pk__in=owed.values("subject_id"))
    for case in Case.objects.filter(Q(state__in=OPEN) | ended).order_by("pk").iterator(500):
        before = case.calendar_version
        clocking.refresh(case)
        done += case.calendar_version != before
    return done
