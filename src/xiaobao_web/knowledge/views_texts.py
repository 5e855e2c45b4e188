"""Pages of what follows a change: importing official texts, and proposals to look again at approved material."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadUpload, Hidden, PlatformError
from xiaobao_web.kernel.lists.page import ids
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.knowledge import importing, reconsidering
from xiaobao_web.knowledge.models import Reconsideration, TextImport

TONES = {
    "imported": "green", "superseded": "amber", "newer": "amber", "unmatched": "grey", "not_wording": "grey",
    "empty": "grey", "unreadable": "red",
}  # fmt: skip
WORDS: dict[str, Any] = {
    "imported": gettext_lazy("可导入"),
    "superseded": gettext_lazy("旧版"),
    "newer": gettext_lazy("比登记的新"),
    "unmatched": gettext_lazy("对不上"),
    "not_wording": gettext_lazy("不是原文"),
    "empty": gettext_lazy("没有条文"),
    "unreadable": gettext_lazy("读不了"),
}


@require_http_methods(["GET", "POST"])
def imports(request: SignedIn) -> HttpResponse:
    """Take a file of official texts in and try it; list what was imported before."""
    require(request.user, "knowledge.import_texts")
    fault = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise BadUpload(_("请选择 zip、txt、md 或 docx 文件。"))
            row = importing.examine(upload, by=request.user)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            fault = error.message
        else:
            return redirect("law_text", row.pk)
    rows = TextImport.objects.select_related("created_by__unit", "confirmed_by__unit")[:50]
    return render(request, "knowledge/texts.html", {"rows": rows, "fault": fault}, status=422 if fault else 200)


@require_http_methods(["GET", "POST"])
def one(request: SignedIn, number: int) -> HttpResponse:
    """Show what a file would bring (or brought), and import it or give it up."""
    require(request.user, "knowledge.import_texts")
    rows = TextImport.objects.select_related("stored", "created_by__unit", "confirmed_by__unit")
    row = rows.filter(pk=number).first()
    if row is None:
        raise Hidden(_("没有找到这次导入。"))
    if request.method == "POST":
        step = importing.discard if request.POST.get("action") == "discard" else importing.confirm
        try:
            step(row, by=request.user)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
        else:
            messages.success(request, _("已办理。"))
        return redirect("law_text", row.pk)
    reports = [
        {**report, "tone": TONES.get(report["status"], "grey"), "word": WORDS.get(report["status"], report["status"])}
        for report in row.reports
    ]
    context = {
        "row": row, "reports": reports, "waiting": row.state == "examined",
        "changed": sum(len(item["changed"]) for item in row.changes), "events": journal.events_of(row),
    }  # fmt: skip
    return render(request, "knowledge/text.html", context)


@require_http_methods(["GET", "POST"])
def reconsideration(request: SignedIn, number: int) -> HttpResponse:
    """Show what a change asks to look at again; the office confirms the chosen ones or says why none."""
    require(request.user, "knowledge.reconsiderations")
    row = Reconsideration.objects.select_related("created_by__unit", "decided_by__unit").filter(pk=number).first()
    if row is None:
        raise Hidden(_("没有找到这份提议。"))
    if request.method == "POST":
        try:
            _decide(request, row)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            messages.error(request, error.message)
        return redirect("reconsideration", row.pk)
    items = row.items.select_related("approved__unit", "approved__product", "approved__review", "reevaluation")
    context = {
        "row": row, "items": items, "may": can(request.user, "knowledge.reconsider"), "events": journal.events_of(row),
    }  # fmt: skip
    return render(request, "knowledge/reconsideration.html", context)


def _decide(request: SignedIn, row: Reconsideration) -> None:
    note: Any = request.POST.get("note", "")
    if request.POST.get("action") == "dismiss":
        reconsidering.dismiss(row, by=request.user, note=note)
        messages.success(request, _("已记录：不需要回溯。"))
        return
    items = ids(request.POST.getlist("item"))
    reconsidering.confirm(row, by=request.user, items=items, note=note)
    messages.success(request, _("已发起回溯评估，正在用现行规则重新机审。"))
