"""The calculator for everybody: a few questions, an answer in plain words; nothing typed is kept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.credit import read, spoken
from xiaobao.credit.cost import cost
from xiaobao.credit.rates import AnnualRate, from_flows, two
from xiaobao.credit.schedule import Row, Schedule, schedule
from xiaobao.credit.terms import cent
from xiaobao.errors import InputError
from xiaobao_web.credit.entering import Count, Figure, LoanForm, yuan

PRICES = [
    ("annual_rate", gettext_lazy("年利率（%）")),
    ("fee", gettext_lazy("每期手续费率（%），按借款总额收")),
    ("daily_rate", gettext_lazy("日利率（%），如万五填 0.05")),
    ("payment", gettext_lazy("每月还多少（元）")),
]
WAYS = [
    ("equal_instalment", gettext_lazy("等额本息：每月还一样多")),
    ("equal_principal", gettext_lazy("等额本金：先多后少")),
    ("interest_first", gettext_lazy("先还利息，到期还本")),
    ("bullet", gettext_lazy("到期一次还清")),
]
MOST_MONTHS = 480


class PublicForm(LoanForm):
    """What a borrower was told: how much, for how long, at what price, with which fees."""

    amount = yuan(gettext_lazy("借多少钱（元）"), min_value=1, max_value=Decimal(10) ** 9)
    months = Count(label=gettext_lazy("分几个月还"), min_value=1, max_value=MOST_MONTHS)
    price_kind = forms.ChoiceField(label=gettext_lazy("对方怎么报价"), choices=PRICES, initial="annual_rate")
    price = Figure(label=gettext_lazy("报的数是多少"))
    way = forms.ChoiceField(
        label=gettext_lazy("怎么还"), choices=WAYS, initial="equal_instalment",
        help_text=gettext_lazy("报的是手续费率或每月还款额时，不用选"),
    )  # fmt: skip
    once = yuan(
        gettext_lazy("放款时扣掉或另付的费用（元）"), required=False, max_value=Decimal(10) ** 9,
        help_text=gettext_lazy("如服务费、保险费，没有就不填"),
    )  # fmt: skip
    monthly = yuan(
        gettext_lazy("每月另收的费用（元）"), required=False, max_value=Decimal(10) ** 9,
        help_text=gettext_lazy("如担保费、会员费，没有就不填"),
    )  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """What the loan costs, as a borrower needs to know it; amounts in yuan."""

    received: Decimal
    paid: Decimal
    total: Decimal
    rate: AnnualRate
    monthly: str
    schedule: Schedule | None
    working: tuple[str, ...]

    @property
    def once(self) -> bool:
        """Tell whether all is paid at once, so that no month has a rate."""
        return self.schedule is not None and len(self.schedule.repayments) == 1

    @property
    def rows(self) -> list[tuple[Row, Decimal]]:
        """Return each payment with what it holds of fees."""
        plan = self.schedule.repayments if self.schedule else ()
        return [(row, row.payment - row.principal - row.interest) for row in plan]

    @property
    def charged(self) -> bool:
        """Tell whether any payment holds fees."""
        return any(fees for _row, fees in self.rows)

    @property
    def nominal(self) -> Decimal:
        """Return the simple rate in percent."""
        return two(self.rate.nominal_percent)

    @property
    def effective(self) -> Decimal:
        """Return the compound rate in percent."""
        return two(self.rate.effective_percent)

    @property
    def spoken(self) -> str:
        """Return the answer as words to be read out."""
        return _("您实际到手%(received)s，一共要还%(paid)s，其中利息和费用%(total)s。"
                 "折合年化利率，按单利是%(nominal)s，按复利是%(effective)s。") % {
            "received": spoken.money(self.received), "paid": spoken.money(self.paid),
            "total": spoken.money(self.total), "nominal": spoken.percent(self.rate.nominal_percent),
            "effective": spoken.percent(self.rate.effective_percent),
        }  # fmt: skip


def answer(values: dict[str, Any]) -> Answer:
    """Return what the form's values come to; raises InputError."""
    if values["price_kind"] == "payment":
        return _of_payment(values)
    plan = schedule(read.terms(_terms(values)))
    made, rows = cost(plan), plan.repayments
    first, last = rows[0].payment, rows[-1].payment
    if len(rows) == 1:
        monthly = _("到期一次还 %s 元") % f"{last:,.2f}"
    elif abs(first - last) < max(Decimal(1), first / 100):
        monthly = _("每月还 %s 元") % f"{first:,.2f}"
    else:
        monthly = _("第一个月还 %(a)s 元，最后一个月还 %(b)s 元") % {"a": f"{first:,.2f}", "b": f"{last:,.2f}"}
    return Answer(made.received, made.paid, made.total, made.rate, monthly, plan, _steps(made.rate))


def _terms(values: dict[str, Any]) -> dict[str, Any]:
    """Return the terms as the engine reads them."""
    terms: dict[str, Any] = {"principal": str(values["amount"]), "periods": values["months"]}
    if values["price_kind"] == "fee":
        terms |= {"monthly_rate": str(values["price"]), "method": "flat"}
    else:
        terms |= {values["price_kind"]: str(values["price"]), "method": values["way"]}
    fees = [
        {"name": name, "amount": str(values[key]), "timing": timing}
        for key, name, timing in (("once", _("放款时的费用"), "deducted"), ("monthly", _("每月费用"), "each_period"))
        if values.get(key)
    ]
    return {**terms, "fees": fees}


def _of_payment(values: dict[str, Any]) -> Answer:
    """Return the answer where the monthly payment is known and the rate is not."""
    months, once = values["months"], values.get("once") or Decimal(0)
    each = cent(values["price"] + (values.get("monthly") or Decimal(0)))
    received = cent(values["amount"]) - once
    if received <= 0:
        raise InputError(_("放款时的费用不应达到或超过借款金额"), code="input.rate")
    rate = from_flows(received, [each] * months)
    paid = each * months
    return Answer(received, paid, paid - received, rate, _("每月还 %s 元") % f"{each:,.2f}", None, _steps(rate))


def _steps(rate: AnnualRate) -> tuple[str, ...]:
    return (*rate.working, *rate.assumptions)
