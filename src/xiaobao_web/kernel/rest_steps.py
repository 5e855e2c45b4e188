"""Steps over the REST interface by the very forms of their pages: what each asks, and its values checked by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import QueryDict
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field, StringConstraints, field_validator

from xiaobao_web.kernel.deadlines import BEIJING
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.rest import Strict

MOST_CHOICES = 200
KINDS: tuple[tuple[type[forms.Field], str], ...] = (
    (forms.ModelChoiceField, "reference"),
    (forms.MultipleChoiceField, "choices"),
    (forms.NullBooleanField, "flag"),
    (forms.ChoiceField, "choice"),
    (forms.BooleanField, "flag"),
    (forms.DateTimeField, "moment"),
    (forms.DateField, "day"),
    (forms.DecimalField, "number"),
    (forms.IntegerField, "number"),
)
Text = Annotated[str, StringConstraints(max_length=20_000)]
Scalar = Text | bool | int | float


class FieldOut(Schema):
    """A value a step takes; `reference` is the id of an object, `choices` takes several.

    `sums` takes several as 285.00 fee, with one of `choices`; `days` several as 2026-03-02 or 2026-03.
    """

    name: str
    label: str
    kind: str
    required: bool
    choices: list[list[str]] = Field(default_factory=list)


class StepOut(Schema):
    """A step one may take now, or why not."""

    name: str
    label: str
    allowed: bool
    reason: str
    fields: list[FieldOut]


class StepIn(Strict):
    """The values of a step by the names that its description gives; empty ones are left out."""

    values: dict[Annotated[str, StringConstraints(max_length=60)], Scalar | list[Scalar] | None] = Field(
        default_factory=dict, max_length=60
    )

    @field_validator("values", mode="before")
    @classmethod
    def flat(cls, values: Any) -> Any:
        """Refuse objects beside their field: no form asks for one."""
        told = str(_("请写一个值（文字、数字或真假值），可选几项的写成列表；不能写对象。"))
        rows = values.items() if isinstance(values, Mapping) else ()
        _refuse({name: told for name, value in rows if any(isinstance(item, Mapping) for item in _listed(value))})
        return values


class Done(Schema):
    """What was done, and where the object stands now."""

    told: str
    state: str
    state_name: str


def described(form: forms.BaseForm) -> list[dict[str, Any]]:
    """Return what a form asks."""
    return [
        {
            "name": name, "label": str(field.label or name), "kind": kind_of(field), "required": field.required,
            "choices": _choices(field),
        }
        for name, field in form.fields.items()
    ]  # fmt: skip


def kind_of(field: forms.Field) -> str:
    """Return the kind of a value by its field; a field of an app may say its own (`told_kind`)."""
    return getattr(field, "told_kind", "") or next((name for kind, name in KINDS if isinstance(field, kind)), "text")


def _choices(field: forms.Field) -> list[list[str]]:
    listed: Any = [] if isinstance(field, forms.ModelChoiceField) else getattr(field, "choices", [])
    plain = [[str(key), str(label)] for key, label in listed if key != ""]
    return plain if len(plain) <= MOST_CHOICES else []


def posted(form: type[forms.Form], values: Mapping[str, Any]) -> QueryDict:
    """Return values as the form's page would send them; raises BadValue for one the form does not ask for."""
    known: dict[str, forms.Field] = form.base_fields
    unknown = sorted(set(values) - set(known))
    if unknown:
        told = {name: str(_("没有这个字段")) for name in unknown}
        raise BadValue(_("不认识的字段：%s。") % "、".join(unknown), fields=told)
    wanted = str(_("请写文字（带引号），不能是真假值、数字或列表。"))
    texts = [name for name in values if kind_of(known[name]) == "text"]
    _refuse({name: wanted for name in texts if not isinstance(values[name], str | None)}, known)
    out = QueryDict(mutable=True)
    for name, value in values.items():
        out.setlist(name, [_word(known[name], item) for item in _listed(value) if item is not None])
    return out


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refuse(wrong: Mapping[str, str], known: Mapping[str, forms.Field] | None = None) -> None:
    """Raise BadValue where something is wrong, with a sentence a field; `known` has the fields' labels."""
    if wrong:
        labels = [str((known[name].label if known else "") or name) for name in wrong]
        told = _("有 %(n)d 处填写不符合要求：%(fields)s。") % {"n": len(wrong), "fields": "、".join(labels)}
        raise BadValue(told, fields=dict(wrong))


def _word(field: forms.Field, value: Any) -> str:
    if isinstance(value, bool):
        return ("1" if value else "0") if isinstance(field, forms.TypedChoiceField) else str(value)
    if isinstance(field, forms.DateTimeField) and isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
            local = moment.astimezone(BEIJING) if moment.tzinfo else moment
        except (ValueError, OverflowError):
            return value
        return f"{local:%Y-%m-%dT%H:%M}"
    return str(value)


def checked(form: forms.BaseForm) -> dict[str, Any]:
    """Return a bound form's clean values; raises BadValue with a sentence a field."""
    if form.is_valid():
        return form.cleaned_data
    wrong = {
        ("" if name == NON_FIELD_ERRORS else name): "；".join(str(item) for item in items)
        for name, items in form.errors.items()
    }
    labels = [str(form.fields[name].label) if name in form.fields else _("整体") for name in wrong]
    told = _("有 %(n)d 处填写不符合要求：%(fields)s。") % {"n": len(wrong), "fields": "、".join(labels)}
    raise BadValue(told, fields=wrong)
