"""Comma-separated values: a passage a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from xiaobao.model import Anchor
from xiaobao.readers.draft import Draft
from xiaobao.readers.encoding import encoding_of
from xiaobao.readers.registry import reader, suffix_of
from xiaobao.readers.txt import add_lines, decoded_text


@reader
class CsvReader:
    """Read csv and tsv; the name must say so, for any text could be one."""

    media_types = ("text/csv",)
    suffixes = (".csv", ".tsv")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a table of text."""
        return 0.7 if suffix_of(name) in self.suffixes and encoding_of(data) is not None else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Put every filled cell into the draft."""
        text = decoded_text(data, draft).text
        table = csv.reader(io.StringIO(text, newline=""), delimiter=separator(text))
        header: list[str] = []
        rows = columns = 0
        try:
            for rows, cells in enumerate(table, 1):
                if not header:
                    header = header_of(cells)
                columns = max(columns, len(cells))
                for column, value in enumerate(cells):
                    draft.add(value, Anchor(cell=cell_name(rows, column + 1)))
        except csv.Error as error:
            draft.issue("read.table_broken", f"第 {rows + 1} 行起表格格式有误（{error}），其后按普通文本读取")
            add_lines(text.split("\n")[table.line_num :], draft)
        draft.facts["sheets"] = {"": {"rows": rows, "columns": columns, "header": header}}


def separator(text: str) -> str:
    """Return the separator that the first lines use most evenly."""
    lines = [line for line in text[:20_000].splitlines()[:20] if line.strip()]
    best, most = ",", 0
    for mark in ",\t;|":
        counts = [line.count(mark) for line in lines]
        steady = min(counts, default=0) * 100 + sum(counts)
        if steady > most:
            best, most = mark, steady
    return best


def header_of(cells: Iterable[str]) -> list[str]:
    """Return the cells of a row if they can be a header: two at least, no number among them; else an empty list."""
    values = [value.strip() for value in cells]
    filled = [value for value in values if value]
    if len(filled) < 2 or any(_is_number(value) for value in filled):
        return []
    return values


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, both counted from 1: (2, 28) is AB2."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def cell_place(name: str) -> tuple[int, int] | None:
    """Return row and column, from 1, of a cell's name; None where it is no name."""
    letters = name.rstrip("0123456789")
    digits = name[len(letters) :]
    if (
        not letters
        or len(letters) > 3
        or not digits
        or len(digits) > 7
        or not letters.isalpha()
        or not letters.isascii()
    ):
        return None
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits), column


def _is_number(value: str) -> bool:
    try:
        float(value.replace(",", "").rstrip("%％"))
    except ValueError:
        return False
    return True


def summary(rows: int, columns: int, header: Sequence[str], hidden: bool = False) -> dict[str, object]:
    """Return the facts of a sheet."""
    facts: dict[str, object] = {"rows": rows, "columns": columns, "header": list(header)}
    if hidden:
        facts["hidden"] = True
    return facts
