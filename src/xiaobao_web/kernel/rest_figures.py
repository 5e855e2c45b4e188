"""Figures over the REST interface: each number with how it reads and the rows behind it, for a period."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import ConfigDict, Field

from xiaobao_web.kernel import periods
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.lists.page import LISTS
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.tallies import Cell, Stat, Table


class FiguresPeriod(Schema):
    """A named period that ends today (90 days by default), or the days from first to last, both included."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    period: Literal["month", "last_month", "quarter", "year", "days90", "days365"] | None = None
    first: date | None = Field(None, alias="from")
    last: date | None = Field(None, alias="to")


class FigureRows(Schema):
    """The rows behind a number: the page that shows them, and the list and query by which `/api/lists` gives them."""

    page: str
    list: str
    query: str


class FigureCell(Schema):
    """A figure: its value (null where there is no data; a share as part of one), how it reads, its rows."""

    value: Any
    shown: str
    kind: str
    hint: str
    rows: FigureRows | None


class FigureStat(Schema):
    """A figure with its name and how it stands to the period before."""

    label: str
    figure: FigureCell
    unit: str
    hint: str


class FigureTable(Schema):
    """A table of figures; the first cell of a row names it."""

    title: str
    heads: list[str]
    rows: list[list[FigureCell]]
    note: str


class FigureChart(Schema):
    """A chart as a table; its title is the answer."""

    key: str
    title: str
    unit: str
    heads: list[str]
    rows: list[list[Any]]


class FiguresOut(Schema):
    """All figures of a period, as far as one may see what they count."""

    first: date
    last: date
    stats: list[FigureStat]
    charts: list[FigureChart]
    tables: list[FigureTable]


def period_of(query: FiguresPeriod) -> Period:
    """Return the period asked for; raises BadValue for days that make none."""
    if query.first is None and query.last is None:
        return periods.preset(query.period or periods.USUAL)
    if query.period is not None:
        raise BadValue(_("period 与 from、to 请二选一。"), fields={"period": _("已给出起止日")})
    if query.first is None or query.last is None:
        raise BadValue(_("from 与 to 须同时给出。"), fields={"from": _("不完整"), "to": _("不完整")})
    if query.first > query.last:
        raise BadValue(_("止日早于起日。"), fields={"to": _("应不早于起日")})
    if not 2000 <= query.first.year <= query.last.year <= 2100 or (query.last - query.first).days >= periods.LONGEST:
        raise BadValue(_("期间应在 2000 至 2100 年之间，最长五年。"), fields={"from": _("超出范围")})
    return Period("custom", query.first, query.last)


def told(
    period: Period, *, stats: list[Stat] | None = None, charts: list[Figure] | None = None, tables: list[Table]
) -> dict[str, Any]:
    """Return figures as the interface tells them."""
    rows = _rows_told()
    return {
        "first": period.first, "last": period.last,
        "stats": [
            {"label": str(stat.label), "figure": _cell(stat.cell, rows), "unit": stat.unit, "hint": stat.hint}
            for stat in stats or []
        ],
        "charts": [
            {"key": chart.key, "title": chart.title, "unit": chart.unit, "heads": chart.heads, "rows": chart.rows}
            for chart in charts or []
        ],
        "tables": [
            {
                "title": table.title, "heads": table.heads, "note": table.note,
                "rows": [[_cell(cell, rows) for cell in row] for row in table.rows],
            }
            for table in tables
        ],
    }  # fmt: skip


Rows = Callable[[str], dict[str, str] | None]


def _cell(cell: Cell, rows: Rows) -> dict[str, Any]:
    value = None if cell.value is None else cell.value if isinstance(cell.value, int | float) else str(cell.value)
    return {"value": value, "shown": cell.shown, "kind": cell.kind, "hint": str(cell.hint), "rows": rows(cell.url)}


def _rows_told() -> Rows:
    """Return what tells the rows of an address; each path is resolved once, as many figures lead to one list."""
    names: dict[str, str] = {}

    def rows(url: str) -> dict[str, str] | None:
        if not url:
            return None
        parts = urlsplit(url)
        if parts.path not in names:
            names[parts.path] = _list_at(parts.path)
        return {"page": url, "list": names[parts.path], "query": parts.query}

    return rows


def _list_at(path: str) -> str:
    try:
        name = resolve(path).url_name or ""
    except Resolver404:
        return ""
    return name if name in LISTS else ""
