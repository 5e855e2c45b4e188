"""The statement of all costs as PDF, set in the same face and colours as the review report."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from xiaobao.credit.rates import two
from xiaobao.credit.schedule import Row
from xiaobao.credit.statement import Statement
from xiaobao.credit.terminal import KINDS, facts_of, yuan
from xiaobao.report.flow import BODY, CELL, FONT, HEAD, LINE, SMALL, SOFT, TITLE, markup

_MARGIN = 20 * mm
_WIDTH = A4[0] - 2 * _MARGIN - 12
_RULES = [("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE), ("VALIGN", (0, 0), (-1, -1), "TOP"),
          ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 6)]  # fmt: skip


def statements_pdf(made: Sequence[Statement]) -> bytes:
    """Return a PDF of statements, each on pages of its own, with its schedule and a place to sign."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title="综合融资成本明示表", producer="xiaobao",
    )  # fmt: skip
    flow: list[Flowable] = []
    for i, each in enumerate(made):
        flow += [*([PageBreak()] if i else []), *_flow(each)]
    document.build(flow, onFirstPage=_foot, onLaterPages=_foot)
    return out.getvalue()


def _flow(made: Statement) -> list[Flowable]:
    rate = made.rate
    total = f"年化综合成本（正常履约）　单利 {two(rate.nominal_percent)}%　复利 {two(rate.effective_percent)}%"
    rest = [
        ["或有项目", "收取标准", "收费方"],
        *([c.name, c.standard, c.collector or "未注明"] for c in made.contingent),
    ]
    signed = "本人已阅读并知悉以上综合融资成本。　借款人签名：＿＿＿＿＿＿＿＿　日期：＿＿＿＿＿＿＿＿"
    return [
        Paragraph("综合融资成本明示表", TITLE),
        _table([[a, b] for a, b in facts_of(made)], (0.2, 0.8)),
        Spacer(1, 5 * mm), Paragraph(markup(total), HEAD), Paragraph(markup(f"折算方法：{made.method}"), SMALL),
        Spacer(1, 3 * mm), _table(_charged(made), (0.15, 0.13, 0.30, 0.14, 0.14, 0.14)),
        *([Spacer(1, 5 * mm), _table(rest, (0.2, 0.6, 0.2))] if made.contingent else []),
        Spacer(1, 5 * mm), Paragraph(markup(made.declaration), HEAD), Spacer(1, 2 * mm),
        *(Paragraph(markup(note), SMALL) for note in made.notes),
        *(Paragraph(markup(f"参考：{line.sentence}"), SMALL) for line in made.lines),
        Spacer(1, 8 * mm), KeepTogether([Paragraph(markup(signed), BODY)]),
        Spacer(1, 8 * mm), Paragraph("还款计划", HEAD), Spacer(1, 2 * mm),
        _table(_rows(made.schedule.rows), (0.08, 0.16, 0.16, 0.15, 0.13, 0.12, 0.2)),
    ]  # fmt: skip


def _charged(made: Statement) -> list[list[str]]:
    rows = [["项目", "金额（元）", "收取方式与标准", "年化（单利）", "年化（复利）", "收费方"]]
    for row in made.charged:
        rates = (row.rate.nominal_percent, row.rate.effective_percent) if row.rate else ()
        name = row.name if row.compulsory else f"{row.name}（自愿，不计入）"
        shown = [f"{two(rate)}%" for rate in rates] or ["–", "–"]
        rows.append([name, yuan(row.amount), row.how, *shown, row.collector])
    return rows


def _rows(rows: Sequence[Row]) -> list[list[str]]:
    out = [["期次", "还款日", "应还（元）", "本金", "利息", "费用", "剩余本金"]]
    for row in rows:
        charges = sum(charge.amount for charge in row.charges)
        label = f"{row.number}{KINDS[row.kind]}"
        out.append([label, str(row.due or "–"), *map(yuan, (row.payment, row.principal, row.interest, charges,
                                                             row.balance))])  # fmt: skip
    return out


def _table(rows: Sequence[Sequence[str]], shares: Sequence[float]) -> Table:
    cells = [[Paragraph(markup(text), CELL) for text in row] for row in rows]
    table = Table(cells, colWidths=[_WIDTH * share for share in shares], repeatRows=1, hAlign="LEFT")
    table.setStyle(_RULES)
    return table


def _foot(pen: Any, document: Any) -> None:
    pen.saveState()
    pen.setFont(FONT, 8)
    pen.setFillColor(SOFT)
    pen.drawString(_MARGIN, 10 * mm, f"综合融资成本明示表　第 {document.page} 页")
    pen.restoreState()
