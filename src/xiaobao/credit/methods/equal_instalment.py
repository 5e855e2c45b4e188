"""等额本息: every instalment the same, principal is what interest leaves of it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from xiaobao.credit.methods.method import Method, State, register


def level(balance: Decimal, factors: Sequence[Decimal]) -> Decimal:
    """Return the payment that closes a balance over periods of the given accrual factors: B ÷ Σ Π 1/(1+f)."""
    discount, worth = Decimal(1), Decimal(0)
    for factor in factors:
        discount /= 1 + factor
        worth += discount
    return balance / worth


def principal_due(state: State) -> Decimal:
    """Return the level payment less the period's regular interest."""
    if state.kept is None:
        state.kept = level(state.balance, state.factors())
    return max(Decimal(0), state.kept - state.regular)


def periods_left(state: State) -> int:
    """Return how many instalments as large as the one kept close the balance, at most those left."""
    if state.kept is None:
        return state.remaining
    balance, factors = state.balance, state.factors()
    for count, factor in enumerate(factors, 1):
        balance = balance * (1 + factor) - state.kept
        if balance <= 0:
            return count
    return state.remaining


register(Method("equal_instalment", "等额本息", principal_due, periods_left))
