"""Tables of figures: each number opens its rows on the page, and stands as a number in the sheet."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

import xlsxwriter
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from xiaobao_web.kernel import formats, journal
from xiaobao_web.kernel.lists.sheet import ACTIVE
from xiaobao_web.kernel.periods import Period

Text = str | Promise
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORBIDDEN = "[]:*?/\\"


@dataclass(frozen=True)
class Cell:
    """A figure: its value (None where there is no data), how it is shown, the rows it opens."""

    value: Any
    url: str = ""
    kind: str = "number"
    """number, percent, days, money or text."""
    hint: str = ""

    @property
    def shown(self) -> str:
        """Return the value as people read it."""
        if self.value is None:
            return formats.no_data()
        if self.kind == "percent":
            return formats.percent(self.value)
        if self.kind == "days":
            return f"{self.value:.1f}".removesuffix(".0")
        if self.kind == "money":
            return f"{self.value:,.2f}"
        return f"{self.value:,}" if isinstance(self.value, int) else str(self.value)

    @property
    def figures(self) -> bool:
        """Tell whether it stands at the right."""
        return self.kind != "text"


@dataclass(frozen=True)
class Stat:
    """A figure with its name and what it is compared with."""

    label: Text
    cell: Cell
    unit: str = ""
    hint: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table of figures; the first cell of a row names it."""

    title: str
    heads: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    note: str = ""

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Return the heads, each with whether figures stand below it."""
        kinds = self.rows[0] if self.rows else []
        return [(head, index < len(kinds) and kinds[index].figures) for index, head in enumerate(self.heads)]

    @property
    def lines(self) -> list[list[tuple[str, Cell]]]:
        """Return the rows, each cell with its head: what a phone shows beside it."""
        return [list(zip(self.heads, row, strict=False)) for row in self.rows]

    def plain(self) -> list[list[str]]:
        """Return the rows as texts, for a chart's table."""
        return [[cell.shown for cell in row] for row in self.rows]


def link(name: str, **query: Any) -> str:
    """Return a list's address with its filters; values that are None or empty are left out."""
    told = "&".join(f"{key}={_quoted(str(value))}" for key, value in query.items() if value not in (None, ""))
    return f"{reverse(name)}?{told}" if told else reverse(name)


_quoted = lru_cache(maxsize=2_000)(quote_plus)
"""A page of figures has a thousand addresses over the same few days, organisations and words."""


def share(part: int, whole: int) -> float | None:
    """Return a share, None of nothing."""
    return part / whole if whole else None


def median(values: list[float]) -> float | None:
    """Return the middle of some values, None of none."""
    return quantile(values, 0.5)


def quantile(values: list[float], q: float) -> float | None:
    """Return a quantile by linear interpolation between the order statistics (type 7), None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * q
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def compared(now: float | None, before: float | None, *, kind: str = "number") -> str:
    """Return how a figure stands to the one of the last period, as a short sentence; empty where nothing is known."""
    if now is None or before is None:
        return _("上期无数据") if now is not None else ""
    if kind == "percent":
        points = (now - before) * 100
        told = _("持平") if abs(points) < 0.005 else _("%+.2f 个百分点") % points
        return _("上期 %(before)s，%(told)s") % {"before": formats.percent(before), "told": told}
    shown = f"{before:.1f}".removesuffix(".0") if kind == "days" else f"{before:,.0f}"
    if now == before:
        return _("与上期持平（%s）") % shown
    return _("上期 %(before)s，%(told)s") % {"before": shown, "told": _("上升") if now > before else _("下降")}


def workbook(tables: Iterable[Table], about: Iterable[tuple[str, str]]) -> bytes:
    """Return the tables as an XLSX file, a sheet each and one that says where they come from; no cell is a formula."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    plain = {"font_name": "微软雅黑", "font_size": 10}
    looks = {
        "head": book.add_format({**plain, "bold": True, "bg_color": "#E8F0FA", "bottom": 1}),
        "text": book.add_format(plain),
        "number": book.add_format({**plain, "num_format": "#,##0"}),
        "days": book.add_format({**plain, "num_format": "#,##0.0"}),
        "money": book.add_format({**plain, "num_format": "#,##0.00"}),
        "percent": book.add_format({**plain, "num_format": "0.00%"}),
    }
    looks["quoted"] = book.add_format({**plain, "num_format": "@"})
    looks["quoted"].set_quote_prefix()
    names: set[str] = set()
    for table in tables:
        _sheet(book.add_worksheet(_name(table.title, names)), table, looks)
    notes = book.add_worksheet(_("说明"))
    notes.set_column(0, 0, 16)
    notes.set_column(1, 1, 80)
    for line, (name, text) in enumerate(about):
        notes.write_string(line, 0, name, looks["head"])
        notes.write_string(line, 1, text, looks["text"])
    book.close()
    return out.getvalue()


def download(tables: Iterable[Table], about: Iterable[tuple[str, str]], name: str) -> HttpResponse:
    """Return the tables as a file that the browser saves."""
    answer = HttpResponse(workbook(tables, about), content_type=XLSX)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def hand_out(
    user: Any, tables: list[Table], *, title: str, period: Period, about: Iterable[tuple[str, str]]
) -> HttpResponse:
    """Return a period's tables as a file that says where they come from; handing them out is journalled."""
    facts = {"list": title, "rows": sum(len(table.rows) for table in tables), "filters": period.label}
    journal.record("kernel.exported", by=user, facts=facts)
    told = [
        (_("内容"), title), (_("期间"), period.label), *about, (_("导出人"), str(user)),
        (_("导出时间"), f"{timezone.localtime():%Y-%m-%d %H:%M}"),
    ]  # fmt: skip
    return download(tables, told, f"{title} {period.first} {_('至')} {period.last}.xlsx")


def _name(title: str, taken: set[str]) -> str:
    plain = "".join(mark for mark in title if mark not in FORBIDDEN)[:28] or _("数据")
    name, n = plain, 2
    while name in taken:
        name, n = f"{plain}{n}", n + 1
    taken.add(name)
    return name


def _sheet(page: Any, table: Table, looks: dict[str, Any]) -> None:
    page.freeze_panes(1, 0)
    page.set_column(0, 0, 28)
    page.set_column(1, max(1, len(table.heads) - 1), 14)
    for column, head in enumerate(table.heads):
        page.write_string(0, column, head, looks["head"])
    for line, row in enumerate(table.rows, 1):
        for column, cell in enumerate(row):
            _write(page, (line, column), cell, looks)


def _write(page: Any, place: tuple[int, int], cell: Cell, looks: dict[str, Any]) -> None:
    value = cell.value
    if value is None:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        page.write_number(*place, value, looks[cell.kind if cell.kind in looks else "number"])
        return
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    page.write_string(*place, text, looks["quoted" if text.startswith(ACTIVE) else "text"])
