"""The unit-period method: 12 CFR 1026 (Regulation Z), Appendix J.

Amounts are discounted over whole unit periods by compound interest and over a fraction of one by simple interest:
Σ advance ÷ ((1 + e·i)(1 + i)^q) = Σ payment ÷ ((1 + f·i)(1 + i)^t); the annual rate is i × unit periods a year.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from xiaobao.credit.periods import add_months
from xiaobao.credit.rates import AnnualRate, from_periodic
from xiaobao.credit.solve import Array, changes, check, merged, only_zero
from xiaobao.errors import InputError

Unit = Literal["day", "week", "semimonth", "month", "year", "term"]
_NAMES = {"quarter": "3months", "halfyear": "6months", "fortnight": "2weeks", "biweek": "2weeks"}
_UNIT = re.compile(r"(?P<count>[1-9]\d?)?(?P<unit>day|week|semimonth|month|year|term)s?")
_SHORT = {"day": 365, "week": 52, "semimonth": 24, "month": 12, "year": 1}


@dataclass(frozen=True, slots=True)
class UnitPeriod:
    """A unit period: so many days, weeks, months, half a month, a year, or the loan's whole term."""

    unit: Unit
    count: int = 1

    @property
    def per_year(self) -> float:
        """Return the unit periods of a year: 365 days, 52 weeks, 24 half months, 12 months."""
        if self.unit == "term":
            raise InputError("以全部期限为单位期间时，应先给出期限", code="input.unit")
        return _SHORT[self.unit] / self.count


def unit_period(text: str) -> UnitPeriod:
    """Return the unit period written as month, semimonth, 2weeks, quarter, year, term …; else InputError."""
    plain = re.sub(r"[\s_-]", "", text.lower())
    match = _UNIT.fullmatch(_NAMES.get(plain, plain))
    if match is None or (match["count"] and match["unit"] in ("semimonth", "year", "term")):
        raise InputError(
            f"没有单位期间“{text}”；可用 day、week、2weeks、semimonth、month、2months、quarter、year、term",
            code="input.unit",
        )
    unit: Unit = match["unit"]  # type: ignore[assignment]
    count = int(match["count"] or 1)
    if unit == "month" and count > 11:
        raise InputError("单位期间最长一年：超过11个月请写 year", code="input.unit")
    return UnitPeriod(unit, count)


def units_between(start: date, end: date, period: UnitPeriod) -> tuple[int, float]:
    """Return whole unit periods and the fraction of one between two dates, counted back from the later (J(b)(5))."""
    days = (end - start).days
    if period.unit in ("day", "week"):
        length = period.count * (7 if period.unit == "week" else 1)
        return days // length, days % length / length
    months = (end.year - start.year) * 12 + end.month - start.month
    months -= add_months(end, -months) < start
    rest = (add_months(end, -months) - start).days
    if period.unit == "month" and period.count == 1:
        return months, rest / 30
    if period.unit == "year":
        return months // 12, months % 12 / 12 if rest == 0 else (
            add_months(end, -(months // 12) * 12) - start
        ).days / 365
    length = 15 if period.unit == "semimonth" else 30 * period.count
    whole = months * 30 + rest
    return whole // length, whole % length / length


def from_dated(
    drawdowns: Sequence[tuple[date, float]], payments: Sequence[tuple[date, float]], unit: str
) -> AnnualRate:
    """Return the annual rate of dated advances and payments in yuan by the unit-period method."""
    period = unit_period(unit)
    origin = min(day for day, _ in (*drawdowns, *payments))
    if period.unit == "term":
        return _single(drawdowns, payments)
    places = [(*units_between(origin, day, period), amount) for day, amount in drawdowns]
    places += [(*units_between(origin, day, period), -amount) for day, amount in payments]
    return from_units(places, period.per_year, unit)


def from_units(places: Sequence[tuple[int, float, float]], per_year: float, unit: str) -> AnnualRate:
    """Return the annual rate of (whole units, fraction, amount to the borrower); the nominal one is the method's."""
    whole, part, flows = _by_place(places)
    check(flows)
    # Between unit periods the discount is no power: only changes of sign in time's order tell that the rate is single.
    _, ordered = merged([float(w + p) for w, p in zip(whole, part, strict=True)], list(flows))

    def worth(logs: Array) -> Array:
        rates = np.expm1(logs)
        discount = np.exp(-np.outer(logs, whole)) / (1 + np.outer(rates, part))
        return np.asarray(discount @ flows, dtype=np.float64)

    rate = float(np.expm1(only_zero(worth, ordered if changes(ordered) else flows)))
    working = (f"单位期间 {unit}，每年 {per_year:g} 个；每个单位期间的利率 {rate * 100:.6f}%",)
    return from_periodic(
        rate, per_year, "单位期间精算法", working=working, assumptions=("不足一个单位期间的部分按单利",)
    )


def _by_place(places: Sequence[tuple[int, float, float]]) -> tuple[Array, Array, Array]:
    total: dict[tuple[int, float], float] = {}
    for whole, part, amount in places:
        total[whole, part] = total.get((whole, part), 0.0) + amount
    order = sorted(total)
    return np.array([w for w, _ in order]), np.array([p for _, p in order]), np.array([total[k] for k in order])


def _single(drawdowns: Sequence[tuple[date, float]], payments: Sequence[tuple[date, float]]) -> AnnualRate:
    """Return the rate of one advance and one payment within a year, whose term is the unit period (J(c)(5))."""
    if len(drawdowns) != 1 or len(payments) != 1:
        raise InputError("以全部期限为单位期间，只适用于一次放款、一次还款", code="input.unit")
    (start, received), (end, paid) = drawdowns[0], payments[0]
    if not start < end <= add_months(start, 12) or received <= 0:
        raise InputError("以全部期限为单位期间，期限应在一年以内", code="input.unit")
    months = (end.year - start.year) * 12 + end.month - start.month
    whole = add_months(end, -months) == start and months > 0
    per_year = 12 / months if whole else 365 / (end - start).days
    return from_units([(0, 0.0, received), (1, 0.0, -paid)], per_year, "term")
