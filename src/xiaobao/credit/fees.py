"""What is charged beside interest, when, and by whom."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from xiaobao.credit.terms import Fee, FeeKind, Prepayment, Terms, cent

PREPAYMENT = "提前还款费用"


class Charge(NamedTuple):
    """An amount charged in yuan: its name, kind, collector, and whether the loan cannot be had without it."""

    name: str
    kind: FeeKind
    collector: str
    amount: Decimal
    compulsory: bool = True


def at_drawdown(terms: Terms) -> tuple[Charge, ...]:
    """Return what is deducted from the principal or paid when it is paid out."""
    fees = [fee for fee in terms.fees if fee.timing in ("deducted", "upfront")]
    return tuple(_charge(terms, fee, terms.principal, terms.principal) for fee in fees)


def of_period(
    terms: Terms, number: int, balance: Decimal, drawn: Decimal, *, closing: bool
) -> tuple[Charge, ...]:  # fmt: skip
    """Return what is charged at a due date; balance is what was owed before the payment."""
    if not terms.fees:
        return ()
    out = []
    for fee in terms.fees:
        due = fee.timing == "each_period" or (number == 1 if fee.timing == "first_period" else closing)
        if due and fee.timing not in ("deducted", "upfront"):
            out.append(_charge(terms, fee, balance, drawn))
    return tuple(out)


def of_prepayment(change: Prepayment, amount: Decimal) -> tuple[Charge, ...]:
    """Return the fee of a prepayment, if it has one."""
    fee = cent(change.fee + amount * change.fee_percent / 100)
    return (Charge(PREPAYMENT, "prepayment", "", fee),) if fee else ()


def _charge(terms: Terms, fee: Fee, balance: Decimal, drawn: Decimal) -> Charge:
    amount = fee.amount
    if fee.percent:
        share = fee.percent / 100
        if fee.yearly:
            share *= years(terms, fee)
        amount += share * (balance if fee.base == "balance" else drawn)
    return Charge(fee.name, fee.kind, fee.collector, cent(amount) if terms.rounded else amount, fee.compulsory)


def years(terms: Terms, fee: Fee) -> Decimal:
    """Return the years one charge covers: one period where it recurs, else the whole term."""
    return (1 if fee.timing == "each_period" else terms.periods) / terms.per_year
