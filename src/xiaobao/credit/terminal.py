"""Loans on a terminal: rates with their working, schedules, comparisons, the statement."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiaobao.credit.compare import Comparison
from xiaobao.credit.rates import two
from xiaobao.credit.statement import Statement
from xiaobao.terminal import plain_table

NARROWEST = 60
KINDS = {"drawdown": "放款", "instalment": "", "prepayment": "提前还款"}


def rate_view(line: dict[str, Any]) -> RenderableType:
    """Return both rates of a result line, labelled, with the working."""
    parts: list[RenderableType] = [_rate(line)]
    parts += [Text(f"  {step}", style="dim") for step in line["working"]]
    if line.get("items"):
        parts.append(_items(line))
    return Group(*parts, Text(""))


def schedule_view(line: dict[str, Any]) -> RenderableType:
    """Return the schedule of a result line as a table, its rates above it."""
    table = _table("期次", "还款日", "应还", "本金", "利息", "费用", "剩余本金", "")
    for row in line["schedule"]:
        charges = sum(c["amount"] for c in row["charges"])
        numbers = (row["payment"], row["principal"], row["interest"], charges, row["balance"])
        table.add_row(str(row["number"]), row["due"] or "–", *map(yuan, numbers), KINDS[row["kind"]])
    parts: list[RenderableType] = [_rate(line), _items(line), table]
    if "what_if" in line:
        parts.append(Text(line["what_if"]["text"], style="bold"))
    for late in line.get("overdue", [])[:1]:
        parts.append(
            Text(f"第 {late['number']} 期逾期 {late['days']} 天：应还 {yuan(late['total'])} 元", style="yellow")
        )
        parts += [Text(f"  {step}", style="dim") for step in late["working"]]
    return Group(*parts, Text(""))


def comparison_view(made: Comparison) -> RenderableType:
    """Return two offers beside each other and the answer."""
    table = _table("", made.offers[0].name, made.offers[1].name)
    for line in made.lines:
        cells = [
            Text(_figure(v, line.unit), "bold green" if line.better == i else "") for i, v in enumerate(line.values)
        ]
        table.add_row(line.label, *cells)
    notes = [Text(f"  {note}", style="dim") for note in made.notes]
    return Group(table, Text(made.answer, style="bold"), *notes, Text(""))


def statement_view(made: Statement) -> RenderableType:
    """Return the statement of all costs."""
    head = Text(f"综合融资成本明示表　{made.on}", style="bold")
    facts = Table.grid(padding=(0, 2))
    for label, value in facts_of(made):
        facts.add_row(Text(label, style="dim"), Text(value))
    table = _table("项目", "金额（元）", "收取方式与标准", "年化（单利）", "年化（复利）", "收费方")
    for row in made.charged:
        name = row.name if row.compulsory else f"{row.name}（自愿）"
        simple, compound = (
            (f"{two(row.rate.nominal_percent)}%", f"{two(row.rate.effective_percent)}%") if row.rate else ("–", "–")
        )
        table.add_row(name, yuan(row.amount), row.how, simple, compound, row.collector)
    total = Text(f"年化综合成本（正常履约）：{answer(made)}", style="bold")
    rest = [Text(f"或有成本　{c.name}：{c.standard}（{c.collector or '未注明收费方'}）") for c in made.contingent]
    lines = [Text(f"参考　{line.sentence}", style="dim") for line in made.lines]
    notes = [Text(f"说明　{note}", style="dim") for note in made.notes]
    return Group(head, facts, table, total, *rest, *lines, *notes, Text(made.declaration, style="bold"), Text(""))


def facts_of(made: Statement) -> list[tuple[str, str]]:
    """Return the facts at the head of a statement, label and value."""
    facts = [("贷款人", made.lender), ("借款人", made.borrower or "＿＿＿＿＿＿"), ("产品", made.product),
             ("借款本金", f"{yuan(made.principal)} 元")]  # fmt: skip
    if made.received != made.principal:
        facts.append(("实际到手", f"{yuan(made.received)} 元"))
    facts += [("还款方式", made.repayment), ("利息与费用合计", f"{yuan(made.total)} 元")]
    return [*facts, ("出具日期", made.on.isoformat())]


def answer(made: Statement) -> str:
    """Return the annualised total of a statement, both ways, labelled."""
    return f"单利 {two(made.rate.nominal_percent)}%，复利 {two(made.rate.effective_percent)}%（{made.method}）"


def yuan(amount: Decimal | float) -> str:
    """Return an amount with thousands separated and two decimals."""
    return f"{amount:,.2f}"


def _figure(value: Decimal, unit: str) -> str:
    if unit == "次":
        return f"{value} 次"
    return f"{two(value)}%" if unit == "%" else f"{yuan(value)} 元"


def _rate(line: dict[str, Any]) -> Text:
    text = Text("年化利率　", style="bold")
    text.append(f"单利 {line['annual_nominal']:.2f}%　复利 {line['annual_effective']:.2f}%", "bold cyan")
    return text.append(f"　{line['method']}", "dim")


def _items(line: dict[str, Any]) -> Table:
    table = _table("项目", "金额（元）", "单独年化（单利）", "收费方")
    for item in line["items"]:
        name = item["name"] if item["compulsory"] else f"{item['name']}（自愿，不计入）"
        simple = f"{item['annual_nominal']:.2f}%" if "annual_nominal" in item else "–"
        table.add_row(name, yuan(item["amount"]), simple, item["collector"] or "–")
    table.add_row("合计", yuan(line["total_cost"]), "", f"到手 {yuan(line['received'])} 元，还 {yuan(line['paid'])} 元")
    return table


def _table(*heads: str) -> Table:
    table = plain_table()
    for i, head in enumerate(heads):
        money = i and head not in ("还款日", "收取方式与标准", "收费方", "")
        table.add_column(head, justify="right" if money else "left", overflow="fold")
    return table
