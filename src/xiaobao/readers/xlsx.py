"""Workbooks: a passage a filled cell, values as shown, formulas never run, hidden rows and sheets marked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from xiaobao.errors import LimitExceeded, UnreadableFile
from xiaobao.model import Anchor
from xiaobao.readers.appearance import TINY_POINTS
from xiaobao.readers.draft import Draft, Enough
from xiaobao.readers.limits import DEFAULT
from xiaobao.readers.package import A, Package, R, S, office_score
from xiaobao.readers.registry import reader
from xiaobao.readers.sheetformat import CellLook, Formats
from xiaobao.readers.tables import cell_name, cell_place, header_of, summary

MAIN = "xl/workbook.xml"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name, part and whether the workbook hides it."""

    name: str
    part: str
    hidden: bool


@reader
class WorkbookReader:
    """Read xlsx and xlsm."""

    media_types = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",)
    suffixes = (".xlsx", ".xlsm")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a workbook."""
        return office_score(data, MAIN)

    def read(self, data: bytes, draft: Draft) -> None:
        """Put the cells of every sheet, then its comments and text boxes, into the draft."""
        with Package(data, draft) as package:
            formats = Formats(package.optional("xl/styles.xml"))
            root = package.xml(MAIN)
            properties = root.find(f"{S}workbookPr")
            formats.from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
            strings = _shared(package)
            draft.facts["sheets"] = {}
            for sheet in _sheets(package, root):
                with draft.step("read.sheet_failed", f"工作表“{sheet.name}”", Anchor(sheet=sheet.name)):
                    _Cells(package, sheet, strings, formats).read()
                    _beside(package, sheet)


def _sheets(package: Package, root: Any) -> Iterator[Sheet]:
    relations = package.relations(MAIN)
    for item in root.iter(f"{S}sheet"):
        name = item.get("name") or ""
        kind, part = relations.get(item.get(f"{R}id", ""), ("", ""))
        if not package.has(part):
            package.draft.issue("read.sheet_failed", f"工作表“{name}”的内容缺失", Anchor(sheet=name))
        elif kind == "worksheet":
            yield Sheet(name, part, item.get("state") in ("hidden", "veryHidden"))


def _shared(package: Package) -> list[str]:
    path = next(package.related(MAIN, "sharedStrings"), "xl/sharedStrings.xml")
    out: list[str] = []
    if not package.has(path):
        return out
    with package.draft.step("read.part_failed", "共享文字表"):
        for item in _elements(package, path, f"{S}si"):
            out.append(_rich_text(item))
    return out


def _rich_text(item: Any) -> str:
    # Phonetic guides (rPh) repeat the text and are no part of it.
    return "".join(t.text or "" for t in item.iter(f"{S}t") if t.getparent() is None or t.getparent().tag != f"{S}rPh")


def _elements(package: Package, path: str, tag: str) -> Iterator[Any]:
    """Yield elements of a part one at a time, each emptied after use."""
    data = package.archive.content(path)
    if b"<!DOCTYPE" in data[:2000]:
        raise UnreadableFile(f"{path} 含有文档类型定义，为安全起见不予解析")
    try:
        walk = etree.iterparse(
            io.BytesIO(data), events=("end",), tag=tag, resolve_entities=False, no_network=True, load_dtd=False
        )
        for _, item in walk:
            yield item
            item.clear()
            while item.getprevious() is not None:
                del item.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise UnreadableFile(f"{path} 不是有效的 XML，文件可能损坏") from error


def unsaved_formulas(data: bytes) -> list[tuple[int, int]]:
    """Return row and column, from 1, of the formulas of a workbook's first sheet that were saved without a value.

    What asks for the values alone gets a nought or nothing there. Programs that compute nothing write a nought and ask
    to have all computed on opening. Empty for what is no such workbook.
    """
    try:
        with Package(data, Draft("", DEFAULT)) as package:
            if not package.has(MAIN):
                return []
            root = package.xml(MAIN)
            first = next(_sheets(package, root), None)
            return [] if first is None else list(_unsaved(package, first, _uncomputed(root)))
    except (UnreadableFile, LimitExceeded, Enough):
        return []


def _uncomputed(root: Any) -> bool:
    """Tell whether a workbook asks to be computed when it is opened."""
    found = root.find(f"{S}calcPr")
    return found is not None and found.get("fullCalcOnLoad") in ("1", "true")


def _unsaved(package: Package, sheet: Sheet, uncomputed: bool) -> Iterator[tuple[int, int]]:
    empty = ("", "0") if uncomputed else ("",)
    number = 0
    for row in _elements(package, sheet.part, f"{S}row"):
        number, column = _whole(row.get("r"), number + 1), 0
        for cell in row.iter(f"{S}c"):
            number, column = cell_place(cell.get("r", "")) or (number, column + 1)
            if cell.find(f"{S}f") is None or cell.get("t", "n") != "n":
                continue
            found = cell.find(f"{S}v")
            if ("" if found is None else found.text or "") in empty:
                yield number, column


class _Cells:
    """Read the cells of one sheet."""

    def __init__(self, package: Package, sheet: Sheet, strings: list[str], formats: Formats) -> None:
        self.package, self.draft = package, package.draft
        self.sheet, self.strings, self.formats = sheet, strings, formats
        self.header: list[str] = []
        self.rows = self.columns = self.unsaved = 0

    def read(self) -> None:
        """Put every filled cell into the draft and the sheet's facts beside."""
        hidden_columns = self._hidden_columns()
        try:
            for row in _elements(self.package, self.sheet.part, f"{S}row"):
                self._row(row, hidden_columns)
        finally:
            facts = summary(self.rows, self.columns, self.header, self.sheet.hidden)
            self.draft.facts["sheets"][self.sheet.name] = facts
        if self.unsaved:
            said = f"工作表“{self.sheet.name}”有 {self.unsaved} 个公式没有保存计算结果，其值未读取"
            self.draft.issue("read.formula_unsaved", said, Anchor(sheet=self.sheet.name))

    def _hidden_columns(self) -> list[tuple[int, int]]:
        out: list[tuple[int, int]] = []
        for item in _elements(self.package, self.sheet.part, f"{S}col"):
            if item.get("hidden") in ("1", "true"):
                out.append((_whole(item.get("min"), 0), _whole(item.get("max"), 0)))
        return out

    def _row(self, row: Any, hidden_columns: list[tuple[int, int]]) -> None:
        self.draft.tick()
        number = _whole(row.get("r"), self.rows + 1)
        values: list[str] = []
        column = 0
        row_hidden = row.get("hidden") in ("1", "true")
        for cell in row.iter(f"{S}c"):
            place = cell_place(cell.get("r", "")) or (number, column + 1)
            number, column = place
            look = self.formats.look(_whole(cell.get("s"), 0))
            text = self._value(cell, look)
            if not text.strip():
                continue
            values.append(text)
            hidden = self.sheet.hidden or row_hidden or any(a <= column <= b for a, b in hidden_columns)
            self._add(text, cell_name(number, column), look, hidden)
            self.columns = max(self.columns, column)
        self.rows = max(self.rows, number)
        if not self.header:
            self.header = header_of(values)

    def _add(self, text: str, cell: str, look: CellLook, hidden: bool) -> None:
        marks = set(look.marks)
        if hidden:
            marks.add("hidden")
        if look.size is not None and look.size < TINY_POINTS:
            marks.add("tiny")
        anchor = Anchor(sheet=self.sheet.name, cell=cell, part="hidden" if hidden else None)
        self.draft.add(text, anchor, size=look.size, marks=marks)

    def _value(self, cell: Any, look: CellLook) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _rich_text(cell)
        found = cell.find(f"{S}v")
        value = "" if found is None else found.text or ""
        if not value:
            if cell.find(f"{S}f") is not None and kind != "str":
                self.unsaved += 1
            return ""
        if kind == "s":
            index = _whole(value, -1)
            return self.strings[index] if 0 <= index < len(self.strings) else ""
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        return self.formats.shown(value, look) if kind == "n" else value


def _beside(package: Package, sheet: Sheet) -> None:
    """Read comments, text boxes and pictures of a sheet."""
    draft = package.draft
    for path in package.related(sheet.part, "comments"):
        root = package.optional(path)
        for item in root.iter(f"{S}comment") if root is not None else ():
            draft.add(_rich_text(item), Anchor(sheet=sheet.name, cell=item.get("ref"), part="comment"))
    for path in package.related(sheet.part, "drawing"):
        root = package.optional(path)
        if root is None:
            continue
        for paragraph in root.iter(f"{A}p"):
            text = "".join(t.text or "" for t in paragraph.iter(f"{A}t"))
            draft.add(text, Anchor(sheet=sheet.name, part="textbox"))
        for picture in package.related(path, "image"):
            package.read_picture(picture, Anchor(sheet=sheet.name, part="image"))


def _whole(text: str | None, default: int) -> int:
    try:
        return int(text) if text and len(text) < 12 else default
    except ValueError:
        return default
