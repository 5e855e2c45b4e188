"""Small valid files of every kind, made in memory, to be broken by the fuzz and read by the tests."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime

import docx
import pptx
import xlsxwriter
from docx.shared import Pt, RGBColor
from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

SENTENCE = "本产品为非保本浮动收益型理财产品，投资须谨慎，收益存在不确定性。"
PAGE = (
    '<!DOCTYPE html><html><head><meta charset="{charset}"><title>活动页</title>'
    "<style>.t{{font-size:6px}} .h{{display:none}} #w{{color:#fff;background:#fefefe}}</style></head>"
    "<body><h1>年化<b>5%</b></h1><p>预期收益<span class=t>不代表实际收益</span></p><p class=h>看不见的话</p>"
    '<div id=w>白底白字</div><img src="a.png" alt="图片说明"><script>var a = 1;</script>'
    "<table><tr><td>甲</td><td>乙</td></tr></table></body></html>"
)


def word() -> bytes:
    """Return a docx with a heading, small, pale and hidden print, a table and a header."""
    document = docx.Document()
    document.add_heading("个人贷款合同", 0)
    document.add_paragraph(SENTENCE)
    small = document.add_paragraph().add_run("最终解释权归本行所有")
    small.font.size = Pt(5)
    pale = document.add_paragraph().add_run("白色的字也要读到")
    pale.font.color.rgb = RGBColor(255, 255, 255)
    hidden = document.add_paragraph().add_run("隐藏的字")
    hidden.font.hidden = True
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 1).text = "费用", "每月3元"
    document.sections[0].header.paragraphs[0].text = "页眉文字"
    return saved(document)


def slides() -> bytes:
    """Return a pptx with title, body and notes."""
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = "新品发布"
    slide.placeholders[1].text = SENTENCE
    slide.notes_slide.notes_text_frame.text = "讲稿里的话"
    return saved(show)


def saved(document: object) -> bytes:
    """Return what a document's save method writes."""
    out = io.BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def workbook() -> bytes:
    """Return an xlsx with a header, a percentage, a date, a hidden row, a comment and a hidden sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet("费率表")
    sheet.write_row(0, 0, ["项目", "费率", "日期"])
    sheet.write(1, 0, "手续费")
    sheet.write(1, 1, 0.0385, book.add_format({"num_format": "0.00%"}))
    sheet.write_datetime(1, 2, datetime(2025, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
    sheet.write(2, 0, "隐藏行里的话")
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.write_formula(3, 1, "=1+1", None, 2)
    sheet.write_comment("A1", "批注里的话")
    other = book.add_worksheet("底稿")
    other.write(0, 0, "隐藏表里的话")
    other.hide()
    book.close()
    return out.getvalue()


def pdf(pages: int = 1) -> bytes:
    """Return a pdf with a large title, body, tiny and white print."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    sheet = canvas.Canvas(out, pagesize=(595, 842))
    for _ in range(pages):
        for size, y, text in ((24, 770, "个人消费贷款合同"), (10, 740, SENTENCE), (4, 720, "最终解释权归本行所有")):
            sheet.setFont("STSong-Light", size)
            sheet.drawString(72, y, text)
        sheet.setFillColorRGB(1, 1, 1)
        sheet.setFont("STSong-Light", 10)
        sheet.drawString(72, 700, "白底白字的话")
        sheet.setFillColorRGB(0, 0, 0)
        sheet.showPage()
    sheet.save()
    return out.getvalue()


def picture(kind: str = "PNG", text: str = "ANNUAL RATE 4.35%") -> bytes:
    """Return a picture with Latin text, which needs no font of the system."""
    image = Image.new("RGB", (700, 160), "white")
    ImageDraw.Draw(image).text((40, 50), text, font=ImageFont.load_default(size=48), fill="black")
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def archive(members: dict[str, bytes]) -> bytes:
    """Return a zip of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


def everything() -> dict[str, bytes]:
    """Return one file of every kind by name."""
    return {
        "a.txt": (SENTENCE + "\n客服：您好，请问有什么可以帮您？\n客户：我想问一下利率是多少。\n" * 3).encode(
            "gb18030"
        ),
        "b.docx": word(),
        "c.pptx": slides(),
        "d.xlsx": workbook(),
        "e.csv": '名称,费率\n甲,"3%,起"\n乙,4%\n'.encode(),
        "f.html": PAGE.format(charset="utf-8").encode(),
        "g.pdf": pdf(),
        "h.png": picture(),
        "i.jpg": picture("JPEG"),
        "j.tiff": picture("TIFF"),
        "k.webp": picture("WEBP"),
        "l.bmp": picture("BMP"),
        "m.zip": archive({"内/一.txt": SENTENCE.encode(), "二.zip": archive({"三.txt": SENTENCE.encode("gbk")})}),
    }
