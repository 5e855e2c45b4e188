"""Every kind of file: what is read, where it stands, how it is marked."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import samples
from xiaobao.errors import LimitExceeded, UnreadableFile, UsageError
from xiaobao.model import Material, Passage
from xiaobao.readers import Limits, read, render_pages


def passage(material: Material, words: str) -> Passage:
    found = [p for p in material.passages if words in p.text]
    assert len(found) == 1, f"{words}: {[p.text for p in material.passages]}"
    return found[0]


def codes(material: Material) -> set[str]:
    return {issue.code for issue in material.issues}


SIMPLIFIED = "本产品为非保本浮动收益理财产品，投资须谨慎。"
TRADITIONAL = "本產品為非保本浮動收益理財產品，投資須謹慎。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_simplified_text_in_any_encoding(encoding: str) -> None:
    material = read(f"{SIMPLIFIED}\r\n第二段。".encode(encoding))
    assert [p.text for p in material.passages] == [SIMPLIFIED, "第二段。"]
    assert [p.anchor.paragraph for p in material.passages] == [1, 2]


@pytest.mark.parametrize("encoding", ["big5", "utf-8", "gb18030"])
def test_traditional_text_in_any_encoding(encoding: str) -> None:
    assert read(TRADITIONAL.encode(encoding)).text == TRADITIONAL


def test_ascii_and_long_text_cut_in_the_middle_of_a_character() -> None:
    assert read(b"plain words only").text == "plain words only"
    text = "a" + "理财非存款" * 40_000
    assert read(text.encode("gb18030")).text == text


def test_text_beyond_the_limits_is_cut_and_says_so() -> None:
    material = read(("保本\n" * 1000).encode(), limits=Limits(max_chars=100))
    assert len(material.text.replace("\n", "")) == 100
    assert codes(material) == {"read.truncated"}
    material = read(("保本\n" * 1000).encode(), limits=Limits(max_bytes=700))
    assert "read.truncated" in codes(material)


def test_word_document() -> None:
    material = read(samples.word())
    assert material.media_type.endswith("wordprocessingml.document")
    assert passage(material, "个人贷款合同").size == 26
    assert "tiny" in passage(material, "最终解释权").marks
    assert "pale" in passage(material, "白色的字").marks
    assert passage(material, "隐藏的字").anchor.part == "hidden"
    cell = passage(material, "每月3元").anchor
    assert (cell.sheet, cell.cell) == ("表1", "B2")
    assert passage(material, "页眉文字").anchor.part == "header"


def test_word_tracked_changes_text_box_and_footnote() -> None:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = docx.Document()
    paragraph = document.add_paragraph("收益率为")
    body = paragraph._p
    body.append(
        parse_xml(f'<w:del {nsdecls("w")} w:id="1" w:author="a"><w:r><w:delText>百分之五</w:delText></w:r></w:del>')
    )
    body.append(parse_xml(f'<w:ins {nsdecls("w")} w:id="2" w:author="a"><w:r><w:t>百分之三</w:t></w:r></w:ins>'))
    inner = "<w:txbxContent><w:p><w:r><w:t>文本框里的话</w:t></w:r></w:p></w:txbxContent>"
    box = f"<w:r {nsdecls('w')}><w:pict>{inner}</w:pict></w:r>"
    document.add_paragraph("外面")._p.append(parse_xml(box))
    material = read(samples.saved(document))
    assert "inserted" in passage(material, "收益率为百分之三").marks
    assert passage(material, "百分之五").anchor.part == "deleted"
    assert passage(material, "文本框里的话").anchor.part == "textbox"
    assert passage(material, "外面").text == "外面"


def test_word_small_print_within_a_paragraph_is_a_passage_of_its_own() -> None:
    import docx
    from docx.shared import Pt

    document = docx.Document()
    paragraph = document.add_paragraph()
    paragraph.add_run("年化收益高达百分之八").font.size = Pt(30)
    paragraph.add_run("业绩不代表未来").font.size = Pt(5)
    material = read(samples.saved(document))
    assert [(p.text, p.size) for p in material.passages] == [("年化收益高达百分之八", 30), ("业绩不代表未来", 5)]


def test_slides() -> None:
    material = read(samples.slides())
    assert passage(material, "新品发布").size == 44
    anchor = passage(material, samples.SENTENCE).anchor
    assert anchor.slide == 1
    assert anchor.box is not None
    assert anchor.scale == 1
    assert passage(material, "讲稿").anchor.part == "notes"


def test_workbook() -> None:
    material = read(samples.workbook())
    assert passage(material, "3.85%").anchor.cell == "B2"
    assert passage(material, "2025-03-01").anchor.cell == "C2"
    assert passage(material, "隐藏行").marks == {"hidden"}
    assert passage(material, "隐藏表").anchor.part == "hidden"
    assert passage(material, "批注").anchor.part == "comment"
    assert material.facts["sheets"]["费率表"]["header"] == ["项目", "费率", "日期"]


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_web_page(charset: str) -> None:
    material = read(samples.PAGE.format(charset=charset).encode(charset))
    assert passage(material, "年化").text == "年化5%"
    assert passage(material, "年化").size == 32
    assert "tiny" in passage(material, "不代表实际收益").marks
    assert "pale" in passage(material, "白底白字").marks
    assert passage(material, "图片说明").anchor.part == "alt"
    assert "看不见" not in material.text
    assert "var a" not in material.text
    assert codes(material) == {"read.hidden_text", "read.external_image"}


def test_table_of_values() -> None:
    material = read("名称\t费率\n甲\t3%\n".encode("gbk"), name="a.csv")
    assert [(p.text, p.anchor.cell) for p in material.passages] == [
        ("名称", "A1"),
        ("费率", "B1"),
        ("甲", "A2"),
        ("3%", "B2"),
    ]


def test_pdf_text_layer() -> None:
    material = read(samples.pdf(2), ocr=None)
    lines = [p for p in material.passages if p.anchor.page == 2]
    assert [p.text for p in lines][:3] == ["个人消费贷款合同", samples.SENTENCE, "最终解释权归本行所有"]
    title, body, tiny, white = lines
    assert (title.size, body.size, tiny.size) == (24, 10, 4)
    assert "tiny" in tiny.marks
    assert "pale" in white.marks
    assert title.anchor.box is not None
    x0, y0, x1, y1 = title.anchor.box
    assert 70 < x0 < 75
    assert 842 - 770 - 24 < y0 < y1 < 842 - 770 + 6
    assert x1 - x0 == pytest.approx(8 * 24, rel=0.05)


def test_pages_as_pictures() -> None:
    pages = render_pages(samples.pdf(3), [3, 1], 2.0)
    assert [(p.page, p.width, p.height, p.scale) for p in pages] == [(3, 1190, 1684, 2.0), (1, 1190, 1684, 2.0)]
    assert render_pages(samples.picture(), scale=0.5)[0].width == 350
    assert render_pages(samples.word()) == []
    with pytest.raises(UsageError, match="没有第 4 页"):
        render_pages(samples.pdf(3), [4])


def test_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "合同.docx"
    path.write_bytes(samples.pdf())
    material = read(path, ocr=None)
    assert material.media_type == "application/pdf"
    assert material.id == str(path)


def test_archive() -> None:
    inner = samples.archive({"三.txt": "内层的话".encode("gbk")})
    material = read(samples.archive({"内/一.txt": "外层的话".encode(), "二.zip": inner, "坏.pdf": b"%PDF-1.4 x"}))
    assert passage(material, "外层").anchor.member == "内/一.txt"
    assert passage(material, "内层").anchor.member == "二.zip/三.txt"
    assert codes(material) == {"read.member_failed"}


def test_archive_names_in_chinese_encoding() -> None:
    data = samples.archive({"xxxxxxxx.txt": "话".encode()}).replace(b"xxxxxxxx", "贷款合同".encode("gbk"))
    assert read(data).passages[0].anchor.member == "贷款合同.txt"


def test_bombs_are_refused() -> None:
    bomb = samples.archive({"a.txt": b"0" * 30_000_000})
    assert codes(read(bomb)) == {"read.limit_member"}
    data = samples.SENTENCE.encode()
    for _ in range(5):
        data = samples.archive({"a.zip": data})
    assert codes(read(data)) == {"read.limit_member"}


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.txt", "空"),
        (b"\x00\x01\x02\xff" * 50, "a.docx", "docx"),
        (b"\x00\x01\x02\xff" * 50, "a.bin", "不支持"),
        (samples.pdf()[:400], "a.pdf", "损坏"),
        (samples.picture()[:200], "a.png", "损坏"),
        (samples.word()[:2000], "a.docx", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "加密"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "a.doc", "另存为"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, name: str, words: str) -> None:
    with pytest.raises(UnreadableFile, match=words):
        read(data, name=name)


def test_pdf_quotations_beside_each_other_do_not_part_a_line() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setFont("STSong-Light", 17)
    line = "宣传不得使用“保本”“稳赚”“零风险”一类的文字"
    canvas.drawString(60, 700, line)
    canvas.setFont("STSong-Light", 10)
    canvas.drawString(60, 600, "左栏文字")
    canvas.drawString(200, 600, "右栏文字")
    canvas.save()
    assert [passage.text for passage in read(out.getvalue(), name="条款.pdf").passages] == [
        line,
        "左栏文字",
        "右栏文字",
    ]


def test_encrypted_pdf() -> None:
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(samples.pdf())))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(UnreadableFile, match="加密") as caught:
        read(out.getvalue())
    assert caught.value.code == "input.encrypted"


def test_missing_file_and_too_large_a_file(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="不存在"):
        read(tmp_path / "没有.txt")
    with pytest.raises(LimitExceeded, match="上限"):
        read(samples.pdf(), limits=Limits(max_bytes=500))


def test_entities_are_not_resolved() -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(samples.word())) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            if member == "word/document.xml":
                start = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
                data = data.replace(b"?>", b"?>" + start, 1).replace("个人贷款合同".encode(), b"&e;")
            new.writestr(member, data)
    with pytest.raises(UnreadableFile, match="文档类型定义"):
        read(out.getvalue())


def test_a_cell_at_the_far_corner_costs_nothing() -> None:
    import io

    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "甲")
    sheet.write(1_048_575, 16_383, "乙")
    book.close()
    assert [p.anchor.cell for p in read(out.getvalue()).passages] == ["A1", "XFD1048576"]


def test_deep_nesting_is_refused_at_once() -> None:
    with pytest.raises(LimitExceeded, match="嵌套"):
        read(("<!doctype html><body>" + "<div>" * 200_000 + "话").encode())
    assert read(("<!doctype html><body>" + "<p>话" * 6_000).encode()).text.count("话") == 6_000


SVG = (
    '<?xml version="1.0" encoding="UTF-8"?><svg xmlns="http://www.w3.org/2000/svg"><title>草图</title>'
    '<script>alert("不是文字")</script><rect width="9" height="9"/><text y="20">本金<tspan>有保障</tspan></text>'
    "<g><text>年化 3% &lt; 5%</text></g><foreignObject><p>另起一段</p></foreignObject>{more}</svg>"
)


def test_svg_gives_its_words_and_not_its_source() -> None:
    material = read(SVG.format(more="").encode(), name="海报.svg")
    assert material.media_type == "image/svg+xml"
    assert [p.text for p in material.passages] == ["本金有保障", "年化 3% < 5%", "另起一段"]
    assert codes(material) == set()


def test_svg_tells_that_outlines_were_not_read() -> None:
    material = read(SVG.format(more='<path d="M0 0"/>' * 6000).encode(), name="海报.svg")
    assert codes(material) == {"read.drawing"}
