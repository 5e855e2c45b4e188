"""What complaints put on the work-desk: whose turn it is, what is late, what one may begin with."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import agent_groups, queries
from xiaobao_web.complaints.models import Case, CaseState, Contact, Level, Task, TaskState, Urgency
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel import desk
from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.tallies import link

S = CaseState
STEPS: dict[str, Any] = {
    S.PENDING: gettext_lazy("受理"),
    S.ACCEPTED: gettext_lazy("派单"),
    S.HANDLING: gettext_lazy("调查处理并答复"),
    S.SUSPENDED: gettext_lazy("等待鉴定或调解"),
    S.ANSWERED: gettext_lazy("认定责任并办结"),
    S.REVIEWING: gettext_lazy("作出核查决定"),
}
"""What is to be done with a case in each state."""
OVERSEERS = frozenset({"sender_head", "complaints", "office", "executive", "auditor"})
"""Who is shown what others have late."""


def _item(row: Case, clock: Any) -> desk.Item:
    marks = ([Level(row.level).label] if row.level != Level.NORMAL.value else []) + (
        [gettext_lazy("特急")] if row.urgency == Urgency.CRITICAL.value else []
    )
    return desk.Item(
        title=row.title, url=row.get_absolute_url(), number=row.number, step=STEPS.get(row.state, ""),
        party=f"{row.unit} {row.handler or _('待派单')}", state=row, clock=clock, late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None, marks=tuple(marks),
    )  # fmt: skip


def _contact(row: Contact, clock: Any) -> desk.Item:
    steps = {"new": _("甄别"), "checking": _("复核甄别")}
    return desk.Item(
        title=f"{row.get_channel_display()}来件", url=row.get_absolute_url(), number=row.number,
        step=steps.get(row.state, _("甄别抽查")), party=str(row.unit), state=row, clock=clock, late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None,
    )  # fmt: skip


def waiting(user: Any) -> desk.Shelf | None:
    """Return the cases whose next step is this person's."""
    if not holds(user, "complaints.view"):
        return None
    rows = queries.waiting_for(user).select_related("unit", "handler")
    if asked := _asked_only(user):
        rows = rows.exclude(pk__in=asked)
    return desk.shelf_of(gettext_lazy("投诉"), rows, link("complaints", view="waiting"), _item)


def _asked_only(user: Any) -> list[int]:
    """Return the cases that wait for this person only by a task, which lies on the desk itself."""
    cases = queries.tasks_of(user).exclude(case__handler=user).values_list("case", flat=True)
    asked = set(cases[: queries.FEW]) if holds(user, "complaints.tasks") else set()
    if asked and holds(user, "complaints.check_letter"):
        asked -= set(queries.letters_to_check(user).filter(case__in=asked).values_list("case", flat=True))
    return sorted(asked)


def contacts(user: Any) -> desk.Shelf | None:
    """Return the contacts this person has to tell apart or to check."""
    if not holds(user, "complaints.screen_kind"):
        return None
    rows = queries.contacts_waiting(user).select_related("unit")
    return desk.shelf_of(gettext_lazy("来件甄别"), rows, link("complaint_contacts", view="waiting"), _contact)


def _task(row: Task, clock: Any) -> desk.Item:
    step = _("审批协办回复") if row.state == TaskState.ANSWERED.value else _("回复协办任务")
    return desk.Item(
        title=row.case.title, url=row.get_absolute_url(), number=row.case.number, step=step,
        party=f"{row.unit} {row.assignee or _('待安排协办人')}", state=row, clock=clock, late=desk.is_late(clock),
        due=clock.due_at if clock is not None else None,
    )  # fmt: skip


def tasks(user: Any) -> desk.Shelf | None:
    """Return the tasks that this person answers or approves."""
    if not holds(user, "complaints.tasks"):
        return None
    rows = queries.tasks_of(user).select_related("case", "unit", "assignee")
    return desk.shelf_of(gettext_lazy("协办任务"), rows, link("complaint_tasks", view="waiting"), _task)


def _group(row: Any, _clock: Any) -> desk.Item:
    row.n, row.names = row.count, row.people  # all of it is within reach
    return desk.Item(
        title=agent_groups.reason(row), url=row.get_absolute_url(), number=row.number, step=_("判断黑产线索"),
        party=row.get_kind_display(),
    )  # fmt: skip


def agents(user: Any) -> desk.Shelf | None:
    """Return the groups behind which paid agents may stand that this person is to judge."""
    if not holds(user, agent_groups.JUDGE):
        return None
    rows = agent_groups.to_judge(user)
    return desk.shelf_of(gettext_lazy("黑产线索"), rows, link("complaint_agent_groups", view="waiting"), _group)


def late(user: Any) -> desk.Shelf | None:
    """Return the late cases that a person oversees."""
    if not OVERSEERS & user.roles_now() or not holds(user, "complaints.view"):
        return None
    rows = queries.visible(user).filter(state__in=OPEN).exclude(handler=user).select_related("unit", "handler")
    rows = rows.exclude(pk__in=queries.waiting_for(user).values("pk"))
    return desk.shelf_of(gettext_lazy("投诉"), rows, link("complaints", view="overdue"), _item, late_only=True)


def steps(user: Any) -> list[desk.Step]:
    """Return what one may begin with."""
    if not holds(user, "complaints.register"):
        return []
    hint = gettext_lazy("电话、来访、来信：照原话记下，是投诉的立即立案并开始计算期限。")
    return [desk.Step(gettext_lazy("登记来件"), hint, reverse("complaint_register"), "message-plus", often=True)]


desk.provider("waiting", "complaints", waiting, 20)
desk.provider("waiting", "complaint_contacts", contacts, 22)
desk.provider("waiting", "complaint_tasks", tasks, 21)
desk.provider("waiting", "complaint_agent_groups", agents, 24)
desk.provider("late", "complaints", late, 20)
desk.provider("steps", "complaints", steps, 20)
