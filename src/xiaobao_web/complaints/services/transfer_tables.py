"""A bureau's table of transfers: tried dry, then taken in by number; urgings and reports sent back find their case."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints.channels import spreadsheet, transfer_table
from xiaobao_web.complaints.channels.transfer_table import Row
from xiaobao_web.complaints.channels.transferred import SENT_BACK, URGED
from xiaobao_web.complaints.models import (
    CaseImport,
    Contact,
    ContactKind,
    ContactState,
    HeadingMap,
    ImportPurpose,
    LocalBureau,
    RegulatorTransfer,
    Source,
)
from xiaobao_web.complaints.services import importing, intake, regulators, table_runs
from xiaobao_web.complaints.services.opening import register, screen_kind
from xiaobao_web.complaints.services.table_runs import CHANGED, KEPT, LIMIT, MADE, Preview
from xiaobao_web.kernel import files, jobs, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.deadlines import BEIJING
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models import StoredFile

PREFIX = "转办："


def system_of(source: str, bureau: str) -> str:
    """Return under which name a bureau's headings are remembered; raises BadValue without a bureau and a source."""
    if source not in Source.values:
        raise BadValue(_("请选择转办来源。"), fields={"source": _("请选择")})
    return f"{PREFIX}{importing.system_of(bureau or str(Source(source).label))}"


def store(upload: Any, *, by: Any) -> StoredFile:
    """Keep an uploaded table, so that what is confirmed is what was shown."""
    require(by, "complaints.regulator")
    return files.store(upload, name=str(upload.name), by=by, limit=LIMIT)


def remember(source: str, bureau: str, headings: dict[str, str], *, by: Any) -> HeadingMap:
    """Keep what a bureau's headings mean."""
    require(by, "complaints.regulator")
    return table_runs.keep_headings(system_of(source, bureau), headings, by=by, labels=transfer_table.SHOWN)


def preview(stored: StoredFile, source: str, bureau: str, *, by: Any) -> Preview[Row]:
    """Return what taking a stored table in would do; nothing is changed. Raises BadUpload for what is no table."""
    require(by, "complaints.regulator")
    kept = HeadingMap.objects.filter(system=system_of(source, bureau)).first()
    with files.open_stored(stored) as file:
        sheet, meant = spreadsheet.headings(file.read(), kept.headings if kept else {}, transfer_table.FIELDS)
    missing = spreadsheet.missing(meant, transfer_table.NEEDED, transfer_table.SHOWN)
    rows = [] if missing else transfer_table.rows(sheet, meant, source=source, bureau=bureau)
    found = Preview(meant, missing, rows)
    _mark(found.good)
    return found


def _mark(rows: list[Row]) -> None:
    """Say of each row what would become of it; an urging of what is not here and not in the table is a fault."""
    numbers = {row.record["number"] for row in rows}
    known = {(item.source, item.number): item for item in RegulatorTransfer.objects.filter(number__in=numbers)}
    coming = {(row.record["source"], row.record["number"]) for row in rows if not row.record["action"]}
    for row in rows:
        key = (row.record["source"], row.record["number"])
        found = known.get(key)
        if found is not None:
            row.fate = KEPT if digest_of(row) in found.rows else CHANGED
        elif row.record["action"] and key not in coming:
            row.faults.append(_("没有登记过这个编号，不能登记督办或退回补正"))
        elif not row.record["action"] and not row.record["text"].strip():
            row.faults.append(_("%s：没有填写") % transfer_table.SHOWN["text"])
        elif not row.record["action"] and before_receipt(row):
            row.faults.append(str(regulators.BEFORE))
        elif not row.record["action"] and after_receipt(row):
            row.faults.append(str(regulators.AFTER))
        else:
            row.fate = CHANGED if row.record["action"] else MADE


def before_receipt(row: Row) -> bool:
    """Tell whether a row asks for the report before it came; one that does not say when it came, comes today."""
    due, today = row.record["due_on"], timezone.localdate()
    return due is not None and due < min(row.record["received_on"] or today, today)


def after_receipt(row: Row) -> bool:
    """Tell whether a row says that the authority had it, or handed it over, after it came."""
    came = min(row.record["received_on"] or timezone.localdate(), timezone.localdate())
    return any(day and day > came for day in (row.record["forwarded_on"], row.record["received_by_bureau"]))


def digest_of(row: Row) -> str:
    """Return by what the same row is known again."""
    told = json.dumps(row.plain(), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@transaction.atomic
def begin(stored: StoredFile, source: str, bureau: str, *, name: str, by: Any) -> CaseImport:
    """Ask for a bureau's table to be taken in and return its row; the work is a job."""
    row = table_runs.ask(
        preview(stored, source, bureau, by=by), stored, name=name, by=by, system=system_of(source, bureau),
        purpose=ImportPurpose.TRANSFERS.value, report={"source": source, "bureau": bureau},
    )  # fmt: skip
    take_rows.using(key=f"complaints.transfers:{row.pk}", by=by).enqueue(row.pk)
    return row


@jobs.job(title=gettext_lazy("导入转办件"))
def take_rows(import_id: int) -> int:
    """Take the rows of a bureau's table in, one by one; done again after a crash it takes in what is left."""
    row = CaseImport.objects.select_related("by", "stored").get(pk=import_id)
    shown = preview(row.stored, row.report["source"], row.report["bureau"], by=row.by)

    def taken(item: Row) -> list[str]:
        made, fate = take(item, by=row.by)
        return [made.case.number, fate]

    return table_runs.run(row, shown, key=lambda item: str(item.number), take=taken, every=1)


@transaction.atomic
def take(row: Row, *, by: Any) -> tuple[RegulatorTransfer, str]:
    """Take one row in and return its transfer and what became of it; the same row again changes nothing."""
    record, digest = row.record, digest_of(row)
    known = (
        RegulatorTransfer.objects.select_for_update(of=("self",)).select_related("case__unit")
        .filter(source=record["source"], number=record["number"]).first()
    )  # fmt: skip
    if known is not None and digest in known.rows:
        return known, KEPT
    if known is None and record["action"]:
        raise Refused(_("没有登记过这个编号，不能登记督办或退回补正。"))
    made = known if known is not None else _new(row, by)
    if known is not None:
        _again(known, row, by)
    RegulatorTransfer.objects.filter(pk=made.pk).update(rows=[*made.rows, digest])
    return made, CHANGED if known is not None else MADE


def _new(row: Row, by: Any) -> RegulatorTransfer:
    record = row.record
    at = timezone.now()
    if record["received_on"] and record["received_on"] < timezone.localdate():
        at = datetime.combine(record["received_on"], time(12), BEIJING)
    values = {name: record[name] for name in ("customer_name", "phone", "id_number", "product_name") if record[name]}
    ticket = intake.read_ticket("regulator_transfer", received_at=timezone.localtime(at), text=record["text"])
    return regulators.receive_transfer(
        source=record["source"], bureau=record["bureau"], number=record["number"], text=record["text"], by=by,
        received_at=at, due_on=record["due_on"], forwarded_on=record["forwarded_on"],
        received_by_bureau=record["received_by_bureau"], ticket=ticket, unit=row.unit, **values,
    )  # fmt: skip


def _again(known: RegulatorTransfer, row: Row, by: Any) -> None:
    """Let a number that is here say something new: an urging, a report sent back, another day, more words."""
    record = row.record
    words = record["opinion"] or record["text"]
    if record["action"] == URGED:
        regulators.urge(known, by=by, text=words, due_on=record["due_on"])
    elif record["action"] == SENT_BACK:
        regulators.send_back(known, by=by, text=words, due_on=record["due_on"])
    else:
        if record["due_on"]:
            regulators.change_day(known, by=by, due_on=record["due_on"])
        _more(known, record["text"], by)


def _more(known: RegulatorTransfer, text: str, by: Any) -> None:
    """Add words that the regulator has changed as a contact of the same case."""
    said = {row.text.strip() for row in known.case.contacts.all()}
    if not text.strip() or text.strip() in said:
        return
    digest = hashlib.sha256(text.encode()).hexdigest()[:20]
    contact = register(
        channel="regulator_transfer", text=text, by=by, unit=known.case.unit, kind_proposed=ContactKind.COMPLAINT.value,
        key=f"regulator_transfer:{known.source}:{known.number}"[:170] + f":{digest}",
        source_system=str(Source(known.source).label), source_number=known.number,
    )  # fmt: skip
    if contact.state == ContactState.NEW.value:
        screen_kind(Contact.objects.get(pk=contact.pk), by=by, kind=ContactKind.COMPLAINT.value, into=known.case)


@transaction.atomic
def set_bureau(*, source: str, name: str, unit: Any, by: Any) -> LocalBureau:
    """Say which branch a bureau's transfers go to."""
    require(by, "complaints.set_bureau")
    clean = "".join(name.split())
    if source not in Source.values or not clean or len(clean) > 80:
        raise BadValue(_("请选择转办来源，填写机构全称（不超过 80 字）。"))
    row, _made = LocalBureau.objects.update_or_create(
        name=clean, defaults={"source": source, "unit": unit, "set_by": by}
    )
    journal.record("complaints.bureau_set", by=by, on=row, facts={"bureau": row.name, "unit": str(unit)})
    return row


@transaction.atomic
def drop_bureau(pk: int, *, by: Any) -> None:
    """Forget which branch a bureau's transfers go to; nothing happens where nobody had said."""
    require(by, "complaints.set_bureau")
    row = LocalBureau.objects.select_for_update().filter(pk=pk).first()
    if row is not None:
        journal.record("complaints.bureau_dropped", by=by, facts={"bureau": row.name})
        row.delete()
