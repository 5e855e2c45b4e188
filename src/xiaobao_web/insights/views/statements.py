"""Pages of the regulators' tables: as they are now, and as they were frozen."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from xiaobao_web.insights import bulletin as bulletins
from xiaobao_web.insights import forms, services, statistics
from xiaobao_web.insights.models import Base, Statement
from xiaobao_web.kernel import journal, periods, tallies
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.serving import respond
from xiaobao_web.kernel.wordfiles import DOCX


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
    """Hand out the tables as a workbook; journalled."""
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    found = statistics.report(request.user, period)
    about = [(_("口径"), _("按收到时间；并案与不予办理的不计")), (_("范围"), _("导出人可见的投诉"))]
    return tallies.hand_out(request.user, found.tables, title=_("投诉统计"), period=period, about=about)


@require_GET
def bulletin(request: SignedIn) -> HttpResponse:
    """Hand out the bulletin of a period as a Word document; journalled."""
    require(request.user, "insights.view")
    period = periods.read(request.GET)
    data = bulletins.document(request.user, period)
    journal.record("insights.bulletin", by=request.user, facts={"period": period.label})
    answer = HttpResponse(data, content_type=DOCX)
    name = _("投诉情况通报 %(first)s 至 %(last)s.docx") % {"first": period.first, "last": period.last}
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


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
    """Hand out the sheet as it was frozen; journalled."""
    row = _find(request, pk)
    facts = {"list": str(row), "rows": row.total, "filters": row.period.label}
    journal.record("kernel.exported", by=request.user, facts=facts)
    return respond(request, row.sheet, name=f"{row}.xlsx", download=True)


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
        "bases": Base.objects.select_related("unit", "set_by")[:200],
    }  # fmt: skip
    return render(request, "insights/form.html", context, status=422 if form.errors else 200)
