"""Write a list as an XLSX sheet, row after row in flat memory; no cell can become a formula."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from xiaobao_web.kernel.lists.columns import FIGURES, Column

LIMIT = 50_000
CELL = 32_000
"""Characters a cell holds; Excel's own limit is 32,767."""
ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""First characters that spreadsheets take for a formula or a command when a cell is edited or saved as CSV."""
WIDTHS = {
    "number": 12, "money": 18, "percent": 12, "day": 14, "moment": 18, "deadline": 18,
    "person": 12, "flag": 8, "severity": 10, "state": 14, "choice": 14, "text": 28,
}  # fmt: skip


class Sheet:
    """An XLSX file being written: a sheet of rows and one that says where they come from."""

    def __init__(self, path: Path, columns: list[Column]) -> None:
        self.book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self.columns = columns
        self.written = 0
        self.cut = 0
        self.formats = {name: self.book.add_format(look) for name, look in self._looks().items()}
        self.formats["quoted"].set_quote_prefix()
        self.page = self.book.add_worksheet(_("数据"))
        self.page.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            self.page.set_column(index, index, WIDTHS[column.kind])
            self.page.write_string(0, index, str(column.label), self.formats["head"])

    @staticmethod
    def _looks() -> dict[str, dict[str, Any]]:
        plain = {"font_name": "微软雅黑", "font_size": 10, "valign": "top"}
        return {
            "head": {**plain, "bold": True, "bg_color": "#E8F0FA", "font_color": "#1C2733", "bottom": 1},
            "text": plain,
            "quoted": {**plain, "num_format": "@"},
            "number": {**plain, "num_format": "#,##0.##"},
            "integer": {**plain, "num_format": "#,##0"},
            "money": {**plain, "num_format": "#,##0.00"},
            "percent": {**plain, "num_format": "0.00%"},
            "day": {**plain, "num_format": "yyyy-mm-dd"},
            "moment": {**plain, "num_format": "yyyy-mm-dd hh:mm"},
        }

    def add(self, values: Iterable[Any]) -> None:
        """Write one row of plain values (text, numbers, dates, None)."""
        self.written += 1
        for index, value in enumerate(values):
            self._write(index, self.columns[index], value)

    def _write(self, index: int, column: Column, value: Any) -> None:
        place = (self.written, index)
        if value is None:
            return
        if isinstance(value, datetime):
            self.page.write_datetime(*place, value.replace(tzinfo=None), self.formats["moment"])
        elif isinstance(value, date):
            self.page.write_datetime(*place, value, self.formats["day"])
        elif isinstance(value, int | float | Decimal) and not isinstance(value, bool) and _finite(value):
            name = column.kind if column.kind in FIGURES else "number"
            look = "integer" if name == "number" and isinstance(value, int) else name
            self.page.write_number(*place, value, self.formats[look])
        else:
            self._text(place, str(value))

    def _text(self, place: tuple[int, int], text: str) -> None:
        if len(text) > CELL:
            text, self.cut = text[:CELL] + "…", self.cut + 1
        look = "quoted" if text.startswith(ACTIVE) else "text"
        self.page.write_string(*place, text, self.formats[look])

    def close(self, about: list[tuple[str, str]]) -> None:
        """Finish the file with the lines that say what it holds."""
        if self.columns:
            self.page.autofilter(0, 0, max(1, self.written), len(self.columns) - 1)
        notes = self.book.add_worksheet(_("说明"))
        notes.set_column(0, 0, 16)
        notes.set_column(1, 1, 90)
        if self.cut:
            told = _("%(n)d 个单元格过长，只保留前 %(limit)s 字。") % {"n": self.cut, "limit": f"{CELL:,}"}
            about = [*about, (_("截断"), told)]
        for line, (name, text) in enumerate(about):
            notes.write_string(line, 0, name, self.formats["head"])
            notes.write_string(line, 1, text, self.formats["quoted" if text.startswith(ACTIVE) else "text"])
        self.book.close()


def _finite(value: int | float | Decimal) -> bool:
    """Tell whether a sheet can hold a number: fifteen digits, neither endless nor no number at all."""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value) < 10**15
    return abs(value) < 10**15 if isinstance(value, int) else math.isfinite(value) and abs(value) < 10**15


def write(
    path: Path,
    columns: list[Column],
    batches: Iterator[tuple[list[Any], dict[int, Any]]],
    about: Callable[[int], list[tuple[str, str]]],
    told: Callable[[int], None],
) -> int:
    """Write rows batch by batch with their clocks, tell how many after each, and return how many there are."""
    sheet = Sheet(path, columns)
    try:
        for rows, clocks in batches:
            for row in rows:
                sheet.add(column.plain(row, clocks) for column in columns)
            told(sheet.written)
    except BaseException:
        sheet.book.close()
        raise
    sheet.close(about(sheet.written))
    return sheet.written
