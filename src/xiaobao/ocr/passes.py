"""Read a picture in several passes: as it is, turned, in tiles, and with its pale print brought out."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xiaobao.model import Box
from xiaobao.ocr.engine import OcrEngine, OcrLine, Pixels, joined, overlap
from xiaobao.ocr.stamps import read_under_stamps

GOOD = 0.93
"""A line read at this score is not read again."""
KEEP_PALE = 0.72
"""A line found only in the enhanced picture must reach this score: enhanced texture looks like strokes."""
TILE = 1600
TILE_OVERLAP = 200
LONG = 2.6
"""A picture longer than this many times its width is read in tiles."""
SHARP = 2600
"""A picture with a longer side than this many pixels loses small print when it is fitted to the detector."""
MOST = 80
"""Lines that the second pass reads of one picture or tile; noise brought out can look like hundreds."""
TEXTURED = 0.2
"""Share of a picture that pale print overlooked by the first pass hardly exceeds."""
COARSE = 1000
"""A picture with no side as long as this is enlarged before it is read."""
SMALL_PRINT = 24.0
GRAINY = 3.0
"""Median difference from the background, in levels, of a noisy picture."""


@dataclass(frozen=True, slots=True)
class PictureReading:
    """The lines of a picture, the quarter turns (0..3, clockwise) that made it upright, and what it has left to say.

    blank tells that the picture shows nothing that could be text; complete is False where time ran out.
    """

    lines: tuple[OcrLine, ...]
    turns: int
    blank: bool
    complete: bool


def read_picture(engine: OcrEngine, image: Pixels, *, seconds: float = 60.0) -> PictureReading:
    """Return the lines of an RGB picture in reading order, boxes in its own pixels."""
    ends = time.monotonic() + seconds
    blank = is_blank(image)
    if blank:
        return PictureReading((), 0, True, True)
    image, zoom = _readable_size(image)
    turns, lines = _upright(engine, image, ends)
    upright = np.ascontiguousarray(np.rot90(image, -turns))
    complete = time.monotonic() < ends
    if complete:
        lines = read_under_stamps(engine, upright, lines)
        lines = _second_pass(engine, upright, lines, ends)
        complete = time.monotonic() < ends
    lines = joined(lines)
    height, width = image.shape[:2]
    back = [line.moved(_scaled(_turned_back(line.box, turns, width, height), 1 / zoom), zoom) for line in lines]
    return PictureReading(tuple(back), turns, False, complete)


def enhanced(image: Pixels, floor: float = 1.0) -> Pixels:
    """Return the picture as dark strokes on white, each stroke as strong as its surroundings allow.

    Each channel is compared with its local background and the strongest difference counts, so pale print,
    light print on dark ground and coloured print of equal lightness all come out dark. A higher floor leaves out
    more of the weak differences.
    """
    import cv2

    radius = max(9, int(min(1600, *image.shape[:2]) / 40) | 1)
    background = _background(image, radius)
    difference = cv2.absdiff(image, background).max(axis=2)
    if float(np.median(difference)) >= GRAINY:
        # Grain looks like strokes once it is brought out: it is smoothed before.
        smooth = cv2.GaussianBlur(image, (0, 0), 1.1)
        difference = cv2.absdiff(smooth, background).max(axis=2)
    small = cv2.resize(difference, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    # Averaging four by four weakens thin strokes; their own peak is what counts, so the peak is taken first.
    peak = cv2.dilate(difference, np.ones((4, 4), np.uint8))
    peak = cv2.resize(peak, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_NEAREST)
    wide = max(3, radius // 4 | 1)
    strongest = cv2.GaussianBlur(cv2.dilate(peak, np.ones((wide, wide), np.uint8)).astype(np.float32), (0, 0), wide / 2)
    strongest = cv2.resize(strongest, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    noise = floor * max(6.0, 3.0 * float(np.median(difference)))
    strength = np.clip(difference.astype(np.float32) / np.maximum(strongest * 0.85, noise * 2), 0, 1)
    grey = (255 * (1 - strength)).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _background(image: Pixels, radius: int) -> Pixels:
    import cv2

    # A median at a quarter of the size is the same background at a sixteenth of the cost.
    small = cv2.resize(image, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    small = cv2.medianBlur(small, max(3, (radius // 2) | 1))
    size = (image.shape[1], image.shape[0])
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def is_blank(image: Pixels) -> bool:
    """Tell whether a picture shows nothing: hardly any pixel differs from its neighbours."""
    grey = image.mean(axis=2).astype(np.float32)
    if min(grey.shape) < 4:
        return True
    edges = np.abs(np.diff(grey, axis=1)) > 4
    return bool(edges.sum() < 12)


def _readable_size(image: Pixels) -> tuple[Pixels, float]:
    height, width = image.shape[:2]
    zoom = 1.0
    if max(height, width) < COARSE:
        zoom = min(2.0, COARSE * 1.25 / max(height, width))
    return (_zoomed(image, zoom), zoom) if zoom != 1.0 else (image, 1.0)


def _zoomed(image: Pixels, zoom: float) -> Pixels:
    import cv2

    size = (max(1, round(image.shape[1] * zoom)), max(1, round(image.shape[0] * zoom)))
    how = cv2.INTER_CUBIC if zoom > 1 else cv2.INTER_AREA
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def _upright(engine: OcrEngine, image: Pixels, ends: float) -> tuple[int, list[OcrLine]]:
    """Return the quarter turns that make the text upright, and the lines then read."""
    lines = _read(engine, image, ends)
    candidates = _turns_to_try(lines)
    if not candidates:
        return 0, lines
    small = _zoomed(image, min(1.0, 900 / max(image.shape[:2])))
    best, gain = 0, _weight(lines) * 1.1 + 1.0
    for turns in candidates:
        if time.monotonic() > ends:
            break
        tried = _read(engine, np.ascontiguousarray(np.rot90(small, -turns)), ends)
        weight = _weight(tried)
        if weight > gain:
            best, gain = turns, weight
            if _mean(tried) > GOOD and not _tall_share(tried) > 0.5:
                break
    if best == 0:
        return 0, lines
    return best, _read(engine, np.ascontiguousarray(np.rot90(image, -best)), ends)


def _turns_to_try(lines: Sequence[OcrLine]) -> tuple[int, ...]:
    if not lines:
        return 1, 3, 2
    if _tall_share(lines) > 0.5:
        return 1, 3
    return (2, 1, 3) if _mean(lines) < 0.75 else ()


def _tall_share(lines: Sequence[OcrLine]) -> float:
    letters = sum(len(line.text) for line in lines)
    return sum(len(line.text) for line in lines if "vertical" in line.marks) / letters if letters else 0.0


def _mean(lines: Sequence[OcrLine]) -> float:
    letters = sum(len(line.text) for line in lines)
    return float(sum(line.score * len(line.text) for line in lines) / letters) if letters else 0.0


def _weight(lines: Sequence[OcrLine]) -> float:
    """Rate a reading by its letters and their scores; lines that run downwards count half, for they may lie."""
    return float(
        sum(max(0.0, line.score - 0.5) * len(line.text) * (0.5 if "vertical" in line.marks else 1.0) for line in lines)
    )


def _read(
    engine: OcrEngine, image: Pixels, ends: float, known: Sequence[Box] = (), most: int | None = None
) -> list[OcrLine]:
    height, width = image.shape[:2]
    if max(height, width) > LONG * min(height, width) and max(height, width) > TILE:
        return _tiled(lambda tile, boxes: engine.read(tile, boxes, most), image, ends, known)
    return engine.read(image, known, most)


def _second_pass(engine: OcrEngine, image: Pixels, lines: list[OcrLine], ends: float) -> list[OcrLine]:
    """Read what the first pass left: strokes outside the lines it read well, brought out and enlarged."""
    for floor in (1.0, 2.0, 4.0):
        picture = enhanced(image, floor)
        for line in lines:
            if line.score >= GOOD:
                _whiten(picture, line.box)
        area, share = _inked(picture)
        if area is None:
            return lines
        # Strokes all over are grain or a photograph, not print.
        if share < TEXTURED:
            break
    else:
        return lines
    left, top, right, bottom = area
    picture = np.ascontiguousarray(picture[top:bottom, left:right])
    zoom = _second_zoom(picture, lines)
    picture = _zoomed(picture, zoom) if zoom != 1.0 else picture
    if max(picture.shape[:2]) > SHARP:
        found = _tiled(lambda tile, at: engine.read(tile, at, MOST), picture, ends, ())
    else:
        found = _read(engine, picture, ends, (), MOST)
    back = [line.moved(_shifted(_scaled(line.box, 1 / zoom), left, top), zoom) for line in found]
    return merged(lines, back)


def _whiten(picture: Pixels, box: Box) -> None:
    x0, y0, x1, y1 = box
    pad = 0.1 * (y1 - y0)
    picture[max(0, round(y0 - pad)) : round(y1 + pad), max(0, round(x0 - pad)) : round(x1 + pad)] = 255


def _inked(picture: Pixels) -> tuple[tuple[int, int, int, int] | None, float]:
    """Return the bounds of what could be print in an enhanced picture, None for next to nothing, and its share."""
    block = 16
    height, width = (side // block * block for side in picture.shape[:2])
    if not height or not width:
        return (0, 0, picture.shape[1], picture.shape[0]), 0.0
    dark = picture[:height, :width, 0] < 110
    counts = dark.reshape(height // block, block, width // block, block).sum(axis=(1, 3))
    # A filled block is a picture, an empty one ground; strokes lie between.
    strokes = (counts >= 8) & (counts <= 0.75 * block * block)
    share = float(strokes.mean())
    if strokes.sum() < 4:
        return None, share
    rows, columns = np.flatnonzero(strokes.any(axis=1)), np.flatnonzero(strokes.any(axis=0))
    pad = 40
    bounds = (
        max(0, int(columns[0]) * block - pad),
        max(0, int(rows[0]) * block - pad),
        min(picture.shape[1], (int(columns[-1]) + 1) * block + pad),
        min(picture.shape[0], (int(rows[-1]) + 1) * block + pad),
    )
    return bounds, share


def _shifted(box: Box, left: float, top: float) -> Box:
    return box[0] + left, box[1] + top, box[2] + left, box[3] + top


def _second_zoom(image: Pixels, lines: Sequence[OcrLine]) -> float:
    sizes = sorted(line.size for line in lines)
    smallest = sizes[len(sizes) // 5] if sizes else SMALL_PRINT / 1.5
    longest = max(image.shape[:2])
    if smallest >= SMALL_PRINT or longest > 1500:
        return 1.0
    return float(min(2.0, 2000 / longest))


def merged(first: Sequence[OcrLine], second: Sequence[OcrLine]) -> list[OcrLine]:
    """Return the first lines, the worse ones replaced by better readings of the same place, and the new ones."""
    out = list(first)
    for line in second:
        same = [i for i, old in enumerate(out) if overlap(old.box, line.box) > 0.5]
        if not same:
            if line.score >= KEEP_PALE and _is_word(line):
                out.append(replace(line, marks=line.marks | {"pale"}))
            continue
        old = max((out[i] for i in same), key=lambda item: len(item.text))
        if len(same) == 1 and line.score > old.score + 0.02 and len(line.text) >= 0.8 * len(old.text):
            out[same[0]] = replace(line, marks=old.marks)
    return out


def _is_word(line: OcrLine) -> bool:
    # Grain and borders are read as bars.
    letters = sum(1 for ch in line.text if ch.isalnum() and ch not in "I1lL一二三")
    return letters >= 2 or (letters == 1 and line.score > 0.95)


def _tiled(
    read: Callable[[Pixels, Sequence[Box]], list[OcrLine]], image: Pixels, ends: float, known: Sequence[Box]
) -> list[OcrLine]:
    """Read a large picture in overlapping tiles; a line cut by an edge is taken whole from the next."""
    height, width = image.shape[:2]
    out: list[OcrLine] = []
    for top in _starts(height):
        for left in _starts(width):
            if time.monotonic() > ends:
                return out
            bottom, right = min(top + TILE, height), min(left + TILE, width)
            tile = np.ascontiguousarray(image[top:bottom, left:right])
            if is_blank(tile):
                continue
            near = [(x0 - left, y0 - top, x1 - left, y1 - top) for x0, y0, x1, y1 in known]
            for line in read(tile, near):
                x0, y0, x1, y1 = line.box
                line = line.moved((x0 + left, y0 + top, x1 + left, y1 + top))
                _take(out, line)
    return out


def _take(out: list[OcrLine], line: OcrLine) -> None:
    same = [i for i, old in enumerate(out) if overlap(old.box, line.box) > 0.5]
    if not same:
        out.append(line)
        return
    if len(line.text) > max(len(out[i].text) for i in same):
        for i in reversed(same):
            del out[i]
        out.append(line)


def _starts(length: int) -> list[int]:
    if length <= TILE + TILE_OVERLAP:
        return [0] if length <= TILE else [0, length - TILE]
    step = TILE - TILE_OVERLAP
    count = -(-(length - TILE) // step)
    return [min(i * step, length - TILE) for i in range(count + 1)]


def _scaled(box: Box, factor: float) -> Box:
    x0, y0, x1, y1 = box
    return x0 * factor, y0 * factor, x1 * factor, y1 * factor


def _turned_back(box: Box, turns: int, width: int, height: int) -> Box:
    """Return a box of the upright picture in pixels of the picture as given (width × height)."""
    x0, y0, x1, y1 = box
    if turns == 1:
        return y0, height - x1, y1, height - x0
    if turns == 2:
        return width - x1, height - y1, width - x0, height - y0
    if turns == 3:
        return width - y1, x0, width - y0, x1
    return box
