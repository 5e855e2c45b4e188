"""Insights over the REST interface: warnings and their answers, phrases, places, statistics, what hangs together."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import graph, listening, places, queries, services, statistics
from xiaobao_web.insights.models import EarlyWarning, WarningState
from xiaobao_web.insights.models.warning import WarningKind
from xiaobao_web.kernel import periods
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.periods import PRESETS, Period
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.tallies import Cell, Table

PREFIX = "/insights"
router = Router(tags=["投诉洞察"])
Sentence = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
RELATED = ("unit", "acknowledged_by", "issue")


class WarningOut(Schema):
    """A warning: what grew, by how much, where, and what came of it; terms are masked."""

    id: int
    number: str
    kind: str
    title: str
    terms: list[str]
    count: int
    expected: float
    days: int
    strength: float
    why: str
    onset: datetime | None
    raised_for: datetime
    heated_at: datetime | None
    unit: str
    state: str
    state_name: str
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    measure: str
    conclusion: str
    false_alarm: bool | None
    issue: str | None


class WarningDetail(WarningOut):
    """A warning with its contacts a day before it was raised and the commonest classes of its contacts."""

    series: list[tuple[date, int]]
    facts: dict[str, Any]


class WarningPage(Schema):
    """A page of warnings; `next` is the cursor of the page after."""

    items: list[WarningOut]
    next: str | None


class WarningQuery(Paged):
    """Which warnings, and where in the list."""

    state: WarningState | None = None
    kind: WarningKind | None = None
    waiting: bool = Field(False, description="只要等我签收或处置的")


class MeasureIn(Strict):
    """What is done about a warning."""

    measure: Sentence


class ConclusionIn(Strict):
    """What a warning was."""

    conclusion: Sentence
    false_alarm: bool = False


class PeriodQuery(Schema):
    """The days that figures are of: a named period, or from one day to another; the usual period without both."""

    model_config = ConfigDict(extra="forbid")

    period: Annotated[str, StringConstraints(pattern=f"^({'|'.join(PRESETS)})?$")] = ""
    first: date | None = Field(None, description="起始日，与 last 一起给出")
    last: date | None = Field(None, description="截止日（含）")

    def chosen(self) -> Period:
        """Return the period."""
        told = {"period": self.period} if self.period else {}
        if self.first or self.last:
            told |= {"from": str(self.first or ""), "to": str(self.last or "")}
        found = periods.read(told)
        if (self.first or self.last) and found.key != "custom":
            fields = {"first": _("与 last 一起给出，不晚于 last"), "last": _("与 first 一起给出，相隔不超过五年")}
            raise BadValue(_("起止日期不成一段时间。"), fields=fields)
        return found


class PlaceQuery(PeriodQuery):
    """The days, and what is measured."""

    measure: Literal["count", "outlets", "customers"] = "count"


class TableOut(Schema):
    """A table of figures: heads and rows; None stands where there is no data or too little."""

    title: str
    heads: list[str]
    rows: list[list[str | float | int | None]]
    note: str


class StatisticsOut(TableOut):
    """A table of the statistics; where a number opens complaints, what `GET cases` is asked for them."""

    opens: list[list[dict[str, str] | None]]


class WordsOut(Schema):
    """The phrases of a period, those that rose fastest, and of how many complaints."""

    first: date
    last: date
    complaints: int
    complaints_before: int
    hottest: TableOut
    fastest: TableOut


class ClusterOut(Schema):
    """Complaints about the same thing: name, terms, how many, numbers of typical ones."""

    name: str
    terms: list[str]
    size: int
    share: float
    examples: list[str]


class NodeOut(Schema):
    """Something that a complaint hangs together with."""

    id: str
    kind: str
    name: str
    url: str


class EdgeOut(Schema):
    """How two things hang together."""

    source: str
    target: str
    word: str


class GraphOut(Schema):
    """The graph around a complaint, of what the caller may see."""

    nodes: list[NodeOut]
    edges: list[EdgeOut]


@router.get("/warnings", response=WarningPage, summary="投诉预警列表")
def list_warnings(request: HttpRequest, query: Query[WarningQuery]) -> dict[str, Any]:
    """Return the warnings one may see, newest first."""
    require(request.user, "insights.view")
    rows = queries.visible(request.user)
    if query.waiting:
        rows = rows.filter(pk__in=queries.waiting_for(request.user).values("pk"))
    wanted = {name: str(value) for name in ("state", "kind") if (value := getattr(query, name))}
    return page_of(rows.filter(**wanted).select_related(*RELATED), limit=query.limit, cursor=query.cursor, show=_shown)


@router.get("/warnings/{int:pk}", response=WarningDetail, summary="投诉预警")
def show_warning(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a warning."""
    row = _warning(request, pk)
    return {**_shown(row), "series": row.series, "facts": row.facts}


@router.post("/warnings/{int:pk}/acknowledge", response=WarningOut, summary="签收预警")
def acknowledge(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Say that a warning was read."""
    return _shown(services.acknowledge(_warning(request, pk), by=request.user))


@router.post("/warnings/{int:pk}/act", response=WarningOut, summary="处置预警")
def act(request: HttpRequest, pk: int, body: MeasureIn) -> dict[str, Any]:
    """Say what is done about a warning."""
    return _shown(services.act(_warning(request, pk), by=request.user, measure=body.measure))


@router.post("/warnings/{int:pk}/close", response=WarningOut, summary="关闭预警")
def close(request: HttpRequest, pk: int, body: ConclusionIn) -> dict[str, Any]:
    """Say what a warning was, and whether it was a false alarm."""
    row = _warning(request, pk)
    return _shown(
        services.close(row, by=request.user, conclusion=body.conclusion, false_alarm=body.false_alarm)
    )  # fmt: skip


@router.get("/words", response=WordsOut, summary="热词与上升最快的短语")
def words(request: HttpRequest, query: Query[PeriodQuery]) -> dict[str, Any]:
    """Return the phrases of the complaints one may see, all of a period counted."""
    require(request.user, "insights.view")
    period = query.chosen()
    found = listening.words(request.user, period)
    return {"first": period.first, "last": period.last, "complaints": found.texts, "complaints_before": found.before,
            "hottest": shown_table(found.hottest), "fastest": shown_table(found.fastest)}  # fmt: skip


@router.get("/clusters", response=list[ClusterOut], summary="主题聚类")
def clusters(request: HttpRequest, query: Query[PeriodQuery]) -> list[dict[str, Any]]:
    """Return the groups of complaints about the same thing, the largest first."""
    require(request.user, "insights.view")
    groups, _texts = listening.groups(request.user, query.chosen())
    return [
        {"name": group.name, "terms": group.terms, "size": group.size, "share": round(group.share, 4),
         "examples": [case.number for case in group.cases]} for group in groups
    ]  # fmt: skip


@router.get("/places", response=list[TableOut], summary="各省与各机构的投诉")
def show_places(request: HttpRequest, query: Query[PlaceQuery]) -> list[dict[str, Any]]:
    """Return complaints by province and by branch, per thousand outlets and ten thousand customers."""
    require(request.user, "insights.view")
    period = query.chosen()
    found = places.places(
        listening.cases_of(request.user, period), period, measure=query.measure, whole=listening.whole(request.user)
    )
    return [shown_table(found.by_province), shown_table(found.by_branch)]


@router.get("/statistics", response=list[StatisticsOut], summary="投诉统计表")
def show_statistics(request: HttpRequest, query: Query[PeriodQuery]) -> list[dict[str, Any]]:
    """Return the tables regulators ask for, of the complaints one may see."""
    require(request.user, "insights.view")
    found = statistics.report(request.user, query.chosen())
    cells = [[Cell(str(stat.label), kind="text"), stat.cell] for stat in found.stats]
    tables = [Table("总览", ["指标", "数值"], cells), *found.tables]
    return [{**shown_table(table), "opens": [[_asks(cell) for cell in row] for row in table.rows]} for table in tables]


@router.get("/graph/{int:pk}", response=GraphOut, summary="投诉的关联图")
def show_graph(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return what a complaint hangs together with."""
    require(request.user, "complaints.view")
    rows = complaints.visible(request.user).select_related("product", "handler", "leader", "unit")
    found = graph.graph_of(find(rows, pk=pk), request.user)
    return {
        "nodes": [
            {"id": key, "kind": node["kind"], "name": node["full"], "url": node["url"]}
            for key, node in found.nodes.items()
        ],
        "edges": [{"source": a, "target": b, "word": word} for a, b, word in found.edges],
    }


def _warning(request: HttpRequest, pk: int) -> EarlyWarning:
    require(request.user, "insights.view")
    return find(queries.visible(request.user).select_related(*RELATED), pk=pk)


def _asks(cell: Cell) -> dict[str, str] | None:
    """Return what the complaints behind a number are asked for by, None for a cell that opens none."""
    if not cell.url or cell.kind == "text":
        return None
    names = {"from": "first", "to": "last"}
    return {names.get(key, key): value for key, value in parse_qsl(urlsplit(cell.url).query)}


def shown_table(table: Table) -> dict[str, Any]:
    """Return a table as it is told."""
    rows = [[cell.value for cell in row] for row in table.rows]
    return {"title": str(table.title), "heads": [str(head) for head in table.heads], "rows": rows, "note": table.note}


def _shown(row: EarlyWarning) -> dict[str, Any]:
    names = (
        "id", "number", "kind", "title", "terms", "count", "expected", "days", "strength", "why", "onset", "raised_for",
        "heated_at", "state", "acknowledged_at", "measure", "conclusion", "false_alarm",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "unit": str(row.unit), "state_name": row.get_state_display(),
        "acknowledged_by": str(row.acknowledged_by) if row.acknowledged_by else None,
        "issue": row.issue.number if row.issue else None,
    }  # fmt: skip
