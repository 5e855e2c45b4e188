"""What is kept for complaints over REST: skills, official codes, tables of other systems, platforms, figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Schema, Status, UploadedFile
from pydantic import Field, StringConstraints

from xiaobao_web.complaints.api import Word, router
from xiaobao_web.complaints.api_transfers import TableRun, headings_of, told_run
from xiaobao_web.complaints.forms.platform import FORMS
from xiaobao_web.complaints.models import CaseImport, Contact, FieldCheck, ImportPurpose, Platform
from xiaobao_web.complaints.services import checking, codes, importing, platforms, set_skills, skills, taking_down
from xiaobao_web.kernel import files
from xiaobao_web.kernel.access import holders, require, visible_to
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.kernel.rest_steps import FieldOut, StepIn, checked, described, posted

Version = Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")]
SHOWN = 100


class SkillOut(Schema):
    """Somebody who may handle complaints: what they are good at, how much they have."""

    id: int
    username: str
    name: str
    unit: str
    types: list[str]
    load: int
    changeable: bool


class SkillsIn(Strict):
    """The business types that somebody is good at."""

    types: list[Word] = Field(max_length=100)


class CodeOut(Schema):
    """A class of ours with its official code, "" where none was taken in."""

    field: str
    key: str
    name: str
    official: str
    code: str
    version: str


class CodesIn(Strict):
    """Which version the sheet is of; whether only to try it."""

    version: Version
    dry_run: bool = True


class CodesOut(Schema):
    """How many classes get a code; names that fit none of ours; classes without a code; rows left out."""

    dry_run: bool
    made: int
    changed: int
    kept: int
    unused: list[str]
    uncoded: list[str]
    faults: dict[int, str]


class ImportIn(Strict):
    """Whose table it is, what its headings mean where that is not known, whether only to try it."""

    system: Word
    headings: str = Field("", max_length=10_000, description="列名对应：每行“列名=字段”，记住后下次自动使用")
    dry_run: bool = True


class MonthOut(Schema):
    """A month: contacts of the system here, what the old report says, the difference."""

    month: str
    here: int
    told: int | None
    difference: int | None


class ComplaintImportOut(Schema):
    """A table that was taken in, what became of it, and how it agrees with the old report."""

    id: int
    system: str
    name: str
    rows: int
    done: int
    made: int
    changed: int
    kept: int
    faults: list[dict[str, Any]]
    finished_at: datetime | None
    months: list[MonthOut]


class ReportedRows(Strict):
    """What the old report says, complaints by month (2026-03)."""

    counts: dict[Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}$")], Annotated[int, Field(ge=0, le=9_999_999)]]


class ReturnedLine(Schema):
    """A line of what goes back into the source system."""

    source_number: str
    number: str
    result: str
    case: str
    state: str
    unit: str
    due: str


class AccuracyOut(Schema):
    """How right the machine was with a field: values that should be there, right ones; empty ones, invented ones."""

    field: str
    label: str
    present: int
    right: int
    empty: int
    invented: int


class AccuracyMonthOut(Schema):
    """How right the machine was with a field in a month: values that stand in the end, those it had right."""

    field: str
    label: str
    month: str
    present: int
    right: int


class FieldCheckOut(Schema):
    """What became of the machine's value of a field on a contact; the value itself is not kept."""

    contact: str
    unit: str
    channel: str
    fate: FieldCheck.Fate
    confidence: float | None
    at: datetime


class PlatformOut(Schema):
    """A payment platform; secrets are never told."""

    id: int
    code: str
    name: str
    adapter: str
    unit: str
    active: bool
    options: dict[str, Any]
    secrets: list[str]
    read_at: datetime | None
    error: str


class TriedOut(Schema):
    """What a platform's first page holds; nothing was kept."""

    count: int
    fields: list[str]


@router.get("/skills", response=list[SkillOut], summary="经办人专长")
def list_skills(request: HttpRequest) -> list[dict[str, Any]]:
    """Return who may handle complaints and what they are good at."""
    require(request.user, "complaints.skills")
    return [_skill(row) for row in skills.handlers(request.user)]


@router.put("/skills/{int:pk}", response=SkillOut, summary="设置经办人专长")
def change_skills(request: HttpRequest, pk: int, body: SkillsIn) -> dict[str, Any]:
    """Say what a handler is good at."""
    require(request.user, "complaints.skills")
    rows = visible_to(request.user, holders("complaints.handle").select_related("unit"), "complaints.skills")
    person = find(rows, pk=pk)
    set_skills(person, by=request.user, types=body.types)
    return next(_skill(row) for row in skills.handlers(request.user) if row.person.pk == person.pk)


@router.get("/codes", response=list[CodeOut], summary="官方分类编码")
def list_codes(request: HttpRequest) -> list[dict[str, Any]]:
    """Return our classes with their official codes."""
    require(request.user, "complaints.set_codes")
    return [
        {"field": row.field, "key": row.item.key, "name": row.item.name, "official": row.item.official,
         "code": row.code.code if row.code else "", "version": str(row.code.sheet or "") if row.code else ""}
        for row in codes.mapping()
    ]  # fmt: skip


@router.post("/codes", response=CodesOut, summary="导入官方编码表")
def import_codes(request: HttpRequest, given: Form[CodesIn], file: File[UploadedFile]) -> dict[str, Any]:
    """Try a sheet of official codes, or take it in."""
    require(request.user, "complaints.set_codes")
    if not given.version.strip():
        raise BadValue(_("请填写编码表的版本或发布日期，不超过 60 字。"), fields={"version": _("必填")})
    stored = codes.store(file, by=request.user)
    with files.open_stored(stored) as content:
        shown = codes.preview(content.read())
    if not given.dry_run:
        codes.run(stored, name=str(file.name), version=given.version, by=request.user)
    return {
        "dry_run": given.dry_run, "made": shown.count(codes.MADE), "changed": shown.count(codes.CHANGED),
        "kept": shown.count(codes.KEPT), "unused": shown.unused, "uncoded": shown.uncoded,
        "faults": dict(shown.faults[:SHOWN]),
    }  # fmt: skip


@router.post("/imports", response={200: TableRun, 202: TableRun}, summary="导入其他系统的投诉")
def import_contacts(request: HttpRequest, given: Form[ImportIn], file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Try a table of another system, or take it in in the background."""
    by, system = request.user, importing.system_of(given.system)
    stored = importing.store(file, by=by)
    if given.headings:
        importing.remember(system, headings_of(given.headings), by=by)
    shown = importing.preview(stored, system, by=by)
    if given.dry_run:
        return Status(200, told_run(shown, None))
    return Status(202, told_run(shown, importing.begin(stored, system, name=str(file.name), by=by)))


@router.get("/imports", response=list[ComplaintImportOut], summary="最近的导入")
def list_imports(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the tables that were taken in lately."""
    return [_import(row) for row in _imports(request)[:20]]


@router.get("/imports/{int:pk}", response=ComplaintImportOut, summary="导入结果")
def show_import(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return what became of a table."""
    return _import(find(_imports(request), pk=pk))


@router.put("/imports/{int:pk}/report", response=ComplaintImportOut, summary="与旧报表核对")
def set_report(request: HttpRequest, pk: int, body: ReportedRows) -> dict[str, Any]:
    """Keep what the old report says, month by month."""
    return _import(importing.set_report(find(_imports(request), pk=pk), body.counts, by=request.user))


@router.get("/imports/{int:pk}/returned", response=list[ReturnedLine], summary="回写结果")
def show_returned(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Return what goes back into the source system, line by line."""
    names = list(ReturnedLine.model_fields)
    return [dict(zip(names, line, strict=True)) for line in importing.written_back(find(_imports(request), pk=pk))]


@router.get("/accuracy", response=list[AccuracyOut], summary="智能填单准确率")
def show_accuracy(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how right the machine was over ninety days, field by field."""
    require(request.user, "complaints.intake_figures")
    now = timezone.now()
    names = AccuracyOut.model_fields
    return [{name: getattr(row, name) for name in names} for row in taking_down.accuracy(now - timedelta(days=89), now)]


@router.get("/accuracy/months", response=list[AccuracyMonthOut], summary="智能填单逐月准确率")
def show_accuracy_months(request: HttpRequest) -> list[dict[str, Any]]:
    """Return how right the machine was, field by field and month by month over a year."""
    require(request.user, "complaints.intake_figures")
    first = taking_down.month_of(taking_down.months_back(12)[0])
    found = taking_down.by_field(first[0]) if first else {}
    return [
        {"field": field, "label": taking_down.label_of(field), "month": month, "present": present, "right": right}
        for (field, month), (right, present) in sorted(found.items())
    ]


@router.get("/accuracy/fields/{slug:field}", response=list[FieldCheckOut], summary="一个字段的核对记录")
def show_accuracy_field(
    request: HttpRequest, field: str, month: str = "", fate: FieldCheck.Fate | None = None
) -> list[dict[str, Any]]:
    """Return the latest 200 checks of a field on contacts of the person's organisations; month as YYYY-MM."""
    require(request.user, "complaints.intake_figures")
    if field not in (*checking.FIELDS, checking.OTHERS):
        raise Http404
    if month and taking_down.month_of(month) is None:
        raise BadValue(_("月份写作 2026-01 的样子。"), fields={"month": _("月份写作 2026-01 的样子。")})
    rows = taking_down.checks(field, month=month, fate=fate or "")
    own = visible_to(request.user, Contact.objects.all(), "complaints.intake_figures")
    return [
        {"contact": row.contact.number, "unit": row.contact.unit.code, "channel": row.channel, "fate": row.fate,
         "confidence": row.confidence, "at": row.at}
        for row in rows.filter(contact__in=own)[:200]
    ]  # fmt: skip


@router.get("/platforms", response=list[PlatformOut], summary="支付平台")
def list_platforms(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the payment platforms and how far each has been read."""
    require(request.user, "complaints.set_platform")
    return [_platform(row) for row in Platform.objects.select_related("unit")]


@router.get("/platforms/fields/{slug:adapter}", response=list[FieldOut], summary="支付平台的设置项")
def describe_platform(request: HttpRequest, adapter: str) -> list[dict[str, Any]]:
    """Return what a kind of platform is set up with; an organisation is given by its id."""
    require(request.user, "complaints.set_platform")
    return described(_form(adapter)(None))


@router.post("/platforms/new/{slug:adapter}", response={201: PlatformOut}, summary="接入支付平台")
def add_platform(request: HttpRequest, adapter: str, body: StepIn) -> Status[dict[str, Any]]:
    """Set a platform up by the fields that its description gives."""
    require(request.user, "complaints.set_platform")
    return Status(201, _saved(request, adapter, None, body))


@router.put("/platforms/{int:pk}", response=PlatformOut, summary="修改支付平台")
def change_platform(request: HttpRequest, pk: int, body: StepIn) -> dict[str, Any]:
    """Change a platform; what is not given stays, a secret too."""
    require(request.user, "complaints.set_platform")
    row = find(Platform.objects.select_related("unit"), pk=pk)
    return _saved(request, row.adapter, row, body)


@router.post("/platforms/{int:pk}/try", response=TriedOut, summary="试连支付平台")
def try_platform(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Ask a platform for its first page without keeping anything."""
    require(request.user, "complaints.set_platform")
    count, names = platforms.tried(find(Platform.objects.all(), pk=pk), by=request.user)
    return {"count": count, "fields": names}


def _form(adapter: str) -> Any:
    if adapter not in FORMS:
        raise BadValue(_("没有“%s”这种接入方式。") % adapter[:20], fields={"adapter": "、".join(FORMS)})
    return FORMS[adapter]


def _saved(request: HttpRequest, adapter: str, row: Platform | None, body: StepIn) -> dict[str, Any]:
    made = _form(adapter)
    blank = made(None, platform=row)
    told = posted(made, body.values)
    for name in blank.fields:
        first = blank[name].value()
        if name not in body.values and first not in (None, "", False):
            told[name] = str(first)
    form = made(told, platform=row)
    checked(form)
    return _platform(platforms.save(row, by=request.user, **form.values()))


def _imports(request: HttpRequest) -> Any:
    require(request.user, "complaints.import")
    return CaseImport.objects.filter(purpose=ImportPurpose.CONTACTS.value).order_by("-pk")


def _import(row: CaseImport) -> dict[str, Any]:
    names = ("id", "system", "name", "rows", "done", "made", "changed", "kept", "finished_at")
    months = [{"month": line.month, "here": line.here, "told": line.told, "difference": line.difference}
              for line in importing.agreement(row)]  # fmt: skip
    return {**{name: getattr(row, name) for name in names}, "faults": row.faults[:SHOWN], "months": months}


def _skill(row: skills.Handler) -> dict[str, Any]:
    person = row.person
    return {
        "id": person.pk, "username": person.get_username(), "name": str(person), "unit": str(person.unit or ""),
        "types": row.types, "load": row.load, "changeable": row.changeable,
    }  # fmt: skip


def _platform(row: Platform) -> dict[str, Any]:
    cursor = platforms.cursor_of(row)
    names = ("id", "code", "name", "adapter", "active", "options")
    return {
        **{name: getattr(row, name) for name in names}, "unit": str(row.unit), "secrets": sorted(row.sealed),
        "read_at": cursor.read_at, "error": cursor.error,
    }  # fmt: skip
