"""Tables of another system: which heading means which field, and each row as a record that `imported` reads."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.beside import BESIDE
from xiaobao_web.complaints.channels.imported import arrival_of
from xiaobao_web.complaints.channels.record import MOST_NUMBER
from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.models import ContactKind, Urgency
from xiaobao_web.kernel import sheets
from xiaobao_web.kernel.errors import BadValue

FIELDS: dict[str, tuple[str, ...]] = {
    "number": ("投诉编号", "工单编号", "工单号", "编号", "来源编号", "流水号", "受理编号", "案件编号"),
    "text": ("投诉内容", "内容", "诉求内容", "投诉事项", "问题描述", "工单内容", "反映内容"),
    "received_at": ("收到时间", "投诉时间", "受理时间", "登记时间", "受理日期", "投诉日期", "来电时间", "创建时间"),
    "customer_name": ("投诉人", "客户姓名", "姓名", "客户名称", "来电人"),
    "phone": ("联系电话", "电话", "手机号", "手机", "联系方式", "来电号码"),
    "id_number": ("证件号码", "身份证号", "证件号"),
    "account": ("卡号", "账号", "卡号或账号", "银行卡号"),
    "unit": ("被投诉机构", "责任机构", "机构", "承办机构", "网点", "所属机构"),
    "business_type": ("业务类别", "业务类型", "业务种类"),
    "cause": ("投诉原因", "原因", "投诉原因分类"),
    "product_name": ("产品名称", "产品"),
    "demands": ("诉求", "客户诉求", "投诉诉求"),
    "amount": ("涉及金额", "金额"),
    "urgency": ("紧急程度", "优先级"),
    "track": ("并行时限", "适用时限", "时限类型"),
    "kind": ("工单类型", "类别", "类型", "甄别结果"),
    "subject": ("标题", "主题"),
    "old_state": ("状态", "处理状态", "办理状态"),
    "old_channel": ("渠道", "来源渠道", "投诉渠道", "受理渠道"),
}
"""Each field's usual headings, the first as it is shown."""
NEEDED = ("number", "text")
LABELS = {name: names[0] for name, names in FIELDS.items()}
TIME = re.compile(
    r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})\D{0,2}(?:\s*T?(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?)?"
)
COMPACT = re.compile(r"(20\d\d)(\d\d)(\d\d)(?:[ T]?(\d\d):?(\d\d):?(\d\d)?)?")
"""A moment in digits alone, as programs write it: 20260302, 20260302093000."""
KINDS = {str(label): value for value, label in ContactKind.choices} | {"建议意见": "suggestion", "意见": "suggestion",
         "咨询查询": "inquiry", "查询": "inquiry", "表扬": "suggestion"}  # fmt: skip
URGENCIES = {str(label): value for value, label in Urgency.choices} | {"普通": "normal", "高": "high", "中": "normal",
             "加急": "high", "特急": "critical"}  # fmt: skip


TRACKS = {str(item.label): item.value for item in BESIDE} | {"理赔": "insurance_claim", "异议": "credit_objection",
         "双录整改": "recording_fix"}  # fmt: skip


class _AnyHeading(frozenset[str]):
    """Headings nobody has named yet: the first row with two filled cells is the header."""

    def __contains__(self, name: object) -> bool:
        return bool(name)


@dataclass
class Row:
    """A row: its number in the file, its record, the unit it names, what is wrong with it, what importing would do."""

    number: int
    record: dict[str, Any] = field(default_factory=dict)
    unit: Any = None
    faults: list[str] = field(default_factory=list)
    fate: str = ""

    @property
    def received(self) -> datetime | None:
        """Return when the row says that it was received, None where it does not."""
        told = self.record.get("received_at")
        return datetime.fromisoformat(told) if told else None


def headings(
    data: bytes, remembered: dict[str, str], fields: Mapping[str, Sequence[str]] = FIELDS
) -> tuple[sheets.Sheet, dict[str, str]]:
    """Return a table and what each of its headings means (heading → field, "" for none); raises BadUpload."""
    usual = {sheets.folded(word): name for name, words in fields.items() for word in words}
    known = frozenset(usual) | frozenset(map(sheets.folded, remembered))
    try:
        sheet = sheets.read(data, known)
    except BadValue:
        sheet = sheets.read(data, _AnyHeading())
    meant: dict[str, str] = {}
    taken: set[str] = set()
    for heading in filter(None, sheet.header):
        name = remembered.get(heading, usual.get(sheets.folded(heading), ""))
        meant[heading] = "" if name in taken else name
        taken.add(meant[heading])
    return sheet, meant


def missing(meant: dict[str, str], needed: Sequence[str] = NEEDED, labels: Mapping[str, str] = LABELS) -> list[str]:
    """Return the labels of needed fields that no heading means."""
    return [labels[name] for name in needed if name not in meant.values()]


def places_of(sheet: sheets.Sheet, meant: dict[str, str]) -> dict[str, int]:
    """Return the column of each field that a heading means."""
    return {name: index for index, heading in enumerate(sheet.header) if (name := meant.get(heading))}


def cells_of(sheet: sheets.Sheet, meant: dict[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row's number in the file and its cells by field."""
    places = places_of(sheet, meant)
    for number, cells in sheet.rows:
        yield (
            number,
            {name: plain(cells[place]).strip() if place < len(cells) else "" for name, place in places.items()},
        )


def units_by_name() -> dict[str, Any]:
    """Return the organisations in use by their names and codes."""
    rows = apps.get_model("people", "Organisation")._default_manager.filter(active=True)
    return {key: unit for unit in rows for key in (unit.name, unit.code)}


def unit_named(words: str, units: dict[str, Any] | None = None) -> Any:
    """Return the organisation that words name: by its name or code, or the longest name that they contain."""
    units = units_by_name() if units is None else units
    plainly = "".join(words.split())
    if plainly in units:
        return units[plainly]
    inside = [unit for name, unit in units.items() if len(name) >= 4 and name in plainly and name == unit.name]
    return max(inside, key=lambda unit: len(unit.name), default=None)


def rows(sheet: sheets.Sheet, meant: dict[str, str]) -> list[Row]:
    """Return the rows of a table as records, each with its faults; a number that stands twice is a fault."""
    units = units_by_name()
    places = places_of(sheet, meant).values()
    out: list[Row] = []
    seen: set[str] = set()
    for number, told in cells_of(sheet, meant):
        row = _row(number, told, units, sheet.faults(number, places))
        if told["number"] in seen:
            row.faults.append(_("编号与前面的行重复"))
        seen.add(told["number"])
        out.append(row)
    return out


def _row(number: int, told: dict[str, str], units: dict[str, Any], faults: list[str]) -> Row:
    row = Row(number, faults=faults)
    row.faults += [_("%s：没有填写") % LABELS[name] for name in NEEDED if not told[name]]
    if len(told["number"]) > MOST_NUMBER:
        row.faults.append(_("%(label)s：超过 %(most)d 字") % {"label": LABELS["number"], "most": MOST_NUMBER})
    record: dict[str, Any] = {name: value for name, value in told.items() if value and name != "unit"}
    if told.get("unit"):
        row.unit = units.get(told["unit"])
        if row.unit is None:
            row.faults.append(_("机构：没有“%s”") % told["unit"][:20])
    if "received_at" in record:
        record["received_at"] = _moment(record["received_at"], row)
    if "demands" in record:
        record["demands"] = [part for part in re.split(r"[、;；,，]", record["demands"]) if part.strip()]
    for name, table in (("kind", KINDS), ("urgency", URGENCIES), ("track", TRACKS)):
        if name in record:
            record[name] = table.get(record[name], record[name])
    if not row.faults:
        try:
            arrival_of(record)
        except BadValue as error:
            row.faults += [f"{LABELS.get(name, name)}：{sentence}" for name, sentence in error.fields.items()]
    row.record = record
    return row


def _moment(told: str, row: Row) -> str:
    """Return a moment in ISO form, read as Beijing time; a day alone is its noon."""
    found = COMPACT.fullmatch(told) or TIME.search(told)
    try:
        if found is None or (found.group(4) is None and re.search(r"\d", told[found.end() :])):
            raise ValueError  # an hour that cannot be read is not noon
        year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups())
        moment = datetime(year or 0, month or 0, day or 0, 12 if hour is None else hour, minute or 0, second or 0)
    except ValueError:
        row.faults.append(_("%(label)s：读不懂“%(told)s”，请写作 2026-03-02 10:00")
                          % {"label": LABELS["received_at"], "told": told[:20]})  # fmt: skip
        return ""
    aware = timezone.make_aware(moment)
    if found.group(4) is None and aware > timezone.now():
        aware = min(aware, timezone.make_aware(moment.replace(hour=0)))
    return aware.isoformat()
