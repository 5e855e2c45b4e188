"""Slides: shapes from top to bottom and left to right, tables, groups, notes, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from xiaobao.model import Anchor, Box
from xiaobao.readers.appearance import TINY_POINTS, colour, is_pale
from xiaobao.readers.draft import Draft
from xiaobao.readers.package import A, P, Package, R, office_score
from xiaobao.readers.registry import reader
from xiaobao.readers.slidestyle import SlideStyles
from xiaobao.readers.tables import cell_name

MAIN = "ppt/presentation.xml"
POINT = 12_700
"""English Metric Units in a point."""
_SHAPES = (f"{P}sp", f"{P}pic", f"{P}graphicFrame", f"{P}cxnSp")


@dataclass(frozen=True, slots=True)
class Frame:
    """How a group maps its children: x = dx + sx · x', likewise y, in EMU."""

    dx: float = 0.0
    dy: float = 0.0
    sx: float = 1.0
    sy: float = 1.0


@reader
class SlideReader:
    """Read pptx and pptm."""

    media_types = ("application/vnd.openxmlformats-officedocument.presentationml.presentation",)
    suffixes = (".pptx", ".pptm", ".ppsx")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a presentation."""
        return office_score(data, MAIN)

    def read(self, data: bytes, draft: Draft) -> None:
        """Put every slide and its notes into the draft; boxes are in points."""
        with Package(data, draft) as package:
            root = package.xml(MAIN)
            relations = package.relations(MAIN)
            slides = [relations.get(item.get(f"{R}id", ""), ("", ""))[1] for item in root.iter(f"{P}sldId")]
            for number, path in enumerate(slides[: draft.limits.max_pages], 1):
                draft.tick()
                with draft.step("read.page_failed", f"第 {number} 张幻灯片", Anchor(slide=number)):
                    _Slide(package, path, number).read()
            if len(slides) > draft.limits.max_pages:
                draft.issue(
                    "read.truncated", f"共 {len(slides)} 张，超过 {draft.limits.max_pages} 张的上限，其后未读取"
                )


class _Slide:
    def __init__(self, package: Package, path: str, number: int) -> None:
        self.package, self.path, self.number = package, path, number
        self.draft = package.draft
        self.root = package.xml(path)
        self.relations = package.relations(path)
        self.hidden = self.root.get("show") in ("0", "false")
        self.styles = SlideStyles(package, path)

    def read(self) -> None:
        """Read the shapes in the order an eye takes them, then the notes and comments."""
        tree = self.root.find(f"{P}cSld/{P}spTree")
        if tree is not None:
            shapes = [(shape, self._box(shape, frame)) for shape, frame in _shapes(tree)]
            for shape, box in sorted(shapes, key=_order):
                self._shape(shape, box)
        for path in self.package.related(self.path, "notesSlide"):
            root = self.package.optional(path)
            for shape in root.iter(f"{P}sp") if root is not None else ():
                place = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
                if place is None or place.get("type", "") in ("body", ""):
                    for text in _texts(shape):
                        self.draft.add(text, Anchor(slide=self.number, part="notes"))
        for path in self.package.related(self.path, "comments"):
            root = self.package.optional(path)
            for item in root.iter(f"{P}text") if root is not None else ():
                self.draft.add(item.text or "", Anchor(slide=self.number, part="comment"))

    def _box(self, shape: Any, frame: Frame) -> Box | None:
        found = _extent(shape) or self.styles.place(shape)
        if found is None:
            return None
        x, y, width, height = found
        x0, y0 = frame.dx + frame.sx * x, frame.dy + frame.sy * y
        return x0 / POINT, y0 / POINT, (x0 + frame.sx * width) / POINT, (y0 + frame.sy * height) / POINT

    def _shape(self, shape: Any, box: Box | None) -> None:
        hidden = self.hidden or any(n.get("hidden") in ("1", "true") for n in shape.iter(f"{P}cNvPr"))
        part = "hidden" if hidden else None
        scale = 1.0 if box is not None else None
        place = Anchor(slide=self.number, box=box, scale=scale, part=part)
        for row, column, cell in _cells(shape):
            here = Anchor(slide=self.number, cell=cell_name(row, column), box=box, scale=scale, part=part)
            self._paragraphs(shape, cell, here, hidden)
        body = shape.find(f"{P}txBody")
        if body is not None:
            self._paragraphs(shape, body, place, hidden)
        for blip in shape.iter(f"{A}blip"):
            _, path = self.relations.get(blip.get(f"{R}embed", ""), ("", ""))
            if path:
                self.package.read_picture(path, Anchor(slide=self.number, part="image"))
        for named in shape.iter(f"{P}cNvPr"):
            described = named.get("descr", "")
            if shape.tag == f"{P}pic" and described and not described.lower().endswith((".png", ".jpg", ".jpeg")):
                self.draft.add(described, Anchor(slide=self.number, part="alt"))

    def _paragraphs(self, shape: Any, body: Any, place: Anchor, hidden: bool) -> None:
        for paragraph in body.iter(f"{A}p"):
            text = _paragraph_text(paragraph)
            if not text.strip():
                continue
            size = self.styles.size(shape, body, paragraph)
            marks = {"hidden"} if hidden else set()
            if size is not None and size < TINY_POINTS:
                marks.add("tiny")
            marks |= _run_marks(shape, paragraph)
            self.draft.add(text, place, size=size, marks=marks)


def _order(item: tuple[Any, Box | None]) -> tuple[float, float]:
    box = item[1]
    # Shapes whose tops differ by less than a line stand in one row.
    return (round(box[1] / 14), box[0]) if box is not None else (1e9, 0.0)


def _shapes(tree: Any) -> Iterator[tuple[Any, Frame]]:
    stack = [(item, Frame()) for item in reversed(tree)]
    while stack:
        item, frame = stack.pop()
        if item.tag in _SHAPES:
            yield item, frame
        elif item.tag == f"{P}grpSp":
            inner = _group(item, frame)
            stack.extend((child, inner) for child in reversed(item))
        elif isinstance(item.tag, str) and item.tag.endswith("}AlternateContent"):
            choice = next(iter(item), None)
            if choice is not None:
                stack.extend((child, frame) for child in reversed(choice))


def _group(group: Any, outer: Frame) -> Frame:
    place = group.find(f"{P}grpSpPr/{A}xfrm")
    values = [
        _pair(place.find(f"{A}{name}")) if place is not None else None for name in ("off", "ext", "chOff", "chExt")
    ]
    if any(value is None for value in values):
        return outer
    (x, y), (width, height), (cx, cy), (cw, ch) = (value or (0.0, 0.0) for value in values)
    sx, sy = width / cw if cw else 1.0, height / ch if ch else 1.0
    dx, dy = x - sx * cx, y - sy * cy
    return Frame(outer.dx + outer.sx * dx, outer.dy + outer.sy * dy, outer.sx * sx, outer.sy * sy)


def _extent(shape: Any) -> tuple[float, float, float, float] | None:
    for path in (f"{P}spPr/{A}xfrm", f"{P}xfrm"):
        place = shape.find(path)
        if place is not None:
            start, extent = _pair(place.find(f"{A}off")), _pair(place.find(f"{A}ext"))
            if start and extent:
                return (*start, *extent)
    return None


def _pair(item: Any | None) -> tuple[float, float] | None:
    if item is None:
        return None
    try:
        return float(item.get("x", item.get("cx"))), float(item.get("y", item.get("cy")))
    except (TypeError, ValueError):
        return None


def _cells(shape: Any) -> Iterator[tuple[int, int, Any]]:
    for table in shape.iter(f"{A}tbl"):
        for row, cells in enumerate(table.iterfind(f"{A}tr"), 1):
            for column, cell in enumerate(cells.iterfind(f"{A}tc"), 1):
                body = cell.find(f"{A}txBody")
                if body is not None:
                    yield row, column, body


def _texts(shape: Any) -> Iterator[str]:
    for paragraph in shape.iter(f"{A}p"):
        text = _paragraph_text(paragraph)
        if text.strip():
            yield text


def _paragraph_text(paragraph: Any) -> str:
    out = []
    for item in paragraph.iter(f"{A}t", f"{A}br"):
        out.append("\n" if item.tag == f"{A}br" else item.text or "")
    return "".join(out)


def _run_marks(shape: Any, paragraph: Any) -> set[str]:
    runs = [(run.find(f"{A}rPr"), len(_paragraph_text(run))) for run in paragraph.iter(f"{A}r")]
    total = sum(count for _, count in runs)
    fill = shape.find(f"{P}spPr/{A}solidFill/{A}srgbClr")
    ground = colour(fill.get("val", "")) if fill is not None else None
    shares = {"bold": 0, "struck": 0, "pale": 0}
    for look, count in runs:
        if look is None:
            continue
        shares["bold"] += count if look.get("b") in ("1", "true") else 0
        shares["struck"] += count if look.get("strike", "noStrike") != "noStrike" else 0
        ink = look.find(f"{A}solidFill/{A}srgbClr")
        # White on a slide may stand on a picture; only text as pale as the shape's own fill is sure.
        if ink is not None and ground is not None and is_pale(colour(ink.get("val", "")), ground):
            shares["pale"] += count
    return {mark for mark, count in shares.items() if total and count > total / 2}
