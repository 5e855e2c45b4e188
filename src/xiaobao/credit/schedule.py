"""The repayment schedule of a contract: what is paid when, and what is still owed.

Interest accrues on what is owed, day by day or month by month as the contract counts, and is rounded once a row; the
last payment closes the loan, so that principal adds up to what was lent and the balance ends at zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from xiaobao.credit.fees import Charge, at_drawdown, of_period, of_prepayment
from xiaobao.credit.methods import Method, State, method
from xiaobao.credit.periods import basis, days_between, due_dates, regular_first, year_part
from xiaobao.credit.terms import At, Drawdown, Extension, Prepayment, RateChange, Terms, cent
from xiaobao.errors import InputError

Kind = Literal["drawdown", "instalment", "prepayment"]
Change = RateChange | Drawdown | Prepayment
ZERO = Decimal(0)


class Row(NamedTuple):
    """One payment in yuan: payment is principal, interest and charges; a drawdown's is negative, to the borrower.

    number is the period, 0 the first drawdown; due None where the loan has no dates. An instalment whose interest is
    capitalised has negative principal.
    """

    number: int
    due: date | None
    kind: Kind
    opening: Decimal
    principal: Decimal
    interest: Decimal
    charges: tuple[Charge, ...]
    payment: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Schedule:
    """All rows of a loan in order, with the terms they come from.

    days holds each row's date, dated or not; regular tells that every row falls on the end of an equal period.
    """

    terms: Terms
    rows: tuple[Row, ...]
    days: tuple[date, ...]
    regular: bool

    @property
    def repayments(self) -> tuple[Row, ...]:
        """Return the rows in which the borrower pays."""
        return tuple(row for row in self.rows if row.kind != "drawdown")

    @property
    def drawn(self) -> Decimal:
        """Return all principal paid out, in yuan, before anything is deducted from it."""
        return -sum((row.principal for row in self.rows if row.kind == "drawdown"), ZERO)

    @property
    def interest(self) -> Decimal:
        """Return all contract interest, in yuan."""
        return sum((row.interest for row in self.rows), ZERO)

    @property
    def charges(self) -> tuple[Charge, ...]:
        """Return every charge of every row."""
        return tuple(charge for row in self.rows for charge in row.charges)


def schedule(terms: Terms) -> Schedule:
    """Return the schedule of a contract; terms that contradict each other raise InputError."""
    try:
        return _Run(terms).result()
    except ArithmeticError as error:
        raise InputError("按这些条款算出的金额过大", code="input.terms") from error


class _Run:
    """A loan on its way through its periods."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.method = method(terms.method)
        self.last = terms.periods + sum(e.periods for e in terms.extensions)
        self.dates = due_dates(terms, self.last)
        self.parts = self._parts()
        self.rate = terms.annual_percent / 100
        plan = list(_plan(terms, self.method))
        self.state = State(ZERO, terms.principal, plan, kept=None if self.method.levels else ZERO)
        self.last = terms.periods
        self.usual = Decimal(terms.every) / (12 if terms.unit == "month" else basis(terms.day_count))
        self.added = terms.first_interest == "added" and not regular_first(terms, self.dates)
        self.changes = self._changes()
        self.rows: list[Row] = []
        self.days: list[date] = []
        self.unpaid = ZERO
        self.regular = regular_first(terms, self.dates)

    def _parts(self) -> list[Decimal]:
        """Return the year fraction of each period, from index 1."""
        terms, first = self.terms, year_part(self.terms, self.dates, 1)
        if terms.day_count == "monthly":
            return [ZERO, first, *[Decimal(terms.every) / 12] * (self.last - 1)]
        return [ZERO, first, *(year_part(terms, self.dates, k) for k in range(2, self.last + 1))]

    def _changes(self) -> list[tuple[date, int, Change]]:
        """Return what happens on the way, with its day, in order; on one day rates first and prepayments last."""
        terms = self.terms
        kinds: tuple[Sequence[Change], ...] = (
            (*terms.rate_changes, *(_repriced(e) for e in terms.extensions if e.annual_percent is not None)),
            terms.drawdowns, terms.prepayments,
        )  # fmt: skip
        found = [(self._day(change.at), order, change) for order, kind in enumerate(kinds) for change in kind]
        return sorted(found, key=lambda x: x[:2])

    def _day(self, at: At) -> date:
        if at.on is not None:
            return at.on
        if at.after is None or not 0 <= at.after < len(self.dates):
            raise InputError(f"变动的期次应在 0 到 {len(self.dates) - 1} 之间，实为 {at.after}", code="input.terms")
        return self.dates[at.after]

    def result(self) -> Schedule:
        """Go through the periods and return the schedule."""
        self._row(0, self.dates[0], "drawdown", -self.terms.principal, ZERO, at_drawdown(self.terms))
        self._extend(0)
        self._happen_until(self.dates[0], 0, ZERO)
        number = 1
        while number <= self.last and (self.state.balance > 0 or self._draws_later()):
            self._period(number)
            number += 1
        if self._draws_later() or self.state.balance > 0:
            raise InputError("有一笔提款不早于最后一个还款日", code="input.terms")
        if any(isinstance(change, Prepayment) for _, _, change in self.changes):
            raise InputError("提前还款时贷款已经还清", code="input.terms")
        return Schedule(self.terms, tuple(self.rows), tuple(self.days), self.regular)

    def _draws_later(self) -> bool:
        return any(isinstance(change, Drawdown) for _, _, change in self.changes)

    def _extend(self, after: int) -> None:
        for extension in self.terms.extensions:
            if extension.after == after:
                self.last += extension.periods
                self.state.kept = None

    def _period(self, number: int) -> None:
        """Accrue to the due date, with what happens on the way, and pay what falls due."""
        state, start, end = self.state, self.dates[number - 1], self.dates[number]
        state.number, state.remaining = number, self.last - number + 1
        accrued, self.unpaid = self.unpaid, ZERO
        at = start
        while self.changes and self.changes[0][0] < end:
            day, _, change = self.changes.pop(0)
            accrued += self._accrual(number, at, day)
            at = day
            accrued = self._happen(change, day, number, accrued)
            self.regular = self.regular and isinstance(change, RateChange)
        accrued += self._accrual(number, at, end)
        final = number >= self._final(number)
        if not self.method.settles_at_end or final:
            self._pay(number, accrued, closing=final, whole=at == start)
            accrued = ZERO
        self._extend(number)
        self._happen_until(end, number, accrued)

    def _final(self, number: int) -> int:
        """Return the last period, with an extension agreed for this due date counted in."""
        return self.last + sum(e.periods for e in self.terms.extensions if e.after == number)

    def _accrual(self, number: int, start: date, end: date) -> Decimal:
        """Return the unrounded interest from one day to another within a period."""
        base = self.state.drawn if self.method.on_drawn else self.state.balance
        first, last = self.dates[number - 1], self.dates[number]
        if start == first and end == last:
            return base * self.rate * self.parts[number]
        if self.terms.day_count == "monthly":
            share = Decimal((end - start).days) / (last - first).days
            return base * self.rate * self.parts[number] * share
        days = days_between(start, end, self.terms.day_count)
        return base * self.rate * days / basis(self.terms.day_count)

    def _pay(self, number: int, accrued: Decimal, *, closing: bool, whole: bool) -> None:
        """Write the row of a due date; whole tells that nothing happened within the period."""
        state, terms = self.state, self.terms
        if state.balance == 0 and accrued == 0:
            return
        interest = self._round(accrued)
        state.regular = state.balance * self.rate * self.usual if number == 1 and self.added and whole else interest
        if closing:
            principal = state.balance
        elif number == self.last:
            # Only an agreed extension keeps the last period from closing the loan: its principal is put off.
            principal = ZERO
        elif number <= terms.grace:
            principal = -interest if terms.grace_interest == "capitalised" else ZERO
        else:
            state.factors = lambda: self._factors(number, accrued)
            principal = min(state.balance, self._instalment())
        closing = closing or principal == state.balance
        charges = of_period(terms, number, state.balance, state.drawn, closing=closing)
        self._row(number, self.dates[number], "instalment", principal, interest, charges)

    def _instalment(self) -> Decimal:
        state = self.state
        fresh = state.kept is None
        principal = self.method.principal_due(state)
        if fresh and self.terms.rounded and state.kept is not None:
            # The instalment itself is a sum of money: rounded once, so that all but the last are alike.
            state.kept = cent(state.kept)
            principal = self.method.principal_due(state)
        return self._round(principal)

    def _factors(self, number: int, accrued: Decimal) -> Sequence[Decimal]:
        """Return the accrual of this period and the later ones, as far as today's rate tells."""
        later = [part * self.rate for part in self.parts[number + 1 : self.last + 1]]
        if number == 1 and self.added:
            return [self.usual * self.rate, *later]
        return [accrued / self.state.balance, *later]

    def _happen_until(self, day: date, number: int, accrued: Decimal) -> None:
        """Let happen what is agreed for a due date, after its payment; carry interest still unpaid on."""
        while self.changes and self.changes[0][0] <= day:
            accrued = self._happen(self.changes.pop(0)[2], day, number, accrued)
        self.unpaid = accrued

    def _happen(self, change: Change, day: date, number: int, accrued: Decimal) -> Decimal:
        """Carry out one change and return the interest accrued and still unpaid."""
        if isinstance(change, Prepayment):
            return self._prepay(change, day, number, accrued)
        if isinstance(change, RateChange):
            self.rate = change.annual_percent / 100
        else:
            self.state.drawn += change.amount
            self._row(number, day, "drawdown", -change.amount, ZERO, ())
        if self.method.levels:
            self.state.kept = None
        return accrued

    def _prepay(self, change: Prepayment, day: date, number: int, accrued: Decimal) -> Decimal:
        state = self.state
        if state.balance == 0:
            raise InputError("提前还款时贷款已经还清", code="input.terms")
        amount = state.balance if change.amount is None else change.amount
        if amount > state.balance:
            raise InputError(f"提前还款 {amount:.2f} 元超过剩余本金 {state.balance:.2f} 元", code="input.terms")
        whole = amount == state.balance
        interest = self._round(accrued if whole else accrued * amount / state.balance)
        self._row(number, day, "prepayment", amount, interest, of_prepayment(change, amount))
        if not whole:
            self._shorten(change, number)
        return ZERO if whole else accrued - interest

    def _shorten(self, change: Prepayment, number: int) -> None:
        """Keep the instalment and end earlier, or keep the term and reckon the instalment anew."""
        state = self.state
        if change.effect == "lower" or number < self.terms.grace or state.kept is None:
            state.kept = None
            return
        done = number if self.days[-1] == self.dates[number] else number - 1
        state.number, state.remaining = done, self.last - done
        state.factors = lambda: [part * self.rate for part in self.parts[done + 1 : self.last + 1]]
        if not self._draws_later():
            self.last = done + max(1, self.method.periods_left(state))

    def _row(
        self, number: int, day: date, kind: Kind, principal: Decimal, interest: Decimal,
        charges: tuple[Charge, ...],
    ) -> None:  # fmt: skip
        state = self.state
        opening, state.balance = state.balance, state.balance - principal
        payment = principal + interest
        for charge in charges:
            payment += charge.amount
        due = day if self.terms.start else None
        self.days.append(day)
        self.rows.append(Row(number, due, kind, opening, principal, interest, charges, payment, state.balance))

    def _round(self, amount: Decimal) -> Decimal:
        return cent(amount) if self.terms.rounded else amount


def _repriced(extension: Extension) -> RateChange:
    return RateChange(At(after=extension.after), extension.annual_percent or ZERO)


def _plan(terms: Terms, way: Method) -> tuple[Decimal, ...]:
    """Return the plan of a method that needs one; where it does not add up to the principal raise InputError."""
    if way.levels:
        return ()
    if len(terms.plan) != terms.periods:
        raise InputError(f"还款计划应有 {terms.periods} 期，实有 {len(terms.plan)} 期", code="input.terms")
    if any(not part.is_finite() or part < 0 for part in terms.plan):
        raise InputError("还款计划中有负数或无效的本金", code="input.terms")
    total = sum(terms.plan, ZERO)
    drawn = terms.principal + sum((d.amount for d in terms.drawdowns), ZERO)
    if total != drawn:
        raise InputError(f"还款计划的本金合计 {total:f} 元，与借款本金 {drawn:f} 元不符", code="input.terms")
    return terms.plan


__all__ = ["Row", "Schedule", "schedule"]
