"""The parts of a loan that may come several times: fees, changes of rate, drawdowns, prepayments, extensions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xiaobao.credit.read import BASES
from xiaobao.credit.terms import FEE_KINDS, TIMINGS
from xiaobao_web.credit.entering import Count, Day, LoanForm, percent, yuan

MOST = 20
EFFECTS = [("shorten", _("缩短期限")), ("lower", _("减少月供"))]
YES_NO = [("yes", _("必须")), ("no", _("自愿"))]
Text = str | Promise


class RowForm(LoanForm):
    """One row; left blank it counts as none. `key` is where the engine's terms have it."""

    key: str
    title: Text
    hint: Text = ""

    def entry(self) -> dict[str, Any]:
        """Return the row as the engine's terms have it: what was left blank is left out."""
        return {name: told(value) for name, value in self.cleaned_data.items() if value not in (None, "")}


def told(value: Any) -> Any:
    """Return a value as JSON has it: numbers and days as text, whole numbers as they are."""
    return value if isinstance(value, int | bool) else str(value)


class FeeForm(RowForm):
    """A charge beside the interest."""

    key, title = "fees", _("费用")
    hint = _("服务费、担保费、保险费、会员费等；金额与费率填一项。")

    name = forms.CharField(label=_("名称"), max_length=40)
    kind = forms.ChoiceField(label=_("性质"), choices=list(FEE_KINDS.items()), initial="service")
    amount = yuan(_("金额（元）"), required=False)
    percent = percent(_("费率（%）"), required=False)
    base = forms.ChoiceField(
        label=_("费率按"), choices=[(k, v) for k, v in BASES.items() if k != "fixed"], initial="principal"
    )
    yearly = forms.ChoiceField(label=_("费率是"), choices=[("no", _("每次")), ("yes", _("每年"))], initial="no")
    timing = forms.ChoiceField(label=_("何时收"), choices=list(TIMINGS.items()), initial="each_period")
    collector = forms.CharField(label=_("收费方"), max_length=60, required=False)
    compulsory = forms.ChoiceField(label=_("是否必须"), choices=YES_NO, initial="yes")

    def clean(self) -> dict[str, Any]:
        """Ask for an amount or a rate."""
        values = super().clean() or {}
        if not self.errors and values.get("amount") is None and values.get("percent") is None:
            self.add_error("amount", _("请填写费用的金额或费率"))
        return values

    def entry(self) -> dict[str, Any]:
        """Return the fee; the basis of a percentage only where there is one."""
        made = super().entry()
        made["yearly"] = made["yearly"] == "yes"
        made["compulsory"] = made["compulsory"] == "yes"
        if "percent" not in made:
            del made["base"]
        return made


class MomentForm(RowForm):
    """What happens at a date or after a period."""

    on = Day(label=_("日期"), required=False)
    after = Count(label=_("或第几期后"), required=False, min_value=0, max_value=1200)

    def clean(self) -> dict[str, Any]:
        """Ask for one moment."""
        values = super().clean() or {}
        if not self.errors and (values.get("on") is None) == (values.get("after") is None):
            self.add_error("on", _("日期与期次请填写一项"))
        return values


class RateChangeForm(MomentForm):
    """A new rate from a moment on."""

    key, title = "rate_changes", _("利率调整")
    hint = _("如 LPR 重定价：从哪天或第几期后起，执行多少年利率。")

    annual_rate = percent(_("年利率（%）"))


class DrawdownForm(MomentForm):
    """A further amount paid out."""

    key, title = "further_drawdowns", _("分次放款")
    hint = _("首笔之后的各笔放款。")

    amount = yuan(_("放款金额（元）"), min_value=0)


class PrepaymentForm(MomentForm):
    """An agreed payment of principal ahead of time."""

    key, title = "prepayments", _("约定提前还款")
    hint = _("合同已约定的提前还款；想知道提前还款合不合算，用上面的“如果提前还款”。")

    amount = yuan(_("金额（元）"), required=False, help_text=_("不填为全部结清"))
    effect = forms.ChoiceField(label=_("此后"), choices=EFFECTS, initial="shorten")
    fee = yuan(_("手续费（元）"), required=False)
    fee_percent = percent(_("违约金（%）"), required=False, max_value=100)


class ExtensionForm(RowForm):
    """More periods."""

    key, title = "extensions", _("展期")
    hint = _("第几期后展期、展多少期；利率不填则不变。")

    after = Count(label=_("第几期后"), min_value=0, max_value=1200)
    periods = Count(label=_("展期期数"), min_value=1, max_value=1200)
    annual_rate = percent(_("年利率（%）"), required=False)


class ContingentForm(RowForm):
    """A cost that arises only when something goes wrong."""

    key, title = "contingent", _("其他或有费用")
    hint = _("正常履约时不发生的费用，只列示、不计入年化。")

    name = forms.CharField(label=_("名称"), max_length=40)
    standard = forms.CharField(label=_("收取标准"), max_length=120)
    collector = forms.CharField(label=_("收费方"), max_length=60, required=False)


KINDS: dict[str, type[RowForm]] = {
    "fee": FeeForm, "rate": RateChangeForm, "draw": DrawdownForm, "early": PrepaymentForm, "extend": ExtensionForm,
    "other": ContingentForm,
}  # fmt: skip


def rows_of(data: Mapping[str, Any], kind: str, prefix: str = "", *, blank: int = 0) -> list[RowForm]:
    """Return the rows of a kind that the data names, filled ones alone, and some blank ones after them."""
    pattern = re.compile(rf"{re.escape(prefix)}{kind}-(\d{{1,3}})-")
    numbers = sorted({int(match[1]) for name in data if (match := pattern.match(name))})
    filled = [row for number in numbers if (row := _row(kind, f"{prefix}{kind}-{number}", data)).has_changed()]
    start = max(numbers, default=-1) + 1
    return [*filled[:MOST], *(blank_row(kind, start + n, prefix) for n in range(blank))]


def blank_row(kind: str, number: int, prefix: str = "") -> RowForm:
    """Return a row nobody has filled in."""
    return _row(kind, f"{prefix}{kind}-{number}", None)


def _row(kind: str, prefix: str, data: Mapping[str, Any] | None) -> RowForm:
    made = KINDS[kind]
    own = None if data is None else with_usual(made, data, f"{prefix}-")
    return made(own, prefix=prefix, empty_permitted=True, use_required_attribute=False)


def with_usual(form: type[forms.Form], data: Mapping[str, Any], lead: str) -> dict[str, Any]:
    """Return what the data says of a form's fields, choices that it leaves out at their usual."""
    found = {}
    for name, field in form.base_fields.items():
        value = data.get(f"{lead}{name}")
        if not value and isinstance(field, forms.ChoiceField):
            value = str(field.initial)
        if value is not None:
            found[f"{lead}{name}"] = value
    return found


def entries(rows: Iterable[RowForm]) -> list[dict[str, Any]]:
    """Return filled rows as the engine's terms have them."""
    return [row.entry() for row in rows if row.is_bound and row.has_changed()]
