"""Numbers as they are read aloud in Chinese: 一千零七十二元三角, 百分之十三点零三."""

from __future__ import annotations

from decimal import Decimal

from xiaobao.errors import InputError

_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")


def whole(number: int) -> str:
    """Return a whole number below 10^16 in words; 两 is left to the speaker, 一十 at the front is 十."""
    if not 0 <= number < 10**16:
        raise InputError(f"数字超出可读的范围：{number}", code="input.number")
    if number == 0:
        return "零"
    text, gap = "", False
    for unit, size in (("亿", 10**8), ("万", 10**4), ("", 1)):
        part, number = divmod(number, size)
        if part == 0:
            gap = bool(text)
            continue
        if text and (gap or part < 1000):
            text += "零"
        text += (whole(part) if part >= 10**4 else _group(part)) + unit
    return text.removeprefix("一") if text.startswith("一十") else text


def _group(number: int) -> str:
    """Return a number from 1 to 9999 in words."""
    text, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _UNITS[place]
        gap = False
    return text


def number(value: Decimal) -> str:
    """Return a decimal in words: the digits after the point one by one, trailing zeros left out."""
    plain = format(abs(value).normalize(), "f")
    before, _, after = plain.partition(".")
    words = whole(int(before)) + ("点" + "".join(_DIGITS[int(d)] for d in after) if after else "")
    return f"负{words}" if value < 0 else words


def money(value: Decimal) -> str:
    """Return yuan in words, to the cent: 一千零七十二元三角五分."""
    cents = int((abs(value) * 100).to_integral_value())
    yuan, rest = divmod(cents, 100)
    tenths, hundredths = divmod(rest, 10)
    words = whole(yuan) + "元" if yuan or not rest else ""
    if tenths:
        words += _DIGITS[tenths] + "角"
    elif hundredths and yuan:
        words += "零"
    if hundredths:
        words += _DIGITS[hundredths] + "分"
    return f"负{words}" if value < 0 and cents else words


def percent(value: Decimal) -> str:
    """Return a percentage in words with two decimals at most: 百分之十三点零三."""
    rounded = value.quantize(Decimal("0.01"))
    return f"{'负' if rounded < 0 else ''}百分之{number(abs(rounded))}"
