"""Tables as people keep them: XLSX and CSV (UTF-8 or GB18030) to rows of text by their header."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.kernel.errors import BadUpload

MOST_ROWS = 5_000
MOST_COLUMNS = 100
EXACT = 10**15
"""A workbook keeps fifteen digits of a number."""
HEADER_WITHIN = 10
"""A title may stand above the header: it is sought in the first ten rows."""


@dataclass(frozen=True)
class Sheet:
    """A table: its header and its rows, each with its number in the file (from 1).

    unsaved: by row, the names (B3) by column of formulas whose value was not saved; such a cell reads as empty.
    rounded: by row, the names by column of whole numbers longer than a workbook keeps; their last digits are lost.
    longer: by row of a CSV, how many cells it has beyond the header and the other rows: a comma within words.
    """

    header: list[str]
    rows: list[tuple[int, list[str]]]
    unsaved: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    rounded: Mapping[int, Mapping[int, str]] = field(default_factory=dict)
    longer: Mapping[int, int] = field(default_factory=dict)

    def faults(self, number: int, places: Iterable[int]) -> list[str]:
        """Return what is wrong with the cells of a row that are read, at their columns (from 0)."""
        unsaved, rounded, more = self.unsaved.get(number, {}), self.rounded.get(number, {}), self.longer.get(number)
        found: list[str] = []
        if more:
            told = _("这一行比表头多出 %d 格，多半是文字里的逗号；请给文字加上双引号，或另存为 XLSX 后再导入")
            found.append(told % more)
        for place in places:
            if place in unsaved:
                found.append(_("%s 是没有保存计算结果的公式，请用表格软件打开原文件，保存后再导入") % unsaved[place])
            if place in rounded:
                told = _("%s 是超过 15 位的数，后几位已被表格软件改动；请把这一列设为文本，重新导出后再导入")
                found.append(told % rounded[place])
        return found


def read(data: bytes, known: frozenset[str]) -> Sheet:
    """Return the table of a file; the header is the first row with two known names.

    Raises BadUpload for a file that is no table, has no known header, or too many rows.
    """
    unsaved, rounded = _unsaved(data), dict[int, dict[int, str]]()
    lines = list(_lines(data, unsaved, rounded))
    for index, (_number, cells) in enumerate(lines[:HEADER_WITHIN]):
        names = [cell.strip().replace("\n", "") for cell in cells]
        if sum(1 for name in names if folded(name) in known) >= 2:
            rows = [(number, cells) for number, cells in lines[index + 1 :] if any(cell.strip() for cell in cells)]
            if len(rows) > MOST_ROWS:
                raise BadUpload(
                    _("一次最多导入 %(most)d 行，文件有 %(rows)d 行，请分次导入。")
                    % {"most": MOST_ROWS, "rows": len(rows)}
                )
            if not rows:
                raise BadUpload(_("表头下面没有数据行。"))
            return Sheet(names, rows, unsaved, rounded, {} if _is_workbook(data) else _longer(names, rows))
    raise BadUpload(_("没有找到表头：前 10 行里应有一行写着列名（例如“产品代码”“产品名称”）。"))


def folded(name: str) -> str:
    """Return a column's name without blanks, brackets' content and case."""
    plain = name.replace("（", "(").split("(")[0]
    return "".join(plain.split()).lower().strip("*：:")


def _is_workbook(data: bytes) -> bool:
    return data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _longer(header: list[str], rows: list[tuple[int, list[str]]]) -> dict[int, int]:
    """Return by row how many cells too many it has; empty ones at the end count where most rows have none."""
    lengths = Counter(len(cells) for _number, cells in rows)
    usual = min(length for length, count in lengths.items() if count == max(lengths.values()))
    out = {}
    for number, cells in rows:
        if len(cells) > len(header) and (len(cells) > usual or any(cell.strip() for cell in cells[len(header) :])):
            out[number] = len(cells) - len(header)
    return out


def _lines(
    data: bytes, unsaved: Mapping[int, Mapping[int, str]], rounded: dict[int, dict[int, str]]
) -> Iterator[tuple[int, list[str]]]:  # fmt: skip
    if _is_workbook(data):
        for number, cells in _of_workbook(data, rounded):
            empty = unsaved.get(number, {})
            yield number, [("" if place in empty else cell) for place, cell in enumerate(cells)] if empty else cells
        return
    text = _decoded(data)
    sample = text[:4000]
    delimiter = max((",", "\t", ";"), key=sample.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
            yield number, row[:MOST_COLUMNS]
    except csv.Error as error:
        raise BadUpload(_("CSV 读不懂：%(error)s。请另存为 XLSX 后再导入。") % {"error": error}) from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadUpload(_("文件不是表格：既不是 XLSX，也不是 UTF-8 或 GB18030 编码的 CSV。"))


def _of_workbook(data: bytes, rounded: dict[int, dict[int, str]]) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    from xiaobao.readers.tables import cell_name

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError) as error:
        raise BadUpload(_("表格打不开，可能已损坏或设有密码，请另存后再导入。")) from error
    for number, row in enumerate(rows, 1):
        for place, cell in enumerate(row[:MOST_COLUMNS]):
            if isinstance(cell, int | float) and abs(cell) >= EXACT:
                rounded.setdefault(number, {})[place] = cell_name(number, place + 1)
        yield number, [_text(cell) for cell in row[:MOST_COLUMNS]]


def _unsaved(data: bytes) -> dict[int, dict[int, str]]:
    from xiaobao.readers.tables import cell_name
    from xiaobao.readers.xlsx import unsaved_formulas

    out: dict[int, dict[int, str]] = {}
    for row, column in unsaved_formulas(data) if data[:4] == b"PK\x03\x04" else ():
        out.setdefault(row, {})[column - 1] = cell_name(row, column)
    return out


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return _("是") if cell else _("否")
    if isinstance(cell, float):
        return f"{cell:.10f}".rstrip("0").rstrip(".")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
