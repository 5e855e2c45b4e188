"""Read numbers as Chinese writers write them: Arabic, Chinese, financial capitals, and mixtures with 万, 亿, w, k."""

from __future__ import annotations

import re
from decimal import Decimal

from xiaobao.errors import InputError

_WRITINGS = ("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
_DIGITS = {char: digit for digit, writings in enumerate(_WRITINGS) for char in writings}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "k": 1000, "K": 1000,
          "万": 10**4, "w": 10**4, "W": 10**4, "亿": 10**8}  # fmt: skip
_FOLD = {ord(a): b for a, b in zip(
    "萬億貳貮弐參叄陸兩圓圆塊點歲個週釐號時後內當費無計",
    "万亿贰贰贰叁叁陆两元元块点岁个周厘号时后内当费无计",
    strict=True,
)} | {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0C}  # fmt: skip

DIGITS = "".join(_DIGITS)
# Every repetition is bounded, so that a page of digits costs linear time.
_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,12})?|\d{1,20}(?:\.\d{1,12})?)"
_TIME = r"[天年月日期岁个]|小时|分钟|周"
_SECTION = rf" ?[百千万亿佰仟]{{1,3}}(?:(?:{_ARABIC}|[{DIGITS}]{{1,4}})(?![\d.]| ?(?:{_TIME})))?"
_MIXED = rf"{_ARABIC}(?:{_SECTION}){{0,4}}(?: ?[wWkK](?![A-Za-z0-9]))?"
_CHINESE = rf"[{DIGITS}廿卅十拾][{DIGITS}十拾百佰千仟万亿]{{0,30}}(?:点[{DIGITS}]{{1,8}}[百千万亿]{{0,2}})?"
NUMBER = rf"(?:{_MIXED}|{_CHINESE})"
"""A pattern without groups for one number, to be built into larger ones over folded text."""

_WHOLE = re.compile(rf"{NUMBER}|半")
_TOKEN = re.compile(rf"{_ARABIC}|.")


def fold(text: str) -> str:
    """Return text of the same length with full-width signs and traditional numerals in their plain form."""
    return text.translate(_FOLD)


class _Sum:
    """The running value of a numeral: finished large sections, the section below 万, the digits just read."""

    def __init__(self) -> None:
        self.total = Decimal(0)
        self.section = Decimal(0)
        self.current: Decimal | None = None
        self.unit = 0
        self.large = 0
        self.colloquial = False

    def digit(self, value: int) -> None:
        """Append a Chinese digit; after a zero the next digit is literal (一百零五)."""
        if value == 0 and self.unit:
            self.unit = 0
            return
        self.colloquial = self.current is None and self.unit > 0
        self.current = Decimal(value) if self.current is None else self.current * 10 + value

    def arabic(self, value: str) -> None:
        """Take Arabic digits; a single one after a unit is colloquial (8千6)."""
        self.colloquial = self.unit > 0 and len(value) == 1
        self.current = Decimal(value.replace(",", ""))

    def apply(self, unit: int) -> None:
        """Multiply what was read by a unit."""
        self.colloquial = False
        if unit < 10**4:
            self.section += (Decimal(1) if self.current is None else self.current) * unit
        else:
            whole = self.section + (self.current or 0)
            if self.large and unit > self.large:
                self.total = (self.total + whole) * unit
            elif whole or not self.total:
                self.total += whole * unit
            else:
                self.total *= unit
            self.large = unit
            self.section = Decimal(0)
        self.current = None
        self.unit = unit

    def value(self) -> Decimal:
        """Return the sum; a lone digit after a unit counts tenths of it (三万二)."""
        rest = self.current or Decimal(0)
        if self.colloquial:
            rest = rest * self.unit / 10
        return self.total + self.section + rest


def _whole_part(text: str) -> Decimal:
    total = _Sum()
    positional = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token in _DIGITS:
            positional += 1
            total.digit(_DIGITS[token])
        elif token in _UNITS:
            if positional > 1 and total.current is not None and total.current >= 10:
                raise InputError(f"“{text}”不是一个确定的数")
            positional = 0
            total.apply(_UNITS[token])
        elif token in "廿卅":
            total.current = Decimal(2 if token == "廿" else 3)
            total.apply(10)
        elif token != " ":
            positional = 0
            total.arabic(token)
    return total.value()


def _with_point(text: str) -> Decimal:
    """Read 十二点五万: the digits after 点 are decimals, and units after them multiply the whole."""
    whole, _, rest = text.partition("点")
    places = "".join(str(_DIGITS[c]) for c in rest if c in _DIGITS)
    value = _whole_part(whole) + Decimal(f"0.{places}")
    for char in rest[len(places) :]:
        value *= _UNITS[char]
    return value


def parse_number(text: str) -> Decimal:
    """Return the value of one number (三万二 is 32000, 1.5万 is 15000); raise InputError for anything else."""
    plain = fold(text).strip()
    if not _WHOLE.fullmatch(plain):
        raise InputError(f"“{text}”不是数字")
    if plain == "半":
        return Decimal("0.5")
    return _with_point(plain) if "点" in plain else _whole_part(plain)
