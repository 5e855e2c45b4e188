"""The official codes of our classes (JR/T 0169-2018): taken from the sheet an institution holds, never invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints.data import classes
from xiaobao_web.complaints.models import OfficialCode
from xiaobao_web.kernel import journal, sheets
from xiaobao_web.kernel.errors import BadUpload

HEADS = {
    "项目": "field",
    "类别": "name",
    "编码": "code",
    "官方编码": "code",
    "官方名称": "official",
    "名称": "official",
}
FIELDS = {"业务类别": "business_type", "投诉原因": "cause"}


@dataclass(frozen=True)
class Imported:
    """What an import did: how many codes are kept, and which rows were not taken, with the reason."""

    kept: int
    faults: list[tuple[int, str]]


def import_codes(data: bytes, *, by: Any) -> Imported:
    """Keep the codes of a table with the columns 项目, 类别 (our name or key), 编码, 官方名称; a known one is replaced.

    A row that names an unknown class or has no code is told and left out. Raises BadUpload for what is no such table.
    """
    table = sheets.read(data, frozenset(HEADS))
    places = {HEADS[sheets.folded(name)]: n for n, name in enumerate(table.header) if sheets.folded(name) in HEADS}
    lacking = [head for head, name in (("项目", "field"), ("类别", "name"), ("编码", "code")) if name not in places]
    if lacking:
        raise BadUpload(_("表里还缺列：%s。") % "、".join(lacking))
    rows, faults = [], []
    for number, cells in table.rows:
        told = {name: cells[n].strip() if n < len(cells) else "" for name, n in places.items()}
        try:
            rows.append(_row(told))
        except ValueError as error:
            faults.append((number, str(error)))
    with transaction.atomic():
        for row in rows:
            OfficialCode.objects.update_or_create(field=row.field, key=row.key,
                                                  defaults={"code": row.code, "name": row.name})  # fmt: skip
        journal.record("complaints.codes_imported", by=by, facts={"count": len(rows)})
    return Imported(len(rows), faults)


def _row(told: dict[str, str]) -> OfficialCode:
    field = FIELDS.get(told["field"])
    if field is None:
        raise ValueError(_("项目应为“业务类别”或“投诉原因”"))
    known = classes().business if field == "business_type" else classes().cause
    found = next((item for item in known if told["name"] in (item.name, item.key)), None)
    if found is None:
        raise ValueError(_("没有“%s”这个类别") % told["name"])
    if not told["code"]:
        raise ValueError(_("没有编码"))
    return OfficialCode(field=field, key=found.key, code=told["code"][:30], name=told.get("official", "")[:80])
