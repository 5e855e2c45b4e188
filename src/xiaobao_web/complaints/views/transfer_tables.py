"""A bureau's table of transfers, shown dry and taken in; the branches that bureaus' transfers go to."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from xiaobao_web.complaints.channels import transfer_table
from xiaobao_web.complaints.forms.fields import choice, line, unit
from xiaobao_web.complaints.models import CaseImport, ImportPurpose, LocalBureau, Source
from xiaobao_web.complaints.services import transfer_tables
from xiaobao_web.complaints.views import table_uploads
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import BadValue, Hidden, PlatformError

TRANSFERS = ImportPurpose.TRANSFERS.value


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Take a bureau's table in and show what importing it would do; keep what its headings mean; import it."""
    require(request.user, "complaints.regulator")
    post = request.POST
    context: dict[str, Any] = {
        "source": post.get("source", ""), "bureau": post.get("bureau", ""), "sources": Source.choices, "error": "",
        "bureaus": LocalBureau.objects.all(), "fields": transfer_table.SHOWN.items(),
        "imports": CaseImport.objects.filter(purpose=TRANSFERS).select_related("by")[:10],
    }  # fmt: skip
    if request.method == "POST":
        try:
            made = _step(request, context)
        except BadValue as error:
            context["error"] = error.message
        else:
            if made is not None:
                return redirect("complaint_transfer_import_shown", pk=made.pk)
    return render(request, "complaints/transfer_import.html", context, status=422 if context["error"] else 200)


def _step(request: HttpRequest, context: dict[str, Any]) -> CaseImport | None:
    by, source, bureau = request.user, context["source"], context["bureau"]
    transfer_tables.system_of(source, bureau)
    return table_uploads.step(request, context, table_uploads.Ways(
        store=partial(transfer_tables.store, by=by), remember=partial(transfer_tables.remember, source, bureau, by=by),
        preview=lambda stored: transfer_tables.preview(stored, source, bureau, by=by),
        begin=lambda stored, name: transfer_tables.begin(stored, source, bureau, name=name, by=by),
    ))  # fmt: skip


@require_http_methods(["GET"])
def shown(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what became of a bureau's table."""
    require(request.user, "complaints.regulator")
    row = CaseImport.objects.filter(purpose=TRANSFERS).select_related("by").filter(pk=pk).first()
    if row is None:
        raise Hidden(_("没有这次导入。"))
    lines = [(number, *values) for number, values in row.numbers.items()][: table_uploads.SHOWN]
    return render(request, "complaints/transfer_imported.html", {"row": row, "lines": lines, "faults": row.faults})


class BureauForm(forms.Form):
    """A bureau and its branch."""

    source = choice(gettext_lazy("转办来源"), Source.choices)
    name = line(gettext_lazy("转办机构"), most=80, help_text=gettext_lazy("转办单上的全称，如：××监管局。"))
    unit = unit(gettext_lazy("责任机构"))


@require_http_methods(["GET", "POST"])
def bureaus(request: HttpRequest) -> HttpResponse:
    """Show which branch each bureau's transfers go to; set one, or take one away."""
    require(request.user, "complaints.regulator")
    setting = can(request.user, "complaints.set_bureau")
    if request.method == "POST" and request.POST.get("drop", "").isdecimal():
        transfer_tables.drop_bureau(int(request.POST["drop"]), by=request.user)
        return redirect("complaint_bureaus")
    form = BureauForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            transfer_tables.set_bureau(**form.cleaned_data, by=request.user)
        except PlatformError as error:
            if error.status in (403, 404):
                raise
            tell(form, error)
        else:
            messages.success(request, _("已保存。"))
            return redirect("complaint_bureaus")
    values = {"form": form, "rows": LocalBureau.objects.select_related("unit", "set_by"), "setting": setting}
    return render(request, "complaints/bureaus.html", values, status=422 if form.errors else 200)
