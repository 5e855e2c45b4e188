"""The tables regulators ask for: by channel, business, cause, institution, track; met and missed, days, rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import behind, sums
from xiaobao_web.insights.models import Base
from xiaobao_web.insights.sums import Figures
from xiaobao_web.kernel.access import scope
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.tallies import Cell, Stat, Table, link, share
from xiaobao_web.people.models import Organisation

AT_LEAST = 5
"""Fewer closed complaints than these have no rate: one would tell of a person, not of a practice."""
MOST_UNITS = 60
L = gettext_lazy
PARTS: tuple[tuple[Any, str, str], ...] = (
    (L("渠道"), "channel", "channel"), (L("业务类别"), "business_type", "business"),
    (L("投诉原因"), "cause", "cause"), (L("责任机构"), "unit", "unit"), (L("地区"), "region", "region"),
    (L("办理依据"), "track", "track"),
)  # fmt: skip
"""Title, field, what the address of the complaints behind a figure calls it."""


@dataclass(frozen=True)
class Report:
    """The totals and the tables of a period."""

    stats: list[Stat]
    tables: list[Table]


def report(user: Any, period: Period) -> Report:
    """Return the tables of the complaints a person may see that were received in a period."""
    found = figures_of(user, period)
    whole = Figures()
    for figures in found["track"].values():  # every complaint has one
        whole.add(figures)
    units = Organisation.objects.in_bulk([int(value) for value in found["unit"]])
    names = {value: units[int(value)].name for value in found["unit"]}
    tables = [_table(found[part[1]], period, part, names if part[1] == "unit" else {}) for part in PARTS]
    rates = _rates({units[int(value)].path: figures.total for value, figures in found["unit"].items()}, period)
    return Report(_stats(whole, period), [*tables, *([rates] if rates else [])])


def figures_of(user: Any, period: Period) -> sums.ByPart:
    """Return the figures of what a person may see of a period: kept ones for whoever sees all, else counted now."""
    if scope(user, "complaints.view").everywhere:
        return sums.of_all(period)
    return sums.counted(complaints.visible(user).filter(**period.within("received_at")))


def _stats(whole: Figures, period: Period) -> list[Stat]:
    def cell(figure: str, value: int) -> Cell:
        return Cell(value, _rows(period, figure) if value else "")

    return [
        Stat(_("收到投诉"), cell("total", whole.total), _("件")),
        Stat(_("已办结"), cell("closed", whole.closed), _("件")),
        Stat(_("按期办结率"), Cell(share(whole.met, whole.closed), kind="percent"), "", f"n={whole.closed}"),
        Stat(_("超过法定期限"), cell("missed", whole.missed), _("件"), "", "red" if whole.missed else ""),
        Stat(_("平均办理"), Cell(whole.days, kind="days"), _("天"), f"n={whole.closed}"),
        Stat(_("有责或部分有责"), cell("fault", whole.fault), _("件")),
    ]


def _rows(period: Period, figure: str, **part: Any) -> str:
    return link("insight_rows", figure=figure, **part, **period.address())


def _table(found: sums.ByValue, period: Period, part: tuple[Any, str, str], names: dict[str, str]) -> Table:
    title, name, key = str(part[0]), *part[1:]
    field: Any = apps.get_model("complaints", "Case")._meta.get_field(name)
    labels = {**names, **{value: str(label) for value, label in field.flatchoices or ()}}
    ordered = sorted(found.items(), key=lambda item: (-item[1].total, names.get(item[0], item[0])))[:MOST_UNITS]
    heads = [
        title,
        _("件数"),
        _("已办结"),
        _("按期办结"),
        _("按期率"),
        _("超期"),
        _("平均天数"),
        _("有责"),
        _("补偿金额"),
    ]
    lines = [_line(value, labels.get(value, value or _("未填")), figures, period, key) for value, figures in ordered]
    return Table(_("按%s") % title, heads, lines)


def _line(value: str, told: str, row: Figures, period: Period, key: str) -> list[Cell]:
    listed = key in behind.PARTS or value

    def cell(figure: str, count: int) -> Cell:
        return Cell(count, _rows(period, figure, **{key: value or behind.UNTOLD}) if count and listed else "")

    enough = row.closed >= AT_LEAST
    return [
        Cell(told, cell("total", row.total).url, "text"), cell("total", row.total), cell("closed", row.closed),
        cell("met", row.met),
        Cell(share(row.met, row.closed) if enough else None, kind="percent", hint=f"n={row.closed}"),
        cell("missed", row.missed), Cell(row.days if enough else None, kind="days"),
        cell("fault", row.fault), Cell(float(row.paid) if row.paid is not None else None, kind="money"),
    ]  # fmt: skip


def _rates(paths: dict[str, int], period: Period) -> Table | None:
    """Return complaints per thousand outlets and ten thousand customers, of the organisations with such figures."""
    bases = {row.unit_id: row for row in Base.objects.filter(year=period.last.year).select_related("unit")}
    if not bases:
        return None
    lines = []
    for base in sorted(bases.values(), key=lambda row: row.unit.path):
        count = sum(n for path, n in paths.items() if path.startswith(base.unit.path))
        outlets = count * 1000 / base.outlets if base.outlets else None
        customers = count * 10_000 / base.customers if base.customers else None
        lines.append([
            Cell(str(base.unit), kind="text"),
            Cell(count, _rows(period, "total", within=base.unit_id) if count else ""),
            Cell(base.outlets), Cell(base.customers),
            Cell(round(outlets, 2) if outlets is not None else None, kind="money"),
            Cell(round(customers, 4) if customers is not None else None, kind="money"),
        ])  # fmt: skip
    heads = [_("机构"), _("件数"), _("网点数"), _("个人客户数"), _("每千网点"), _("每万客户")]
    return Table(
        _("相对投诉量"), heads, lines, _("基数为 %d 年登记的网点数与个人客户数，含下级机构。") % period.last.year
    )
