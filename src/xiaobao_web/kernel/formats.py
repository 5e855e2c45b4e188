"""How times, money, shares and sizes are written for people."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

WAN = Decimal(10_000)
YI = Decimal(100_000_000)


def no_data() -> str:
    """Return what stands where a value is missing; never a zero."""
    return _("无数据")


def day(value: date | datetime | None) -> str:
    """Return “11月22日”, in Beijing, with the year when it is not this year."""
    if value is None:
        return no_data()
    if isinstance(value, datetime):
        value = timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    text = f"{value.month}月{value.day}日"
    return text if value.year == timezone.localdate().year else f"{value.year}年{text}"


def day_or_month(iso: str) -> str:
    """Return “3月2日” of 2026-03-02 and “3月” of 2026-03, with the year when it is not this year."""
    told = day(date.fromisoformat(iso if len(iso) > 7 else f"{iso}-01"))
    return told if len(iso) > 7 else told.removesuffix("1日")


def moment(value: datetime | None) -> str:
    """Return “11月22日 14:05”, in Beijing, with the year when it is not this year."""
    if value is None:
        return no_data()
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{day(local)} {local:%H:%M}"


def _number(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def money(value: Any) -> str:
    """Return an amount of yuan as “12,345.67 元”."""
    number = None if value is None else _number(value)
    return no_data() if number is None else f"{number:,.2f} 元"


def short_money(value: Any) -> str:
    """Return an amount of yuan as “1.23 万元” or “1.23 亿元”, below ten thousand in full."""
    number = None if value is None else _number(value)
    if number is None:
        return no_data()
    for unit, name in ((YI, "亿元"), (WAN, "万元")):
        if abs(number) >= unit:
            return f"{number / unit:,.2f} {name}"
    return money(number)


def percent(value: Any) -> str:
    """Return a share (0.012 for 1.2 %) with two decimals."""
    number = None if value is None else _number(value)
    return no_data() if number is None else f"{number * 100:.2f}%"


def size(value: int | None) -> str:
    """Return a number of bytes as “1.2 MB”."""
    if value is None:
        return no_data()
    amount = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1024 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return no_data()
