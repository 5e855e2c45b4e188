"""A unit's task is handed on: to somebody of the unit, or to another unit; the day by which it answers stays."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Task, TaskState
from xiaobao_web.complaints.services.assignment import lock
from xiaobao_web.complaints.services.recipients import Recipients, fit
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import holders, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.people.models import Role


def against_passing(task: Task, user: Any) -> str:
    """Return why a person cannot hand a task on, empty where they can; beyond the limit its unit stays."""
    if user.pk in task.case.respondent_ids():
        return str(_("您是这件投诉的被投诉员工，按回避要求不能转交。"))
    return ""


def against_another_unit(task: Task, user: Any) -> str:
    """Return why a person cannot hand a task on to another unit once more, empty where they can."""
    if task.passed < limits().transfers or Role.OFFICE in user.roles_now():
        return ""
    return str(_("这项任务已转交 %d 次，再转交其他单位须由消保办办理，避免推诿。") % task.passed)


@transaction.atomic
def pass_task(task: Task, *, by: Any, unit: Any = None, assignee: Any = None, reason: str = "") -> Task:
    """Hand a task on to somebody, or to another unit, whose head then sees to it unless somebody is named.

    Taking it away from a unit or a person needs a reason.
    """
    lock(task.case)  # whether it is confidential may change in this moment
    row = Task.objects.select_for_update(of=("self",)).select_related("unit", "case__unit").get(pk=task.pk)
    require(by, "complaints.pass_task", row)
    if row.state != TaskState.OPEN.value:
        raise Refused(_("当前状态为“%s”，不能转交。") % row.get_state_display())
    against = against_passing(row, by)
    if against:
        raise Refused(against)
    target, before = unit or row.unit, row.assignee_id
    away = target.pk != row.unit_id
    if not away and (assignee is None or assignee.pk == before):
        raise BadValue(_("请选择新的单位或协办人。"), fields={"assignee": _("请另选")})
    if away and (against := against_another_unit(row, by)):
        raise BadValue(against, fields={"unit": against})
    Recipients(row.case, with_unit=row.unit).check(target if away else None, assignee)
    if (away or before is not None) and len(reason.strip()) < 2:
        lacking = _("转给其他单位或换人的，请写明原因。")
        raise BadValue(lacking, fields={"reason": lacking})
    row.unit, row.assignee = target, assignee
    if assignee is not None:
        fit(row, assignee)
    row.passed += away
    row.save(update_fields=["unit", "assignee", "passed"])
    why = _("，原因：%s") % reason.strip()[:300] if reason.strip() else ""
    facts = {"unit": target, "person": assignee or "", "why": why, "task": row.pk}
    journal.record("complaints.task_passed", by=by, on=row.case, facts=facts)
    told = [assignee] if assignee else [*holders("complaints.approve_task", row).order_by("pk")[:10]]
    telling.people(row.case, told, _("请协办投诉并按时回复：%(number)s %(title)s"), on=row)
    if away:
        telling.people(row.case, [row.asked_by, row.case.handler], _("协办任务转给了其他单位：%(number)s"), on=row)
    return row
