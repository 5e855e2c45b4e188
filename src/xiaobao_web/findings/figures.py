"""Figures of the ledger: where issues come from, at which organisation they are, whether they are put right in time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Case, CharField, Count, Q, QuerySet, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings import queries
from xiaobao_web.findings.models import Issue, IssueSource, IssueState
from xiaobao_web.kernel import formats, tallies
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.periods import BeijingDay, Period
from xiaobao_web.kernel.tallies import Cell, Stat, Table, link, share

MOST_UNITS = 10
GREEN, AMBER, RED, BLUE = "#2a8f57", "#d08a10", "#c2473e", "#2f6fbd"


@dataclass(frozen=True)
class Report:
    """All figures of a period."""

    stats: list[Stat]
    charts: list[Figure]
    tables: list[Table]


PLACES = ("closed_in_time", "closed_late", "open_late", "open_in_time")
"""The places an issue can be in, which share no row and leave none out (void ones aside)."""


def _place() -> Case:
    """Return the expression of an issue's place; the day it was closed on is told once for a row, and only here."""
    done = Q(state=IssueState.CLOSED)
    return Case(
        When(done & queries.OFF_TIME, then=Value("closed_late")),
        When(done, then=Value("closed_in_time")),
        When(due_on__lt=timezone.localdate(), then=Value("open_late")),
        default=Value("open_in_time"),
        output_field=CharField(),
    )


def placed(rows: QuerySet[Issue]) -> list[dict[str, Any]]:
    """Return how many of some rows there are of each source, organisation and place, void ones aside."""
    grouped = rows.exclude(state=IssueState.VOID).order_by().values("source", "unit").annotate(place=_place())
    return [dict(row) for row in grouped.annotate(n=Count("pk"), again=Count("repeat_of"))]


def counted(rows: Iterable[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """Return the placed issues by source or organisation, each with its number in all places, the most first."""
    found: dict[Any, dict[str, Any]] = {}
    for row in rows:
        line = found.setdefault(row[by], {by: row[by], "total": 0, "repeated": 0, **dict.fromkeys(PLACES, 0)})
        line[row["place"]] += row["n"]
        line["total"] += row["n"]
        line["repeated"] += row["again"]
    return sorted(found.values(), key=lambda line: (-line["total"], line[by]))


def by_unit(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the placed issues by organisation, with its name."""
    found = counted(rows, "unit")
    units = apps.get_model("people", "Organisation")._default_manager
    names = dict(units.filter(pk__in=[row["unit"] for row in found]).values_list("pk", "name"))
    return [{**row, "unit__name": names[row["unit"]]} for row in found]


def report(user: Any, period: Period) -> Report:
    """Return the figures of the issues a person may see that were found in a period."""
    rows = queries.visible_issues(user)
    found = placed(rows.filter(**period.between("found_on")))
    sources, units = counted(found, "source"), by_unit(found)
    return Report(
        _stats(rows, found, period),
        [_source_chart(sources, period), _unit_chart(units, period)],
        [_source_table(sources, period), _unit_table(units, period)],
    )


@dataclass(frozen=True)
class Closings:
    """What was struck off in a period: how many, how many in time, and the days each took."""

    total: int
    in_time: int
    days: list[float]


def closings(rows: QuerySet[Issue], period: Period) -> Closings:
    """Return what was struck off in a period, void ones not counted; days are Beijing's, from entry to striking off."""
    closed = rows.filter(**period.within("closed_at")).order_by()
    told = (BeijingDay("raised_at"), BeijingDay("closed_at"), "due_on", "state")
    days, total, in_time = Counter[int](), 0, 0
    for begin, end, due, state, n in closed.values_list(*told).annotate(n=Count("pk")):
        days[(end - begin).days] += n
        if state != IssueState.VOID:
            total += n
            in_time += n if due is not None and end <= due else 0
    return Closings(total, in_time, [float(day) for day, n in days.items() for _each in range(n)])


def _stats(rows: QuerySet[Issue], found: list[dict[str, Any]], period: Period) -> list[Stat]:
    now = {"found": sum(row["n"] for row in found), "repeated": sum(row["again"] for row in found)}
    earlier = rows.exclude(state=IssueState.VOID).filter(**period.before.between("found_on"))
    before = earlier.aggregate(found=Count("pk"), repeated=Count("repeat_of"))
    out, out_before = closings(rows, period), closings(rows, period.before)
    left = queries.open_issues(rows).aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(due_on__lt=timezone.localdate()))
    )
    days, days_before = tallies.median(out.days), tallies.median(out_before.days)
    rate, rate_before = share(out.in_time, out.total), share(out_before.in_time, out_before.total)
    closed = period.query("closed_at")
    repeat_url = link("issues", view="all", repeat=1, **period.query("found"))
    return [
        Stat(
            _("新发现"),
            Cell(now["found"], link("issues", view="all", **period.query("found"))),
            _("项"),
            tallies.compared(now["found"], before["found"]),
        ),
        Stat(
            _("已销号"),
            Cell(out.total, link("issues", view="all", **closed)),
            _("项"),
            tallies.compared(out.total, out_before.total),
        ),
        Stat(
            _("按期整改率"),
            Cell(rate, link("issues", view="all", on_time=1, **closed), "percent"),
            "",
            tallies.compared(rate, rate_before, kind="percent"),
        ),
        Stat(
            _("销号用时（中位数）"),
            Cell(days, link("issues", view="all", **closed), "days"),
            _("天"),
            tallies.compared(days, days_before, kind="days"),
        ),
        Stat(
            _("现在逾期"),
            Cell(left["late"], link("issues", view="overdue")),
            _("项"),
            _("在办 %d 项") % left["total"],
            "red" if left["late"] else "",
        ),
        Stat(
            _("屡查屡犯"),
            Cell(now["repeated"], repeat_url),
            _("项"),
            tallies.compared(now["repeated"], before["repeated"]),
            "amber" if now["repeated"] else "",
        ),
    ]


def _series(rows: list[dict[str, Any]], urls: list[str]) -> list[dict[str, Any]]:
    """Return stacked bars: closed in time, closed late, open, open and late."""
    names = {
        "closed_in_time": (_("按期销号"), GREEN),
        "closed_late": (_("逾期销号"), AMBER),
        "open_in_time": (_("在办"), BLUE),
        "open_late": (_("逾期未整改"), RED),
    }
    return [
        {
            "name": name,
            "type": "bar",
            "stack": "all",
            "itemStyle": {"color": colour},
            "data": [{"value": row[key], "url": url} for row, url in zip(rows, urls, strict=True)],
        }
        for key, (name, colour) in names.items()
    ]


def bars(rows: list[dict[str, Any]], names: list[str], urls: list[str]) -> dict[str, Any]:
    """Return the option of horizontal stacked bars, the first row on top."""
    return {
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": {"type": "value", "minInterval": 1},
        "yAxis": {"type": "category", "inverse": True, "data": names},
        "series": _series(rows, urls),
    }


def _heads(first: str) -> list[str]:
    return [first, _("问题"), _("按期销号"), _("逾期销号"), _("在办"), _("逾期未整改"), _("按期率"), _("屡查屡犯")]


def _line(name: str, row: dict[str, Any], **where: Any) -> list[Cell]:
    closed = row["closed_in_time"] + row["closed_late"]
    return [
        Cell(name, link("issues", view="all", **where), "text"),
        Cell(row["total"], link("issues", view="all", **where)),
        Cell(row["closed_in_time"], link("issues", view="all", on_time=1, **where)),
        Cell(row["closed_late"], link("issues", view="all", on_time=0, **where)),
        Cell(row["open_in_time"] + row["open_late"], link("issues", view="open", **where)),
        Cell(row["open_late"], link("issues", view="overdue", **where)),
        Cell(
            share(row["closed_in_time"], closed),
            link("issues", view="all", on_time=1, **where),
            "percent",
            f"n={closed}",
        ),
        Cell(row["repeated"], link("issues", view="all", repeat=1, **where)),
    ]


def _source_table(rows: list[dict[str, Any]], period: Period) -> Table:
    found = period.query("found")
    lines = [_line(str(IssueSource(row["source"]).label), row, source=row["source"], **found) for row in rows]
    return Table(_("按来源"), _heads(_("来源")), lines)


def _unit_table(rows: list[dict[str, Any]], period: Period) -> Table:
    found = period.query("found")
    lines = [_line(row["unit__name"], row, unit=row["unit"], **found) for row in rows]
    return Table(_("按责任机构"), _heads(_("责任机构")), lines)


def _source_chart(rows: list[dict[str, Any]], period: Period) -> Figure:
    total = sum(row["total"] for row in rows)
    names = [str(IssueSource(row["source"]).label) for row in rows]
    urls = [link("issues", view="all", source=row["source"], **period.query("found")) for row in rows]
    title = _("这段时间没有新发现的问题")
    if rows:
        told = {"name": names[0], "n": rows[0]["total"], "share": formats.percent(rows[0]["total"] / total)}
        title = _("问题主要来自%(name)s：%(n)d 项，占 %(share)s") % told
    table = _source_table(rows, period)
    return Figure("issue-sources", title, bars(rows, names, urls), period.label, _("项"), table.heads, table.plain())


def _unit_chart(rows: list[dict[str, Any]], period: Period) -> Figure:
    worst = sorted(rows, key=lambda row: -row["open_late"])[:MOST_UNITS]
    names = [row["unit__name"] for row in worst]
    urls = [link("issues", view="all", unit=row["unit"], **period.query("found")) for row in worst]
    late = sum(row["open_late"] for row in rows)
    title = _("没有逾期未整改的问题") if rows else _("这段时间没有新发现的问题")
    if late:
        told = {"n": late, "name": names[0], "worst": worst[0]["open_late"]}
        title = _("逾期未整改 %(n)d 项，%(name)s最多（%(worst)d 项）") % told
    table = _unit_table(worst, period)
    return Figure("issue-units", title, bars(worst, names, urls), period.label, _("项"), table.heads, table.plain())


def desk_chart(user: Any) -> list[Figure]:
    """Return for the work-desk how open issues stand, by organisation; nothing where there are none."""
    rows = by_unit(placed(queries.open_issues(queries.visible_issues(user))))
    if not rows:
        return []
    worst = sorted(rows, key=lambda row: (-row["open_late"], -row["total"]))[:8]
    total, late = sum(row["total"] for row in rows), sum(row["open_late"] for row in rows)
    title = _("在办问题 %(total)d 项，没有逾期") % {"total": total}
    if late:
        title = _("在办问题 %(total)d 项，逾期 %(late)d 项，逾期最多的是%(name)s") % {
            "total": total, "late": late, "name": worst[0]["unit__name"],
        }  # fmt: skip
    urls = [link("issues", view="open", unit=row["unit"]) for row in worst]
    option = bars(worst, [row["unit__name"] for row in worst], urls)
    option["series"] = [item for item in option["series"] if item["name"] in (_("在办"), _("逾期未整改"))]
    plain = [[row["unit__name"], row["open_in_time"], row["open_late"]] for row in worst]
    heads = [_("责任机构"), _("未到期"), _("逾期")]
    return [Figure("desk-issues", title, option, _("现在"), _("项"), heads, plain, link("issue_figures"))]
