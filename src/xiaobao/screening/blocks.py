"""Cut a material into the stretches that are judged as one: about a paragraph, never mixing columns or cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from xiaobao.model import Anchor, Material, Passage
from xiaobao.text.normalise import normalise
from xiaobao.text.sentences import sentences

SHORT = 200
"""Characters up to which a material is one stretch."""
FULL = 110
"""Characters up to which lines and sentences are joined."""
WRAPPED = 20
"""Characters from which a line may be one that the paragraph it belongs to runs on from."""
CLOSED = "。！？!?；;…”）)"
HEADING_NEVER = CLOSED.replace("）", "").replace(")", "")
SILENT = frozenset({"deleted", "comment"})
"""Parts of a file that are not what it says: struck-out text and remarks about it."""
HEADING = re.compile(
    r"^\s*(?:[（(]?[一二三四五六七八九十百0-9]{1,3}[、.．)）]|第[一二三四五六七八九十百0-9]+[章节部]|【)"
)

WORDS = re.compile(r"[\u4e00-\u9fff]{2}")


@dataclass(frozen=True)
class Block:
    """A stretch of a material's text, end exclusive, with the heading it stands under."""

    start: int
    end: int
    heading: str = ""
    cuts: tuple[int, ...] = ()
    """Offsets at which a line ends that the next one does not go on with."""


class _Unit(NamedTuple):
    start: int
    end: int
    text: str
    passage: Passage


def visible_text(material: Material) -> str:
    """Return the text with silent parts blanked out, so that offsets stay."""
    parts = [" " * len(p.text) if p.anchor.part in SILENT else p.text for p in material.passages]
    return "\n".join(parts)


def blocks(material: Material) -> list[Block]:
    """Return the blocks of a material in reading order; silent parts belong to none."""
    out: list[Block] = []
    heading = ""
    run: list[_Unit] = []
    for unit in _units(material):
        if run and not _continues(run, unit):
            out.append(_block(run, heading))
            if run[-1].passage.anchor.part != unit.passage.anchor.part:
                heading = ""
            run = []
        if _is_heading(unit):
            if run:
                out.append(_block(run, heading))
                run = []
            heading = unit.text.strip()
        run.append(unit)
    if run:
        out.append(_block(run, heading))
    return out


def shapes(material: Material) -> tuple[int, ...]:
    """Return where a passage begins that stands in another shape, cell or page than the one before it."""
    pairs = pairwise(zip(material.passages, material.starts, strict=True))
    return tuple(start for (a, _), (b, start) in pairs if _place(a.anchor) != _place(b.anchor))


def _place(anchor: Anchor) -> tuple[object, ...]:
    # Lines of a page or a picture have boxes of their own; of a slide the box is the shape's.
    return anchor.page, anchor.slide, anchor.cell, anchor.part, anchor.box if anchor.slide is not None else None


def _block(run: list[_Unit], heading: str) -> Block:
    cuts = tuple(b.start for a, b in pairwise(run) if not _flows(a, b))
    return Block(run[0].start, run[-1].end, heading, cuts)


def _flows(a: _Unit, b: _Unit) -> bool:
    """Tell whether a sentence goes on from one line to the next: the lines of one printed paragraph."""
    if a.passage is b.passage:
        return True
    full = a.passage.anchor.box is not None and b.passage.anchor.box is not None and len(a.text.strip()) >= WRAPPED
    return full and not _is_heading(a)


def _units(material: Material) -> Iterator[_Unit]:
    """Yield passages, long ones sentence by sentence."""
    for passage, start in zip(material.passages, material.starts, strict=True):
        if passage.anchor.part in SILENT or not passage.text.strip():
            continue
        if len(passage.text) <= FULL:
            yield _Unit(start, start + len(passage.text), passage.text, passage)
            continue
        normalised = normalise(passage.text)
        spans = sentences(normalised)
        lows = normalised.starts[[span.start for span in spans]].tolist() if spans else []
        highs = normalised.ends[[span.end - 1 for span in spans]].tolist() if spans else []
        for low, high in zip(lows, highs, strict=True):
            yield _Unit(start + low, start + high, passage.text[low:high], passage)


def _is_heading(unit: _Unit) -> bool:
    return (
        len(unit.text) <= 24
        and unit.text.rstrip()[-1:] not in HEADING_NEVER
        and WORDS.search(unit.text) is not None
        and (HEADING.match(unit.text) is not None or ("bold" in unit.passage.marks and not unit.passage.anchor.cell))
    )


def _continues(run: list[_Unit], unit: _Unit) -> bool:
    """Tell whether a unit belongs to the run before it."""
    last = run[-1]
    length = unit.end - run[0].start
    if length > FULL:
        return False
    a, b = last.passage, unit.passage
    if a is b:
        return True
    if a.anchor.cell or b.anchor.cell or a.anchor.part != b.anchor.part or a.anchor.slide != b.anchor.slide:
        return False
    if a.anchor.box and b.anchor.box:
        return _same_print(a, b) and not (last.text.rstrip()[-1:] in CLOSED and length > 40)
    return len(last.text) < 12 and not last.text.rstrip().endswith(tuple(CLOSED))


def _same_print(a: Passage, b: Passage) -> bool:
    """Tell whether two lines follow one another on a page: close, alike in size, over one another."""
    if a.anchor.page != b.anchor.page or a.anchor.box is None or b.anchor.box is None:
        return False
    ax0, ay0, ax1, ay1 = a.anchor.box
    bx0, by0, bx1, by1 = b.anchor.box
    height, other = max(1.0, ay1 - ay0), max(1.0, by1 - by0)
    close = -0.5 * height <= by0 - ay1 <= 1.1 * height
    alike = max(height, other) <= 1.6 * min(height, other)
    over = min(ax1, bx1) - max(ax0, bx0) > 0
    return close and alike and over
