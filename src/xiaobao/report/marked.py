"""The pages of a PDF with highlights and notes where findings stand, and nothing in them that acts by itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.annotations import Highlight
from pypdf.generic import ArrayObject, FloatObject, NameObject, TextStringObject
from reportlab.pdfgen import canvas

from xiaobao.errors import UnreadableFile
from xiaobao.model import Box, Severity
from xiaobao.report import words
from xiaobao.report.view import Shown

ALL_PAGES = 300
"""A document of more pages gives only those with findings."""
COLOURS: dict[Severity, str] = {"high": "f4b6b0", "medium": "f8d79a", "low": "b8d2ee"}
TAGS: dict[Severity, tuple[float, float, float]] = {
    "high": (0.78, 0.16, 0.16),
    "medium": (0.63, 0.37, 0.0),
    "low": (0.17, 0.38, 0.63),
}
_KEPT = frozenset({"/Highlight", "/Underline", "/StrikeOut", "/Squiggly", "/Text", "/FreeText", "/Stamp", "/Ink"})


def marked_pages(writer: PdfWriter, path: Path, findings: Sequence[Shown]) -> None:
    """Add the pages of a file to a writer, marked; raise UnreadableFile where it is protected.

    Scripts, actions, links, forms and attachments of the original are left behind. Nothing is added where this raises.
    """
    reader = PdfReader(io.BytesIO(path.read_bytes()), strict=False)
    if reader.is_encrypted:
        raise UnreadableFile("文件有权限保护", code="input.encrypted")
    count = len(reader.pages)
    wanted = {mark.page for shown in findings for mark in shown.marks if mark.page <= count}
    numbers = range(1, count + 1) if count <= ALL_PAGES else sorted(wanted)
    fresh = PdfWriter()
    for number in numbers:
        page = fresh.add_page(reader.pages[number - 1])
        _disarm(page)
        for shown in findings:
            boxes = [mark.box for mark in shown.marks if mark.page == number]
            if boxes:
                _mark(fresh, page, shown, boxes)
    for page in fresh.pages:
        writer.add_page(page)


def _disarm(page: PageObject) -> None:
    """Drop what a page may do by itself or on a click."""
    for key in ("/AA", "/PresSteps", "/PieceInfo"):
        if key in page:
            del page[NameObject(key)]
    if "/Annots" not in page:
        return
    kept = ArrayObject()
    given: Any = page["/Annots"].get_object()
    for entry in given if isinstance(given, list) else []:
        seen: Any = entry.get_object()
        if isinstance(seen, dict) and seen.get("/Subtype") in _KEPT and not {"/A", "/AA", "/Popup"} & set(seen):
            kept.append(entry)
    page[NameObject("/Annots")] = kept


def _mark(writer: PdfWriter, page: PageObject, shown: Shown, boxes: Sequence[Box]) -> None:
    place = _Place(page)
    rectangles = [place.rectangle(box) for box in boxes]
    quads = ArrayObject()
    for x0, y0, x1, y1 in rectangles:
        quads.extend(FloatObject(v) for v in (x0, y1, x1, y1, x0, y0, x1, y0))
    whole = (
        min(r[0] for r in rectangles), min(r[1] for r in rectangles),
        max(r[2] for r in rectangles), max(r[3] for r in rectangles),
    )  # fmt: skip
    severity = shown.finding.severity
    note: Any = Highlight(rect=whole, quad_points=quads, highlight_color=COLOURS[severity], printing=True)
    note[NameObject("/Contents")] = TextStringObject(_note(shown))
    note[NameObject("/T")] = TextStringObject("消保审查")
    writer.add_annotation(page.page_number or 0, note)
    page.merge_transformed_page(*_tag(page, rectangles[0], shown))


def _note(shown: Shown) -> str:
    finding = shown.finding
    law = "；".join(clause.name for clause in shown.clauses)
    return (
        f"{words.SHAPES[finding.severity]} {shown.number}. {finding.title}（{shown.confidence}）\n{finding.message}\n"
        f"依据：{law}\n建议改为：{finding.remedy}"
    )


class _Place:
    """Turn boxes of the page as seen (points, from the top left) into the page's own coordinates."""

    def __init__(self, page: PageObject) -> None:
        box = page.cropbox
        self.left, self.bottom = float(box.left), float(box.bottom)
        self.right, self.top = float(box.right), float(box.top)
        self.turn = int(page.rotation or 0) % 360

    def _point(self, x: float, y: float) -> tuple[float, float]:
        if self.turn == 90:
            return self.left + y, self.bottom + x
        if self.turn == 180:
            return self.right - x, self.bottom + y
        if self.turn == 270:
            return self.right - y, self.top - x
        return self.left + x, self.top - y

    def rectangle(self, box: Box) -> tuple[float, float, float, float]:
        """Return left, bottom, right, top."""
        (ax, ay), (bx, by) = self._point(box[0], box[1]), self._point(box[2], box[3])
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _tag(
    page: PageObject, rectangle: tuple[float, float, float, float], shown: Shown
) -> tuple[PageObject, Transformation]:
    """Return a small page that holds the number of a finding, and what moves it above its first line."""
    text = str(shown.number)
    width, height = 5 + 4.2 * len(text), 9.0
    # Above the line rather than before it: in the middle of a line a tag would hide words.
    x, y = max(rectangle[0], float(page.cropbox.left) + 1), rectangle[3] - 1.5
    out = io.BytesIO()
    pen = canvas.Canvas(out, pagesize=(width, height))
    pen.setFillColorRGB(*TAGS[shown.finding.severity])
    pen.roundRect(0, 0, width, height, 2, stroke=0, fill=1)
    pen.setFillColorRGB(1, 1, 1)
    pen.setFont("Helvetica-Bold", 7)
    pen.drawCentredString(width / 2, 2.1, text)
    pen.save()
    return PdfReader(io.BytesIO(out.getvalue())).pages[0], Transformation().translate(x, y)
