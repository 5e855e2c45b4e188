"""Annualised rates of loans from cash flows, simple (单利) and compound (复利) side by side.

An internal rate of return per period r gives r × periods a year as simple and (1 + r) ^ periods − 1 as compound
(中国人民银行公告〔2021〕第3号 asks for the annualised rate and names the internal rate of return).
Floats inside, quantised once at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite

import pyxirr

from xiaobao.credit.solve import changes, check, monthly_of, timed_root
from xiaobao.errors import InputError

DAYS = 365
MONTHS = 12
_STEP = Decimal("0.0001")
_MOST = 1e12


@dataclass(frozen=True, slots=True)
class AnnualRate:
    """An annualised rate in percent, four decimals: nominal is simple (单利), effective is compound (复利).

    working shows the steps and assumptions what was supposed, both in Chinese.
    """

    nominal_percent: Decimal
    effective_percent: Decimal
    method: str
    working: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"年化利率（单利）约 {two(self.nominal_percent)}%，（复利）约 {two(self.effective_percent)}%"


def from_periodic(
    rate: float, per_year: float, method: str, *, working: Sequence[str] = (), assumptions: Sequence[str] = ()
) -> AnnualRate:
    """Return the annual rate of a rate per period (a fraction, not percent): × per_year, and compounded."""
    try:
        effective = (1 + rate) ** per_year - 1
    except OverflowError:
        effective = float("inf")
    if not (isfinite(rate) and isfinite(effective)):
        raise InputError("利率过大，无法折算年化", code="input.rate")
    steps = (
        *working,
        f"单利：{rate * 100:.6f}% × {per_year:g} = {rate * per_year * 100:.4f}%",
        f"复利：(1 + {rate * 100:.6f}%)^{per_year:g} − 1 = {effective * 100:.4f}%",
    )
    return AnnualRate(_percent(rate * per_year), _percent(effective), method, steps, tuple(assumptions))


def from_flows(
    received: Decimal | float,
    payments: Sequence[Decimal | float],
    *,
    per_year: float = MONTHS,
    method: str = "内部收益率（IRR）",
    working: Sequence[str] = (),
    assumptions: Sequence[str] = (),
) -> AnnualRate:
    """Return the annual rate of what the borrower receives now and pays at the end of each equal period, in yuan.

    received is net of what is deducted up front. No solution or several raise InputError.
    """
    flows = [float(received), *(-float(p) for p in payments)]
    if not payments or not all(map(isfinite, flows)):
        raise InputError("无法折算：至少应有一期还款，金额应为有效的数字", code="input.rate")
    if flows[0] <= 0:
        raise InputError(f"无法折算：扣除放款时的费用后实际到手 {flows[0]:,.2f} 元，应大于零", code="input.rate")
    paid = sum(map(float, payments))
    if paid < flows[0] * (1 - 1e-12) - 1e-9:
        short = f"还款合计 {paid:,.2f} 元少于到手金额 {flows[0]:,.2f} 元"
        raise InputError(f"无法折算：{short}，请核对金额与期数", code="input.rate")
    rate = _root(flows)
    steps = (*working, f"到手 {flows[0]:,.2f} 元，分 {len(payments)} 期还款合计 {-sum(flows[1:]):,.2f} 元",
             f"每期内部收益率 {rate * 100:.6f}%")  # fmt: skip
    return from_periodic(rate, per_year, method, working=steps, assumptions=assumptions)


def from_bullet(received: Decimal | float, cost: Decimal | float, days: int) -> AnnualRate:
    """Return the annual rate of one repayment after `days` days that costs `cost` yuan beyond what was received."""
    if days <= 0 or float(cost) < 0:
        raise InputError("无法折算：天数与到手金额应大于零，费用不得为负", code="input.rate")
    return from_single(received, float(received) + float(cost), days / DAYS, term=f"{DAYS} ÷ {days}")


def from_single(
    received: Decimal | float, paid: Decimal | float, years: Decimal | float, *, term: str = ""
) -> AnnualRate:
    """Return the annual rate of one payment some years after what was received, both in yuan.

    Simple interest divides the cost by the years; compound interest takes their root. term words 1 ÷ years.
    """
    got, owed, length = float(received), float(paid), float(years)
    if not (isfinite(got) and isfinite(owed)) or length <= 0 or got <= 0 or owed <= 0:
        raise InputError("无法折算：期限、到手金额与还款金额应大于零", code="input.rate")
    share = owed / got - 1
    try:
        effective = (1 + share) ** (1 / length) - 1
    except OverflowError as error:
        raise InputError("利率过大，无法折算年化", code="input.rate") from error
    times = term or f"1 ÷ {length:g} 年"
    steps = (
        f"单利：{share * 100:.4f}% × {times} = {share / length * 100:.4f}%",
        f"复利：(1 + {share * 100:.4f}%)^({times}) − 1 = {effective * 100:.4f}%",
    )
    return AnnualRate(_percent(share / length), _percent(effective), "到期一次还本付息", steps)


def two(percent: Decimal) -> Decimal:
    """Return a percentage with two decimals, as notices print it."""
    return percent.quantize(Decimal("0.01"), ROUND_HALF_UP)


def from_timed(
    flows: Sequence[tuple[float, Decimal | float]],
    *,
    method: str = "内部收益率（IRR），按实际时间",
    working: Sequence[str] = (),
) -> AnnualRate:
    """Return the annual rate of (years, amount to the borrower) flows; payments are negative.

    The compound rate solves Σ amount ÷ (1 + R)^years = 0; the simple one is twelve times its monthly equivalent.
    """
    times, amounts = [float(t) for t, _ in flows], [float(a) for _, a in flows]
    if not all(map(isfinite, times)):
        raise InputError("无法折算：时间不是有效的数字", code="input.rate")
    first = min(times, default=0.0)
    yearly = timed_root([t - first for t in times], amounts)
    monthly = monthly_of(yearly)
    steps = (
        *working,
        f"复利：各笔现金流按实际时间折现，年利率 {yearly * 100:.4f}%",
        f"单利：按月折算 {monthly * 100:.6f}% × {MONTHS} = {monthly * MONTHS * 100:.4f}%",
    )
    return AnnualRate(_percent(monthly * MONTHS), _percent(yearly), method, steps)


def from_dates(flows: Sequence[tuple[date, Decimal | float]]) -> AnnualRate:
    """Return the annual rate of dated flows to the borrower, a year being 365 days."""
    first = min((day for day, _ in flows), default=date.min)
    timed = [((day - first).days / DAYS, amount) for day, amount in flows]
    return from_timed(timed, working=("时间按实际天数 ÷ 365",))


def _root(flows: Sequence[float]) -> float:
    """Return the only rate above −100 % at which the flows are worth nothing; several or none raise InputError."""
    check(flows)
    if changes(flows) > 1:
        return timed_root(range(len(flows)), flows)
    rate = pyxirr.irr(list(flows), silent=True)
    if rate is None or not isfinite(rate):
        return timed_root(range(len(flows)), flows)
    return float(rate)


def _percent(fraction: float) -> Decimal:
    if not abs(fraction) < _MOST:
        raise InputError("利率过大，无法折算年化", code="input.rate")
    return Decimal(repr(fraction * 100)).quantize(_STEP, ROUND_HALF_UP) + Decimal(0)
