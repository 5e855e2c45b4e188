"""What a loan costs in all: rates with and without fees, and where each yuan goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from xiaobao.credit.fees import Charge
from xiaobao.credit.rates import AnnualRate, from_dates, from_flows, from_single
from xiaobao.credit.schedule import Row, Schedule
from xiaobao.credit.terms import FEE_KINDS, FeeKind
from xiaobao.errors import InputError

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of charge of a loan: what it comes to in yuan, and its own annual rate as if it were the only one.

    rate is None where the item has none of its own, as when it costs nothing.
    """

    name: str
    kind: FeeKind
    collector: str
    amount: Decimal
    compulsory: bool
    rate: AnnualRate | None


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a loan: received and paid in yuan, what is charged, and both annual rates of everything compulsory.

    received is what reaches the borrower, less what is deducted or paid at once; paid is every later payment, optional
    charges left out. interest_rate counts interest alone.
    """

    received: Decimal
    paid: Decimal
    items: tuple[Item, ...]
    rate: AnnualRate
    interest_rate: AnnualRate

    @property
    def total(self) -> Decimal:
        """Return interest and compulsory charges together, in yuan."""
        return sum((item.amount for item in self.items if item.compulsory), ZERO)


def cost(plan: Schedule) -> Cost:
    """Return what a schedule costs; each fee's own rate included."""
    groups = _groups(plan)
    interest = rate_of(plan, lambda row: row.interest)
    items = [Item(FEE_KINDS["interest"], "interest", plan.terms.lender, plan.interest, True, interest)]
    items += [_item(plan, key, amount) for key, amount in groups.items()]
    rate = rate_of(plan, _all_in) if any(item.compulsory for item in items[1:]) else interest
    received, paid = _sums(plan)
    return Cost(received, paid, tuple(items), rate, interest)


def both_rates(plan: Schedule) -> tuple[AnnualRate, AnnualRate]:
    """Return the annual rate with all compulsory charges and that of interest alone."""
    interest = rate_of(plan, lambda row: row.interest)
    charged = any(charge.compulsory for charge in plan.charges)
    return (rate_of(plan, _all_in) if charged else interest), interest


def rate_of(plan: Schedule, charged: Callable[[Row], Decimal]) -> AnnualRate:
    """Return the annual rate where each row costs its principal and what `charged` says.

    Equal periods give the internal rate of return of a period; a single payment the rate of its term; anything else
    the rate by actual days.
    """
    flows = [-(row.principal + charged(row)) for row in plan.rows]
    terms = plan.terms
    if len(plan.rows) == 2 and plan.rows[1].kind == "instalment":
        if terms.start is not None and not (plan.regular and terms.day_count in ("monthly", "30/360")):
            years = Decimal((plan.days[1] - plan.days[0]).days) / 365
        else:
            years = plan.rows[1].number / terms.per_year
        return from_single(flows[0], -flows[1], years)
    if plan.regular:
        periods = [ZERO] * (plan.rows[-1].number + 1)
        for row, flow in zip(plan.rows, flows, strict=True):
            periods[row.number] += flow
        return from_flows(periods[0], [-p for p in periods[1:]], per_year=float(terms.per_year))
    if terms.start is None:
        raise InputError("期中发生的变动，需要放款日（start）才能折算年化", code="input.terms")
    return from_dates(list(zip(plan.days, flows, strict=True)))


def _all_in(row: Row) -> Decimal:
    return row.interest + sum((charge.amount for charge in row.charges if charge.compulsory), ZERO)


Key = tuple[str, FeeKind, str, bool]


def _key(charge: Charge) -> Key:
    return charge.name, charge.kind, charge.collector, charge.compulsory


def _groups(plan: Schedule) -> dict[Key, Decimal]:
    found: dict[Key, Decimal] = {}
    for charge in plan.charges:
        found[_key(charge)] = found.get(_key(charge), ZERO) + charge.amount
    return found


def _item(plan: Schedule, key: Key, amount: Decimal) -> Item:
    def charged(row: Row) -> Decimal:
        return sum((charge.amount for charge in row.charges if _key(charge) == key), ZERO)

    name, kind, collector, compulsory = key
    return Item(name, kind, collector, amount, compulsory, rate_of(plan, charged) if amount else None)


def _sums(plan: Schedule) -> tuple[Decimal, Decimal]:
    """Return what the borrower receives and pays, optional charges left out."""
    received = paid = ZERO
    for row in plan.rows:
        amount = row.principal + _all_in(row)
        if row.kind == "drawdown":
            received -= amount
        else:
            paid += amount
    return received, paid
