"""Take in the issues of an old ledger from a table: row by row, bad rows told and passed over, twice is once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.limits import limits
from xiaobao_web.findings.models import Issue, IssueSource, IssueState, Severity
from xiaobao_web.kernel import deadlines, files, journal, search, sheets
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.numbers import next_number

LIMIT = 20 * 1024 * 1024
COLUMNS: dict[str, tuple[str, ...]] = {
    "old": ("原编号", "编号", "问题编号", "序号"),
    "title": ("问题", "问题描述", "问题名称"),
    "description": ("情况", "问题情况", "说明"),
    "source": ("来源", "问题来源"),
    "severity": ("严重程度", "程度", "等级"),
    "category": ("类别", "问题类别", "分类"),
    "unit": ("责任机构", "责任部门", "机构", "责任单位"),
    "owner": ("责任人", "整改责任人"),
    "found_on": ("发现日期", "检查日期"),
    "due_on": ("整改期限", "完成期限"),
    "outcome": ("整改结果", "整改情况"),
    "closed_on": ("销号日期", "完成日期"),
}
"""Each column's names, the first as it is shown."""
NEEDED = ("title", "source", "unit")
DATE = re.compile(r"(\d{4})\D(\d{1,2})\D(\d{1,2})")


@dataclass
class Row:
    """A row of the table: what it says, what is wrong with it, whether it is known already."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    known: bool = False


@dataclass
class Preview:
    """What importing a table would do."""

    name: str
    columns: list[str]
    unknown: list[str]
    rows: list[Row]

    @property
    def made(self) -> list[Row]:
        """Return the rows that would be entered."""
        return [row for row in self.rows if not row.faults and not row.known]

    @property
    def bad(self) -> list[Row]:
        """Return the rows that would be left out."""
        return [row for row in self.rows if row.faults]

    @property
    def kept(self) -> int:
        """Return how many rows are in the ledger already."""
        return sum(1 for row in self.rows if row.known and not row.faults)


def store(upload: Any, *, by: Any) -> Any:
    """Keep an uploaded table, so that what is confirmed is what was shown."""
    require(by, "findings.import")
    return files.store(upload, name=str(upload.name), by=by, limit=LIMIT)


def preview(stored: Any, *, name: str, by: Any) -> Preview:
    """Return what importing a stored table would do; raises BadUpload or BadValue for a file that is no such table."""
    require(by, "findings.import")
    with files.open_stored(stored) as file:
        data = file.read()
    names = {sheets.folded(item): key for key, items in COLUMNS.items() for item in items}
    sheet = sheets.read(data, frozenset(names))
    places: dict[str, int] = {}
    for index, head in enumerate(sheet.header):
        key = names.get(sheets.folded(head))
        if key is not None:
            places.setdefault(key, index)
    missing = [COLUMNS[key][0] for key in NEEDED if key not in places]
    if missing:
        raise BadValue(_("表中缺少必需的列：%s。") % "、".join(missing))
    reader = _Reader()
    rows = [reader.read(number, cells, places) for number, cells in sheet.rows]
    for row in rows:
        row.faults[:0] = sheet.faults(row.number, places.values())
    _mark_known(rows, name)
    used = set(places.values())
    others = [head for index, head in enumerate(sheet.header) if head and index not in used]
    return Preview(name, [COLUMNS[key][0] for key in places], others, rows)


class _Reader:
    """Reads rows: organisations by name or code, people by account or by a name only one of them has."""

    def __init__(self) -> None:
        organisations = apps.get_model("people", "Organisation")._default_manager.filter(active=True)
        self.organisations = {key: item for item in organisations for key in (item.name, item.code)}
        self.people: dict[str, list[Any]] = {}
        for person in get_user_model()._default_manager.filter(is_active=True):
            for key in {person.get_full_name(), person.get_username()}:
                self.people.setdefault(key, []).append(person)
        self.sources = {str(item.label): item.value for item in IssueSource}
        self.severities = {str(item.label): item.value for item in Severity}

    def read(self, number: int, cells: list[str], places: dict[str, int]) -> Row:
        """Return a row with its faults."""
        row = Row(number)
        told = {key: cells[index].strip() if index < len(cells) else "" for key, index in places.items()}
        for key in NEEDED:
            if not told[key]:
                row.faults.append(_("%s：没有填写") % COLUMNS[key][0])
        for key in ("old", "title", "description", "category", "outcome"):
            row.values[key] = told.get(key, "")
        self._choose(row, "source", told["source"], self.sources, "")
        self._choose(row, "severity", told.get("severity", ""), self.severities, Severity.MEDIUM.value)
        self._choose(row, "unit", told["unit"], self.organisations, None)
        self._person(row, told.get("owner", ""))
        for key in ("found_on", "due_on", "closed_on"):
            row.values[key] = self._day(row, key, told.get(key, ""))
        return row

    @staticmethod
    def _choose(row: Row, key: str, told: str, known: dict[str, Any], usual: Any) -> None:
        row.values[key] = known.get(told, usual)
        if told and told not in known:
            row.faults.append(_("%(column)s：没有“%(told)s”") % {"column": COLUMNS[key][0], "told": told[:20]})

    def _person(self, row: Row, told: str) -> None:
        found = self.people.get(told, [])
        near = [person for person in found if person.unit_id == getattr(row.values["unit"], "pk", None)]
        found = near or found
        row.values["owner"] = found[0] if len(found) == 1 else None
        if told and not found:
            row.faults.append(_("责任人：没有“%s”") % told[:20])
        elif len(found) > 1:
            row.faults.append(_("责任人：有 %(n)d 位“%(told)s”，请填写账号") % {"n": len(found), "told": told[:20]})

    @staticmethod
    def _day(row: Row, key: str, told: str) -> date | None:
        if not told:
            return None
        found = DATE.search(told)
        try:
            day = date(*(int(part) for part in found.groups())) if found else None
        except ValueError:
            day = None
        label = COLUMNS[key][0]
        if day is None:
            row.faults.append(_("%(label)s：读不懂“%(told)s”，请写作 2026-03-02") % {"label": label, "told": told[:20]})
        elif key != "due_on" and day > timezone.localdate():
            row.faults.append(_("%s：晚于今天") % label)
        return day


def _key(row: Row, name: str) -> str:
    """Return what tells an old issue from others: its old number, else the table and its words."""
    return _("旧台账 %s") % (row.values["old"] or f"{name} {row.values['title']}"[:150])


def _mark_known(rows: list[Row], name: str) -> None:
    keys = [_key(row, name) for row in rows]
    units = {
        (item.source_name, item.unit_id)
        for item in Issue.objects.filter(source_name__in=keys).only("source_name", "unit_id")
    }
    seen: set[tuple[str, Any]] = set()
    for row, key in zip(rows, keys, strict=True):
        mark = (key, getattr(row.values["unit"], "pk", None))
        row.known = mark in units
        if mark in seen and not row.known:
            row.faults.append(_("与前面的行重复"))
        seen.add(mark)


@transaction.atomic
def run(stored: Any, *, name: str, by: Any) -> Preview:
    """Enter the issues of a stored table and return what became of each row; again enters nothing. Journalled."""
    shown = preview(stored, name=name, by=by)
    for row in shown.made:
        _enter(row, _key(row, name), by)
    facts = {"name": name, "made": len(shown.made), "faults": len(shown.bad), "sha256": stored.sha256}
    journal.record("findings.imported", by=by, facts=facts)
    return shown


def _enter(row: Row, key: str, by: Any) -> None:
    values = row.values
    done = values["closed_on"] is not None
    state = IssueState.CLOSED if done else IssueState.ASSIGNED if values["owner"] else IssueState.OPEN
    due = values["due_on"]
    if state == IssueState.ASSIGNED and due is None:
        due = deadlines.calendar().add_working_days(timezone.localdate(), limits().terms[values["severity"]]).date
    issue = Issue.objects.create(
        number=next_number("WT"), title=values["title"][:200], description=values["description"],
        source=values["source"], source_name=key[:200], category=values["category"][:60], severity=values["severity"],
        unit=values["unit"], owner=values["owner"], raised_by=by, due_on=due, state=state, outcome=values["outcome"],
        found_on=values["found_on"] or values["closed_on"] or timezone.localdate(),
        closed_at=_noon(values["closed_on"]) if done else None,
    )  # fmt: skip
    if state == IssueState.ASSIGNED and due is not None:
        left = (due - timezone.localdate()).days
        at = timezone.now() if left >= 0 else _noon(due)
        basis = _("本机构整改时限")
        deadlines.start(issue, "rectify", label=_("完成整改"), basis=basis, natural_days=max(left, 0), at=at)
    told = {"source": issue.get_source_display(), "title": issue.title, "comment": key}
    journal.record("findings.opened", by=by, on=issue, facts=told)
    search.index(issue)


def _noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))
