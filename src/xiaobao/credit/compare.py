"""Two offers beside each other, and what paying ahead would change."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from xiaobao.credit.cost import Cost, cost
from xiaobao.credit.rates import two
from xiaobao.credit.schedule import Schedule, schedule
from xiaobao.credit.terms import Prepayment, Terms

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Offer:
    """A loan with its schedule and cost, under a name."""

    name: str
    schedule: Schedule
    cost: Cost

    @property
    def first_payment(self) -> Decimal:
        """Return what the first payment comes to, in yuan."""
        return next((row.payment for row in self.schedule.repayments), ZERO)

    @property
    def largest_payment(self) -> Decimal:
        """Return the largest single payment, in yuan."""
        return max((row.payment for row in self.schedule.repayments), default=ZERO)


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of two offers; better is 0 or 1, None where neither is, or where the figure is no merit."""

    label: str
    values: tuple[Decimal, Decimal]
    unit: str
    better: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two offers line by line, and the answer in Chinese."""

    offers: tuple[Offer, Offer]
    lines: tuple[Line, ...]
    answer: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A loan with and without paying ahead: interest saved, the fee for it and what remains, in yuan."""

    before: Offer
    after: Offer
    interest_saved: Decimal
    fee: Decimal
    periods_saved: int
    sentence: str

    @property
    def net(self) -> Decimal:
        """Return what is saved once the fee is paid; below zero it costs more than it saves."""
        return self.interest_saved - self.fee


def offer(terms: Terms, name: str = "") -> Offer:
    """Return the offer that terms make."""
    plan = schedule(terms)
    return Offer(name or terms.lender or "贷款", plan, cost(plan))


def compare(first: Offer, second: Offer) -> Comparison:
    """Return two offers compared; the rate decides which is cheaper, whatever the instalments look like."""
    figures = [
        ("合同本金", "元", None, first.schedule.drawn, second.schedule.drawn),
        ("实际到手", "元", None, first.cost.received, second.cost.received),
        ("还款次数", "次", None, Decimal(len(first.schedule.repayments)), Decimal(len(second.schedule.repayments))),
        ("首次还款", "元", None, first.first_payment, second.first_payment),
        ("单次最多还款", "元", min, first.largest_payment, second.largest_payment),
        ("利息与费用合计", "元", min, first.cost.total, second.cost.total),
        ("综合年化（单利）", "%", min, first.cost.rate.nominal_percent, second.cost.rate.nominal_percent),
        ("综合年化（复利）", "%", min, first.cost.rate.effective_percent, second.cost.rate.effective_percent),
    ]
    lines = tuple(
        Line(label, (a, b), unit, None if wanted is None or a == b else int(b < a))
        for label, unit, wanted, a, b in figures
    )  # fmt: skip
    return Comparison((first, second), lines, _answer(first, second), tuple(_notes(first, second)))


def _answer(first: Offer, second: Offer) -> str:
    a, b = first.cost.rate, second.cost.rate
    if two(a.effective_percent) == two(b.effective_percent):
        return f"两个方案的综合年化相同：{a}"
    low, high = (first, second) if a.effective_percent < b.effective_percent else (second, first)
    gap = two(high.cost.rate.nominal_percent) - two(low.cost.rate.nominal_percent)
    sentence = f"“{low.name}”资金成本较低：{low.cost.rate}，单利比“{high.name}”低 {gap} 个百分点"
    if low.cost.total > high.cost.total:
        more = low.cost.total - high.cost.total
        sentence += f"；但因占用本金更多或更久，利息与费用合计多 {more:,.2f} 元"
    return sentence


def _notes(first: Offer, second: Offer) -> list[str]:
    notes = []
    if first.schedule.drawn != second.schedule.drawn:
        notes.append("两个方案的本金不同，金额不宜直接相比，年化利率可以相比")
    if len(first.schedule.repayments) != len(second.schedule.repayments):
        notes.append("两个方案的期限不同，期限越长，同样的年化利率下利息合计越多")
    for each in (first, second):
        optional = [item.name for item in each.cost.items if not item.compulsory]
        if optional:
            notes.append(f"“{each.name}”另有自愿选择的{'、'.join(optional)}，未计入综合年化")
    return notes


def what_if(terms: Terms, prepayment: Prepayment) -> WhatIf:
    """Return what one prepayment more would change."""
    before = offer(terms, "按原计划")
    after = offer(replace(terms, prepayments=(*terms.prepayments, prepayment)), "提前还款后")
    saved = before.schedule.interest - after.schedule.interest
    fee = _fees(after) - _fees(before)
    fewer = before.schedule.rows[-1].number - after.schedule.rows[-1].number
    return WhatIf(before, after, saved, fee, fewer, _said(saved, fee, fewer, after))


def _fees(made: Offer) -> Decimal:
    return sum((charge.amount for charge in made.schedule.charges), ZERO)


def _said(saved: Decimal, fee: Decimal, fewer: int, after: Offer) -> str:
    parts = [f"少付利息 {saved:,.2f} 元"]
    if fee > 0:
        parts.append(f"多付费用 {fee:,.2f} 元")
    elif fee < 0:
        parts.append(f"少付费用 {-fee:,.2f} 元")
    net = saved - fee
    parts.append(f"合计{'节省' if net >= 0 else '多付'} {abs(net):,.2f} 元")
    if fewer > 0:
        parts.append(f"提前 {fewer} 期还清")
    else:
        parts.append(f"此后每期还款约 {after.schedule.repayments[-1].payment:,.2f} 元")
    return "提前还款：" + "，".join(parts)
