"""The clerk's intake form: words on the left with their evidence, fields on the right with what the machine read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints.forms.entry import RegisterForm
from xiaobao_web.complaints.services import taking_down
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.complaints.views.registering import keep_files
from xiaobao_web.kernel.access import can, require
from xiaobao_web.kernel.errors import PlatformError
from xiaobao_web.kernel.tallies import Cell, Table


@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest) -> HttpResponse:
    """Take words in, show what the machine reads in them, and register what the clerk makes of it."""
    require(request.user, "complaints.register")
    filling = request.POST.get("action") == "read"
    if request.method == "POST" and not filling:
        form = RegisterForm(request.POST)
        if form.is_valid():
            try:
                contact = taking_down.take_down(form.cleaned_data, by=request.user)
            except PlatformError as error:
                tell(form, error)
            else:
                return _done(request, contact)
        return _shown(request, form, request.POST.get("text", ""), 422)
    text = request.POST.get("text", "")
    form = RegisterForm(initial={"text": text, "channel": request.POST.get("channel", "call")})
    return _shown(request, form, text, 200)


def _shown(request: HttpRequest, form: RegisterForm, text: str, status: int) -> HttpResponse:
    values: dict[str, Any] = {"form": form, "text": text}
    if text.strip():
        channel = request.POST.get("channel", "call")
        moment = form.fields["received_at"].clean(request.POST.get("received_at")) if not form.errors else None
        reading = taking_down.read(text, channel=channel, received_at=moment, by=request.user)
        if not form.is_bound:
            read = {name: item.value for name, item in reading.values.items() if item.value not in (None, "", [])}
            form.initial = {**form.initial, **read, "kind": reading.proposal.kind, "received_at": moment}
        fields = [(form[name], item) for name, item in reading.values.items()]
        values |= {"reading": reading, "fields": fields}
    return render(request, "complaints/take_down.html", values, status=status)


def _done(request: HttpRequest, contact: Any) -> HttpResponse:
    keep_files(request, contact)
    if contact.case is not None:
        messages.success(request, _("已立案，编号 %s。") % contact.case.number)
        return redirect(contact.case if can(request.user, "complaints.view", contact.case) else contact)
    messages.success(request, _("已登记，编号 %s。") % contact.number)
    return redirect(contact)


@require_GET
def accuracy(request: HttpRequest) -> HttpResponse:
    """Show how right the machine was, field by field over ninety days and month by month over a year."""
    require(request.user, "complaints.intake_figures")
    now = timezone.now()
    rows = taking_down.accuracy(now - timedelta(days=90), now)
    heads = [_("字段"), _("应填"), _("填对"), _("准确率"), _("应空"), _("误填"), _("误填率")]
    cells = [
        [Cell(row.label, kind="text"), Cell(row.present), Cell(row.right), Cell(row.share, kind="percent"),
         Cell(row.empty), Cell(row.invented), Cell(row.invented_share, kind="percent")]
        for row in rows
    ]  # fmt: skip
    months = [
        [Cell(month, kind="text"), Cell(count), Cell(share, kind="percent")]
        for month, count, share in taking_down.by_month(now - timedelta(days=366))
    ]
    tables = [
        Table(_("各字段（近 90 天）"), heads, cells),
        Table(_("逐月"), [_("月份"), _("核对的值"), _("准确率")], months),
    ]
    return render(request, "complaints/intake_figures.html", {"tables": tables, "any": bool(months)})
