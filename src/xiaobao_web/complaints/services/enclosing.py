"""What goes with a feedback report (附件): files of the case and its contacts, and the package that is sent."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import Case, RegulatorTransfer
from xiaobao_web.complaints.services import personal
from xiaobao_web.complaints.services.uploads import store_each
from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, Hidden, Refused
from xiaobao_web.kernel.models import Attachment, RetentionClass, StoredFile

PURPOSE = "report_enclosure"
MOST = 20
MOST_BYTES = 200 << 20
IN_MEMORY = 8 << 20


@dataclass(frozen=True)
class Enclosure:
    """A file that may go with a report: what it is, and why it cannot, empty where it can."""

    attachment: Attachment
    told: str
    against: str


def choosable(case: Case, user: Any) -> list[Enclosure]:
    """Return the files of a case that a person may open: evidence that came in, letters that were sent, files added.

    Reports to bureaus and letters that were never sent stay inside.
    """
    letters = dict(case.letters.filter(state="sent", document__isnull=False).values_list("document", "number"))
    rows: list[tuple[Attachment, str]] = []
    if files.guard_of("complaints.case").see(user, case.pk):
        for item in files.attachments_of(case):
            if item.purpose == "letter" and item.stored_id in letters:
                rows.append((item, _("处理结果告知书 %s") % letters[item.stored_id]))
            elif item.purpose not in ("letter", "report"):
                rows.append((item, _("补充材料") if item.purpose == PURPOSE else _("办理材料")))
    for contact in case.contacts.order_by("pk"):
        if files.guard_of("complaints.contact").see(user, contact.pk):
            rows += [(item, _("来件 %s 的材料") % contact.number) for item in files.attachments_of(contact)]
    once = {item.stored_id: (item, told) for item, told in reversed(rows)}
    kept = sorted(once.values(), key=lambda pair: pair[0].pk)
    return [Enclosure(row, told, "" if row.stored.released else files.refusal(row.stored)) for row, told in kept]


@transaction.atomic
def add(made: RegulatorTransfer, uploads: Sequence[Any], *, by: Any) -> tuple[list[Attachment], list[str]]:
    """Add files to a case for its report; return them and what could not be taken."""
    require(by, "complaints.report_regulator", made.case)
    if made.reported_at is not None:
        raise Refused(_("已经反馈过。"))
    if not files.guard_of("complaints.case").see(by, made.case_id):
        raise Refused(_("您不能打开这件投诉的附件，请由经办人或消保办添加。"))
    taken, refused = store_each(uploads, by=by)
    added = [
        files.attach(made.case, item, name=name, purpose=PURPOSE, by=by, personal=True,
                     retention=RetentionClass.ARCHIVE)
        for item, name in taken
    ]  # fmt: skip
    return added, refused


def enclosed(case: Case, chosen: Iterable[int], *, by: Any) -> list[dict[str, Any]]:
    """Return the chosen files in their order, each under a name that tells nobody; raises BadValue, Refused."""
    wanted = list(dict.fromkeys(chosen))
    known = {item.attachment.pk: item for item in choosable(case, by)} if wanted else {}
    if any(number not in known for number in wanted):
        raise BadValue(_("有的附件不在可选的范围内，请重新选择。"), fields={"attachments": _("请重新选择")})
    rows = [known[number] for number in wanted]
    for item in rows:
        if item.against:
            raise Refused(item.against)
    if len(rows) > MOST or sum(item.attachment.stored.size for item in rows) > MOST_BYTES:
        told = _("附件最多 %(n)d 个、共 %(mb)d MB。") % {"n": MOST, "mb": MOST_BYTES >> 20}
        raise BadValue(told, fields={"attachments": told})
    return [
        {"attachment": item.attachment.pk, "stored": item.attachment.stored_id, "told": item.told,
         "name": f"附件{place}{_suffix(item.attachment)}", "sha256": item.attachment.stored.sha256[:16]}
        for place, item in enumerate(rows, 1)
    ]  # fmt: skip


def listed(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Return the lines in which a report lists what goes with it."""
    return [f"附件 {place}：{row['told']}（{row['name']}）" for place, row in enumerate(rows, 1)]


def keep(case: Case, rows: Sequence[dict[str, Any]], *, by: Any) -> None:
    """Keep what went out with a report as long as the report, on the case itself."""
    held = {row.stored_id for row in files.attachments_of(case).filter(retention=RetentionClass.ARCHIVE)}
    for row in rows:
        if row["stored"] not in held:
            source = Attachment.objects.select_related("stored").get(pk=row["attachment"])
            files.attach(case, source.stored, name=source.name, purpose=PURPOSE, by=by, personal=True,
                         retention=RetentionClass.ARCHIVE)  # fmt: skip


def append(content: bytes, rows: Sequence[dict[str, Any]]) -> bytes:
    """Return a Word document with its enclosures listed at the end, for a template that has no place for them."""
    import io

    from docx import Document

    document = Document(io.BytesIO(content))
    for line in listed(rows):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def open_report(made: RegulatorTransfer, *, by: Any, purpose: str = "") -> StoredFile:
    """Return the report of a transfer; it names the complainant, so that is journalled. Raises Hidden, Forbidden."""
    if made.document is None:
        raise Hidden(_("还没有反馈报告。"))
    personal.open_personal(made.case, by=by, purpose=purpose or _("查看反馈报告"))
    return made.document


def open_package(made: RegulatorTransfer, *, by: Any) -> IO[bytes]:
    """Return the ZIP of a report and what goes with it, at its beginning; opened as `open_report` is."""
    document = open_report(made, by=by, purpose=_("下载反馈报告和附件"))
    kept = StoredFile.objects.in_bulk([row["stored"] for row in made.enclosed])
    rows = [(f"{report_name(made)}.docx", document)]
    rows += [(row["name"], kept[row["stored"]]) for row in made.enclosed]
    out = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (the answer closes it)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, item in rows:
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with files.open_stored(item) as source, archive.open(info, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
    out.seek(0)
    return out


def report_name(made: RegulatorTransfer) -> str:
    """Return what a report is called as a file: the transfer's number without what a file's name cannot hold."""
    number = re.sub(r"[^\w（）()〔〕\[\]-]+", "_", made.number).strip("_")[:60]
    return f"转办件反馈报告 {number}".strip()


def _suffix(attachment: Attachment) -> str:
    own = str(attachment.stored.suffix or "") or PurePosixPath(attachment.name).suffix
    plain = re.sub(r"[^a-z0-9]", "", own.lower())[:8]
    return f".{plain}" if plain else ""
