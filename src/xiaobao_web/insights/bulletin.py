"""The bulletin (投诉情况通报): how complaints stood in a period, in figures that are many enough to be told."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.utils import timezone

from xiaobao_web.complaints import queries as complaints
from xiaobao_web.insights import queries, sums
from xiaobao_web.insights.models import Rectification, RectificationState
from xiaobao_web.kernel import formats
from xiaobao_web.kernel.access import visible_to
from xiaobao_web.kernel.periods import Period

LEAST = 10
"""Organisations and causes with fewer complaints are told together: one of three is a person, not a practice."""
OTHERS = "其他"


@dataclass(frozen=True)
class Line:
    """An organisation or a cause: complaints now and before, closed, in time."""

    name: str
    now: int
    before: int
    closed: int
    met: int

    @property
    def rate(self) -> str:
        """Return the share closed in time, where enough were closed."""
        return formats.percent(self.met / self.closed) if self.closed >= LEAST else "样本不足"


def lines_by(user: Any, period: Period, name: str) -> list[Line]:
    """Return a period's complaints by a field; those of fewer than LEAST stand together as others, at the end."""
    found: dict[str, list[int]] = {}
    for place, part in ((0, period), (1, period.before)):
        for row in _counted(user, part, name):
            line = found.setdefault(row[name] or "未填", [0, 0, 0, 0])
            line[place] += row["n"]
            if place == 0:
                line[2], line[3] = line[2] + row["closed"], line[3] + row["met"]
    named = [Line(key, *values) for key, values in found.items() if values[0] >= LEAST]
    rest = [values for values in found.values() if values[0] < LEAST]
    out = sorted(named, key=lambda line: (-line.now, line.name))
    if sum(values[0] for values in rest):
        out.append(Line(OTHERS, *(sum(column) for column in zip(*rest, strict=True))))
    return out


def _counted(user: Any, period: Period, name: str) -> Any:
    rows = complaints.visible(user).filter(**period.within("received_at")).exclude(state__in=("merged", "declined"))
    done = Q(state="closed")
    return (
        rows.order_by().annotate(late=sums.is_late()).values(name)
        .annotate(n=Count("pk"), closed=Count("pk", filter=done), met=Count("pk", filter=done & Q(late=False)))
    )  # fmt: skip


def document(user: Any, period: Period, *, number: str = "") -> bytes:
    """Return the bulletin of what a person may see, as a Word document."""
    from docx import Document
    from docx.oxml.ns import qn
    from docx.shared import Pt

    made = Document()
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(12)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "仿宋")
    for text, size in ((settings.INSTITUTION, 14), ("投诉情况通报", 20), (number or period.label, 12)):
        _centred(made, text, size)
    units, causes = lines_by(user, period, "unit__name"), lines_by(user, period, "cause")
    made.add_paragraph(_summary(units, period))
    _part(made, "一、各机构情况", "机构", units)
    _part(made, "二、投诉原因", "原因", causes)
    made.add_paragraph().add_run("三、预警与根因整改").bold = True
    for text in _measures(user, period):
        made.add_paragraph(text)
    made.add_paragraph(
        f"注：不足 {LEAST} 件的机构和原因合并为“{OTHERS}”，办结不足 {LEAST} 件的不计算按期率；并案与不予办理的不计。"
    )
    day = timezone.localdate()
    for text in ("消费者权益保护部门", f"{day.year}年{day.month}月{day.day}日"):
        _centred(made, text, 12, right=True)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def _centred(made: Any, text: str, size: int, *, right: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    line = made.add_paragraph()
    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.CENTER
    run = line.add_run(text)
    run.bold, run.font.size = size > 12, Pt(size)


def _summary(units: list[Line], period: Period) -> str:
    now, before = sum(line.now for line in units), sum(line.before for line in units)
    closed, met = sum(line.closed for line in units), sum(line.met for line in units)
    change = f"，上期 {before} 件" if before else "，上期无数据"
    rate = f"按期办结率 {formats.percent(met / closed)}" if closed >= LEAST else "办结件数不足，不计算按期率"
    return f"{period.label}共收到投诉 {now} 件{change}；已办结 {closed} 件，{rate}。"


def _part(made: Any, title: str, head: str, lines: list[Line]) -> None:
    made.add_paragraph().add_run(title).bold = True
    if not lines:
        made.add_paragraph("无数据。")
        return
    table = made.add_table(rows=1, cols=5, style="Table Grid")
    rows: list[tuple[str, ...]] = [(head, "本期（件）", "上期（件）", "已办结（件）", "按期率")]
    rows += [(line.name, str(line.now), str(line.before), str(line.closed), line.rate) for line in lines]
    for _line in lines:
        table.add_row()
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text


def _measures(user: Any, period: Period) -> list[str]:
    warned = queries.visible(user).filter(**period.within("raised_for"))
    real = warned.exclude(false_alarm=True)
    removing = visible_to(user, Rectification.objects.all(), "insights.view")
    proven = removing.filter(state=RectificationState.PROVEN, **period.within("checked_at")).select_related("unit")
    out = [f"本期发出预警 {warned.count()} 条，其中误报 {warned.filter(false_alarm=True).count()} 条。"]
    out += [f"{row.title}：{row.why}。" for row in real.order_by("-strength")[:5]]
    out.append(f"在办根因整改 {removing.exclude(state=RectificationState.PROVEN).count()} 项。")
    out += [f"{row.unit}“{row.title}”成效已确认：{row.conclusion}" for row in proven[:10]]
    return out
