"""Work on the rulebook over the REST interface: change and propose drafts, compare, publish, retire, set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import Field, StringConstraints

from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Strict, find, page_of
from xiaobao_web.kernel.rest_steps import Done
from xiaobao_web.knowledge import allowances, backtesting, drafting, proving, reconsidering
from xiaobao_web.knowledge.api import AllowOut, DraftOut, allowed, drafted, router
from xiaobao_web.knowledge.models import AllowEntry, Backtest, Reconsideration, RuleDraft, RuleVersion
from xiaobao_web.people.models import Organisation
from xiaobao_web.products.models import Product

Reason = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]


class DraftChange(Strict):
    """A draft's new text; `seen` is the digest it was changed from, so that nobody's change is lost."""

    yaml: str = Field(max_length=proving.LONGEST)
    note: str = Field(max_length=drafting.NOTE_LENGTH)
    seen: str = Field("", max_length=64)


class DraftStep(Strict):
    """What to do with a draft; sending back needs a reason."""

    action: Literal["propose", "trial", "send_back", "discard", "publish"]
    reason: Reason = ""


class RetireIn(Strict):
    """A rule to be put out of force, and why; another person approves."""

    rule: str = Field(max_length=100)
    reason: str = Field(max_length=drafting.NOTE_LENGTH)


class BacktestIn(Strict):
    """How many readings of past material to compare at most."""

    wanted: int = Field(500, ge=1, le=999_999)


class BacktestOut(Schema):
    """A comparison of a draft with the rulebook in use over past material."""

    id: int
    draft: str
    state: str
    total: int
    done: int
    new: int
    lost: int
    changed: int
    kept: int
    fresh: bool
    error: str
    finished_at: datetime | None


class ReleaseOut(Schema):
    """A version of a rule that was published here, or its retirement."""

    rule: str
    version: int
    title: str
    retired: bool
    current: bool
    note: str
    draft: str
    author: str
    published_by: str
    published_at: datetime


class ReleasePage(Schema):
    """One page of releases."""

    items: list[ReleaseOut]
    next: str | None


class AllowIn(Strict):
    """A phrase to be set aside until a day, for one rule or one category; units and products by their codes."""

    phrase: Annotated[str, StringConstraints(max_length=400, pattern=r"^[^\x00]*$")]
    reason: Reason
    expires_on: date
    starts_on: date | None = None
    rule: str = Field("", max_length=100)
    category: Code = ""
    unit: Code = ""
    product: Code = ""


class AllowStep(Strict):
    """What to do with an entry; refusing and withdrawing need a reason."""

    action: Literal["approve", "refuse", "withdraw"]
    reason: Reason = ""


class ItemOut(Schema):
    """A material that a proposal names."""

    id: int
    number: str
    title: str
    why: str
    chosen: bool | None


class ReconsiderationOut(Schema):
    """A proposal to look at approved material again after a change of a rule or an article."""

    number: str
    title: str
    cause: str
    reference: str
    state: str
    note: str
    decision_note: str
    created_at: datetime


class ReconsiderationFull(ReconsiderationOut):
    """A proposal with its materials."""

    items: list[ItemOut]


class ReconsiderationPage(Schema):
    """One page of proposals."""

    items: list[ReconsiderationOut]
    next: str | None


class Decision(Strict):
    """The office's decision: the ids of the materials to look at again, or none of them; and why."""

    action: Literal["confirm", "dismiss"]
    items: list[int] = Field(default_factory=list, max_length=1000)
    note: Reason


def _draft(request: HttpRequest, number: str) -> RuleDraft:
    require(request.user, "knowledge.drafts")
    rows = RuleDraft.objects.select_related("created_by", "changed_by")
    return find(visible_to(request.user, rows, "knowledge.drafts"), number=number)


@router.put("/drafts/{number}", response=DraftOut, summary="修改草稿")
def change_draft(request: HttpRequest, number: str, payload: DraftChange) -> dict[str, Any]:
    """Keep a draft's text; 409 where it is no longer one's to change or somebody changed it meanwhile."""
    row = _draft(request, number)
    return drafted(
        drafting.save(row, text=payload.yaml, note=payload.note, seen=payload.seen, by=request.user), faults=True
    )


@router.post("/drafts/{number}/steps", response=Done, summary="办理草稿：提请、试运行、退回、放弃、发布")
def do_draft(request: HttpRequest, number: str, payload: DraftStep) -> dict[str, Any]:
    """Propose, try in shadow, send back, discard or publish; who wrote a draft does not publish it."""
    row, by = _draft(request, number), request.user
    plain: dict[str, Callable[..., Any]] = {
        "propose": drafting.propose, "trial": drafting.trial, "discard": drafting.discard, "publish": drafting.publish,
    }  # fmt: skip
    if payload.action == "send_back":
        drafting.send_back(row, by=by, reason=payload.reason)
    else:
        plain[payload.action](row, by=by)
    after = RuleDraft.objects.get(pk=row.pk)
    name = after.get_state_display()
    return {"told": _("已办理，当前状态：%s") % name, "state": after.state, "state_name": name}


@router.post("/drafts/{number}/backtests", response={201: BacktestOut}, summary="回测草稿")
def add_backtest(request: HttpRequest, number: str, payload: BacktestIn) -> Status[dict[str, Any]]:
    """Ask for a comparison over past material; the one under way is returned as it is."""
    return Status(201, compared(backtesting.ask(_draft(request, number), wanted=payload.wanted, by=request.user)))


@router.get("/drafts/{number}/backtests", response=list[BacktestOut], summary="草稿的回测")
def list_backtests(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Return the last fifty comparisons of a draft, the newest first."""
    return [compared(row) for row in _draft(request, number).backtests.select_related("draft").order_by("-pk")[:50]]


def compared(row: Backtest) -> dict[str, Any]:
    """Return a comparison as the interface tells it."""
    names = [name for name in BacktestOut.model_fields if name != "draft"]
    return {name: getattr(row, name) for name in names} | {"draft": row.draft.number}


@router.post("/retirements", response={201: DraftOut}, summary="提请停用规则")
def ask_to_retire(request: HttpRequest, payload: RetireIn) -> Status[dict[str, Any]]:
    """Ask to put a rule out of force; another person approves it as a draft."""
    return Status(201, drafted(drafting.ask_to_retire(payload.rule, reason=payload.reason, by=request.user)))


@router.get("/releases", response=ReleasePage, summary="发布记录")
def list_releases(
    request: HttpRequest, rule: str = "", current: bool | None = None, limit: int = 50, cursor: str = ""
) -> dict[str, Any]:
    """Return what was published or retired here, the newest first."""
    require(request.user, "knowledge.view")
    rows = RuleVersion.objects.select_related("draft", "author", "published_by")
    rows = rows.filter(rule=rule.replace("\0", "")) if rule else rows
    rows = rows if current is None else rows.filter(current=current)
    return page_of(rows, limit=limit, cursor=cursor, show=_release)


def _release(row: RuleVersion) -> dict[str, Any]:
    names = ("rule", "version", "title", "retired", "current", "note", "published_at")
    people = {"author": str(row.author), "published_by": str(row.published_by), "draft": row.draft.number}
    return {name: getattr(row, name) for name in names} | people


@router.post("/allow", response={201: AllowOut}, summary="申请白名单")
def ask_allow(request: HttpRequest, payload: AllowIn) -> Status[dict[str, Any]]:
    """Ask for an allow-list entry; another person approves it."""
    values = payload.dict(exclude={"unit", "product"})
    unit = Organisation.objects.filter(code=payload.unit, active=True).first() if payload.unit else None
    product = Product.objects.filter(code=payload.product).first() if payload.product else None
    for name, row in (("unit", unit), ("product", product)):
        if getattr(payload, name) and row is None:
            raise BadValue(_("没有编号为“%s”的机构或产品。") % getattr(payload, name), fields={name: _("不存在")})
    return Status(201, allowed(allowances.ask(by=request.user, unit=unit, product=product, **values)))


@router.post("/allow/{int:pk}/steps", response=Done, summary="办理白名单：批准、不批准、撤销")
def do_allow(request: HttpRequest, pk: int, payload: AllowStep) -> dict[str, Any]:
    """Approve, refuse or withdraw an entry; who asked for it does not approve it."""
    require(request.user, "knowledge.view")
    row = find(AllowEntry.objects.all(), pk=pk)
    if payload.action == "approve":
        moved = allowances.approve(row, by=request.user)
    else:
        moved = allowances.end(row, f"{payload.action}_allow", by=request.user, reason=payload.reason)
    name = moved.get_state_display()
    return {"told": _("已办理，当前状态：%s") % name, "state": moved.state, "state_name": name}


@router.get("/reconsiderations", response=ReconsiderationPage, summary="回溯提议")
def list_reconsiderations(request: HttpRequest, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return the proposals to look at approved material again, the newest first."""
    require(request.user, "knowledge.reconsiderations")
    return page_of(Reconsideration.objects.all(), limit=limit, cursor=cursor, show=_proposal)


@router.get("/reconsiderations/{number}", response=ReconsiderationFull, summary="一份回溯提议及其材料")
def show_reconsideration(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return a proposal by its number, with the materials it names."""
    return _full(_reconsideration(request, number))


@router.post("/reconsiderations/{number}/decision", response=ReconsiderationFull, summary="决定回溯提议")
def decide_reconsideration(request: HttpRequest, number: str, payload: Decision) -> dict[str, Any]:
    """Open re-evaluations of the chosen materials, or say that none is needed and why."""
    row, by = _reconsideration(request, number), request.user
    if payload.action == "confirm":
        return _full(reconsidering.confirm(row, by=by, items=payload.items, note=payload.note))
    return _full(reconsidering.dismiss(row, by=by, note=payload.note))


def _reconsideration(request: HttpRequest, number: str) -> Reconsideration:
    require(request.user, "knowledge.reconsiderations")
    row = Reconsideration.objects.filter(number=number).first() if "\0" not in number else None
    if row is None:
        raise Hidden(_("没有找到这份提议。"))
    return row


def _proposal(row: Reconsideration) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ReconsiderationOut.model_fields}


def _full(row: Reconsideration) -> dict[str, Any]:
    items = row.items.select_related("approved__version__material").order_by("pk")
    told = [
        {"id": item.pk, "number": item.approved.number, "title": item.approved.version.material.title,
         "why": item.why, "chosen": item.chosen}
        for item in items
    ]  # fmt: skip
    return _proposal(row) | {"items": told}
