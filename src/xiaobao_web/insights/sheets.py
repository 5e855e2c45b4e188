"""What the pages of insights show, as tables for a workbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from xiaobao_web.complaints import data
from xiaobao_web.insights import behind, listening, places
from xiaobao_web.insights.behind import Query
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import row_key
from xiaobao_web.kernel.tallies import Cell, Table

MAPS = (("unit", "cause"), ("product", "cause"), ("unit", "product"), ("unit", "business"), ("business", "cause"))
MOST_ROWS = 10_000
KEYS = ("by", "measure", "within", "province", "words", "group", "warning", "figure", *behind.PARTS,
        *listening.DIMENSIONS)  # fmt: skip
"""What an address of these pages may ask for beside its days."""


@dataclass(frozen=True)
class Sheets:
    """Tables, the name of the whole, and what a reader must know of them."""

    title: str
    tables: list[Table]
    about: list[tuple[str, str]] = field(default_factory=list)


def pair_of(query: Query) -> tuple[str, str]:
    """Return the two dimensions of the map that an address asks for."""
    return next((pair for pair in MAPS if "-".join(pair) == query.get("by", "")), MAPS[0])


def measure_of(query: Query) -> str:
    """Return the measure of the map of places that an address asks for."""
    return query.get("measure", "") if query.get("measure", "") in places.MEASURES else "count"


def of_chart(query: Query) -> tuple[Any, str]:
    """Return the organisation and the cause of the control chart that an address asks for, None and "" for all."""
    key = row_key(query.get("unit", ""))
    units = apps.get_model("people", "Organisation").objects
    unit = units.filter(pk=key, active=True).first() if key else None
    cause = query.get("cause", "")
    return unit, cause if cause in dict(data.causes()) else ""


def of(page: str, user: Any, period: Period, query: Query) -> Sheets:
    """Return the tables of a page; raises Hidden for a page that has none."""
    made = MAKERS.get(page)
    if made is None:
        raise Hidden(_("没有这张表。"))
    found = made(user, period, query)
    return Sheets(found.title, found.tables, [(_("范围"), _("导出人可见的投诉，按收到时间")), *found.about])


def _words(user: Any, period: Period, _query: Query) -> Sheets:
    found = listening.words(user, period)
    return Sheets(_("投诉热词"), [found.fastest, found.hottest], [(_("对比上期"), period.before.label)])


def _clusters(user: Any, period: Period, _query: Query) -> Sheets:
    groups, texts = listening.groups(user, period)
    heads = [_("主题"), _("件数"), _("占比"), _("常见说法"), _("典型投诉")]
    lines = [
        [Cell(group.name, group.url, "text"), Cell(group.size), Cell(group.share, kind="percent"),
         Cell("、".join(group.terms), kind="text"), Cell("、".join(case.number for case in group.cases), kind="text")]
        for group in groups
    ]  # fmt: skip
    return Sheets(_("投诉主题"), [Table(_("主题"), heads, lines)], [(_("归类的投诉"), _("%d 件") % texts)])


def _places(user: Any, period: Period, query: Query) -> Sheets:
    unit, province = behind.place_of(query)
    rows = listening.cases_of(user, period)
    found = places.places(rows, period, measure=measure_of(query), province=province, unit=unit,
                          whole=listening.whole(user))  # fmt: skip
    return Sheets(_("投诉地图"), [found.by_province, found.by_branch])


def _map(user: Any, period: Period, query: Query) -> Sheets:
    down, across = pair_of(query)
    found = listening.heat(user, period, down, across)
    names = [str(listening.DIMENSIONS[key][0]) for key in (down, across)]
    lines = [
        [Cell(name, kind="text"), *(Cell(cell.count) for cell in cells), Cell(total.count)]
        for name, cells, total in found.lines
    ]
    title = f"{names[0]} × {names[1]}"
    about = [(_("没有列出"), _("%d 件：没有填这两项之一，或在前十二行、前十二列之外") % found.left)]
    return Sheets(_("投诉分布"), [Table(title, [names[0], *found.heads, _("本行合计")], lines)], about)


def _control(user: Any, period: Period, query: Query) -> Sheets:
    unit, cause = of_chart(query)
    chart = listening.control(user, period, unit=unit, cause=cause)
    about = [(_("结论"), str(chart.title)), (_("机构"), str(unit or _("全部"))), (_("投诉原因"), cause or _("全部"))]
    return Sheets(_("投诉控制图"), [chart_table(chart)], about)


def chart_table(chart: Figure) -> Table:
    """Return a control chart as a table."""
    lines = [
        [Cell(row[0], kind="text"), row[1], *(Cell(value, kind="money") for value in row[2:])] for row in chart.rows
    ]
    return Table(_("控制图"), [str(head) for head in chart.heads], lines)


def _rows(user: Any, period: Period, query: Query) -> Sheets:
    found = behind.behind(user, period, query)
    shown = behind.table(found, MOST_ROWS)
    told = [(_("条件"), "；".join(found.told) or _("全部")), (_("件数"), str(found.n))]
    if found.n > len(shown.rows):
        told.append((_("说明"), _("只有最近 %d 件，请缩短期间后再导出其余的。") % MOST_ROWS))
    return Sheets(_("投诉明细"), [Table(_("投诉明细"), shown.heads, shown.rows)], told)


MAKERS: dict[str, Callable[[Any, Period, Query], Sheets]] = {
    "words": _words, "clusters": _clusters, "places": _places, "map": _map, "control": _control, "rows": _rows,
}  # fmt: skip
