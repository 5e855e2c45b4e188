"""Word documents of a case: the letter to the complainant, the report to a bureau in the bureau's own template."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import BureauTemplate, Letter
from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload, BadValue
from xiaobao_web.kernel.models import RetentionClass, StoredFile
from xiaobao_web.kernel.wordfiles import content_of, render, syntax_of, taken

REPORT_NAMES: dict[str, str] = {
    "institution": "机构名称", "bureau": "转办机构", "number": "转办编号", "case_number": "投诉编号",
    "customer": "投诉人",
    "phone": "联系电话", "unit": "责任机构", "received_on": "收到转办日期", "due_on": "要求反馈日期",
    "today": "反馈日期",
    "title": "投诉事项", "handler": "经办人", "situation": "基本情况", "dispute": "争议焦点",
    "investigation": "调查结果及证据", "basis": "处理依据", "communication": "沟通情况", "extension": "延期情况",
    "satisfaction": "满意度", "attachments": "附件",
}  # fmt: skip
NEEDED = ("number", "situation", "investigation")


def check_template(content: bytes) -> None:
    """Return when a template can be used; raises BadUpload that names what it does not know or lacks."""
    from jinja2 import meta

    named = meta.find_undeclared_variables(syntax_of(content))
    unknown = named - set(REPORT_NAMES)
    if unknown:
        known = "、".join(REPORT_NAMES)
        raise BadUpload(_("模板里有不认识的占位符：%(names)s。可用：%(known)s。")
                        % {"names": "、".join(sorted(unknown)), "known": known})  # fmt: skip
    lacking = [name for name in NEEDED if name not in named]
    if lacking:
        told = "、".join("{{ " + name + " }}（" + REPORT_NAMES[name] + "）" for name in lacking)
        raise BadUpload(_("模板还缺：%s。") % told)


def set_template(upload: Any, *, bureau: str, by: Any) -> BureauTemplate:
    """Use a Word file for a bureau's reports from now on; raises BadUpload that says what is wrong with it."""
    require(by, "complaints.set_template")
    if not bureau.strip():
        raise BadValue(_("请写明是哪个转办机构的模板。"), fields={"bureau": _("必填")})
    stored = taken(upload, check_template, by=by)
    with transaction.atomic():
        BureauTemplate.objects.filter(bureau=bureau.strip(), active=True).update(active=False)
        row = BureauTemplate.objects.create(
            bureau=bureau.strip(), name=files.clean_name(upload.name, stored), stored=stored, added_by=by
        )
        facts = {"bureau": row.bureau, "name": row.name, "sha256": stored.sha256}
        journal.record("complaints.template_set", by=by, on=row, facts=facts)
    return row


def lists_enclosures(template: bytes) -> bool:
    """Tell whether a template has a place for the list of enclosures."""
    from jinja2 import meta

    return "attachments" in meta.find_undeclared_variables(syntax_of(template))


def template_for(bureau: str) -> bytes:
    """Return the template of a bureau, else the packaged one."""
    row = BureauTemplate.objects.filter(bureau=bureau, active=True).select_related("stored").first()
    return content_of(row, packaged_report)


def write_letter_document(letter: Letter) -> StoredFile:
    """Write the Word document of a letter, once it may be sent, and archive it with the case."""
    if letter.document is not None:
        return letter.document
    case = letter.case
    content = render(packaged_letter(), {
        "institution": settings.INSTITUTION, "number": letter.number, "case_number": case.number,
        "customer": case.customer_name or "投诉人",
        "received_on": f"{timezone.localtime(case.received_at):%Y年%-m月%-d日}",
        "facts": letter.facts, "decision": letter.decision, "reasons": letter.reasons, "remedies": letter.remedies,
        "unit": str(case.unit), "today": f"{timezone.localtime():%Y年%-m月%-d日}",
    })  # fmt: skip
    name = f"处理结果告知书 {letter.number}.docx"
    stored = files.store(io.BytesIO(content), name=name, by=None)
    with transaction.atomic():
        row = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
        if row.document is not None:
            return row.document
        row.document = stored
        row.save(update_fields=["document"])
        files.attach(
            case, stored, name=name, purpose="letter", by=None, personal=True, retention=RetentionClass.ARCHIVE
        )
    return stored


def _blank() -> Any:
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    return document


def _centred(document: Any, text: str, points: int) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    line = document.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(text)
    run.bold, run.font.size = True, Pt(points)


def _bytes(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@cache
def packaged_letter() -> bytes:
    """Return the packaged template of the letter."""
    document = _blank()
    _centred(document, "{{ institution }}", 14)
    _centred(document, "消费投诉处理结果告知书", 20)
    document.add_paragraph("编号：{{ number }}")
    document.add_paragraph("{{ customer }}：")
    document.add_paragraph("我行于 {{ received_on }} 收到您的投诉（编号 {{ case_number }}），现将处理结果告知如下。")
    for heading, part in (("一、核实情况", "facts"), ("二、处理决定", "decision"), ("三、依据和理由", "reasons"),
                          ("四、救济途径", "remedies")):  # fmt: skip
        document.add_heading(heading, 2)
        document.add_paragraph("{{ " + part + " }}")
    document.add_paragraph("{{ unit }}")
    document.add_paragraph("{{ today }}")
    return _bytes(document)


@cache
def packaged_report() -> bytes:
    """Return the packaged template of a report; institutions may take it as the start of a bureau's own."""
    document = _blank()
    _centred(document, "{{ institution }}", 14)
    _centred(document, "关于转办投诉 {{ number }} 办理情况的报告", 18)
    document.add_paragraph("{{ bureau }}：")
    document.add_paragraph(
        "贵单位转办的投诉（转办编号 {{ number }}，我行编号 {{ case_number }}）于 {{ received_on }} 收到，现报告如下。"
    )
    table = document.add_table(rows=0, cols=2, style="Table Grid")
    for label, name in (("投诉人", "customer"), ("投诉事项", "title"), ("责任机构", "unit"), ("经办人", "handler")):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = label, "{{ " + name + " }}"
    parts = ("situation", "dispute", "investigation", "basis", "communication", "extension", "satisfaction")
    for number, name in zip("一二三四五六七", parts, strict=True):
        document.add_heading(f"{number}、{REPORT_NAMES[name]}", 2)
        document.add_paragraph("{{ " + name + " }}")
    document.add_paragraph("附件：{{ attachments }}")
    document.add_paragraph("{{ institution }}")
    document.add_paragraph("{{ today }}")
    return _bytes(document)
