"""Pages of regulators' transfers: register, urge, send back, write the report; the bureaus' templates."""

from __future__ import annotations

import io
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints import services
from xiaobao_web.complaints.channels import transferred
from xiaobao_web.complaints.channels.named import unit_in
from xiaobao_web.complaints.channels.spreadsheet import unit_named
from xiaobao_web.complaints.forms.transfers import SheetForm
from xiaobao_web.complaints.models import BureauTemplate, RegulatorTransfer
from xiaobao_web.complaints.services import documents, enclosing, intake, taking_down
from xiaobao_web.complaints.services import transfer_sheets as sheets
from xiaobao_web.complaints.services.regulators import REPORT_FIELDS, branch_of
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, holds, require, visible_to
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.serving import respond


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Register a transfer; what a pasted sheet says is filled in with its words, for the clerk to go through."""
    require(request.user, "complaints.regulator")
    if request.method == "POST" and request.POST.get("action") == "read":
        return _pasted(request)
    form = SheetForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            made, known = sheets.register(form.cleaned_data, by=request.user)
        except PlatformError as error:
            tell(form, error)
        else:
            told = _("这个编号先前已登记，投诉编号 %s。") if known else _("转办件已登记，投诉编号 %s。")
            messages.success(request, told % made.case.number)
            return redirect(made.case)
    return render(request, "complaints/transfer_new.html", {"form": form}, status=422 if form.errors else 200)


def _pasted(request: HttpRequest) -> HttpResponse:
    """Show what a pasted sheet says, field by field; a number that is known leads to its transfer."""
    words = request.POST.get("pasted", "")[:20000]
    told = transferred.read_pasted(words)
    initial: dict[str, Any] = {name: said.value for name, said in told.fields.items() if name in SheetForm.base_fields}
    ticket = intake.read_ticket("regulator_transfer", received_at=timezone.localtime(), text=initial.get("text", ""))
    for name in ("customer_name", "phone", "business_type", "cause"):
        initial.setdefault(name, ticket["ticket"].get(name) or "")
    named = unit_in(initial.get("text", ""))  # an outlet in the story goes before the branch that is written to
    first = unit_named(told.value("unit") or "") or branch_of(initial.get("bureau", ""))
    unit = named.unit if named and (first is None or named.unit.is_within(first)) else first
    initial["unit"] = unit.pk if unit is not None else None
    known = None
    if initial.get("number"):
        rows = RegulatorTransfer.objects.select_related("case__unit").filter(number=initial["number"])
        known = visible_to(request.user, rows, "complaints.view").first()
    form = SheetForm(initial=initial, user=request.user)
    values = taking_down.values_of(ticket)
    values["phone"] = taking_down.Value(initial["phone"], None, [])
    context = {
        "form": form, "pasted": words, "told": told, "known": known, "read": words.strip() != "",
        "rows": [(field, told.fields.get(field.name)) for field in form],
        "earlier": taking_down.earlier(values, request.user),
        "elsewhere": taking_down.beyond(values, request.user) if holds(request.user, "complaints.register") else None,
    }  # fmt: skip
    return render(request, "complaints/transfer_new.html", context)


@require_http_methods(["GET", "POST"])
def transfer(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a transfer and write the report to the regulator."""
    rows = RegulatorTransfer.objects.select_related("case__unit", "case__handler", "document", "reported_by")
    row = find(request.user, rows, "complaints.view", pk=pk)
    parts = services.draft_report(row)
    faults: dict[str, str] = {}
    chosen = [item["attachment"] for item in row.enclosed]
    if request.method == "POST":
        parts = {name: request.POST.get(name, "")[:10000] for name in REPORT_FIELDS}
        chosen = [int(value) for value in request.POST.getlist("attachments")[:200] if value.isdecimal()]
        adds = request.POST.get("action") == "enclose"
        try:
            chosen += _added(request, row)
            if not adds:
                services.report(row, by=request.user, parts=parts, enclose=chosen)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            faults = {name: str(told) for name, told in getattr(error, "fields", {}).items()} or {"": error.message}
            messages.error(request, error.message)
        else:
            if not adds:
                messages.success(request, _("反馈报告已生成并归档。"))
                return redirect("complaint_transfer", pk=row.pk)
    reports = can(request.user, "complaints.report_regulator", row.case)
    open_yet = row.reported_at is None and reports.allowed
    values = {
        "faults": faults, "chosen": chosen,
        "enclosures": enclosing.choosable(row.case, request.user) if open_yet else [],
        "transfer": row, "case": row.case, "reports": reports,
        "parts": [(name, label, parts.get(name, ""), faults.get(name, "")) for name, label in REPORT_FIELDS.items()],
        "events": journal.events_of(row.case),
        "sees": can(request.user, "complaints.view", row.case),
    }  # fmt: skip
    return render(request, "complaints/transfer.html", values, status=422 if faults else 200)


def _added(request: HttpRequest, row: RegulatorTransfer) -> list[int]:
    """Add the files that came with a report's form; what cannot be taken is told and loses nothing else."""
    uploads = request.FILES.getlist("file")
    if not uploads:
        return []
    added, refused = enclosing.add(row, uploads, by=request.user)
    for told in refused:
        messages.warning(request, told)
    return [item.pk for item in added]


@require_GET
def package(request: HttpRequest, pk: int) -> FileResponse:
    """Hand out the report with its enclosures as a ZIP; it names the complainant, so that is journalled."""
    row = find(request.user, RegulatorTransfer.objects.select_related("document", "case"), "complaints.view", pk=pk)
    return FileResponse(enclosing.open_package(row, by=request.user), as_attachment=True,
                        filename=f"{enclosing.report_name(row)}.zip", content_type="application/zip")  # fmt: skip


@require_GET
def document(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the report; it names the complainant, so that is journalled."""
    row = find(request.user, RegulatorTransfer.objects.select_related("document", "case"), "complaints.view", pk=pk)
    report = enclosing.open_report(row, by=request.user)
    return respond(request, report, name=f"{enclosing.report_name(row)}.docx", download=True)


@require_http_methods(["GET", "POST"])
def templates(request: HttpRequest) -> HttpResponse:
    """Show the bureaus' templates and take a new one."""
    require(request.user, "complaints.set_template")
    fault = ""
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            fault = str(_("请选择模板文件。"))
        else:
            try:
                services.set_template(upload, bureau=request.POST.get("bureau", ""), by=request.user)
            except PlatformError as error:
                fault = error.message
            else:
                messages.success(request, _("模板已启用。"))
                return redirect("complaint_templates")
    rows = BureauTemplate.objects.filter(active=True).select_related("added_by")
    values = {"rows": rows, "fault": fault, "fields": documents.REPORT_NAMES, "given": request.POST}
    return render(request, "complaints/templates.html", values, status=422 if fault else 200)


@require_GET
def packaged_template(request: HttpRequest) -> FileResponse:
    """Hand out the packaged template, as the start of a bureau's own."""
    require(request.user, "complaints.set_template")
    return FileResponse(io.BytesIO(documents.packaged_report()), as_attachment=True, filename="转办件反馈报告模板.docx")
