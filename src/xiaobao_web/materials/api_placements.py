"""Placements of approved material over the REST interface: where it is shown, by whom, and that it was taken down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Form, Router, Schema, Status, UploadedFile
from pydantic import Field

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Strict, find, page_of
from xiaobao_web.materials import queries, registry
from xiaobao_web.materials.models import Placement, PlacementKind

router = Router(tags=["materials"])


class PlacementOut(Schema):
    """A placement."""

    id: int
    approved: str
    kind: str
    channel: str
    place: str
    unit: str
    person: str | None
    partner: str | None
    copies: int
    start: date
    end: date | None
    removed_at: datetime | None
    removal_note: str


class PlacementIn(Strict):
    """A placement of an approved material: by one's own organisation unless another is named."""

    kind: PlacementKind = PlacementKind.OWN
    person: str = Field("", max_length=150, description="员工转发的，写员工账号")
    partner: str = Field("", max_length=60, description="合作机构广告的，写合作机构编号")
    unit: str = Field("", max_length=60, description="投放机构编号，不写为本人所在机构")
    channel: str = Field(max_length=60)
    place: str = Field(max_length=300)
    start: date
    end: date | None = None
    copies: int = Field(1, ge=1, le=100_000_000)


class PlacementPage(Schema):
    """One page of placements."""

    items: list[PlacementOut]
    next: str | None


def placement_told(row: Placement) -> dict[str, Any]:
    """Return a placement as the interface tells it."""
    return {
        "id": row.pk, "approved": row.approved.number, "kind": row.kind, "channel": row.channel, "place": row.place,
        "unit": row.unit.name, "copies": row.copies, "start": row.start, "end": row.end, "removed_at": row.removed_at,
        "person": row.person.username if row.person else None, "partner": row.partner.code if row.partner else None,
        "removal_note": row.removal_note,
    }  # fmt: skip


@router.get("/registry/{number}/placements", response=PlacementPage, summary="投放")
def list_placements(request: HttpRequest, number: str, limit: int = 50, cursor: str = "") -> dict[str, Any]:
    """Return where an entry is placed, the newest first."""
    approved = find(queries.registry(request.user), number=number)
    rows = queries.placements(request.user).filter(approved=approved)
    return page_of(rows, limit=limit, cursor=cursor, show=placement_told)


@router.post("/registry/{number}/placements", response={201: PlacementOut}, summary="登记投放")
def add_placement(request: HttpRequest, number: str, payload: PlacementIn) -> Status[dict[str, Any]]:
    """Place an entry: shown by an organisation, passed on by a member of staff, or advertised by a partner."""
    by: Any = request.user
    approved = find(queries.registry(by), number=number)
    facts = payload.model_dump(exclude={"person", "partner", "unit"})
    unit = _organisation(payload.unit, "unit") or by.unit
    if unit is None:
        raise BadValue(_("您还没有所在机构，请联系系统管理员。"))
    partner, person = _organisation(payload.partner, "partner"), _staff(payload.person)
    placed = registry.place(approved, by=by, unit=unit, partner=partner, person=person, **facts)
    return Status(201, placement_told(placed))


def _organisation(code: str, field: str) -> Any:
    rows = apps.get_model("people", "Organisation")._default_manager.filter(active=True, code=code)
    if not code:
        return None
    partner = field == "partner"
    row = rows.filter(kind="partner").first() if partner else rows.exclude(kind="partner").first()
    if row is None:
        raise BadValue(_("没有编号为“%s”的机构。") % code, fields={field: _("没有")})
    return row


def _staff(username: str) -> Any:
    row = get_user_model()._default_manager.filter(username=username, is_active=True).first() if username else None
    if username and row is None:
        raise BadValue(_("没有账号为“%s”的人员。") % username, fields={"person": _("没有")})
    return row


@router.get("/placements/{int:placement_id}", response=PlacementOut, summary="一处投放")
def show_placement(request: HttpRequest, placement_id: int) -> dict[str, Any]:
    """Return a placement."""
    require(request.user, "materials.placements")
    return placement_told(find(queries.placements(request.user), pk=placement_id))


@router.post("/placements/{int:placement_id}/take-down", response=PlacementOut, summary="登记下线")
def take_down(
    request: HttpRequest, placement_id: int, note: Form[str] = "", file: File[UploadedFile | None] = None
) -> dict[str, Any]:
    """Enter that a placement was taken down, with a file that proves it or a note that says why there is none."""
    require(request.user, "materials.placements")
    row = find(queries.placements(request.user), pk=placement_id)
    registry.take_down(row, by=request.user, proof=file, note=note)
    return placement_told(find(queries.placements(request.user), pk=placement_id))
