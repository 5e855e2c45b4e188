"""Terms of products as comparable ranges: days with days, months with years."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xiaobao.text.values import Value

_MONTHS = {"month": Decimal(1), "quarter": Decimal(3), "year": Decimal(12), "instalment": Decimal(1)}
_DAYS = {"day": Decimal(1), "week": Decimal(7)}
_DAYS_A_MONTH = Decimal("30.4375")
NEAR = Decimal("0.1")
"""Days and months are compared within a tenth: 一年 may be 360 or 365 days."""


@dataclass(frozen=True)
class Term:
    """A term from low to high, in days or in months; a bound that is open is None."""

    low: Decimal | None
    high: Decimal | None
    unit: str

    @classmethod
    def of(cls, value: Value) -> Term | None:
        """Return the term of a duration; None for hours, working days and the like."""
        unit, factor = ("month", _MONTHS[value.unit]) if value.unit in _MONTHS else ("day", _DAYS.get(value.unit))
        if factor is None or not isinstance(value.value, Decimal):
            return None
        if value.lower is None and value.upper is None:
            return cls(value.value * factor, value.value * factor, unit)
        low, high = (None if bound is None else bound * factor for bound in (value.lower, value.upper))
        return cls(low, high, unit)

    def in_days(self) -> Term:
        """Return the term in days; months count 30.4375."""
        if self.unit == "day":
            return self
        low, high = (None if bound is None else bound * _DAYS_A_MONTH for bound in (self.low, self.high))
        return Term(low, high, "day")

    def differs(self, known: Term) -> bool:
        """Tell whether this term leaves the known one."""
        if self.unit == known.unit:
            return self._leaves(known, Decimal(0))
        return self.in_days()._leaves(known.in_days(), NEAR)

    def _leaves(self, known: Term, slack: Decimal) -> bool:
        below = self.low is not None and known.low is not None and self.low < known.low * (1 - slack)
        above = self.high is not None and known.high is not None and self.high > known.high * (1 + slack)
        return below or above


def term_of(text: str) -> Term | None:
    """Return the term a field holds (180天, 1-5年, 36个月以内); None where it is not one range."""
    from xiaobao.text.values import values

    found = [term for value in values(text) if value.kind == "duration" and (term := Term.of(value)) is not None]
    if not found or len({term.unit for term in found}) > 1:
        return None
    lows, highs = [t.low for t in found], [t.high for t in found]
    low = None if None in lows else min(v for v in lows if v is not None)
    high = None if None in highs else max(v for v in highs if v is not None)
    return Term(low, high, found[0].unit)
