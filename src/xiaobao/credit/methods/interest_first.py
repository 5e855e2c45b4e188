"""先息后本: interest every period, the principal with the last."""

from __future__ import annotations

from decimal import Decimal

from xiaobao.credit.methods.method import Method, State, register, unchanged


def principal_due(_state: State) -> Decimal:
    """Return nothing: the last period closes the loan."""
    return Decimal(0)


register(Method("interest_first", "先息后本／按期付息到期还本", principal_due, unchanged))
