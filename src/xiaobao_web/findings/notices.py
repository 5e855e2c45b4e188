"""Notices (问题通报): a numbered letter to each organisation with its issues, and the receipt that must come back."""

from __future__ import annotations

import io
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.findings.limits import limits
from xiaobao_web.findings.models import Issue, IssueNotice
from xiaobao_web.kernel import access, deadlines, files, journal
from xiaobao_web.kernel.errors import BadValue, Refused
from xiaobao_web.kernel.models import RetentionClass
from xiaobao_web.kernel.notifications import notify

COLUMNS = (("序号", 1.1), ("问题编号", 2.9), ("问题", 6.2), ("程度", 1.2), ("整改期限", 2.5), ("状态", 2.1))
"""Columns of the letter's table with their widths in centimetres."""


@transaction.atomic
def give_notice(issues: models.QuerySet[Issue], *, notice: str, by: Any, demand: str = "") -> int:
    """Send one letter to each organisation about its issues, tell those who answer for them; return how many issues."""
    number = notice.strip()[:80]
    if not number:
        raise BadValue(_("请写明通报文号。"), fields={"notice": _("必填")})
    by_unit: dict[Any, list[Issue]] = {}
    for row in issues.select_related("owner", "unit").order_by("pk"):
        access.require(by, "findings.give_notice", row)
        by_unit.setdefault(row.unit, []).append(row)
    for unit, rows in by_unit.items():
        _issue(number, unit, rows, demand.strip(), by)
    return sum(len(rows) for rows in by_unit.values())


def _issue(number: str, unit: Any, rows: list[Issue], demand: str, by: Any) -> IssueNotice:
    if IssueNotice.objects.filter(number=number, unit=unit).exists():
        told = _("“%(unit)s”已有文号为 %(number)s 的通报，请换一个文号。") % {"unit": unit, "number": number}
        raise Refused(told)
    row = IssueNotice.objects.create(number=number, unit=unit, demand=demand, issued_by=by)
    row.issues.set(rows)
    name = _("问题通报 %(number)s %(unit)s.docx") % {"number": number, "unit": unit}
    row.document = files.store(io.BytesIO(letter(row, rows)), name=name, by=None)
    row.save(update_fields=["document"])
    files.attach(row, row.document, name=name, purpose="notice", by=None, retention=RetentionClass.ARCHIVE)
    days = limits().receipt_days
    deadlines.start(row, "receipt", label=_("提交回执"), basis=_("本机构整改时限"), working_days=days)
    facts = {"notice": number, "unit": unit, "issues": len(rows)}
    journal.record("findings.notice_issued", by=by, on=row, facts=facts)
    for issue in rows:
        journal.record("findings.notice_given", by=by, on=issue, facts={"notice": number})
    people = [*access.holders("findings.receive_notice", row), *(issue.owner for issue in rows)]
    notify(people, "findings.notice", _("收到问题通报 %(number)s，请提交回执") % {"number": number}, on=row)
    return row


@transaction.atomic
def receive(notice: IssueNotice, *, receipt: str, by: Any) -> IssueNotice:
    """Send the receipt of a notice, once."""
    access.require(by, "findings.receive_notice", notice)
    row = IssueNotice.objects.select_for_update().get(pk=notice.pk)
    if row.received_at is not None:
        raise Refused(_("这份通报的回执已经提交。"))
    if len(receipt.strip()) < 5:
        raise BadValue(_("请写明知悉情况与整改安排，至少 5 个字。"), fields={"receipt": _("太短")})
    row.receipt, row.received_by, row.received_at = receipt.strip(), by, timezone.now()
    row.save(update_fields=["receipt", "received_by", "received_at"])
    deadlines.meet(row, "receipt")
    journal.record("findings.notice_received", by=by, on=row, facts={"notice": row.number, "comment": row.receipt})
    notify([row.issued_by], "findings.receipt", _("已收到回执：%s") % row, on=row)
    return row


def letter(notice: IssueNotice, rows: list[Issue]) -> bytes:
    """Return the letter as a Word document."""
    from docx import Document
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")
    lines = ((settings.INSTITUTION, 14), ("消费者权益保护问题通报", 20), (notice.number, 12))
    for text, size in lines:
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = line.add_run(text)
        run.bold, run.font.size = size > 12, Pt(size)
    document.add_paragraph(f"{notice.unit}：")
    late = sum(1 for row in rows if row.due_on and row.due_on < timezone.localdate() and row.closed_at is None)
    told = f"现将你单位在消费者权益保护工作中的问题通报如下，共 {len(rows)} 项"
    document.add_paragraph(told + (f"，其中逾期未整改 {late} 项。" if late else "。"))
    _table(document, rows)
    document.add_paragraph()
    document.add_paragraph(notice.demand or "请按期限完成整改，留存整改证据，并对同类问题举一反三。")
    document.add_paragraph(f"请于收到通报后 {limits().receipt_days} 个工作日内提交回执。")
    day = timezone.localdate()
    for text in ("消费者权益保护部门", f"{day.year}年{day.month}月{day.day}日"):
        document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: Any, rows: list[Issue]) -> None:
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    cells: list[tuple[str, ...]] = [tuple(head for head, _width in COLUMNS)]
    for order, row in enumerate(rows, 1):
        due = row.due_on.isoformat() if row.due_on else "未定"
        cells.append((str(order), row.number, row.title, row.get_severity_display(), due, row.get_state_display()))
        table.add_row()
    for line, texts in zip(table.rows, cells, strict=True):
        for cell, text, (_head, width) in zip(line.cells, texts, COLUMNS, strict=True):
            cell.text, cell.width = text, Cm(width)
            cell.paragraphs[0].runs[0].font.size = Pt(10)
            cell.paragraphs[0].runs[0].bold = line is table.rows[0]
