"""Pages of the regulators' tables: as they are now, and as they were frozen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from xiaobao_web.insights import forms, handing_out, services, statistics
from xiaobao_web.insights.models import Base, Statement
from xiaobao_web.kernel import journal, periods, tallies
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.tallies import Cell, Table


@require_GET
def figures(request: SignedIn) -> HttpResponse:
    """Show the tables of a period as they are now."""
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    context = {
        "report": statistics.report(request.user, period),
        "period": period,
        "periods": periods.choices(period),
        "sheet_url": tallies.link("insight_figures_sheet", **period.address()),
        "bulletin_url": tallies.link("insight_bulletin", **period.address()),
        "may_freeze": can(request.user, "insights.freeze"),
    }
    return render(request, "insights/figures.html", context)


@require_GET
def sheet(request: SignedIn) -> HttpResponse:
    """Hand out the tables as a workbook."""
    return handing_out.figures(request.user, periods.read(request.GET))


@require_GET
def bulletin(request: SignedIn) -> HttpResponse:
    """Hand out the bulletin of a period as a Word document."""
    return handing_out.bulletin(request.user, periods.read(request.GET))


def _find(request: SignedIn, pk: int) -> Statement:
    return find(request.user, Statement.objects.select_related("unit", "made_by", "sheet"), "insights.view", pk=pk)


@require_GET
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show tables as they were frozen."""
    row = _find(request, pk)
    context: dict[str, Any] = {"statement": row, "tables": services.tables_of(row), "events": journal.events_of(row)}
    return render(request, "insights/statement.html", context)


@require_safe
def frozen_sheet(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out the sheet as it was frozen."""
    return handing_out.frozen(request, _find(request, pk))


@require_http_methods(["GET", "POST"])
def freeze(request: SignedIn) -> HttpResponse:
    """Freeze the tables of a half-year or a year."""
    require(request.user, "insights.freeze")
    form = forms.FreezeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.freeze(by=request.user, **form.cleaned_data)
        except (BadValue, Refused) as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已固化：%s") % row)
            return redirect(row)
    context = {"form": form, "title": _("固化统计表"), "back": "insight_statements", "button": _("固化")}
    return render(request, "insights/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def bases(request: SignedIn) -> HttpResponse:
    """Show and register what rates are per."""
    require(request.user, "insights.freeze")
    form = forms.BaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_base(by=request.user, **form.cleaned_data)
        except BadValue as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("已登记。"))
            return redirect("insight_bases")
    context = {
        "form": form, "title": _("统计基数"), "back": "insight_statements", "button": _("登记"),
        "bases": _bases(),
    }  # fmt: skip
    return render(request, "insights/form.html", context, status=422 if form.errors else 200)


def _bases() -> Table:
    heads = [_("机构"), _("年度"), _("网点数"), _("个人客户数"), _("登记人")]
    lines = [
        [Cell(str(row.unit), kind="text"), Cell(str(row.year), kind="text"), Cell(row.outlets), Cell(row.customers),
         Cell(str(row.set_by), kind="text")]
        for row in Base.objects.select_related("unit", "set_by")[:200]
    ]  # fmt: skip
    return Table("", heads, lines)
