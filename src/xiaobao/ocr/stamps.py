"""Stamps over print: a red or blue seal is taken away so that the lines beneath it can be read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from xiaobao.model import Box
from xiaobao.ocr.engine import OcrEngine, OcrLine, Pixels, overlap

CHANNELS = (0, 2)
"""A red seal vanishes in the red channel, a blue one in the blue channel."""
COLOURED = 45
"""Levels by which a channel must stand out for a pixel to be of the seal's colour."""
DARK = 120
MARGIN = 30
PATCHES = 3
LEAST, MOST = 0.001, 0.2
"""Share of a picture that a seal covers."""
Mask = NDArray[np.bool_]


def read_under_stamps(engine: OcrEngine, image: Pixels, lines: list[OcrLine]) -> list[OcrLine]:
    """Return the lines, those around a seal read again without it; the seal's own lines are kept."""
    if float(np.median(image)) < 150:
        return lines
    for channel in CHANNELS:
        coloured = _coloured(image, channel)
        if not LEAST < float(coloured.mean()) < MOST:
            continue
        dark = image[:, :, channel] < DARK
        for box in _patches(coloured):
            # Coloured headlines have no print beneath them.
            if _shares(box, coloured, dark)[1] > 0.002:
                lines = _reread(engine, image, lines, channel, coloured, box)
    return lines


def _reread(
    engine: OcrEngine, image: Pixels, lines: list[OcrLine], channel: int, coloured: Mask, patch: Box
) -> list[OcrLine]:
    dark = image[:, :, channel] < DARK
    near = [line for line in lines if overlap(line.box, patch) > 0.02]
    far = [line for line in lines if overlap(line.box, patch) <= 0.02]
    own = [line for line in near if _is_seal(_shares(line.box, coloured, dark))]
    boxes = [patch, *(line.box for line in near)]
    x0, y0 = (max(0, round(min(box[i] for box in boxes)) - MARGIN) for i in (0, 1))
    x1, y1 = (round(max(box[i] for box in boxes)) + MARGIN for i in (2, 3))
    grey = np.where(coloured, np.uint8(255), image[:, :, channel])[y0:y1, x0:x1]
    # Between seal and ground lies a fringe of half colours, which the lift takes to white.
    lifted = np.minimum(255, grey.astype(np.float32) * 1.15).astype(np.uint8)
    picture = np.repeat(lifted[:, :, None], 3, axis=2)
    known = [(b[0] - x0, b[1] - y0, b[2] - x0, b[3] - y0) for b in (line.box for line in far)]
    again = []
    for line in engine.read(np.ascontiguousarray(picture), known):
        b = line.box
        if line.score > 0.6:
            again.append(line.moved((b[0] + x0, b[1] + y0, b[2] + x0, b[3] + y0)))
    again = [new for new in again if not any(_better(old, new) for old in near)]
    kept = [line for line in near if line not in own and not any(_covers(new.box, line.box) for new in again)]
    again = [line for line in again if not any(_covers(line.box, old.box) for old in own)]
    sealed = [replace(line, marks=line.marks | {"stamp"}) for line in own]
    return far + sealed + again + kept


def _better(old: OcrLine, new: OcrLine) -> bool:
    return overlap(old.box, new.box) > 0.5 and old.score > new.score + 0.02 and len(old.text) >= len(new.text)


def _covers(new: Box, old: Box) -> bool:
    """Tell whether a new line lies over most of an old one; a slanting seal's box holds more than its letters."""
    width = min(new[2], old[2]) - max(new[0], old[0])
    height = min(new[3], old[3]) - max(new[1], old[1])
    area = (old[2] - old[0]) * (old[3] - old[1])
    return width > 0 and height > 0 and width * height > 0.5 * area


def _is_seal(shares: tuple[float, float]) -> bool:
    seal, ink = shares
    return seal > 0.03 and ink < 0.025 and seal > 3 * ink


def _patches(coloured: Mask) -> list[Box]:
    """Return the boxes of the largest patches of colour, the strokes of one seal being one patch."""
    import cv2

    small = coloured[::4, ::4].astype(np.uint8)
    joined = cv2.dilate(small, np.ones((13, 13), np.uint8))
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    found = [stats[i] for i in range(1, count) if min(stats[i][2], stats[i][3]) >= 20]
    found.sort(key=lambda item: -int(item[4]))
    return [(4.0 * x, 4.0 * y, 4.0 * (x + w), 4.0 * (y + h)) for x, y, w, h, _ in found[:PATCHES]]


def _coloured(image: Pixels, channel: int) -> Mask:
    others = [c for c in range(3) if c != channel]
    strongest = np.maximum(image[:, :, others[0]], image[:, :, others[1]]).astype(np.int16)
    found: Mask = image[:, :, channel].astype(np.int16) - strongest > COLOURED
    return found


def _shares(box: Box, coloured: Mask, dark: Mask) -> tuple[float, float]:
    x0, y0, x1, y1 = (max(0, round(value)) for value in box)
    part = coloured[y0:y1, x0:x1]
    if part.size == 0:
        return 0.0, 0.0
    return float(part.mean()), float(dark[y0:y1, x0:x1].mean())
