"""Stamps over print: a red or blue seal is taken away so that the lines beneath it can be read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xiaobao.model import Box
from xiaobao.ocr.engine import OcrEngine, OcrLine, Pixels, overlap

CHANNELS = (0, 2)
"""A red seal vanishes in the red channel, a blue one in the blue channel."""
COLOURED = 45
"""Levels by which a channel must stand out for a pixel to be of the seal's colour."""
DARK = 120
LEAST, MOST = 0.001, 0.2
"""Share of a picture that a seal covers."""
Mask = NDArray[np.bool_]


def read_under_stamps(engine: OcrEngine, image: Pixels, lines: list[OcrLine]) -> list[OcrLine]:
    """Return the lines, those crossed by a seal read again without it; the seal's own lines are kept."""
    if float(np.median(image)) < 150:
        return lines
    for channel in CHANNELS:
        coloured = _coloured(image, channel)
        if LEAST < float(coloured.mean()) < MOST:
            lines = _reread(engine, image, lines, channel, coloured)
    return lines


def _reread(engine: OcrEngine, image: Pixels, lines: list[OcrLine], channel: int, coloured: Mask) -> list[OcrLine]:
    dark = image[:, :, channel] < DARK
    shares = [_shares(line.box, coloured, dark) for line in lines]
    crossed = [line for line, (seal, ink) in zip(lines, shares, strict=True) if seal > 0.01 and ink > 0.02]
    if not crossed:
        return lines
    grey = np.where(coloured, np.uint8(255), image[:, :, channel])
    # Between seal and ground lies a fringe of half colours, which the widened mask takes along.
    picture = np.repeat(np.minimum(255, grey.astype(np.int16) * 1.15).astype(np.uint8)[:, :, None], 3, axis=2)
    own = [line for line, (seal, ink) in zip(lines, shares, strict=True) if seal > 0.01 and ink <= 0.02]
    untouched = [line for line, (seal, _) in zip(lines, shares, strict=True) if seal <= 0.01]
    again = engine.read(picture, [line.box for line in untouched])
    again = [line for line in again if line.score > 0.6]
    kept = [line for line in crossed if not any(overlap(line.box, new.box) > 0.5 for new in again)]
    return untouched + own + again + kept


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
