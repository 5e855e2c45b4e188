"""Import products, prices and standard texts from tables: each row on its own, bad rows told and passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal, search, sheets
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.products.columns import TABLES, Fault, Field
from xiaobao_web.products.models import PriceItem, Product, StandardText, TableImport

KINDS = {"products": _("产品主数据"), "prices": _("价目表"), "texts": _("标准文本")}
LIMIT = 20 * 1024 * 1024


@dataclass
class Row:
    """A row of a table: its number in the file, what it says, what is wrong with it, what importing would do."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    action: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)
    target: Any = None


@dataclass
class Preview:
    """What importing a table would do."""

    kind: str
    name: str
    columns: list[str]
    unknown: list[str]
    rows: list[Row]

    def count(self, action: str) -> int:
        """Return how many rows would be made, changed, kept or left out."""
        return sum(1 for row in self.rows if row.action == action)


def store(upload: Any, *, by: Any) -> Any:
    """Keep an uploaded table, so that what is confirmed is what was shown."""
    require(by, "products.import")
    return files.store(upload, name=str(upload.name), by=by, limit=LIMIT)


def preview(kind: str, stored: Any, *, name: str, by: Any) -> Preview:
    """Return what importing a stored table would do; raises BadUpload for a file that is no such table."""
    require(by, "products.import")
    if kind not in TABLES:
        raise BadValue(_("没有这种表。"), fields={"kind": _("请选择")})
    with files.open_stored(stored) as file:
        data = file.read()
    fields = TABLES[kind]
    synonyms = {sheets.folded(item): entry for entry in fields for item in (entry.label, *entry.names)}
    sheet = sheets.read(data, frozenset(synonyms))
    places: dict[str, tuple[int, Field]] = {}
    for index, head in enumerate(sheet.header):
        entry = synonyms.get(sheets.folded(head))
        if entry is not None and entry.name not in places:
            places[entry.name] = (index, entry)
    missing = [entry.label for entry in fields if entry.required and entry.name not in places]
    if missing:
        raise BadValue(_("表中缺少必需的列：%(missing)s。") % {"missing": "、".join(missing)})
    used = {index for index, _entry in places.values()}
    others = [(index, head) for index, head in enumerate(sheet.header) if head and index not in used]
    rows = [_row(number, cells, places, others if kind == "products" else []) for number, cells in sheet.rows]
    for row in rows:
        row.faults[:0] = sheet.faults(row.number, [*used, *(index for index, _head in others)])
    _Matching(kind, by).match(rows)
    return Preview(kind, name, [entry.label for _i, entry in places.values()], [head for _i, head in others], rows)


def _row(number: int, cells: list[str], places: Mapping[str, tuple[int, Field]], others: list[tuple[int, str]]) -> Row:
    row = Row(number)
    for name, (index, entry) in places.items():
        cell = cells[index] if index < len(cells) else ""
        if entry.required and not cell.strip():
            row.faults.append(_("%(label)s：没有填写") % {"label": entry.label})
            continue
        try:
            row.values[name] = entry.read(cell)
        except Fault as fault:
            row.faults.append(f"{entry.label}：{fault}")
    ends = row.values.pop("rates", None)
    if ends is not None:
        row.values.setdefault("annual_rate_low", ends[0])
        row.values.setdefault("annual_rate_high", ends[1])
    extra = {head: cells[index].strip()[:500] for index, head in others if index < len(cells) and cells[index].strip()}
    if extra:
        row.values["facts"] = extra
    return row


class _Matching:
    """Finds what rows are about: products by code, organisations by name or code."""

    def __init__(self, kind: str, by: Any) -> None:
        organisations = apps.get_model("people", "Organisation")._default_manager.filter(active=True)
        self.kind, self.by = kind, by
        self.organisations = {key: item for item in organisations for key in (item.name, item.code)}
        self.products: dict[str, Product] = {}

    def match(self, rows: list[Row]) -> None:
        """Tell of each row what importing would do with it."""
        codes = {row.values.get("code") for row in rows}
        self.products = {item.code: item for item in Product.objects.filter(code__in=codes - {None, ""})}
        known: dict[Any, Any] = {}
        if self.kind == "prices":
            known = {(p.product_id, p.name): p for p in PriceItem.objects.all()}
        elif self.kind == "texts":
            known = {(t.product_id, t.title): t for t in StandardText.objects.all()}
        seen: dict[Any, int] = {}
        for row in rows:
            self._resolve(row)
            key = self._key(row)
            if key in seen and not row.faults:
                row.faults.append(_("与第 %(n)d 行重复") % {"n": seen[key]})
            if row.faults:
                row.action = "fault"
                continue
            seen[key] = row.number
            row.target = self.products.get(key) if self.kind == "products" else known.get(key)
            self._compare(row)

    def _key(self, row: Row) -> Any:
        if self.kind == "products":
            return row.values.get("code")
        product = row.values.get("product")
        return (
            product.pk if product is not None else None,
            row.values.get("name" if self.kind == "prices" else "title"),
        )

    def _resolve(self, row: Row) -> None:
        values = row.values
        for name in ("unit", "partner"):
            told = values.pop(name, "")
            if told and told in self.organisations:
                values[name] = self.organisations[told]
            elif told:
                row.faults.append(_("没有名为“%(name)s”的机构") % {"name": told[:20]})
        if self.kind == "products":
            if "unit" not in values and values.get("code") not in self.products:
                if self.by.unit is None:
                    row.faults.append(_("主管部门：没有填写"))
                values["unit"] = self.by.unit
            first, last = values.get("on_sale_from"), values.get("on_sale_until")
            if first and last and last < first:
                row.faults.append(_("下架日早于上架日"))
            return
        code = values.pop("code", "")
        values["product"] = self.products.get(code)
        if code and values["product"] is None:
            row.faults.append(_("没有代码为“%(code)s”的产品，请先导入产品主数据") % {"code": code[:20]})

    def _compare(self, row: Row) -> None:
        if row.target is None:
            row.action = "make"
            return
        for name, value in row.values.items():
            old = getattr(row.target, name)
            new = {**old, **value} if name == "facts" else value
            if old != new:
                row.changes[name] = [old, new]
        row.action = "change" if row.changes else "keep"


_MODELS: dict[str, type[models.Model]] = {"products": Product, "prices": PriceItem, "texts": StandardText}


@transaction.atomic
def run(kind: str, stored: Any, *, name: str, by: Any) -> TableImport:
    """Import a stored table and return what became of it; doing it again changes nothing. Journalled."""
    shown = preview(kind, stored, name=name, by=by)
    source = name[:200]
    for row in shown.rows:
        if row.action == "make":
            made = _MODELS[kind](**row.values, source=source)
            made.save()
            if isinstance(made, Product):
                search.index(made)
        elif row.action == "change":
            _change(row, source, by)
    faults = [{"row": row.number, "faults": row.faults} for row in shown.rows if row.faults]
    record = TableImport.objects.create(
        kind=kind, name=source, rows=len(shown.rows), made=shown.count("make"), changed=shown.count("change"),
        faults=faults, by=by,
    )  # fmt: skip
    facts = {
        "kind": KINDS[kind], "name": source, "made": record.made, "changed": record.changed, "faults": len(faults),
        "sha256": stored.sha256,
    }  # fmt: skip
    journal.record("products.imported", by=by, on=record, facts=facts)
    return record


def _change(row: Row, source: str, by: Any) -> None:
    target = row.target
    for name, (_old, new) in row.changes.items():
        setattr(target, name, new)
    target.source = source
    target.save()
    if isinstance(target, Product):
        labels = {str(Product._meta.get_field(name).verbose_name): pair for name, pair in row.changes.items()}  # type: ignore[union-attr]
        journal.record("products.changed", by=by, on=target, facts={"source": source}, changes=labels)
        search.index(target)
