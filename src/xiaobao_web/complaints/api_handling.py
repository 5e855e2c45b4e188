"""Around a case over REST: personal data opened and corrected, links decided, what units answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import Field, StringConstraints

from xiaobao_web.complaints import queries, services
from xiaobao_web.complaints.api import CaseDetail, found_case, router, show_case, unit_of
from xiaobao_web.complaints.forms.entry import CorrectForm
from xiaobao_web.complaints.models import Case, Link, LinkKind, Task, TaskState
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.rest_steps import FieldOut, StepIn, checked, described, posted

Note = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]


class PurposeIn(Strict):
    """What the whole data is needed for; it stands in the journal."""

    purpose: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00]*$")]


class SaidOut(Schema):
    """The words of a contact as they came."""

    number: str
    channel: str
    at: datetime
    text: str


class PersonalOut(Schema):
    """The complainant's data and words in full."""

    fields: dict[str, str]
    words: list[SaidOut]


class LinkOut(Schema):
    """A case that hangs together with another; `confirmed` is null until somebody has decided on it."""

    id: int
    kind: LinkKind
    kind_name: str
    other: str
    reason: str
    probability: float | None
    confirmed: bool | None


class LinkDecisionIn(Strict):
    """Whether two cases hang together."""

    confirm: bool


class TaskOut(Schema):
    """A task of a unit within a case."""

    id: int
    case: str
    unit: str
    assignee: str | None
    state: TaskState
    state_name: str
    request: str
    reply: str
    note: str
    due_on: date


class TaskPage(Schema):
    """A page of tasks; `next` is the cursor of the page after."""

    items: list[TaskOut]
    next: str | None


class TaskQuery(Paged):
    """Which tasks, and where in the list."""

    state: TaskState | None = None
    waiting: bool = Field(False, description="只要等我回复或审批的")


class ReplyIn(Strict):
    """What a unit answers."""

    reply: Words


class PassIn(Strict):
    """To whom a task is handed on: a unit by code, a person by account; one of them at least, and why."""

    unit: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""
    assignee: Annotated[str, StringConstraints(max_length=150, pattern=r"^[^\x00]*$")] = ""
    reason: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""


class ApprovalIn(Strict):
    """Whether the head approves what a unit answers."""

    approve: bool
    note: Note = ""


@router.post("/{int:pk}/personal", response=PersonalOut, summary="查看完整信息与原话")
def open_personal(request: HttpRequest, pk: int, body: PurposeIn) -> dict[str, Any]:
    """Return the complainant's data and words in full; the opening is journalled with its purpose."""
    return services.open_personal(found_case(request, pk), by=request.user, purpose=body.purpose)


@router.get("/{int:pk}/ticket", response=list[FieldOut], summary="填单的字段")
def describe_ticket(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return the fields of the ticket that may be corrected, without their values."""
    case = found_case(request, pk)
    require(request.user, "complaints.correct", case)
    return described(CorrectForm())


@router.patch("/{int:pk}/ticket", response=CaseDetail, summary="更正填单")
def correct_ticket(request: HttpRequest, pk: int, body: StepIn) -> dict[str, Any]:
    """Correct fields of the ticket: those that are given, the others stay; `why`: misread (if not told) or changed."""
    case = found_case(request, pk)
    require(request.user, "complaints.correct", case)
    row = Case.objects.get(pk=case.pk)
    form: Any = CorrectForm
    data = posted(form, body.values)
    for name, field in CorrectForm(instance=row).fields.items():
        if name not in body.values:
            value = field.prepare_value(CorrectForm(instance=row).initial.get(name))
            data.setlist(name, [str(item) for item in (value if isinstance(value, list) else [value])
                                if item not in (None, "", False)])  # fmt: skip
    values = checked(CorrectForm(data, instance=row))
    why = values.pop("why")
    given = {name: values[name] for name in body.values if name != "why"}
    services.correct(case, by=request.user, values=given, why=why)
    return show_case(request, pk)


@router.get("/{int:pk}/links", response=list[LinkOut], summary="关联的投诉")
def list_links(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return the cases that a case hangs together with, as far as one may know whose they are."""
    case = found_case(request, pk)
    links = [*Link.objects.filter(case=case).select_related("other", "case"),
             *Link.objects.filter(other=case).select_related("case", "other")]  # fmt: skip
    return [_link(item, case) for item in links if services.tells_whom(request.user, item.case, item.other)]


@router.post("/{int:pk}/links/{int:link}", response=LinkOut, summary="确认或否定关联")
def decide_link(request: HttpRequest, pk: int, link: int, body: LinkDecisionIn) -> dict[str, Any]:
    """Confirm or reject a link that the machine proposed."""
    case = found_case(request, pk)
    row = find(Link.objects.select_related("case", "other").filter(case=case), pk=link)
    if not services.tells_whom(request.user, row.case, row.other):
        raise Hidden(_("没有这个关联。"))
    services.decide_link(row, by=request.user, confirm=body.confirm)
    return _link(Link.objects.select_related("case", "other").get(pk=row.pk), case)


@router.get("/tasks", response=TaskPage, summary="协办任务列表")
def list_tasks(request: HttpRequest, query: Query[TaskQuery]) -> dict[str, Any]:
    """Return the tasks one may see, newest first."""
    require(request.user, "complaints.tasks")
    rows = _tasks(request)
    if query.waiting:
        rows = rows.filter(pk__in=queries.tasks_of(request.user).values("pk"))
    rows = rows.filter(**({"state": query.state.value} if query.state else {}))
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=lambda row: _task(row, request.user))


@router.get("/tasks/{int:pk}", response=TaskOut, summary="协办任务")
def show_task(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a task."""
    return _task(_found_task(request, pk), request.user)


@router.post("/tasks/{int:pk}/answer", response=TaskOut, summary="回复协办任务")
def answer_task(request: HttpRequest, pk: int, body: ReplyIn) -> dict[str, Any]:
    """Answer a task; the unit's head approves it."""
    services.answer_task(_found_task(request, pk), by=request.user, reply=body.reply)
    return _task(_found_task(request, pk), request.user)


@router.post("/tasks/{int:pk}/pass", response=TaskOut, summary="转交协办任务")
def pass_task(request: HttpRequest, pk: int, body: PassIn) -> dict[str, Any]:
    """Hand a task on to somebody, or to another unit; the day by which it is answered stays."""
    person = None
    if body.assignee:
        person = get_user_model()._default_manager.filter(username=body.assignee, is_active=True).first()
        if person is None:
            told = _("没有账号为“%s”的人员。") % body.assignee[:30]
            raise BadValue(told, fields={"assignee": told})
    unit = unit_of(body.unit) if body.unit else None
    made = services.pass_task(
        _found_task(request, pk), by=request.user, unit=unit, assignee=person, reason=body.reason
    )  # fmt: skip
    return _task(_rows_of_tasks().get(pk=made.pk), request.user)


@router.post("/tasks/{int:pk}/decide", response=TaskOut, summary="审批协办回复")
def decide_task(request: HttpRequest, pk: int, body: ApprovalIn) -> dict[str, Any]:
    """Approve what a unit answers, or return it."""
    services.decide_task(_found_task(request, pk), by=request.user, approve=body.approve, note=body.note)
    return _task(_found_task(request, pk), request.user)


@router.post("/tasks/{int:pk}/cancel", response=TaskOut, summary="撤销协办任务")
def cancel_task(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Take a task back."""
    services.cancel_task(_found_task(request, pk), by=request.user)
    return _task(_found_task(request, pk), request.user)


def _rows_of_tasks() -> Any:
    return Task.objects.select_related("case__unit", "case__handler", "unit", "assignee", "asked_by", "replied_by")


def _tasks(request: HttpRequest) -> Any:
    return visible_to(request.user, _rows_of_tasks(), "complaints.tasks")


def _found_task(request: HttpRequest, pk: int) -> Task:
    require(request.user, "complaints.tasks")
    row: Task = find(_tasks(request), pk=pk)
    return row


def _task(row: Task, user: Any) -> dict[str, Any]:
    closed = row.is_closed and not queries.visible(user).filter(pk=row.case_id).exists()
    words = {name: "" if closed else getattr(row, name) for name in ("request", "reply")}
    return {
        **{name: getattr(row, name) for name in ("id", "state", "due_on")}, **words,
        "case": row.case.number, "unit": str(row.unit), "assignee": str(row.assignee) if row.assignee else None,
        "state_name": row.get_state_display(), "note": row.note,
    }  # fmt: skip


def _link(row: Link, case: Case) -> dict[str, Any]:
    other = row.other if row.case_id == case.pk else row.case
    names = ("id", "kind", "reason", "probability", "confirmed")
    return {
        **{name: getattr(row, name) for name in names}, "kind_name": row.get_kind_display(), "other": other.number
    }  # fmt: skip
