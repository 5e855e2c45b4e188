"""What an OCR engine is: one method from a picture to lines with boxes and scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from xiaobao.model import Box

Pixels = NDArray[np.uint8]
"""A picture: height × width × 3, RGB, 0..255."""


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line of text in a picture.

    box is (x0, y0, x1, y1) in pixels of the picture; score 0..1; size the height of the line in pixels,
    measured across the writing direction; angle the slope of the line in degrees, clockwise;
    marks as in Passage.
    """

    text: str
    box: Box
    score: float
    size: float
    angle: float = 0.0
    marks: frozenset[str] = field(default_factory=frozenset)

    def moved(self, box: Box, factor: float = 1.0) -> OcrLine:
        """Return the line at another place, its size divided by a zoom factor."""
        return replace(self, box=box, size=self.size / factor)


@runtime_checkable
class OcrEngine(Protocol):
    """Read the lines of a picture.

    known holds boxes whose text the caller has already; an engine may skip them to save time. Where more places than
    `most` look like text, only the surest of them need be read.
    """

    name: str

    def read(self, image: Pixels, known: Sequence[Box] = (), most: int | None = None) -> list[OcrLine]:
        """Return the lines of an RGB picture in reading order."""
        ...


def as_pixels(image: Any) -> Pixels:
    """Return a Pillow image or an array of grey, RGB or RGBA values as RGB pixels."""
    array = np.asarray(image if isinstance(image, np.ndarray) else image.convert("RGB"))
    if array.ndim == 2:
        array = np.stack([array] * 3, axis=-1)
    if array.shape[2] == 1:
        array = np.repeat(array, 3, axis=2)
    return np.ascontiguousarray(array[:, :, :3].astype(np.uint8))


def overlap(a: Box, b: Box) -> float:
    """Return the share of the smaller box that the two boxes have in common, 0..1."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    smaller = min((a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1]))
    return width * height / smaller if smaller > 0 else 0.0


def in_reading_order(lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Return lines row by row, each row from left to right; lines share a row where half their height overlaps."""
    rows: list[list[OcrLine]] = []
    for line in sorted(lines, key=lambda item: (item.box[1] + item.box[3]) / 2):
        last = rows[-1] if rows else None
        if last is not None and _same_row(last[-1].box, line.box):
            last.append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda item: item.box[0])]


def joined(lines: Sequence[OcrLine]) -> list[OcrLine]:
    """Return lines in reading order, the fragments of one line that a detector cut apart made whole."""
    out: list[OcrLine] = []
    for line in in_reading_order(lines):
        last = out[-1] if out else None
        if last is not None and _continues(last, line):
            letters = len(last.text) + len(line.text)
            score = (last.score * len(last.text) + line.score * len(line.text)) / letters
            box = (last.box[0], min(last.box[1], line.box[1]), line.box[2], max(last.box[3], line.box[3]))
            whole = replace(last, text=last.text + line.text, box=box, score=score, marks=last.marks | line.marks)
            out[-1] = replace(whole, size=max(last.size, line.size))
        else:
            out.append(line)
    return out


def _continues(a: OcrLine, b: OcrLine) -> bool:
    if {"vertical", "stamp"} & (a.marks | b.marks) or not 0.8 < a.size / max(b.size, 0.1) < 1.25:
        return False
    if max(a.box[3] - a.box[1], b.box[3] - b.box[1]) > 1.3 * a.size:
        return False
    apart = abs(a.box[1] + a.box[3] - b.box[1] - b.box[3]) / 2
    # Detectors widen their boxes: those of one line cut apart overlap, those of neighbouring cells do not.
    gap = b.box[0] - a.box[2]
    return apart < 0.25 * a.size and -0.7 * a.size < gap < -0.15 * a.size


def _same_row(a: Box, b: Box) -> bool:
    common = min(a[3], b[3]) - max(a[1], b[1])
    heights = sorted((a[3] - a[1], b[3] - b[1]))
    # A tall headline beside three small lines is no row: the lines must be of like height.
    return common > 0.5 * heights[0] and heights[1] < 2.2 * heights[0]
