"""PDFium behind one lock: documents, pages as pictures, characters as lines with boxes, sizes and colours."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from xiaobao.errors import LimitExceeded, UnreadableFile
from xiaobao.model import Box
from xiaobao.ocr.engine import Pixels
from xiaobao.readers.appearance import Rgb

LOCK = threading.RLock()
"""PDFium may be used by one thread at a time."""
SHORT = 4
"""Fewer letters than this in another size do not make a line of their own."""
TELLING = 12
"""Characters from the end of a line that tell how tall its print is."""
_FINE = 64
"""Device units per point when places are asked for, which come as whole numbers."""


@dataclass(frozen=True, slots=True)
class PdfLine:
    """A line of a page's text layer: box in points from the page's upper left corner, size in points."""

    text: str
    box: Box
    size: float
    colour: Rgb | None = None
    unseen: bool = False
    bold: bool = False
    vertical: bool = False


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Give an open document and close it; raise UnreadableFile where it is encrypted or broken."""
    with LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            if "password" in str(error).lower() or "security" in str(error).lower():
                raise UnreadableFile("PDF 已加密，需要密码才能打开", code="input.encrypted") from error
            raise UnreadableFile("PDF 损坏或不完整，无法打开") from error
        try:
            yield document
        finally:
            document.close()


@contextmanager
def page_of(document: Any, index: int) -> Iterator[Any]:
    """Give a page and close it; raise UnreadableFile where it cannot be loaded."""
    try:
        page = document[index]
    except pdfium.PdfiumError as error:
        raise UnreadableFile("页面损坏") from error
    try:
        yield page
    finally:
        page.close()


def rendered(page: Any, scale: float, max_pixels: int) -> Pixels:
    """Return a page as an RGB picture at a scale in pixels per point; raise LimitExceeded where it is too large."""
    width, height = page.get_size()
    if width * height * scale * scale > max_pixels:
        raise LimitExceeded(f"页面有 {width:.0f}×{height:.0f} 点，按 {scale:g} 倍渲染超过 {max_pixels} 像素的上限")
    bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
    try:
        array = bitmap.to_numpy()
        if array.ndim == 2 or array.shape[2] == 1:
            return np.repeat(array.reshape(array.shape[0], array.shape[1], 1), 3, axis=2).copy()
        return np.ascontiguousarray(array[:, :, :3])
    finally:
        bitmap.close()


def lines_of(page: Any) -> list[PdfLine]:
    """Return the lines of a page's text layer in the order of the page."""
    text = page.get_textpage()
    try:
        count = raw.FPDFText_CountChars(text)
        if count <= 0:
            return []
        return _stacked(list(_lines(_Place(page), text, count)))
    finally:
        text.close()


class _Place:
    """Turn places of a page's own space into points from its upper left corner as it is shown."""

    def __init__(self, page: Any) -> None:
        self._page = page
        self._width, self._height = page.get_size()
        corner = self._ask(0.0, 0.0)
        right, up = self._ask(100.0, 0.0), self._ask(0.0, 100.0)
        self._origin = corner
        self._x = ((right[0] - corner[0]) / 100, (right[1] - corner[1]) / 100)
        self._y = ((up[0] - corner[0]) / 100, (up[1] - corner[1]) / 100)

    def _ask(self, x: float, y: float) -> tuple[float, float]:
        left, top = ctypes.c_int(), ctypes.c_int()
        width, height = round(self._width * _FINE), round(self._height * _FINE)
        raw.FPDF_PageToDevice(self._page, 0, 0, width, height, 0, x, y, left, top)
        return left.value / _FINE, top.value / _FINE

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        """Return a box in points from the upper left corner."""
        xs, ys = [], []
        for x, y in ((left, bottom), (right, top)):
            xs.append(self._origin[0] + x * self._x[0] + y * self._y[0])
            ys.append(self._origin[1] + x * self._x[1] + y * self._y[1])
        return min(xs), min(ys), max(xs), max(ys)


@dataclass(slots=True)
class _Char:
    letter: str
    index: int
    size: float
    box: Box | None


def _lines(place: _Place, text: Any, count: int) -> Iterator[PdfLine]:
    line: list[_Char] = []
    for char in _chars(text, count):
        ends = char.letter == "\n"
        if line and (ends or _is_apart(line, char)):
            yield from _by_size(place, text, line)
            line = []
        if not ends:
            line.append(char)
    if line:
        yield from _by_size(place, text, line)


def _chars(text: Any, count: int) -> Iterator[_Char]:
    box = [ctypes.c_double() for _ in range(4)]
    high = 0
    for index in range(count):
        code = raw.FPDFText_GetUnicode(text, index)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if high and 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00)
        high = 0
        letter = "\n" if code in (10, 13) else "" if code in (0, 2, 0xFFFE) else chr(code)
        found = None
        if code > 32 and raw.FPDFText_GetCharBox(text, index, *box):
            # PDFium gives left, right, bottom, top.
            found = box[0].value, box[2].value, box[1].value, box[3].value
        yield _Char(letter, index, float(raw.FPDFText_GetFontSize(text, index)) if found else 0.0, found)


def _is_apart(line: list[_Char], char: _Char) -> bool:
    """Tell whether a character stands so far right of a line that it belongs to another column."""
    last = next((item for item in reversed(line) if item.box is not None), None)
    if last is None or last.box is None or char.box is None:
        return False
    gap = char.box[0] - last.box[2]
    if gap <= 12.0 or min(last.box[3], char.box[3]) <= max(last.box[1], char.box[1]):
        return False
    # Quotation marks and commas are small in their cells: how tall the print is, letters before them tell.
    boxes = [char.box, *(item.box for item in line[-TELLING:] if item.box is not None)]
    return gap > 2.5 * max(last.box[2] - last.box[0], *(box[3] - box[1] for box in boxes))


def _by_size(place: _Place, text: Any, line: list[_Char]) -> Iterator[PdfLine]:
    """Yield a line, or its parts where print of another size stands in it."""
    groups: list[list[_Char]] = [[]]
    size = 0.0
    for char in line:
        if char.size and size and not 0.67 < char.size / size < 1.5:
            groups.append([])
        size = char.size or size
        groups[-1].append(char)
    if any(sum(1 for char in group if char.box is not None) < SHORT for group in groups):
        groups = [line]
    for group in groups:
        yield _line(place, text, group)


def _line(place: _Place, text: Any, chars: list[_Char]) -> PdfLine:
    said = "".join(char.letter for char in chars)
    inked = [(char.index, char.box) for char in chars if char.box is not None]
    if not inked:
        return PdfLine(said, (0.0, 0.0, 0.0, 0.0), 0.0)
    left, bottom, right, top = zip(*(box for _, box in inked), strict=True)
    box = place.box(min(left), min(bottom), max(right), max(top))
    first = inked[len(inked) // 2][0]
    weight = raw.FPDFText_GetFontWeight(text, first)
    tall = len(inked) > 2 and (box[3] - box[1]) > 2.5 * (box[2] - box[0])
    return PdfLine(said, box, _size(text, first), _colour(text, first), _unseen(text, first), weight >= 600, tall)


def _size(text: Any, index: int) -> float:
    size = float(raw.FPDFText_GetFontSize(text, index))
    matrix = raw.FS_MATRIX()
    if raw.FPDFText_GetMatrix(text, index, matrix):
        # The size in the content stream counts before the text matrix: what is seen is their product.
        size *= float(np.hypot(matrix.c, matrix.d)) or 1.0
    return round(size, 1)


def _colour(text: Any, index: int) -> Rgb | None:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not raw.FPDFText_GetFillColor(text, index, *parts):
        return None
    red, green, blue, _ = (part.value for part in parts)
    return red, green, blue


def _unseen(text: Any, index: int) -> bool:
    item = raw.FPDFText_GetTextObject(text, index)
    return bool(item) and raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE


def _stacked(lines: list[PdfLine]) -> list[PdfLine]:
    """Join lines of one character that stand under each other: Chinese written downwards."""
    out: list[PdfLine] = []
    for line in lines:
        last = out[-1] if out else None
        if last is not None and len(line.text.strip()) == 1 and _below(last, line):
            box = (min(last.box[0], line.box[0]), last.box[1], max(last.box[2], line.box[2]), line.box[3])
            out[-1] = replace(last, text=last.text.strip() + line.text.strip(), box=box, vertical=True)
        else:
            out.append(line)
    return out


def _below(upper: PdfLine, lower: PdfLine) -> bool:
    if not (upper.vertical or len(upper.text.strip()) == 1) or upper.size <= 0 or upper.size != lower.size:
        return False
    middle = (upper.box[0] + upper.box[2]) / 2, (lower.box[0] + lower.box[2]) / 2
    step = lower.box[1] - upper.box[3]
    return abs(middle[0] - middle[1]) < 0.5 * upper.size and -0.2 * upper.size < step < 1.2 * upper.size


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture on a page: its box in points from the upper left, and its own pixels per point."""

    box: Box
    density: float


def pictures_of(page: Any, least: float = 0.03) -> list[Placed]:
    """Return the pictures that cover this share of the page or more."""
    place = _Place(page)
    width, height = page.get_size()
    out: list[Placed] = []
    for number, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)):
        if number >= 500:
            break
        x0, y0, x1, y1 = place.box(*item.get_bounds())
        shown = max(x1 - x0, y1 - y0)
        x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(width, x1), min(height, y1)
        if x1 > x0 and y1 > y0 and (x1 - x0) * (y1 - y0) >= least * width * height:
            out.append(Placed((x0, y0, x1, y1), max(item.get_px_size()) / shown))
    return out


def has_marks(page: Any) -> bool:
    """Tell whether a page draws anything."""
    return any(True for _ in page.get_objects(max_depth=1))


def notes_of(page: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts of notes (comment) and of filled form fields (field)."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), 2_000)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            if said := _string(note, b"Contents"):
                yield "comment", said
            if raw.FPDFAnnot_GetSubtype(note) == raw.FPDF_ANNOT_WIDGET and (value := _string(note, b"V")):
                yield "field", value
        finally:
            raw.FPDFPage_CloseAnnot(note)


def _string(note: Any, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(note, key, None, 0)
    if size <= 2 or size > 2_000_000:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAnnot_GetStringValue(note, key, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw[: size - 2].decode("utf-16-le", errors="replace")
