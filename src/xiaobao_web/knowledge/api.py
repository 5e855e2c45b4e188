"""Rules, laws, drafts and allow-lists over the REST interface."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Strict, find, page_of
from xiaobao_web.knowledge import api_trials, drafting, mirror, proving, rulebook, views_rules
from xiaobao_web.knowledge.models import AllowEntry, AllowState, NormEntry, RuleDraft, RuleEntry
from xiaobao_web.knowledge.tables import standing
from xiaobao_web.materials.engine import PRODUCTS
from xiaobao_web.materials.models import MaterialKind

PREFIX = "/knowledge"
router = Router(tags=["knowledge"])
router.add_router("", api_trials.router)


class RuleOut(Schema):
    """A rule of the rulebook in use with its figures; precision is null where nothing was decided."""

    id: str
    title: str
    domain: str
    category: str
    severity: str
    state: str
    may: str
    version: int
    local: bool
    basis: list[str]
    message: str
    remedy: str
    hits: int
    accepted: int
    dismissed: int
    precision: float | None
    weak: bool


class RulePage(Schema):
    """One page of rules."""

    items: list[RuleOut]
    next: str | None


class RuleFull(RuleOut):
    """A rule with its text."""

    yaml: str
    rulebook: str


class NormOut(Schema):
    """A norm of the register."""

    key: str
    title: str
    number: str
    issuer: str
    in_force_from: date | None
    in_force_until: date | None
    standing: str
    confidence: str
    rules: int


class NormPage(Schema):
    """One page of norms."""

    items: list[NormOut]
    next: str | None


class ArticleOut(Schema):
    """An article or an item of one, in this platform's words."""

    place: str
    label: str
    paraphrase: str
    confidence: str
    rights: list[str]


class NormFull(NormOut):
    """A norm with its articles."""

    articles: list[ArticleOut]


class FaultOut(Schema):
    """What is wrong at a line; an advice does not keep a rule from being proposed."""

    line: int
    key: str
    message: str
    advice: bool


class DraftOut(Schema):
    """A draft of a rule."""

    number: str
    rule: str
    title: str
    kind: str
    state: str
    base_version: int
    yaml: str
    note: str
    created_by: str
    changed_at: datetime
    faults: list[FaultOut] = Field(default_factory=list)


class DraftPage(Schema):
    """One page of drafts; faults are told for single ones only."""

    items: list[DraftOut]
    next: str | None


class DraftIn(Strict):
    """A new draft."""

    rule: str = Field(max_length=100)
    yaml: str = Field(max_length=proving.LONGEST)
    note: str = Field(max_length=drafting.NOTE_LENGTH)


class TrialIn(Strict):
    """A text to try a rule on: one in force by its id, or one as text."""

    text: str = Field(min_length=1, max_length=proving.LONGEST_TRIAL)
    rule: str = Field(max_length=100)
    yaml: str = Field("", max_length=proving.LONGEST)
    kind: str = Field("", max_length=20)
    product: str = Field("", max_length=20)


class TrialHit(Schema):
    """What the rule found: offsets count characters of the text, null for an omission."""

    start: int | None
    end: int | None
    text: str
    decision: str
    confidence: float
    why: str


class TrialOut(Schema):
    """What one rule by itself finds in a text, and what it met but let pass."""

    faults: list[FaultOut]
    hits: list[TrialHit]
    cleared: list[list[str]]


class AllowOut(Schema):
    """An allow-list entry."""

    id: int
    phrase: str
    rule: str
    category: str
    unit: str
    product: str
    reason: str
    starts_on: date
    expires_on: date
    state: str
    used: int


class AllowPage(Schema):
    """One page of entries."""

    items: list[AllowOut]
    next: str | None


def _rule(row: RuleEntry) -> dict[str, Any]:
    names = [name for name in RuleOut.model_fields if name != "id"]
    return {name: getattr(row, name) for name in names} | {"id": row.rule}


def _norm(row: NormEntry) -> dict[str, Any]:
    names = [name for name in NormOut.model_fields if name != "standing"]
    return {name: getattr(row, name) for name in names} | {"standing": standing(row)}


def drafted(row: RuleDraft, *, faults: bool = False) -> dict[str, Any]:
    """Return a draft as the interface tells it, with what is wrong with it where that is asked."""
    names = ("number", "rule", "title", "kind", "state", "base_version", "yaml", "note", "changed_at")
    told = {"created_by": str(row.created_by), "faults": _faults(drafting.check(row).faults) if faults else []}
    return {name: getattr(row, name) for name in names} | told


def _faults(faults: list[proving.Fault]) -> list[dict[str, Any]]:
    return [{"line": f.line, "key": f.key, "message": f.message, "advice": f.advice} for f in faults]


@router.get("/rules", response=RulePage, summary="规则")
def list_rules(
    request: HttpRequest,
    domain: str = "",
    category: str = "",
    weak: bool = False,
    limit: int = 50,
    cursor: str = "",
) -> dict[str, Any]:
    """Return the rules of the rulebook in use."""
    require(request.user, "knowledge.view")
    mirror.fresh()
    rows = RuleEntry.objects.all()
    wanted = {"domain": domain, "category": category, "weak": weak}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return page_of(rows, limit=limit, cursor=cursor, order="rule", show=_rule)


@router.get("/rules/{path:rule}", response=RuleFull, summary="一条规则")
def show_rule(request: HttpRequest, rule: str) -> dict[str, Any]:
    """Return a rule with its text and the version of the rulebook it stands in."""
    require(request.user, "knowledge.view")
    mirror.fresh()
    row = find(RuleEntry.objects.all(), rule=rule)
    return _rule(row) | {"yaml": rulebook.text_of(rule).yaml, "rulebook": rulebook.in_use().version}


@router.get("/laws", response=NormPage, summary="法规")
def list_laws(request: HttpRequest, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return the norms of the register."""
    require(request.user, "knowledge.view")
    mirror.fresh()
    return page_of(NormEntry.objects.all(), limit=limit, cursor=cursor, order="key", show=_norm)


@router.get("/laws/{key}", response=NormFull, summary="一部法规及其条文")
def show_law(request: HttpRequest, key: str) -> dict[str, Any]:
    """Return a norm with its articles."""
    require(request.user, "knowledge.view")
    mirror.fresh()
    row = find(NormEntry.objects.all(), key=key)
    names = list(ArticleOut.model_fields)
    return _norm(row) | {"articles": [{name: getattr(item, name) for name in names} for item in row.entries.all()]}


@router.get("/drafts", response=DraftPage, summary="规则草稿")
def list_drafts(request: HttpRequest, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return the drafts, the newest first."""
    require(request.user, "knowledge.drafts")
    rows = RuleDraft.objects.select_related("created_by")
    return page_of(visible_to(request.user, rows, "knowledge.drafts"), limit=limit, cursor=cursor, show=drafted)


@router.get("/drafts/{number}", response=DraftOut, summary="一份草稿及其问题")
def show_draft(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return a draft by its number, with what is wrong with it."""
    require(request.user, "knowledge.drafts")
    row = find(RuleDraft.objects.select_related("created_by"), number=number)
    return drafted(row, faults=True)


@router.post("/drafts", response={201: DraftOut}, summary="起草规则")
def add_draft(request: HttpRequest, payload: DraftIn) -> Status[dict[str, Any]]:
    """Start a draft; propose it with its steps."""
    row = drafting.start(payload.rule, text=payload.yaml, note=payload.note, by=request.user)
    return Status(201, drafted(row, faults=True))


@router.post("/test", response=TrialOut, summary="用一段文字测试一条规则")
def try_rule(request: HttpRequest, payload: TrialIn) -> dict[str, Any]:
    """Return what one rule finds in a text; with yaml, the rule as written there."""
    require(request.user, "knowledge.draft" if payload.yaml else "knowledge.view")
    if payload.kind and payload.kind not in MaterialKind.values:
        raise BadValue(_("没有“%s”这类材料。") % payload.kind, fields={"kind": _("无效")})
    if payload.product and payload.product not in PRODUCTS:
        raise BadValue(_("没有“%s”这类产品。") % payload.product, fields={"product": _("无效")})
    faults: list[proving.Fault] = []
    if payload.yaml:
        checked = proving.check(payload.yaml, payload.rule)
        made, faults = checked.rule, checked.faults
    elif rulebook.RULE_ID.fullmatch(payload.rule):
        made = views_rules.parsed_or_packaged(rulebook.text_of(payload.rule))
    else:
        raise Hidden(_("没有这条规则，或它已改名。"))
    if made is None:
        return {"faults": _faults(faults), "hits": [], "cleared": []}
    tried = proving.try_text(made, payload.text, kind=payload.kind, product=payload.product)
    hits = [
        {name: getattr(item, name) for name in ("start", "end", "text", "decision", "confidence", "why")}
        for item in tried.findings
    ]
    return {"faults": _faults(faults), "hits": hits, "cleared": [list(item) for item in tried.cleared]}


@router.get("/allow", response=AllowPage, summary="白名单")
def list_allowed(request: HttpRequest, state: str = "", limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return the allow-list entries, the newest first."""
    require(request.user, "knowledge.view")
    if state and state not in AllowState.values:
        raise BadValue(_("没有“%s”这个状态。") % state, fields={"state": _("无效")})
    rows = AllowEntry.objects.select_related("unit", "product")
    rows = rows.filter(state=state) if state else rows
    return page_of(rows, limit=limit, cursor=cursor, show=allowed)


def allowed(row: AllowEntry) -> dict[str, Any]:
    """Return an entry as the interface tells it."""
    names = [name for name in AllowOut.model_fields if name not in ("unit", "product", "id")]
    told = {name: getattr(row, name) for name in names}
    return told | {"id": row.pk, "unit": str(row.unit or ""), "product": str(row.product or "")}
