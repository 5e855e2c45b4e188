"""A unit's task is handed on: to somebody of the unit, or to another unit; the day by which it answers stays."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints import telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Task, TaskState
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, holders, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.people.models import Organisation, OrganisationKind, Role


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


def against_partner(task: Task, unit: Organisation) -> str:
    """Return why a task does not go to a unit outside the institution, empty where it may or where the unit is inside.

    A partner sees a complaint only where that is its own or that of the unit right above it, and nothing of a
    confidential one; what stands with it already may be handed on there.
    """
    partner, owner = _partner_of(unit), task.case.unit
    if partner is None or partner == _partner_of(task.unit):
        return ""
    told = {"unit": partner, "above": partner.parent or owner}
    if task.case.confidential:
        return str(_("投诉人要求身份保密，不能转给合作机构%(unit)s；请转给%(above)s，由其另行了解情况。") % told)
    if partner == _partner_of(owner) or partner.parent_id == owner.pk:
        return ""
    return str(_("%(unit)s是合作机构，这件投诉不是它的，也不由其上级单位负责；请转给%(above)s，由其了解情况。") % told)


def against_head(task: Task, unit: Organisation) -> str:
    """Return why a unit is not given a task, empty where it may have it: its head is complained of and would see it."""
    if not _led_by_respondent(task, unit):
        return ""
    chain = Organisation.objects.filter(pk__in=unit.ancestor_ids(), active=True).order_by("-path")
    free = next((row for row in chain if not _led_by_respondent(task, row)), None)
    told = _("%(unit)s由这件投诉的被投诉员工负责，按回避要求不能转给该单位；请转给%(above)s。")
    return str(told % {"unit": unit, "above": free or _("消保办")})


def _against_unit(task: Task, unit: Organisation, by: Any) -> str:
    return against_another_unit(task, by) or against_partner(task, unit) or against_head(task, unit)


def _partner_of(unit: Organisation) -> Organisation | None:
    """Return the partner that a unit is or belongs to, None within the institution."""
    rows = Organisation.objects.filter(pk__in=unit.ancestor_ids(), kind=OrganisationKind.PARTNER)
    return rows.select_related("parent").order_by("path").first()


def _led_by_respondent(task: Task, unit: Organisation) -> bool:
    """Tell whether somebody complained of is head of a unit or of one above it; who heads all keeps no unit from it."""
    people = get_user_model()._default_manager.filter(pk__in=task.case.respondent_ids(), is_active=True)
    led = [post.organisation for person in people for post in person.posts_now() if post.role == Role.SENDER_HEAD]
    return any(unit.is_within(row) and (row.parent_id is not None or row == unit) for row in led)


@transaction.atomic
def pass_task(task: Task, *, by: Any, unit: Any = None, assignee: Any = None, reason: str = "") -> Task:
    """Hand a task on to somebody, or to another unit, whose head then sees to it unless somebody is named.

    Taking it away from a unit or a person needs a reason.
    """
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
    if away and (against := _against_unit(row, target, by)):
        raise BadValue(against, fields={"unit": against})
    if assignee is not None and assignee.unit is not None and (against := against_partner(row, assignee.unit)):
        raise BadValue(against, fields={"assignee": against})
    if (away or before is not None) and len(reason.strip()) < 2:
        lacking = _("转给其他单位或换人的，请写明原因。")
        raise BadValue(lacking, fields={"reason": lacking})
    row.unit, row.assignee = target, assignee
    if assignee is not None:
        _fit(row, assignee)
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


def _fit(task: Task, person: Any) -> None:
    """Refuse somebody who cannot answer for the task's unit, or who is complained of."""
    if person.pk in task.case.respondent_ids():
        raise BadValue(_("被投诉员工不能参与协办。"), fields={"assignee": _("请另选")})
    answer = can(person, "complaints.answer_task", task)
    elsewhere = person.unit is None or not person.unit.is_within(task.unit)
    if not answer or not person.is_active or elsewhere:
        told = _("%(name)s不是%(unit)s可以回复任务的人员，请另选。") % {"name": person, "unit": task.unit}
        raise BadValue(told, fields={"assignee": told})
