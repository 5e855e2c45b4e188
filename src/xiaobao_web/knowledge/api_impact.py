"""What rests on an article, how a rule does, and where a comparison differs, over the REST interface."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Schema

from xiaobao.errors import LawError
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.rest import Paged, find, page_of
from xiaobao_web.knowledge import figures, impact, mirror, rulebook
from xiaobao_web.knowledge.api import router
from xiaobao_web.knowledge.api_work import BacktestOut, compared
from xiaobao_web.knowledge.models import Backtest, BacktestChange, ChangeKind, NormEntry


class RestingOut(Schema):
    """A rule that rests on the article, and how near it cites it."""

    rule: str
    title: str
    references: list[str]
    reach: str


class AskedAbout(Schema):
    """A question of a self-assessment or a risk of a guide that cites the article."""

    subject: str
    kind: str
    text: str


class NumberedOut(Schema):
    """An approved material in use, or a review under way, that a finding under the article is in."""

    number: str
    title: str
    unit: str


class ArticleFull(Schema):
    """An article with everything that rests on it, as far as one may see it; at most a hundred of each."""

    reference: str
    label: str
    paraphrase: str
    confidence: str
    rights: list[str]
    rules: list[RestingOut]
    asked: list[AskedAbout]
    approved: list[NumberedOut]
    reviews: list[NumberedOut]


class ReasonOut(Schema):
    """Why reviewers dismissed, and how often."""

    reason: str
    count: int


class HealthOfRule(Schema):
    """How reviewers decided on a rule's findings: precision with Wilson's 95 % interval, null before the first."""

    rule: str
    accepted: int
    dismissed: int
    precision: float | None
    interval: list[float] | None
    weak: bool
    reasons: list[ReasonOut]


class DifferenceOut(Schema):
    """A finding that only the draft or only the rulebook in use has, or that they judge differently."""

    id: int
    kind: str
    kind_name: str
    material: str
    version: int
    unit: str
    rule: str
    title: str
    before: str
    after: str
    start: int | None
    end: int | None
    lead: str
    text: str
    tail: str


class DifferencePage(Schema):
    """A comparison with a page of its differences in material one may see; `next` leads to the page after."""

    backtest: BacktestOut
    items: list[DifferenceOut]
    next: str | None


class DifferenceQuery(Paged):
    """Which differences."""

    kind: ChangeKind | None = None


@router.get("/laws/{key}/articles/{place}", response=ArticleFull, summary="一条条文及其影响")
def show_article(request: HttpRequest, key: str, place: str) -> dict[str, Any]:
    """Return an article (place as 25 or 25(一)) with the rules, questions, materials and reviews that rest on it."""
    from xiaobao.laws import load

    require(request.user, "knowledge.view")
    mirror.fresh()
    find(NormEntry.objects.all(), key=key)
    reference = f"{key}#{place}"
    try:
        register = load()
        citation, rights = register.resolve(reference), register.rights(reference)
        resting = impact.of(reference, request.user)
    except LawError as error:
        raise Hidden(error.message) from error
    return {
        "reference": reference, "label": str(citation), "paraphrase": citation.paraphrase,
        "confidence": citation.confidence, "rights": list(rights),
        "rules": [
            {"rule": row.entry.rule, "title": row.entry.title, "references": row.references, "reach": row.reach}
            for row in resting.rules
        ],
        "asked": [{"subject": row.subject, "kind": row.kind, "text": row.text} for row in resting.asked],
        "approved": [_numbered(row) for row in resting.approved],
        "reviews": [_numbered(row) for row in resting.reviews],
    }  # fmt: skip


def _numbered(row: Any) -> dict[str, str]:
    return {"number": row.number, "title": row.title, "unit": str(row.unit)}


@router.get("/health/{path:rule}", response=HealthOfRule, summary="一条规则的准确率")
def show_health(request: HttpRequest, rule: str) -> dict[str, Any]:
    """Return how reviewers decided on a rule's findings, now."""
    require(request.user, "knowledge.view")
    if not rulebook.RULE_ID.fullmatch(rule):
        raise Hidden(_("没有这条规则，或它已改名。"))
    rulebook.text_of(rule)
    found = figures.health(rule)
    told = found.precision
    return {
        "rule": rule, "accepted": told.accepted, "dismissed": told.dismissed, "precision": told.share,
        "interval": list(told.interval) if told.interval else None, "weak": found.weak,
        "reasons": [{"reason": reason, "count": count} for reason, count in found.reasons],
    }  # fmt: skip


@router.get("/backtests/{int:pk}", response=DifferencePage, summary="一次回测及其差异")
def show_backtest(request: HttpRequest, pk: int, query: Query[DifferenceQuery]) -> dict[str, Any]:
    """Return a comparison and where it differs, the newest first."""
    require(request.user, "knowledge.drafts")
    row = find(Backtest.objects.select_related("draft"), pk=pk)
    rows = visible_to(request.user, BacktestChange.objects.filter(backtest=row), "materials.view")
    rows = rows.filter(kind=query.kind.value) if query.kind else rows
    rows = rows.select_related("version__material__unit")
    return {**page_of(rows, limit=query.limit, cursor=query.cursor, show=_difference), "backtest": compared(row)}


def _difference(row: BacktestChange) -> dict[str, Any]:
    names = ("id", "kind", "rule", "title", "before", "after", "start", "end", "lead", "text", "tail")
    material = row.version.material
    return {
        **{name: getattr(row, name) for name in names}, "kind_name": row.get_kind_display(),
        "material": material.title, "version": row.version.number, "unit": str(material.unit),
    }  # fmt: skip
