"""An old ledger and evidence over the REST interface: a table tried and taken in, files put to an issue."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Schema, Status, UploadedFile

from xiaobao_web.findings import importing, queries, services
from xiaobao_web.findings.api import router
from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Strict, find

MOST_FILES = 20


class LedgerTry(Strict):
    """Whether only to tell what importing would do."""

    dry_run: bool = False


class LedgerFaults(Schema):
    """A row that is left out, and why."""

    row: int
    faults: list[str]


class LedgerOut(Schema):
    """How many rows were, or would be, entered; how many are in the ledger already; which are left out."""

    dry_run: bool
    made: int
    kept: int
    unknown: list[str]
    faults: list[LedgerFaults]


class IssueEvidence(Schema):
    """A file put to an issue."""

    id: int
    name: str
    sha256: str


@router.post("/tables/import", response=LedgerOut, summary="导入旧问题台账")
def import_table(request: HttpRequest, given: Form[LedgerTry], file: File[UploadedFile]) -> dict[str, Any]:
    """Take in an old ledger (xlsx or csv), or try it; what is known already is not entered twice."""
    name = str(file.name)[:150]
    stored = importing.store(file, by=request.user)
    work = importing.preview if given.dry_run else importing.run
    shown = work(stored, name=name, by=request.user)
    return {
        "dry_run": given.dry_run, "made": len(shown.made), "kept": shown.kept, "unknown": shown.unknown,
        "faults": [{"row": row.number, "faults": row.faults} for row in shown.bad],
    }  # fmt: skip


@router.post("/{number}/evidence", response={201: list[IssueEvidence]}, summary="上传整改证据")
def add_evidence(request: HttpRequest, number: str, evidence: File[list[UploadedFile]]) -> Status[list[dict[str, Any]]]:
    """Put files to an issue one answers for, before the outcome is handed in."""
    require(request.user, "findings.view")
    issue = find(queries.visible_issues(request.user), number=number)
    require(request.user, "findings.hand_in", issue)
    if len(evidence) > MOST_FILES:
        raise BadValue(_("一次最多 %d 个文件。") % MOST_FILES)
    kept = [(item.name or "", files.store(item, name=item.name or "", by=request.user)) for item in evidence]
    rows = [files.attach(issue, stored, name=name, purpose=services.EVIDENCE, by=request.user) for name, stored in kept]
    return Status(201, [{"id": row.pk, "name": row.name, "sha256": row.stored.sha256} for row in rows])
