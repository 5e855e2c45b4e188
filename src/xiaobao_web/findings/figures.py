"""Figures of the ledger: where issues come from, at which organisation they are, whether they are put right in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
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


def _parts() -> dict[str, Q]:
    """Return the four places an issue can be in, which share no row and leave none out (void ones aside)."""
    late = Q(due_on__lt=timezone.localdate())
    done = Q(state=IssueState.CLOSED)
    return {
        "closed_in_time": done & ~queries.OFF_TIME,
        "closed_late": done & queries.OFF_TIME,
        "open_late": ~done & late,
        "open_in_time": ~done & ~late,
    }


def counted(rows: QuerySet[Issue], *by: str) -> list[dict[str, Any]]:
    """Return the issues of some rows by something, each with its number in all places, the most first."""
    totals: dict[str, Any] = {key: Count("pk", filter=where) for key, where in _parts().items()}
    repeated = Count("pk", filter=Q(repeat_of__isnull=False))
    grouped = rows.exclude(state=IssueState.VOID).order_by().values(*by)
    return list(grouped.annotate(total=Count("pk"), repeated=repeated, **totals).order_by("-total", *by))


def report(user: Any, period: Period) -> Report:
    """Return the figures of the issues a person may see that were found in a period."""
    rows = queries.visible_issues(user)
    found = rows.filter(**period.between("found_on"))
    by_source, by_unit = counted(found, "source"), counted(found, "unit", "unit__name")
    return Report(
        _stats(rows, period),
        [_source_chart(by_source, period), _unit_chart(by_unit, period)],
        [_source_table(by_source, period), _unit_table(by_unit, period)],
    )


def _totals(rows: QuerySet[Issue], period: Period) -> dict[str, Any]:
    """Return the period's totals in one query."""
    found, closed = Q(**period.between("found_on")), Q(**period.within("closed_at"))
    return (
        rows.filter(found | closed)
        .exclude(state=IssueState.VOID)
        .aggregate(
            found=Count("pk", filter=found),
            repeated=Count("pk", filter=found & Q(repeat_of__isnull=False)),
            closed=Count("pk", filter=closed),
            in_time=Count("pk", filter=closed & queries.ON_TIME),
        )
    )


def _days_to_close(rows: QuerySet[Issue], period: Period) -> list[float]:
    """Return the days from entry to striking off of each issue struck off in a period, from Beijing day to day."""
    closed = rows.filter(**period.within("closed_at")).order_by()
    pairs = closed.values_list(BeijingDay("raised_at"), BeijingDay("closed_at")).annotate(n=Count("pk"))
    return [float((end - begin).days) for begin, end, n in pairs for _each in range(n)]


def _stats(rows: QuerySet[Issue], period: Period) -> list[Stat]:
    now, before = _totals(rows, period), _totals(rows, period.before)
    left = queries.open_issues(rows).aggregate(
        total=Count("pk"), late=Count("pk", filter=Q(due_on__lt=timezone.localdate()))
    )
    days, days_before = (tallies.median(_days_to_close(rows, item)) for item in (period, period.before))
    rate, rate_before = share(now["in_time"], now["closed"]), share(before["in_time"], before["closed"])
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
            Cell(now["closed"], link("issues", view="all", **closed)),
            _("项"),
            tallies.compared(now["closed"], before["closed"]),
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
    rows = counted(queries.open_issues(queries.visible_issues(user)), "unit", "unit__name")
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
