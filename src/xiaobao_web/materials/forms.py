"""The forms of material, the registry and the checks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao_web.materials.models import MaterialKind, PlacementKind
from xiaobao_web.materials.registry import CHANNELS


def _organisations() -> Any:
    return apps.get_model("people", "Organisation")._default_manager.filter(active=True).order_by("path")


def _products() -> Any:
    return apps.get_model("products", "Product")._default_manager.order_by("name")


class DayInput(forms.DateInput):
    """A day picked in the browser."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class MaterialForm(forms.Form):
    """A new material with its first version."""

    title = forms.CharField(label=_("名称"), max_length=160)
    kind = forms.ChoiceField(label=_("类型"), choices=MaterialKind.choices)
    product: Any = forms.ModelChoiceField(
        label=_("产品"), queryset=None, required=False, empty_label=_("不针对某一产品")
    )
    text = forms.CharField(
        label=_("文字"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("没有文件时，把文字粘贴在这里。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].queryset = _products()  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """The next version of a material."""

    text = forms.CharField(label=_("文字"), required=False, widget=forms.Textarea(attrs={"rows": 5}))
    note = forms.CharField(label=_("修改说明"), required=False, max_length=300)


class CheckTextForm(forms.Form):
    """A text to check at once."""

    text = forms.CharField(
        label=_("要检查的文字"), max_length=20_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 9, "maxlength": 20_000}),
        error_messages={"required": _("请粘贴要检查的文字。"), "max_length": _("一次不超过 2 万字。")},
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("用在哪里"), choices=[("", _("自动判断")), *MaterialKind.choices], required=False)
    product = forms.ChoiceField(label=_("关于哪类产品"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = apps.get_model("products", "Product")._meta.get_field("kind").choices or []
        self.fields["product"].choices = [("", _("自动判断")), *choices]  # type: ignore[attr-defined]


class AskForm(forms.Form):
    """“Is this approved?”: a text (a file comes beside the form) and the channel meant."""

    text = forms.CharField(
        label=_("文字"), required=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 5})
    )
    channel = forms.ChoiceField(
        label=_("拟用渠道"), required=False, choices=[("", _("不限")), *((c, c) for c in CHANNELS)]
    )


class PlaceForm(forms.Form):
    """Where an approved material is placed."""

    kind = forms.ChoiceField(label=_("方式"), choices=PlacementKind.choices)
    channel = forms.ChoiceField(label=_("渠道"))
    place = forms.CharField(label=_("位置或网址"), max_length=300)
    unit: Any = forms.ModelChoiceField(label=_("投放机构"), queryset=None, empty_label=_("请选择"))
    person: Any = forms.ModelChoiceField(
        label=_("员工"), queryset=None, required=False, empty_label=_("请选择"), help_text=_("员工转发时填写。")
    )
    partner: Any = forms.ModelChoiceField(
        label=_("合作机构"), queryset=None, required=False, empty_label=_("请选择"), help_text=_("合作机构广告时填写。")
    )
    copies = forms.IntegerField(label=_("数量"), min_value=1, max_value=100_000_000, initial=1)
    start = forms.DateField(label=_("投放起"), widget=DayInput())
    end = forms.DateField(label=_("投放止"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, approved: Any, by: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"unit": by.unit_id, "start": timezone.localdate(), "end": approved.valid_until})
        super().__init__(*args, **kwargs)
        channels = approved.channels or CHANNELS
        self.fields["channel"].choices = [(item, item) for item in channels]  # type: ignore[attr-defined]
        self.fields["unit"].queryset = _organisations().exclude(kind="partner")  # type: ignore[attr-defined]
        self.fields["partner"].queryset = _organisations().filter(kind="partner")  # type: ignore[attr-defined]
        people = get_user_model()._default_manager.filter(is_active=True).select_related("unit").order_by("name", "pk")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class TakeDownForm(forms.Form):
    """What is said when a placement is taken down; the proof comes beside it."""

    note = forms.CharField(label=_("说明"), required=False, max_length=300)
