"""Regulators' transfers over REST: registered, reported, taken in as a table; which branch each bureau's go to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints

from xiaobao_web.complaints import services
from xiaobao_web.complaints.api import Word, Words, router, unit_of
from xiaobao_web.complaints.forms.transfers import SheetForm
from xiaobao_web.complaints.models import (
    BureauTemplate,
    CaseImport,
    ImportPurpose,
    LocalBureau,
    RegulatorTransfer,
    Source,
)
from xiaobao_web.complaints.services import documents, enclosing, transfer_sheets, transfer_tables
from xiaobao_web.complaints.services.regulators import REPORT_FIELDS
from xiaobao_web.complaints.services.table_runs import CHANGED, KEPT, MADE, Preview
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.rest_steps import checked, posted
from xiaobao_web.kernel.serving import respond
from xiaobao_web.kernel.wordfiles import DOCX

Part = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
SHOWN = 100


class TransferOut(Schema):
    """A regulator's transfer under its number and day."""

    id: int
    source: Source
    source_name: str
    bureau: str
    number: str
    case: str
    case_id: int
    received_at: datetime
    forwarded_on: date | None
    due_on: date | None
    urged: int
    sent_back: int
    reported_at: datetime | None


class TransferDetail(TransferOut):
    """A transfer with what its report says, or would say."""

    report: dict[str, str]
    enclosed: list[str] = Field(description="随报告报送的附件，按顺序")
    known: bool = Field(False, description="同一编号先前已登记，没有重复")


class TransferPage(Schema):
    """A page of transfers; `next` is the cursor of the page after."""

    items: list[TransferOut]
    next: str | None


class TransferQuery(Paged):
    """Which transfers, and where in the list."""

    source: Source | None = None
    number: Word = ""
    reported: bool | None = None


class TransferIn(Strict):
    """A transfer as its sheet has it; `case` is the number of a complaint that is here already."""

    source: Source
    bureau: Word
    number: Word
    received_at: datetime | None = None
    forwarded_on: date | None = None
    received_by_bureau: date | None = None
    due_on: date | None = None
    case: Word = ""
    text: Words = ""
    customer_name: Word = ""
    phone: Word = ""
    unit: Word = Field("", description="责任机构的编号，留空按属地局")
    business_type: Word = ""
    cause: Word = ""


class ReportIn(Strict):
    """What the report says, by the names of its parts."""

    parts: dict[Word, Part]
    attachments: list[int] = Field([], max_length=50, description="随报告报送的附件，见 GET …/attachments")


class EnclosureOut(Schema):
    """A file that may go with a report; `against` says why it cannot now."""

    id: int
    name: str
    told: str
    against: str


class EnclosuresOut(Schema):
    """The files that may go with a report, and uploads that could not be taken."""

    items: list[EnclosureOut]
    refused: list[str] = []


class TableFault(Schema):
    """A row that is left out, and why."""

    row: int
    faults: list[str]


class TableRun(Schema):
    """What taking a table in does, or would do: what headings mean, what is missing, rows by fate."""

    dry_run: bool
    id: int | None
    headings: dict[str, str]
    missing: list[str]
    made: int
    changed: int
    kept: int
    faults: list[TableFault]


class TransferTableOut(Schema):
    """A bureau's table that was taken in: how far it is, what became of each number."""

    id: int
    system: str
    name: str
    rows: int
    done: int
    made: int
    changed: int
    kept: int
    numbers: dict[str, list[str]] = Field(description="转办编号：本平台编号与结果")
    faults: list[TableFault]
    finished_at: datetime | None


class TableIn(Strict):
    """Whose table it is, what its headings mean where that is not known, whether only to try it."""

    source: Source
    bureau: Word = ""
    headings: str = Field("", max_length=10_000, description="列名对应：每行“列名=字段”，记住后下次自动使用")
    dry_run: bool = True


class BureauOut(Schema):
    """A bureau and the branch that its transfers go to."""

    id: int
    source: Source
    name: str
    unit: str
    unit_code: str


class BureauIn(Strict):
    """A bureau and its branch, by code."""

    source: Source
    name: Word
    unit: Word


class BureauTemplateOut(Schema):
    """The Word template of a bureau's reports."""

    bureau: str
    name: str
    added_by: str
    added_at: datetime


class TemplateIn(Strict):
    """Whose template it is."""

    bureau: Word = ""


@router.get("/transfers", response=TransferPage, summary="转办件列表")
def list_transfers(request: HttpRequest, query: Query[TransferQuery]) -> dict[str, Any]:
    """Return the transfers one may see, newest first."""
    rows = _visible(request)
    if query.reported is not None:
        rows = rows.filter(reported_at__isnull=not query.reported)
    wanted = {name: str(value) for name in ("source", "number") if (value := getattr(query, name))}
    return page_of(rows.filter(**wanted), limit=query.limit, cursor=query.cursor, show=_shown)


@router.post("/transfers", response={200: TransferDetail, 201: TransferDetail}, summary="登记转办件")
def register_transfer(request: HttpRequest, body: TransferIn) -> Status[dict[str, Any]]:
    """Register a transfer, or return the one that the same sheet made before."""
    require(request.user, "complaints.regulator")
    told = {name: value for name, value in body.dict().items() if value not in (None, "")}
    told |= {"unit": unit_of(body.unit).pk} if body.unit else {}
    values = checked(SheetForm(posted(SheetForm, told), user=request.user))
    made, known = transfer_sheets.register(values, by=request.user)
    return Status(200 if known else 201, {**_detail(made), "known": known})


@router.get("/transfers/{int:pk}", response=TransferDetail, summary="转办件")
def show_transfer(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a transfer with what its report says."""
    return _detail(find(_visible(request), pk=pk))


@router.post("/transfers/{int:pk}/report", response=TransferDetail, summary="反馈转办件")
def report_transfer(request: HttpRequest, pk: int, body: ReportIn) -> dict[str, Any]:
    """Write the report to the regulator and file it; parts that are not given are drafted from the case."""
    row = find(_visible(request), pk=pk)
    unknown = sorted(set(body.parts) - set(REPORT_FIELDS))
    if unknown:
        raise BadValue(_("报告没有这些部分：%s。") % "、".join(unknown), fields=dict.fromkeys(unknown, _("没有这一项")))
    parts = {**services.draft_report(row), **body.parts}
    services.report(row, by=request.user, parts=parts, enclose=body.attachments)
    return _detail(find(_visible(request), pk=pk))


@router.get("/transfers/{int:pk}/document", response={200: None}, summary="转办件反馈报告")
def fetch_report(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the report; it names the complainant, so that is journalled."""
    row = find(_visible(request).select_related("document"), pk=pk)
    report = enclosing.open_report(row, by=request.user)
    return respond(request, report, name=f"{enclosing.report_name(row)}.docx", download=True)


@router.get("/transfers/{int:pk}/attachments", response=EnclosuresOut, summary="可随反馈报告报送的附件")
def list_enclosures(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the files of the case that may go with the report."""
    row = find(_visible(request), pk=pk)
    require(request.user, "complaints.report_regulator", row.case)
    return {"items": _enclosures(row, request)}


@router.post("/transfers/{int:pk}/attachments", response={201: EnclosuresOut}, summary="添加反馈报告的附件")
def add_enclosures(request: HttpRequest, pk: int, files: File[list[UploadedFile]]) -> Status[dict[str, Any]]:
    """Add files to the case, to go with the report."""
    row = find(_visible(request), pk=pk)
    _added, refused = enclosing.add(row, list(files), by=request.user)
    return Status(201, {"items": _enclosures(row, request), "refused": refused})


@router.get("/transfers/{int:pk}/package", response={200: None}, summary="反馈报告报送包")
def fetch_package(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Hand out the report with its enclosures as a ZIP; it names the complainant, so that is journalled."""
    row = find(_visible(request).select_related("document"), pk=pk)
    return FileResponse(enclosing.open_package(row, by=request.user), as_attachment=True,
                        filename=f"{enclosing.report_name(row)}.zip", content_type="application/zip")  # fmt: skip


@router.post("/transfers/tables", response={200: TableRun, 202: TableRun}, summary="导入转办表")
def import_transfers(request: HttpRequest, given: Form[TableIn], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Try a bureau's table, or take it in in the background."""
    by, source = request.user, given.source.value
    stored = transfer_tables.store(file, by=by)
    if given.headings:
        transfer_tables.remember(source, given.bureau, headings_of(given.headings), by=by)
    shown = transfer_tables.preview(stored, source, given.bureau, by=by)
    if given.dry_run:
        return Status(200, told_run(shown, None))
    made = transfer_tables.begin(stored, source, given.bureau, name=str(file.name), by=by)
    return Status(202, told_run(shown, made))


@router.get("/transfers/tables/{int:pk}", response=TransferTableOut, summary="转办表导入结果")
def show_table(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return what became of a bureau's table, each number with its case and fate."""
    require(request.user, "complaints.regulator")
    row = find(CaseImport.objects.filter(purpose=ImportPurpose.TRANSFERS.value), pk=pk)
    names = ("id", "system", "name", "rows", "done", "made", "changed", "kept", "finished_at", "numbers")
    return {**{name: getattr(row, name) for name in names}, "faults": row.faults[:SHOWN]}


@router.get("/bureaus", response=list[BureauOut], summary="属地局与责任机构")
def list_bureaus(request: HttpRequest) -> list[dict[str, Any]]:
    """Return which branch each bureau's transfers go to."""
    require(request.user, "complaints.regulator")
    return [_bureau(row) for row in LocalBureau.objects.select_related("unit")[:1000]]


@router.put("/bureaus", response=BureauOut, summary="设置属地局的责任机构")
def set_bureau(request: HttpRequest, body: BureauIn) -> dict[str, Any]:
    """Say which branch a bureau's transfers go to."""
    require(request.user, "complaints.set_bureau")
    unit = unit_of(body.unit)
    return _bureau(transfer_tables.set_bureau(source=body.source.value, name=body.name, unit=unit, by=request.user))


@router.delete("/bureaus/{int:pk}", response={204: None}, summary="取消属地局的责任机构")
def drop_bureau(request: HttpRequest, pk: int) -> Status[None]:
    """Forget which branch a bureau's transfers go to."""
    transfer_tables.drop_bureau(min(pk, 2**53), by=request.user)
    return Status(204, None)


@router.get("/templates", response=list[BureauTemplateOut], summary="反馈报告模板")
def list_templates(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the bureaus' templates in use."""
    require(request.user, "complaints.set_template")
    rows = BureauTemplate.objects.filter(active=True).select_related("added_by")
    return [{"bureau": row.bureau, "name": row.name, "added_by": str(row.added_by), "added_at": row.added_at}
            for row in rows]  # fmt: skip


@router.post("/templates", response={201: BureauTemplateOut}, summary="启用反馈报告模板")
def set_template(request: HttpRequest, given: Form[TemplateIn], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Take a bureau's template in use."""
    row = services.set_template(file, bureau=given.bureau, by=request.user)
    told = {"bureau": row.bureau, "name": row.name, "added_by": str(row.added_by), "added_at": row.added_at}
    return Status(201, told)


@router.get("/templates/packaged", response={200: None}, summary="随附的反馈报告模板")
def fetch_packaged_template(request: HttpRequest) -> HttpResponse:
    """Hand out the packaged template, as the start of a bureau's own."""
    require(request.user, "complaints.set_template")
    return HttpResponse(documents.packaged_report(), content_type=DOCX)


def headings_of(text: str) -> dict[str, str]:
    """Return what headings mean, of lines “heading=field”; raises BadValue for a line that is none."""
    out: dict[str, str] = {}
    for line in filter(str.strip, text.splitlines()):
        heading, equals, name = line.rpartition("=")
        if not equals or not heading.strip():
            raise BadValue(_("列名对应应写作“列名=字段”，一行一个。"), fields={"headings": line[:60]})
        out[heading.strip()] = name.strip()
    return out


def told_run(shown: Preview[Any], made: CaseImport | None) -> dict[str, Any]:
    """Return what taking a table in does."""
    return {
        "dry_run": made is None, "id": made.pk if made else None, "headings": shown.headings, "missing": shown.missing,
        "made": shown.count(MADE), "changed": shown.count(CHANGED), "kept": shown.count(KEPT),
        "faults": [{"row": row.number, "faults": row.faults} for row in shown.bad[:SHOWN]],
    }  # fmt: skip


def _visible(request: HttpRequest) -> Any:
    require(request.user, "complaints.view")
    rows = RegulatorTransfer.objects.select_related("case__unit", "case__handler")
    return visible_to(request.user, rows, "complaints.view")


def _shown(row: RegulatorTransfer) -> dict[str, Any]:
    names = ("id", "source", "bureau", "number", "case_id", "received_at", "forwarded_on", "due_on", "reported_at")
    return {
        **{name: getattr(row, name) for name in names}, "source_name": row.get_source_display(),
        "case": row.case.number, "urged": len(row.urged), "sent_back": len(row.sent_back),
    }  # fmt: skip


def _detail(row: RegulatorTransfer) -> dict[str, Any]:
    report = {name: str(value) for name, value in services.draft_report(row).items()}
    return {**_shown(row), "report": report, "enclosed": enclosing.listed(row.enclosed) if row.reported_at else []}


def _enclosures(row: RegulatorTransfer, request: HttpRequest) -> list[dict[str, Any]]:
    return [{"id": item.attachment.pk, "name": item.attachment.name, "told": item.told, "against": item.against}
            for item in enclosing.choosable(row.case, request.user)]  # fmt: skip


def _bureau(row: LocalBureau) -> dict[str, Any]:
    return {"id": row.pk, "source": row.source, "name": row.name, "unit": str(row.unit), "unit_code": row.unit.code}
