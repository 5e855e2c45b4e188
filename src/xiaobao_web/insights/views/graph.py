"""The page that draws what a complaint hangs together with."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import graph, services
from xiaobao_web.kernel.access import can
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.requests import SignedIn


def _case(request: SignedIn, pk: int) -> Any:
    rows = complaints.visible(request.user).select_related("product", "handler", "leader", "unit")
    case = rows.filter(pk=pk).first()
    if case is None:
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    return case


@require_POST
def act(request: SignedIn, pk: int) -> HttpResponse:
    """Go one step from a case: draft a rule, open an inspection."""
    case = _case(request, pk)
    steps = {"rule": services.propose_rule, "inspection": services.open_inspection}
    step = steps.get(request.POST.get("action", ""))
    if step is None:
        raise BadValue(_("没有这个操作。"))
    made = step(case, by=request.user)
    messages.success(request, _("已办理。"))
    return redirect(made)


@require_GET
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show the graph around a case that a person may see."""
    case = _case(request, pk)
    found = graph.graph_of(case, request.user)
    kinds = graph.labels()
    lines = [
        {"kind": kinds[node["kind"]], "name": node["full"], "url": node["url"],
         "centre": reverse("insight_graph", args=[key.split(":")[1]])
         if node["kind"] == "case" and key != f"case:{case.pk}" else "",
         "words": "、".join(dict.fromkeys(word for a, b, word in found.edges if key in (a, b)))}
        for key, node in found.nodes.items()
    ]  # fmt: skip
    context = {
        "case": case, "option": graph.option(found), "lines": lines, "n": len(found.nodes) - 1,
        "may_inspect": can(request.user, "complaints.open_issue", case),
        "may_draft": can(request.user, "knowledge.draft"),
    }  # fmt: skip
    return render(request, "insights/graph.html", context)
