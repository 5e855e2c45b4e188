"""What is still open when a case ends without an answer: a mediation, tasks of units, offers that wait for approval."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.models import Case, Mediation, MediationState, Offer, OfferState, Task, TaskState
from xiaobao_web.kernel import deadlines, journal

WAITING = (TaskState.OPEN.value, TaskState.ANSWERED.value)


def drop(case: Case, *, by: Any, why: str) -> None:
    """End what is open of a case that has ended, so that nobody works on it and taking it up again begins afresh."""
    for made in case.mediations.filter(state__in=[MediationState.PROPOSED.value, MediationState.RUNNING.value]):
        _end_mediation(made, by)
    for task in case.tasks.select_related("unit", "assignee", "case__unit").filter(state__in=WAITING):
        _call_off(task, by, why)
    for row in case.offers.filter(state=OfferState.ASKED.value):
        _refuse(row, by, why)
    void_extensions(case, waiting=True)


def void_extensions(case: Case, *, waiting: bool = False) -> None:
    """Have the longer terms of a case (those `waiting` for a decision only) count no more: its term began anew."""
    rows = case.extensions.filter(approved__isnull=True) if waiting else case.extensions.exclude(approved=False)
    rows.update(over=True)


def _end_mediation(made: Mediation, by: Any) -> None:
    proposed = made.state == MediationState.PROPOSED.value
    made.state = (MediationState.REFUSED if proposed else MediationState.FAILED).value
    made.ended_at = timezone.now()
    made.save(update_fields=["state", "ended_at"])
    journal.record("complaints.mediation_ended", by=by, on=made.case, facts={"result": made.get_state_display()})


def _call_off(task: Task, by: Any, why: str) -> None:
    task.state, task.note = TaskState.CANCELLED.value, why[:500]
    task.save(update_fields=["state", "note"])
    deadlines.cancel(task)
    facts = {"unit": task.unit, "result": _("撤销"), "task": task.pk}
    journal.record("complaints.task_decided", by=by, on=task.case, facts=facts)
    people = [task.assignee, task.replied_by]
    telling.people(task.case, people, _("协办任务已撤销：%(number)s"), "complaints.news", on=task)


def _refuse(row: Offer, by: Any, why: str) -> None:
    row.state, row.decided_by, row.decided_at, row.note = OfferState.REFUSED.value, by, timezone.now(), why[:300]
    row.save(update_fields=["state", "decided_by", "decided_at", "note"])
    facts = {"result": _("撤销"), "amount": row.amount, "comment": why}
    journal.record("complaints.offer_decided", by=by, on=row.case, facts=facts)
