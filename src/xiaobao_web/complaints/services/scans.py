"""Letters that come as scans: registered at once, read page by page in the background, completed beside the picture."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.errors import XiaobaoError
from xiaobao_web.complaints.channels.record import MOST_TEXT
from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.models import Contact, LetterScan, ScanReading
from xiaobao_web.complaints.models.scan import blank
from xiaobao_web.complaints.services import intake
from xiaobao_web.complaints.services.opening import register
from xiaobao_web.complaints.services.uploads import store_each
from xiaobao_web.kernel import files, jobs, journal, search
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadUpload, BadValue, PlatformError, Refused
from xiaobao_web.kernel.models import ScanState, StoredFile
from xiaobao_web.kernel.models.jobs import JobRun, RunState

if TYPE_CHECKING:
    from xiaobao.model import Material

LIMIT = 40 << 20
MOST_PAGES = 60
SURE = 0.8
"""A line read with less confidence is marked, as the readers do (LOW_CONFIDENCE)."""
KINDS = ("application/pdf", "image/")


def upload(uploads: list[Any], *, by: Any, received_at: datetime | None = None, unit: Any = None,
           sender: str = "") -> tuple[LetterScan, list[str]]:  # fmt: skip
    """Register a letter from its scanned files and ask for it to be read; return it and what could not be taken.

    The same files again are the same letter. Raises BadValue where no file can be taken, Refused where another
    institution has the same letter.
    """
    require(by, "complaints.register")
    taken, refused = store_each(uploads, by=by, store=lambda item: _stored(item, by))
    sources: list[list[str]] = []
    for row, name in taken:
        if row.sha256 not in [sha256 for sha256, _name in sources]:
            sources.append([row.sha256, files.clean_name(name, row)])
    if not sources:
        told = "；".join(refused) or _("请选择扫描件。")
        raise BadValue(told, fields={"file": told})
    return _registered(sources, by, received_at, unit, sender), refused


def _stored(item: Any, by: Any) -> StoredFile:
    row = files.store(item, name=str(item.name or ""), by=by, limit=LIMIT)
    if not row.media_type.startswith(KINDS) or row.media_type == "image/svg+xml":
        raise BadUpload(_("来信扫描件请传 PDF 或图片。"))
    return row


@transaction.atomic
def _registered(sources: list[list[str]], by: Any, received_at: datetime | None, unit: Any, sender: str) -> LetterScan:
    digest = hashlib.sha256("\n".join(sorted(sha256 for sha256, _name in sources)).encode()).hexdigest()
    contact = register(
        channel="letter", text=_("（来信扫描件 %d 个文件，等待识别）") % len(sources), by=by, received_at=received_at,
        unit=unit, key=f"letter:scan:{digest}", sender=sender, subject=_("来信扫描件"),
    )  # fmt: skip
    known = LetterScan.objects.filter(contact=contact).first()
    if known is not None:
        if not visible_to(by, Contact.objects.filter(pk=contact.pk), "complaints.contacts").exists():
            raise Refused(_("同样的扫描件已由其他机构登记，不在您的查看范围内；请联系消保办，由其转交或并入。"))
        return known
    scan = LetterScan.objects.create(contact=contact, sources=sources, added_by=by)
    intake.attach(contact, [], stored=sources, by=by)
    read_scan.using(key=f"complaints.scan:{scan.pk}", by=by).enqueue(scan.pk)
    return scan


@jobs.job(queue="screening", title=gettext_lazy("识别来信扫描件"))
def read_scan(scan_id: int) -> int:
    """Read what is not read yet of a letter, page by page; return how many pages it has.

    Each page is kept as soon as it is read, so that after a crash the rest is read. A file that still waits for its
    check is read later (`resume`).
    """
    scan = LetterScan.objects.select_related("contact").filter(pk=scan_id).first()
    if scan is None or scan.state == ScanReading.DONE.value:
        return 0
    rows = [StoredFile.objects.get(sha256=sha256) for sha256, _name in scan.sources]
    if any(row.state == ScanState.WAITING for row in rows):
        LetterScan.objects.filter(pk=scan.pk).update(error=_("文件在等待安全检查，检查后自动识别"))
        return 0
    counts = [len(_pages(row)) for row in rows]
    total = min(sum(counts), MOST_PAGES)
    LetterScan.objects.filter(pk=scan.pk).update(state=ScanReading.RUNNING.value, total=total, error="")
    have = {(page["source"], page["page"]) for page in scan.pages}
    for place, row in enumerate(rows):
        for number, page in _of_file(row, {number for source, number in have if source == place}):
            if len(have) >= MOST_PAGES:
                break
            _keep(scan.pk, {"source": place, "page": number, **page})
            have.add((place, number))
            told = _("已识别 %(done)d / %(total)d 页") % {"done": len(have), "total": total}
            jobs.progress(len(have), total, told)
    _finish(scan.pk, _("超过 %d 页，其后没有识别，请看原件。") % MOST_PAGES if sum(counts) > MOST_PAGES else "")
    return len(have)


def _of_file(row: StoredFile, have: set[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the pages of a file that are not read yet, each with its number."""
    try:
        data = _bytes(row)
    except PlatformError as error:
        yield 1, _unread(error.message)
        return
    for number in _pages(row):
        if number not in have:
            yield number, _page(data, number)


def _pages(row: StoredFile) -> range:
    """Return the numbers of a file's pages; one for a file that cannot be opened, which says why."""
    from xiaobao.readers.split import page_count

    try:
        return range(1, max(1, page_count(_bytes(row))) + 1)
    except (XiaobaoError, PlatformError):
        return range(1, 2)


def _bytes(row: StoredFile) -> bytes:
    with files.open_stored(row) as file:
        return file.read()


def _unread(told: str) -> dict[str, Any]:
    return {"file": None, "width": 0, "height": 0, "lines": [], "issues": [told], "read": False, "text": ""}


def _page(data: bytes, number: int) -> dict[str, Any]:
    """Return a page with its picture and the lines read on it; what cannot be read says so."""
    from xiaobao.readers import read
    from xiaobao.readers.split import single_page
    from xiaobao_web.materials.pages import first_picture

    try:
        alone = single_page(data, number)
        picture = first_picture(alone)
    except XiaobaoError as error:
        return _unread(error.message)
    if picture is None:
        return _unread(_("这一页画不出来，请看原件。"))
    stored = files.store(io.BytesIO(picture.png), name=f"page-{number}.png", by=None)
    page = {"file": stored.pk, "width": picture.width, "height": picture.height}
    try:
        found = read(alone, name="")
    except XiaobaoError as error:
        return {**_unread(error.message), **page}
    return {**page, **_told(found, picture.scale)}


def _told(found: Material, scale: float) -> dict[str, Any]:
    lines: list[dict[str, Any]] = []
    for passage in found.passages:
        factor = scale / (passage.anchor.scale or 1.0)
        box = [round(side * factor) for side in passage.anchor.box] if passage.anchor.box else None
        lines.append({"text": plain(passage.text), "sure": round(passage.confidence, 3), "box": box})
    lines = [line for line in lines if str(line["text"]).strip()]
    told = [(issue.code, issue.message) for issue in found.issues if issue.code != "read.low_confidence"]
    unsure = sum(1 for line in lines if line["sure"] < SURE)
    issues = list(dict.fromkeys(message for _code, message in told))
    if lines and unsure * 2 >= len(lines):
        issues.append(_("多数行把握不足，可能是手写，请对照图片逐字核对。"))
    return {
        "lines": lines, "issues": issues, "read": bool(lines), "text": "\n".join(str(line["text"]) for line in lines),
        "blank": not lines and "read.blank" in [code for code, _message in told],
    }  # fmt: skip


@transaction.atomic
def _keep(scan_id: int, page: dict[str, Any]) -> None:
    scan = LetterScan.objects.select_for_update().get(pk=scan_id)
    scan.pages = [*scan.pages, page]
    scan.save(update_fields=["pages"])
    if page["file"]:
        scan.pictures.add(page["file"])


def forget() -> int:
    """Remove the pictures of letters whose own files have all been purged; return how many letters lost theirs."""
    rows = LetterScan.objects.filter(Exists(LetterScan.pictures.through.objects.filter(letterscan=OuterRef("pk"))))
    return sum(_forget(number) for number, sources in rows.values_list("pk", "sources").iterator() if _purged(sources))


def _purged(sources: list[list[str]]) -> bool:
    here = StoredFile.objects.filter(sha256__in=[sha256 for sha256, _name in sources])
    return here.exists() and not here.filter(purged_at__isnull=True).exists()


@transaction.atomic
def _forget(number: int) -> int:
    scan = LetterScan.objects.select_for_update().get(pk=number)
    pictures = list(scan.pictures.values_list("pk", flat=True))
    scan.pages = [{**page, "file": None} for page in scan.pages]
    scan.save(update_fields=["pages"])
    scan.pictures.clear()
    files.purge_unnamed(pictures)
    return 1


@transaction.atomic
def _finish(scan_id: int, told: str) -> None:
    scan = LetterScan.objects.select_for_update().get(pk=scan_id)
    scan.state, scan.read_at, scan.error = ScanReading.DONE.value, timezone.now(), told
    scan.save(update_fields=["state", "read_at", "error"])
    contact = _written(scan)
    facts = {"pages": len(scan.pages), "unread": len(scan.unread)}
    journal.record("complaints.scan_read", on=contact, facts=facts)
    intake.fill.using(key=f"complaints.fill:scan:{scan.pk}").enqueue(contact.pk)


def words_of(scan: LetterScan) -> str:
    """Return the words of a letter in the order of its pages; a page that was not read says so in its place."""
    parts = []
    for place, page in enumerate(scan.pages, 1):
        words = str(page["text"]).strip()
        if words:
            parts.append(words)
        elif not blank(page):
            parts.append(_("（第 %d 页没有识别出文字，请看扫描件）") % place)
    return "\n".join(parts)[:MOST_TEXT] or _("（来信扫描件没有文字，请看扫描件）")


def _written(scan: LetterScan) -> Contact:
    """Give a letter's words to its contact."""
    contact = Contact.objects.select_for_update().get(pk=scan.contact_id)
    contact.text = words_of(scan)
    contact.save(update_fields=["text"])
    search.index(contact)
    return contact


@transaction.atomic
def write(scan: LetterScan, texts: list[str], *, by: Any) -> LetterScan:
    """Keep what a person wrote beside the pictures, page by page; what the machine read stays in the lines.

    The ticket is filled anew while nobody has told the contact apart. Raises BadValue for more pages than there are.
    """
    row = LetterScan.objects.select_for_update().get(pk=scan.pk)
    contact = Contact.objects.select_related("unit").get(pk=row.contact_id)
    require(by, "complaints.register", contact)
    if len(texts) > len(row.pages):
        raise BadValue(_("页数对不上，请刷新后再填。"))
    clean = [plain(text).strip() for text in texts]
    if sum(map(len, clean)) > MOST_TEXT:
        raise BadValue(_("全文最多 %d 字。") % MOST_TEXT)
    changed = []
    for place, (page, text) in enumerate(zip(row.pages, clean, strict=False), 1):
        if text != page["text"].strip():
            page.update(text=text, by=by.pk, at=timezone.now().isoformat())
            changed.append(place)
    if not changed:
        return row
    row.save(update_fields=["pages"])
    contact = _written(row)
    journal.record("complaints.scan_typed", by=by, on=contact, facts={"pages": "、".join(map(str, changed))})
    intake.fill(contact.pk)
    return row


def resume() -> int:
    """Read the letters that no work is under way for: their files waited, or their work failed; return how many."""
    moved = 0
    open_states = [ScanReading.QUEUED.value, ScanReading.RUNNING.value]
    for scan in LetterScan.objects.filter(state__in=open_states).order_by("pk")[:100]:
        run = JobRun.objects.filter(name=read_scan.name, arguments__args=[scan.pk]).order_by("-pk").first()
        if run is not None and run.state in (RunState.WAITING.value, RunState.RUNNING.value):
            continue
        if run is not None and run.state == RunState.FAILED.value:
            LetterScan.objects.filter(pk=scan.pk).update(state=ScanReading.FAILED.value, error=run.reason[:300])
            continue
        waits = StoredFile.objects.filter(sha256__in=[sha256 for sha256, _name in scan.sources])
        if not waits.filter(state=ScanState.WAITING).exists():
            read_scan.using(key=f"complaints.scan:{scan.pk}:{timezone.now():%Y%m%d%H%M%S}").enqueue(scan.pk)
            moved += 1
    return moved


@transaction.atomic
def read_again(scan: LetterScan, *, by: Any) -> None:
    """Ask for a letter whose reading failed to be read again; pages that were read stay."""
    row = LetterScan.objects.select_for_update().get(pk=scan.pk)
    require(by, "complaints.register", Contact.objects.select_related("unit").get(pk=row.contact_id))
    if row.state == ScanReading.FAILED.value:
        row.state, row.error = ScanReading.QUEUED.value, ""
        row.save(update_fields=["state", "error"])
        read_scan.using(key=f"complaints.scan:{row.pk}:{timezone.now():%Y%m%d%H%M%S}", by=by).enqueue(row.pk)
