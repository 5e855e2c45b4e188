"""Loan costs over the REST interface: the engine's own JSON in and out, its refusals as they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import BaseModel

from xiaobao.credit import lines
from xiaobao.credit.references import PACKAGED
from xiaobao.errors import InputError
from xiaobao_web.credit import converting, queries
from xiaobao_web.credit.converting import Converted
from xiaobao_web.credit.models import Costing
from xiaobao_web.credit.shapes import (
    CompareIn,
    CompareOut,
    ConvertIn,
    ConvertOut,
    RatesIn,
    RatesOut,
    ScheduleIn,
    ScheduleOut,
    StatementIn,
    StatementOut,
)
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import find, page_of

PREFIX = "/credit"
router = Router(tags=["credit"])
LABELS = {"annual_effective": "复利", "annual_nominal": "单利"}
Work = Callable[[dict[str, Any]], dict[str, Any]]


def _done(request: HttpRequest, body: BaseModel, work: Work) -> dict[str, Any]:
    """Return what the engine makes of a body; raises BadValue with the engine's own code and sentence."""
    require(request.user, "credit.view")
    try:
        found: dict[str, Any] = plain(body.model_dump(exclude_none=True))
        return work(found)
    except InputError as error:
        raise BadValue(error.message, code=error.code) from error


def plain(value: Any) -> Any:
    """Return a value as the engine reads it from JSON: days as text, numbers as numbers."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


@router.post("/rates", response=RatesOut, summary="年化利率：由条款或现金流折算，单利与复利同时给出")
def rates(request: HttpRequest, body: RatesIn) -> dict[str, Any]:
    """Return both annual rates of terms or flows."""
    return _done(request, body, lines.rates)


@router.post("/schedule", response=ScheduleOut, summary="还款计划：本金、利息、费用、余额，可假设提前还款或逾期")
def schedule(request: HttpRequest, body: ScheduleIn) -> dict[str, Any]:
    """Return the schedule of terms with its cost."""
    return _done(request, body, lines.scheduled)


@router.post("/compare", response=CompareOut, summary="比较两个方案")
def compare(request: HttpRequest, body: CompareIn) -> dict[str, Any]:
    """Return two offers side by side and which costs less."""

    def work(obj: dict[str, Any]) -> dict[str, Any]:
        for side in ("a", "b"):
            if not obj[side].get("name"):
                obj[side].pop("name", None)
        return lines.compared(obj)

    return _done(request, body, work)


@router.post("/convert", response=ConvertOut, summary="报价换算：原话里的每个价格折合年化，并核对所写年化")
def convert(request: HttpRequest, body: ConvertIn) -> dict[str, Any]:
    """Return every price of a sentence with its rates."""
    require(request.user, "credit.view")
    found = converting.convert(body.quote, body.quote_periods)
    wrong = found.contradiction
    return {"prices": [_price(each) for each in found.prices], "contradiction": wrong.sentence if wrong else None}


def _price(each: Converted) -> dict[str, Any]:
    quote, rate = each.quote, each.rate
    return {
        "text": quote.text, "start": quote.start, "end": quote.end, "kind": quote.kind, "periods": quote.periods,
        "percent": None if quote.percent is None else float(quote.percent),
        "annual_effective": float(rate.effective_percent) if rate else None,
        "annual_nominal": float(rate.nominal_percent) if rate else None,
        "labels": LABELS, "working": [*rate.working, *rate.assumptions] if rate else [], "refused": each.refused,
    }  # fmt: skip


@router.post("/statement", response=StatementOut, summary="综合融资成本明示表：数据与可念的话")
def statement(request: HttpRequest, body: StatementIn) -> dict[str, Any]:
    """Return the statement of a loan's costs."""
    table = Path(settings.CREDIT_REFERENCES) if settings.CREDIT_REFERENCES else PACKAGED

    def work(obj: dict[str, Any]) -> dict[str, Any]:
        named = {key: obj[key] for key in ("borrower", "product") if obj.get(key)}
        return lines.stated({key: obj[key] for key in ("terms", "on") if key in obj} | named, table)

    return _done(request, body, work)


class CostingOut(Schema):
    """A costing that was kept, with the terms of its last version."""

    number: str
    title: str
    product: str | None
    review: str | None
    version: int
    annual_nominal: float
    annual_effective: float
    labels: dict[str, str]
    total: float
    terms: dict[str, Any]


class CostingQuery(Schema):
    """A page of costings."""

    limit: int = 50
    cursor: str = ""


class CostingPage(Schema):
    """One page of costings."""

    items: list[CostingOut]
    next: str | None


def costing_told(row: Costing) -> dict[str, Any]:
    """Return a costing as the interface tells it."""
    return {
        "number": row.number, "title": row.title, "product": row.product.code if row.product else None,
        "review": row.review.number if row.review else None, "version": row.versions_made,
        "annual_nominal": float(row.nominal_percent), "annual_effective": float(row.effective_percent),
        "labels": LABELS, "total": float(row.total),
        "terms": next((v.terms for v in row.versions.all() if v.number == row.versions_made), {}),
    }  # fmt: skip


@router.get("/costings", response=CostingPage, summary="保存的成本测算")
def list_costings(request: HttpRequest, query: Query[CostingQuery]) -> dict[str, Any]:
    """Return the costings, the newest first."""
    require(request.user, "credit.view")
    rows = queries.visible(request.user).prefetch_related("versions")
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=costing_told)


@router.get("/costings/{number}", response=CostingOut, summary="一份成本测算")
def show_costing(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return a costing by its number."""
    return costing_told(find(queries.visible(request.user), number=number))
