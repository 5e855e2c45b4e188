"""综合融资成本明示表: everything a personal loan costs, as data and as words that can be read aloud.

The layout is ours; what it lists follows 金规〔2026〕2号 as summarised in `laws/norms/financing_cost_rules`: principal,
each item with method, annualised standard and collector, the annualised total under normal performance, contingent
costs, and that nothing else is charged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from xiaobao.credit import spoken
from xiaobao.credit.cost import Cost, Item, cost
from xiaobao.credit.methods import method
from xiaobao.credit.rates import AnnualRate, two
from xiaobao.credit.references import Compared, References, compared
from xiaobao.credit.schedule import Schedule, schedule
from xiaobao.credit.terms import DAY_COUNTS, TIMINGS, Contingent, Fee, Terms

DECLARATION = "除本表列明的项目外，不再向您收取任何其他费用。"
UNNAMED = "未注明"


@dataclass(frozen=True, slots=True)
class Charged:
    """One row of the table: what, how much in yuan, how and when, by what annual standard, by whom."""

    name: str
    amount: Decimal
    how: str
    rate: AnnualRate | None
    collector: str
    compulsory: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement as data; amounts in yuan, rates in percent. notes are in Chinese and meant for the borrower."""

    lender: str
    borrower: str
    product: str
    on: date
    principal: Decimal
    received: Decimal
    repayment: str
    charged: tuple[Charged, ...]
    total: Decimal
    rate: AnnualRate
    method: str
    contingent: tuple[Contingent, ...]
    lines: tuple[Compared, ...]
    notes: tuple[str, ...]
    declaration: str
    schedule: Schedule

    @property
    def voluntary(self) -> tuple[Charged, ...]:
        """Return what is charged only if the borrower wants it."""
        return tuple(row for row in self.charged if not row.compulsory)


def statement(
    terms: Terms, *, borrower: str = "", product: str = "个人贷款", on: date | None = None,
    table: References | None = None,
) -> Statement:  # fmt: skip
    """Return the statement of a contract; `on` is the day it is made out, by default the drawdown or today.

    Agreed prepayments are no normal performance: they are left out and said to be.
    """
    plan = schedule(replace(terms, prepayments=()))
    made = cost(plan)
    day = on or terms.start or date.today()
    return Statement(
        terms.lender or UNNAMED, borrower, product, day, plan.drawn, made.received, _repayment(plan),
        tuple(_charged(terms, item) for item in made.items if item.amount or item.kind == "interest"),
        made.total, made.rate, made.rate.method, _contingent(terms), tuple(compared(made.rate, day, table)),
        tuple(_notes(terms, made)), DECLARATION, plan,
    )  # fmt: skip


def _repayment(plan: Schedule) -> str:
    terms = plan.terms
    label = method(terms.method).label.split("／")[0]
    unit = "个月" if terms.unit == "month" else "天"
    text = f"{label}，分 {terms.periods} 期，每期 {terms.every} {unit}；{DAY_COUNTS[terms.day_count]}"
    if terms.grace:
        paid = "只还利息" if terms.grace_interest == "paid" else "利息计入本金"
        text += f"；前 {terms.grace} 期{paid}"
    if terms.extensions:
        text += f"；展期 {sum(e.periods for e in terms.extensions)} 期"
    return text


def _charged(terms: Terms, item: Item) -> Charged:
    key = (item.name, item.kind, item.collector, item.compulsory)
    fees = [f for f in terms.fees if (f.name, f.kind, f.collector, f.compulsory) == key]
    how = "；".join(dict.fromkeys(_standard(terms, fee) for fee in fees)) or _interest(terms)
    return Charged(item.name, item.amount, how, item.rate, item.collector or UNNAMED, item.compulsory)


def _interest(terms: Terms) -> str:
    on = "按初始本金计收" if method(terms.method).on_drawn else "按剩余本金计收"
    text = f"合同年利率 {terms.annual_percent.normalize():f}%，{on}"
    if terms.rate_changes:
        text += "，" + "，".join(
            f"{c.at.on or f'第 {c.at.after} 期后'}起 {c.annual_percent.normalize():f}%" for c in terms.rate_changes
        )
    return text


def _standard(terms: Terms, fee: Fee) -> str:
    parts = []
    if fee.amount:
        parts.append(f"{'每期' if fee.timing == 'each_period' else '一次'} {fee.amount:,.2f} 元")
    if fee.percent:
        of = "剩余本金" if fee.base == "balance" else "借款本金"
        parts.append(f"{of}的 {fee.percent.normalize():f}%{'／年' if fee.yearly else '／次'}")
    return "，".join([*parts, TIMINGS[fee.timing]])


def _contingent(terms: Terms) -> tuple[Contingent, ...]:
    """Return the costs of what goes wrong, as the contract has them; overdue interest from its clause."""
    found, late = list(terms.contingent), terms.overdue
    if late is not None:
        text = f"合同利率的 {late.rate_share_percent.normalize():f}%，按逾期本金与实际天数计收"
        text += "，并对逾期利息计收复利" if late.compound else ""
        text += f"，{late.grace_days} 天内还清不计收" if late.grace_days else ""
        found.insert(0, Contingent("逾期罚息", text, terms.lender))
        if late.fee_percent or late.fee_least:
            least = f"最低 {late.fee_least:,.2f} 元" if late.fee_percent else f"每次 {late.fee_least:,.2f} 元"
            share = f"逾期金额的 {late.fee_percent.normalize():f}%" if late.fee_percent else ""
            standard = "，".join(part for part in (share, least if late.fee_least else "") if part)
            found.insert(1, Contingent("逾期费用", standard, terms.lender))
    for change in terms.prepayments:
        if change.fee or change.fee_percent:
            share = f"提前还款本金的 {change.fee_percent.normalize():f}%" if change.fee_percent else ""
            standard = "加".join(part for part in (f"{change.fee:,.2f} 元" if change.fee else "", share) if part)
            found.append(Contingent("提前还款费用", standard, terms.lender))
    return tuple(dict.fromkeys(found))


def _notes(terms: Terms, made: Cost) -> list[str]:
    notes = ["年化综合成本按正常履约计算，同时列出单利与复利，包含利息和必须支付的各项费用，按实际占用的本金折算。"]
    deducted = [f for f in terms.fees if f.timing == "deducted" and f.compulsory]
    if deducted:
        names = "、".join(f.name for f in deducted)
        notes.append(f"{names}在放款时从本金中扣收，实际到手 {made.received:,.2f} 元，年化按实际到手折算。")
    if any(f.kind == "interest" for f in deducted):
        notes.append("利息不得预先从本金中扣除；预先扣除的，应按实际借款数额还款并计算利息（民法典第六百七十条）。")
    if any(not f.compulsory for f in terms.fees):
        notes.append("标为自愿的项目由您自行选择，不选不影响借款，未计入年化综合成本。")
    named: list[Fee | Contingent] = [*terms.fees, *(c for c in terms.contingent if not c.standard.startswith("不收"))]
    if any(not each.collector for each in named) or not terms.lender:
        notes.append("有项目未注明收费方，出具前请补充。")
    if terms.rate_changes:
        notes.append("以后利率再调整的，年化综合成本相应变化。")
    if terms.prepayments:
        notes.append("提前还款不属于正常履约，未计入本表。")
    return notes


def aloud(made: Statement) -> str:
    """Return the statement as sentences with all numbers in words, for a clerk or a machine to read out."""
    rows = made.schedule.repayments
    first, last = rows[0], rows[-1]
    periods = spoken.whole(made.schedule.terms.periods)
    sentences = [
        f"您向{made.lender}借款，本金{spoken.money(made.principal)}" if made.lender != UNNAMED
        else f"您本次借款，本金{spoken.money(made.principal)}"
    ]  # fmt: skip
    if made.received != made.principal:
        sentences.append(f"扣除放款时收取的费用，实际到手{spoken.money(made.received)}")
    label = method(made.schedule.terms.method).label.split("／")[0]
    each = f"，每次{spoken.money(first.payment)}" if len({r.payment for r in rows}) == 1 and len(rows) > 1 else ""
    ends = (
        "" if each or len(rows) == 1 else f"，第一次{spoken.money(first.payment)}，最后一次{spoken.money(last.payment)}"
    )
    only = f"，到期还{spoken.money(last.payment)}" if len(rows) == 1 else ""
    sentences.append(f"还款方式是{label}，分{periods}期，一共还款{spoken.whole(len(rows))}次{each}{ends}{only}")
    for row in made.charged:
        if row.amount:
            who = f"由{row.collector}收取" if row.collector != UNNAMED else ""
            extra = "" if row.compulsory else "，是自愿项目"
            sentences.append(f"{row.name}合计{spoken.money(row.amount)}" + (f"，{who}" if who else "") + extra)
    sentences.append(
        f"利息和各项必须支付的费用合计{spoken.money(made.total)}，"
        f"折合年化综合成本，按单利计算是{spoken.percent(made.rate.nominal_percent)}，"
        f"按复利计算是{spoken.percent(made.rate.effective_percent)}"
    )
    sentences += [f"如果发生{c.name}，收取标准是{_read(c.standard)}" for c in made.contingent]
    return "。".join([*sentences, made.declaration.removesuffix("。")]) + "。请问您听清楚了吗？"


def _read(text: str) -> str:
    """Return a standard with its percentages and amounts in words."""
    text = re.sub(r" ?(\d[\d,]*(?:\.\d+)?) ?%", lambda m: spoken.percent(Decimal(m[1].replace(",", ""))), text)
    return re.sub(r" ?(\d[\d,]*(?:\.\d+)?) ?", lambda m: spoken.number(Decimal(m[1].replace(",", ""))), text)


def summary(made: Statement) -> str:
    """Return the statement in one written sentence."""
    return (
        f"本金 {made.principal:,.2f} 元，{made.repayment}；利息与费用合计 {made.total:,.2f} 元，"
        f"年化综合成本：单利 {two(made.rate.nominal_percent)}%，复利 {two(made.rate.effective_percent)}%"
    )


__all__ = ["Charged", "Statement", "aloud", "statement", "summary"]
