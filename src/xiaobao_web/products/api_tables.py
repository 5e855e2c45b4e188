"""Tables of products, prices and standard texts over the REST interface: tried first, then imported."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Schema, UploadedFile

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.rest import Strict, find
from xiaobao_web.products import importing
from xiaobao_web.products.api import router
from xiaobao_web.products.models import TableImport

Kind = Literal["products", "prices", "texts"]


class TryIn(Strict):
    """Whether only to tell what importing would do."""

    dry_run: bool = False


class RowFaults(Schema):
    """A row that is left out, and why."""

    row: int
    faults: list[str]


class ImportedTable(Schema):
    """What importing a table did, or would do; `id` is null where it was only tried."""

    id: int | None
    kind: str
    name: str
    rows: int
    made: int
    changed: int
    unknown: list[str]
    faults: list[RowFaults]


@router.post("/tables/{kind}", response=ImportedTable, summary="导入产品、价目或标准文本表格")
def import_table(request: HttpRequest, kind: Kind, given: Form[TryIn], file: File[UploadedFile]) -> dict[str, Any]:
    """Import a table (xlsx or csv) row by row, or try it; bad rows are told and stop nothing."""
    name = str(file.name)[:200]
    stored = importing.store(file, by=request.user)
    shown = importing.preview(kind, stored, name=name, by=request.user)
    if not given.dry_run:
        return _imported(importing.run(kind, stored, name=name, by=request.user), shown.unknown)
    return {
        "id": None, "kind": kind, "name": name, "rows": len(shown.rows), "made": shown.count("make"),
        "changed": shown.count("change"), "unknown": shown.unknown,
        "faults": [{"row": row.number, "faults": row.faults} for row in shown.rows if row.faults],
    }  # fmt: skip


def _imported(record: TableImport, unknown: list[str]) -> dict[str, Any]:
    names = ("kind", "name", "rows", "made", "changed", "faults")
    return {**{name: getattr(record, name) for name in names}, "id": record.pk, "unknown": unknown}


@router.get("/tables/imports/{int:number}", response=ImportedTable, summary="一次导入的结果")
def show_import(request: HttpRequest, number: int) -> dict[str, Any]:
    """Return what became of an import."""
    require(request.user, "products.import")
    return _imported(find(TableImport.objects.all(), pk=number), [])
