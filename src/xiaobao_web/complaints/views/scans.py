"""Letters as scans: uploaded, watched while they are read, completed beside the picture."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from xiaobao_web.complaints.forms.fields import line, moment, unit
from xiaobao_web.complaints.models import LetterScan, ScanReading
from xiaobao_web.complaints.models.scan import blank
from xiaobao_web.complaints.services import scans, tells_whom
from xiaobao_web.complaints.views.cases import tell
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.access import can, find, require
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.kernel.serving import respond


class UploadForm(forms.Form):
    """A letter as it lies on the scanner."""

    received_at = moment(gettext_lazy("收到时间"))
    sender = line(gettext_lazy("信封上的姓名"), required=False, most=80)
    unit = unit(gettext_lazy("被投诉机构"), required=False, help_text=gettext_lazy("留空为您所在机构。"))


@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Take a letter's scan in."""
    require(request.user, "complaints.register")
    form = UploadForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            scan, refused = scans.upload(request.FILES.getlist("file"), by=request.user, **form.cleaned_data)
        except (BadValue, Refused) as error:
            tell(form, error)
        else:
            for sentence in refused:
                messages.warning(request, sentence)
            told = (
                _("来信已登记，编号 %s，正在识别。")
                if scan.state == ScanReading.QUEUED.value
                else _("这封来信先前已登记，编号 %s。")
            )
            messages.success(request, told % scan.contact.number)
            return redirect(scan)
    return render(request, "complaints/scan_new.html", {"form": form}, status=422 if form.errors else 200)


def _of(request: HttpRequest, contact: int) -> LetterScan:
    """Return a letter; that of a confidential case tells who complains, as its files do."""
    rows = LetterScan.objects.select_related("contact__unit", "contact__case")
    row: LetterScan = find(request.user, rows, "complaints.contacts", contact__pk=contact)
    if row.contact.case is not None and not tells_whom(request.user, row.contact.case):
        raise Forbidden(_("投诉人要求身份保密，只有经办人和消保办可以查看来信。"))
    return row


@require_http_methods(["GET", "POST"])
def scan(request: HttpRequest, contact: int) -> HttpResponse:
    """Show a letter page by page, the words beside the picture; keep what a person writes."""
    row = _of(request, contact)
    if request.method == "POST":
        if request.POST.get("action") == "again":
            scans.read_again(row, by=request.user)
            return redirect(row)
        row = scans.write(row, request.POST.getlist("text"), by=request.user)
        messages.success(request, _("已保存，要素重新填好了。"))
        if request.POST.get("action") == "fill":
            return redirect(f"{reverse('complaint_take_down')}?contact={row.contact_id}")
        return redirect(row)
    if not request.headers.get("HX-Request"):
        journal.record("complaints.scan_opened", by=request.user, on=row.contact)
    return render(request, "complaints/scan.html", shown(row, request.user))


def shown(row: LetterScan, user: Any) -> dict[str, Any]:
    """Return what the page shows of a letter."""
    pages = [
        {**page, "place": place, "name": row.sources[page["source"]][1], "blank": blank(page),
         "lines": [{**line, "unsure": line["sure"] < scans.SURE} for line in page["lines"]]}
        for place, page in enumerate(row.pages, 1)
    ]  # fmt: skip
    for page in pages:
        page["unsure"] = [line for line in page["lines"] if line["unsure"]]
        boxes = [line["box"] for line in page["unsure"] if line["box"]]
        page["frames"] = [{"x": x0, "y": y0, "width": x1 - x0, "height": y1 - y0} for x0, y0, x1, y1 in boxes]
    return {
        "scan": row, "contact": row.contact, "pages": pages, "writes": can(user, "complaints.register", row.contact),
        "going": row.state in (ScanReading.QUEUED.value, ScanReading.RUNNING.value), "unread": row.unread,
    }  # fmt: skip


@require_GET
def picture(request: HttpRequest, contact: int, place: int) -> HttpResponseBase:
    """Hand out the picture of a page."""
    row = _of(request, contact)
    pages = row.pages
    number = (pages[place - 1]["file"] if 0 < place <= len(pages) else 0) or 0
    stored = StoredFile.objects.filter(pk=number).first()
    if stored is None:
        raise Hidden(_("没有这一页的图片。"))
    return respond(request, stored, name=f"{row.contact.number}-{place}.png")
