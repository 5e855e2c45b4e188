"""Fields of loan forms: figures as people type them, and errors that say what is expected."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

MOST_YUAN = Decimal(10) ** 12
_LARGE = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)(万|亿)")
_COUNTED = re.compile(r"(\d{1,6})(?:个月|个|期|月|天|日)")


def plain(value: Any) -> Any:
    """Return typed text with full-width digits narrowed, separators and the units of money and percent left out."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFKC", value).strip()
    for mark in (",", " ", "%", "元", "¥"):
        text = text.replace(mark, "")
    return text


class Figure(forms.DecimalField):
    """An amount or a percentage: 100,000, 10万 and １２％ are read too."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("min_value", 0)
        more.setdefault("max_value", MOST_YUAN)
        more.setdefault("max_digits", 20)
        more.setdefault("decimal_places", 6)
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**more)

    def to_python(self, value: Any) -> Any:
        """Return the number."""
        text = plain(value)
        large = _LARGE.fullmatch(text) if isinstance(text, str) else None
        if large:
            text = f"{Decimal(large[1]) * (10**4 if large[2] == '万' else 10**8):f}"
            text = text.rstrip("0").rstrip(".") if "." in text else text
        return super().to_python(text)


class Count(forms.IntegerField):
    """A whole number: periods, days; 12个月 and 36期 are read too."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(**more)

    def to_python(self, value: Any) -> Any:
        """Return the number."""
        text = plain(value)
        counted = _COUNTED.fullmatch(text) if isinstance(text, str) else None
        return super().to_python(counted[1] if counted else text)


class Day(forms.DateField):
    """A day of the calendar."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d", "%Y/%m/%d"], **more)


def yuan(label: Any, **more: Any) -> Figure:
    """Return a field for an amount in yuan."""
    return Figure(label=label, decimal_places=2, **more)


def percent(label: Any, **more: Any) -> Figure:
    """Return a field for a percentage."""
    return Figure(label=label, **{"max_value": 1000, **more})


class LoanForm(forms.Form):
    """A form whose errors name their field, for a list beside the result."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            label = str(field.label or name).split("（")[0]
            field.error_messages["required"] = _("请填写%s") % label
            if isinstance(field, Figure | Count):
                field.error_messages["invalid"] = _("%s应为数字") % label
            elif isinstance(field, Day):
                field.error_messages["invalid"] = _("%s应为日期，如 2026-01-31") % label
