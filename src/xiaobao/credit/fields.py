"""Read values out of JSON with errors that name the field: numbers, dates, choices, objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from xiaobao.errors import InputError


def wrong(where: str, expected: str, value: Any) -> InputError:
    """Return the error of a field that holds something else than expected."""
    shown = repr(value) if isinstance(value, str | int | float | bool) or value is None else type(value).__name__
    return InputError(f"字段“{where}”应为{expected}，实为 {shown[:60]}", code="input.type")


def decimal(value: Any, where: str) -> Decimal:
    """Return a number, or text that holds one (10,000.00), as a Decimal; anything else raises InputError."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise wrong(where, "数字", value)
    try:
        found = Decimal(str(value).strip().replace(",", "").removesuffix("%"))
    except (InvalidOperation, ValueError) as error:
        raise wrong(where, "数字", value) from error
    if not found.is_finite() or (found and found.adjusted() > 15):
        raise wrong(where, "不太大的数字", value)
    return found


def missing(obj: Mapping[str, Any], key: str) -> InputError:
    """Return the error of a field that is absent, or there without a value, as NaN and 1e400 are once read."""
    why = "的值为空，或不是有效的数字" if key in obj else ""
    return InputError(f"字段“{key}”{why}" if why else f"缺少字段“{key}”", code="input.missing")


def whole(value: Any, where: str) -> int:
    """Return a whole number; 12.0 counts as one."""
    found = decimal(value, where)
    if found != found.to_integral_value():
        raise wrong(where, "整数", value)
    return int(found)


def day(value: Any, where: str) -> date:
    """Return a date written 2026-01-31."""
    if not isinstance(value, str):
        raise wrong(where, "日期（如 2026-01-31）", value)
    plain = value.strip()
    try:
        found = date.fromisoformat(plain[:10])
    except ValueError as error:
        raise wrong(where, "日期（如 2026-01-31）", value) from error
    if len(plain) > 10 and plain[10] not in "T ":
        raise wrong(where, "日期（如 2026-01-31）", value)
    return found


def flag(value: Any, where: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise wrong(where, "true 或 false", value)
    return value


def text(value: Any, where: str) -> str:
    """Return text."""
    if not isinstance(value, str):
        raise wrong(where, "文本", value)
    return value


def choice(value: Any, where: str, known: Mapping[str, str] | Collection[str]) -> str:
    """Return a name among those known; where they have Chinese labels, the label does too."""
    labels = known if isinstance(known, Mapping) else {}
    for name in known:
        if value == name or (labels.get(name) == value and isinstance(value, str)):
            return name
    listed = "、".join(f"{n}（{labels[n]}）" if n in labels else n for n in known)
    raise wrong(where, f"{listed} 之一", value)


def mapping(value: Any, where: str, known: Collection[str]) -> Mapping[str, Any]:
    """Return an object whose keys are all known."""
    if not isinstance(value, dict):
        raise wrong(where, "对象", value)
    strange = [str(key) for key in value if key not in known]
    if strange:
        raise InputError(
            f"“{where}”中有不认识的字段：{'、'.join(strange[:5])}；可用：{'、'.join(known)}", code="input.field"
        )
    return value


def listing(value: Any, where: str, most: int = 5000) -> list[Any]:
    """Return a list of at most so many elements."""
    if not isinstance(value, list):
        raise wrong(where, "数组", value)
    if len(value) > most:
        raise InputError(f"字段“{where}”最多 {most} 项，实有 {len(value)} 项", code="input.limit")
    return value
