"""Files over the REST interface: those of anything one may see, and for the office those that the scan has stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import ConfigDict, StringConstraints

from xiaobao_web.kernel import files, releases
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, Hidden, Undeclared
from xiaobao_web.kernel.models import Attachment, ScanState, StoredFile
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.scans import rescan_by
from xiaobao_web.kernel.serving import respond

PREFIX = "/files"
router = Router(tags=["附件"])
LARGEST = 2**53
MOST_FILES = 20
RELEASED = (ScanState.CLEAN, ScanState.RELEASED)
Short = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
Purpose = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]


class AttachmentOut(Schema):
    """A file of something; `state` says whether its scan lets people have it, `reason` why not."""

    id: int
    name: str
    purpose: str
    note: str
    personal: bool
    sha256: str
    size: int
    media_type: str
    state: str
    reason: str
    added_by: str | None
    added_at: datetime


class RefusedFile(Schema):
    """A file that could not be taken, and why."""

    name: str
    reason: str


class AddedOut(Schema):
    """The files that were added, and those that were not."""

    added: list[AttachmentOut]
    refused: list[RefusedFile]


class AddIn(Strict):
    """What the files are for, and whether they hold personal data."""

    purpose: Purpose = ""
    note: Short = ""
    personal: bool = False


class RemoveQuery(Schema):
    """Why a file is taken off."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""


class StoppedOut(Schema):
    """A content that the scan has not let through, or that somebody released."""

    id: int
    names: list[str]
    sha256: str
    size: int
    media_type: str
    state: str
    state_name: str
    reason: str
    infected: bool
    added_by: str | None
    ruling: str
    ruled_by: str | None
    may_rule: bool


class StoppedPage(Schema):
    """A page of contents; `next` is the cursor of the page after."""

    items: list[StoppedOut]
    next: str | None


class StoppedQuery(Paged):
    """Which: those that wait, failed or were blocked, or those that were released by somebody."""

    released: bool = False


class RulingIn(Strict):
    """Whether a blocked file is let through anyway, and why."""

    action: Literal["release", "reject"]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=releases.REASON_LENGTH, pattern=r"^[^\x00]+$")]


def _told(row: Attachment) -> dict[str, Any]:
    names = ("name", "purpose", "note", "personal", "added_at")
    stored = {name: getattr(row.stored, name) for name in ("sha256", "size", "media_type", "state", "reason")}
    return {**{name: getattr(row, name) for name in names}, **stored, "id": row.pk, "added_by": _named(row.added_by)}


def _subject(request: HttpRequest, label: str, pk: int, *, change: bool = False) -> Any:
    """Return what files are attached to, as far as one may see (or change) it; raises Hidden, Forbidden."""
    hidden = Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    try:
        rule = files.guard_of(label)
    except Undeclared as error:
        raise hidden from error
    obj = apps.get_model(label.lower())._default_manager.filter(pk=pk).first() if pk <= LARGEST else None
    if obj is None or not rule.see(request.user, pk):
        raise hidden
    if change:
        files.require_change(request.user, label, pk)
    return obj


def _attachment(request: HttpRequest, number: int) -> Attachment:
    rows = Attachment.objects.select_related("stored", "added_by").filter(removed_at__isnull=True)
    row = find(rows, pk=number)
    files.require_sight(request.user, row)
    return row


@router.get("/of/{str:label}/{int:pk}", response=list[AttachmentOut], summary="一个对象的附件")
def list_attachments(request: HttpRequest, label: str, pk: int) -> list[dict[str, Any]]:
    """Return the files of something (app.model and id) that one may see."""
    return [_told(row) for row in files.attachments_of(_subject(request, label, pk))]


@router.post("/of/{str:label}/{int:pk}", response={201: AddedOut}, summary="为一个对象添加附件")
def add_attachments(
    request: HttpRequest, label: str, pk: int, given: Form[AddIn], file: File[list[UploadedFile]]
) -> Status[dict[str, Any]]:
    """Store and attach files; each that cannot be taken says why and the others are kept."""
    obj = _subject(request, label, pk, change=True)
    if len(file) > MOST_FILES:
        raise BadUpload(_("一次最多上传 %(most)d 个文件，请分次上传。") % {"most": MOST_FILES})
    added, refused = [], []
    for upload in file:
        name = upload.name or ""
        try:
            stored = files.store(upload, name=name, by=request.user)
        except BadUpload as error:
            refused.append({"name": name, "reason": error.message})
            continue
        added.append(files.attach(obj, stored, name=name, by=request.user, **given.dict()))
    if not added:
        raise BadUpload("；".join(f"{item['name']}：{item['reason']}" for item in refused) or _("请选择要上传的文件。"))
    return Status(201, {"added": [_told(row) for row in added], "refused": refused})


@router.get("/{int:number}", response={200: bytes}, summary="取一个附件")
def fetch_attachment(request: HttpRequest, number: int) -> HttpResponse:
    """Hand out an attachment's bytes once its scan lets people have them; opening personal data is journalled."""
    row = _attachment(request, number)
    answer = respond(request, row.stored, name=row.name, download=True)
    if request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        files.note_opening(row, by=request.user)
    return answer  # type: ignore[return-value]


@router.delete("/{int:number}", response={204: None}, summary="移除一个附件")
def remove_attachment(request: HttpRequest, number: int, query: Query[RemoveQuery]) -> Status[None]:
    """Take a file off its subject; the bytes stay until retention lets them go."""
    row = _attachment(request, number)
    files.require_change(request.user, row.subject_type, row.subject_id)
    files.remove(row, by=request.user, reason=query.reason)
    return Status(204, None)


def _named(person: Any) -> str | None:
    return str(person) if person is not None else None


def _stopped(row: StoredFile, user: Any) -> dict[str, Any]:
    names = ("sha256", "size", "media_type", "state", "reason", "ruling")
    return {
        **{name: getattr(row, name) for name in names}, "id": row.pk, "names": releases.names_of(row),
        "state_name": row.get_state_display(), "infected": releases.is_infected(row),
        "added_by": _named(row.added_by), "ruled_by": _named(row.ruled_by),
        "may_rule": row.stopped and bool(releases.may_rule(user, row)),
    }  # fmt: skip


def _contents() -> Any:
    return StoredFile.objects.filter(purged_at__isnull=True).select_related("added_by", "ruled_by")


@router.get("/unreleased", response=StoppedPage, summary="未放行的文件")
def list_unreleased(request: HttpRequest, query: Query[StoppedQuery]) -> dict[str, Any]:
    """Return the contents that wait for their scan, failed it or were blocked, or those released by somebody."""
    require(request.user, "kernel.files")
    rows = _contents()
    rows = rows.filter(state=ScanState.RELEASED) if query.released else rows.exclude(state__in=RELEASED)
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=lambda row: _stopped(row, request.user))


@router.post("/unreleased/{int:number}/scan", response=StoppedOut, summary="重新检查文件")
def scan_again(request: HttpRequest, number: int) -> dict[str, Any]:
    """Scan a content again and return what came of it."""
    require(request.user, "kernel.files")
    return _stopped(rescan_by(find(_contents(), pk=number), by=request.user), request.user)


@router.post("/unreleased/{int:number}/ruling", response=StoppedOut, summary="放行或驳回被拦截的文件")
def rule_on_file(request: HttpRequest, number: int, body: RulingIn) -> dict[str, Any]:
    """Release a blocked content anyway, or reject it; never by who brought it in, and never one with a virus."""
    require(request.user, "kernel.release_files")
    step = releases.release if body.action == "release" else releases.reject
    step(find(_contents(), pk=number), by=request.user, reason=body.reason)
    return _stopped(find(_contents(), pk=number), request.user)
