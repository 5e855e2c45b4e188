"""The forms of drafts, trials and allow-list entries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao.report.words import CATEGORY_WORDS
from xiaobao.rulebook.model import CATEGORIES
from xiaobao_web.materials.models import MaterialKind

CODE = {"rows": 26, "spellcheck": "false", "autocapitalize": "off", "autocomplete": "off", "wrap": "off"}
PRODUCTS = [
    ("", _("不指定")), ("deposit", _("存款")), ("wealth", _("理财")), ("fund", _("基金")), ("insurance", _("保险")),
    ("loan", _("贷款")), ("card", _("信用卡")), ("payment", _("支付")),
]  # fmt: skip


class DayInput(forms.DateInput):
    """A day picked in the browser."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class DraftForm(forms.Form):
    """The text of a draft and why it is wanted."""

    rule = forms.CharField(label=_("编号"), max_length=100, required=False, help_text=_("领域/违规，发布后不再改。"))
    yaml = forms.CharField(label=_("规则内容"), strip=False, widget=forms.Textarea(attrs=CODE))
    note = forms.CharField(
        label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("批准人据此判断。")
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class TrialForm(forms.Form):
    """A text to try one rule on."""

    text = forms.CharField(label=_("文字"), strip=False, widget=forms.Textarea(attrs={"rows": 5}))
    kind = forms.ChoiceField(label=_("材料类型"), required=False)
    product = forms.ChoiceField(label=_("产品"), required=False, choices=PRODUCTS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("由机器判断")), *MaterialKind.choices]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class AllowForm(forms.Form):
    """An allow-list entry."""

    phrase = forms.CharField(
        label=_("短语"), max_length=120, help_text=_("写全整句固定说法；命中的词全部落在它里面才放行。")
    )
    rule = forms.CharField(label=_("规则编号"), max_length=100, required=False)
    category = forms.ChoiceField(label=_("或整个类别"), required=False)
    unit: Any = forms.ModelChoiceField(label=_("适用机构"), queryset=None, required=False, empty_label=_("全行"))
    product: Any = forms.ModelChoiceField(label=_("适用产品"), queryset=None, required=False, empty_label=_("不限"))
    expires_on = forms.DateField(label=_("到期日"), widget=DayInput(), help_text=_("最长一年。"))
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units: Any = apps.get_model("people", "Organisation")._default_manager
        products: Any = apps.get_model("products", "Product")._default_manager
        fields: Any = self.fields
        fields["unit"].queryset = units.filter(active=True).order_by("path")
        fields["product"].queryset = products.order_by("name")
        fields["category"].choices = [("", _("不按类别")), *((name, CATEGORY_WORDS[name]) for name in CATEGORIES)]
        fields["expires_on"].initial = timezone.localdate() + timedelta(days=90)
