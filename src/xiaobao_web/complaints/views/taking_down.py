"""The clerk's intake form: words on the left with their evidence, fields on the right with what the machine read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints.forms.entry import RegisterForm
from xiaobao_web.complaints.models import Contact, ContactState
from xiaobao_web.complaints.services import opening, taking_down
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.complaints.views.registering import keep_files
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import PlatformError, Refused
from xiaobao_web.kernel.tallies import Cell, Table


@require_http_methods(["GET", "POST"])
def take_down(request: HttpRequest) -> HttpResponse:
    """Take words in, show what the machine reads in them, and register what the clerk makes of it.

    `contact`: one that is registered already, as a letter's scan is; its ticket is filled.
    """
    require(request.user, "complaints.register")
    contact = _registered(request)
    if request.method == "POST" and request.POST.get("action") != "read":
        form = RegisterForm(request.POST)
        if form.is_valid():
            try:
                made = taking_down.take_down(form.cleaned_data, by=request.user, contact=contact)
            except PlatformError as error:
                tell(form, error)
            else:
                return _done(request, made)
        return _shown(request, form, request.POST.get("text", ""), 422, contact)
    text = request.POST.get("text", contact.words() if contact else "")
    initial: dict[str, Any] = {"text": text, "channel": request.POST.get("channel", "call")}
    if contact is not None:
        initial = {**initial, "channel": contact.channel, "unit": contact.unit_id}
    return _shown(request, RegisterForm(initial=initial), text, 200, contact)


def _registered(request: HttpRequest) -> Contact | None:
    """Return the contact whose ticket is filled, None for one that is still to be registered."""
    number = (request.POST if request.method == "POST" else request.GET).get("contact", "")
    if not number:
        return None
    rows = Contact.objects.select_related("unit", "scan")
    found: Contact = find(request.user, rows, "complaints.contacts", pk=int(number) if number.isdecimal() else 0)
    if found.state != ContactState.NEW.value:
        raise Refused(_("%s 已经甄别，请打开来件查看。") % found.number)
    return found


def _shown(
    request: HttpRequest, form: RegisterForm, text: str, status: int, contact: Contact | None = None
) -> HttpResponse:
    values: dict[str, Any] = {"form": form, "text": text, "contact": contact}
    if contact is not None:
        values["letter"] = getattr(contact, "scan", None)
    if text.strip():
        channel = request.POST.get("channel", contact.channel if contact else "call")
        moment = None if form.errors else _received(form, request.POST.get("received_at"))
        moment = moment or (contact.received_at if contact else None)
        but = contact.pk if contact else 0
        reading = taking_down.read(text, channel=channel, received_at=moment, by=request.user, but=but)
        if not form.is_bound:
            read = {name: item.value for name, item in reading.values.items() if item.value not in (None, "", [])}
            if contact is not None and not opening.stands_by_default(contact):
                read.pop("unit", None)
            form.initial = {**form.initial, **read, "kind": reading.proposal.kind, "received_at": moment}
        fields = [(form[name], item) for name, item in reading.values.items()]
        values |= {"reading": reading, "fields": fields}
    return render(request, "complaints/take_down.html", values, status=status)


def _received(form: RegisterForm, told: str | None) -> datetime | None:
    """Return the moment typed before the words were read, None where it cannot be: it is refused when registered."""
    try:
        moment: datetime | None = form.fields["received_at"].clean(told)
        return opening.received(moment) if moment else None
    except (ValidationError, PlatformError):
        return None


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
