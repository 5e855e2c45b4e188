"""Take files in, look into them, attach them to things, hand them out, and let them go when retention says.

A file is stored once by its content. Until its scan is done and clean nobody gets its bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, BinaryIO

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import blobs, journal
from xiaobao_web.kernel.errors import BadUpload, Forbidden, Hidden, Refused, Undeclared
from xiaobao_web.kernel.models import Attachment, RetentionClass, ScanState, StoredFile
from xiaobao_web.kernel.scanning import Kind, kind_named, sniff, suffix_of
from xiaobao_web.kernel.scanning.kinds import ENCRYPTED, EXECUTABLE, EXECUTABLE_SUFFIXES, KINDS, KNOWN_SUFFIXES
from xiaobao_web.kernel.scans import Decision, decide, put

See = Callable[[Any, int], bool]
MEGABYTE = 1 << 20

after_store: list[Callable[[StoredFile], None]] = []
"""Functions called once the row of a file that waits for its scan is committed (the job that scans it)."""


@dataclass(frozen=True)
class Guard:
    """Who may see the files of a kind of subject, and who may add to and remove them."""

    see: See
    change: See


GUARDS: dict[str, Guard] = {}


def guard(label: str, see: See, change: See | None = None) -> None:
    """Say who may see (and change) the files of subjects, by `app.model`; without `change` pages change nothing."""
    if label.lower() in GUARDS:
        raise Undeclared(f"附件的查看规则 {label} 登记了两次")
    GUARDS[label.lower()] = Guard(see, change or (lambda user, subject_id: False))


def guard_of(label: str) -> Guard:
    """Return the guard of a kind of subject; raises Undeclared."""
    try:
        return GUARDS[label.lower()]
    except KeyError:
        raise Undeclared(f"{label} 的附件没有登记查看规则") from None


def require_sight(user: Any, attachment: Attachment) -> None:
    """Return when a person may see an attachment's subject; raises Hidden."""
    if not guard_of(attachment.subject_type).see(user, attachment.subject_id):
        raise Hidden(_("没有找到这个文件，或它不在您的查看范围内。"))


def require_change(user: Any, label: str, subject_id: int) -> None:
    """Return when a person may add and remove files of a subject; raises Hidden or Forbidden."""
    rule = guard_of(label)
    if not rule.see(user, subject_id):
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    if not rule.change(user, subject_id):
        raise Forbidden(_("您可以查看这些附件，但不能添加或移除。"))


def subject_of(attachment: Attachment) -> models.Model | None:
    """Return what a file is attached to; None where it has been deleted."""
    try:
        model = apps.get_model(attachment.subject_type)
    except LookupError:
        return None
    found: models.Model | None = model._default_manager.filter(pk=attachment.subject_id).first()
    return found


# Taking in


def store(file_obj: Any, *, name: str, by: Any, limit: int | None = None) -> StoredFile:
    """Store content once and return its row, scanned; memory stays flat whatever the size.

    `limit` bytes, by default MAX_UPLOAD_BYTES. Call it before opening a transaction: scanning takes time and writers
    would wait. Raises BadUpload with what is wrong and what to do.
    """
    suffix = _check_name(name)
    most = limit or settings.MAX_UPLOAD_BYTES

    def check(size: int) -> None:
        if size > most:
            megabytes = max(1, most // MEGABYTE)
            raise BadUpload(_("文件超过 %(limit)d MB 的上限，请压缩或拆分后再上传。") % {"limit": megabytes})

    draft = blobs.take_in(_chunks(file_obj), check)
    try:
        if draft.size == 0:
            raise BadUpload(_("文件是空的，请检查后重新选择。"))
        with open(draft.path, "rb") as file:
            kind = _check_kind(sniff(file, name), suffix)
        known = StoredFile.objects.filter(sha256=draft.sha256, purged_at__isnull=True)
        decision = None if known.exclude(state=ScanState.WAITING).exists() else decide(draft.path, kind)
        return _row(draft, kind, decision, by)
    finally:
        draft.discard()


def _chunks(file_obj: Any) -> Iterator[bytes]:
    if hasattr(file_obj, "chunks"):
        yield from file_obj.chunks(blobs.CHUNK)
        return
    while chunk := file_obj.read(blobs.CHUNK):
        yield chunk


def _check_name(name: str) -> str:
    suffix = suffix_of(name)
    if suffix in EXECUTABLE_SUFFIXES:
        raise BadUpload(_("不接收程序或脚本文件（%(suffix)s）。") % {"suffix": suffix})
    if suffix and suffix not in KNOWN_SUFFIXES:
        raise BadUpload(_("不接收 %(suffix)s 文件；%(kinds)s") % {"suffix": suffix, "kinds": taken()})
    return suffix


def _check_kind(kind: Kind | None, suffix: str) -> Kind:
    if kind is EXECUTABLE:
        raise BadUpload(_("文件内容是可执行程序或脚本，不予接收。"))
    if kind is None:
        raise BadUpload(_("认不出文件的类型，可能已损坏；%(kinds)s") % {"kinds": taken()})
    if kind.media_type == ENCRYPTED:
        raise BadUpload(_("文件设有打开密码，无法检查与阅读，请去除密码后重新上传。"))
    if suffix and suffix not in kind.suffixes:
        raise BadUpload(
            _("文件的扩展名是 %(suffix)s，内容却是%(label)s；请改回原来的扩展名（%(right)s）再上传。")
            % {"suffix": suffix, "label": kind.label, "right": kind.suffixes[0]}
        )
    return kind


def kind_of(file_obj: BinaryIO, name: str) -> Kind:
    """Return the kind of a file that is only looked at, by its content; raises BadUpload as storing it would."""
    return _check_kind(sniff(file_obj, name), _check_name(name))


def taken() -> str:
    """Return the sentence that says which files are taken."""
    usual = "、".join(kind.suffixes[0][1:] for kind in KINDS if kind.media_type != ENCRYPTED)
    return _("可接收：%(kinds)s。") % {"kinds": usual}


@transaction.atomic
def _row(draft: blobs.Draft, kind: Kind, decision: Decision | None, by: Any) -> StoredFile:
    """Settle the bytes and return their row: the bytes come first, so that no row is ever without them."""
    StoredFile.objects.select_for_update().filter(sha256=draft.sha256).first()
    blobs.settle(draft)
    row, _made = StoredFile.objects.select_for_update().get_or_create(
        sha256=draft.sha256,
        defaults={
            "size": draft.size, "media_type": kind.media_type, "suffix": kind.suffixes[0],
            "added_by": by if by is not None and by.pk else None,
        },
    )  # fmt: skip
    if row.purged_at is not None:
        row.purged_at, row.state = None, ScanState.WAITING
        row.save(update_fields=["purged_at", "state"])
    if decision is not None and row.state == ScanState.WAITING:
        put(row, decision)
    if row.state == ScanState.WAITING:
        for hook in after_store:
            transaction.on_commit(partial(hook, row))
    return row


# Attaching


@transaction.atomic
def attach(
    obj: models.Model, stored: StoredFile, *, name: str, purpose: str = "", by: Any, note: str = "",
    personal: bool = False, retention: str = RetentionClass.WORKING, retain_until: date | None = None,
) -> Attachment:  # fmt: skip
    """Attach a stored file to anything; `personal` makes each later opening an event."""
    row = Attachment.objects.create(
        subject_type=obj._meta.label_lower, subject_id=obj.pk, stored=stored, name=clean_name(name, stored),
        purpose=purpose, note=note, personal=personal, retention=retention, retain_until=retain_until,
        added_by=by if by is not None and by.pk else None,
    )  # fmt: skip
    facts = {"attachment": row.pk, "purpose": purpose, "sha256": stored.sha256, "size": stored.size}
    journal.record("kernel.file_attached", by=by, on=obj, facts=facts, personal={"name": row.name})
    return row


def clean_name(name: str, stored: StoredFile) -> str:
    """Return a file's name without folders, control and direction characters: at most 150 and the extension."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(mark for mark in last if mark.isprintable() and mark not in '"<>|:*?').strip(". ")
    suffix = suffix_of(kept)
    stem = kept.removesuffix(kept[len(kept) - len(suffix) :]) if suffix else kept
    return f"{stem[:150] or _('未命名')}{suffix or stored.suffix}"


def attachments_of(obj: models.Model, purpose: str | None = None) -> models.QuerySet[Attachment]:
    """Return the files attached to an object and not removed, oldest first."""
    rows = Attachment.objects.filter(subject_type=obj._meta.label_lower, subject_id=obj.pk, removed_at__isnull=True)
    return (rows if purpose is None else rows.filter(purpose=purpose)).select_related("stored", "added_by")


@transaction.atomic
def remove(attachment: Attachment, *, by: Any, reason: str = "") -> Attachment:
    """Take a file off its subject; the bytes stay until retention lets them go. Raises Refused under a hold."""
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.removed_at is not None:
        raise Refused(_("这个附件已经移除。"))
    if row.hold_reason:
        raise Refused(_("这个附件因“%(reason)s”被冻结，解除冻结后才能移除。") % {"reason": row.hold_reason})
    row.removed_at, row.removed_by = timezone.now(), by if by is not None and by.pk else None
    row.save(update_fields=["removed_at", "removed_by"])
    facts = {"attachment": row.pk, "reason": reason}
    journal.record("kernel.file_removed", by=by, on=subject_of(row), facts=facts, personal={"name": row.name})
    return row


# Handing out


def open_stored(stored: StoredFile, *, parse_only: bool = False) -> BinaryIO:
    """Open a file's bytes for reading; raises Refused while it is not released.

    `parse_only` is for readers that only parse: they may also open markup that was blocked for what it would do in a
    browser. Nothing opens a file that waits, failed, or was blocked for anything else.
    """
    inert = parse_only and stored.state == ScanState.BLOCKED and is_markup_only(stored)
    if not (stored.released or (inert and stored.purged_at is None)):
        raise Refused(refusal(stored))
    return open(blobs.path_of(stored.sha256), "rb")


def is_markup_only(stored: StoredFile) -> bool:
    """Tell whether a file was blocked only for what its markup would do in a browser."""
    blocking = [remark for remark in stored.remarks if remark.get("blocks")]
    return bool(blocking) and all(str(remark["code"]).startswith("markup.") for remark in blocking)


def refusal(stored: StoredFile) -> str:
    """Return why a file is not handed out, and what to do."""
    if stored.purged_at is not None:
        return _("这个文件已按保存期限销毁。")
    if stored.stopped and stored.ruled_by_id is not None:
        return _("这个文件未予放行：%(why)s。驳回理由：%(ruling)s。请处理后重新上传。") % {
            "why": stored.reason, "ruling": stored.ruling.rstrip("。")
        }  # fmt: skip
    if stored.state == ScanState.WAITING:
        return _("这个文件还在等待安全检查（%(reason)s），完成后即可打开。") % {"reason": stored.reason or _("排队中")}
    if stored.state == ScanState.FAILED:
        sentence = _("这个文件的安全检查没有完成：%(reason)s。请另存后重新上传，或联系系统管理员。")
    elif "请" in stored.reason:  # the reason says itself what to do
        sentence = _("这个文件已被拦截：%(reason)s。确属业务需要的，请消保办或系统管理员核查放行。")
    else:
        sentence = _(
            "这个文件已被拦截：%(reason)s。请去除这些内容（例如另存为 PDF）后重新上传；"
            "确属业务需要的，请消保办或系统管理员核查放行。"
        )
    return sentence % {"reason": stored.reason}


def note_opening(attachment: Attachment, *, by: Any) -> None:
    """Journal the opening of a file that holds personal data."""
    if attachment.personal:
        facts = {"attachment": attachment.pk, "purpose": attachment.purpose}
        journal.record(
            "kernel.file_opened", by=by, on=subject_of(attachment), facts=facts, personal={"name": attachment.name}
        )


def label_of(stored: StoredFile) -> str:
    """Return how people call a file's kind."""
    return kind_named(stored.media_type).label


# Holding and letting go


@transaction.atomic
def hold(attachments: Iterable[Attachment], *, by: Any, reason: str) -> int:
    """Freeze files (诉讼、调查), so that nothing removes or purges them; returns how many. An empty reason lifts it."""
    count = 0
    for row in attachments:
        Attachment.objects.filter(pk=row.pk).update(hold_reason=reason)
        name = "kernel.file_held" if reason else "kernel.file_hold_lifted"
        facts = {"attachment": row.pk, "reason": reason}
        journal.record(name, by=by, on=subject_of(row), facts=facts, personal={"name": row.name})
        count += 1
    return count


def retain(attachments: models.QuerySet[Attachment], *, until: date | None) -> int:
    """Say until when files are kept, None for ever; the caller tells of it. Returns how many."""
    return Attachment.objects.filter(pk__in=attachments.order_by().values("pk")).update(retain_until=until)


def purge_due(today: date | None = None, *, limit: int = 1000) -> int:
    """Let go of attachments whose time is over and that nothing holds, then of unnamed bytes; return how many went.

    The event of each stays. Bytes go only after the commit and only while the row still says so; what an earlier run
    left behind goes too.
    """
    today = today or timezone.localdate()
    due = Attachment.objects.filter(retain_until__lt=today, hold_reason="", stored__hold_reason="").exclude(
        retention=RetentionClass.PERMANENT
    )
    gone = 0
    for number in list(due.order_by("pk").values_list("pk", flat=True)[:limit]):
        gone += _purge(number, due)
    for stored in StoredFile.objects.filter(purged_at__isnull=False).iterator():
        _remove_bytes(stored.pk)
    return gone


@transaction.atomic
def _purge(number: int, due: models.QuerySet[Attachment]) -> int:
    row = due.select_for_update(of=("self",)).filter(pk=number).first()
    if row is None:
        return 0
    stored = StoredFile.objects.select_for_update().get(pk=row.stored_id)
    facts = {"attachment": row.pk, "sha256": stored.sha256, "until": row.retain_until}
    journal.record("kernel.file_purged", on=subject_of(row), facts=facts, personal={"name": row.name})
    row.delete()
    if not is_used(stored):
        purge_unused(stored)
    return 1


def purge_unused(stored: StoredFile) -> None:
    """Let a file's bytes go once the transaction is committed; the caller has locked its row and found no use of it."""
    StoredFile.objects.filter(pk=stored.pk).update(purged_at=timezone.now())
    transaction.on_commit(partial(_remove_bytes, stored.pk))


def purge_unnamed(numbers: Iterable[int]) -> int:
    """Let those of some files go that nothing names any more and nothing holds; return how many went."""
    gone = 0
    for stored in StoredFile.objects.select_for_update().filter(pk__in=numbers, purged_at__isnull=True, hold_reason=""):
        if not is_used(stored):
            purge_unused(stored)
            gone += 1
    return gone


def uses() -> list[Any]:
    """Return the relations of whatever names a stored file, those without a way back (related_name="+") included."""
    fields: Any = StoredFile._meta.get_fields(include_hidden=True)
    return [item for item in fields if item.auto_created and not item.concrete and not item.many_to_many]


def is_used(stored: StoredFile) -> bool:
    """Tell whether any row of any app still names a stored file."""
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: stored.pk}).exists() for relation in uses()
    )


@transaction.atomic
def _remove_bytes(number: int) -> None:
    row = StoredFile.objects.select_for_update().filter(pk=number, purged_at__isnull=False).first()
    if row is not None and not is_used(row):
        blobs.remove(row.sha256)


def sweep() -> int:
    """Remove bytes that dead processes left without a row, and return how many files went."""
    return blobs.sweep(lambda names: set(StoredFile.objects.filter(sha256__in=names).values_list("sha256", flat=True)))
