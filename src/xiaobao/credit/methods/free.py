"""自由还款计划: the principal of each period as the contract lists it."""

from __future__ import annotations

from decimal import Decimal

from xiaobao.credit.methods.method import Method, State, register


def principal_due(state: State) -> Decimal:
    """Return the plan's principal, scaled to the balance where the plan no longer fits it.

    kept None asks for a fresh fit, any other value leaves the plan as it is.
    """
    left = state.plan[state.number - 1 :]
    if state.kept is None:
        planned = sum(left, Decimal(0))
        scale = state.balance / planned if planned else Decimal(1)
        if abs(planned - state.balance) > Decimal("0.005"):
            state.plan[state.number - 1 :] = [part * scale for part in left]
        state.kept = Decimal(0)
    return state.plan[state.number - 1] if state.number <= len(state.plan) else Decimal(0)


def periods_left(state: State) -> int:
    """Return how many of the plan's next periods cover the balance."""
    owed = state.balance
    for count, part in enumerate(state.plan[state.number :], 1):
        owed -= part
        if owed <= 0:
            return min(count, state.remaining)
    return state.remaining


register(Method("free", "自由还款计划／约定还款计划", principal_due, periods_left, levels=False))
