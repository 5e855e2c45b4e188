"""The page of the ledger's figures, and its sheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.findings import figures
from xiaobao_web.kernel import periods, tallies
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.requests import SignedIn


@require_GET
def show(request: SignedIn) -> HttpResponse:
    """Show where issues come from and whether they are put right in time."""
    require(request.user, "findings.view")
    period = periods.read(request.GET)
    context = {
        "report": figures.report(request.user, period),
        "period": period,
        "periods": periods.choices(period),
        "sheet_url": tallies.link("issue_figures_sheet", **period.address()),
    }
    return render(request, "findings/figures.html", context)


@require_GET
def sheet(request: SignedIn) -> HttpResponse:
    """Hand out the figures as a workbook; journalled."""
    require(request.user, "findings.view")
    return workbook(request.user, periods.read(request.GET))


def workbook(user: Any, period: Period) -> HttpResponse:
    """Return the figures of a period as a workbook; handing it out is journalled."""
    found = figures.report(user, period)
    about = [(_("范围"), _("导出人可见的问题，已作废的除外"))]
    return tallies.hand_out(user, found.tables, title=_("整改统计"), period=period, about=about)
