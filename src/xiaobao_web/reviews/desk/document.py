"""What stands on the left of the desk: pictures of pages, or running text with the words of findings marked."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from itertools import groupby, pairwise
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

LEVELS = ("high", "medium", "low")
SPEAKERS = {"agent": _l("坐席"), "customer": _l("客户"), "other": _l("其他")}
PARTS = {
    "title": _l("页面标题"), "header": _l("页眉"), "footer": _l("页脚"), "footnote": _l("脚注"),
    "textbox": _l("文本框"), "alt": _l("图片说明"), "comment": _l("批注"), "inserted": _l("修订插入"),
    "deleted": _l("修订删除"), "hidden": _l("隐藏文字"), "notes": _l("备注"),
}  # fmt: skip
NARROW = 0.55
_CELL = re.compile(r"([A-Z]+)(\d+)")


@dataclass(frozen=True)
class Page:
    """A picture of a page: its number, and its size in its own pixels."""

    number: int
    width: int
    height: int
    scale: float


@dataclass(frozen=True)
class Block:
    """A piece of running text: where it begins in the whole, how it is shown, its words with marks."""

    start: int
    text: str
    marked: SafeString
    label: str = ""
    """What stands beside it: paragraph number, cell, time."""
    speaker: str = ""
    role: str = ""
    time: float | None = None
    until: float | None = None
    part: str = ""
    heading: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Group:
    """Blocks that belong together: a slide, a row of a sheet, or all of them."""

    title: str
    blocks: list[Block]
    kind: str = ""


@dataclass(frozen=True)
class Document:
    """A reading as the desk shows it: kind is pages, turns, sheet, slides or text."""

    kind: str
    pages: list[Page] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Return how many pages, slides or pieces one can go to."""
        if self.kind == "pages":
            return len(self.pages)
        if self.kind == "slides":
            return len(self.groups)
        return sum(len(group.blocks) for group in self.groups)

    @property
    def unit(self) -> str:
        """Return what one counts when going to a place."""
        return {"pages": _("页"), "slides": _("页"), "turns": _("句"), "sheet": _("格")}.get(self.kind, _("段"))


def pages_of(reading: Any) -> list[Page]:
    """Return the pictures of a reading."""
    rows = reading.pages
    return [Page(int(p["page"]), int(p["width"]), int(p["height"]), float(p.get("scale") or 1.0)) for p in rows]


def placed(boxes: Iterable[dict[str, Any]], pages: Sequence[Page]) -> list[dict[str, Any]]:
    """Return boxes as {"page", "box": [x, y, width, height]} in the pixels of the pages' pictures, cut to the page."""
    known = {page.number: page for page in pages}
    out = []
    for item in boxes:
        page = known.get(int(item.get("page") or 1))
        if page is None or len(item.get("box") or ()) != 4:
            continue
        factor = page.scale / float(item.get("scale") or 1.0)
        x0, y0, x1, y1 = (float(v) * factor for v in item["box"])
        x0, y0, x1, y1 = max(0.0, x0), max(0.0, y0), min(x1, page.width), min(y1, page.height)
        if x0 < x1 and y0 < y1:
            out.append({"page": page.number, "box": [round(v, 1) for v in (x0, y0, x1 - x0, y1 - y0)]})
    return out


def lines_of(reading: Any, number: int) -> list[dict[str, Any]]:
    """Return the words of a page: {"t" text, "s" offset, "b" [x, y, width, height] in its picture's pixels}."""
    pages = pages_of(reading)
    out = []
    for passage in reading.passages:
        anchor = passage["anchor"]
        if not anchor.get("box") or int(anchor.get("page") or 1) != number or not passage["text"].strip():
            continue
        where = placed([{"page": number, "box": anchor["box"], "scale": anchor.get("scale")}], pages)
        if where:
            out.append({"t": passage["text"], "s": passage["start"], "b": where[0]["box"]})
    return out


def boxes_between(passages: Sequence[dict[str, Any]], start: int, end: int) -> list[dict[str, Any]]:
    """Return the boxes of the words from start to end as findings keep them; within a line by width of characters."""
    at = max(0, bisect_right(passages, start, key=lambda item: item["start"]) - 1)
    out = []
    for passage in passages[at:]:
        first, text, anchor = passage["start"], passage["text"], passage["anchor"]
        if first >= end:
            break
        if not anchor.get("box") or not text or first + len(text) <= start:
            continue
        x0, y0, x1, y1 = anchor["box"]
        if "vertical" not in passage.get("marks", ()):
            before, upto = _width(text[: max(0, start - first)]), _width(text[: end - first])
            unit = (x1 - x0) / _width(text)
            x0, x1 = x0 + unit * before, x0 + unit * upto
        box = {"page": anchor.get("page", 1), "box": [x0, y0, x1, y1], "scale": anchor.get("scale", 1.0)}
        out.append(box)
    return out


def _width(text: str) -> float:
    """Return how wide a text is in Chinese characters; Latin letters and digits count as a little more than half."""
    return sum(NARROW if mark.isascii() else 1.0 for mark in text)


def document_of(reading: Any, findings: Sequence[Any]) -> Document:
    """Return a reading as the desk shows it, with the words of findings (start, end, severity, pk) marked."""
    if reading.pages:
        return Document("pages", pages=pages_of(reading))
    passages = reading.passages
    blocks = list(zip(passages, _marks(passages, findings), strict=True))
    if passages and passages[0]["anchor"].get("turn") is not None:
        return Document("turns", groups=[Group("", _turns(blocks))])
    if any(p["anchor"].get("slide") for p in passages):
        return Document("slides", groups=_slides(blocks))
    if passages and all(p["anchor"].get("sheet") for p in passages):
        return Document("sheet", groups=_sheets(blocks))
    return Document("text", groups=_running(blocks))


Marked = tuple[dict[str, Any], SafeString]


def _turns(blocks: Sequence[Marked]) -> list[Block]:
    times = [p["anchor"].get("start") for p, _marked in blocks]
    out = []
    for i, (passage, marked) in enumerate(blocks):
        anchor = passage["anchor"]
        role = anchor.get("speaker", "")
        later = [t for t in times[i + 1 :] if t is not None]
        out.append(
            Block(
                passage["start"], passage["text"], marked,
                label=clock(anchor["start"]) if anchor.get("start") is not None else str(i + 1),
                speaker=str(SPEAKERS.get(role, role)), role=role if role in SPEAKERS else "other",
                time=anchor.get("start"), until=anchor.get("end") or (later[0] if later else None),
            )
        )  # fmt: skip
    return out


def _sheets(blocks: Sequence[Marked]) -> list[Group]:
    out: list[Group] = []
    for sheet, inside in groupby(blocks, key=lambda item: item[0]["anchor"].get("sheet", "")):
        for row, cells in groupby(inside, key=lambda item: _row(item[0])):
            made = [_cell(passage, marked) for passage, marked in cells]
            out.append(Group(f"{sheet} {row}".strip(), made, kind="row" if out else "head"))
    return out


def _running(blocks: Sequence[Marked]) -> list[Group]:
    """Return paragraphs, and the rows of the tables among them."""
    out: list[Group] = []
    for tabular, inside in groupby(blocks, key=lambda item: bool(item[0]["anchor"].get("sheet"))):
        rows = list(inside)
        if tabular:
            out += _sheets(rows)
        else:
            out.append(Group("", [_paragraph(p, marked, p["anchor"].get("paragraph", "")) for p, marked in rows]))
    if all(not block.label for group in out for block in group.blocks):  # plain lines are counted here
        numbered = enumerate(out[0].blocks, 1) if out else ()
        return [Group("", [replace(block, label=str(number)) for number, block in numbered])]
    return out


def _row(passage: dict[str, Any]) -> str:
    found = _CELL.match(passage["anchor"].get("cell", ""))
    return _("第 %s 行") % found[2] if found else ""


def _cell(passage: dict[str, Any], marked: SafeString) -> Block:
    return Block(
        passage["start"], passage["text"], marked, label=passage["anchor"].get("cell", ""), part=_part(passage),
        heading="bold" in passage.get("marks", ()),
    )  # fmt: skip


def _slides(blocks: Sequence[Marked]) -> list[Group]:
    out = []
    for number, inside in groupby(blocks, key=lambda item: item[0]["anchor"].get("slide")):
        made = [_paragraph(passage, marked, 0) for passage, marked in inside]
        out.append(Group(_("第 %s 页") % number if number else _("其他"), made))
    return out


def _paragraph(passage: dict[str, Any], marked: SafeString, number: Any) -> Block:
    marks = passage.get("marks", ())
    bold = "bold" in marks and len(passage["text"]) <= 60
    quiet = bool({"tiny", "pale", "hidden"} & set(marks))
    return Block(
        passage["start"], passage["text"], marked, label=str(number or ""), part=_part(passage), heading=bold,
        quiet=quiet,
    )  # fmt: skip


def _part(passage: dict[str, Any]) -> str:
    name = passage["anchor"].get("part", "")
    return str(PARTS.get(name, ""))


def clock(seconds: float) -> str:
    """Return seconds as minutes and seconds, with hours where there are any."""
    whole = int(seconds)
    hours, minutes, left = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes:02}:{left:02}"


def _marks(passages: Sequence[dict[str, Any]], findings: Sequence[Any]) -> list[SafeString]:
    """Return each passage's text with the words of the findings that reach into it marked."""
    spans = sorted((f.start, f.end, f.severity, f.pk, f.decision) for f in findings if f.start is not None and f.end)
    out = []
    for passage in passages:
        first, text = passage["start"], passage["text"]
        last = first + len(text)
        near = [span for span in spans if span[0] < last and span[1] > first]
        inside = [(max(0, s - first), min(len(text), e - first), *rest) for s, e, *rest in near]
        out.append(_mark(text, inside) if inside else mark_safe(escape(text)))
    return out


def _mark(text: str, spans: list[Any]) -> SafeString:
    edges = sorted({0, len(text), *(edge for start, end, *_rest in spans for edge in (start, end))})
    out = []
    for start, end in pairwise(edges):
        over = [span for span in spans if span[0] <= start and end <= span[1]]
        piece = escape(text[start:end])
        if over:
            level = min((span[2] for span in over), key=LEVELS.index)
            keys = " ".join(str(span[3]) for span in over)
            done = " is-dismissed" if all(span[4] == "dismissed" for span in over) else ""
            piece = f'<mark class="hit hit-{level}{done}" data-findings="{keys}">{piece}</mark>'
        out.append(piece)
    return mark_safe("".join(out))
