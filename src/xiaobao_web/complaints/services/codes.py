"""The official codes of our classes (JR/T 0169-2018): taken from the sheet an institution holds, never invented."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints.data import Named, classes
from xiaobao_web.complaints.models import CodeSheet, OfficialCode
from xiaobao_web.kernel import files, journal, sheets
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, BadValue
from xiaobao_web.kernel.models import StoredFile

HEADS = {
    "项目": "field",
    "分类项目": "field",
    "类别": "name",
    "本平台类别": "name",
    "编码": "code",
    "官方编码": "code",
    "代码": "code",
    "官方名称": "official",
    "名称": "official",
}
FIELDS = {"业务类别": "business_type", "投诉原因": "cause"}
LABELS = {name: label for label, name in FIELDS.items()}
LIMIT = 5 << 20
MADE, CHANGED, KEPT = "made", "changed", "kept"


@dataclass(frozen=True)
class Line:
    """A row of a sheet for one of our classes: the code it gives, the one there was, what is wrong with it."""

    number: int
    field: str = ""
    key: str = ""
    label: str = ""
    code: str = ""
    official: str = ""
    before: str = ""
    fault: str = ""

    @property
    def fate(self) -> str:
        """Return what taking it in does: made, changed or kept; empty for a row that cannot be taken."""
        if self.fault:
            return ""
        return MADE if not self.before else KEPT if self.before == self.code else CHANGED


@dataclass
class Preview:
    """What taking in a sheet would do: its lines, the official names that none of our classes has, what stays open."""

    lines: list[Line] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    uncoded: list[str] = field(default_factory=list)

    @property
    def good(self) -> list[Line]:
        """Return the lines that would be taken in."""
        return [line for line in self.lines if not line.fault]

    @property
    def faults(self) -> list[tuple[int, str]]:
        """Return the rows that would be left out, with the reason."""
        return [(line.number, line.fault) for line in self.lines if line.fault]

    def count(self, fate: str) -> int:
        """Return how many lines have a fate."""
        return sum(1 for line in self.lines if line.fate == fate)


def store(upload: Any, *, by: Any) -> StoredFile:
    """Keep an uploaded sheet, so that what is confirmed is what was shown."""
    require(by, "complaints.set_codes")
    return files.store(upload, name=str(upload.name), by=by, limit=LIMIT)


def preview(data: bytes) -> Preview:
    """Return what a sheet with the columns 项目, 编码 and 类别 (our name or key) or 官方名称 would change.

    A row without one of our classes counts for every class that stands for its official name; one that no class stands
    for is no fault, as the standard has more. Raises BadUpload for what is no such table.
    """
    table = sheets.read(data, frozenset(HEADS))
    places: dict[str, int] = {}
    for n, name in enumerate(table.header):
        if sheets.folded(name) in HEADS:
            places.setdefault(HEADS[sheets.folded(name)], n)
    lacking = [head for head, name in (("项目", "field"), ("编码", "code")) if name not in places]
    lacking += [_("类别或官方名称")] if not {"name", "official"} & set(places) else []
    if lacking:
        raise BadUpload(_("表里还缺列：%s。") % "、".join(lacking))
    known = {(row.field, row.key): row.code for row in OfficialCode.objects.all()}
    out = Preview()
    seen: dict[tuple[str, str], int] = {}
    for number, cells in table.rows:
        told = {name: cells[n].strip() if n < len(cells) else "" for name, n in places.items()}
        if faults := table.faults(number, places.values()):
            out.lines.append(Line(number, fault="；".join(faults)))
            continue
        _take(out, number, told, known, seen)
    coded = {*known, *((line.field, line.key) for line in out.good)}
    out.uncoded = [item.name for name in LABELS for item in _classes(name) if (name, item.key) not in coded]
    return out


def _take(
    out: Preview, number: int, told: dict[str, str], known: dict[tuple[str, str], str],
    seen: dict[tuple[str, str], int],
) -> None:  # fmt: skip
    """Add what one row gives to a preview."""
    name, official = told.get("name", ""), told.get("official", "")
    kind = FIELDS.get(told["field"])
    if kind is None:
        out.lines.append(Line(number, fault=_("项目应为“业务类别”或“投诉原因”")))
        return
    found = [item for item in _classes(kind) if name in (item.name, item.key) or (not name and _same(item, official))]
    if not found:
        if name or not official:
            out.lines.append(Line(number, fault=_("没有“%s”这个类别") % name if name else _("没有类别")))
        else:
            out.unused.append(official)
        return
    if not told["code"]:
        out.lines.append(Line(number, label=name or official, fault=_("没有编码")))
        return
    for item in found:
        first = seen.setdefault((kind, item.key), number)
        fault = _("与第 %d 行重复") % first if first != number else ""
        before = known.get((kind, item.key), "")
        out.lines.append(Line(number, kind, item.key, item.name, told["code"][:30], official[:80], before, fault))


def _classes(kind: str) -> tuple[Named, ...]:
    return classes().business if kind == "business_type" else classes().cause


def _same(item: Named, official: str) -> bool:
    """Tell whether a class stands for an official name; levels may be parted by any of / — - >."""
    return bool(official) and _folded(item.official) == _folded(official)


def _folded(name: str) -> str:
    return re.sub(r"[\s/／—–\-＞>]+", "/", name).strip("/")


@transaction.atomic
def run(stored: StoredFile, *, name: str, version: str, by: Any) -> CodeSheet:
    """Take in a stored sheet under its version; raises BadValue without one, or where nothing can be taken in."""
    require(by, "complaints.set_codes")
    with files.open_stored(stored) as file:
        return _keep(preview(file.read()), version=version, name=name, stored=stored, by=by)


@transaction.atomic
def import_codes(data: bytes, *, by: Any, version: str = "", name: str = "") -> Preview:
    """Take in a sheet on the command line; return what was done with its rows."""
    found = preview(data)
    _keep(found, version=version or _("未注明版本"), name=name, stored=None, by=by)
    return found


def _keep(found: Preview, *, version: str, name: str, stored: StoredFile | None, by: Any) -> CodeSheet:
    version = " ".join(version.split())
    if not version or len(version) > 60:
        raise BadValue(_("请填写编码表的版本或发布日期，不超过 60 字。"), fields={"version": _("必填")})
    if not found.good:
        raise BadValue(_("表里没有可以导入的行。"))
    sheet = CodeSheet.objects.create(
        version=version, name=name[:200], stored=stored, by=by, made=found.count(MADE), changed=found.count(CHANGED),
        kept=found.count(KEPT),
    )  # fmt: skip
    changes = {}
    for line in found.good:
        OfficialCode.objects.update_or_create(
            field=line.field, key=line.key, defaults={"code": line.code, "name": line.official, "sheet": sheet}
        )
        if line.fate != KEPT:
            changes[line.key] = [line.before, line.code]
    facts = {"count": len(found.good), "version": version}
    journal.record("complaints.codes_imported", by=by, on=sheet, facts=facts, changes=changes)
    return sheet


@dataclass(frozen=True)
class Mapped:
    """One of our classes with the official name it stands for and its code, where there is one."""

    field: str
    item: Named
    code: OfficialCode | None

    @property
    def label(self) -> str:
        """Return the name of the item of the classification."""
        return LABELS[self.field]


def mapping() -> list[Mapped]:
    """Return every class of ours with its official code."""
    known = {(row.field, row.key): row for row in OfficialCode.objects.select_related("sheet")}
    return [Mapped(name, item, known.get((name, item.key))) for name in LABELS for item in _classes(name)]
