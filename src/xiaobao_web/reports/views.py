"""The work-desk, and the page of figures of reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.findings import offences
from xiaobao_web.kernel import periods, tallies
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.desk import Figure
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.tallies import Stat, Table
from xiaobao_web.reports import desk as desks
from xiaobao_web.reviews import figures as reviews


@require_GET
def desk(request: SignedIn) -> HttpResponse:
    """Show a person's work-desk."""
    return render(request, "reports/desk.html", {"desk": desks.of(request.user)})


@dataclass(frozen=True)
class Report:
    """The page's figures: reviews first, then what was found in them."""

    stats: list[Stat]
    charts: list[Figure]
    tables: list[Table]


def report(user: Any, period: Period) -> Report:
    """Return the figures of a period for a person."""
    found = reviews.report(user, period)
    commonest, tables = offences.figures(user, period)
    return Report(found.stats, [*found.charts, commonest], [*found.tables, *tables])


@require_GET
def figures(request: SignedIn) -> HttpResponse:
    """Show the figures of reviews."""
    require(request.user, "reports.view")
    period = periods.read(request.GET)
    context = {
        "report": report(request.user, period),
        "period": period,
        "periods": periods.choices(period),
        "sheet_url": tallies.link("review_figures_sheet", **period.address()),
    }
    return render(request, "reports/figures.html", context)


@require_GET
def sheet(request: SignedIn) -> HttpResponse:
    """Hand out the figures as a workbook; journalled."""
    require(request.user, "reports.view")
    return workbook(request.user, periods.read(request.GET))


def workbook(user: Any, period: Period) -> HttpResponse:
    """Return the figures of a period as a workbook; handing it out is journalled."""
    found = report(user, period)
    rows = [
        [tallies.Cell(str(stat.label), kind="text"), stat.cell, tallies.Cell(stat.hint, kind="text")]
        for stat in found.stats
    ]
    tables = [Table(_("总览"), [_("指标"), _("数值"), _("对比上期")], rows), *found.tables]
    about = [(_("对比上期"), period.before.label), (_("范围"), _("导出人可见的审查与发现"))]
    return tallies.hand_out(user, tables, title=_("审查统计"), period=period, about=about)
