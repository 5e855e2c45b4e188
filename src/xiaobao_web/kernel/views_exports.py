"""The pages of exports: ask, watch, fetch, delete."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from xiaobao_web.kernel import exports
from xiaobao_web.kernel.lists.page import ids
from xiaobao_web.kernel.models import Export

SHOWN = 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_POST
def add(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for the rows of a list's address, or for the chosen ones."""
    chosen = ids(request.POST.getlist("row"))
    exports.ask(list_name=name, query=request.POST.get("query", ""), by=request.user, chosen=chosen)
    messages.info(request, _("已开始导出，完成后在这里下载；可以先去做别的事。"))
    return HttpResponseRedirect(reverse("exports"))


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show one's own exports; htmx asks for the table again while one is under way."""
    user: Any = request.user
    rows = list(Export.objects.filter(person=user)[:SHOWN])
    context = {"exports": rows, "waiting": any(row.under_way for row in rows), "days": exports.KEPT.days}
    fragment = request.headers.get("HX-Target") == "exports"
    return render(request, "kernel/lists/_exports.html" if fragment else "kernel/lists/exports.html", context)


@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand out the file of one's own export."""
    export, path = exports.fetch(export_id=pk, by=request.user)
    return FileResponse(path.open("rb"), as_attachment=True, filename=export.file_name, content_type=XLSX)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own export."""
    exports.discard(export_id=pk, by=request.user)
    messages.success(request, _("已删除导出文件。"))
    return HttpResponseRedirect(reverse("exports"))
