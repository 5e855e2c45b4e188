"""The Word document of an opinion (《消保审查意见书》), from the institution's template or the packaged one."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.errors import BadUpload
from xiaobao_web.kernel.models import RetentionClass, StoredFile
from xiaobao_web.kernel.wordfiles import content_of, render, syntax_of, taken
from xiaobao_web.reviews.models import Duty, Opinion, OpinionTemplate

SEVERITY = {"high": "高", "medium": "中", "low": "低"}
FIELDS: dict[str, str] = {
    "institution": "机构名称", "number": "意见书编号", "review_number": "审查编号", "title": "送审事项",
    "subject": "审查类型", "lane": "通道", "unit": "送审部门", "sender": "送审人", "signer": "签批人",
    "product": "产品", "channels": "拟用渠道", "audience": "面向人群", "submitted_on": "提交日期",
    "issued_on": "出具日期", "round": "轮次", "conclusion": "审查结论", "text": "总体意见",
    "reviewer": "初审人", "second_reviewer": "复核人", "legal": "会签人", "risk_reasons": "高风险原因",
    "materials": "材料清单", "points": "意见要点",
}  # fmt: skip
POINT_FIELDS = {
    "order": "序号",
    "text": "意见内容",
    "required": "修改要求",
    "severity": "严重程度",
    "must": "是否必须修改",
    "clauses": "依据",
}
MATERIAL_FIELDS = {"title": "名称", "version": "版本号", "name": "文件名", "sha256": "指纹"}


def context_of(opinion: Opinion) -> dict[str, Any]:
    """Return what a template may name, as texts."""
    review = opinion.review
    legal = review.assignments.filter(duty=Duty.LEGAL, agrees=True).select_related("person").last()
    entries = review.materials.select_related("material", "version")
    return {
        "institution": settings.INSTITUTION, "number": opinion.number, "review_number": review.number,
        "title": review.title, "subject": review.get_subject_display(), "lane": review.get_lane_display(),
        "unit": str(review.unit), "sender": str(review.created_by), "signer": str(review.signed_by or ""),
        "product": str(review.product or "不涉及"), "channels": "、".join(review.channels) or "未填写",
        "audience": review.audience or "未填写", "submitted_on": _day(review.submitted_at),
        "issued_on": _day(opinion.issued_at), "round": opinion.round,
        "conclusion": opinion.get_conclusion_display(), "text": opinion.text or "无其他意见。",
        "reviewer": str(review.reviewer or ""), "second_reviewer": str(review.second_reviewer or ""),
        "legal": str(legal.person) if legal else "", "risk_reasons": [str(item) for item in review.risk_reasons],
        "materials": [
            {"title": e.material.title, "version": e.version.number, "name": e.version.name, "sha256": e.version.sha256}
            for e in entries
        ],
        "points": [
            {
                "order": point.order, "text": point.text, "required": point.required or "按意见修改",
                "severity": SEVERITY.get(point.severity, point.severity),
                "must": "必须修改" if point.must else "建议修改",
                "clauses": "；".join(item.get("label", "") for item in point.basis),
            }
            for point in opinion.points.all()
        ],
    }  # fmt: skip


def _day(value: Any) -> str:
    return f"{timezone.localtime(value):%Y年%-m月%-d日}" if value else ""


def check_template(content: bytes) -> None:
    """Return when a template can be used; raises BadUpload that names what it does not know or where it is broken."""
    from jinja2 import meta, nodes

    tree = syntax_of(content)
    unknown = meta.find_undeclared_variables(tree) - set(FIELDS)
    known = set(POINT_FIELDS) | set(MATERIAL_FIELDS) | {"index", "first", "last"}
    strange = {node.attr for node in tree.find_all(nodes.Getattr)} - known
    if unknown or strange:
        names = "、".join(sorted(unknown | strange))
        raise BadUpload(
            _("模板里有不认识的占位符：%(names)s。可用：%(known)s。") % {"names": names, "known": "、".join(FIELDS)}
        )
    if "number" not in meta.find_undeclared_variables(tree) or "points" not in meta.find_undeclared_variables(tree):
        raise BadUpload(_("模板至少要有意见书编号 {{ number }} 和意见要点 {% for point in points %}。"))
    try:
        render(content, SAMPLE)
    except Exception as error:
        raise BadUpload(_("模板不能生成文档：%s。") % error) from error


SAMPLE: dict[str, Any] = {
    **{name: f"（{label}）" for name, label in FIELDS.items()},
    "risk_reasons": ["示例"],
    "materials": [MATERIAL_FIELDS],
    "points": [POINT_FIELDS],
}


def set_template(upload: Any, *, by: Any) -> OpinionTemplate:
    """Use an uploaded Word file as the template from now on; raises BadUpload that says what is wrong with it."""
    require(by, "reviews.set_template")
    stored = taken(upload, check_template, by=by)
    with transaction.atomic():
        OpinionTemplate.objects.filter(active=True).update(active=False)
        row = OpinionTemplate.objects.create(name=files.clean_name(upload.name, stored), stored=stored, added_by=by)
        journal.record("reviews.template_set", by=by, on=row, facts={"name": row.name, "sha256": stored.sha256})
    return row


@transaction.atomic
def remove_template(row: OpinionTemplate, *, by: Any) -> None:
    """Go back to the packaged template."""
    require(by, "reviews.set_template")
    OpinionTemplate.objects.filter(pk=row.pk).update(active=False)
    journal.record("reviews.template_removed", by=by, on=row, facts={"name": row.name})


def template_in_use() -> bytes:
    """Return the bytes of the template that is used now."""
    row = OpinionTemplate.objects.filter(active=True).select_related("stored").first()
    return content_of(row, default_template)


def write(opinion: Opinion) -> StoredFile:
    """Write the document of an issued opinion, store it and attach it to the review; one written before is returned."""
    if opinion.document is not None:
        return opinion.document
    content = render(template_in_use(), context_of(opinion))
    name = f"消保审查意见书 {opinion.number}.docx"
    stored = files.store(io.BytesIO(content), name=name, by=None)
    with transaction.atomic():
        row = Opinion.objects.select_for_update(of=("self",)).select_related("document", "review").get(pk=opinion.pk)
        if row.document is not None:
            return row.document
        row.document = stored
        row.save(update_fields=["document"])
        files.attach(row.review, stored, name=name, purpose="opinion", by=None, retention=RetentionClass.ARCHIVE)
    return stored


@cache
def default_template() -> bytes:
    """Return the packaged template, made by python-docx; institutions may take it as the start of their own."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(11)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    for text, size in (("{{ institution }}", 14), ("消费者权益保护审查意见书", 20)):
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(text)
        run.bold, run.font.size = True, Pt(size)
    line = document.add_paragraph("编号：{{ number }}（第 {{ round }} 轮）")
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _facts_table(document)
    document.add_heading("一、送审材料", 2)
    document.add_paragraph("{%p for item in materials %}")
    document.add_paragraph("{{ item.title }}（第 {{ item.version }} 版，{{ item.name }}），SHA-256：{{ item.sha256 }}")
    document.add_paragraph("{%p endfor %}")
    document.add_heading("二、审查结论", 2)
    line = document.add_paragraph()
    line.add_run("{{ conclusion }}").bold = True
    document.add_paragraph("{{ text }}")
    document.add_heading("三、审查意见", 2)
    _points_table(document)
    document.add_paragraph()
    document.add_paragraph("初审：{{ reviewer }}    复核：{{ second_reviewer }}    法律会签：{{ legal }}")
    document.add_paragraph(
        "请在答复期限内逐条答复：采纳的提交修改后版本；不采纳的说明理由，由分管消费者权益保护工作的行领导审批。"
    )
    line = document.add_paragraph("{{ issued_on }}")
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _facts_table(document: Any) -> None:
    rows = [
        ("审查编号", "{{ review_number }}", "审查类型", "{{ subject }}"),
        ("送审事项", "{{ title }}", "产品", "{{ product }}"),
        ("送审部门", "{{ unit }}", "送审人", "{{ sender }}"),
        ("拟用渠道", "{{ channels }}", "面向人群", "{{ audience }}"),
        ("提交日期", "{{ submitted_on }}", "通道", "{{ lane }}"),
    ]
    table = document.add_table(rows=0, cols=4, style="Table Grid")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text


def _points_table(document: Any) -> None:
    table = document.add_table(rows=1, cols=5, style="Table Grid")
    for cell, text in zip(table.rows[0].cells, ("序号", "意见", "依据", "修改要求", "程度"), strict=True):
        cell.text = text
        cell.paragraphs[0].runs[0].bold = True
    table.add_row().cells[0].text = "{%tr for point in points %}"
    values = (
        "{{ point.order }}",
        "{{ point.text }}",
        "{{ point.clauses }}",
        "{{ point.required }}",
        "{{ point.severity }}，{{ point.must }}",
    )
    for cell, text in zip(table.add_row().cells, values, strict=True):
        cell.text = text
    table.add_row().cells[0].text = "{%tr endfor %}"
