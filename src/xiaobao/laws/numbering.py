"""Numbers of articles as law texts write them: 第二百九十三条之一, 25(一), Art23(四)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = r"(?:\d{1,4}|[零〇○一二三四五六七八九十百千两]{1,9})"
_ARTICLE = re.compile(
    rf"(?:art\.?)?第?(?P<number>{_NUMERAL})条?(?:之(?P<extra>{_NUMERAL})(?![)款]))?"
    rf"(?:第?(?P<paragraph>{_NUMERAL})款)?"
    rf"(?:第?\((?P<item>{_NUMERAL})\)项?|第(?P<bare>{_NUMERAL})项)?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"\*(?:\((?P<topic>[^()]{1,20})\))?")
_BRACKETS = str.maketrans({"〔": "(", "〕": ")", "[": "(", "]": ")", "【": "(", "】": ")", "〈": "<", "〉": ">"})
_DROPPED = re.compile(r"[\s《》“”\"'‘’<>]+")
_STATE = "中华人民共和国"


@dataclass(frozen=True, slots=True)
class Locus:
    """A place inside a norm: article "25" or "293之一" or "*", then paragraph and item where they are named."""

    number: str
    item: str = ""
    paragraph: str = ""

    def __str__(self) -> str:
        paragraph = f"第{self.paragraph}款" if self.paragraph else ""
        item = f"({self.item})" if self.item else ""
        return f"{self.number}{paragraph}{item}"


def numeral_value(text: str) -> int:
    """Return the value of an Arabic or Chinese whole number below ten thousand; ValueError otherwise."""
    if text.isdecimal():
        return int(text)
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _UNITS:
            # 十五 leaves out the leading 一.
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            raise ValueError(f"不是数字：{text}")
    return total + digit


def chinese_numeral(value: int) -> str:
    """Return a whole number from 1 to 99 in the Chinese form that items are numbered with."""
    if not 1 <= value <= 99:
        raise ValueError(f"项号须在1至99之间：{value}")
    tens, ones = divmod(value, 10)
    head = "" if tens == 0 else "十" if tens == 1 else "零一二三四五六七八九"[tens] + "十"
    return head + ("零一二三四五六七八九"[ones] if ones else "")


def fold(text: str) -> str:
    """Return a name or reference in the form used for comparing: one width, one bracket, no title marks or blanks."""
    folded = _DROPPED.sub("", unicodedata.normalize("NFKC", text).translate(_BRACKETS)).casefold()
    return folded.removeprefix(_STATE)


def parse_locus(text: str) -> Locus | None:
    """Return the place that a folded text like 25(一), 第二十五条第(一)项 or *(催收) names, None when it names none."""
    whole = _WHOLE.fullmatch(text)
    if whole:
        return Locus("*", whole["topic"] or "")
    match = _ARTICLE.fullmatch(text)
    if not match:
        return None
    number = str(numeral_value(match["number"]))
    if match["extra"]:
        number += "之" + _item(match["extra"])
    raw = match["item"] or match["bare"]
    try:
        return Locus(number, _item(raw) if raw else "", _item(match["paragraph"]) if match["paragraph"] else "")
    except ValueError:
        return None


def article_order(number: str) -> tuple[int, int]:
    """Return the sorting key of an article number; the whole norm ("*") comes first."""
    base, _, extra = number.partition("之")
    if not base.isdecimal():
        return (0, 0)
    return (int(base), numeral_value(extra) if extra else 0)


def _item(text: str) -> str:
    return chinese_numeral(numeral_value(text))
