"""Tasks leave whoever is not asked about a case that became confidential: a partner, somebody who belongs to one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.models import Case, Task, TaskState
from xiaobao_web.complaints.services.recipients import Recipients
from xiaobao_web.complaints.services.unfinished import WAITING
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import holders
from xiaobao_web.kernel.notifications import notify


@transaction.atomic
def take_back(case: Case, *, by: Any) -> int:
    """Take tasks back from where a confidential case may not go, by the rules of `recipients`; return how many.

    A partner's task ends, and its handler gives another out; a person's goes to the head of the unit that is asked.
    """
    recipients, done = Recipients(case), 0
    rows = case.tasks.select_for_update(of=("self",)).select_related("unit", "assignee__unit", "replied_by__unit")
    for task in rows.filter(state__in=WAITING):
        task.case = case
        own = task.assignee.unit if task.assignee is not None else None
        if against := recipients.against_partner(task.unit):
            _end(task, by, against)
        elif own is not None and recipients.against_partner(own):
            _leave_to_unit(task, by)
        else:
            continue
        done += 1
    return done


def _end(task: Task, by: Any, against: str) -> None:
    """End a partner's task; whoever had it reads on its page that it is over, and no longer sees the case by it."""
    had = [person for person in (task.assignee, task.replied_by) if person is not None]
    task.state, task.assignee = TaskState.CANCELLED.value, None
    task.note = _("这项任务由派发单位收回，另行了解情况，无需再回复；已取得的材料请妥善保管，不再使用。")
    task.save(update_fields=["state", "assignee", "note"])
    deadlines.cancel(task)
    facts = {"unit": task.unit, "reason": against, "task": task.pk, "had": had}
    journal.record("complaints.task_taken_back", by=by, on=task.case, facts=facts)
    heads = holders("complaints.approve_task", task).filter(unit__path__startswith=task.unit.path).order_by("pk")[:10]
    told = had or [*heads]
    telling.people(task.case, told, _("协办任务已收回，无需再回复：%(number)s"), "complaints.news", on=task)
    _tell_who_asked(task, _("协办任务已从合作机构收回，请另行派发：%(number)s %(title)s"))


def _leave_to_unit(task: Task, by: Any) -> None:
    """Take a task from somebody of a partner; the head of the unit that is asked sees to it."""
    had, task.assignee = task.assignee, None
    task.save(update_fields=["assignee"])
    why = _("，原因：%s") % _("投诉人要求身份保密")
    facts = {"unit": task.unit, "person": "", "why": why, "task": task.pk, "had": had}
    journal.record("complaints.task_passed", by=by, on=task.case, facts=facts)
    told = _("协办任务已收回，无需再回复：%s") % task.case.number
    notify([had], "complaints.news", told, on=task, url=reverse("complaint_tasks"))
    heads = holders("complaints.approve_task", task).order_by("pk")[:10]
    telling.people(task.case, heads, _("请协办投诉并按时回复：%(number)s %(title)s"), on=task)
    _tell_who_asked(task, _("协办人已取消，由协办单位负责人另行安排：%(number)s %(title)s"))


def _tell_who_asked(task: Task, sentence: str) -> None:
    telling.people(task.case, [task.asked_by, *telling.in_charge(task.case)], sentence, on=task)
