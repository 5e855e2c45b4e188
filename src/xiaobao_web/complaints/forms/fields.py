"""The fields that the forms of complaints are made of, and the form that knows its case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services.opening import FIRST_YEAR


class DayInput(forms.DateInput):
    """A day picked in the browser."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class MomentInput(forms.DateTimeInput):
    """A moment picked in the browser, in Beijing."""

    input_type = "datetime-local"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M", **kwargs)


def text(label: Any, rows: int = 3, *, required: bool = True, most: int = 5000, **more: Any) -> forms.CharField:
    """Return a field of running text."""
    return forms.CharField(
        label=label, max_length=most, required=required, widget=forms.Textarea(attrs={"rows": rows}), **more
    )


def line(label: Any, *, required: bool = True, most: int = 200, **more: Any) -> forms.CharField:
    """Return a field of one line."""
    return forms.CharField(label=label, max_length=most, required=required, **more)


class MomentField(forms.DateTimeField):
    """A moment as a browser sends it; a year with a digit lost is told instead of kept."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=MomentInput(), input_formats=["%Y-%m-%dT%H:%M"], **more)

    def to_python(self, value: Any) -> Any:
        """Return the moment; raises ValidationError for one that no calendar reckons with."""
        found = super().to_python(value)
        if found is not None and found.year < FIRST_YEAR:
            raise forms.ValidationError(_("不早于 %(year)d 年，请核对年份。"), params={"year": FIRST_YEAR})
        return found


def moment(label: Any, **more: Any) -> MomentField:
    """Return a field of a moment, now when left empty."""
    return MomentField(label=label, required=False, **{"help_text": _("留空为现在。"), **more})


def choice(label: Any, choices: Any, *, required: bool = True, **more: Any) -> forms.ChoiceField:
    """Return a field of one choice, with none chosen at first."""
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices], required=required, **more)


def yes_no(label: Any, yes: Any, no: Any) -> forms.TypedChoiceField:
    """Return a field of two answers."""
    return forms.TypedChoiceField(
        label=label, choices=[("1", yes), ("0", no)], coerce=lambda word: word == "1", widget=forms.RadioSelect()
    )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of people, each with the organisation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj}（{obj.unit}）" if obj.unit else str(obj)


def person(label: Any, *, required: bool = True, **more: Any) -> Any:
    """Return a field of one person; the form fills in who may be chosen."""
    rows = get_user_model()._default_manager.none()
    return PersonField(queryset=rows, label=label, required=required, empty_label="—", **more)


def staff() -> Any:
    """Return active staff."""
    rows = get_user_model()._default_manager.filter(is_active=True).select_related("unit")
    return rows.order_by("unit__path", "name", "pk")


def organisations() -> Any:
    """Return the organisations in use."""
    return apps.get_model("people", "Organisation")._default_manager.filter(active=True).order_by("path")


def unit(label: Any, *, required: bool = True, **more: Any) -> Any:
    """Return a field of one organisation."""
    return forms.ModelChoiceField(queryset=organisations(), label=label, required=required, empty_label="—", **more)


class StepForm(forms.Form):
    """A step's form; it knows the case, which of its open things it is about, and who fills it in."""

    def __init__(self, *args: Any, case: Case, user: Any, about: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case, self.user, self.about = case, user, about
        self.prepare()

    def prepare(self) -> None:
        """Set choices and first values by the case."""

    def choose(self, name: str, rows: Any) -> None:
        """Say which rows a field offers."""
        self.fields[name].queryset = rows  # type: ignore[attr-defined]


def case_of(number: str, user: Any) -> Case:
    """Return the case of a number that a person may see; raises ValidationError."""
    from xiaobao_web.complaints import queries

    found = queries.visible(user).filter(number__iexact=number.strip()).first()
    if found is None:
        raise forms.ValidationError(_("没有这个编号的投诉，或它不在您的查看范围内。"))
    return found
