"""The bodies and answers of the interface of loan costs: the engine's JSON, each field with what it means."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from xiaobao.credit.terms import MOST_PERIODS
from xiaobao_web.kernel.rest import Strict

Number = Annotated[Decimal, Field(max_digits=20, decimal_places=8, allow_inf_nan=False)]
Name = Annotated[str, Field(max_length=60)]
Few = Annotated[int, Field(ge=0, le=MOST_PERIODS)]


class FeeIn(Strict):
    """A charge beside the interest: yuan, or percent of the principal or the balance."""

    name: Name
    kind: str = Field("other", max_length=20, description="interest service guarantee insurance membership …")
    collector: Name = ""
    timing: str = Field(
        "each_period", max_length=20, description="deducted upfront each_period first_period last_period"
    )
    base: str | None = Field(None, max_length=20, description="principal 或 balance，按比例收取时填写")
    amount: Number | None = None
    percent: Number | None = None
    yearly: bool = False
    compulsory: bool = True


class RateChangeIn(Strict):
    """A new rate in percent a year from a day, or after a period."""

    on: date | None = None
    after: Few | None = None
    annual_rate: Number


class DrawdownIn(Strict):
    """A further amount paid out."""

    on: date | None = None
    after: Few | None = None
    amount: Number


class PrepaymentIn(Strict):
    """Principal paid ahead of time; without an amount the loan is settled."""

    on: date | None = None
    after: Few | None = None
    amount: Number | None = None
    effect: Literal["shorten", "lower"] = "shorten"
    fee: Number | None = None
    fee_percent: Number | None = None


class ExtensionIn(Strict):
    """More periods from the due date of a period on."""

    after: Few
    periods: Few
    annual_rate: Number | None = None


class OverdueIn(Strict):
    """What late payment costs; 150 is one and a half times the contract rate."""

    rate_share_percent: Number
    compound: bool = False
    grace_days: int = 0
    fee_percent: Number | None = None
    fee_least: Number | None = None
    days_a_year: Literal[360, 365] = 360


class ContingentIn(Strict):
    """A cost that arises only when something goes wrong."""

    name: Name
    standard: str = Field(max_length=200)
    collector: Name = ""


class TermsIn(Strict):
    """A loan's contract: exactly one of annual_rate, monthly_rate and daily_rate, in percent."""

    principal: Number
    periods: int = Field(ge=1, le=MOST_PERIODS)
    annual_rate: Number | None = None
    monthly_rate: Number | None = None
    daily_rate: Number | None = None
    method: str = Field("equal_instalment", max_length=40)
    start: date | None = None
    first_due: date | None = None
    due_day: int | None = Field(None, ge=1, le=31)
    every: int = Field(1, ge=1, le=3660)
    unit: Literal["month", "day"] = "month"
    day_count: Literal["monthly", "actual/360", "actual/365", "30/360"] = "monthly"
    rounded: bool = True
    first_interest: Literal["spread", "added"] = "spread"
    plan: list[Number] | None = Field(None, max_length=MOST_PERIODS)
    grace: Few = 0
    grace_interest: Literal["paid", "capitalised"] = "paid"
    fees: list[FeeIn] = Field(default_factory=list, max_length=50)
    rate_changes: list[RateChangeIn] = Field(default_factory=list, max_length=100)
    further_drawdowns: list[DrawdownIn] = Field(default_factory=list, max_length=100)
    prepayments: list[PrepaymentIn] = Field(default_factory=list, max_length=100)
    extensions: list[ExtensionIn] = Field(default_factory=list, max_length=20)
    overdue: OverdueIn | None = None
    contingent: list[ContingentIn] = Field(default_factory=list, max_length=50)
    lender: Name = ""


Years = Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)]
Flow = tuple[Annotated[Years | date, Field(union_mode="left_to_right")], Number]


class RatesIn(Strict):
    """Contract terms, or flows: (years or day, yuan) paid out and paid back."""

    terms: TermsIn | None = None
    drawdowns: list[Flow] | None = Field(None, max_length=1200)
    payments: list[Flow] | None = Field(None, max_length=1200)
    convention: Literal["effective-365", "nominal-monthly", "us-actuarial"] | None = None
    unit_period: str | None = Field(None, max_length=20)


class ScheduleIn(Strict):
    """Contract terms; what_if supposes one prepayment more, overdue_days that payments come so late."""

    terms: TermsIn
    what_if: PrepaymentIn | None = None
    overdue_days: int | None = Field(None, ge=0, le=36600)


class OfferIn(Strict):
    """An offer under a name."""

    name: Name = ""
    terms: TermsIn


class CompareIn(Strict):
    """Two offers."""

    a: OfferIn
    b: OfferIn


class ConvertIn(Strict):
    """A sentence with one price or several; periods where it names none."""

    quote: str = Field(min_length=1, max_length=2000)
    quote_periods: int | None = Field(None, ge=1, le=MOST_PERIODS)


class StatementIn(Strict):
    """Contract terms, and what the statement names besides; nothing is kept."""

    terms: TermsIn
    borrower: Name = ""
    product: Name = ""
    on: date | None = None


class RatesOut(Schema):
    """Both annual rates in percent, with labels, method and working; for terms also the cost and the schedule."""

    annual_effective: float
    annual_nominal: float
    labels: dict[str, str]
    method: str
    working: list[str]
    received: float | None = None
    paid: float | None = None
    total_cost: float | None = None
    interest_only: dict[str, float] | None = None
    items: list[dict[str, Any]] | None = None
    schedule: list[dict[str, Any]] | None = None


class ScheduleOut(RatesOut):
    """The schedule with its cost; what_if and overdue where they were asked for."""

    what_if: dict[str, Any] | None = None
    overdue: list[dict[str, Any]] | None = None


class CompareLine(Schema):
    """A figure of both offers; better is a, b or null."""

    label: str
    unit: str
    a: float
    b: float
    better: str | None


class CompareOut(Schema):
    """The answer in a sentence, the figures side by side, what to mind."""

    answer: str
    lines: list[CompareLine]
    notes: list[str]


class PriceOut(Schema):
    """A price found in the sentence: start and end in code points; rates null with the reason in `refused`."""

    text: str
    start: int
    end: int
    kind: str
    percent: float | None
    periods: int | None
    annual_effective: float | None
    annual_nominal: float | None
    labels: dict[str, str]
    working: list[str]
    refused: str


class ConvertOut(Schema):
    """All prices, and the sentence that says so where a stated annual rate contradicts them."""

    prices: list[PriceOut]
    contradiction: str | None


class StatementOut(Schema):
    """The statement of all costs as data, and as words to be read aloud."""

    lender: str
    borrower: str
    product: str
    on: date
    principal: float
    received: float
    repayment: str
    items: list[dict[str, Any]]
    total: float
    annual_effective: float
    annual_nominal: float
    labels: dict[str, str]
    method: str
    working: list[str]
    contingent: list[dict[str, str]]
    references: list[dict[str, Any]]
    notes: list[str]
    declaration: str
    spoken: str
    schedule: list[dict[str, Any]]
