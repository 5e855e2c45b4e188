"""The form of a regulator's transfer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints import data
from xiaobao_web.complaints.forms.fields import DayInput, case_of, choice, line, moment, text, unit
from xiaobao_web.complaints.models import Source


class SheetForm(forms.Form):
    """A transfer as the regulator's sheet has it."""

    source = choice(gettext_lazy("转办来源"), Source.choices)
    bureau = line(
        gettext_lazy("转办机构"), most=80, help_text=gettext_lazy("如：××监管局。反馈报告按这个名称选用模板。")
    )
    number = line(gettext_lazy("转办编号"), most=80)
    received_at = moment(gettext_lazy("收到转办"))
    forwarded_on = forms.DateField(label=gettext_lazy("转出日期"), required=False, widget=DayInput())
    received_by_bureau = forms.DateField(label=gettext_lazy("监管收到投诉"), required=False, widget=DayInput())
    due_on = forms.DateField(label=gettext_lazy("要求反馈"), required=False, widget=DayInput())
    case = line(gettext_lazy("已有投诉编号"), required=False, most=40,
                help_text=gettext_lazy("同一投诉已在我行登记的填编号，两种期限并行计算。"))  # fmt: skip
    text = text(gettext_lazy("转办内容"), 8, most=20000, required=False)
    customer_name = line(gettext_lazy("投诉人"), required=False, most=80)
    phone = line(gettext_lazy("电话"), required=False, most=40)
    unit = unit(
        gettext_lazy("责任机构"), required=False, help_text=gettext_lazy("按属地局对应的分行选择，总行同时可见。")
    )
    business_type = choice(gettext_lazy("业务类别"), data.business_types(), required=False)
    cause = choice(gettext_lazy("投诉原因"), data.causes(), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_number(self) -> str:
        """Return the number without blanks around it."""
        return str(self.cleaned_data["number"]).strip()

    def clean_case(self) -> Any:
        """Return the case of the number, None where the transfer becomes a case of its own."""
        number = self.cleaned_data["case"]
        return case_of(number, self.user) if number else None

    def clean(self) -> dict[str, Any]:
        """Ask for the words where there is no case yet."""
        found = super().clean() or {}
        if found.get("case") is None and "case" in found and not found.get("text", "").strip():
            self.add_error("text", _("请粘贴转办内容。"))
        return found
