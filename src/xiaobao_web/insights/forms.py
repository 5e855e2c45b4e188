"""The forms of insights."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints import data
from xiaobao_web.complaints.forms.fields import PersonField
from xiaobao_web.insights import places
from xiaobao_web.insights.models import ActionKind, Span


class FreezeForm(forms.Form):
    """Which tables to freeze."""

    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    span = forms.ChoiceField(label=_("期间"), choices=Span.choices)
    note = forms.CharField(
        label=_("说明"), max_length=300, required=False, help_text=_("如：首次报送、更正上一版的原因")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the last half-year that is over."""
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["year"].initial = today.year if today.month > 6 else today.year - 1
        self.fields["span"].initial = Span.FIRST_HALF if today.month > 6 else Span.YEAR


class BaseForm(forms.Form):
    """How many outlets and customers an organisation has."""

    unit: Any = forms.ModelChoiceField(label=_("机构"), queryset=None, empty_label=_("请选择"))
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    outlets = forms.IntegerField(label=_("网点数"), min_value=0, max_value=2**31 - 1, required=False)
    customers = forms.IntegerField(label=_("个人客户数"), min_value=0, max_value=2**53, required=False)
    province = forms.ChoiceField(
        label=_("所在省份"), required=False, help_text=_("用于分布图；下级机构没有另填的，随上级")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the organisations that complaints are counted by."""
        super().__init__(*args, **kwargs)
        kinds = ("head_office", "branch", "sub_branch")
        units = apps.get_model("people", "Organisation").objects.filter(active=True, kind__in=kinds)
        fields: Any = self.fields
        fields["unit"].queryset = units
        fields["province"].choices = [("", _("不填")), *((name, name) for name in places.provinces())]
        self.fields["year"].initial = timezone.localdate().year


class RectificationForm(forms.Form):
    """Why complaints came about, and who removes it."""

    title = forms.CharField(label=_("根因"), max_length=200, help_text=_("一句话说清要消除什么"))
    unit: Any = forms.ModelChoiceField(label=_("责任机构"), queryset=None, empty_label=_("请选择"))
    owner: Any = PersonField(label=_("责任人"), queryset=None, empty_label=_("请选择"))
    cause = forms.ChoiceField(label=_("投诉原因"))
    business_type = forms.ChoiceField(label=_("业务类别"), required=False, help_text=_("不选则不分业务"))
    whys = forms.CharField(
        label=_("原因链"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("一行一个“为什么”，逐层追问，最后一行是根因；有几条原因时，行首用 - 的个数表示层级"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer organisations, people and classes."""
        super().__init__(*args, **kwargs)
        people = apps.get_model("people", "Person").objects.filter(is_active=True, unit__isnull=False)
        fields: Any = self.fields
        fields["unit"].queryset = apps.get_model("people", "Organisation").objects.filter(active=True)
        fields["owner"].queryset = people.select_related("unit").order_by("unit__path", "name")
        fields["cause"].choices = [("", _("请选择")), *data.causes()]
        fields["business_type"].choices = [("", _("全部业务")), *data.business_types()]

    def clean_whys(self) -> list[str]:
        """Return the lines."""
        return [line.strip() for line in self.cleaned_data["whys"].splitlines() if line.strip()]


class ActionForm(forms.Form):
    """A corrective or preventive action."""

    kind = forms.ChoiceField(label=_("类型"), choices=ActionKind.choices)
    text = forms.CharField(label=_("措施"), max_length=300)
    owner: Any = PersonField(label=_("责任人"), queryset=None, empty_label=_("请选择"))
    due_on = forms.DateField(label=_("完成期限"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        """Offer the people it may be given to."""
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["owner"].queryset = people
