"""The removal of causes over REST: opened, measured, concluded; one step from a warning or a complaint."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import forms, queries, services
from xiaobao_web.insights.api import RELATED, Sentence, router
from xiaobao_web.insights.effect import effect_of
from xiaobao_web.insights.models import CauseAction, Rectification
from xiaobao_web.insights.models.rectification import ActionKind
from xiaobao_web.insights.states import RectificationState
from xiaobao_web.insights.tasks import look_now
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.rest_steps import checked, posted
from xiaobao_web.people.models import Organisation

Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Step = Literal["issue", "inspection", "rule", "reevaluate"]
CASE_STEPS = {"inspection": services.open_inspection, "rule": services.propose_rule}
OF = ("unit", "owner", "created_by", "warning", "issue", "checked_by")


class MadeOut(Schema):
    """What a step opened: its numbers and its page ("" where it has none)."""

    step: str
    numbers: list[str]
    url: str


class MeasureOut(Schema):
    """A corrective or preventive action."""

    id: int
    kind: str
    text: str
    owner: str
    due_on: date
    done_on: date | None
    proof: str


class EffectOut(Schema):
    """Complaints of the cause here and elsewhere, before and after, the ratio of the changes with its 95 % bounds."""

    before: int
    after: int
    others_before: int
    others_after: int
    days: int
    ratio: float | None
    low: float | None
    high: float | None
    verdict: str
    told: str


class RectificationOut(Schema):
    """A cause on its way to be gone."""

    id: int
    number: str
    title: str
    unit: str
    owner: str
    cause: str
    business_type: str
    state: str
    state_name: str
    warning: str | None
    issue: str | None
    effective_on: date | None
    conclusion: str
    created_at: datetime


class RectificationDetail(RectificationOut):
    """A cause with why it arose (depth 0 first), what is done, and its effect once that can be measured."""

    whys: list[tuple[int, str]]
    measures: list[MeasureOut]
    effect: EffectOut | None


class RectificationPage(Schema):
    """A page of causes; `next` is the cursor of the page after."""

    items: list[RectificationOut]
    next: str | None


class RectificationQuery(Paged):
    """Which causes, and where in the list."""

    state: RectificationState | None = None


class RectificationIn(Strict):
    """A cause to remove; organisation by code, owner by account."""

    title: Title
    unit: Code
    owner: Code
    cause: Code
    business_type: Code = ""
    whys: list[Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00\n\r]+$")]] = Field(
        min_length=1, max_length=20, description="一项一个“为什么”；行首 - 的个数表示层级"
    )
    warning: int | None = Field(None, description="由哪条预警立项")


class ActionIn(Strict):
    """An action with its owner (by account) and due date."""

    kind: ActionKind
    text: Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
    owner: Code
    due_on: date


class ProofIn(Strict):
    """How one sees that an action is done."""

    proof: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]


class EffectIn(Strict):
    """The conclusion on a cause: proven gone, or to be taken up again."""

    conclusion: Sentence
    proven: bool


@router.post("/warnings/look", response={202: dict[str, str]}, summary="立即重新计算预警")
def look(request: HttpRequest) -> Status[dict[str, str]]:
    """Ask for a look at once; new warnings then stand in the list."""
    require(request.user, "insights.look")
    result = look_now.using(by=request.user).enqueue()
    return Status(202, {"job": str(result.id)})


@router.post(
    "/warnings/{int:pk}/steps/{step}", response={201: MadeOut}, summary="由预警登入台账、检查、起草规则、回溯评估"
)
def step_from_warning(request: HttpRequest, pk: int, step: Step) -> Status[dict[str, Any]]:
    """Go one step from a warning: enter it into the ledger, open an inspection, draft a rule, look again."""
    require(request.user, "insights.view")
    row = find(queries.visible(request.user).select_related(*RELATED), pk=pk)
    if step == "reevaluate":
        opened = services.ask_reevaluation(row, by=request.user)
        return Status(201, {"step": step, "numbers": [item.number for item in opened], "url": ""})
    run: Any = {**CASE_STEPS, "issue": services.open_issue}[step]
    return Status(201, _made(step, run(row, by=request.user)))


@router.post("/graph/{int:pk}/steps/{step}", response={201: MadeOut}, summary="由投诉发起检查或起草规则")
def step_from_case(request: HttpRequest, pk: int, step: Literal["inspection", "rule"]) -> Status[dict[str, Any]]:
    """Go one step from a complaint: open an inspection, draft a rule."""
    require(request.user, "complaints.view")
    case = find(complaints.visible(request.user).select_related("product", "unit"), pk=pk)
    return Status(201, _made(step, CASE_STEPS[step](case, by=request.user)))


def _made(step: str, made: Any) -> dict[str, Any]:
    return {"step": step, "numbers": [made.number], "url": made.get_absolute_url()}


@router.get("/rectifications", response=RectificationPage, summary="根因整改列表")
def list_rectifications(request: HttpRequest, query: Query[RectificationQuery]) -> dict[str, Any]:
    """Return the causes one may see, newest first."""
    rows = _visible(request).filter(**({"state": str(query.state)} if query.state else {}))
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_shown)


@router.post("/rectifications", response={201: RectificationDetail}, summary="根因整改立项")
def open_rectification(request: HttpRequest, body: RectificationIn) -> Status[dict[str, Any]]:
    """Open the removal of a cause; it enters the ledger."""
    require(request.user, "insights.rectify")
    warning = None
    if body.warning is not None:
        warning = find(queries.visible(request.user), pk=body.warning)
    told = {"title": body.title, "unit": unit_of(body.unit), "owner": _person(body.owner), "cause": body.cause,
            "business_type": body.business_type, "whys": "\n".join(body.whys)}  # fmt: skip
    values = checked(forms.RectificationForm(posted(forms.RectificationForm, told)))
    row = services.open_rectification(by=request.user, warning=warning, **values)
    return Status(201, _detail(row))


@router.get("/rectifications/{int:pk}", response=RectificationDetail, summary="根因整改")
def show_rectification(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a cause with its actions and its effect."""
    return _detail(_found(request, pk))


@router.post("/rectifications/{int:pk}/measures", response={201: RectificationDetail}, summary="登记整改措施")
def add_measure(request: HttpRequest, pk: int, body: ActionIn) -> Status[dict[str, Any]]:
    """Add a corrective or preventive action."""
    row = _found(request, pk)
    owner = get_user_model().objects.get(pk=_person(body.owner))
    services.add_action(row, kind=body.kind.value, text=body.text, owner=owner, due_on=body.due_on, by=request.user)
    return Status(201, _detail(_found(request, pk)))


@router.post("/rectifications/{int:pk}/measures/{int:measure}/done", response=RectificationDetail, summary="措施完成")
def finish_measure(request: HttpRequest, pk: int, measure: int, body: ProofIn) -> dict[str, Any]:
    """Say that an action is done and how one sees it."""
    row = _found(request, pk)
    made = find(CauseAction.objects.filter(rectification=row), pk=measure)
    services.finish_action(made, proof=body.proof, by=request.user)
    return _detail(_found(request, pk))


@router.post("/rectifications/{int:pk}/finish", response=RectificationDetail, summary="报告实施完毕")
def finish(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Say that all actions are done."""
    services.finish(_found(request, pk), by=request.user)
    return _detail(_found(request, pk))


@router.post("/rectifications/{int:pk}/conclude", response=RectificationDetail, summary="确认成效或继续整改")
def conclude(request: HttpRequest, pk: int, body: EffectIn) -> dict[str, Any]:
    """Conclude on the effect."""
    services.conclude(_found(request, pk), by=request.user, conclusion=body.conclusion, proven=body.proven)
    return _detail(_found(request, pk))


def _visible(request: HttpRequest) -> Any:
    require(request.user, "insights.view")
    return visible_to(request.user, Rectification.objects.select_related(*OF), "insights.view")


def _found(request: HttpRequest, pk: int) -> Rectification:
    row: Rectification = find(_visible(request), pk=pk)
    return row


def unit_of(code: str) -> int:
    """Return the key of the organisation that a code names; raises BadValue."""
    row = Organisation.objects.filter(code=code, active=True).first()
    if row is None:
        raise BadValue(_("没有编号为“%s”的机构。") % code, fields={"unit": _("没有这个机构")})
    return row.pk


def _person(account: str) -> int:
    row = get_user_model().objects.filter(username=account, is_active=True).first()
    if row is None:
        raise BadValue(_("没有账号为“%s”的人员。") % account, fields={"owner": _("没有这个账号")})
    return int(row.pk)


def _shown(row: Rectification) -> dict[str, Any]:
    names = ("id", "number", "title", "cause", "business_type", "state", "effective_on", "conclusion", "created_at")
    return {
        **{name: getattr(row, name) for name in names},
        "unit": str(row.unit), "owner": row.owner.get_username(), "state_name": row.get_state_display(),
        "warning": row.warning.number if row.warning else None, "issue": row.issue.number if row.issue else None,
    }  # fmt: skip


def _detail(row: Rectification) -> dict[str, Any]:
    measures = [
        {"id": item.pk, "kind": item.kind, "text": item.text, "owner": item.owner.get_username(),
         "due_on": item.due_on, "done_on": item.done_on, "proof": item.proof}
        for item in row.actions.select_related("owner")
    ]  # fmt: skip
    found = effect_of(row) if row.effective_on else None
    names = EffectOut.model_fields
    effect = {name: getattr(found, name) for name in names} if found is not None else None
    whys = [(depth, text) for depth, text, _root in row.tree()]
    return {**_shown(row), "whys": whys, "measures": measures, "effect": effect}
