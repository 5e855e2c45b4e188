"""Figures over REST: the map, the control chart, the complaints behind a figure, workbooks, what was frozen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Query, Schema, Status
from pydantic import Field, StringConstraints

from xiaobao_web.complaints.lines import CaseOut, case_told
from xiaobao_web.complaints.models import Channel, Track
from xiaobao_web.insights import behind, forms, handing_out, listening, services, sheets
from xiaobao_web.insights.api import PeriodQuery, TableOut, router, shown_table
from xiaobao_web.insights.api_rectifying import Code, unit_of
from xiaobao_web.insights.models import Base, Span, Statement
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.rest_steps import checked, posted

Name = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00]*$")]


class MapQuery(PeriodQuery):
    """The days, and the two dimensions."""

    by: Literal["unit-cause", "product-cause", "unit-product", "unit-business", "business-cause"] = "unit-cause"


class ControlQuery(PeriodQuery):
    """The days; one organisation with those below it, one cause."""

    unit: int | None = None
    cause: Name = ""


class AskedQuery(PeriodQuery):
    """The days, and what the complaints have in common: as the figures' own addresses say it."""

    words: Name = Field("", description="短语")
    group: Name = Field("", description="主题聚类的名称")
    warning: int | None = Field(None, description="预警的 id：同一主题的投诉")
    unit: int | None = Field(None, description="机构的 id，不含下级")
    within: int | None = Field(None, description="机构的 id，含下级")
    province: Name = ""
    product: int | None = None
    cause: Name = ""
    business: Name = ""
    figure: Literal["", "total", "closed", "met", "missed", "fault"] = Field("", description="统计表的哪个数")
    channel: Channel | None = None
    track: Track | None = None
    region: Name = Field("", description="地区；未填的写“未填”")

    def asked(self) -> dict[str, str]:
        """Return it as the page's address says it."""
        names = ("words", "group", "warning", "unit", "within", "province", "product", "cause", "business", "figure",
                 "channel", "track", "region")  # fmt: skip
        return {name: str(value) for name in names if (value := getattr(self, name)) not in (None, "")}


class BehindQuery(AskedQuery):
    """The days, what the complaints have in common, and how many of them are told."""

    limit: int = Field(50, ge=1, le=sheets.MOST_ROWS)


class BehindOut(Schema):
    """Complaints behind a figure: how many, which they are in words, the newest of them."""

    n: int
    told: list[str]
    table: TableOut


class CasesQuery(AskedQuery, Paged):
    """The days, what the complaints have in common, and where in their list."""


class CasesOut(Schema):
    """A page of the complaints behind a figure: how many they all are, which they are in words.

    `next` is the cursor of the page after.
    """

    n: int
    told: list[str]
    items: list[CaseOut]
    next: str | None


class ControlOut(Schema):
    """Complaints a week or month with their control limits."""

    title: str
    table: TableOut


class FrozenStatementOut(Schema):
    """Tables that were frozen."""

    id: int
    title: str
    year: int
    span: str
    version: int
    total: int
    note: str
    made_by: str
    made_at: datetime


class StatementDetail(FrozenStatementOut):
    """A statement with its tables."""

    tables: list[TableOut]


class StatementPage(Schema):
    """A page of statements; `next` is the cursor of the page after."""

    items: list[FrozenStatementOut]
    next: str | None


class FreezeIn(Strict):
    """Which tables to freeze."""

    year: int = Field(ge=2000, le=2100)
    span: Span
    note: Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")] = ""


class BaseOut(Schema):
    """How many outlets and customers an organisation had in a year."""

    unit: str
    unit_code: str
    year: int
    outlets: int | None
    customers: int | None
    set_by: str
    set_on: date


class BaseIn(Strict):
    """Outlets and customers of an organisation (by code) in a year, and its province."""

    unit: Code
    year: int = Field(ge=2000, le=2100)
    outlets: int | None = Field(None, ge=0, le=2**31 - 1)
    customers: int | None = Field(None, ge=0, le=2**53)
    province: Name = ""


Page = Literal["words", "clusters", "places", "map", "control", "rows"]


class SheetQuery(AskedQuery):
    """What the page of the workbook is asked for."""

    by: Name = Field("", description="分布的两个维度")
    measure: Name = Field("", description="地图的口径")


@router.get("/map", response=TableOut, summary="投诉分布")
def show_map(request: HttpRequest, query: Query[MapQuery]) -> dict[str, Any]:
    """Return where complaints gather in two dimensions."""
    require(request.user, "insights.view")
    return shown_table(sheets.of("map", request.user, query.chosen(), {"by": query.by}).tables[0])


@router.get("/control", response=ControlOut, summary="控制图")
def show_control(request: HttpRequest, query: Query[ControlQuery]) -> dict[str, Any]:
    """Return complaints a week (a month in a long period) with their control limits."""
    require(request.user, "insights.view")
    unit, cause = sheets.of_chart({"unit": str(query.unit or ""), "cause": query.cause})
    chart = listening.control(request.user, query.chosen(), unit=unit, cause=cause)
    return {"title": str(chart.title), "table": shown_table(sheets.chart_table(chart))}


@router.get("/rows", response=BehindOut, summary="数字背后的投诉")
def show_rows(request: HttpRequest, query: Query[BehindQuery]) -> dict[str, Any]:
    """Return the complaints behind a figure, the newest first."""
    require(request.user, "insights.view")
    found = behind.behind(request.user, query.chosen(), query.asked())
    return {"n": found.n, "told": found.told, "table": shown_table(behind.table(found, query.limit))}


@router.get("/cases", response=CasesOut, summary="数字背后的投诉清单")
def list_cases_behind(request: HttpRequest, query: Query[CasesQuery]) -> dict[str, Any]:
    """Return the complaints that a figure counts, as the list of complaints has them, newest first.

    Each number of the statistics tells in `opens` with what to ask here.
    """
    require(request.user, "insights.view")
    found = behind.behind(request.user, query.chosen(), query.asked())
    rows = found.all.select_related("unit", "handler")
    page = page_of(rows, limit=query.limit, cursor=query.cursor, show=case_told)
    return {**page, "n": found.n, "told": [str(words) for words in found.told]}


@router.get("/sheets/{page}", response={200: None}, summary="洞察页面的工作簿")
def fetch_sheet(request: HttpRequest, page: Page, query: Query[SheetQuery]) -> HttpResponse:
    """Hand out what a page shows as a workbook."""
    asked = {**query.asked(), "by": query.by, "measure": query.measure}
    return handing_out.page(request.user, page, query.chosen(), asked)


@router.get("/statistics/sheet", response={200: None}, summary="投诉统计表的工作簿")
def fetch_figures(request: HttpRequest, query: Query[PeriodQuery]) -> HttpResponse:
    """Hand out the tables regulators ask for as a workbook."""
    return handing_out.figures(request.user, query.chosen())


@router.get("/statistics/bulletin", response={200: None}, summary="投诉情况通报")
def fetch_bulletin(request: HttpRequest, query: Query[PeriodQuery]) -> HttpResponse:
    """Hand out the bulletin of a period as a Word document."""
    return handing_out.bulletin(request.user, query.chosen())


@router.get("/statements", response=StatementPage, summary="固化的统计表")
def list_statements(
    request: HttpRequest, limit: int = 50, cursor: Annotated[str, StringConstraints(max_length=300)] = ""
) -> dict[str, Any]:
    """Return the tables that were frozen, newest first."""
    return page_of(_statements(request), limit=limit, cursor=cursor, show=_statement)


@router.post("/statements", response={201: StatementDetail}, summary="固化统计表")
def freeze(request: HttpRequest, body: FreezeIn) -> Status[dict[str, Any]]:
    """Freeze the tables of a half-year or a year as the next version."""
    row = services.freeze(year=body.year, span=body.span.value, note=body.note, by=request.user)
    return Status(201, _statement_detail(row))


@router.get("/statements/{int:pk}", response=StatementDetail, summary="固化的统计表（明细）")
def show_statement(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return tables as they were frozen."""
    return _statement_detail(find(_statements(request), pk=pk))


@router.get("/statements/{int:pk}/sheet", response={200: None}, summary="固化的工作簿")
def fetch_statement(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the workbook as it was frozen."""
    return handing_out.frozen(request, find(_statements(request).select_related("sheet"), pk=pk))


@router.get("/bases", response=list[BaseOut], summary="统计基数")
def list_bases(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how many outlets and customers organisations have."""
    require(request.user, "insights.freeze")
    return [_base(row) for row in Base.objects.select_related("unit", "set_by")[:1000]]


@router.put("/bases", response=BaseOut, summary="登记统计基数")
def set_base(request: HttpRequest, body: BaseIn) -> dict[str, Any]:
    """Register outlets and customers of an organisation in a year."""
    require(request.user, "insights.freeze")
    told = {**body.dict(), "unit": unit_of(body.unit)}
    values = checked(forms.BaseForm(posted(forms.BaseForm, told)))
    return _base(services.set_base(by=request.user, **values))


def _statements(request: HttpRequest) -> Any:
    require(request.user, "insights.view")
    return visible_to(request.user, Statement.objects.select_related("made_by", "unit"), "insights.view")


def _statement(row: Statement) -> dict[str, Any]:
    names = ("id", "year", "span", "version", "total", "note", "made_at")
    return {**{name: getattr(row, name) for name in names}, "title": str(row), "made_by": str(row.made_by)}


def _statement_detail(row: Statement) -> dict[str, Any]:
    return {**_statement(row), "tables": [shown_table(table) for table in services.tables_of(row)]}


def _base(row: Base) -> dict[str, Any]:
    names = ("year", "outlets", "customers")
    return {
        **{name: getattr(row, name) for name in names}, "unit": str(row.unit), "unit_code": row.unit.code,
        "set_by": str(row.set_by), "set_on": timezone.localdate(row.set_at),
    }  # fmt: skip
