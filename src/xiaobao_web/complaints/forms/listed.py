"""Fields that hold several values: sums, each with what it is in the case, and days on which something happened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from xiaobao_web.complaints.forms.entered import FIRST_DAY, Yuan, ascii_digits
from xiaobao_web.complaints.models import AmountRole
from xiaobao_web.complaints.services.correcting import plain_number

MOST = 30
BETWEEN = re.compile(r"[、，,；;\s]+")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?")


class SumRows(forms.Widget):
    """A row a sum: the sum and what it is; there is an empty row below them."""

    def format_value(self, value: Any) -> list[str]:
        """Return the sums as words: 285 fee."""
        return list(value or [])

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        """Return the sums as words, whether rows of a page or words of a program."""
        values = data.getlist(name) if hasattr(data, "getlist") else list(data.get(name) or [])
        roles = data.getlist(f"{name}_role") if hasattr(data, "getlist") else []
        roles += [""] * (len(values) - len(roles))
        return [f"{value} {role}".strip() for value, role in zip(values, roles, strict=False) if str(value).strip()]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Tell whether a page was sent without this field."""
        return name not in data

    def id_for_label(self, id_: str, index: str = "0") -> str:
        """Return what the label leads to: the first sum."""
        return f"{id_}_0" if id_ else id_

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the rows."""
        told: Mapping[str, Any] = self.build_attrs(self.attrs, attrs)
        look, described = str(told.get("class", "form-control")), str(told.get("aria-describedby", ""))
        rows = [*(_parted(words) for words in self.format_value(value)[:MOST]), ("", "")]
        lines = [
            (f"{told.get('id', name)}_{place}", name, amount, look, described, place + 1, name,
             look.replace("form-control", "form-select"), place + 1, _options(role))
            for place, (amount, role) in enumerate(rows)
        ]  # fmt: skip
        return format_html(
            '<div class="sum-rows" data-sum-rows>{}</div>',
            format_html_join("", '<div class="sum-row"><input type="text" inputmode="decimal" id="{}" name="{}" '
                             'value="{}" class="{}" aria-describedby="{}" placeholder="元" aria-label="第 {} 笔金额">'
                             '<select name="{}_role" class="{}" aria-label="第 {} 笔是什么">{}</select></div>', lines),
        )  # fmt: skip


def _parted(words: str) -> tuple[str, str]:
    """Return a sum and what it is, of words as 285 fee or 285 息费."""
    amount, _space, role = words.strip().rpartition(" ")
    return (amount.strip(), role) if amount else (role, "")


def _options(chosen: str) -> SafeString:
    roles = [("", _("是什么")), *AmountRole.choices]
    rows = ((key, SafeString(" selected") if chosen in (key, label) and key else "", label) for key, label in roles)
    return format_html_join("", '<option value="{}"{}>{}</option>', rows)


class Sums(forms.Field):
    """Sums in yuan, each with what it is, as tickets have them: [{"value": 285, "role": "fee"}]."""

    widget = SumRows
    told_kind = "sums"
    """How the interface describes it: a list of words as 285.00 fee."""
    choices = AmountRole.choices

    def prepare_value(self, value: Any) -> list[str]:
        """Return sums as words."""
        return [f"{row['value']} {row['role']}" if isinstance(row, Mapping) else str(row) for row in value or []]

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        """Return the sums, each once; raises ValidationError for one that is no sum, or not told what it is."""
        out: list[dict[str, Any]] = []
        roles = {str(label): key for key, label in AmountRole.choices} | {key: key for key in AmountRole.values}
        for words in value or []:
            amount, told = _parted(words)
            found: Decimal | None = Yuan(required=False).clean(amount)
            role = roles.get(told)
            if found is None or role is None:
                shown = {"words": words[:30], "roles": "、".join(str(label) for label in AmountRole.labels)}
                raise forms.ValidationError(_("“%(words)s”：请选这笔金额是什么（%(roles)s）。") % shown)
            if not found:
                raise forms.ValidationError(Yuan.default_error_messages["min_value"])
            row = {"value": plain_number(found), "role": role}
            out += [row] if row not in out else []
        if len(out) > MOST:
            raise forms.ValidationError(_("最多 %d 笔。") % MOST)
        return out


class OneLine(forms.TextInput):
    """Several values on one line."""

    def format_value(self, value: Any) -> str | None:
        """Return the values on one line."""
        return "、".join(map(str, value)) if isinstance(value, list | tuple) else super().format_value(value)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return the line, whether it came as one or as several values."""
        return "、".join(data.getlist(name)) if hasattr(data, "getlist") else data.get(name)


class Days(forms.Field):
    """Days on which something happened, or months where the day is not known: ["2026-03-02", "2026-02"]."""

    widget = OneLine
    told_kind = "days"
    """How the interface describes it: a list of days and months."""
    help = gettext_lazy("写 2026-03-02，只知道月份写 2026-03；几个日期用顿号隔开。")

    def __init__(self, **more: Any) -> None:
        super().__init__(**{"help_text": self.help, **more})

    def to_python(self, value: Any) -> list[str]:
        """Return the days, each once; raises ValidationError for one that cannot be."""
        words = value if isinstance(value, list) else BETWEEN.split(ascii_digits(str(value or "")))
        out = [_day(word) for word in words if word]
        if len(out) > MOST:
            raise forms.ValidationError(_("最多 %d 个日期。") % MOST)
        return list(dict.fromkeys(out))


def _day(words: str) -> str:
    found = _DAY.fullmatch(words)
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise forms.ValidationError(_("读不懂“%s”，请写成 2026-03-02 或 2026-03。") % words[:20])
    if day > timezone.localdate():
        raise forms.ValidationError(_("%s还没有到，请核对年月日。") % words[:20])
    if day < FIRST_DAY:
        raise forms.ValidationError(_("%s的年份不对，请核对。") % words[:20])
    return day.isoformat() if found[3] else f"{day:%Y-%m}"
