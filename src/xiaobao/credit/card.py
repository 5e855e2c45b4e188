"""Credit cards: what an instalment plan costs, and how long paying only the minimum takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from xiaobao.credit.rates import AnnualRate, from_flows
from xiaobao.credit.terms import MOST_PERIODS, Fee, Terms, cent
from xiaobao.errors import InputError

ZERO = Decimal(0)
DAYS_A_MONTH = Decimal(365) / 12


class Month(NamedTuple):
    """One month of paying the minimum, in yuan: interest accrued, paid, of it principal, and what stays owed."""

    number: int
    interest: Decimal
    payment: Decimal
    principal: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Minimum:
    """A card balance paid off by minimum payments: its months, all interest in yuan and the annual rate."""

    months: tuple[Month, ...]
    interest: Decimal
    rate: AnnualRate


def instalment(
    principal: Decimal, periods: int, fee_percent: Decimal, *, upfront: bool = False, collector: str = ""
) -> Terms:
    """Return the terms of a card instalment plan: fee_percent a period of the amount, or of it once where upfront.

    The fee is interest in all but name: 银保监规〔2022〕13号 has instalment income shown as interest, annualised.
    """
    if upfront:
        fee = Fee("分期利息", "interest", collector, "first_period", "principal", percent=fee_percent)
        return Terms(principal, ZERO, periods, method="flat", fees=(fee,), lender=collector)
    return Terms(principal, fee_percent * 12, periods, method="flat", lender=collector)


def minimum_payments(
    balance: Decimal, daily_percent: Decimal, minimum_percent: Decimal, *, least: Decimal = Decimal(100)
) -> Minimum:
    """Return the months it takes to pay off a balance in yuan by the minimum alone, nothing new being spent.

    The minimum is minimum_percent of the principal owed and all interest, never below `least` yuan. Interest is
    daily_percent a day on what is owed, a month being 365 ÷ 12 days. Over 100 years, it raises InputError.
    """
    if not (ZERO < balance <= Decimal(10) ** 12 and ZERO <= daily_percent <= 10 and ZERO < minimum_percent <= 100):
        raise InputError("账单金额、日利率或最低还款比例不合理", code="input.terms")
    if least < Decimal("0.01"):
        raise InputError("最低还款额的下限至少 0.01 元", code="input.terms")
    months: list[Month] = []
    rest = cent(balance)
    while rest > 0:
        if len(months) >= MOST_PERIODS:
            raise InputError("按最低还款额，一百年也还不清", code="input.terms")
        interest = cent(rest * daily_percent / 100 * DAYS_A_MONTH)
        principal = min(rest, max(cent(rest * minimum_percent / 100), least - interest))
        rest -= principal
        months.append(Month(len(months) + 1, interest, principal + interest, principal, rest))
    rate = from_flows(
        cent(balance), [month.payment for month in months],
        assumptions=("不再有新的消费", "每月按 365÷12 天计息", "最低还款额＝应还本金的一定比例＋全部利息"),
    )  # fmt: skip
    return Minimum(tuple(months), sum((m.interest for m in months), ZERO), rate)
