"""Lists over the REST interface: one's saved views, and rows as a workbook, which background work writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import FileResponse, HttpRequest
from ninja import Field, Router, Schema, Status

from xiaobao_web.kernel import exports
from xiaobao_web.kernel.access import denied, holds
from xiaobao_web.kernel.errors import Forbidden
from xiaobao_web.kernel.lists import preferences
from xiaobao_web.kernel.lists.page import ListPage, find_list
from xiaobao_web.kernel.models import Export, SavedView

PREFIX = "/lists"
router = Router(tags=["列表"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100
LARGEST = 2**53
"""Largest number that a key of ours may have: greater ones are in no database."""


class SavedViewOut(Schema):
    """A view of a list under a name: the query of the list's address."""

    id: int
    name: str
    query: str


class SavedViewIn(Schema):
    """What is kept: one of the same name is replaced."""

    name: str
    query: str = Field("", max_length=1900)


class ExportOut(Schema):
    """Rows of a list asked for as a workbook; the file can be fetched while `state` is ready."""

    id: int
    list_name: str
    title: str
    conditions: str
    state: str
    state_name: str
    total: int
    rows: int
    note: str
    expires_at: datetime | None


class ExportIn(Schema):
    """Which rows: the query of the list's address, or the chosen ones of it by id."""

    query: str = Field("", max_length=2000)
    rows: list[int] = Field([], max_length=10_000)


def list_for(user: Any, name: str) -> ListPage:
    """Return a list by its name, to whom may see it; raises Hidden, Forbidden."""
    page = find_list(name)
    if not holds(user, page.permission):
        raise Forbidden(denied(page.permission))
    return page


def _told(export: Export) -> dict[str, Any]:
    names = ("list_name", "title", "conditions", "state", "total", "rows", "note", "expires_at")
    out = {name: getattr(export, name) for name in names}
    return {**out, "id": export.pk, "state_name": export.get_state_display()}


@router.get("/exports", response=list[ExportOut], summary="本人的导出")
def list_exports(request: HttpRequest) -> list[dict[str, Any]]:
    """Return one's own exports, the newest first."""
    user: Any = request.user
    return [_told(row) for row in Export.objects.filter(person=user)[:SHOWN]]


@router.get("/exports/{int:pk}/file", response={200: None}, summary="下载导出的工作簿")
def fetch_export(request: HttpRequest, pk: int) -> Any:
    """Hand out the workbook of one's own export."""
    export, path = exports.fetch(export_id=min(pk, LARGEST), by=request.user)
    return FileResponse(path.open("rb"), as_attachment=True, filename=export.file_name, content_type=XLSX)


@router.delete("/exports/{int:pk}", response={204: None}, summary="删除导出的工作簿")
def delete_export(request: HttpRequest, pk: int) -> Any:
    """Delete one's own export and its file; the journal keeps that it was made."""
    exports.discard(export_id=min(pk, LARGEST), by=request.user)
    return Status(204, None)


@router.post("/{str:name}/exports", response={202: ExportOut}, summary="导出列表为工作簿")
def ask_export(request: HttpRequest, name: str, body: ExportIn) -> Any:
    """Ask for the rows of a list; what is exported is journalled as on the page."""
    chosen = [row for row in body.rows if 0 < row < LARGEST]
    return Status(202, _told(exports.ask(list_name=name, query=body.query, by=request.user, chosen=chosen)))


@router.get("/{str:name}/views", response=list[SavedViewOut], summary="本人保存的视图")
def list_views(request: HttpRequest, name: str) -> list[SavedView]:
    """Return one's own views of a list."""
    user: Any = request.user
    return list(SavedView.objects.filter(person=user, list_name=list_for(request.user, name).name))


@router.post("/{str:name}/views", response=SavedViewOut, summary="保存视图")
def save_view(request: HttpRequest, name: str, body: SavedViewIn) -> SavedView:
    """Keep a query of a list under a name."""
    page = list_for(request.user, name)
    return preferences.save_view(person=request.user, page=page, name=body.name, query=body.query)


@router.delete("/views/{int:pk}", response={204: None}, summary="删除视图")
def delete_view(request: HttpRequest, pk: int) -> Any:
    """Delete one's own view."""
    preferences.delete_view(person=request.user, pk=min(pk, LARGEST))
    return Status(204, None)
