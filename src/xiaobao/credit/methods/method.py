"""What a way of repaying is: how much principal falls due, given where the loan stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from xiaobao.errors import InputError


@dataclass(slots=True)
class State:
    """Where a loan stands at a due date, in yuan.

    regular is the interest of the period that an instalment reckons with. number counts periods from 1,
    remaining those left, this one included. factors gives the accrual of this and each later period, as known today.
    kept is what the method keeps from period to period; None asks it to reckon anew. drawn is all principal paid out.
    """

    balance: Decimal
    drawn: Decimal
    plan: list[Decimal]
    number: int = 0
    remaining: int = 0
    regular: Decimal = Decimal(0)
    factors: Callable[[], Sequence[Decimal]] = field(default=lambda: ())
    kept: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """A way of repaying: its names, the principal due, and how many periods a kept instalment still takes.

    on_drawn tells that interest is charged on all that was paid out, not on what is still owed; settles_at_end that
    interest is paid with the last period only; levels that instalments follow from balance and rate, not from a plan.
    """

    name: str
    label: str
    principal_due: Callable[[State], Decimal]
    periods_left: Callable[[State], int]
    on_drawn: bool = False
    settles_at_end: bool = False
    levels: bool = True


METHODS: dict[str, Method] = {}


def register(made: Method) -> Method:
    """Add a method to those known by name."""
    METHODS[made.name] = made
    return made


def method(name: str) -> Method:
    """Return the method of a name, English or Chinese; an unknown one is an InputError that lists all."""
    found = METHODS.get(name) or next((m for m in METHODS.values() if name in m.label.split("／")), None)
    if found is None:
        known = "、".join(f"{m.name}（{m.label}）" for m in METHODS.values())
        raise InputError(f"没有还款方式“{name}”；可用：{known}", code="input.terms")
    return found


def unchanged(state: State) -> int:
    """Return the periods left as they are: where no instalment of principal can be kept."""
    return state.remaining
