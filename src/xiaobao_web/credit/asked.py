"""What a page's address asks for: a loan's terms, as a form reads them and as the engine does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao.credit.methods import METHODS
from xiaobao.credit.terms import DAY_COUNTS, MOST_PERIODS
from xiaobao_web.credit.entering import Count, Day, Figure, LoanForm, percent, plain, yuan
from xiaobao_web.credit.rows import EFFECTS, KINDS, RowForm, entries, rows_of, told, with_usual

RATE_KINDS = [
    ("annual_rate", gettext_lazy("年利率")), ("monthly_rate", gettext_lazy("月利率／月费率")),
    ("daily_rate", gettext_lazy("日利率")),
]  # fmt: skip
EXAMPLE = {"principal": "100000", "rate": "7.2", "periods": "36"}
"""What the page opens with, so that it shows at once what it gives."""
ALWAYS = ("principal", "rate", "rate_kind", "periods", "method")
"""What an address says even where it is the usual, so that it still means the same when the usual changes."""
MOST_QUERY = 8000


class TermsForm(LoanForm):
    """A loan's terms, apart from the parts that may come several times."""

    principal = yuan(gettext_lazy("借款本金（元）"), min_value=0)
    rate = percent(gettext_lazy("利率（%）"))
    rate_kind = forms.ChoiceField(label=gettext_lazy("利率是"), choices=RATE_KINDS, initial="annual_rate")
    periods = Count(label=gettext_lazy("期数"), min_value=1, max_value=MOST_PERIODS)
    method = forms.ChoiceField(
        label=gettext_lazy("还款方式"),
        initial="equal_instalment",
        choices=[(m.name, m.label) for m in METHODS.values()],
    )
    plan = forms.CharField(
        label=gettext_lazy("各期本金（元）"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("自由还款计划才需要：每期一个数，用空格、逗号或换行分开"),
    )  # fmt: skip
    lender = forms.CharField(label=gettext_lazy("贷款人"), required=False, max_length=60)
    start = Day(label=gettext_lazy("放款日"), required=False, help_text=gettext_lazy("不填则按整月计算"))
    first_due = Day(label=gettext_lazy("首期还款日"), required=False)
    due_day = Count(label=gettext_lazy("每月还款日"), required=False, min_value=1, max_value=31)
    every = Count(label=gettext_lazy("每期长度"), required=False, min_value=1, max_value=3660, initial=1)
    unit = forms.ChoiceField(
        label=gettext_lazy("长度单位"), initial="month",
        choices=[("month", gettext_lazy("月")), ("day", gettext_lazy("天"))],
    )  # fmt: skip
    day_count = forms.ChoiceField(label=gettext_lazy("计息天数"), choices=list(DAY_COUNTS.items()), initial="monthly")
    first_interest = forms.ChoiceField(
        label=gettext_lazy("首期不整月的利息"), initial="spread",
        choices=[("spread", gettext_lazy("摊入各期")), ("added", gettext_lazy("加在首期"))],
    )  # fmt: skip
    grace = Count(label=gettext_lazy("宽限期数"), required=False, min_value=0, max_value=MOST_PERIODS,
                  help_text=gettext_lazy("开头几期不还本金"))  # fmt: skip
    grace_interest = forms.ChoiceField(
        label=gettext_lazy("宽限期内"), initial="paid",
        choices=[("paid", gettext_lazy("只还利息")), ("capitalised", gettext_lazy("利息计入本金"))],
    )  # fmt: skip
    late_share = percent(gettext_lazy("罚息为合同利率的（%）"), required=False, help_text=gettext_lazy("如 150"))
    late_compound = forms.ChoiceField(
        label=gettext_lazy("对逾期利息计复利"), choices=[("no", gettext_lazy("否")), ("yes", gettext_lazy("是"))],
        initial="no",
    )  # fmt: skip
    late_grace = Count(label=gettext_lazy("逾期宽限（天）"), required=False, min_value=0, max_value=366)
    late_fee_percent = percent(gettext_lazy("逾期费（%）"), required=False)
    late_fee_least = yuan(gettext_lazy("逾期费下限（元）"), required=False)
    late_days = Count(label=gettext_lazy("假设逾期（天）"), required=False, min_value=1, max_value=36600)
    if_after = Count(label=gettext_lazy("还完第几期后"), required=False, min_value=0, max_value=MOST_PERIODS)
    if_amount = yuan(gettext_lazy("提前还多少（元）"), required=False, help_text=gettext_lazy("不填为全部结清"))
    if_effect = forms.ChoiceField(label=gettext_lazy("此后"), choices=EFFECTS, initial="shorten")
    if_fee = yuan(gettext_lazy("提前还款手续费（元）"), required=False)
    if_fee_percent = percent(gettext_lazy("提前还款违约金（%）"), required=False, max_value=100)

    def clean(self) -> dict[str, Any]:
        """Return the values; lateness can only be supposed where its price is agreed."""
        values = super().clean() or self.cleaned_data
        if values.get("late_days") and values.get("late_share") is None and "late_share" not in self.errors:
            self.add_error("late_share", _("假设逾期，请填写罚息为合同利率的百分之几"))
        return values

    def clean_plan(self) -> list[str]:
        """Return the principal of each period."""
        parts = [plain(part) for part in re.split(r"[\s，、;；]+|,(?!\d{3}\b)", self.cleaned_data["plan"]) if part]
        for part in parts:
            if not re.fullmatch(r"\d{1,13}(\.\d{1,2})?", part):
                raise forms.ValidationError(_("“%s”不是金额") % part[:20])
        return parts


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field: its control's id, its name, what is expected."""

    control: str
    label: str
    message: str


class Asked:
    """The terms that a query asks for; `prefix` tells two offers of one query apart."""

    def __init__(self, data: Mapping[str, Any], prefix: str = "", *, add: str = "") -> None:
        self.prefix = f"{prefix}-" if prefix else ""
        own = with_usual(TermsForm, data, self.prefix)
        self.form = TermsForm(own, prefix=prefix or None, use_required_attribute=False)
        self.rows: dict[str, list[RowForm]] = {
            kind: rows_of(data, kind, self.prefix, blank=int(add == kind)) for kind in KINDS
        }
        self.forms = [self.form, *(row for rows in self.rows.values() for row in rows if row.is_bound)]
        checked = [form.is_valid() for form in self.forms]
        self.valid = all(checked)

    @property
    def problems(self) -> list[Problem]:
        """Return everything that is wrong, in the order of the page."""
        return [
            Problem(form[name].id_for_label, str(form[name].label), " ".join(map(str, errors)))
            for form in self.forms
            for name, errors in form.errors.items()
            if name in form.fields
        ]

    @property
    def groups(self) -> list[tuple[str, type[RowForm], list[RowForm]]]:
        """Return each kind of row with its rows."""
        return [(kind, KINDS[kind], rows) for kind, rows in self.rows.items()]

    def terms(self) -> dict[str, Any]:
        """Return the terms as the engine reads them from JSON; what was left blank is left out."""
        values = {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "", [])}
        made: dict[str, Any] = {
            name: told(values[name])
            for name in ("principal", "periods", "method", "lender", "start", "first_due", "due_day", "every", "unit",
                         "day_count", "first_interest", "grace", "grace_interest")
            if name in values and (name in ALWAYS or values[name] != self.form.fields[name].initial)
        }  # fmt: skip
        made[values["rate_kind"]] = told(values["rate"])
        if values["method"] == "free" and values.get("plan"):
            made["plan"] = values["plan"]
        for kind, rows in self.rows.items():
            if found := entries(rows):
                made[KINDS[kind].key] = found
        if late := _overdue(values):
            made["overdue"] = late
        return made

    def what_if(self) -> dict[str, Any] | None:
        """Return the prepayment that is only supposed, None where none is."""
        values = self.form.cleaned_data
        if values.get("if_after") is None:
            return None
        made = {"after": values["if_after"], "effect": values["if_effect"]}
        for name in ("amount", "fee", "fee_percent"):
            if values.get(f"if_{name}") is not None:
                made[name] = told(values[f"if_{name}"])
        return made

    @property
    def days_late(self) -> int | None:
        """Return the days by which a payment is supposed to be late, None where none are or nothing is agreed."""
        values = self.form.cleaned_data
        return values.get("late_days") if values.get("late_share") is not None else None

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the names and values of the address that asks the same: what is left at its usual is left out."""
        for form in self.forms:
            if isinstance(form, RowForm) and not form.has_changed():
                continue
            for name, field in form.fields.items():
                key, usual = form.add_prefix(name), "" if field.initial is None else str(field.initial)
                value = str(form.data.get(key, "") or "").strip()
                value = plain(value) if isinstance(field, Figure | Count) else value
                if value and (value != usual or (form is self.form and name in ALWAYS)):
                    yield key, value

    @property
    def query(self) -> str:
        """Return the address's query."""
        return urlencode(list(self.pairs()))


def _overdue(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the clause on late payment, empty where there is none."""
    if values.get("late_share") is None:
        return {}
    made: dict[str, Any] = {"rate_share_percent": told(values["late_share"])}
    if values.get("late_compound") == "yes":
        made["compound"] = True
    for name, key in (
        ("late_grace", "grace_days"),
        ("late_fee_percent", "fee_percent"),
        ("late_fee_least", "fee_least"),
    ):
        if values.get(name) is not None:
            made[key] = told(values[name])
    return made


def asked(query: QueryDict | str, prefix: str = "", *, add: str = "") -> Asked:
    """Return what a query asks for; one without a loan asks for the example."""
    data = QueryDict(query[:MOST_QUERY], mutable=True) if isinstance(query, str) else query.copy()
    for key in list(data):
        data[key] = str(data[key]).replace("\x00", "")
    lead = f"{prefix}-" if prefix else ""
    if not any(f"{lead}{name}" in data for name in EXAMPLE):
        data.update({f"{lead}{name}": value for name, value in EXAMPLE.items()})
    return Asked(data, prefix, add=add)
