"""What a late payment costs: penalty interest on principal, compound interest on interest, a late fee.

The rates are the contract's; none is supposed. What a law caps (民法典 585, the court's power over excessive totals) is
for the reader to judge: the parts are shown one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from xiaobao.credit.schedule import Schedule
from xiaobao.credit.terms import cent
from xiaobao.errors import InputError

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed on the day a late instalment is paid, in yuan, with the steps in Chinese; days is how late it is."""

    days: int
    principal: Decimal
    interest: Decimal
    charges: Decimal
    penalty: Decimal
    compound: Decimal
    late_fee: Decimal
    working: tuple[str, ...]

    @property
    def total(self) -> Decimal:
        """Return all of it together."""
        return sum((self.principal, self.interest, self.charges, self.contingent), ZERO)

    @property
    def contingent(self) -> Decimal:
        """Return what arises from being late only."""
        return self.penalty + self.compound + self.late_fee


def owed(plan: Schedule, number: int, *, days: int | None = None, paid_on: date | None = None) -> Owed:
    """Return what instalment `number` costs when paid some days late; terms without overdue clauses raise InputError.

    Within the days of grace nothing is added; after them the cost counts from the due date.
    """
    late = plan.terms.overdue
    if late is None:
        raise InputError("合同条款中没有逾期费用（overdue）", code="input.terms")
    row = next((r for r in plan.rows if r.number == number and r.kind == "instalment"), None)
    if row is None:
        raise InputError(f"还款计划中没有第 {number} 期", code="input.terms")
    count = _days(row.due, days, paid_on)
    charges = sum((charge.amount for charge in row.charges), ZERO)
    if count <= late.grace_days:
        note = f"逾期 {count} 天，在 {late.grace_days} 天宽限期内" if count else "未逾期"
        return Owed(count, row.principal, row.interest, charges, ZERO, ZERO, ZERO, (note,))
    yearly = _rate_at(plan, number) * late.rate_share_percent / 100
    daily = yearly / 100 / late.days_a_year
    penalty = cent(row.principal * daily * count)
    compound = cent(row.interest * daily * count) if late.compound else ZERO
    fee = cent(max(late.fee_least, row.payment * late.fee_percent / 100))
    steps = [
        f"罚息年利率 {yearly:.4f}%，按 {late.days_a_year} 天折日利率 {daily * 100:.6f}%",
        f"罚息：逾期本金 {row.principal:.2f} × {daily * 100:.6f}% × {count} 天 = {penalty:.2f} 元",
    ]
    if late.compound:
        steps.append(f"复利：逾期利息 {row.interest:.2f} × {daily * 100:.6f}% × {count} 天 = {compound:.2f} 元")
    if fee:
        steps.append(f"逾期费用：{fee:.2f} 元")
    return Owed(count, row.principal, row.interest, charges, penalty, compound, fee, tuple(steps))


def _days(due: date | None, days: int | None, paid_on: date | None) -> int:
    if (days is None) == (paid_on is None):
        raise InputError("逾期天数（days）与还款日期（paid_on）应写且只写一种", code="input.terms")
    if paid_on is not None:
        if due is None:
            raise InputError("按还款日期算逾期，需要放款日（start）", code="input.terms")
        days = (paid_on - due).days
    if days is None or not 0 <= days <= 36_600:
        raise InputError(f"逾期天数应在 0 到 36600 之间，实为 {days}", code="input.terms")
    return days


def _rate_at(plan: Schedule, number: int) -> Decimal:
    """Return the contract rate in percent in force at a due date."""
    if not plan.terms.rate_changes and not plan.terms.extensions:
        return plan.terms.annual_percent
    day = plan.days[next(i for i, r in enumerate(plan.rows) if r.number == number and r.kind == "instalment")]
    rate, ends = plan.terms.annual_percent, {r.number: d for r, d in zip(plan.rows, plan.days, strict=True)}
    changes = [
        (c.at.on or ends.get(c.at.after or 0, day), c.annual_percent) for c in plan.terms.rate_changes
    ]  # fmt: skip
    changes += [
        (ends[e.after], e.annual_percent)
        for e in plan.terms.extensions
        if e.annual_percent is not None and e.after in ends
    ]
    for when, percent in sorted(changes):
        if when <= day:
            rate = percent
    return rate
