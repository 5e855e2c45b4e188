"""Make contracts of many pages (PDF with a text layer) and posters (pictures) from the texts of `documents/`.

A contract's source has `# title`, `## chapter`, `> notice` and plain paragraphs; its annexes and tables stand in
`labels.jsonl`. A poster's source has `@ brand | line`, `# headline`, `= line`, `! large number`, `* point` and
`- small print`. Posters are photographed once by Chromium, or drawn with Pillow, and kept beside their sources:

    python -m evaluation.documents_made [NAME …]
"""

from __future__ import annotations

import html
import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from PIL import Image, ImageDraw, ImageFont

FOLDER = Path(__file__).with_name("documents")
SIZE = (800, 1200)
FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
THEMES = (("#0b4a8f", "#eef5fc"), ("#a8321e", "#fff6ef"), ("#14624a", "#f1faf5"), ("#4a2d7a", "#f7f3fd"))
DRAWN = ("anti-fraud", "bad-deposit", "pension-saving")
"""Posters drawn with Pillow; all others are pages of HTML."""
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-sync", "--hide-scrollbars")  # fmt: skip
TAGS = {"@": "header", "#": "h1", "=": "h2", "!": "b", "*": "li", "-": "p"}


def rows_of(path: Path) -> list[dict[str, Any]]:
    """Return the labels of a set."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def source_of(row: dict[str, Any], folder: Path) -> str:
    """Return the words of a document with its annexes, without those of its tables."""
    names = [row["file"], *row.get("annexes", ())]
    return "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in names)


# Contracts


def contract(row: dict[str, Any], folder: Path) -> bytes:
    """Typeset a contract in large print on A4 with running titles, its annexes and tables."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    title = source_of(row, folder).splitlines()[0].lstrip("# ")

    def running(canvas: Any, page: Any) -> None:
        canvas.setFont("STSong-Light", 10)
        canvas.drawString(72, 800, title)
        canvas.drawCentredString(297, 32, f"第 {page.page} 页")

    out = io.BytesIO()
    made = SimpleDocTemplate(out, pagesize=A4, leftMargin=76, rightMargin=76, topMargin=76, bottomMargin=66)
    made.build(list(_flow(row, folder)), onFirstPage=running, onLaterPages=running)
    return out.getvalue()


def _flow(row: dict[str, Any], folder: Path) -> Iterator[Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import PageBreak, Paragraph, Spacer

    body = ParagraphStyle("body", fontName="STSong-Light", fontSize=17.5, leading=31, wordWrap="CJK", spaceAfter=9)
    styles = {
        "# ": ParagraphStyle("title", parent=body, fontSize=22, leading=36, alignment=1, spaceAfter=14),
        "## ": ParagraphStyle("chapter", parent=body, fontSize=19, spaceBefore=16, spaceAfter=10),
        "> ": ParagraphStyle("notice", parent=body, leftIndent=18, rightIndent=18, borderWidth=0.7, borderPadding=6),
    }
    for number, name in enumerate((row["file"], *row.get("annexes", ()))):
        if number:
            yield PageBreak()
        for line in (folder / name).read_text(encoding="utf-8").strip().splitlines():
            mark = next((mark for mark in styles if line.startswith(mark)), "")
            yield Paragraph(html.escape(line[len(mark) :]), styles.get(mark, body))
    yield Spacer(1, 20)
    for table in row.get("tables", ()):
        yield PageBreak()
        yield Paragraph(html.escape(table["title"]), styles["# "])
        yield _table(table)


def _table(table: dict[str, Any]) -> Any:
    from reportlab.platypus import Table, TableStyle

    rows = schedule(**table["schedule"]) if "schedule" in table else table["rows"]
    made = Table(rows, repeatRows=1)
    look = [("FONT", (0, 0), (-1, -1), "STSong-Light", 13), ("GRID", (0, 0), (-1, -1), 0.4, "#555555"),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 9), ("TOPPADDING", (0, 0), (-1, -1), 5)]  # fmt: skip
    made.setStyle(TableStyle(look))
    return made


def schedule(principal: int, months: int, rate: float) -> list[list[str]]:
    """Return the rows of a plan of equal instalments; rate: per cent a year, simple."""
    monthly = rate / 1200
    paid = principal * monthly / (1 - (1 + monthly) ** -months)
    left, rows = float(principal), [["期次", "应还本金（元）", "应还利息（元）", "应还合计（元）", "剩余本金（元）"]]
    for number in range(1, months + 1):
        interest = left * monthly
        part = left if number == months else paid - interest
        left -= part
        rows.append([f"{number}", f"{part:,.2f}", f"{interest:,.2f}", f"{part + interest:,.2f}", f"{abs(left):,.2f}"])
    return rows


# Posters


def poster(name: str, folder: Path) -> bytes:
    """Return the PNG of a poster, photographed or drawn."""
    lines = [
        (line[0], line[1:].strip())
        for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]
    theme = THEMES[sum(map(ord, name)) % len(THEMES)]
    picture = _drawn(lines, theme) if name in DRAWN else _photographed(lines, theme)
    out = io.BytesIO()
    picture.convert("RGB").quantize(96).save(out, "PNG", optimize=True)
    return out.getvalue()


def page(lines: list[tuple[str, str]], theme: tuple[str, str]) -> str:
    """Return the HTML of a poster."""
    dark, pale = theme
    style = (
        f"*{{margin:0;box-sizing:border-box}}body{{width:{SIZE[0]}px;height:{SIZE[1]}px;background:{pale};color:#222;"
        'font-family:"Noto Sans CJK SC";display:flex;flex-direction:column;padding-bottom:28px}'
        f"header{{background:{dark};color:#fff;padding:26px 44px;font-size:25px;display:flex;"
        "justify-content:space-between}"
        f"h1{{font-size:72px;color:{dark};padding:40px 44px 0;line-height:1.2}}"
        "h2{font-size:30px;font-weight:500;padding:14px 44px 0}"
        f"b{{font-size:104px;color:{dark};padding:8px 44px 0;line-height:1.25}}"
        f"ul{{list-style:none;margin:26px 44px 0;padding:20px 28px;background:#fff;border-left:8px solid {dark}}}"
        "li{font-size:26px;line-height:1.75}p{font-size:17px;line-height:1.6;color:#444;padding:0 44px}"
        ".gap{flex:1}"
    )
    parts, listed, small = [], False, False
    for mark, text in lines:
        if (mark == "*") != listed:
            parts.append("<ul>" if mark == "*" else "</ul>")
            listed = mark == "*"
        if mark == "-" and not small:
            parts.append('<div class="gap"></div>')
            small = True
        words = "".join(f"<span>{html.escape(part.strip())}</span>" for part in text.split("|"))
        parts.append(f"<{TAGS[mark]}>{words}</{TAGS[mark]}>")
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><style>{style}</style><body>{"".join(parts)}'


def _photographed(lines: list[tuple[str, str]], theme: tuple[str, str]) -> Image.Image:
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder) / "poster.html", Path(folder) / "shot.png"
        source.write_text(page(lines, theme), encoding="utf-8")
        size = f"--window-size={SIZE[0]},{SIZE[1]}"
        command = ["chromium", *FLAGS, size, f"--screenshot={shot}", source.as_uri()]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        return Image.open(io.BytesIO(shot.read_bytes())).crop((0, 0, *SIZE))


def _drawn(lines: list[tuple[str, str]], theme: tuple[str, str]) -> Image.Image:
    dark, pale = theme
    picture = Image.new("RGB", SIZE, pale)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((480, -180, 980, 320), fill="#ffffff")
    pen.rectangle((0, 0, SIZE[0], 84), fill=dark)
    sizes = {"@": 26, "#": 66, "=": 32, "!": 110, "*": 29, "-": 18}
    top = 26
    for mark, text in lines:
        font = ImageFont.truetype(str(FONT), sizes[mark], index=2)
        for row in _broken(text.replace("|", "　"), font, SIZE[0] - 96):
            pen.text((48, top), row, font=font, fill={"@": "#fff", "-": "#444", "=": "#333"}.get(mark, dark))
            top += int(sizes[mark] * 1.5)
        top += 34 if mark == "@" else 10
    return picture


def _broken(text: str, font: Any, width: int) -> list[str]:
    rows = [""]
    for sign in text:
        if font.getlength(rows[-1] + sign) > width:
            rows.append("")
        rows[-1] += sign
    return rows


def main() -> None:
    """Make the pictures of all posters, or of those named."""
    folder = FOLDER / "posters"
    for name in sys.argv[1:] or sorted(path.stem for path in folder.glob("*.txt")):
        (folder / f"{name}.png").write_bytes(poster(name, folder))
        print(name, flush=True)


if __name__ == "__main__":
    main()
