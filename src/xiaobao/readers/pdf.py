"""PDF: the text layer by lines, scanned pages and pictures through OCR, notes and form fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from xiaobao.errors import LimitExceeded
from xiaobao.model import Anchor, Box
from xiaobao.ocr import OcrLine, read_picture
from xiaobao.ocr.engine import Pixels, overlap
from xiaobao.readers.appearance import TINY_POINTS, Rgb, is_pale, luminance
from xiaobao.readers.draft import Draft
from xiaobao.readers.pdfium import (
    LOCK,
    PdfLine,
    has_marks,
    lines_of,
    notes_of,
    opened,
    page_of,
    pictures_of,
    rendered,
)
from xiaobao.readers.pictures import LOW_CONFIDENCE, scaled_line
from xiaobao.readers.registry import reader

OCR_SCALE = 200 / 72
"""Pages are read through OCR at 200 dots per inch."""
LONGEST = 3_300
"""Pixels of the longer side of a page for OCR; posters of a metre are shrunk to it."""
FEW = 8
"""A page with fewer letters than this has no text layer to speak of."""
_GARBLED = re.compile("[\x01-\x08\x0e-\x1f\ufffd\ue000-\uf8ff\x80-\x9f]")


@reader
class PdfReader:
    """Read pdf."""

    media_types = ("application/pdf",)
    suffixes = (".pdf",)

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a PDF; its sign may stand behind a little rubbish."""
        return 0.95 if b"%PDF-" in data[:1024] else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Put the lines of every page into the draft; boxes and sizes are in points (scale 1)."""
        with LOCK, opened(data) as document:
            count = len(document)
            draft.facts["page_count"] = count
            for index in range(min(count, draft.limits.max_pages)):
                draft.tick()
                here = Anchor(page=index + 1)
                with draft.step("read.page_failed", f"第 {index + 1} 页", here), page_of(document, index) as page:
                    _Page(page, index + 1, draft).read()
            if count > draft.limits.max_pages:
                draft.issue("read.truncated", f"共 {count} 页，超过 {draft.limits.max_pages} 页的上限，其后未读取")


class _Page:
    def __init__(self, page: Any, number: int, draft: Draft) -> None:
        self.page, self.number, self.draft = page, number, draft
        self._small: Pixels | None = None

    def read(self) -> None:
        """Read text layer, pictures, notes."""
        lines = [line for line in lines_of(self.page) if line.text.strip()]
        letters = sum(len(line.text.strip()) for line in lines)
        garbled = sum(len(_GARBLED.findall(line.text)) for line in lines)
        placed = pictures_of(self.page)
        pictures = [item.box for item in placed]
        if letters and garbled > 0.2 * letters:
            self.draft.issue("read.garbled", "文字层没有字符对应表，读出的是乱码，改用图像识别", self._place())
            lines = []
            pictures = [self._whole()]
        elif letters < FEW and (pictures or has_marks(self.page)):
            pictures = [self._whole()]
        elif _is_scan(lines, pictures, self._whole()):
            # The invisible layer of a scan is somebody's OCR: it is kept where ours finds nothing.
            pictures = [self._whole()]
        for line in lines:
            self._add(line)
        if pictures:
            self._recognise(pictures, lines, max((item.density for item in placed), default=0.0))
        for part, text in notes_of(self.page):
            self.draft.add(text, Anchor(page=self.number, part=part))

    def _place(self, box: Box | None = None) -> Anchor:
        return Anchor(page=self.number, box=box, scale=1.0 if box is not None else None)

    def _whole(self) -> Box:
        width, height = self.page.get_size()
        return 0.0, 0.0, width, height

    def _add(self, line: PdfLine) -> None:
        marks: set[str] = set()
        if line.unseen:
            marks.add("hidden")
        elif line.colour is not None and luminance(line.colour) > 0.4 and is_pale(line.colour, self._ground(line)):
            marks.add("pale")
        if 0 < line.size < TINY_POINTS:
            marks.add("tiny")
        if line.bold:
            marks.add("bold")
        if line.vertical:
            marks.add("vertical")
        anchor = self._place(line.box)
        confidence = 0.8 if line.unseen else 1.0
        self.draft.add(line.text, anchor, confidence=confidence, size=line.size or None, marks=marks)

    def _ground(self, line: PdfLine) -> Rgb | None:
        """Return the commonest colour around a line: light text is pale only on light ground."""
        if self._small is None:
            try:
                self._small = rendered(self.page, 1.0, self.draft.limits.max_pixels)
            except LimitExceeded:
                return None
        x0, y0, x1, y1 = (round(value) for value in line.box)
        part = self._small[max(0, y0 - 2) : y1 + 2, max(0, x0 - 2) : x1 + 2]
        if part.size == 0:
            return None
        edge = np.concatenate([part[0], part[-1], part[:, 0], part[:, -1]])
        red, green, blue = (int(value) for value in np.median(edge, axis=0))
        return red, green, blue

    def _recognise(self, areas: Sequence[Box], lines: Sequence[PdfLine], density: float) -> None:
        place = self._place()
        if self.draft.ocr is None:
            self.draft.issue("read.ocr_missing", "页面中的图像文字未读取：未安装或未启用文字识别", place)
            return
        scale = self._scale(density)
        pixels = rendered(self.page, scale, self.draft.limits.max_pixels)
        whole = any(overlap(area, self._whole()) > 0.99 and area == self._whole() for area in areas)
        reading = read_picture(
            self.draft.ocr, pixels, seconds=min(self.draft.limits.ocr_seconds, self.draft.seconds_left())
        )
        if not reading.complete:
            self.draft.issue("read.truncated", "页面图像识别超时，可能有文字未读到", place)
        found = 0
        for item in reading.lines:
            line = scaled_line(item, 1 / scale)
            inside = whole or any(overlap(line.box, area) > 0.7 for area in areas)
            if inside and not any(overlap(line.box, old.box) > 0.4 for old in lines):
                found += 1
                self._keep(line)
        if whole and not found and not lines and not reading.blank and reading.complete:
            self.draft.issue("read.nothing_found", "页面有内容，但没有识别出任何文字，请人工查看", place)
        if reading.turns:
            said = f"页面方向不正，已顺时针转 {reading.turns * 90} 度后识别"
            self.draft.issue("read.rotated", said, place)

    def _scale(self, density: float) -> float:
        """Return the pixels per point to read at: those of the pictures, for more add nothing but time."""
        longest = max(*self.page.get_size(), 1.0)
        scale = min(OCR_SCALE, max(density, 1.0)) if density else OCR_SCALE
        return float(min(max(scale, 800 / longest), max(LONGEST / longest, 0.05), 12.0))

    def _keep(self, line: OcrLine) -> None:
        anchor = self._place(line.box)
        if line.score < LOW_CONFIDENCE:
            said = f"识别把握仅 {line.score:.0%}，请核对原图：{line.text[:30]}"
            self.draft.issue("read.low_confidence", said, anchor)
        marks = line.marks | ({"tiny"} if line.size < TINY_POINTS else frozenset())
        self.draft.add(line.text, anchor, confidence=round(line.score, 4), size=round(line.size, 1), marks=marks)


def _is_scan(lines: Sequence[PdfLine], pictures: Sequence[Box], whole: Box) -> bool:
    area = whole[2] * whole[3]
    covered = max(((box[2] - box[0]) * (box[3] - box[1]) for box in pictures), default=0.0)
    unseen = sum(1 for line in lines if line.unseen)
    return area > 0 and covered > 0.6 * area and (not lines or unseen > len(lines) / 2)
