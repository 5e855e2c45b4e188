"""What the machine found before anybody reviewed, as a Word document that a sender takes along to put things right."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from xiaobao_web.findings.models import Finding
from xiaobao_web.reviews.models import Review

MOST_WORDS = 200
"""Characters of a passage that are quoted."""
SEVERITY = {"high": _l("▲ 高"), "medium": _l("◆ 中"), "low": _l("● 低")}
COLUMNS = ((_l("序号"), 1.1), (_l("问题与原文"), 5.6), (_l("依据"), 4.6), (_l("改法"), 5.2))
"""Columns of the table with their widths in centimetres."""


def document(review: Review, findings: Sequence[Finding]) -> bytes:
    """Return the document: what it is about, that people decide, and each finding with its words, articles, remedy."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = Document()
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "宋体")
    for text, size in ((settings.INSTITUTION, 14), (_("机器预审结果"), 18)):
        line = made.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(text)
        run.bold, run.font.size = True, Pt(size)
    facts = _("%(number)s  %(title)s（%(subject)s，%(unit)s）")
    made.add_paragraph(facts % {
        "number": review.number, "title": review.title, "subject": review.get_subject_display(), "unit": review.unit,
    })  # fmt: skip
    told = _("机器发现 %(n)d 处，%(at)s 生成。供自查，不是审查意见；是否采纳由审查岗决定，未列出的不等于没有问题。")
    made.add_paragraph(told % {"n": len(findings), "at": f"{timezone.localtime():%Y-%m-%d %H:%M}"})
    _table(made, findings)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _table(made: Any, findings: Sequence[Finding]) -> None:
    from docx.shared import Cm

    table = made.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    lines = [tuple(str(head) for head, _width in COLUMNS), *(_line(n, row) for n, row in enumerate(findings, 1))]
    for _row in findings:
        table.add_row()
    for line, texts in zip(table.rows, lines, strict=True):
        for cell, text, (_head, width) in zip(line.cells, texts, COLUMNS, strict=True):
            cell.text, cell.width = text, Cm(width)
            cell.paragraphs[0].runs[0].bold = line is table.rows[0]


def _line(number: int, row: Finding) -> tuple[str, ...]:
    doubt = _("（疑似，需人工判断）") if row.machine_decision == "review" else ""
    words = f"“{row.text[:MOST_WORDS]}”" if row.text else _("全文没有见到应有的内容")
    what = f"{SEVERITY.get(row.severity, '')} {row.title}{doubt}\n{row.version.material.title}：{words}"
    clauses = "\n".join(str(item.get("label", "")) for item in row.basis)
    return str(number), what, clauses or _("未引条文"), row.remedy or row.message or _("请人工核对")
