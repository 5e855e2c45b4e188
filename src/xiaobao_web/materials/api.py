"""Material over the REST interface: submit, screen, ask whether it is approved, the registry and its placements."""

from __future__ import annotations

import base64
import binascii
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Strict, find, page_of
from xiaobao_web.materials import api_placements, difference, lookup, queries, quick, services
from xiaobao_web.materials.models import ApprovedMaterial, Material, MaterialKind, MaterialVersion

PREFIX = "/materials"
router = Router(tags=["materials"])
router.add_router("", api_placements.router)
MOST_BASE64 = 28_000_000


class ScreeningOut(Schema):
    """A screening: how far it is and what it says."""

    id: int
    state: str
    verdict: str
    rulebook: str
    error: str
    finished_at: datetime | None


class VersionOut(Schema):
    """A version of a material."""

    id: int
    number: int
    name: str
    sha256: str
    added_at: datetime


class MaterialOut(Schema):
    """A material."""

    id: int
    title: str
    kind: str
    unit: str
    product: str | None
    created_at: datetime


class MaterialIn(Strict):
    """A new material with its first version: a text, or a file in base64 with its name."""

    title: str = Field(max_length=160)
    kind: str
    text: str = Field("", max_length=services.MOST_TEXT)
    file_name: str = Field("", max_length=200)
    file_base64: str = Field("", max_length=MOST_BASE64)
    product_code: str = Field("", max_length=60)


class FindingOut(Schema):
    """A finding: which words, under which article, what to write instead, how sure, what a person decided."""

    id: int
    source: str
    rule: str
    rule_version: int
    title: str
    severity: str
    machine_decision: str
    confidence: float
    start: int | None
    end: int | None
    text: str
    basis: list[dict[str, Any]]
    message: str
    remedy: str
    decision: str
    reason: str


class TextIn(Strict):
    """A text to check at once."""

    text: str = Field(max_length=quick.MOST)
    kind: str = Field("", max_length=20)
    product: str = Field("", max_length=20)


class FoundOut(Schema):
    """A finding of a text that is not kept."""

    title: str
    severity: str
    start: int | None
    end: int | None
    text: str
    basis: list[dict[str, str]]
    message: str
    remedy: str
    sure: str
    rule: str
    version: int


class CheckedOut(Schema):
    """What a check of a text gave."""

    rulebook: str
    milliseconds: int
    findings: list[FoundOut]


class MatchOut(Schema):
    """An approved version that is the same or nearly so, and what differs."""

    id: int
    number: str
    title: str
    how: str
    likeness: float
    usable: bool
    why_not: str
    valid_from: date
    valid_until: date | None
    channels: list[str]
    differences: list[dict[str, str]]
    regions: list[list[float]]
    picture: str


class AskIn(Schema):
    """What is asked beside the file: a text instead of one, the channel meant, whether to draw the difference."""

    text: str = Field("", max_length=lookup.MOST_TEXT)
    channel: str = Field("", max_length=60)
    picture: bool = False


class KindQuery(Schema):
    """A page of material, of one kind where one is given."""

    kind: str = Field("", max_length=20)
    limit: int = 50
    cursor: str = ""


class StateQuery(Schema):
    """A page of the registry, in one state where one is given."""

    state: str = Field("", max_length=20)
    limit: int = 50
    cursor: str = ""


class ReplyOut(Schema):
    """The answer to “is this approved?”: approved, not_usable, near or unknown."""

    verdict: str
    sentence: str
    matches: list[MatchOut]


class ApprovedOut(Schema):
    """An entry of the registry."""

    id: int
    number: str
    title: str
    state: str
    unit: str
    product: str | None
    channels: list[str]
    valid_from: date
    valid_until: date | None
    sha256: str


def _material(row: Material) -> dict[str, Any]:
    return {
        "id": row.pk, "title": row.title, "kind": row.kind, "unit": row.unit.name,
        "product": row.product.code if row.product else None, "created_at": row.created_at,
    }  # fmt: skip


def approved_shown(row: ApprovedMaterial) -> dict[str, Any]:
    """Return an entry of the registry."""
    return {
        "id": row.pk, "number": row.number, "title": row.title, "state": row.state, "unit": row.unit.name,
        "product": row.product.code if row.product else None, "channels": row.channels, "valid_from": row.valid_from,
        "valid_until": row.valid_until, "sha256": row.sha256,
    }  # fmt: skip


class Page(Schema):
    """One page of a list."""

    items: list[dict[str, Any]]
    next: str | None


@router.get("", response=Page, summary="材料")
def list_materials(request: HttpRequest, query: Query[KindQuery]) -> dict[str, Any]:
    """Return the material one may see, the newest first."""
    rows = queries.materials(request.user)
    if query.kind:
        if query.kind not in MaterialKind.values:
            raise BadValue(_("没有“%(kind)s”这类材料。") % {"kind": query.kind}, fields={"kind": _("无效")})
        rows = rows.filter(kind=query.kind)
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_material)


@router.post("", response={201: MaterialOut}, summary="提交材料并机器审查")
def add_material(request: HttpRequest, payload: MaterialIn) -> Status[dict[str, Any]]:
    """Make a material of one's own organisation with its first version, which is then screened."""
    person: Any = request.user
    require(person, "materials.add")
    if person.unit is None:
        raise BadValue(_("您还没有所在机构，请联系系统管理员。"))
    with transaction.atomic():
        material = services.add_material(
            title=payload.title,
            kind=payload.kind,
            unit=person.unit,
            by=person,
            product=_product(person, payload.product_code),
        )
        upload = _file(payload.file_base64, payload.file_name)
        version = services.add_version(material, by=person, upload=upload, text=payload.text, name=payload.file_name)
        services.screen(version, person)
    return Status(201, _material(material))


def _product(person: Any, code: str) -> Any:
    from xiaobao_web.products.queries import products

    row = products(person).filter(code=code).first() if code else None
    if code and row is None:
        raise BadValue(_("没有代码为“%(code)s”的产品。") % {"code": code}, fields={"product_code": _("没有")})
    return row


def _file(content: str, name: str) -> Any:
    from django.core.files.base import ContentFile

    if not content:
        return None
    try:
        return ContentFile(base64.b64decode(content, validate=True), name=name or "file")
    except binascii.Error as error:
        raise BadValue(_("文件不是有效的 base64。"), fields={"file_base64": _("无效")}) from error


@router.post("/check-text", response=CheckedOut, summary="即时自查文字")
def check_text(request: HttpRequest, payload: TextIn) -> quick.Checked:
    """Return what the rulebook finds in a text; the text is not kept."""
    return quick.check(text=payload.text, kind=payload.kind, product=payload.product, by=request.user)


@router.post("/check", response=ReplyOut, summary="这份材料批准过吗")
def check(request: HttpRequest, payload: Form[AskIn], file: File[UploadedFile | None] = None) -> dict[str, Any]:
    """Answer whether a file (or a text) is approved and may be used, with what is nearly it and how it differs."""
    require(request.user, "materials.check")
    if file is not None and payload.text.strip():
        raise BadValue(_("文件与文字请二选一。"), fields={"text": _("已选择文件")})
    question = lookup.of_upload(file) if file is not None else lookup.of_text(payload.text)
    reply = lookup.ask(question, channel=payload.channel, picture=payload.picture)
    return {"verdict": reply.verdict, "sentence": reply.sentence, "matches": [_match(item) for item in reply.matches]}


def _match(match: lookup.Match) -> dict[str, Any]:
    row = match.approved
    return {
        "id": row.pk, "number": row.number, "title": row.title, "how": match.how, "likeness": match.likeness,
        "usable": match.usable, "why_not": match.why_not, "valid_from": row.valid_from, "valid_until": row.valid_until,
        "channels": row.channels, "differences": difference.as_plain(match.pieces),
        "regions": [list(region) for region in match.regions], "picture": match.picture,
    }  # fmt: skip


@router.get("/registry", response=Page, summary="营销宣传台账")
def list_registry(request: HttpRequest, query: Query[StateQuery]) -> dict[str, Any]:
    """Return the registry, the newest first."""
    require(request.user, "materials.registry")
    rows = queries.registry(request.user)
    rows = rows.filter(state=query.state) if query.state else rows
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=approved_shown)


@router.get("/registry/{number}", response=ApprovedOut, summary="台账中的一份材料")
def show_approved(request: HttpRequest, number: str) -> dict[str, Any]:
    """Return an entry of the registry by its number."""
    return approved_shown(find(queries.registry(request.user), number=number))


@router.get("/versions/{version_id}/findings", response=Page, summary="一版材料的发现")
def list_findings(request: HttpRequest, version_id: int) -> dict[str, Any]:
    """Return the findings that count on a version, in reading order, at most 1,000."""
    version = find(queries.versions(request.user), pk=version_id)
    names = list(FindingOut.model_fields)
    rows = queries.findings_of(version)[:1000]
    return {
        "items": [{name: getattr(row, "pk" if name == "id" else name) for name in names} for row in rows],
        "next": None,
    }


@router.get("/versions/{version_id}/screening", response=ScreeningOut, summary="一版材料的机器审查")
def show_screening(request: HttpRequest, version_id: int) -> Any:
    """Return the newest screening of a version."""
    version = find(queries.versions(request.user), pk=version_id)
    return find(version.screenings.order_by("-pk"))


@router.get("/{material_id}", response=MaterialOut, summary="一份材料")
def show_material(request: HttpRequest, material_id: int) -> dict[str, Any]:
    """Return a material."""
    return _material(find(queries.materials(request.user), pk=material_id))


@router.get("/{material_id}/versions", response=list[VersionOut], summary="材料的版本")
def list_versions(request: HttpRequest, material_id: int) -> list[MaterialVersion]:
    """Return a material's versions, the newest first."""
    material = find(queries.materials(request.user), pk=material_id)
    return list(material.versions.order_by("-number"))
