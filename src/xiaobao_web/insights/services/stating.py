"""Freeze the tables of a half-year or a year, and register what rates are per."""

from __future__ import annotations

import io
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.insights import places, statistics
from xiaobao_web.insights.models import Base, Seat, Span, Statement
from xiaobao_web.insights.models.statement import period_of
from xiaobao_web.kernel import files, journal, tallies
from xiaobao_web.kernel.access import require, scope
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.tallies import Table

FIRST_YEAR = 2000


@transaction.atomic
def freeze(*, year: int, span: str, by: Any, note: str = "") -> Statement:
    """Keep the tables of a half-year or a year as they are now, as the next version, with their sheet."""
    require(by, "insights.freeze")
    if not scope(by, "complaints.view").everywhere:
        raise Refused(_("全机构的统计表须由能查看全部投诉的人员固化。"))
    today = timezone.localdate()
    if span not in Span.values or not FIRST_YEAR <= year <= today.year:
        raise BadValue(_("请选择年度和期间。"))
    period = period_of(year, span)
    if period.first > today:
        raise BadValue(_("这一期间还没有开始。"))
    root = apps.get_model("people", "Organisation").objects.select_for_update().filter(parent=None).order_by("pk")[0]
    last = Statement.objects.filter(unit=root, year=year, span=span).aggregate(most=Max("version"))["most"] or 0
    found = statistics.report(by, period)
    row = Statement(unit=root, year=year, span=span, version=last + 1, note=note.strip()[:300], made_by=by)
    row.tables = [_kept(table) for table in (_whole(found), *found.tables)]
    row.total = int(found.stats[0].cell.value)
    data = tallies.workbook(tables_of(row), _about(row, by))
    row.sheet = files.store(io.BytesIO(data), name=f"{row}.xlsx", by=None)
    row.save()
    journal.record("insights.frozen", by=by, on=row, facts={"total": row.total, "version": row.version})
    return row


def _whole(found: statistics.Report) -> Table:
    lines = [[tallies.Cell(str(stat.label), kind="text"), stat.cell, tallies.Cell(str(stat.unit), kind="text")]
             for stat in found.stats]  # fmt: skip
    return Table(_("总览"), [_("指标"), _("数值"), _("单位")], lines)


def _kept(table: Table) -> dict[str, Any]:
    rows = [[{"value": cell.value, "kind": cell.kind} for cell in row] for row in table.rows]
    return {"title": str(table.title), "heads": [str(head) for head in table.heads], "rows": rows, "note": table.note}


def tables_of(row: Statement) -> list[Table]:
    """Return the tables of a statement as they were frozen."""
    out = []
    for item in row.tables:
        lines = [[tallies.Cell(cell["value"], kind=cell["kind"]) for cell in line] for line in item["rows"]]
        out.append(Table(item["title"], item["heads"], lines, item["note"]))
    return out


def _about(row: Statement, by: Any) -> list[tuple[str, str]]:
    return [
        (_("内容"), str(row)), (_("期间"), row.period.label), (_("口径"), _("按收到时间；并案与不予办理的不计")),
        (_("说明"), row.note), (_("固化人"), str(by)), (_("固化时间"), f"{timezone.localtime():%Y-%m-%d %H:%M}"),
    ]  # fmt: skip


@transaction.atomic
def set_base(*, unit: Any, year: int, by: Any, outlets: int | None, customers: int | None,
             province: str = "") -> Base:  # fmt: skip
    """Register how many outlets and customers an organisation has in a year, and in which province it is."""
    require(by, "insights.freeze")
    if province and province not in places.provinces():
        raise BadValue(_("没有这个省份。"), fields={"province": _("请选择")})
    if not FIRST_YEAR <= year <= timezone.localdate().year + 1:
        raise BadValue(_("年度不对。"), fields={"year": _("请检查")})
    if outlets is None and customers is None:
        raise BadValue(_("网点数和客户数至少填一项。"))
    row, _made = Base.objects.update_or_create(
        unit=unit, year=year, defaults={"outlets": outlets, "customers": customers, "set_by": by}
    )
    if province:
        Seat.objects.update_or_create(unit=unit, defaults={"province": province})
    facts = {"unit": unit, "year": year, "outlets": outlets, "customers": customers, "province": province}
    journal.record("insights.base_set", by=by, on=row, facts=facts)
    return row
