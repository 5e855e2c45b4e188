"""More over REST: many contacts at once, each with its own result, and files for one."""

from __future__ import annotations

import json
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints, ValidationError, WithJsonSchema

from xiaobao_web.complaints import queries, services
from xiaobao_web.complaints.api import AmountOut, ContactIn, Word, Words, face_told, router
from xiaobao_web.complaints.channels.registry import reader_of
from xiaobao_web.complaints.channels.spreadsheet import units_by_name
from xiaobao_web.complaints.models import Inbound, Urgency
from xiaobao_web.complaints.services import intake
from xiaobao_web.kernel import faults
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue, PlatformError
from xiaobao_web.kernel.rest import Strict, find

MOST_ROWS = 500
MADE, CHANGED, KEPT, FAILED = "made", "changed", "kept", "failed"
OWN = ("source_number", "channel", "unit", "kind_proposed")
"""What a row says to us rather than to the reader of its channel."""


class Turn(Strict):
    """A turn of a conversation."""

    role: Word = "customer"
    text: Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]


class BulkRow(ContactIn):
    """A contact as `登记来件` takes it, with all that a source may know of it."""

    text: Words = ""
    turns: list[Turn] = Field(default_factory=list, max_length=2000)
    subject: Word = ""
    thread: Word = ""
    id_number: Word = ""
    account: Word = ""
    email: Word = ""
    region: Word = ""
    address: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = ""
    institution: Word = ""
    staff: Word = ""
    product_name: Word = ""
    business_type: Word = ""
    cause: Word = ""
    demands: list[Word] = Field(default_factory=list, max_length=20)
    flags: list[Word] = Field(default_factory=list, max_length=20)
    urgency: Urgency | None = None
    amount: float | None = Field(None, ge=0)
    amounts: list[AmountOut] = Field(default_factory=list, max_length=30)
    event_dates: list[Word] = Field(default_factory=list, max_length=30)
    confidential: bool = False
    recording_url: Annotated[str, StringConstraints(max_length=500)] = ""


ToldRow = Annotated[Any, WithJsonSchema({"additionalProperties": True, "type": "object"})]
"""A row as it came: one that is no object fails alone, not with the others."""


class BulkIn(Strict):
    """Rows of one or several source systems; `dry_run` tells what would become of each and keeps nothing."""

    rows: list[ToldRow] = Field(
        min_length=1, max_length=MOST_ROWS, description="每行的字段见 BulkRow；有误的行不影响其他行"
    )
    dry_run: bool = False


class BulkResult(Schema):
    """What became of a row: made, changed, kept as it was, or failed and why."""

    row: int
    source_number: str
    result: str
    number: str | None = None
    case: str | None = None
    message: str = ""
    fields: dict[str, str] = Field(default_factory=dict)


class BulkOut(Schema):
    """What became of the rows, in their order."""

    dry_run: bool
    made: int
    changed: int
    kept: int
    failed: int
    rows: list[BulkResult]


class FilesOut(Schema):
    """Files that are attached to a contact now, and those that could not be taken with the reason."""

    files: list[str]
    refused: list[str]


@router.post("/contacts/bulk", response=BulkOut, summary="批量登记来件")
def register_many(request: HttpRequest, body: BulkIn) -> dict[str, Any]:
    """Register up to 500 contacts, each by its source's number: a known one is updated, the same is left as it is."""
    require(request.user, "complaints.register")
    units = units_by_name()
    seen: set[tuple[str, str]] = set()
    rows = []
    for place, told in enumerate(body.rows):
        number = told.get("source_number", "") if isinstance(told, dict) else ""
        result: dict[str, Any] = {"row": place, "source_number": str(number)[:80]}
        try:
            row = _valid(told)
            if (row.source_system, row.source_number) in seen:
                raise BadValue(_("与前面的行编号相同。"), fields={"source_number": _("重复")})
            seen.add((row.source_system, row.source_number))
            result |= _taken(row, units, request.user, dry=body.dry_run)
        except PlatformError as error:
            result |= {"result": FAILED, "message": error.message, "fields": getattr(error, "fields", {})}
        rows.append(result)
    counts = {name: sum(row["result"] == name for row in rows) for name in (MADE, CHANGED, KEPT, FAILED)}
    return {"dry_run": body.dry_run, **counts, "rows": rows}


def _valid(told: Any) -> BulkRow:
    if not isinstance(told, dict):
        raise BadValue(_("这一行应为对象，写作 {字段: 值}。"), fields={"row": _("应为对象")})
    try:
        return BulkRow.model_validate(told)
    except ValidationError as error:
        fields = {".".join(map(str, item["loc"]))[:60]: faults.sentence(dict(item)) for item in error.errors()[:20]}
        raise BadValue(_("字段有误：%s。") % "、".join(fields)[:200], fields=fields) from error


def _taken(row: BulkRow, units: dict[str, Any], by: Any, *, dry: bool) -> dict[str, Any]:
    """Take a row in, or say what would become of it."""
    unit = units.get(row.unit) if row.unit else None
    if row.unit and unit is None:
        raise BadValue(_("没有编号为“%s”的机构。") % row.unit, fields={"unit": _("不存在")})
    record = row.model_dump(mode="json", exclude_defaults=True, exclude=set(OWN))
    record |= {"sender": row.customer_name, "kind": row.kind_proposed.value if row.kind_proposed else ""}
    record |= face_told(row)
    raw = json.dumps({**record, "unit": row.unit}, ensure_ascii=False, sort_keys=True).encode()
    facts = {"source_number": row.source_number, "record": True}
    reader_of(row.channel.value)(raw, facts)
    number = f"{row.source_system}:{row.source_number}"
    key = services.key_of(row.channel.value, source_number=number)
    known = services.known_by(key, by)
    same = (
        Inbound.objects.filter(key=key, contact__isnull=False).order_by("-pk").values_list("digest", flat=True).first()
    )
    fate = MADE if known is None else KEPT if same == intake.digest_of(raw) else CHANGED
    if not dry and fate != KEPT:
        known = intake.receive(
            row.channel.value, raw, number=number, facts=facts, by=by, unit=unit, retry=False
        ).contact  # fmt: skip
    case = known.case.number if known is not None and known.case is not None else None
    return {"result": fate, "number": known.number if known is not None else None, "case": case}


@router.post("/contacts/{int:pk}/files", response={201: FilesOut}, summary="为来件添加附件")
def add_contact_files(request: HttpRequest, pk: int, files: File[list[UploadedFile]]) -> Status[dict[str, Any]]:
    """Attach files to a contact: a recording, a scan, evidence; one that cannot be taken loses none of the others."""
    require(request.user, "complaints.contacts")
    row = find(queries.contacts(request.user).select_related("unit"), pk=pk)
    names, refused = intake.keep_files(row, list(files), by=request.user)
    return Status(201, {"files": names, "refused": refused})
