"""Prices as people quote them, each turned into both annual rates with the working."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.credit.quotes import Quote, annualise, parse_quotes
from xiaobao.credit.rates import AnnualRate, two
from xiaobao.credit.stated import Mismatch, mismatch
from xiaobao.errors import InputError
from xiaobao_web.credit.entering import Count, LoanForm

EXAMPLES = (
    "日息万五",
    "月费率0.6%，分12期",
    "每万元每天2元",
    "月息1分2厘",
    "12期手续费率合计7.2%",
    "借1万元分12期，每期还920元",
)
KINDS = {
    "daily_rate": gettext_lazy("日利率"), "monthly_rate": gettext_lazy("月利率，按剩余本金"),
    "annual_rate": gettext_lazy("年利率"), "periodic_fee": gettext_lazy("每期费率，按初始本金"),
    "total_fee": gettext_lazy("总费率，按初始本金"), "repayment": gettext_lazy("本金与每期还款额"),
}  # fmt: skip
MOST = 2000


class QuoteForm(LoanForm):
    """A sentence with prices in it."""

    quote = forms.CharField(label=gettext_lazy("报价原话"), max_length=MOST, widget=forms.Textarea(attrs={"rows": 3}))
    quote_periods = Count(
        label=gettext_lazy("分几期"), required=False, min_value=1, max_value=1200,
        help_text=gettext_lazy("话里没说期数时填写"),
    )  # fmt: skip


@dataclass(frozen=True)
class Converted:
    """One price: what was said, what kind of price it is, its rates or why there are none."""

    quote: Quote
    rate: AnnualRate | None
    refused: str = ""

    @property
    def kind(self) -> str:
        """Return the kind of price in words."""
        return str(KINDS[self.quote.kind])

    @property
    def nominal(self) -> str:
        """Return the simple rate."""
        return f"{two(self.rate.nominal_percent)}%" if self.rate else ""

    @property
    def effective(self) -> str:
        """Return the compound rate."""
        return f"{two(self.rate.effective_percent)}%" if self.rate else ""

    @property
    def sentence(self) -> str:
        """Return what belongs beside the price, ready to be copied."""
        return f"{self.quote.text.strip()}，折合{self.rate}" if self.rate else ""


@dataclass(frozen=True)
class Conversion:
    """All prices of a sentence, and whether a stated annual rate contradicts them."""

    prices: list[Converted]
    contradiction: Mismatch | None


def convert(text: str, periods: int | None = None) -> Conversion:
    """Return every price of a text with its rates; a price that has none says why."""
    return Conversion([_converted(quote, periods) for quote in parse_quotes(text)], mismatch(text))


def _converted(quote: Quote, periods: int | None) -> Converted:
    try:
        return Converted(quote, annualise(quote, periods=quote.periods or periods))
    except InputError as error:
        return Converted(quote, None, error.message)


def nothing_found() -> str:
    """Return what is said where a sentence holds no price."""
    return _("没有认出价格。请把报价原话抄进来，例如“日息万五”“月费率0.6%，分12期”。")
