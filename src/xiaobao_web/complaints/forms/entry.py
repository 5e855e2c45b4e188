"""The forms by which a contact is taken down, told apart, and a ticket corrected."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import beside, data
from xiaobao_web.complaints.forms.fields import (
    case_of,
    choice,
    line,
    moment,
    text,
    unit,
)
from xiaobao_web.complaints.forms.listed import Days, Sums
from xiaobao_web.complaints.models import (
    Case,
    Channel,
    ContactKind,
    Urgency,
)


class IntoForm(forms.Form):
    """The case that a contact is added to, where it is about one that is known."""

    into = line(_("并入已有投诉"), required=False, most=40, help_text=_("同一投诉再次来件时填编号，不重复立案。"))

    def __init__(self, *args: Any, user: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_into(self) -> Any:
        """Return the case of the number, None where there is none to go into."""
        number = self.cleaned_data["into"]
        return case_of(number, self.user) if number else None


class RegisterForm(IntoForm):
    """A contact as a clerk takes it down: who, what, and what it looks like."""

    channel = forms.ChoiceField(label=_("渠道"), choices=[
        item for item in Channel.choices if item[0] in ("call", "branch", "letter", "chat", "email")
    ])  # fmt: skip
    received_at = moment(_("收到时间"))
    summary = text(_("摘要"), 2, required=False, most=300,
                   help_text=_("不改的，登记时随上面各项改写；改过的照所写。"))  # fmt: skip
    text = text(
        _("投诉人说了什么"), 8, most=20000, help_text=_("照原话记下；没填的要素由机器按原话补上，登记后可以更正。")
    )
    customer_name = line(_("姓名"), required=False, most=80)
    phone = line(_("电话"), required=False, most=40)
    id_number = line(_("证件号码"), required=False, most=40)
    account = line(_("卡号或账号"), required=False, most=60)
    email = forms.EmailField(label=_("邮箱"), required=False, max_length=120)
    institution = line(_("所称机构"), required=False, most=120)
    staff = line(_("涉及员工"), required=False, most=120)
    product_name = line(_("产品名称"), required=False, most=120)
    unit = unit(_("被投诉机构"), required=False, help_text=_("留空按原话；原话没有写明的，为您所在机构。"))
    business_type = choice(_("业务类别"), data.business_types(), required=False)
    cause = choice(_("投诉原因"), data.causes(), required=False)
    demands = forms.MultipleChoiceField(
        label=_("诉求"), required=False, widget=forms.CheckboxSelectMultiple(),
        choices=[(item, item) for item in data.classes().demands],
    )  # fmt: skip
    flags = forms.MultipleChoiceField(
        label=_("风险标签"), required=False, widget=forms.CheckboxSelectMultiple(),
        choices=[(item, item) for item in data.classes().flags],
    )  # fmt: skip
    urgency = forms.ChoiceField(label=_("紧急程度"), choices=Urgency.choices, initial=Urgency.NORMAL.value)
    amount = forms.DecimalField(label=_("涉及金额（元）"), required=False, min_value=0, max_digits=16, decimal_places=2)
    amounts = Sums(label=_("金额明细"), required=False)
    event_dates = Days(label=_("发生日期"), required=False)
    track = choice(_("并行时限"), beside.choices(), required=False,
                   help_text=_("理赔、征信异议、信息泄露等在投诉期限之外另有期限的才选；自收到之日起算。"))  # fmt: skip
    people_count = forms.IntegerField(label=_("人数"), min_value=1, max_value=9999, initial=1)
    face_to_face = forms.BooleanField(label=_("面谈提出"), required=False)
    confidential = forms.BooleanField(label=_("投诉人要求身份保密"), required=False)
    kind = forms.ChoiceField(label=_("甄别"), choices=ContactKind.choices, initial=ContactKind.COMPLAINT)
    kind_reason = line(_("不按投诉办理的理由"), required=False, most=300)
    once = forms.RegexField("^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput(), initial=lambda: uuid4().hex)

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where a contact is called no complaint."""
        found = super().clean() or {}
        if found.get("kind") != ContactKind.COMPLAINT and len(found.get("kind_reason", "").strip()) < 4:
            self.add_error("kind_reason", _("不按投诉办理的，请写明理由（至少 4 个字），由另一人复核。"))
        return found


class CorrectForm(forms.ModelForm):  # type: ignore[type-arg]
    """The ticket of a case, to be corrected."""

    demands = forms.MultipleChoiceField(
        label=_("诉求"), required=False, widget=forms.CheckboxSelectMultiple(),
        choices=[(item, item) for item in data.classes().demands],
    )  # fmt: skip
    flags = forms.MultipleChoiceField(
        label=_("风险标签"), required=False, widget=forms.CheckboxSelectMultiple(),
        choices=[(item, item) for item in data.classes().flags],
    )  # fmt: skip
    business_type = choice(_("业务类别"), data.business_types(), required=False)
    cause = choice(_("投诉原因"), data.causes(), required=False)
    amounts = Sums(label=_("金额明细"), required=False)
    event_dates = Days(label=_("发生日期"), required=False)
    why = forms.ChoiceField(
        label=_("为什么更正"), required=False, widget=forms.RadioSelect(), initial="misread",
        choices=[("misread", _("原读错了")), ("changed", _("情况变了"))],
        help_text=_("选“情况变了”的，不算机器读错，不计入填单准确率。"),
    )  # fmt: skip

    class Meta:
        model = Case
        fields = (
            "title", "summary", "customer_name", "phone", "id_number", "account", "email", "address", "institution",
            "staff", "business_type", "cause", "product", "product_name", "demands", "flags", "urgency", "amount",
            "amounts", "event_dates", "region", "people_count", "face_to_face",
        )  # fmt: skip
        widgets = {"summary": forms.Textarea(attrs={"rows": 4})}
        help_texts = {"summary": _("系统写的摘要随各项更正而改；手写的不会被改，清空则由系统重写。")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].empty_label = "—"  # type: ignore[attr-defined]

    def clean_email(self) -> str:
        """Refuse what is no address; what a source stated stays until it is corrected."""
        address = str(self.cleaned_data["email"])
        if address and "email" in self.changed_data:
            validate_email(address)
        return address


class ScreenForm(IntoForm):
    """What a contact is."""

    kind = choice(_("甄别结果"), ContactKind.choices)
    reason = line(_("理由"), required=False, most=300)
    unit = unit(_("被投诉机构"), required=False)
    track = choice(_("并行时限"), beside.choices(), required=False,
                   help_text=_("立为投诉、且在投诉期限之外另有期限的才选。"))  # fmt: skip
