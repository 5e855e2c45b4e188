"""Prices, standard texts and past imports of products over the REST interface."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Schema
from pydantic import StringConstraints

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.lists.reading import containing
from xiaobao_web.kernel.rest import Paged, find, page_of
from xiaobao_web.products import importing, queries
from xiaobao_web.products.api import router
from xiaobao_web.products.columns import TABLES
from xiaobao_web.products.models import PriceItem, StandardText, TableImport

Kind = Literal["products", "prices", "texts"]


class FactQuery(Paged):
    """Where in a list one is, and words to look for in the name."""

    q: Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")] = ""


class PriceItemOut(Schema):
    """A line of the price list."""

    id: int
    name: str
    price: str
    pricing: str
    effective_from: date | None
    source: str


class PricePage(Schema):
    """A page of prices; `next` is the cursor of the page after."""

    items: list[PriceItemOut]
    next: str | None


class StandardTextOut(Schema):
    """An approved wording."""

    id: int
    title: str
    text: str
    version: str
    effective_from: date | None
    source: str


class StandardTextPage(Schema):
    """A page of standard texts; `next` is the cursor of the page after."""

    items: list[StandardTextOut]
    next: str | None


class PastImport(Schema):
    """An import of a table: when, by whom, how many rows; those left out are told with the single import."""

    id: int
    kind: str
    kind_name: str
    name: str
    rows: int
    made: int
    changed: int
    left_out: int
    by: str
    at: datetime


class PastImports(Schema):
    """A page of imports; `next` is the cursor of the page after."""

    items: list[PastImport]
    next: str | None


class ImportQuery(Paged):
    """Imports of one table, or of all."""

    kind: Kind | None = None


class ColumnIn(Schema):
    """A column that a table takes."""

    name: str
    required: bool


@router.get("/{code}/price-list", response=PricePage, summary="产品的价目")
def list_prices(request: HttpRequest, code: str, query: Query[FactQuery]) -> dict[str, Any]:
    """Return a product's prices, the latest imported first."""
    rows: Any = _product(request, code).prices.all()
    return _page(rows, ("name", "price"), query, list(PriceItemOut.model_fields))


@router.get("/{code}/standard-texts", response=StandardTextPage, summary="产品的标准文本")
def list_standard_texts(request: HttpRequest, code: str, query: Query[FactQuery]) -> dict[str, Any]:
    """Return a product's standard texts, the latest imported first."""
    rows: Any = _product(request, code).texts.all()
    return _page(rows, ("title", "text"), query, list(StandardTextOut.model_fields))


def _product(request: HttpRequest, code: str) -> Any:
    require(request.user, "products.view")
    return find(queries.products(request.user), code=code)


def _page(rows: Any, searched: tuple[str, ...], query: FactQuery, names: list[str]) -> dict[str, Any]:
    for word in query.q.split()[:5]:
        rows = rows.filter(containing(searched, word))

    def shown(row: PriceItem | StandardText) -> dict[str, Any]:
        return {name: getattr(row, name) for name in names}

    return page_of(rows, limit=query.limit, cursor=query.cursor, show=shown)


@router.get("/tables/imports", response=PastImports, summary="导入记录")
def list_imports(request: HttpRequest, query: Query[ImportQuery]) -> dict[str, Any]:
    """Return the tables that were imported, the newest first."""
    require(request.user, "products.import")
    rows = TableImport.objects.select_related("by")
    rows = rows.filter(kind=query.kind) if query.kind else rows
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_import)


def _import(row: TableImport) -> dict[str, Any]:
    names = ("kind", "name", "rows", "made", "changed", "at")
    return {
        **{name: getattr(row, name) for name in names}, "id": row.pk, "by": str(row.by),
        "kind_name": str(importing.KINDS.get(row.kind, row.kind)), "left_out": len(row.faults),
    }  # fmt: skip


@router.get("/tables/{kind}/columns", response=list[ColumnIn], summary="表格的列")
def list_columns(request: HttpRequest, kind: str) -> list[dict[str, Any]]:
    """Return the columns that a table takes, needed ones marked."""
    require(request.user, "products.import")
    if kind not in TABLES:
        raise Hidden(_("没有这种表格。"))
    return [{"name": str(field.label), "required": field.required} for field in TABLES[kind]]
