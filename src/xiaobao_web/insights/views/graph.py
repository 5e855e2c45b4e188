"""The page that draws what a complaint hangs together with."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import graph
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.requests import SignedIn


@require_GET
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show the graph around a case that a person may see."""
    rows = complaints.visible(request.user).select_related("product", "handler", "leader", "unit")
    case = rows.filter(pk=pk).first()
    if case is None:
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    found = graph.graph_of(case, request.user)
    kinds = graph.labels()
    lines = [
        {"kind": kinds[node["kind"]], "name": node["full"], "url": node["url"],
         "words": "、".join(dict.fromkeys(word for a, b, word in found.edges if key in (a, b)))}
        for key, node in found.nodes.items()
    ]  # fmt: skip
    context = {"case": case, "option": graph.option(found), "lines": lines, "n": len(found.nodes) - 1}
    return render(request, "insights/graph.html", context)
