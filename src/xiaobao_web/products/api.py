"""Products over the REST interface."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import find, page_of
from xiaobao_web.products import queries
from xiaobao_web.products.models import Product, ProductKind

PREFIX = "/products"
router = Router(tags=["products"])


class ProductOut(Schema):
    """A product with its facts; unknown ones are null or empty."""

    code: str
    name: str
    kind: str
    risk_grade: str
    min_amount: Decimal | None
    term: str
    annual_rate_low: Decimal | None
    annual_rate_high: Decimal | None
    fee: str
    issuer: str
    unit: str
    on_sale_from: date | None
    on_sale_until: date | None
    facts: dict[str, Any]


class KindQuery(Schema):
    """A page of products, of one kind where one is given."""

    kind: str = Field("", max_length=20)
    limit: int = 50
    cursor: str = ""


class ProductPage(Schema):
    """One page of products."""

    items: list[ProductOut]
    next: str | None


def _shown(row: Product) -> dict[str, Any]:
    names = [name for name in ProductOut.model_fields if name != "unit"]
    return {name: getattr(row, name) for name in names} | {"unit": row.unit.name}


@router.get("", response=ProductPage, summary="产品")
def list_products(request: HttpRequest, query: Query[KindQuery]) -> dict[str, Any]:
    """Return the products, the newest first."""
    require(request.user, "products.view")
    rows = queries.products(request.user)
    if query.kind:
        if query.kind not in ProductKind.values:
            raise BadValue(_("没有“%(kind)s”这类产品。") % {"kind": query.kind}, fields={"kind": _("无效")})
        rows = rows.filter(kind=query.kind)
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_shown)


@router.get("/{code}", response=ProductOut, summary="一个产品")
def show_product(request: HttpRequest, code: str) -> dict[str, Any]:
    """Return a product by its code."""
    return _shown(find(queries.products(request.user), code=code))
