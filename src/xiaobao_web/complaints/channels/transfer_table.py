"""Tables of a bureau: each row a transfer, an urging or a report sent back, with its own number and day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.channels import spreadsheet
from xiaobao_web.complaints.channels.record import MOST_NUMBER, MOST_TEXT
from xiaobao_web.complaints.channels.transferred import KINDS, LABELS, SENT_BACK, SOURCES, URGED, day_of
from xiaobao_web.complaints.models import Source
from xiaobao_web.kernel import sheets

OWN: dict[str, tuple[str, ...]] = {
    "source": ("转办来源", "来源渠道", "来源"),
    "received_on": ("收到转办日期", "收到转办", "接收日期", "签收日期"),
    "action": ("办件类型", "件类型", "转办类型", "办理类型", "类型", "状态"),
}
FIELDS: dict[str, list[str]] = {
    **{name: list(words) for name, words in OWN.items()},
    **{name: list(words) for name, words in LABELS.items() if name != "address"},
}
NAMES = {
    "wish": "投诉请求", "opinion": "转办意见", "unit": "被投诉机构", "due_on": "要求反馈日期",
    "customer_name": "投诉人", "phone": "联系电话",
}  # fmt: skip
SHOWN: dict[str, str] = {name: NAMES.get(name, words[0]) for name, words in FIELDS.items()}
NEEDED = ("number",)
DAYS = ("received_on", "forwarded_on", "received_by_bureau", "due_on")
LONGEST = {"bureau": 80, "customer_name": 80, "phone": 40, "id_number": 40, "product_name": 120, "opinion": 2000}


@dataclass
class Row(spreadsheet.Row):
    """A row of a bureau's table."""

    def plain(self) -> dict[str, Any]:
        """Return the record with its days as text, for a digest."""
        return {name: str(value) for name, value in self.record.items()} | {"unit": self.unit.code if self.unit else ""}


def rows(sheet: sheets.Sheet, meant: dict[str, str], *, source: str, bureau: str) -> list[Row]:
    """Return the rows of a bureau's table; `source` and `bureau` hold where a row names none.

    A number may stand again for an urging or a report sent back, never twice for the same kind.
    """
    units = spreadsheet.units_by_name()
    places = spreadsheet.places_of(sheet, meant).values()
    out: list[Row] = []
    seen: set[tuple[str, str, str]] = set()
    for number, told in spreadsheet.cells_of(sheet, meant):
        row = _row(number, told, units, source, bureau)
        row.faults[:0] = sheet.faults(number, places)
        key = (row.record["source"], row.record["number"], row.record["action"])
        if key in seen:
            row.faults.append(_("编号与前面的行重复"))
        seen.add(key)
        out.append(row)
    return out


def _row(number: int, told: dict[str, str], units: dict[str, Any], source: str, bureau: str) -> Row:
    row = Row(number)
    words = told.get("text", "")
    if told.get("wish"):
        words = f"{words}\n{_('诉求')}：{told['wish']}".strip()
    row.record = {
        "number": told.get("number", ""), "text": words, "bureau": told.get("bureau") or bureau,
        "source": source_of(told.get("source") or told.get("bureau") or "") or source, "action": "",
        **{name: told.get(name, "") for name in ("customer_name", "phone", "id_number", "product_name", "opinion")},
    }  # fmt: skip
    for pattern, kind in KINDS:
        if re.search(pattern, told.get("action", "")):
            row.record["action"] = kind
    for name in DAYS:
        row.record[name] = _day(told.get(name, ""), name, row)
    if told.get("unit"):
        row.unit = units.get(told["unit"]) or spreadsheet.unit_named(told["unit"], units)
        if row.unit is None:
            row.faults.append(_("机构：没有“%s”") % told["unit"][:20])
    _check(row)
    return row


def source_of(words: str) -> str:
    """Return the source that words name, empty where they name none."""
    if words in Source.values:
        return words
    return next((str(source) for pattern, source in SOURCES if re.search(pattern, words)), "")


def _day(told: str, name: str, row: Row) -> date | None:
    if not told:
        return None
    found = day_of(told, timezone.localdate())
    if found is None:
        row.faults.append(
            _("%(label)s：读不懂“%(told)s”，请写作 2026-03-02") % {"label": SHOWN[name], "told": told[:20]}
        )
    return found


def _check(row: Row) -> None:
    record = row.record
    if not record["number"]:
        row.faults.append(_("%s：没有填写") % SHOWN["number"])
    if len(record["number"]) > MOST_NUMBER:
        row.faults.append(_("%(label)s：超过 %(most)d 字") % {"label": SHOWN["number"], "most": MOST_NUMBER})
    if not record["source"]:
        row.faults.append(_("转办来源：看不出是哪个部门，请在上面选择"))
    if len(record["text"]) > MOST_TEXT:
        row.faults.append(_("%(label)s：超过 %(most)d 字") % {"label": SHOWN["text"], "most": MOST_TEXT})
    for name, most in LONGEST.items():
        if len(record[name]) > most:
            row.faults.append(_("%(label)s：超过 %(most)d 字") % {"label": SHOWN[name], "most": most})
    if record["received_on"] and record["received_on"] > timezone.localdate():
        row.faults.append(_("%s：晚于今天") % SHOWN["received_on"])
    if record["action"] in (URGED, SENT_BACK) and not (record["opinion"] or record["text"]):
        row.record["opinion"] = _("见转办表")
