"""Files over HTTP: open, add, remove, and what the scan has not released."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST, require_safe

from xiaobao_web.kernel import files, releases
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, Hidden, PlatformError, Undeclared
from xiaobao_web.kernel.models import Attachment, ScanState, StoredFile
from xiaobao_web.kernel.scans import rescan_by
from xiaobao_web.kernel.serving import respond

MOST_FILES = 20
RELEASED = (ScanState.CLEAN, ScanState.RELEASED)
HIDDEN = gettext_lazy("没有找到这个文件，或它不在您的查看范围内。")


def _find(request: HttpRequest, number: int) -> Attachment:
    row = Attachment.objects.select_related("stored").filter(pk=number).first()
    if row is None:
        raise Hidden(str(HIDDEN))
    files.require_sight(request.user, row)
    return row


@require_safe
def open_file(request: HttpRequest, number: int) -> HttpResponseBase:
    """Hand out an attachment's bytes; `?download` asks for a download where a browser could show it."""
    row = _find(request, number)
    if row.removed_at is not None:
        raise Hidden(_("这个附件已经移除。"))
    answer = respond(request, row.stored, name=row.name, download="download" in request.GET)
    # A player asks for many parts of one recording: that is one opening.
    if request.method == "GET" and request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        files.note_opening(row, by=request.user)
    return answer


def _listed(request: HttpRequest, label: str, subject_id: int, errors: list[str] | None = None) -> HttpResponse:
    """Return the list of a subject's files, as the fragment its page includes."""
    rows = Attachment.objects.filter(subject_type=label, subject_id=subject_id, removed_at__isnull=True)
    context = {
        "attachments": rows.select_related("stored", "added_by"),
        "subject_type": label,
        "subject_id": subject_id,
        "may_change": files.guard_of(label).change(request.user, subject_id),
        "errors": errors or [],
    }
    return render(request, "kernel/_attachments.html", context, status=422 if errors else 200)


@require_GET
def list_files(request: HttpRequest, label: str, subject_id: int) -> HttpResponse:
    """Show the files of a subject, as a fragment that pages load and poll while a scan is waited for."""
    label = _known(label)
    if not files.guard_of(label).see(request.user, subject_id):
        raise Hidden(str(HIDDEN))
    return _listed(request, label, subject_id)


@require_POST
def add_files(request: HttpRequest, label: str, subject_id: int) -> HttpResponse:
    """Store and attach the files of a form; each that cannot be taken says why and the others are kept."""
    label = _known(label)
    files.require_change(request.user, label, subject_id)
    subject = apps.get_model(label)._default_manager.filter(pk=subject_id).first()
    if subject is None:
        raise Hidden(str(HIDDEN))
    chosen = request.FILES.getlist("file")
    refused = []
    if not chosen:
        refused.append(_("请选择要上传的文件。"))
    if len(chosen) > MOST_FILES:
        raise BadUpload(_("一次最多上传 %(most)d 个文件，请分次上传。") % {"most": MOST_FILES})
    for upload in chosen:
        try:
            stored = files.store(upload, name=upload.name or "", by=request.user)
        except BadUpload as error:
            refused.append(f"{upload.name}：{error.message}")
            continue
        files.attach(
            subject, stored, name=upload.name or "", by=request.user, purpose=request.POST.get("purpose", "")[:60],
            note=request.POST.get("note", "")[:300], personal=bool(request.POST.get("personal")),
        )  # fmt: skip
    return _after(request, label, subject_id, refused)


@require_POST
def remove_file(request: HttpRequest, number: int) -> HttpResponse:
    """Take an attachment off its subject."""
    row = _find(request, number)
    files.require_change(request.user, row.subject_type, row.subject_id)
    files.remove(row, by=request.user, reason=request.POST.get("reason", "")[:200])
    return _after(request, row.subject_type, row.subject_id)


def _after(request: HttpRequest, label: str, subject_id: int, errors: list[str] | None = None) -> HttpResponse:
    """Answer with the list for htmx; else go back with the sentences as messages, or say all of them as an error."""
    if request.headers.get("HX-Request"):
        return _listed(request, label, subject_id, errors)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        if errors:
            raise BadUpload("\n".join(errors))
        back = "/"
    for sentence in errors or ():
        messages.error(request, sentence)
    return redirect(back)


def _known(label: str) -> str:
    """Return a subject's label; a label nobody guards is not found, since it comes from the address."""
    try:
        files.guard_of(label)
    except Undeclared as error:
        raise Hidden(str(HIDDEN)) from error
    return label.lower()


def _require(request: HttpRequest) -> None:
    user: Any = request.user
    require(user, "kernel.files")


@require_GET
def unreleased(request: HttpRequest) -> HttpResponse:
    """List the files that wait for their scan, failed it or were blocked."""
    _require(request)
    ruled = request.GET.get("view") == "released"
    rows = StoredFile.objects.filter(purged_at__isnull=True).order_by("-pk").select_related("added_by", "ruled_by")
    rows = rows.filter(state=ScanState.RELEASED) if ruled else rows.exclude(state__in=RELEASED)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    for row in page:
        row.names = releases.names_of(row)  # type: ignore[attr-defined]
        row.may = releases.may_rule(request.user, row) if row.stopped else None  # type: ignore[attr-defined]
        row.infected = releases.is_infected(row)  # type: ignore[attr-defined]
    return render(request, "kernel/unreleased.html", {"page": page, "view": "released" if ruled else ""})


@require_POST
def rule_on(request: HttpRequest, number: int) -> HttpResponse:
    """Release a blocked file anyway, or reject it, for a reason."""
    user: Any = request.user
    require(user, "kernel.release_files")
    row = StoredFile.objects.filter(pk=number, purged_at__isnull=True).first()
    if row is None:
        raise Hidden(str(HIDDEN))
    step = releases.release if request.POST.get("action") == "release" else releases.reject
    try:
        row = step(row, by=user, reason=request.POST.get("reason", ""))
    except PlatformError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        told = _("已放行，上传人已收到通知。") if row.released else _("已驳回，上传人已收到通知。")
        messages.success(request, told)
    return redirect("unreleased_files")


@require_POST
def scan_again(request: HttpRequest, number: int) -> HttpResponse:
    """Scan a file again."""
    _require(request)
    row = StoredFile.objects.filter(pk=number, purged_at__isnull=True).first()
    if row is None:
        raise Hidden(str(HIDDEN))
    row = rescan_by(row, by=request.user)
    told = {"state": row.get_state_display(), "reason": row.reason}
    messages.info(request, _("检查结果：%(state)s %(reason)s") % told)
    return redirect("unreleased_files")
