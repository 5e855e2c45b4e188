"""Pages of notices: give one for the chosen issues, read it, send its receipt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST, require_safe

from xiaobao_web.findings import forms, notices, queries
from xiaobao_web.findings.models import Issue, IssueNotice
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.lists.page import ids
from xiaobao_web.kernel.requests import SignedIn
from xiaobao_web.kernel.serving import respond


def give(request: SignedIn, rows: Any) -> HttpResponse:
    """Send notices about the chosen issues of a list."""
    require(request.user, "findings.give_notice")
    form = forms.NoticeForm(request.POST)
    chosen = rows.filter(pk__in=ids(request.POST.getlist("row")))
    if not form.is_valid():
        raise BadValue(str(form.errors["notice"][0]))
    if not chosen.exists():
        raise BadValue(_("请先勾选要通报的问题。"))
    number = form.cleaned_data["notice"]
    count = notices.give_notice(Issue.objects.filter(pk__in=chosen.values("pk")), notice=number, by=request.user)
    messages.success(request, _("通报 %(number)s 已发出，涉及 %(n)d 项问题。") % {"number": number, "n": count})
    return redirect("issue_notices")


def _find(request: SignedIn, pk: int) -> IssueNotice:
    rows = IssueNotice.objects.select_related("unit", "document", "issued_by", "received_by")
    return find(request.user, rows, "findings.view", pk=pk)


@require_GET
def show(request: SignedIn, pk: int) -> HttpResponse:
    """Show a notice."""
    notice = _find(request, pk)
    return render(request, "findings/notice.html", _shown(request, notice, forms.ReceiptForm()))


def _shown(request: SignedIn, notice: IssueNotice, form: forms.ReceiptForm) -> dict[str, Any]:
    visible = queries.visible_issues(request.user).filter(pk__in=notice.issues.values("pk"))
    answer = can(request.user, "findings.receive_notice", notice)
    return {
        "notice": notice,
        "issues": visible.select_related("owner").order_by("pk"),
        "clocks": deadlines.running(notice),
        "form": form if answer and notice.received_at is None else None,
        "why_not": "" if notice.received_at else answer.reason,
        "events": journal.events_of(notice),
    }


@require_safe
def document(request: SignedIn, pk: int) -> HttpResponseBase:
    """Hand out the letter."""
    notice = _find(request, pk)
    if notice.document is None:
        raise Hidden(_("这份通报没有文件。"))
    return respond(request, notice.document, name=_("问题通报 %s.docx") % notice.number, download=True)


@require_POST
def receive(request: SignedIn, pk: int) -> HttpResponse:
    """Send the receipt."""
    notice = _find(request, pk)
    form = forms.ReceiptForm(request.POST)
    if form.is_valid():
        try:
            notices.receive(notice, receipt=form.cleaned_data["receipt"], by=request.user)
        except BadValue as error:
            form.add_error("receipt", error.message)
        else:
            messages.success(request, _("回执已提交。"))
            return redirect(notice)
    return render(request, "findings/notice.html", _shown(request, notice, form), status=422)
