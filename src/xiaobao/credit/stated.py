"""An annual rate that a text states, beside what the prices in the same text come to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from xiaobao.credit.quotes import Quote, annualise, parse_quotes
from xiaobao.credit.rates import AnnualRate, two
from xiaobao.errors import InputError


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A stated annual rate and a price of the same text that comes to another, by both ways of counting."""

    stated: Quote
    price: Quote
    rate: AnnualRate

    @property
    def sentence(self) -> str:
        """Return in Chinese what was stated, what the price comes to, and how."""
        return (
            f"按“{self.price.text}”折算：单利 {two(self.rate.nominal_percent)}%、"
            f"复利 {two(self.rate.effective_percent)}%，与所写 {self.stated.percent}% 不符"
        )


def mismatch(text: str, tolerance: Decimal = Decimal("0.3")) -> Mismatch | None:
    """Return the mismatch of a text's only annual rate with its prices, None where one agrees or nothing compares.

    tolerance is in percentage points. Texts with several annual rates are left alone: which price belongs to which is
    a guess. Fees without a number of instalments cannot be compared.
    """
    quotes = parse_quotes(text)
    stated = [quote for quote in quotes if quote.kind == "annual_rate" and quote.percent is not None]
    if len(stated) != 1:
        return None
    found: Mismatch | None = None
    for price in quotes:
        if price.kind == "annual_rate":
            continue
        try:
            rate = annualise(price)
        except InputError:
            continue
        percent = stated[0].percent or Decimal(0)
        if any(_agrees(percent, each, tolerance) for each in (rate, *_on_principal(price))):
            return None
        found = found or Mismatch(stated[0], price, rate)
    return found


def _on_principal(price: Quote) -> list[AnnualRate]:
    """Return what a monthly price comes to if it is charged on the original principal: 每万元每月58元 may mean that."""
    if price.kind != "monthly_rate" or not price.periods:
        return []
    return [annualise(replace(price, kind="periodic_fee"))]


def _agrees(percent: Decimal, rate: AnnualRate, tolerance: Decimal) -> bool:
    """Tell whether a rate may have been meant: compounding less often than we do gives figures between both of ours."""
    return rate.nominal_percent - tolerance <= percent <= rate.effective_percent + tolerance
