"""Complaints by place: provinces as tiles of one size, the branches in them, each per outlets and customers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.insights.models import Base, Seat
from xiaobao_web.kernel.periods import Period
from xiaobao_web.kernel.tallies import Cell, Table, link

L = gettext_lazy
MEASURES: dict[str, tuple[Any, float]] = {
    "count": (L("件数"), 1), "outlets": (L("每千网点"), 1_000), "customers": (L("每万客户"), 10_000)
}  # fmt: skip
TONES = 5


@dataclass(frozen=True)
class Province:
    """A province's name, short name and place on the grid (column, row)."""

    name: str
    short: str
    column: int
    row: int


@cache
def provinces() -> dict[str, Province]:
    """Return the provinces by name."""
    rows = yaml.safe_load((Path(__file__).parent / "places.yaml").read_text(encoding="utf-8"))
    return {name: Province(name, *rest) for name, *rest in rows}


@dataclass
class Sum:
    """Complaints of a place, and the outlets and customers of it that are known."""

    count: int = 0
    outlets: int = 0
    customers: int = 0
    counted: dict[str, int] = field(default_factory=lambda: {"outlets": 0, "customers": 0})
    """Complaints of the organisations whose outlets, or customers, are known."""

    def add(self, count: int, base: Base | None) -> None:
        """Add an organisation."""
        self.count += count
        for name in ("outlets", "customers"):
            known = getattr(base, name, None)
            if known:
                setattr(self, name, getattr(self, name) + known)
                self.counted[name] += count

    def value(self, measure: str) -> float | None:
        """Return the figure of a measure, None where its base is not known."""
        if measure == "count":
            return self.count
        known = getattr(self, measure)
        return round(self.counted[measure] * MEASURES[measure][1] / known, 4) if known else None


@dataclass(frozen=True)
class Tile:
    """A tile of the map: what it is of, its figure, how dark it is (0 to 5), what it opens."""

    name: str
    short: str
    x: int
    y: int
    shown: str
    tone: int
    url: str
    current: bool = False
    told: str = ""


@dataclass(frozen=True)
class Places:
    """The map of a period: tiles of provinces, tiles of branches, both as tables, complaints that have no place."""

    tiles: list[Tile]
    branches: list[Tile]
    by_province: Table
    by_branch: Table
    nowhere: int
    answer: str


class Seats:
    """Which organisation is in which province, and which branch a complaint's organisation belongs to."""

    def __init__(self) -> None:
        """Read the organisations and their seats once."""
        units = apps.get_model("people", "Organisation").objects.order_by("path")
        self.units = {unit.pk: unit for unit in units}
        self._seats = dict(Seat.objects.values_list("unit_id", "province"))

    def _above(self, pk: int) -> list[int]:
        """Return an organisation and those above it, itself first."""
        return [int(part) for part in self.units[pk].path.split("/") if part][::-1]

    def province(self, pk: int) -> str:
        """Return the province of an organisation: its own or that of the nearest above; "" where none is known."""
        return next((self._seats[n] for n in self._above(pk) if n in self._seats), "")

    def branch(self, pk: int) -> int:
        """Return the branch of an organisation, itself where it is in none."""
        return next((n for n in self._above(pk) if self.units[n].kind == "branch"), pk)

    def within(self, province: str) -> list[int]:
        """Return the organisations in a province."""
        return [pk for pk in self.units if self.province(pk) == province]


def within(rows: QuerySet[Any], *, province: str = "", unit: Any = None) -> QuerySet[Any]:
    """Return the complaints of a province, or of an organisation and those below it."""
    if unit is not None:
        return rows.filter(unit__path__startswith=unit.path)
    if province in provinces():
        return rows.filter(unit__in=Seats().within(province))
    return rows


def places(
    rows: QuerySet[Any], period: Period, *, measure: str, province: str = "", unit: Any = None, whole: bool = True
) -> Places:  # fmt: skip
    """Return the map of some complaints of a period; a province or branch that is looked at is marked.

    whole: whether they are all there are; of some of them alone, a branch without any says nothing.
    """
    seats = Seats()
    bases = {row.unit_id: row for row in Base.objects.filter(year=period.last.year, unit__kind="branch")}
    counted = dict(rows.order_by().values("unit").annotate(n=Count("pk")).values_list("unit", "n"))
    branches: dict[int, Sum] = defaultdict(Sum)
    for pk, count in counted.items():
        branches[seats.branch(pk)].count += count
    for pk in {*branches, *(bases if whole else ())}:
        count, branches[pk] = branches[pk].count, Sum()
        branches[pk].add(count, bases.get(pk))
    totals: dict[str, Sum] = defaultdict(Sum)
    for pk, found in branches.items():
        totals[seats.province(pk)].add(found.count, bases.get(pk))
    nowhere = totals.pop("", Sum()).count
    here = dict(period.address(), measure=measure)
    tiles = _tiles(totals, measure, here, province)
    shown = [pk for pk in sorted(branches, key=lambda pk: (-branches[pk].count, pk))
             if not province or seats.province(pk) == province]  # fmt: skip
    names = {pk: str(seats.units[pk]) for pk in shown}
    urls = {pk: link("insight_places", within=pk, **here) for pk in shown}
    cards = _cards({pk: branches[pk] for pk in shown}, names, urls, measure, unit)
    tables = (
        _table(_("各省"), _("省份"), {p: totals[p] for p in sorted(totals, key=lambda p: -totals[p].count)},
               {p: p for p in totals}, {p: link("insight_places", province=p, **here) for p in totals}),
        _table(_("各机构"), _("机构"), {pk: branches[pk] for pk in shown}, names, urls),
    )  # fmt: skip
    return Places(tiles, cards, tables[0], tables[1], nowhere, _answer(totals, measure, nowhere))


def _tone(value: float | None, most: float) -> int:
    return min(TONES, max(1, -int(-TONES * value // most))) if value and most else 0


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def _tiles(totals: dict[str, Sum], measure: str, here: dict[str, str], province: str) -> list[Tile]:
    values = {name: totals[name].value(measure) for name in totals}
    most = max((value for value in values.values() if value), default=0)
    out = []
    for name, place in provinces().items():
        value = values.get(name)
        url = link("insight_places", province=name, **here) if name in totals else ""
        told = _told(name, value, measure) if name in totals else _("%s：没有机构") % name
        out.append(Tile(name, place.short, place.column * 10, place.row * 10, _shown(value), _tone(value, most), url,
                        name == province, told))  # fmt: skip
    return out


def _told(name: str, value: float | None, measure: str) -> str:
    figure = _shown(value) if value is not None else _("没有登记基数")
    return _("%(name)s：%(measure)s %(figure)s") % {"name": name, "measure": MEASURES[measure][0], "figure": figure}


def _cards(found: dict[int, Sum], names: dict[int, str], urls: dict[int, str], measure: str, unit: Any) -> list[Tile]:
    values = {pk: total.value(measure) for pk, total in found.items()}
    most = max((value for value in values.values() if value), default=0)
    return [
        Tile(names[pk], names[pk], 0, 0, _shown(values[pk]), _tone(values[pk], most), urls[pk],
             unit is not None and unit.pk == pk, _told(names[pk], values[pk], measure)) for pk in found
    ]  # fmt: skip


def _table(
    title: str, head: str, found: dict[Any, Sum], names: dict[Any, str], urls: dict[Any, str]
) -> Table:  # fmt: skip
    heads = [head, _("件数"), _("网点数"), _("每千网点"), _("个人客户数"), _("每万客户")]
    lines = [
        [Cell(names[key], urls[key], "text"), Cell(total.count, urls[key]), Cell(total.outlets or None),
         Cell(total.value("outlets"), kind="money"), Cell(total.customers or None),
         Cell(total.value("customers"), kind="money")]
        for key, total in found.items()
    ]  # fmt: skip
    return Table(title, heads, lines)


def _answer(totals: dict[str, Sum], measure: str, nowhere: int) -> str:
    known = {name: value for name, total in totals.items() if (value := total.value(measure))}
    if known:
        first = max(known, key=lambda name: (known[name], name))
        if measure == "count":
            return _("%(name)s最多：%(figure)s 件") % {"name": first, "figure": _shown(known[first])}
        told = {"name": first, "measure": str(MEASURES[measure][0]), "figure": _shown(known[first])}
        return _("%(name)s最多：%(measure)s %(figure)s 件") % told
    if nowhere and not totals:
        return _("还没有登记机构所在的省份")
    return _("这段时间没有可以上图的投诉")
