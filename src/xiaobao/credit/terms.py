"""What a loan contract says: principal, rate, periods, fees and who collects them, and what may change on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from xiaobao.errors import InputError

DayCount = Literal["monthly", "actual/360", "actual/365", "30/360"]
FeeKind = Literal["interest", "service", "guarantee", "insurance", "membership", "handling", "prepayment", "other"]
Timing = Literal["deducted", "upfront", "each_period", "first_period", "last_period"]
Base = Literal["fixed", "principal", "balance"]

DAY_COUNTS: dict[DayCount, str] = {
    "monthly": "按月计息（月利率＝年利率÷12，零头天数按年利率÷360）",
    "actual/360": "按实际天数计息（日利率＝年利率÷360）",
    "actual/365": "按实际天数计息（日利率＝年利率÷365）",
    "30/360": "每月按30天计息（日利率＝年利率÷360）",
}
FEE_KINDS: dict[FeeKind, str] = {
    "interest": "利息", "service": "服务费", "guarantee": "担保费", "insurance": "保险费", "membership": "会员费",
    "handling": "手续费", "prepayment": "提前还款费用", "other": "其他费用",
}  # fmt: skip
TIMINGS: dict[Timing, str] = {
    "deducted": "放款时从本金中扣收", "upfront": "放款时另付", "each_period": "每期收取", "first_period": "首期收取",
    "last_period": "末期收取",
}  # fmt: skip

CENT = Decimal("0.01")
MOST_PRINCIPAL = Decimal(10) ** 12
MOST_RATE = Decimal(1000)
MOST_PERIODS = 1200


def cent(amount: Decimal) -> Decimal:
    """Return yuan rounded half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _number(value: Decimal, name: str, least: Decimal, most: Decimal) -> None:
    if not value.is_finite() or not least <= value <= most:
        raise InputError(f"{name}应在 {least:f} 到 {most:f} 之间，实为 {value}", code="input.terms")


@dataclass(frozen=True, slots=True)
class Fee:
    """A charge beside the contract's interest: an amount in yuan, or a percent of the principal or the balance.

    A percent is of each charge, or of a year where `yearly` is set. Only compulsory fees enter the cost of the loan.
    """

    name: str
    kind: FeeKind = "other"
    collector: str = ""
    timing: Timing = "each_period"
    base: Base = "fixed"
    amount: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    yearly: bool = False
    compulsory: bool = True

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise InputError("费用缺少名称", code="input.terms")
        _number(self.amount, f"“{self.name}”的金额", Decimal(0), MOST_PRINCIPAL)
        _number(self.percent, f"“{self.name}”的费率（%）", Decimal(0), MOST_RATE)
        if (self.base == "fixed") != (self.percent == 0) and self.percent:
            raise InputError(f"“{self.name}”按比例收取，应写明按本金还是按余额", code="input.terms")


@dataclass(frozen=True, slots=True)
class Contingent:
    """A cost that arises only when something goes wrong or is asked for: its name, how it is charged, by whom."""

    name: str
    standard: str
    collector: str = ""


@dataclass(frozen=True, slots=True)
class At:
    """A moment of a loan: a date, or the due date of a period (0 is the drawdown)."""

    on: date | None = None
    after: int | None = None

    def __post_init__(self) -> None:
        if (self.on is None) == (self.after is None):
            raise InputError("时点应写日期（on）或期次（after），且只写一种", code="input.terms")


@dataclass(frozen=True, slots=True)
class RateChange:
    """A new contract rate in percent a year from a moment on, as when a loan is repriced to the LPR."""

    at: At
    annual_percent: Decimal


@dataclass(frozen=True, slots=True)
class Drawdown:
    """A further amount paid out, in yuan."""

    at: At
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Prepayment:
    """A payment of principal ahead of time; amount None settles the loan.

    shorten keeps the instalment and ends earlier, lower keeps the term. The fee is yuan plus a percent of what is
    prepaid. Interest on what is prepaid is settled to the day.
    """

    at: At
    amount: Decimal | None = None
    effect: Literal["shorten", "lower"] = "shorten"
    fee: Decimal = Decimal(0)
    fee_percent: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Extension:
    """More periods from the due date of period `after` on, at the old rate or a new one in percent a year."""

    after: int
    periods: int
    annual_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Overdue:
    """What late payment costs: penalty interest as a percent of the contract rate (150 is one and a half times it).

    compound charges it on late interest too; fee_percent is of the late amount once, never below fee_least yuan.
    Within grace_days nothing is charged.
    """

    rate_share_percent: Decimal
    compound: bool = False
    grace_days: int = 0
    fee_percent: Decimal = Decimal(0)
    fee_least: Decimal = Decimal(0)
    days_a_year: int = 360

    def __post_init__(self) -> None:
        _number(self.rate_share_percent, "罚息占合同利率的百分比", Decimal(0), MOST_RATE)
        _number(self.fee_percent, "逾期费率（%）", Decimal(0), MOST_RATE)
        _number(self.fee_least, "逾期费用下限（元）", Decimal(0), MOST_PRINCIPAL)
        if self.days_a_year not in (360, 365) or not 0 <= self.grace_days <= 366:
            raise InputError("逾期条款的计息天数应为 360 或 365，宽限天数应在 0 到 366 之间", code="input.terms")


@dataclass(frozen=True, slots=True)
class Terms:
    """A loan contract; principal in yuan, rate in percent a year (simple, as contracts state it).

    Without a start the schedule has no dates and months are equal. A period is `every` months, or days where `unit`
    is day. plan holds the principal of each period of the free method. grace counts periods at the start without
    principal; grace_interest capitalised adds their interest to the principal. first_interest added puts the interest
    of an irregular first period on top of the first instalment, spread levels it over all.
    """

    principal: Decimal
    annual_percent: Decimal
    periods: int
    method: str = "equal_instalment"
    start: date | None = None
    first_due: date | None = None
    due_day: int | None = None
    every: int = 1
    unit: Literal["month", "day"] = "month"
    day_count: DayCount = "monthly"
    rounded: bool = True
    first_interest: Literal["spread", "added"] = "spread"
    plan: tuple[Decimal, ...] = ()
    grace: int = 0
    grace_interest: Literal["paid", "capitalised"] = "paid"
    fees: tuple[Fee, ...] = ()
    rate_changes: tuple[RateChange, ...] = ()
    drawdowns: tuple[Drawdown, ...] = ()
    prepayments: tuple[Prepayment, ...] = ()
    extensions: tuple[Extension, ...] = ()
    overdue: Overdue | None = None
    contingent: tuple[Contingent, ...] = ()
    lender: str = ""

    def __post_init__(self) -> None:
        _number(self.principal, "本金（元）", CENT, MOST_PRINCIPAL)
        _number(self.annual_percent, "年利率（%）", Decimal(0), MOST_RATE)
        if not 1 <= self.periods <= MOST_PERIODS:
            raise InputError(f"期数应在 1 到 {MOST_PERIODS} 之间，实为 {self.periods}", code="input.terms")
        if self.rounded and self.principal != cent(self.principal):
            raise InputError(f"本金应精确到分，实为 {self.principal}", code="input.terms")
        self._check_dates()
        self._check_changes()
        if not 0 <= self.grace < self.periods:
            raise InputError(f"宽限期数应小于总期数，实为 {self.grace}", code="input.terms")

    def _check_dates(self) -> None:
        most = 120 if self.unit == "month" else 3660
        if not 1 <= self.every <= most:
            raise InputError(f"每期长度应在 1 到 {most} 之间，实为 {self.every}", code="input.terms")
        if self.start is None:
            if self.first_due or self.due_day:
                raise InputError("写了首期还款日，还需要放款日（start）", code="input.terms")
            if self.day_count.startswith("actual") or self.unit == "day":
                raise InputError(f"{DAY_COUNTS[self.day_count]}或按天分期，需要放款日（start）", code="input.terms")
        elif self.first_due is not None and self.first_due <= self.start:
            raise InputError(f"首期还款日 {self.first_due} 应晚于放款日 {self.start}", code="input.terms")
        if self.due_day is not None and not 1 <= self.due_day <= 31:
            raise InputError(f"还款日应在 1 到 31 之间，实为 {self.due_day}", code="input.terms")
        if self.unit == "day" and self.day_count == "monthly":
            raise InputError("按天分期不能按月计息，请写明计息方式（day_count）", code="input.terms")

    def _check_changes(self) -> None:
        if self.periods + sum(extension.periods for extension in self.extensions) > MOST_PERIODS:
            raise InputError(f"连同展期，期数最多 {MOST_PERIODS} 期", code="input.terms")
        for change in self.rate_changes:
            _number(change.annual_percent, "调整后的年利率（%）", Decimal(0), MOST_RATE)
        for drawdown in self.drawdowns:
            _number(drawdown.amount, "提款金额（元）", CENT, MOST_PRINCIPAL)
        for prepayment in self.prepayments:
            _number(prepayment.fee, "提前还款费用（元）", Decimal(0), MOST_PRINCIPAL)
            _number(prepayment.fee_percent, "提前还款费率（%）", Decimal(0), Decimal(100))
            if prepayment.amount is not None:
                _number(prepayment.amount, "提前还款金额（元）", CENT, MOST_PRINCIPAL)
        for extension in self.extensions:
            if not 1 <= extension.periods <= MOST_PERIODS or not 0 <= extension.after <= MOST_PERIODS:
                raise InputError("展期的期次与期数不合理", code="input.terms")
            if extension.annual_percent is not None:
                _number(extension.annual_percent, "展期后的年利率（%）", Decimal(0), MOST_RATE)
        last = self.periods
        for extension in sorted(self.extensions, key=lambda e: e.after):
            if extension.after > last:
                message = f"展期写在第 {extension.after} 期后，而贷款到第 {last} 期已经到期"
                raise InputError(message, code="input.terms")
            last += extension.periods
        changes: tuple[RateChange | Drawdown | Prepayment, ...]
        changes = (*self.rate_changes, *self.drawdowns, *self.prepayments)
        moments = [change.at for change in changes]
        if self.start is None and any(at.on for at in moments):
            raise InputError("按日期发生的变动，需要放款日（start）", code="input.terms")
        if self.start is not None and any(at.on is not None and at.on < self.start for at in moments):
            raise InputError(f"变动的日期早于放款日 {self.start}", code="input.terms")

    @property
    def per_year(self) -> Decimal:
        """Return how many periods a year has."""
        return Decimal(12 if self.unit == "month" else 365) / self.every
