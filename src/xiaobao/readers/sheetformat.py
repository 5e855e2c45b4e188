"""How a cell shows its value: dates, percentages, plain numbers; font size and the marks of its look."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from xiaobao.readers.appearance import colour, is_pale
from xiaobao.readers.package import S

_DATES = frozenset([*range(14, 18), *range(27, 37), *range(50, 59)])
_MOMENTS = frozenset([22])
_TIMES = frozenset([18, 19, 20, 21, 45, 46, 47])
_QUOTED = re.compile(r'"[^"]{0,200}"|\\.|\[[^\]]{0,60}\]')


@dataclass(frozen=True, slots=True)
class CellLook:
    """The look of a cell: kind of value (number, percent, date, moment, time), decimals, size in points, marks."""

    kind: str = "number"
    decimals: int | None = None
    size: float | None = None
    marks: frozenset[str] = field(default_factory=frozenset)


class Formats:
    """The cell formats of one workbook."""

    def __init__(self, root: Any | None) -> None:
        self.from_1904 = False
        self._looks: list[CellLook] = []
        if root is None:
            return
        codes = {_whole(n.get("numFmtId")): n.get("formatCode", "") for n in root.iter(f"{S}numFmt")}
        fonts = list(root.iterfind(f"{S}fonts/{S}font"))
        fills = list(root.iterfind(f"{S}fills/{S}fill"))
        for item in root.iterfind(f"{S}cellXfs/{S}xf"):
            kind, decimals = _kind(_whole(item.get("numFmtId")), codes)
            font = _at(fonts, item.get("fontId"))
            size, marks = _font(font, _at(fills, item.get("fillId")))
            self._looks.append(CellLook(kind, decimals, size, marks))

    def look(self, index: int) -> CellLook:
        """Return the look with an index; a plain one where there is none."""
        return self._looks[index] if 0 <= index < len(self._looks) else CellLook()

    def shown(self, value: str, look: CellLook) -> str:
        """Return a stored number as the workbook shows it; the value itself where it is no number."""
        try:
            number = Decimal(value)
        except InvalidOperation:
            return value
        if not number.is_finite() or abs(number) > Decimal("1e15"):
            return value
        if look.kind == "percent":
            step = Decimal(1).scaleb(-(look.decimals or 0))
            return f"{(number * 100).quantize(step, rounding=ROUND_HALF_UP):f}%"
        if look.kind in ("date", "moment", "time"):
            return self._moment(number, look.kind) or value
        # Binary fractions are stored with up to 17 digits; 15 are what the workbook shows.
        text = f"{float(number):.15g}"
        return f"{Decimal(text):f}"

    def _moment(self, number: Decimal, kind: str) -> str:
        days = float(number)
        if days < 0 or days > 2_958_465:
            return ""
        start = datetime(1904, 1, 1) if self.from_1904 else datetime(1899, 12, 30)
        moment = start + timedelta(days=days)
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
        if kind == "time" and days < 1:
            return moment.strftime("%H:%M:%S")
        return moment.strftime("%Y-%m-%d") if kind == "date" else moment.strftime("%Y-%m-%d %H:%M:%S")


def _kind(number: int, codes: dict[int, str]) -> tuple[str, int | None]:
    if number in codes:
        return _of_code(codes[number])
    if number in (9, 10):
        return "percent", 0 if number == 9 else 2
    if number in _DATES:
        return "date", None
    if number in _MOMENTS:
        return "moment", None
    return ("time", None) if number in _TIMES else ("number", None)


def _of_code(code: str) -> tuple[str, int | None]:
    plain = _QUOTED.sub("", code.split(";")[0]).lower()
    if "%" in plain:
        return "percent", len(re.findall(r"[0#?]", plain.partition(".")[2]))
    if "general" in plain or "0" in plain or "#" in plain:
        return "number", None
    day, clock = bool(re.search("[yd]", plain)), bool(re.search("[hs]", plain))
    if day or clock:
        return ("moment" if clock else "date") if day else "time", None
    return ("date", None) if "m" in plain else ("number", None)


def _font(font: Any | None, fill: Any | None) -> tuple[float | None, frozenset[str]]:
    if font is None:
        return None, frozenset()
    marks: set[str] = set()
    size: float | None = None
    text = ""
    for item in font:
        if item.tag == f"{S}sz":
            size = _number(item.get("val"))
        elif item.tag == f"{S}b" and item.get("val", "1") not in ("0", "false"):
            marks.add("bold")
        elif item.tag == f"{S}strike" and item.get("val", "1") not in ("0", "false"):
            marks.add("struck")
        elif item.tag == f"{S}color":
            text = _argb(item)
    ground = ""
    if fill is not None:
        for item in fill.iter(f"{S}fgColor"):
            ground = _argb(item) or "unknown"
    if text and ground != "unknown" and is_pale(colour(text), colour(ground) if ground else None):
        marks.add("pale")
    return size, frozenset(marks)


def _argb(item: Any) -> str:
    if item.get("theme") == "0" and item.get("tint") is None:
        return "ffffff"
    value = item.get("rgb") or ""
    return value[2:] if len(value) == 8 else value


def _at(items: list[Any], index: str | None) -> Any | None:
    place = _whole(index)
    return items[place] if 0 <= place < len(items) else None


def _whole(text: str | None) -> int:
    try:
        return int(text or "0")
    except ValueError:
        return 0


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if 0 < value < 1000 else None
