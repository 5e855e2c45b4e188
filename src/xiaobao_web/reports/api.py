"""Figures and the work-desk over the REST interface: numbers with the rows behind them, and what waits for one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from xiaobao_web.findings import offences
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.desk import Item
from xiaobao_web.kernel.rest_figures import FigureChart, FiguresOut, FiguresPeriod, period_of, told
from xiaobao_web.reports import desk as desks
from xiaobao_web.reports import views

PREFIX = ""
router = Router(tags=["统计与工作台"])


class DeskItemOut(Schema):
    """One thing on the desk: what it is, the next step, by when, and with whom it is."""

    title: str
    number: str
    step: str
    party: str
    state: str
    late: bool
    due: datetime | None
    marks: list[str]
    page: str


class ShelfOut(Schema):
    """How many things of one kind there are, how many are late, and the page that shows all."""

    label: str
    total: int
    late: int
    page: str


class PartOut(Schema):
    """A part of the desk: the first things, late ones first, and how many of each kind there are."""

    total: int
    late: int
    items: list[DeskItemOut]
    shelves: list[ShelfOut]


class DeskOut(Schema):
    """What waits for a person, what they sent, what their organisation has late, and the charts of their role."""

    answer: str
    waiting: PartOut
    sent: PartOut
    late: PartOut
    charts: list[FigureChart]


@router.get("/figures/reviews", response=FiguresOut, summary="审查统计")
def review_figures(request: HttpRequest, query: Query[FiguresPeriod]) -> dict[str, Any]:
    """Return the figures of reviews and of what was found in them, each number with its rows."""
    user: Any = request.user
    require(user, "reports.view")
    period = period_of(query)
    found = views.report(user, period)
    return told(period, stats=found.stats, charts=found.charts, tables=found.tables)


@router.get("/figures/reviews/sheet", response={200: bytes}, summary="审查统计（XLSX）")
def review_sheet(request: HttpRequest, query: Query[FiguresPeriod]) -> HttpResponse:
    """Return the figures of reviews as a workbook; journalled."""
    user: Any = request.user
    require(user, "reports.view")
    return views.workbook(user, period_of(query))


@router.get("/figures/rules", response=FiguresOut, summary="规则健康度")
def rule_figures(request: HttpRequest, query: Query[FiguresPeriod]) -> dict[str, Any]:
    """Return how well each rule does by reviewers' decisions, and the commonest offences."""
    user: Any = request.user
    require(user, "reports.view")
    period = period_of(query)
    commonest, tables = offences.figures(user, period)
    return told(period, charts=[commonest], tables=tables)


@router.get("/desk", response=DeskOut, summary="本人的工作台")
def show_desk(request: HttpRequest) -> dict[str, Any]:
    """Return one's work-desk."""
    found = desks.of(request.user)
    charts = [{name: getattr(chart, name) for name in FigureChart.model_fields} for chart in found.charts]
    parts = {name: _part(getattr(found, name)) for name in ("waiting", "sent", "late")}
    return {"answer": found.answer, "charts": charts, **parts}


def _part(part: desks.Part) -> dict[str, Any]:
    shelves = [
        {"label": str(shelf.label), "total": shelf.total, "late": shelf.late, "page": shelf.url}
        for shelf in part.shelves
    ]
    return {
        "total": part.total, "late": part.late, "items": [_item(item) for item in part.items], "shelves": shelves,
    }  # fmt: skip


def _item(item: Item) -> dict[str, Any]:
    state = item.state.get_state_display() if hasattr(item.state, "get_state_display") else ""
    return {
        "title": item.title, "number": item.number, "step": str(item.step), "party": item.party, "state": str(state),
        "late": item.late, "due": item.due, "marks": [str(mark) for mark in item.marks], "page": item.url,
    }  # fmt: skip
