"""Build the Word, PowerPoint and Excel samples."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

import xlsxwriter
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

MADE = datetime(2026, 3, 1, 9, 0, 0)
FONT = "Microsoft YaHei"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OBJECTIONS = (
    ("这个安全吗？", "您放一百个心，保险公司不会倒闭，国家兜底，本金没有任何风险，比存银行还安全。"),
    ("收益是多少？", "分红每年稳定4.2%，写进合同的，旱涝保收，跟存款一样按年拿利息。"),
    ("中途要用钱怎么办？", "随用随取，不会有任何损失。退保的事客户不问就不要主动提。"),
    ("我身体不太好能买吗？", "健康告知您全部勾“否”就可以，过了两年什么病都赔，保险公司不能拒赔。"),
    ("我再考虑考虑。", "这款月底就停售，错过再也没有了，今天定下来我私下给您返一千元保费。"),
    ("能便宜点吗？", "费率经监管备案，任何人无权打折；我们提供的是投保后的保单服务。"),
)
FORBIDDEN = (
    ("不得承诺收益", "不得使用“保本”“零风险”“稳赚不赔”“收益有保障”等用语。"),
    ("不得混淆产品", "不得把保险说成存款、理财，不得使用“利息”“存钱”等说法。"),
    ("不得隐瞒要点", "必须说明犹豫期、退保损失、免责条款和分红的不确定性。"),
    ("不得代客操作", "不得代客户签字、抄录风险提示或者代接回访电话。"),
)


def settle(path: Path) -> None:
    """Rewrite an office file with fixed times, so that the same input gives the same bytes."""
    path.write_bytes(_settled(path.read_bytes()))


def _settled(data: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name in source.namelist():
            member = source.read(name)
            if name.endswith(".xlsx"):
                member = _settled(member)
            elif name == "docProps/core.xml":
                member = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", f"{MADE:%Y-%m-%dT%H:%M:%SZ}".encode(), member)
            info = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            out.writestr(info, member)
    return target.getvalue()


def _run(paragraph, text, *, size=None, bold=False, color=None):  # type: ignore[no-untyped-def]
    run = paragraph.add_run(text)
    run.font.name = FONT
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONT)
    run.bold = bold
    if size:
        run.font.size = Pt(size)
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    return run


def _heading(document, text):  # type: ignore[no-untyped-def]
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(14), Pt(6)
    _run(paragraph, text, size=14, bold=True, color="1F3A8A")


def _text(document, text):  # type: ignore[no-untyped-def]
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.line_spacing = 1.4
    _run(paragraph, text, size=11)
    return paragraph


def _table(document, head, rows, widths):  # type: ignore[no-untyped-def]
    table = document.add_table(rows=1, cols=len(head), style="Table Grid")
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for cell, text in zip(table.rows[0].cells, head, strict=True):
        cell.paragraphs[0].text = ""
        _run(cell.paragraphs[0], text, size=10.5, bold=True, color="FFFFFF")
        cell._tc.get_or_add_tcPr().append(parse_xml(f'<w:shd xmlns:w="{WORD}" w:val="clear" w:fill="1F3A8A"/>'))
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            _run(cell.paragraphs[0], text, size=10.5)
            cell.paragraphs[0].paragraph_format.space_before = cell.paragraphs[0].paragraph_format.space_after = Pt(3)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


def _text_box(document, text):  # type: ignore[no-untyped-def]
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph._p.append(
        parse_xml(f"""<w:r xmlns:w="{WORD}" xmlns:v="urn:schemas-microsoft-com:vml"><w:pict>
<v:rect style="width:430pt;height:44pt" fillcolor="#FFF3D6" strokecolor="#F0A020" strokeweight="1.2pt">
<v:textbox inset="8pt,6pt,8pt,6pt"><w:txbxContent><w:p><w:pPr><w:jc w:val="center"/></w:pPr>
<w:r><w:rPr><w:rFonts w:eastAsia="{FONT}"/><w:b/><w:color w:val="B45309"/><w:sz w:val="26"/></w:rPr>
<w:t>{text}</w:t></w:r>
</w:p></w:txbxContent></v:textbox></v:rect></w:pict></w:r>""")
    )


def _footnote(document, paragraph, text):  # type: ignore[no-untyped-def]
    blob = f"""<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:footnotes xmlns:w="{WORD}"><w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>
<w:footnote w:id="1"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>
<w:r><w:rPr><w:sz w:val="16"/></w:rPr><w:t xml:space="preserve"> {text}</w:t></w:r></w:p></w:footnote></w:footnotes>"""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, blob.encode(), document.part.package)
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    paragraph._p.append(
        parse_xml(
            f'<w:r xmlns:w="{WORD}"><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
            '<w:footnoteReference w:id="1"/></w:r>'
        )
    )


def _tracked(paragraph, *, deleted, inserted):  # type: ignore[no-untyped-def]
    mark = 'w:author="市场部" w:date="2026-02-26T10:00:00Z"'
    look = f'<w:rPr><w:rFonts w:eastAsia="{FONT}"/><w:sz w:val="22"/></w:rPr>'
    paragraph._p.append(
        parse_xml(f'<w:del xmlns:w="{WORD}" w:id="11" {mark}><w:r>{look}<w:delText>{deleted}</w:delText></w:r></w:del>')
    )
    paragraph._p.append(
        parse_xml(f'<w:ins xmlns:w="{WORD}" w:id="12" {mark}><w:r>{look}<w:t>{inserted}</w:t></w:r></w:ins>')
    )


def sales_script(path: Path) -> None:
    """Write the Word sales script: text box, tables, a footnote, a tracked change."""
    document = Document()
    document.core_properties.author, document.core_properties.title = "澄明人寿银保渠道部", "岁岁享年金保险销售话术"
    document.core_properties.created = document.core_properties.modified = MADE
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    _run(section.header.paragraphs[0], "澄明人寿保险股份有限公司　内部资料　V3.2", size=9, color="888888")
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, "「岁岁享」年金保险（分红型）销售话术", size=20, bold=True)
    _text_box(document, "开门红冲刺：史上收益第一，全国首选，卖一单返一单！")
    _heading(document, "一、开场与身份说明")
    _text(
        document,
        "您好，我是澄明人寿驻云槎银行的保险顾问，工号请报全。本产品为人身保险，由澄明人寿承保，云槎银行为代理销售机构。",
    )
    _heading(document, "二、产品介绍")
    _text(document, "“岁岁享”每年返钱，活多久领多久，相当于在银行存一笔会长大的钱，利率比三年定期高一倍。")
    changed = _text(document, "关于分红：")
    _tracked(
        changed,
        deleted="保单红利水平是不确定的，某些年度可能为零。",
        inserted="保单红利每年保证不低于4%，可以放心告诉客户。",
    )
    noted = _text(document, "犹豫期为十五日，犹豫期内退保全额退还保费；犹豫期后退保退还现金价值，客户可能有损失。")
    _footnote(document, noted, "客户年龄偏大、测评结果不匹配的，可由业务员代填问卷，统一选择“能够承受较大亏损”。")
    _heading(document, "三、异议处理")
    _table(document, ("客户异议", "应答话术"), OBJECTIONS, (4.2, 11.6))
    _heading(document, "四、促成与后续")
    _text(document, "客户同意后立即引导扫码缴费，风险提示语可以替客户抄好，请客户直接签字。")
    _text(
        document,
        "提醒客户接到回访电话时统一回答“清楚、知道、同意”；客户要求投诉的，先答应帮其申请礼品，劝其不要打监管电话。",
    )
    _text(document, "请客户使用本人名下账户缴费，业务员不得代收、垫付保险费。")
    _heading(document, "五、合规提醒（禁止用语）")
    _table(document, ("要求", "说明"), FORBIDDEN, (4.2, 11.6))
    document.save(str(path))
    settle(path)


def marketing_sms(path: Path, source: Path) -> None:
    """Write the workbook of marketing messages from a tab-separated list of channel and text."""
    rows = [line.split("\t") for line in source.read_text(encoding="utf-8").splitlines() if line]
    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": "营销短信报审清单", "created": MADE})
    sheet = book.add_worksheet("报审短信")
    head = book.add_format(
        {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A8A", "border": 1, "valign": "vcenter"}
    )
    body = book.add_format({"border": 1, "border_color": "#D0D5DD", "valign": "vcenter", "text_wrap": True})
    sheet.set_column("A:A", 14)
    sheet.set_column("B:B", 14)
    sheet.set_column("C:C", 96)
    sheet.write_row(0, 0, ("编号", "渠道", "短信内容"), head)
    for number, (channel, text) in enumerate(rows, 1):
        sheet.write_row(number, 0, (f"DX2026-{number:03d}", channel, text), body)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, len(rows), 2)
    book.close()
