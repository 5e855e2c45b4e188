"""等额本金: the same principal every period, interest on what is still owed."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

from xiaobao.credit.methods.method import Method, State, register


def principal_due(state: State) -> Decimal:
    """Return the balance divided by the periods left, kept until something changes."""
    if state.kept is None:
        state.kept = state.balance / state.remaining
    return state.kept


def periods_left(state: State) -> int:
    """Return how many parts as large as the one kept close the balance, at most those left."""
    if not state.kept:
        return state.remaining
    parts = (state.balance / state.kept - Decimal("1e-9")).to_integral_value(ROUND_CEILING)
    return max(1, min(state.remaining, int(parts)))


register(Method("equal_principal", "等额本金", principal_due, periods_left))
