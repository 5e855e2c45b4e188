"""What a citizen is asked, one thing a screen; nothing but the story itself must be filled in, and one way back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import data
from xiaobao_web.complaints.forms.fields import DayInput
from xiaobao_web.complaints.models import ContactKind

PHONE = RegexValidator(r"^[\d\s+\-()（）转]{5,30}$", _("电话请只写数字，例如 13800000000 或 010-12345678。"))
PLAIN = (
    "解释说明",
    "退款退费",
    "减免息费",
    "赔偿",
    "道歉",
    "停止催收/骚扰",
    "修改征信",
    "解除合同/退保",
    "恢复账户功能",
    "协商还款",
    "其他",
)
KINDS = [
    (ContactKind.SUGGESTION.value, _("提建议")),
    (ContactKind.INQUIRY.value, _("问问题")),
    ("praise", _("表扬")),
    (ContactKind.COMPLAINT.value, _("不满意")),
]


class WhatForm(forms.Form):
    """What happened."""

    text = forms.CharField(
        label=_("发生了什么事？"), max_length=5000, min_length=5,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=_("什么时间、办什么业务、遇到什么问题，照自己的话说就行。请不要写密码和验证码。"),
        error_messages={"min_length": _("请多写几个字，让我们知道发生了什么。"), "required": _("请写一写发生了什么。")},
    )  # fmt: skip


class FeedbackForm(WhatForm):
    """What a citizen wants to say, short of a complaint."""

    said = forms.ChoiceField(label=_("您想"), choices=KINDS, widget=forms.RadioSelect(), initial=ContactKind.SUGGESTION)
    field_order = ("said", "text")


class WhereForm(forms.Form):
    """Where and when it was; every answer may be left out."""

    region = forms.CharField(
        label=_("您在哪个省、市？"), max_length=60, required=False, help_text=_("例如：江苏省南京市。"),
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
    )  # fmt: skip
    place = forms.CharField(
        label=_("在哪里办的？"),
        max_length=100,
        required=False,
        help_text=_("网点名称、手机银行、电话，记得多少写多少。"),
    )
    day = forms.DateField(label=_("大概哪一天？"), required=False, widget=DayInput())
    product_name = forms.CharField(label=_("什么产品或业务？"), max_length=100, required=False)
    amount = forms.DecimalField(
        label=_("涉及多少钱（元）？"), required=False, min_value=0, max_digits=14, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


class WishForm(forms.Form):
    """What is asked for."""

    demands = forms.MultipleChoiceField(
        label=_("您希望怎么解决？"), required=False, widget=forms.CheckboxSelectMultiple(),
        choices=[(item, item) for item in PLAIN if item in data.classes().demands],
        help_text=_("可以选几项，也可以不选。"),
    )  # fmt: skip
    wish = forms.CharField(
        label=_("还想补充的"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class WhoForm(forms.Form):
    """Who it is, and how to answer: one of telephone and e-mail is needed for a complaint."""

    customer_name = forms.CharField(
        label=_("您的姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("请填写姓名，处理结果要告知本人。")},
    )  # fmt: skip
    phone = forms.CharField(
        label=_("联系电话"), max_length=30, required=False, validators=[PHONE],
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("邮箱"), max_length=100, required=False, help_text=_("电话和邮箱至少填一个。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    address = forms.CharField(
        label=_("通信地址"), max_length=200, required=False, help_text=_("希望收到书面答复时填写。"),
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )  # fmt: skip
    confidential = forms.BooleanField(label=_("请对被投诉的人保密我的身份"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one way to answer."""
        found = super().clean() or {}
        if not self.errors and not found.get("phone") and not found.get("email"):
            self.add_error("phone", _("电话和邮箱至少填一个，我们才能把结果告诉您。"))
        return found


class MaybeForm(WhoForm):
    """The same where nobody must say who they are."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["customer_name"].required = False
        self.fields["email"].help_text = _("想知道结果就留一个联系方式，不留也可以。")
        del self.fields["confidential"], self.fields["address"]

    def clean(self) -> dict[str, Any]:
        """Ask for nothing."""
        return self.cleaned_data


class ProofForm(forms.Form):
    """Pictures and papers; they are taken one after another."""


class ProgressForm(forms.Form):
    """The receipt's number and its code."""

    number = forms.CharField(label=_("受理编号"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    code = forms.CharField(label=_("查询码"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class MoreForm(forms.Form):
    """More to a matter that was handed in."""

    text = forms.CharField(
        label=_("补充说明"), max_length=3000, min_length=2, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写下要补充的内容。")},
    )  # fmt: skip
