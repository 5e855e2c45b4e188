"""What a citizen is asked, one thing a screen; nothing but the story itself must be filled in, and one way back."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import data
from xiaobao_web.complaints.forms.entered import Happened, Phone, Words, Yuan, ascii_digits
from xiaobao_web.complaints.models import ContactKind

RECEIPT = re.compile(r"([A-Z]{2})[^0-9A-Z]*([0-9]{4})[^0-9A-Z]*([0-9]{5,})")
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

    text = Words(
        label=_("发生了什么事？"), max_length=5000, min_length=5,
        instead=_("最多 5000 字，现在有 %(show_value)d 字。请在这里写要点，全文存成文件，在“图片和材料”一步上传。"),
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=_("什么时间、办什么业务、遇到什么问题，照自己的话说就行。请不要写密码和验证码。"),
        error_messages={"min_length": _("请多写几个字，让我们知道发生了什么。"), "required": _("请写一写发生了什么。")},
    )  # fmt: skip


class FeedbackForm(WhatForm):
    """What a citizen wants to say, short of a complaint."""

    text = Words(
        label=_("您想说什么？"), max_length=5000, min_length=5,
        instead=_("最多 5000 字，现在有 %(show_value)d 字，请先写要点，其余可以分几次告诉我们。"),
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=_("照自己的话说就行。请不要写密码和验证码。"),
        error_messages={"min_length": _("请多写几个字，让我们明白您的意思。"), "required": _("请写一写您想说的。")},
    )  # fmt: skip
    said = forms.ChoiceField(label=_("您想"), choices=KINDS, widget=forms.RadioSelect(), initial=ContactKind.SUGGESTION)
    field_order = ("said", "text")


class WhereForm(forms.Form):
    """Where and when it was; every answer may be left out."""

    region = Words(
        label=_("您在哪个省、市？"), max_length=60, required=False, help_text=_("例如：江苏省南京市。"),
        widget=forms.TextInput(attrs={"autocomplete": "address-level1"}),
    )  # fmt: skip
    place = Words(
        label=_("在哪里办的？"),
        max_length=100,
        required=False,
        help_text=_("网点名称、手机银行、电话，记得多少写多少。"),
    )
    day = Happened(label=_("大概哪一天？"), required=False)
    product_name = Words(label=_("什么产品或业务？"), max_length=100, required=False)
    amount = Yuan(label=_("涉及多少钱（元）？"), required=False)


class WishForm(forms.Form):
    """What is asked for."""

    demands = forms.MultipleChoiceField(
        label=_("您希望怎么解决？"), required=False, widget=forms.CheckboxSelectMultiple(),
        choices=[(item, item) for item in PLAIN if item in data.classes().demands],
        help_text=_("可以选几项，也可以不选。"),
    )  # fmt: skip
    wish = Words(label=_("还想补充的"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class WhoForm(forms.Form):
    """Who it is, and how to answer: one of telephone and e-mail is needed for a complaint."""

    customer_name = Words(
        label=_("您的姓名"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("请填写姓名，处理结果要告知本人。")},
    )  # fmt: skip
    phone = Phone(label=_("联系电话"), required=False)
    email = forms.EmailField(
        label=_("邮箱"), max_length=100, required=False, help_text=_("电话和邮箱至少填一个。"),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("邮箱地址不完整，例如 name@example.com；没有邮箱就留电话。")},
    )  # fmt: skip
    address = Words(
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

    number = Words(
        label=_("受理编号"), max_length=40, instead=_("编号没有这么长，请照回执上的写，例如 LX2026-00001。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("请填写回执上的受理编号。")},
    )  # fmt: skip
    code = Words(
        label=_("查询码"), max_length=20, instead=_("查询码是 8 个字母和数字，请照回执上的写。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("请填写回执上的查询码。")},
    )  # fmt: skip

    def clean_number(self) -> str:
        """Return the number as receipts have it, whatever stands between its parts."""
        told = ascii_digits(self.cleaned_data["number"]).strip().upper()
        found = RECEIPT.fullmatch(told)
        return "{}{}-{}".format(*found.groups()) if found else told


class MoreForm(forms.Form):
    """More to a matter that was handed in."""

    text = Words(
        label=_("补充说明"), max_length=3000, min_length=2, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("请写下要补充的内容。")},
    )  # fmt: skip
