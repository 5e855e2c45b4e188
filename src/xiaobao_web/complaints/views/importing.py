"""Tables of another system: uploaded, their headings explained once, shown dry, taken in, written back."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints.channels import spreadsheet
from xiaobao_web.complaints.models import CaseImport, HeadingMap, ImportPurpose
from xiaobao_web.complaints.services import importing, transfer_tables
from xiaobao_web.complaints.views import table_uploads
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.tallies import Cell, Table, download

CONTACTS = ImportPurpose.CONTACTS.value


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Take a table in and show what importing it would do; keep what its headings mean; import it."""
    by = request.user
    require(by, "complaints.import")
    context: dict[str, Any] = {
        "system": "", "error": "", "imports": CaseImport.objects.filter(purpose=CONTACTS).select_related("by")[:10],
        "systems": HeadingMap.objects.exclude(system__startswith=transfer_tables.PREFIX).order_by("system"),
        "fields": spreadsheet.LABELS.items(),
    }  # fmt: skip
    if request.method == "POST":
        context["system"] = request.POST.get("system", "")
        try:
            made = _step(request, context)
        except BadValue as error:
            context["error"] = error.message
        else:
            if made is not None:
                return redirect("complaint_import_shown", pk=made.pk)
    return render(request, "complaints/import.html", context, status=422 if context["error"] else 200)


def _step(request: HttpRequest, context: dict[str, Any]) -> CaseImport | None:
    by, system = request.user, importing.system_of(request.POST.get("system", ""))
    return table_uploads.step(request, context, table_uploads.Ways(
        store=partial(importing.store, by=by), remember=partial(importing.remember, system, by=by),
        preview=lambda stored: importing.preview(stored, system, by=by),
        begin=lambda stored, name: importing.begin(stored, system, name=name, by=by),
    ))  # fmt: skip


def _of(request: HttpRequest, pk: int) -> CaseImport:
    require(request.user, "complaints.import")
    row = CaseImport.objects.filter(purpose=CONTACTS).select_related("by").filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有这次导入。"))
    return row


@require_http_methods(["GET", "POST"])
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of an import, and how its figures agree with the old report; keep the report's figures."""
    row = _of(request, pk)
    if request.method == "POST":
        counts = {}
        for month, told in zip(request.POST.getlist("month"), request.POST.getlist("told"), strict=False):
            if told.strip():
                if not told.strip().isdecimal() or len(told.strip()) > 7:
                    raise BadValue(_("%s 的旧报表数应为整数。") % month)
                counts[month[:7]] = int(told)
        importing.set_report(row, counts, by=request.user)
        return redirect("complaint_import_shown", pk=row.pk)
    values = {"row": row, "lines": importing.agreement(row), "faults": row.faults[: table_uploads.SHOWN]}
    return render(request, "complaints/import_shown.html", values)


@require_GET
def written_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the workbook that goes back into the source system."""
    row = _of(request, pk)
    heads = [_("来源编号"), _("登记号"), _("结果"), _("投诉编号"), _("状态"), _("机构"), _("最近期限")]
    lines = [[Cell(text, kind="text") for text in line] for line in importing.written_back(row)]
    about = [(_("来源系统"), row.system), (_("文件"), row.name), (_("导入人"), str(row.by))]
    return download([Table(_("回写"), heads, lines)], about, f"{row.system}-{row.pk}.xlsx")
