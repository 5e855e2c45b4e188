"""What citizens type, taken as they mean it: full-width digits, units, separators; what cannot be is told plainly."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xiaobao.text.values import values
from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.forms.fields import DayInput

FIRST_DAY = date(1950, 1, 1)
"""Policies and passbooks are that old; what is dated earlier is a slip of the year."""
PHONE_LIKE = re.compile(r"\+?[\d\s\-()转#*.·]+")
_TEN_THOUSAND = re.compile(r"([\d.]+)\s*万")
_ABOUT = re.compile("大概|大约|差不多|左右|上下|约|共|多|是|了")
"""What people write around a sum that they do not know to the last fen."""


def ascii_digits(text: str) -> str:
    """Return text with the digits and marks of any script and width as plain ones."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(str(unicodedata.decimal(mark, mark)) for mark in folded)


class Words(forms.CharField):
    """Words that every database and page can hold; too many are told with what else one can do."""

    def __init__(self, *, max_length: int, instead: Any = "", **more: Any) -> None:
        super().__init__(max_length=max_length, **more)
        told = _("最多 %(limit_value)d 字，现在有 %(show_value)d 字，请删短一些。")
        for check in self.validators:
            if getattr(check, "code", "") == "max_length":
                check.message = instead or told  # type: ignore[attr-defined]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Return what the widget is told; a story has no length there, or browsers would cut what is pasted unasked."""
        told = super().widget_attrs(widget)
        return {k: v for k, v in told.items() if k != "maxlength"} if isinstance(widget, forms.Textarea) else told

    def to_python(self, value: Any) -> Any:
        """Return the words without marks that turn or hide them."""
        return super().to_python(plain(value) if isinstance(value, str) else value)


class Phone(forms.CharField):
    """A telephone number by which a person can be reached."""

    default_error_messages = {
        "invalid": _("这不像电话号码。手机写 11 位，例如 13800000000；座机写区号和号码，例如 010-12345678。"),
        "long": _("只写一个电话号码，最多 30 个字符。"),
    }

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}), **more)

    def to_python(self, value: Any) -> str:
        """Return the number in plain digits; raises ValidationError for what nobody can call."""
        told = ascii_digits(super().to_python(value) or "").strip()
        told = re.sub(r"[‐‑‒–—−ー－]", "-", told)
        if not told:
            return ""
        if len(told) > 30:
            raise forms.ValidationError(self.error_messages["long"], code="long")
        digits = re.sub(r"\D", "", told)
        main = re.sub(r"\D", "", re.split("[转#*]", told)[0])
        number = main[2:] if main.startswith("86") and len(main) == 13 else main
        mobile = number.startswith("1") and (number != main or not told.startswith("+"))
        callable_ = PHONE_LIKE.fullmatch(told) and 7 <= len(digits) <= 20 and len(set(digits)) > 1
        if not callable_ or (mobile and not re.fullmatch(r"1[3-9]\d{9}", number)):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return told


class Happened(forms.DateField):
    """The day on which something happened: not to come, and of this age."""

    default_error_messages = {"invalid": _("请写成 2026-03-02 这样的日期；记不清可以不填。")}

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=DayInput(), **more)

    def to_python(self, value: Any) -> date | None:
        """Return the day; raises ValidationError for one that cannot be."""
        found = super().to_python(ascii_digits(value).strip() if isinstance(value, str) else value)
        if found is not None and found > timezone.localdate():
            raise forms.ValidationError(_("这一天还没有到，请核对年月日；记不清可以不填。"), code="future")
        if found is not None and found < FIRST_DAY:
            raise forms.ValidationError(_("年份不对，请核对，例如 2026 年；记不清可以不填。"), code="past")
        return found


class Yuan(forms.DecimalField):
    """A sum in yuan, with the marks and units that people write beside it."""

    default_error_messages = {
        "invalid": _("请写成数字，例如 3000 或 3000.50；记不清可以不填。"),
        "min_value": _("请写大于 0 的数；记不清可以不填。"),
        "max_digits": _("数字太大了，请核对，单位是元。"),
        "max_whole_digits": _("数字太大了，请核对，单位是元。"),
        "max_decimal_places": _("最多两位小数，请核对。"),
    }

    def __init__(self, **more: Any) -> None:
        super().__init__(
            min_value=0, max_digits=14, decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **more
        )
        for check in self.validators:
            if getattr(check, "code", "") == "min_value":
                check.message = self.error_messages["min_value"]  # type: ignore[attr-defined]
        spoken = {name: self.error_messages[name] for name in self.default_error_messages}
        for check in self.validators:
            if hasattr(check, "messages"):
                check.messages = {**check.messages, **spoken}

    def to_python(self, value: Any) -> Any:
        """Return the sum; 3,000元, ￥3000, 3万, 三万二 and 约8千6 are understood."""
        if isinstance(value, str):
            spoken = _ABOUT.sub("", ascii_digits(value).strip())
            value = re.sub(r"[,，\s¥￥]|(?:人民币|rmb|RMB)|[元块]钱?(?:整)?$", "", ascii_digits(value).strip())
            if (found := _TEN_THOUSAND.fullmatch(value)) and found[1].count(".") <= 1 and found[1].strip("."):
                value = str((Decimal(found[1]) * 10_000).normalize().__format__("f"))
            elif not re.fullmatch(r"[-+]?[\d.]*", value):
                value = _told(spoken) or value
        return super().to_python(value)


def _told(spoken: str) -> str:
    """Return the sum that words are and nothing besides, in digits; "" where they are anything else."""
    found = values(spoken)
    whole = len(found) == 1 and found[0].kind in ("money", "number") and found[0].text.strip() == spoken.strip()
    return f"{found[0].value:f}" if whole and isinstance(found[0].value, Decimal) else ""
