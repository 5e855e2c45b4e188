"""The forms of the ledger: one for each step of an issue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.findings.limits import limits
from xiaobao_web.findings.models import Issue, IssueSource, Measure, Severity
from xiaobao_web.kernel.lists import LongSelect


class DayInput(forms.DateInput):
    """A day picked in the browser."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


def _text(rows: int = 3, **attrs: Any) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


def organisations() -> Any:
    """Return the organisations that may own an issue."""
    return apps.get_model("people", "Organisation")._default_manager.filter(active=True).order_by("path")


def staff(unit: Any = None) -> Any:
    """Return active staff, of an organisation and below where one is given."""
    rows = get_user_model()._default_manager.filter(is_active=True).select_related("unit")
    if unit is not None:
        rows = rows.filter(unit__path__startswith=unit.path)
    return rows.order_by("unit__path", "name", "pk")


class _PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of people, each with the organisation."""

    widget = LongSelect

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{obj.unit}）" if obj.unit else str(obj)


def _person(label: Any, **more: Any) -> Any:
    return _PersonField(queryset=get_user_model()._default_manager.none(), label=label, **more)


class StepForm(forms.Form):
    """A step's form; it knows the issue it is about."""

    def __init__(self, *args: Any, issue: Issue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.issue = issue
        self.prepare()

    def prepare(self) -> None:
        """Set choices and first values by the issue."""


class NewForm(forms.Form):
    """A new issue."""

    title = forms.CharField(label=_("问题"), max_length=200, help_text=_("一句话写清什么地方不符合什么要求。"))
    description = forms.CharField(label=_("情况"), required=False, max_length=5000, widget=_text(5))
    source = forms.ChoiceField(label=_("来源"), choices=IssueSource.choices, initial=IssueSource.SELF_CHECK)
    severity = forms.ChoiceField(label=_("严重程度"), choices=Severity.choices, initial=Severity.MEDIUM)
    category = forms.CharField(
        label=_("类别"), required=False, max_length=60, help_text=_("同一机构一年内再出现同类别问题，会提示屡查屡犯。")
    )
    unit: Any = forms.ModelChoiceField(label=_("责任机构"), queryset=None, empty_label=_("请选择"))
    owner = _person(_("责任人"), required=False, help_text=_("可以先登记，由消保办派发。"))
    due_on = forms.DateField(label=_("整改期限"), required=False, widget=DayInput())
    found_on = forms.DateField(label=_("发现日期"), widget=DayInput())

    def __init__(self, *args: Any, assigns: bool, **kwargs: Any) -> None:
        kwargs["initial"] = {"found_on": timezone.localdate(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = organisations()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = staff()  # type: ignore[attr-defined]
        categories = (
            Issue.objects.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
        )
        self.categories = list(categories[:100])
        self.fields["category"].widget.attrs["list"] = "categories"
        if not assigns:
            del self.fields["owner"], self.fields["due_on"]

    def clean_found_on(self) -> Any:
        """Return the day it was found; never a day to come."""
        day = self.cleaned_data["found_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("发现日期不能晚于今天。"))
        return day


class AssignForm(StepForm):
    """Whom to give it to."""

    unit: Any = forms.ModelChoiceField(label=_("责任机构"), queryset=None, empty_label=_("请选择"))
    owner = _person(_("责任人"))
    due_on = forms.DateField(label=_("整改期限"), required=False, widget=DayInput())

    def prepare(self) -> None:
        """Offer all organisations and staff; the date follows from the severity when left empty."""
        self.fields["unit"].queryset = organisations()  # type: ignore[attr-defined]
        self.fields["owner"].queryset = staff()  # type: ignore[attr-defined]
        self.initial = {"unit": self.issue.unit_id, "owner": self.issue.owner_id, "due_on": self.issue.due_on}
        told = _("不填则按严重程度：%d 个工作日。") % limits().terms[self.issue.severity]
        self.fields["due_on"].help_text = told


class PlanForm(StepForm):
    """How it will be put right."""

    plan = forms.CharField(
        label=_("整改计划"), max_length=5000, widget=_text(4), help_text=_("措施、责任人、完成时间；同类问题如何排查。")
    )


class HandInForm(StepForm):
    """What was done; the evidence comes beside it."""

    outcome = forms.CharField(label=_("整改结果"), max_length=5000, widget=_text(4))
    without_evidence = forms.CharField(
        label=_("没有证据的原因"), required=False, max_length=500, help_text=_("上传了证据则不必填写。")
    )


class ReasonForm(StepForm):
    """Why."""

    reason = forms.CharField(label=_("原因"), max_length=500, widget=_text(2))


class CloseForm(StepForm):
    """What was checked."""

    note = forms.CharField(label=_("验证情况"), required=False, max_length=1000, widget=_text(2))


class ExtensionForm(StepForm):
    """More time."""

    new_due = forms.DateField(label=_("申请延至"), widget=DayInput())
    reason = forms.CharField(label=_("理由"), max_length=1000, widget=_text(2))

    def prepare(self) -> None:
        """Say how far a date may go."""
        if self.issue.due_on is not None:
            last = self.issue.due_on + timedelta(days=limits().longest_extension)
            self.fields["new_due"].help_text = _("最晚到 %s。") % last.isoformat()
            self.fields["new_due"].widget.attrs["max"] = last.isoformat()


class DecideForm(StepForm):
    """Whether more time is given."""

    approve = forms.TypedChoiceField(
        label=_("审批"), choices=[("1", _("同意")), ("0", _("不同意"))], widget=forms.RadioSelect,
        coerce=lambda word: word == "1",
    )  # fmt: skip
    note = forms.CharField(label=_("审批意见"), required=False, max_length=300)


class RepeatForm(StepForm):
    """Which earlier issue it repeats."""

    of: Any = forms.ModelChoiceField(
        label=_("是哪一项的重犯"), queryset=None, required=False, empty_label=_("不是屡查屡犯")
    )

    def prepare(self) -> None:
        """Offer the organisation's earlier issues."""
        rows = Issue.objects.filter(unit=self.issue.unit_id, pk__lt=self.issue.pk).order_by("-pk")[:100]
        self.fields["of"].queryset = Issue.objects.filter(pk__in=[row.pk for row in rows])  # type: ignore[attr-defined]
        self.initial = {"of": self.issue.repeat_of_id}


class MeasureForm(StepForm):
    """Who is held to account, and how."""

    person = _person(_("被问责人"), required=False)
    kind = forms.ChoiceField(label=_("方式"), choices=Measure.choices)
    measure = forms.CharField(label=_("问责情况"), max_length=1000, widget=_text(2))
    document = forms.CharField(label=_("文号"), required=False, max_length=80)

    def prepare(self) -> None:
        """Offer the organisation's staff."""
        self.fields["person"].queryset = staff(self.issue.unit)  # type: ignore[attr-defined]


class BatchAssignForm(forms.Form):
    """An owner and a date for several issues."""

    use_required_attribute = False
    """The bar holds the forms of all batches: the browser must not ask for the fields of another one."""
    owner = _person(_("责任人"))
    due_on = forms.DateField(label=_("整改期限"), required=False, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = staff()  # type: ignore[attr-defined]


class NoticeForm(forms.Form):
    """The number of a notice."""

    use_required_attribute = False
    notice = forms.CharField(
        label=_("通报文号"), max_length=80, widget=forms.TextInput(attrs={"placeholder": _("通报文号")}),
        error_messages={"required": _("请写明通报文号。")},
    )  # fmt: skip


class ReceiptForm(forms.Form):
    """The receipt of a notice."""

    receipt = forms.CharField(
        label=_("回执"), max_length=3000, widget=_text(4), help_text=_("知悉情况、整改安排、责任人。")
    )
