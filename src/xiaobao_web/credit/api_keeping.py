"""Costings kept over the REST interface: a loan's terms under a name, and their further versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema, Status
from pydantic import StringConstraints

from xiaobao_web.credit import queries, services
from xiaobao_web.credit.api import CostingOut, costing_told, plain, router
from xiaobao_web.credit.models import CostingVersion
from xiaobao_web.credit.shapes import TermsIn
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.products import queries as products
from xiaobao_web.reviews import queries as reviews

Called = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00]+$")]
Code = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]


class KeepIn(Strict):
    """Terms to keep under a name, for a product (by code) or a review (by number) where there is one."""

    title: Called
    terms: TermsIn
    product: Code = ""
    review: Code = ""
    note: Note = ""


class ReviseIn(Strict):
    """The terms of another version, and what is different."""

    terms: TermsIn
    note: Note = ""


class CostingVersionOut(Schema):
    """A version of a costing as it was kept."""

    version: int
    annual_nominal: float
    annual_effective: float
    total: float
    note: str
    by: str
    at: datetime
    terms: dict[str, Any]


@router.post("/costings", response={201: CostingOut}, summary="保存成本测算")
def keep_costing(request: HttpRequest, body: KeepIn) -> Status[dict[str, Any]]:
    """Keep a costing of one's own organisation; 422 with the engine's sentence for terms that make no loan."""
    require(request.user, "credit.save")
    product = _named(products.products(request.user).filter(code=body.product), body.product, "product")
    review = _named(reviews.visible(request.user).filter(number__iexact=body.review), body.review, "review")
    made = services.save(
        terms=_terms(body.terms), title=body.title, by=request.user, product=product, review=review, note=body.note
    )
    return Status(201, costing_told(made))


@router.get("/costings/{number}/versions", response=list[CostingVersionOut], summary="成本测算的各版")
def list_versions(request: HttpRequest, number: str) -> list[dict[str, Any]]:
    """Return the versions of a costing, the newest first."""
    rows = find(queries.visible(request.user), number=number).versions.select_related("by").order_by("-number")
    return [_version(row) for row in rows[:200]]


@router.post("/costings/{number}/versions", response={201: CostingOut}, summary="保存成本测算的新一版")
def revise_costing(request: HttpRequest, number: str, body: ReviseIn) -> Status[dict[str, Any]]:
    """Keep another version of a costing; 409 where nothing has changed."""
    costing = find(queries.visible(request.user), number=number)
    services.revise(costing, terms=_terms(body.terms), by=request.user, note=body.note)
    return Status(201, costing_told(find(queries.visible(request.user), number=number)))


def _terms(given: TermsIn) -> dict[str, Any]:
    told: dict[str, Any] = plain(given.model_dump(exclude_none=True))
    return told


def _named(rows: Any, given: str, field: str) -> Any:
    row = rows.first() if given else None
    if given and row is None:
        raise BadValue(_("没有找到“%s”，或它不在您的查看范围内。") % given, fields={field: _("没有")})
    return row


def _version(row: CostingVersion) -> dict[str, Any]:
    return {
        "version": row.number, "annual_nominal": float(row.nominal_percent),
        "annual_effective": float(row.effective_percent), "total": float(row.total), "note": row.note,
        "by": str(row.by), "at": row.at, "terms": row.terms,
    }  # fmt: skip
