"""What happens to complaints when a post is handed over: open cases and tasks go along, recusal kept."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.models import Case, Task, TaskState
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can


@transaction.atomic
def hand_over(*, giver: Any, receiver: Any, by: Any) -> int:
    """Move a person's open cases and tasks to the receiver; return how many moved.

    A case the receiver may not handle (complained of, or without the post) waits for whoever assigns.
    """
    moved = 0
    receiver.forget_posts()
    for found in list(Case.objects.filter(handler=giver, state__in=OPEN)):
        case = lock(found)
        case.handler = None
        fits = bool(can(receiver, "complaints.handle", case))
        case.handler = receiver if fits else None
        case.save(update_fields=["handler"])
        facts = {"unit": case.unit, "person": case.handler or _("待派单"), "reason": _("岗位交接")}
        journal.record("complaints.transferred", by=by, on=case, facts=facts)
        telling.people(case, telling.in_charge(case), _("岗位交接，投诉转给您办理：%(number)s %(title)s"))
        moved += 1
    for task in Task.objects.select_for_update().filter(assignee=giver, state=TaskState.OPEN.value):
        task.assignee = None if receiver.pk in task.case.respondent_ids() else receiver
        task.save(update_fields=["assignee"])
        moved += 1
    return moved
