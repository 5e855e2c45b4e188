"""The ledger over the REST interface: look up, enter, and move issues."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from xiaobao_web.findings import queries, services, verbs
from xiaobao_web.findings.models import Issue, IssueSource, IssueState, Severity
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.rest import Strict, find, page_of
from xiaobao_web.kernel.rest_steps import Done, StepIn, StepOut, checked, described, posted

PREFIX = "/issues"
router = Router(tags=["问题台账"])
Words = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Name = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]


class IssueOut(Schema):
    """An issue."""

    id: int
    number: str
    title: str
    source: str
    source_name: str
    category: str
    severity: str
    state: str
    state_name: str
    unit: str
    owner: str | None
    found_on: date
    due_on: date | None
    overdue: bool
    closed_at: datetime | None
    extensions: int
    returned: int
    repeat_of: str | None


class IssuePage(Schema):
    """A page of issues; `next` is the cursor of the page after."""

    items: list[IssueOut]
    next: str | None


class IssueFilters(Schema):
    """Which issues are wanted."""

    model_config = ConfigDict(extra="ignore")

    state: IssueState | None = None
    source: IssueSource | None = None
    unit: Name | None = None
    overdue: bool | None = None


class IssueIn(Strict):
    """A new issue; organisation by code, owner by account."""

    title: Title
    source: IssueSource
    unit: Name
    description: Words = ""
    severity: Severity = Severity.MEDIUM
    category: Name = ""
    found_on: date | None = None
    owner: Name | None = None
    due_on: date | None = None


class PlanIn(Strict):
    """How it will be put right."""

    plan: Words


class OutcomeIn(Strict):
    """What was done; without evidence attached, why there is none."""

    outcome: Words
    without_evidence: Words = ""


def _show(row: Issue) -> dict[str, Any]:
    late = row.due_on is not None and row.state not in queries.DONE and row.due_on < timezone.localdate()
    return {
        "id": row.pk,
        "number": row.number,
        "title": row.title,
        "source": row.source,
        "source_name": row.source_name,
        "category": row.category,
        "severity": row.severity,
        "state": row.state,
        "state_name": row.get_state_display(),
        "unit": row.unit.name,
        "owner": row.owner.get_username() if row.owner else None,
        "found_on": row.found_on,
        "due_on": row.due_on,
        "overdue": late,
        "closed_at": row.closed_at,
        "extensions": row.extensions,
        "returned": row.returned,
        "repeat_of": row.repeat_of.number if row.repeat_of else None,
    }


def _rows(request: HttpRequest) -> Any:
    require(request.user, "findings.view")
    return queries.visible_issues(request.user).select_related("unit", "owner", "repeat_of")


@router.get("", response=IssuePage, summary="问题列表")
def list_issues(
    request: HttpRequest, filters: Query[IssueFilters], limit: int = 50, cursor: str = ""
) -> dict[str, Any]:
    """List the issues one may see, the newest first; `unit` is an organisation's code and takes in all below it."""
    rows = _rows(request)
    if filters.state:
        rows = rows.filter(state=filters.state.value)
    if filters.source:
        rows = rows.filter(source=filters.source.value)
    if filters.unit:
        rows = rows.filter(unit__path__startswith=_unit(filters.unit).path)
    if filters.overdue is not None:
        late = queries.overdue(rows).values("pk")
        rows = rows.filter(pk__in=late) if filters.overdue else rows.exclude(pk__in=late)
    return page_of(rows, limit=limit, cursor=cursor, show=_show)


@router.get("/{number}", response=IssueOut, summary="一项问题")
def one_issue(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return an issue by its number."""
    return _show(find(_rows(request), number=number))


@router.post("", response={201: IssueOut}, summary="登记问题")
def enter_issue(request: HttpRequest, payload: IssueIn) -> Status[dict[str, Any]]:
    """Enter an issue; with an owner it is given to that person at once."""
    values = payload.dict(exclude={"unit", "owner", "source", "severity"})
    issue = services.open_issue(
        by=request.user,
        unit=_unit(payload.unit),
        owner=_person(payload.owner),
        source=payload.source.value,
        severity=payload.severity.value,
        **values,
    )
    return Status(201, _show(issue))


@router.post("/{number}/plan", response=IssueOut, summary="提交整改计划")
def hand_in_plan(request: HttpRequest, number: str, payload: PlanIn) -> dict[str, Any]:
    """Hand in the plan of an issue one answers for."""
    return _show(services.plan_out(find(_rows(request), number=number), plan=payload.plan, by=request.user))


@router.post("/{number}/outcome", response=IssueOut, summary="提交整改结果")
def hand_in_outcome(request: HttpRequest, number: str, payload: OutcomeIn) -> dict[str, Any]:
    """Hand in what was done, for another person to verify."""
    issue = find(_rows(request), number=number)
    values = payload.dict()
    return _show(services.hand_in(issue, by=request.user, **values))


@router.get("/{number}/steps", response=list[StepOut], summary="可以办理的步骤")
def list_steps(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Return the steps of an issue: what each asks, or why one may not take it."""
    issue = find(_rows(request), number=number)
    return [
        {
            "name": offer.verb.name, "label": str(offer.verb.label), "allowed": offer.form is not None,
            "reason": str(offer.reason), "fields": described(offer.form) if offer.form is not None else [],
        }
        for offer in verbs.offers(issue, request.user)
    ]  # fmt: skip


@router.post("/{number}/steps/{verb}", response=Done, summary="办理一步")
def do_step(request: HttpRequest, number: str, verb: str, payload: StepIn) -> dict[str, Any]:
    """Take a step of an issue, with the values that its description asks for."""
    issue = find(_rows(request), number=number)
    found = verbs.VERBS.get(verb)
    if found is None:
        raise Hidden(_("没有这项操作；可用的是：%s。") % "、".join(verbs.VERBS))
    offer = next((item for item in verbs.offers(issue, request.user) if item.verb.name == verb), None)
    if offer is None or offer.form is None:
        now = _("现在不能“%(verb)s”：当前状态为“%(state)s”。") % {
            "verb": found.label, "state": issue.get_state_display(),
        }  # fmt: skip
        raise Refused(str(offer.reason) if offer is not None else now)
    form = found.form(posted(found.form, payload.values), issue=issue)
    found.do(issue, by=request.user, **checked(form))
    after = Issue.objects.get(pk=issue.pk)
    return {"told": str(found.told), "state": after.state, "state_name": after.get_state_display()}


def _unit(code: str) -> Any:
    row = apps.get_model("people", "Organisation")._default_manager.filter(code=code, active=True).first()
    if row is None:
        raise BadValue(_("没有编号为“%s”的机构。") % code, fields={"unit": _("没有这个机构")})
    return row


def _person(account: str | None) -> Any:
    if not account:
        return None
    row = get_user_model()._default_manager.filter(username=account, is_active=True).first()
    if row is None:
        raise BadValue(_("没有账号为“%s”的人员。") % account, fields={"owner": _("没有这个账号")})
    return row
