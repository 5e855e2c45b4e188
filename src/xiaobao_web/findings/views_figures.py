"""The page of the ledger's figures, and its sheet."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.findings import figures
from xiaobao_web.kernel import journal, periods, tallies
from xiaobao_web.kernel.access import require
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
    period = periods.read(request.GET)
    found = figures.report(request.user, period)
    about = [
        (_("内容"), _("问题台账整改统计")),
        (_("期间"), period.label),
        (_("范围"), _("导出人可见的问题，已作废的除外")),
        (_("导出人"), str(request.user)),
        (_("导出时间"), f"{timezone.localtime():%Y-%m-%d %H:%M}"),
    ]
    rows = sum(len(table.rows) for table in found.tables)
    facts = {"list": _("整改统计"), "rows": rows, "filters": period.label}
    journal.record("kernel.exported", by=request.user, facts=facts)
    name = _("整改统计 %(first)s 至 %(last)s.xlsx") % {"first": period.first, "last": period.last}
    return tallies.download(found.tables, about, name)
