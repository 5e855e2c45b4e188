"""Word documents: body in order, tables, text boxes, notes, headers, comments, tracked changes, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from xiaobao.model import Anchor
from xiaobao.readers.appearance import TINY_POINTS, colour, is_pale
from xiaobao.readers.dialogue import turns_of
from xiaobao.readers.draft import Draft
from xiaobao.readers.package import MC, A, Package, R, V, W, office_score
from xiaobao.readers.registry import reader
from xiaobao.readers.tables import cell_name
from xiaobao.readers.wordstyle import Look, Styles

MAIN = "word/document.xml"
SHORT = 4
"""Fewer letters than this in another size do not make a passage of their own."""
_BLOCKS = (f"{W}p", f"{W}tbl")
_THROUGH = {
    f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple")
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a paragraph: its text, its look, and whether it was inserted or deleted."""

    text: str
    look: Look
    change: str = ""


@reader
class WordReader:
    """Read docx and docm."""

    media_types = ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",)
    suffixes = (".docx", ".docm", ".dotx")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a Word document."""
        return office_score(data, MAIN)

    def read(self, data: bytes, draft: Draft) -> None:
        """Put body, then headers, footers, notes and comments into the draft."""
        with Package(data, draft) as package:
            document = _Document(package, Styles(package.optional("word/styles.xml")))
            root = package.xml(MAIN)
            document.part(MAIN, root, "")
            _as_dialogue(draft)
            for kind, part in (
                ("header", "header"),
                ("footer", "footer"),
                ("footnotes", "footnote"),
                ("endnotes", "endnote"),
            ):
                for path in sorted(package.related(MAIN, kind)):
                    document.optional(path, part)
            for path in package.related(MAIN, "comments"):
                document.optional(path, "comment")


def _as_dialogue(draft: Draft) -> None:
    """Turn the paragraphs into turns where the document is a transcript and nothing but paragraphs."""
    if len(draft.passages) > 20_000 or any(p.anchor.part or p.anchor.cell for p in draft.passages):
        return
    lines, owners = [], []
    for index, passage in enumerate(draft.passages):
        for line in passage.text.split("\n"):
            lines.append(line)
            owners.append(index)
    turns = turns_of(lines) if draft.member is None else None
    if not turns:
        return
    old = list(draft.passages)
    draft.passages.clear()
    draft.counts.chars = 0
    for number, turn in enumerate(turns):
        passage = old[owners[turn.line]]
        anchor = replace(passage.anchor, turn=number, speaker=turn.speaker, start=turn.start, end=turn.end)
        draft.add(turn.text, anchor, size=passage.size, marks=passage.marks)
    draft.facts["labels"] = [turn.label for turn in turns]


class _Document:
    """Walk the parts of one document; counts paragraphs, tables and rendered pages."""

    def __init__(self, package: Package, styles: Styles) -> None:
        self.package, self.draft, self.styles = package, package.draft, styles
        self.paragraphs = self.tables = 0
        self.page: int | None = None
        self.relations: dict[str, tuple[str, str]] = {}

    def optional(self, path: str, part: str) -> None:
        """Read a further part; a broken one becomes an issue."""
        root = self.package.optional(path)
        if root is not None:
            with self.draft.step("read.part_failed", f"部件 {path} "):
                self.part(path, root, part)

    def part(self, path: str, root: Any, part: str) -> None:
        """Read the blocks of one part."""
        self.relations = self.package.relations(path)
        if part == "":
            # Word writes where its own pages ended; without that there are no page numbers to give.
            self.page = 1 if next(root.iter(f"{W}lastRenderedPageBreak"), None) is not None else None
        else:
            self.page = None
        body = root.find(f"{W}body") if part == "" else root
        self.blocks(root if body is None else body, Anchor(part=part or None))

    def blocks(self, parent: Any, place: Anchor) -> None:
        """Read paragraphs and tables under an element, in order."""
        for block in _blocks(parent):
            if block.tag == f"{W}tbl":
                self.table(block, place)
            else:
                self.paragraph(block, place)

    def table(self, table: Any, place: Anchor) -> None:
        """Read a table, a passage a cell and more where the cell holds tables."""
        self.tables += 1
        sheet = f"表{self.tables}"
        rows = list(_children(table, f"{W}tr"))
        for number, row in enumerate(rows, 1):
            column = 1
            for cell in _children(row, f"{W}tc"):
                here = replace(place, sheet=sheet, cell=cell_name(number, column))
                self.cell(cell, here)
                span = cell.find(f"{W}tcPr/{W}gridSpan")
                column += _whole(span.get(f"{W}val")) if span is not None else 1

    def cell(self, cell: Any, place: Anchor) -> None:
        """Read a cell as one passage."""
        pieces: list[Piece] = []
        for block in _blocks(cell):
            if block.tag == f"{W}tbl":
                self.table(block, place)
                continue
            self.paragraphs += 1
            more = self.pieces(block)
            if pieces and more:
                pieces.append(Piece("\n", more[0].look))
            pieces += more
            self.boxes(block, place)
        self.emit(pieces, place)

    def paragraph(self, paragraph: Any, place: Anchor) -> None:
        """Read a paragraph, then the text boxes and pictures anchored in it."""
        self.paragraphs += 1
        place = replace(place, paragraph=self.paragraphs, page=self.page)
        self.emit(self.pieces(paragraph), place)
        self.boxes(paragraph, place)
        for mark in paragraph.iter(f"{W}lastRenderedPageBreak"):
            if self.page is not None and mark is not None:
                self.page += 1

    def pieces(self, paragraph: Any) -> list[Piece]:
        """Return the runs of a paragraph with text, text boxes left out."""
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        base = self.styles.paragraph(style.get(f"{W}val") if style is not None else None)
        out: list[Piece] = []
        for run, change in _runs(paragraph):
            text = "".join(_run_text(run))
            if text:
                out.append(Piece(text, self.styles.run(run.find(f"{W}rPr"), base), change))
        return out

    def boxes(self, paragraph: Any, place: Anchor) -> None:
        """Read text boxes, drawn text and pictures of a paragraph; fallbacks repeat their choice and are left out."""
        for box in _outermost(paragraph, f"{W}txbxContent"):
            self.blocks(box, replace(place, part=place.part or "textbox", cell=None, sheet=None))
        for tag, key in ((f"{A}blip", f"{R}embed"), (f"{V}imagedata", f"{R}id")):
            for picture in paragraph.iter(tag):
                _, path = self.relations.get(picture.get(key, ""), ("", ""))
                if path:
                    self.package.read_picture(path, replace(place, part="image"))
        for shape in paragraph.iter(f"{V}textpath"):
            self.draft.add(shape.get("string", ""), replace(place, part="textbox"))

    def emit(self, pieces: list[Piece], place: Anchor) -> None:
        """Add the text as it stands, and apart from it what was deleted and what is hidden."""
        shown = [p for p in pieces if p.change != "deleted" and not p.look.hidden]
        marks: set[str] = set()
        part = place.part
        if shown and all(p.change == "inserted" for p in shown if p.text.strip()):
            part = part or "inserted"
        if any(p.change == "inserted" for p in shown):
            marks.add("inserted")
        for group in _by_size(shown):
            self._add(group, replace(place, part=part), marks)
        self._add([p for p in pieces if p.change == "deleted"], replace(place, part="deleted"), {"struck"})
        hidden = [p for p in pieces if p.change != "deleted" and p.look.hidden]
        self._add(hidden, replace(place, part="hidden"), {"hidden"})

    def _add(self, pieces: list[Piece], place: Anchor, given: set[str]) -> None:
        marks = set(given)
        text = "".join(p.text for p in pieces)
        if not text.strip():
            return
        letters = [(p.look, len(p.text.strip())) for p in pieces if p.text.strip()]
        total = sum(count for _, count in letters)
        weights: dict[float, int] = {}
        for look, count in letters:
            weights[look.size] = weights.get(look.size, 0) + count
        size = max(weights, key=lambda key: weights[key])
        for name, share in (
            ("bold", sum(c for look, c in letters if look.bold)),
            ("struck", sum(c for look, c in letters if look.struck)),
            ("pale", sum(c for look, c in letters if _pale(look))),
            ("tiny", sum(c for look, c in letters if look.size < TINY_POINTS)),
        ):
            if share > total / 2:
                marks.add(name)
        self.draft.add(text, place, size=size, marks=marks)


def _by_size(pieces: list[Piece]) -> list[list[Piece]]:
    """Split runs where print becomes much larger or smaller, so that small print in a line is seen as such."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        last = groups[-1][-1].look.size if groups else 0.0
        if groups and (not piece.text.strip() or 0.7 < piece.look.size / last < 1.4):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    # A raised digit or a drop capital is no statement of its own.
    if any(sum(len(p.text.strip()) for p in group) < SHORT for group in groups):
        return [pieces]
    return groups


def _pale(look: Look) -> bool:
    text = colour(look.colour) if look.colour else None
    return text is not None and is_pale(text, colour(look.ground) if look.ground else None)


def _blocks(parent: Any) -> Iterator[Any]:
    """Yield paragraphs and tables under an element, through what only wraps them."""
    stack = list(reversed(parent))
    while stack:
        item = stack.pop()
        if item.tag in _BLOCKS:
            yield item
        elif item.tag in (f"{W}txbxContent", f"{MC}Fallback"):
            continue
        elif isinstance(item.tag, str):
            stack.extend(reversed(item))


def _children(parent: Any, tag: str) -> Iterator[Any]:
    for item in parent:
        if item.tag == tag:
            yield item
        elif item.tag in _THROUGH:
            yield from (inner for inner in item.iter(tag) if _nearest_table(inner) is _nearest_table(parent, True))


def _nearest_table(item: Any, itself: bool = False) -> Any:
    if itself and item.tag == f"{W}tbl":
        return item
    return next(item.iterancestors(f"{W}tbl"), None)


def _runs(paragraph: Any) -> Iterator[tuple[Any, str]]:
    """Yield runs in order with how they changed, without those of text boxes or nested paragraphs."""
    stack: list[tuple[Any, str]] = [(item, "") for item in reversed(paragraph)]
    while stack:
        item, change = stack.pop()
        if item.tag == f"{W}r":
            yield item, change
        elif item.tag in (f"{W}del", f"{W}moveFrom"):
            stack.extend((inner, "deleted") for inner in reversed(item))
        elif item.tag in (f"{W}ins", f"{W}moveTo"):
            stack.extend((inner, change or "inserted") for inner in reversed(item))
        elif isinstance(item.tag, str) and item.tag not in (f"{W}pPr", f"{MC}Fallback", f"{W}p"):
            stack.extend((inner, change) for inner in reversed(item))


def _run_text(run: Any) -> Iterator[str]:
    for item in run:
        tag = item.tag
        if tag in (f"{W}t", f"{W}delText"):
            yield item.text or ""
        elif tag in (f"{W}tab", f"{W}ptab"):
            yield "\t"
        elif tag in (f"{W}br", f"{W}cr"):
            yield "\n"
        elif tag == f"{W}noBreakHyphen":
            yield "-"
        elif tag == f"{W}sym":
            code = item.get(f"{W}char", "")
            # Symbol fonts hold their signs in the private area; F0FE and F052 are ticked boxes, F0A8 and F06F empty.
            yield {"F0FE": "☑", "F052": "☑", "F0A8": "□", "F06F": "□"}.get(code.upper(), "")


def _outermost(paragraph: Any, tag: str) -> Iterator[Any]:
    for box in paragraph.iter(tag):
        inside = False
        for parent in box.iterancestors():
            if parent is paragraph:
                break
            if parent.tag in (tag, f"{MC}Fallback"):
                inside = True
                break
        if not inside:
            yield box


def _whole(text: str | None) -> int:
    try:
        return max(1, min(64, int(text or "1")))
    except ValueError:
        return 1
