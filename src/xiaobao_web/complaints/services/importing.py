"""The parallel mode: another system's table, tried dry, then taken in; each day again, what is known is updated."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints.channels import spreadsheet
from xiaobao_web.complaints.channels.spreadsheet import Row
from xiaobao_web.complaints.models import CaseImport, Contact, HeadingMap, Inbound
from xiaobao_web.complaints.services import intake, table_runs
from xiaobao_web.complaints.services.opening import key_of
from xiaobao_web.complaints.services.table_runs import CHANGED, KEPT, LIMIT, MADE, Preview
from xiaobao_web.kernel import deadlines, files, jobs
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.models import StoredFile


def system_of(name: str) -> str:
    """Return a source system's name; raises BadValue for none."""
    clean = " ".join(name.split()).replace(":", "：")
    if not clean or len(clean) > 40:
        raise BadValue(_("请填写来源系统的名称，不超过 40 字。"), fields={"system": _("必填")})
    return clean


def store(upload: Any, *, by: Any) -> StoredFile:
    """Keep an uploaded table, so that what is confirmed is what was shown."""
    require(by, "complaints.import")
    return files.store(upload, name=str(upload.name), by=by, limit=LIMIT)


def remember(system: str, headings: dict[str, str], *, by: Any) -> HeadingMap:
    """Keep what a system's headings mean; raises BadValue where two mean the same."""
    require(by, "complaints.import")
    return table_runs.keep_headings(system_of(system), headings, by=by, labels=spreadsheet.LABELS)


def preview(stored: StoredFile, system: str, *, by: Any, before: datetime | None = None) -> Preview[Row]:
    """Return what taking a stored table in would do; nothing is changed. Raises BadUpload for what is no table.

    `before`: what arrived from that moment on is not counted as known, so that an import that was interrupted says of
    its rows what it said at first.
    """
    require(by, "complaints.import")
    kept = HeadingMap.objects.filter(system=system_of(system)).first()
    with files.open_stored(stored) as file:
        sheet, meant = spreadsheet.headings(file.read(), kept.headings if kept else {})
    missing = spreadsheet.missing(meant)
    found = Preview(meant, missing, [] if missing else spreadsheet.rows(sheet, meant))
    _mark(found.good, system_of(system), before)
    return found


def _raw(row: Row) -> bytes:
    record = {**row.record, "unit": row.unit.code if row.unit else ""}
    return json.dumps(record, ensure_ascii=False, sort_keys=True).encode()


def _name(row: Row, system: str) -> str:
    return f"{system}:{row.record['number']}"


def _mark(rows: list[Row], system: str, before: datetime | None) -> None:
    """Say of each row whether it is new, changed, or as it was taken in before."""
    keys = {_key(row, system): row for row in rows}
    known: dict[str, str] = {}
    rows_before = Inbound.objects.filter(key__in=keys, contact__isnull=False).order_by("pk")
    if before is not None:
        rows_before = rows_before.filter(arrived_at__lt=before)
    known.update(rows_before.values_list("key", "digest"))
    for name, row in keys.items():
        row.fate = MADE if name not in known else KEPT if known[name] == intake.digest_of(_raw(row)) else CHANGED


def _key(row: Row, system: str) -> str:
    return key_of("import", source_number=_name(row, system))


@transaction.atomic
def begin(stored: StoredFile, system: str, *, name: str, by: Any) -> CaseImport:
    """Ask for a table to be taken in and return its row; the work is a job, its state on the import's page."""
    row = table_runs.ask(preview(stored, system, by=by), stored, name=name, by=by, system=system_of(system))
    take_rows.using(key=f"complaints.import:{row.pk}", by=by).enqueue(row.pk)
    return row


@jobs.job(title=gettext_lazy("导入投诉"))
def take_rows(import_id: int) -> int:
    """Take the rows of a table in, one by one; done again after a crash it takes in what is left. Return how many."""
    row = CaseImport.objects.select_related("by", "stored").get(pk=import_id)
    shown = preview(row.stored, row.system, by=row.by, before=row.at)
    return table_runs.run(
        row, shown, key=lambda item: str(item.record["number"]), take=lambda item: _take(item, row), every=50
    )


def _take(item: Row, row: CaseImport) -> list[str]:
    facts = {"details": {"system": row.system}}
    arrival = intake.receive(
        "import", _raw(item), number=_name(item, row.system), by=row.by, unit=item.unit, facts=facts, retry=False
    )
    assert arrival.contact is not None
    return [arrival.contact.number, item.fate]


# Figures and the file that goes back


@dataclass
class Line:
    """A month: rows of the file, contacts of the system here, what the old report says, and the difference."""

    month: str
    here: int
    told: int | None

    @property
    def difference(self) -> int | None:
        """Return how many more are here than the old report says."""
        return None if self.told is None else self.here - self.told


def agreement(row: CaseImport) -> list[Line]:
    """Return, month by month, what is here of a system against what its old report says."""
    rows = Contact.objects.filter(source_number__startswith=f"{row.system}:", channel="import")
    here = Counter(f"{timezone.localtime(moment):%Y-%m}" for moment in rows.values_list("received_at", flat=True))
    told = {str(month): int(count) for month, count in row.report.items()}
    return [Line(month, here.get(month, 0), told.get(month)) for month in sorted({*here, *told})]


@transaction.atomic
def set_report(row: CaseImport, counts: dict[str, int], *, by: Any) -> CaseImport:
    """Keep what the old report says, month by month."""
    require(by, "complaints.import")
    row.report = counts
    row.save(update_fields=["report"])
    return row


def written_back(row: CaseImport) -> list[list[str]]:
    """Return the lines of the file that goes back: the source's number, ours, what became of it, state, due day."""
    contacts = {item.number: item for item in Contact.objects.filter(
        number__in=[number for number, _fate in row.numbers.values()]).select_related("case__unit")}  # fmt: skip
    cases = [item.case for item in contacts.values() if item.case is not None]
    due = deadlines.due_by_subject(cases) if cases else {}
    fates = {MADE: _("新登记"), CHANGED: _("已更新"), KEPT: _("未变")}
    out = []
    for source, (number, fate) in row.numbers.items():
        contact = contacts[number]
        case = contact.case
        clock = due.get(case.pk) if case else None
        out.append([
            source, number, fates[fate], case.number if case else "",
            str((case or contact).get_state_display()), str(case.unit if case else contact.unit),
            f"{timezone.localtime(clock.due_at):%Y-%m-%d}" if clock else "",
        ])  # fmt: skip
    for fault in row.faults:
        own = fault.get("number")
        named = own if own and own not in row.numbers else _("第 %d 行") % fault["row"]
        out.append([named, "", _("未导入：%s") % "；".join(fault["faults"]), "", "", "", ""])
    return out
