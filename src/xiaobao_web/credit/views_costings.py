"""Pages of costings that were kept."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao.errors import InputError
from xiaobao_web.credit import figures, outcome, queries, services
from xiaobao_web.credit.address import query_of
from xiaobao_web.credit.asked import asked
from xiaobao_web.credit.keeping import KeepForm
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.requests import SignedIn


@require_GET
def show(request: SignedIn, number: int) -> HttpResponse:
    """Show a costing: what the wanted version, or the last one, comes to, and all its versions."""
    costing = find(request.user, queries.visible(request.user), "credit.view", pk=number)
    versions = list(costing.versions.select_related("by"))
    wanted = request.GET.get("version", str(costing.versions_made))
    version = next((row for row in versions if str(row.number) == wanted), None)
    if version is None:
        raise Hidden(_("没有这一版。"))
    context = {
        "costing": costing, "versions": versions, "version": version, "query": query_of(version.terms),
        "may": can(request.user, "credit.save", costing), "events": journal.events_of(costing),
    }  # fmt: skip
    try:
        result = outcome.result_of(version.terms)
    except InputError as error:  # an older engine may have taken what this one refuses
        context["refused"] = error.message
    else:
        made = result.made
        drifted = made.cost.rate.nominal_percent != version.nominal_percent
        context |= {
            "result": result, "charts": [figures.by_month(made), figures.where_it_goes(made)], "drifted": drifted,
            "part": outcome.part_of(made.schedule.rows, request.GET.get("part", "")),
        }  # fmt: skip
    return render(request, "credit/costing.html", context)


@require_POST
def keep(request: SignedIn) -> HttpResponse:
    """Keep what the calculator shows as a new costing."""
    require(request.user, "credit.save")
    found = asked(request.POST.get("query", ""))
    form = KeepForm(request.POST, user=request.user)
    if not found.valid or not form.is_valid():
        told = [problem.message for problem in found.problems]
        told += [f"{form[name].label}：{error}" for name, errors in form.errors.items() for error in errors]
        raise BadValue("；".join(told))
    costing = services.save(terms=found.terms(), by=request.user, **form.cleaned_data)
    messages.success(request, _("已保存为 %s。") % costing.number)
    return redirect(costing)


@require_POST
def revise(request: SignedIn, number: int) -> HttpResponse:
    """Keep what the calculator shows as another version of a costing."""
    costing = find(request.user, queries.visible(request.user), "credit.view", pk=number)
    found = asked(request.POST.get("query", ""))
    if not found.valid:
        raise BadValue("；".join(problem.message for problem in found.problems))
    kept = services.revise(costing, terms=found.terms(), by=request.user, note=request.POST.get("note", ""))
    messages.success(request, _("已保存为第 %d 版。") % kept.number)
    return redirect(costing)
