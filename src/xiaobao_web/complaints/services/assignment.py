"""Who handles a case: accept, assign by rules, pass on within limits, ask business units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints import clocking, telling
from xiaobao_web.complaints.data import limits
from xiaobao_web.complaints.models import Case, CaseState, Task, TaskState, Transfer
from xiaobao_web.complaints.services import recipients, skills, unfinished
from xiaobao_web.complaints.services.personal import short
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel import deadlines, journal, search, states
from xiaobao_web.kernel.access import can, holders, require
from xiaobao_web.kernel.deadlines import BEIJING
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.people.models import Organisation, Role

ANSWER_BY = ("statutory.notify", "statutory.report_by", "statutory.review_decide_by")
"""The clocks by which somebody outside must have what a unit answers."""


def lock(case: Case) -> Case:
    """Return the case's row, locked."""
    return Case.objects.select_for_update(of=("self",)).select_related("unit", "handler").get(pk=case.pk)


@transaction.atomic
def accept(case: Case, *, by: Any, comment: str = "") -> Case:
    """Accept a complaint; from here the case waits for a handler."""
    row = states.move(case, "accept", by=by, comment=comment)
    deadlines.meet(row, "accept")
    clocking.target(row, "assign")
    telling.holding(row, "complaints.assign", _("投诉待派单：%(number)s %(title)s"))
    return row


@transaction.atomic
def decline(case: Case, *, by: Any, reason: str) -> Case:
    """Decline what neither the complainant nor a representative brought, and end its clocks (投诉办法 18)."""
    if len(reason.strip()) < 4:
        raise BadValue(_("请写明不予办理的理由，并告知提出人。"), fields={"reason": _("至少 4 个字")})
    row = states.move(case, "decline", by=by, facts={"reason": reason.strip()}, reason=reason.strip()[:500])
    clocking.stop(row)
    unfinished.drop(row, by=by, why=_("不予办理"))
    return row


@dataclass(frozen=True)
class Candidate:
    """Somebody who may handle a case: how well they fit, how much they have."""

    person: Any
    near: int
    skilled: str
    """The business type of the case, where the person is good at it."""
    load: int

    @property
    def told(self) -> str:
        """Return why this person is proposed."""
        parts = [_("在办 %d 件") % self.load]
        if self.skilled:
            parts.append(_("专长：%s") % self.skilled)
        return "，".join(parts)


def candidates(case: Case) -> list[Candidate]:
    """Return who may handle a case, the fittest first: nearest unit, skill, least load; never those complained of."""
    people = list(holders("complaints.handle", case).select_related("unit").exclude(pk__in=case.respondent_ids()))
    counted = Case.objects.filter(handler__in=people, state__in=OPEN).order_by().values("handler")
    load = dict(counted.annotate(n=Count("pk")).values_list("handler", "n"))
    own = set(case.unit.ancestor_ids())
    out = []
    for person in people:
        near = len(own & set(person.unit.ancestor_ids())) if person.unit else 0
        skilled = case.business_type if case.business_type in skills.of(person) else ""
        out.append(Candidate(person, near, skilled, load.get(person.pk, 0)))
    return sorted(out, key=lambda item: (-item.near, not item.skilled, item.load, item.person.pk))


@transaction.atomic
def assign(case: Case, *, by: Any, handler: Any = None, comment: str = "") -> Case:
    """Give a case to a handler; without one, to the fittest."""
    found = candidates(case)
    if handler is None:
        if not found:
            raise Refused(against_assignment(case, by))
        handler = found[0].person
    _fit(case, handler)
    why = next((f"（{item.told}）" for item in found if item.person.pk == handler.pk), "")
    row = states.move(case, "assign", by=by, comment=comment, facts={"person": handler, "why": why}, handler=handler)
    deadlines.meet(row, "assign")
    clocking.target(row, "contact")
    telling.people(row, [handler], _("投诉派给您办理：%(number)s %(title)s"))
    return row


def against_assignment(case: Case, user: Any) -> str:
    """Return why nobody can be given a case, empty where somebody can."""
    return "" if candidates(case) else str(_("责任机构没有可以经办的人员，请先转派机构或任命投诉岗位。"))


def _fit(case: Case, person: Any) -> None:
    before, case.handler = case.handler, None  # who has it now does not keep another from having it
    answer = can(person, "complaints.handle", case)
    case.handler = before
    if not answer:
        raise BadValue(_("不能派给%(name)s：%(reason)s") % {"name": person, "reason": answer.reason},
                       fields={"handler": answer.reason})  # fmt: skip


def against_transfer(case: Case, user: Any) -> str:
    """Return why a person cannot pass a case on once more, empty where they can."""
    if case.transfers < limits().transfers or Role.OFFICE in user.roles_now():
        return ""
    return str(_("这件投诉已转派 %d 次，再转派须由消保办办理，避免推诿。") % case.transfers)


@transaction.atomic
def transfer(case: Case, *, by: Any, reason: str, unit: Any = None, handler: Any = None) -> Case:
    """Pass a case on to another unit or handler; beyond the limit only the office may."""
    row = lock(case)
    require(by, "complaints.transfer", row)
    if row.state not in (CaseState.PENDING, CaseState.ACCEPTED, CaseState.HANDLING):
        raise Refused(_("当前状态为“%s”，不能转派。") % row.get_state_display())
    if len(reason.strip()) < 2:
        raise BadValue(_("请写明转派原因。"), fields={"reason": _("至少 2 个字")})
    against = against_transfer(row, by)
    if against:
        raise Refused(against)
    target = unit or row.unit
    if target.pk == row.unit_id and (handler is None or handler.pk == row.handler_id):
        raise BadValue(_("请选择新的机构或经办人。"), fields={"unit": _("请另选")})
    record = Transfer(
        case=row,
        from_unit=row.unit,
        to_unit=target,
        from_handler=row.handler,
        reason=reason.strip()[:300],
        by=by,
        at=timezone.now(),
    )
    row.unit = target
    if handler is not None:
        _fit(row, handler)
    elif row.state == CaseState.HANDLING:
        handler = _nearest(row)
    record.to_handler = row.handler = handler
    row.transfers += 1
    row.save(update_fields=["unit", "handler", "transfers"])
    record.save()
    search.index(row)
    facts = {"unit": target, "person": handler or "", "reason": reason.strip()}
    journal.record("complaints.transferred", by=by, on=row, facts=facts)
    told = [handler] if handler else telling.in_charge(row)
    telling.people(row, told, _("投诉转给您办理：%(number)s %(title)s"))
    return row


def _nearest(case: Case) -> Any:
    found = candidates(case)
    if not found:
        raise Refused(_("%s 没有可以经办的人员，请指定经办人。") % case.unit)
    return found[0].person


# Business units


def unit_for(case: Case) -> Organisation | None:
    """Return the department that the data names for the case's business type, None where it names none."""
    code = limits().business_units.get(case.business_type)
    return Organisation.objects.filter(code=code, active=True).first() if code else None


@transaction.atomic
def task_out(case: Case, *, by: Any, unit: Any, request: str, assignee: Any = None, due_on: date | None = None) -> Task:
    """Ask a business unit; by default it answers within the days the data says, never after the statutory day.

    Raises BadValue for a unit or somebody that is not asked (see `recipients`).
    """
    require(by, "complaints.task_out", case)
    case = lock(case)  # whether it is confidential may change in this moment
    if case.state not in (CaseState.HANDLING, CaseState.SUSPENDED, CaseState.REVIEWING):
        raise Refused(_("派单后才能发起协办。"))
    if not request.strip():
        raise BadValue(_("请写明需要对方做什么。"), fields={"request": _("必填")})
    due = _task_day(case, due_on)
    recipients.Recipients(case).check(unit, assignee)
    task = Task(case=case, unit=unit, assignee=assignee, request=request.strip(), asked_by=by,
                asked_at=timezone.now(), due_on=due)  # fmt: skip
    if assignee is not None:
        recipients.fit(task, assignee)
    task.save(force_insert=True)
    journal.record("complaints.tasked", by=by, on=case, facts={"unit": unit, "due": due, "task": task.pk})
    left = (datetime.combine(due, time(), BEIJING).date() - timezone.localdate()).days
    deadlines.start(task, "reply", label=_("回复协办任务"), basis=limits().basis, natural_days=max(left, 0))
    told = [assignee] if assignee else [*holders("complaints.approve_task", task).order_by("pk")[:10]]
    telling.people(case, told, _("请协办投诉并按时回复：%(number)s %(title)s"), on=task)
    return task


def _task_day(case: Case, asked: date | None) -> date:
    """Return by when a unit answers: the day asked for, else some working days, but not after the statutory day."""
    today = timezone.localdate()
    rows = [row for row in deadlines.running(case) if row.kind.partition("@")[0] in ANSWER_BY]
    days = [timezone.localdate(row.due_at) for row in rows]
    last = min((day for day in days if day >= today), default=None)
    if case.state == CaseState.SUSPENDED:
        last = None  # the day moves on while the clock stands still
    if asked is None:
        usual = deadlines.calendar().add_working_days(today, limits().task_days).date
        own = deadlines.running(case).filter(kind=clocking.ANSWER_AUTHORITY).values_list("due_at", flat=True)
        told = [day for due_at in own if (day := timezone.localdate(due_at)) >= today]  # an authority waits for us
        return min([usual, *told, *([] if last is None else [last])])
    if asked < today:
        raise BadValue(_("回复日期不能早于今天。"), fields={"due_on": _("不早于今天")})
    if asked > (last or today + timedelta(days=366)):
        latest = f"{last or today + timedelta(days=366):%Y-%m-%d}"
        late = (
            _("回复日期不能晚于 %s（法定期限），否则来不及答复投诉人。")
            if last
            else _("回复日期不能晚于 %s，请核对年份。")
        ) % latest
        raise BadValue(late, fields={"due_on": late})
    return asked


def against_answer(task: Task, user: Any) -> str:
    """Return why a person cannot answer a task, empty where they can."""
    if task.assignee_id and task.assignee_id != user.pk and Role.SENDER_HEAD not in user.roles_now():
        return str(_("这项任务由%s回复。") % task.assignee)
    if user.pk in task.case.respondent_ids():
        return str(_("您是这件投诉的被投诉员工，按回避要求不能回复。"))
    return ""


def against_task_decision(task: Task, user: Any) -> str:
    """Return why a person cannot decide on what a unit answers, empty where they can."""
    if task.replied_by_id == user.pk:
        return str(_("回复由您作出，须由另一人审批。"))
    if user.pk in task.case.respondent_ids():
        return str(_("您是这件投诉的被投诉员工，按回避要求不能审批。"))
    return ""


@transaction.atomic
def answer_task(task: Task, *, by: Any, reply: str) -> Task:
    """Answer for the unit; its head approves the answer before the handler has it."""
    row = Task.objects.select_for_update(of=("self",)).select_related("unit", "case__unit").get(pk=task.pk)
    require(by, "complaints.answer_task", row)
    against = against_answer(row, by)
    if against:
        raise Refused(against)
    if row.state != TaskState.OPEN.value:
        raise Refused(_("这项任务已经回复。"))
    if not reply.strip():
        raise BadValue(_("请写明回复内容。"), fields={"reply": _("必填")})
    row.reply, row.replied_by, row.replied_at = reply.strip(), by, timezone.now()
    row.state = TaskState.ANSWERED.value
    row.save()
    deadlines.meet(row, "reply")
    journal.record("complaints.task_answered", by=by, on=row.case, facts={"unit": row.unit, "task": row.pk})
    heads = holders("complaints.approve_task", row).exclude(pk=by.pk).order_by("pk")[:10]
    telling.people(row.case, heads, _("协办回复待您审批：%(number)s %(title)s"), on=row)
    return row


@transaction.atomic
def decide_task(task: Task, *, by: Any, approve: bool, note: str = "") -> Task:
    """Approve a unit's answer as its head, or give it back; nobody approves their own."""
    row = Task.objects.select_for_update(of=("self",)).select_related("unit", "case__handler").get(pk=task.pk)
    require(by, "complaints.approve_task", row)
    if row.state != TaskState.ANSWERED.value:
        raise Refused(_("这项任务没有待审批的回复。"))
    against = against_task_decision(row, by)
    if against:
        raise Refused(against)
    if not approve and not note.strip():
        raise BadValue(_("退回请写明原因。"), fields={"note": _("必填")})
    row.note = note.strip()[:500]
    row.state = (TaskState.APPROVED if approve else TaskState.OPEN).value
    if approve:
        row.approved_by, row.approved_at = by, timezone.now()
    else:
        row.returned += 1
        deadlines.start(row, "reply", label=_("回复协办任务"), basis=limits().basis, working_days=1)
    row.save()
    facts = {
        "unit": row.unit,
        "result": _("同意") if approve else _("退回"),
        "task": row.pk,
        "comment": short(row.note, 200),
    }
    journal.record("complaints.task_decided", by=by, on=row.case, facts=facts)
    if approve:
        telling.people(row.case, [row.case.handler], _("协办已有结果：%(number)s %(title)s"))
    else:
        telling.people(row.case, [row.replied_by], _("协办回复被退回：%(number)s"), on=row)
    return row


@transaction.atomic
def cancel_task(task: Task, *, by: Any) -> Task:
    """Call a task off."""
    row = Task.objects.select_for_update(of=("self",)).select_related("unit", "case").get(pk=task.pk)
    require(by, "complaints.task_out", row.case)
    if row.state not in (TaskState.OPEN.value, TaskState.ANSWERED.value):
        raise Refused(_("这项任务已经了结。"))
    row.state = TaskState.CANCELLED.value
    row.save(update_fields=["state"])
    deadlines.cancel(row)
    journal.record("complaints.task_decided", by=by, on=row.case,
                   facts={"unit": row.unit, "result": _("撤销"), "task": row.pk})  # fmt: skip
    return row
