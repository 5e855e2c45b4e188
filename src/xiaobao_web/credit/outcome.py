"""What asked terms come to: everything that the result shows, or the sentence that says why nothing can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.credit import read
from xiaobao.credit.compare import Offer, WhatIf, offer, what_if
from xiaobao.credit.overdue import Owed, owed
from xiaobao.credit.rates import two
from xiaobao.credit.references import MEASURES, PACKAGED, References, references
from xiaobao.credit.schedule import Row
from xiaobao.credit.statement import Statement, aloud, statement
from xiaobao.errors import InputError
from xiaobao_web.credit.asked import Asked, Problem

LONG = 120
"""Payments up to which a schedule is shown whole at once."""
A_YEAR = "year-"


def table() -> References:
    """Return the reference lines of this installation."""
    return references(Path(settings.CREDIT_REFERENCES) if settings.CREDIT_REFERENCES else PACKAGED)


@dataclass(frozen=True)
class Result:
    """A loan's figures as pages show them."""

    made: Offer
    stated: Statement
    what_if: WhatIf | None = None
    late: Owed | None = None

    @property
    def nominal(self) -> Decimal:
        """Return the simple rate in percent, two decimals."""
        return two(self.made.cost.rate.nominal_percent)

    @property
    def effective(self) -> Decimal:
        """Return the compound rate in percent, two decimals."""
        return two(self.made.cost.rate.effective_percent)

    @property
    def simple_how(self) -> str:
        """Return how the simple rate comes about, by the kind of flows."""
        plan = self.made.schedule
        if len(plan.rows) == 2:
            return _("利息与费用 ÷ 到手金额，按时间折成一年")
        return _("每期内部收益率 × 一年的期数") if plan.regular else _("折成的月利率 × 12")

    @property
    def compound_how(self) -> str:
        """Return how the compound rate comes about, by the kind of flows."""
        plan = self.made.schedule
        each = len(plan.rows) > 2 and plan.regular
        return _("每期内部收益率按复利滚一年") if each else _("按实际时间，利滚利满一年")

    @cached_property
    def interest_alone(self) -> tuple[Decimal, Decimal] | None:
        """Return both rates of interest alone where fees make a difference."""
        rate = self.made.cost.interest_rate
        return None if rate == self.made.cost.rate else (two(rate.nominal_percent), two(rate.effective_percent))

    @property
    def compared_by(self) -> str:
        """Return which rate is compared with the reference lines."""
        return MEASURES[table().compare]

    @property
    def spoken(self) -> str:
        """Return the statement as words to be read out."""
        return aloud(self.stated)

    @property
    def payments(self) -> str:
        """Return what one pays each time, in words."""
        rows = self.made.schedule.repayments
        first, last, largest = self.made.first_payment, rows[-1].payment, self.made.largest_payment
        if len(rows) == 1:
            return _("到期还 %s 元") % f"{last:,.2f}"
        if len({row.payment for row in rows[:-1]}) == 1 and largest - last < max(Decimal(1), largest / 100):
            return _("每次 %s 元") % f"{first:,.2f}"
        told = {"first": f"{first:,.2f}", "last": f"{last:,.2f}", "most": f"{largest:,.2f}"}
        if largest in (first, last):
            return _("首次 %(first)s 元，末次 %(last)s 元") % told
        return _("首次 %(first)s 元，末次 %(last)s 元，最多 %(most)s 元") % told


@dataclass(frozen=True)
class Outcome:
    """A result, or what is wrong."""

    asked: Asked
    result: Result | None = None
    problems: list[Problem] = field(default_factory=list)
    refused: str = ""

    @property
    def query(self) -> str:
        """Return the query that asks the same."""
        return self.asked.query


def of(asked: Asked) -> Outcome:
    """Return what comes of asked terms."""
    if not asked.valid:
        return Outcome(asked, problems=asked.problems)
    try:
        return Outcome(asked, result_of(asked.terms(), supposed=asked.what_if(), days_late=asked.days_late))
    except InputError as error:
        return Outcome(asked, refused=error.message)


def result_of(
    obj: dict[str, Any], *, supposed: dict[str, Any] | None = None, days_late: int | None = None,
    on: date | None = None, borrower: str = "", product: str = "",
) -> Result:  # fmt: skip
    """Return what terms of the engine's JSON come to; raises InputError."""
    terms = read.terms(obj)
    made = offer(terms)
    day = on or terms.start or timezone.localdate()
    stated = statement(terms, on=day, table=table(), borrower=borrower, product=product or _("个人贷款"))
    whether = what_if(terms, read.prepayment(supposed, _("如果提前还款"))) if supposed else None
    first = next((row.number for row in made.schedule.rows if row.kind == "instalment"), 1)
    late = owed(made.schedule, first, days=days_late) if days_late else None
    return Result(made, stated, whether, late)


@dataclass(frozen=True)
class Shown:
    """A part of a schedule: its rows, the choices of other parts, how many rows there are."""

    rows: Sequence[tuple[Row, Decimal]]
    choices: list[tuple[str, str, bool]]
    total: int


def part_of(rows: Sequence[Row], wanted: str) -> Shown:
    """Return the wanted rows of a schedule: a year's, those with charges, or all; a long one begins with a year."""
    years = _years(rows)
    if len(years) == 1:
        years = {}
    charged = [row for row in rows if row.charges]
    parts: dict[str, tuple[str, Sequence[Row]]] = {"all": (_("全部 %d 行") % len(rows), rows)}
    parts |= {f"{A_YEAR}{key}": (label, found) for key, (label, found) in years.items()}
    if charged and len(charged) < len(rows):
        parts["charged"] = (_("只看有费用的 %d 行") % len(charged), charged)
    if wanted not in parts:
        wanted = "all" if len(rows) <= LONG or not years else f"{A_YEAR}{next(iter(years))}"
    chosen = parts[wanted][1]
    choices = [(key, label, key == wanted) for key, (label, _found) in parts.items()]
    return Shown([(row, sum((c.amount for c in row.charges), Decimal(0))) for row in chosen], choices, len(rows))


def _years(rows: Sequence[Row]) -> dict[int, tuple[str, list[Row]]]:
    """Return rows by their calendar year, or by twelve periods where there are no dates."""
    found: dict[int, tuple[str, list[Row]]] = {}
    for row in rows:
        number = row.due.year if row.due else max(0, row.number - 1) // 12 + 1
        label = _("%d 年") % number if row.due else _("第 %(a)d—%(b)d 期") % {"a": number * 12 - 11, "b": number * 12}
        found.setdefault(number, (label, []))[1].append(row)
    return found
