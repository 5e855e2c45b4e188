"""What the PDF report is set from: summary, findings, texts with marks, pages with boxes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from xiaobao.model import SEVERITIES, Severity
from xiaobao.report import words
from xiaobao.report.boxes import BoxOn, boxes_on
from xiaobao.report.html import headline, said
from xiaobao.report.pictures import Picture
from xiaobao.report.view import Block, Item, Piece, Shown, blocks
from xiaobao.screening.pieces import moment

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

INK, SOFT, LINE = HexColor("#1c2430"), HexColor("#56616f"), HexColor("#d5dbe3")
COLOURS: dict[Severity, str] = {"high": "#b3261e", "medium": "#9a5b00", "low": "#3b6186"}
WASHES: dict[Severity, str] = {"high": "#fde3e0", "medium": "#fdeccb", "low": "#dfeaf6"}
DECISIONS = {"violation": "#b3261e", "review": "#9a5b00", "clear": "#56616f", None: "#7a3b8f"}
_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_HEIGHT = A4[1] - 2 * _MARGIN - 8 * mm
_LATIN = re.compile(r"[\x20-\x7e]+")


def _style(size: float, leading: float, **more: Any) -> ParagraphStyle:
    return ParagraphStyle(
        "x", fontName=FONT, fontSize=size, leading=leading, wordWrap="CJK", textColor=INK, splitLongWords=1, **more
    )


BODY = _style(10, 16)
SMALL = _style(8.5, 13)
TITLE = _style(20, 28, spaceAfter=4 * mm)
NAME = _style(14, 20, spaceAfter=1 * mm)
HEAD = _style(11.5, 17)
CELL = _style(9, 13)


def markup(text: str) -> str:
    """Return text for a paragraph: escaped, Latin letters in a Latin face, what the font lacks as a box."""
    plain = "".join("□" if ord(c) > 0xFFFF else c if c.isprintable() else " " for c in text)
    return _LATIN.sub(lambda m: f'<font face="Helvetica">{escape(m[0])}</font>', plain)


def drawn(flow: Sequence[Flowable]) -> bytes:
    """Return a PDF of flowables with page numbers of its own part left to the reader."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN
    )
    document.build(list(flow), onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _foot(pen: Any, _document: Any) -> None:
    pen.saveState()
    pen.setFont(FONT, 8)
    pen.setFillColor(SOFT)
    pen.drawString(_MARGIN, 10 * mm, "消保审查报告　由程序按规则生成，供审查人员参考；未发现问题不代表材料没有问题")
    pen.restoreState()


def summary_flow(items: Sequence[Item], *, rules: int, judged: bool, left_out: int) -> list[Flowable]:
    """Return the first page: the answer, the counts, the table of materials."""
    how = "规则与语境判断" if judged else "仅按规则判断"
    made = f"{said(moment(None))}　规则 {rules} 条　{how}"
    counts = "　".join(
        f'<font color="{COLOURS[s]}">{words.SHAPES[s]}</font> {words.SEVERITIES[s]}风险 '
        f"{markup(str(sum(view.count(s) for view in items)))}"
        for s in SEVERITIES
    )
    rows: list[list[Any]] = [[_cell(h, "#56616f") for h in ("材料", "结论", "▲", "◆", "●", "主要问题")]]
    for view in items:
        shape = words.VERDICT_SHAPES[view.decision] if view.decision else "×"
        numbers = [_cell(str(view.count(s) or "–")) for s in SEVERITIES]
        verdict = _cell(f"{shape} {view.word}", DECISIONS[view.decision])
        rows.append([_cell(view.name), verdict, *numbers, _cell(view.category or view.error)])
    widths = [_WIDTH * share for share in (0.38, 0.16, 0.06, 0.06, 0.06, 0.28)]
    table = Table(rows, colWidths=widths, repeatRows=1, splitInRow=1)
    table.setStyle([("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 6)])  # fmt: skip
    out: list[Flowable] = [
        Paragraph(_soft(made), SMALL), Spacer(1, 3 * mm), Paragraph(markup(headline(items)), TITLE),
        Paragraph(counts, BODY), Spacer(1, 5 * mm), table,
    ]  # fmt: skip
    if left_out:
        out += [Spacer(1, 3 * mm), Paragraph(_soft(f"材料较多，另有 {left_out} 份只列在表中，可分批生成报告。"), SMALL)]
    return out


def material_flow(view: Item, shown: Sequence[Picture], note: str, *, text: bool = True) -> list[Flowable]:
    """Return one material: name and verdict, its pictures with boxes or (with `text`) its marked text, its findings."""
    verdict = f'<font color="{DECISIONS[view.decision]}">{markup(view.word)}</font>'
    facts = "　".join(part for part in (view.kind, f"{view.inferred}（推断）" if view.inferred else "", note) if part)
    out: list[Flowable] = [Paragraph(f"{markup(view.name)}　{verdict}", NAME)]
    if facts:
        out.append(Paragraph(_soft(facts), SMALL))
    if view.error:
        out.append(Paragraph(markup(view.error), BODY))
    out.append(Spacer(1, 4 * mm))
    for i, picture in enumerate(shown):
        out += [*([PageBreak()] if i else []), PagePicture(picture, view.findings)]
    material = view.result.material if view.result else None
    if shown:
        out.append(PageBreak())
    elif material is not None and view.findings and text:
        out += [*_text(blocks(view.findings, material)), Spacer(1, 6 * mm)]
    for finding in view.findings:
        out += _finding(finding)
    out += _issues(view)
    return out


class PagePicture(Flowable):  # type: ignore[misc]
    """A page as a picture, fitted to the sheet, with numbered boxes."""

    def __init__(self, picture: Picture, findings: Sequence[Shown]) -> None:
        super().__init__()
        self.picture, self.findings = picture, findings
        scale = min(_WIDTH / picture.width, (_HEIGHT - 30 * mm) / picture.height)
        self.width, self.height = picture.width * scale, picture.height * scale
        self.hAlign = "CENTER"

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Return the size taken, in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw the picture and over it the boxes."""
        pen = self.canv
        pen.drawImage(ImageReader(io.BytesIO(self.picture.jpeg)), 0, 0, self.width, self.height)
        pen.setStrokeColor(LINE)
        pen.rect(0, 0, self.width, self.height)
        for box in boxes_on(self.findings, self.picture):
            self._box(pen, box)

    def _box(self, pen: Any, box: BoxOn) -> None:
        x, high = box.left / 100 * self.width, box.height / 100 * self.height
        y = self.height * (1 - (box.top + box.height) / 100)
        colour = HexColor(COLOURS[box.severity])
        pen.setStrokeColor(colour)
        pen.setLineWidth(1.2)
        pen.setDash(*([3, 2] if box.severity == "medium" else [1, 0]))
        if box.line:
            pen.line(x, y, x + box.width / 100 * self.width, y)
        else:
            pen.roundRect(x, y, box.width / 100 * self.width, high, 1.5)
        pen.setDash(1, 0)
        if box.label:
            size = pen.stringWidth(box.label, FONT, 7) + 4
            wide, middle = box.width / 100 * self.width, y + high / 2 - 5
            places = {"left": (x - size, middle), "right": (x + wide, middle), "above": (x, y + high)}
            at, base = places.get(box.side, (x, y - 10))
            pen.setFillColor(colour)
            pen.rect(at, base, size, 10, stroke=0, fill=1)
            pen.setFillColorRGB(1, 1, 1)
            pen.setFont(FONT, 7)
            pen.drawString(at + 2, base + 2.5, box.label)


def _finding(shown: Shown) -> list[Flowable]:
    finding = shown.finding
    shape = f'<font color="{COLOURS[finding.severity]}">{words.SHAPES[finding.severity]}</font>'
    facts = "　".join(part for part in (shown.confidence, shown.place, words.category(finding.category)) if part)
    first: list[Flowable] = [
        Paragraph(f"{shape} {markup(f'{shown.number}. {finding.title}')}", HEAD),
        Paragraph(_soft(facts), SMALL),
        Paragraph(_pieces(shown.quote) if shown.quote else _soft("应有而没有的内容"), _boxed()),
    ]
    rest: list[Flowable] = [Paragraph(markup(f"理由：{shown.reason}"), SMALL)]
    if shown.same is not None:
        rest.append(Paragraph(_soft(f"问题、依据与建议同第 {shown.same} 处"), SMALL))
    else:
        rest = [Paragraph(markup(finding.message), BODY), *rest]
        for clause in shown.clauses:
            text = f"　{clause.text}（{'概述' if clause.own else '条文原文'}，{clause.known}）" if clause.text else ""
            rest.append(Paragraph(f"{markup(f'依据：{clause.name}')}{_soft(text)}", SMALL))
        rest.append(Paragraph(f'<font color="#1d6b43">建议改为：{markup(finding.remedy)}</font>', BODY))
    rest.append(Paragraph(_soft(f"{finding.rule} 第 {finding.version} 版"), SMALL))
    return [KeepTogether([*first, rest[0]]), *rest[1:], Spacer(1, 6 * mm)]


def _boxed() -> ParagraphStyle:
    return _style(10, 16, backColor=HexColor("#f4f6f8"), borderPadding=(3, 6, 3, 6), spaceBefore=5, spaceAfter=6)


def _text(shown: Iterable[Block]) -> list[Flowable]:
    out: list[Flowable] = []
    for block in shown:
        if block.skipped:
            out.append(Paragraph(_soft(f"…… 略去 {block.skipped} 段没有发现问题的内容 ……"), SMALL))
            continue
        label = f"{_soft(block.label)}　" if block.label else ""
        out += [Paragraph(label + part, BODY) for part in _parts(block.pieces)]
    return out


def _parts(pieces: Sequence[Piece]) -> list[str]:
    """Return the mark-up of a passage, cut where one paragraph would grow beyond a page."""
    out, current, size = [], [], 0
    for piece in pieces:
        for at in range(0, len(piece.text), 600):
            last = piece.last if at + 600 >= len(piece.text) else ()
            part = Piece(piece.text[at : at + 600], piece.numbers, piece.severity, piece.strong, (), last)
            current.append(part)
            size += len(part.text)
            if size >= 600:
                out.append(_pieces(current))
                current, size = [], 0
    return [*out, *([_pieces(current)] if current else [])]


def _pieces(pieces: Iterable[Piece]) -> str:
    out = []
    for piece in pieces:
        text = markup(piece.text)
        if piece.severity is not None:
            text = f'<font color="{COLOURS[piece.severity]}" backColor="{WASHES[piece.severity]}">{text}</font>'
            text += "".join(f'<font color="{COLOURS[piece.severity]}">{markup(f"[{n}]")}</font>' for n in piece.last)
        out.append(text)
    return "".join(out)


def _issues(view: Item) -> list[Flowable]:
    if not view.issues:
        return []
    material = view.result.material if view.result else None
    out: list[Flowable] = [Paragraph("没有读清的地方", HEAD)]
    for issue in view.issues[:50]:
        where = words.place(material, issue.anchor) if material else ""
        out.append(Paragraph(markup(f"{where}　{issue.message}" if where else issue.message), SMALL))
    if len(view.issues) > 50:
        out.append(Paragraph(_soft(f"另有 {len(view.issues) - 50} 处"), SMALL))
    return out


def _cell(text: str, colour: str = "#1c2430") -> Paragraph:
    shown = text if len(text) <= 300 else f"{text[:300]}…"
    return Paragraph(f'<font color="{colour}">{markup(shown)}</font>', CELL)


def _soft(text: str) -> str:
    return f'<font color="#56616f">{markup(text)}</font>'
