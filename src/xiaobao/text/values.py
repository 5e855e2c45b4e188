"""Find money, rates, numbers, dates, durations, ages and clock times with their units, over original offsets.

Canonical units: money in the currency's own unit (CNY in yuan); rates in percent of their own period, so that
万分之五 is 0.05 with period "day" where 日息 stands before it; ages in years; clock times in minutes after midnight;
durations in the unit written. A range carries lower and upper, and its value is the upper bound; 以上 or 以下 give
one bound. 厘 and 分 follow the custom of lending: a month unless the text names a year or a day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from xiaobao.errors import InputError
from xiaobao.text.dates import CLOCK, DATE, DateParts, clock_minutes, date_parts
from xiaobao.text.numerals import DIGITS, NUMBER, fold, parse_number
from xiaobao.text.rates import PER_UNIT, RATE, Period, per_unit_percent, percent, period_around

__all__ = ["DateParts", "Kind", "Period", "Qualifier", "Value", "parse_number", "values"]

Kind = Literal["money", "rate", "number", "date", "duration", "age", "clock"]
Qualifier = Literal["about", "at_most", "at_least"]

_YEARLY = {"day": 365, "month": 12, "year": 1}


@dataclass(frozen=True, slots=True)
class Value:
    """One quantity of a text: start and end are code points of the original text, end exclusive.

    value is a Decimal in `unit`, or the parts of a date; lower and upper are bounds where the text gives them.
    """

    kind: Kind
    value: Decimal | DateParts
    unit: str
    start: int
    end: int
    text: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    period: Period | None = None
    qualifier: Qualifier | None = None

    @property
    def annual(self) -> Decimal | None:
        """Return a rate in percent a year by simple multiplication (365 days, 12 months); None without a period."""
        if self.kind != "rate" or self.period not in _YEARLY or not isinstance(self.value, Decimal):
            return None
        return self.value * _YEARLY[self.period]


_TO = r" ?(?:[-~—–―至到]|——) ?"
_CURRENCY_BEFORE = {"¥": "CNY", "￥": "CNY", "rmb": "CNY", "人民币": "CNY", "cny": "CNY", "us$": "USD", "usd": "USD",
                    "$": "USD", "hk$": "HKD", "hkd": "HKD", "€": "EUR", "eur": "EUR", "£": "GBP"}  # fmt: skip
_CURRENCY_AFTER = {"元": "CNY", "块": "CNY", "块钱": "CNY", "元人民币": "CNY", "rmb": "CNY", "人民币": "CNY",
                   "美元": "USD", "美金": "USD", "港元": "HKD", "港币": "HKD", "欧元": "EUR", "日元": "JPY",
                   "英镑": "GBP", "角": "CNY", "毛": "CNY", "毛钱": "CNY", "分钱": "CNY"}  # fmt: skip
_SMALL = {"角": Decimal("0.1"), "毛": Decimal("0.1"), "毛钱": Decimal("0.1"), "分钱": Decimal("0.01")}
_DURATION = {
    "个工作日": "working_day", "工作日": "working_day", "个自然日": "day", "个交易日": "trading_day", "天": "day",
    "日": "day", "周": "week", "个星期": "week", "星期": "week", "个月": "month", "个季度": "quarter", "年": "year",
    "年期": "year", "小时": "hour", "个小时": "hour", "分钟": "minute", "秒": "second", "秒钟": "second",
    "期": "instalment",
}  # fmt: skip


def _any(words: dict[str, str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


_BEFORE_SIGN, _AFTER_SIGN, _SPAN = _any(_CURRENCY_BEFORE), _any(_CURRENCY_AFTER), _any(_DURATION)
_MONEY = re.compile(
    rf"(?P<sign>{_BEFORE_SIGN}) ?(?P<sn>(?:{NUMBER}))(?:{_TO}(?:{_BEFORE_SIGN})? ?(?P<sn2>{NUMBER}))?"
    rf"(?: ?元(?:人民币)?)?"
    rf"|(?:(?P<n1>{NUMBER})(?: ?(?P<u1>{_AFTER_SIGN}))?{_TO})?(?P<n2>{NUMBER}) ?(?P<u2>{_AFTER_SIGN})"
    rf"(?![旦件素宵])(?:(?P<jiao>[\d一二两三四五六七八九])(?:[角毛](?:(?P<fen>[\d一二三四五六七八九])分?)?"
    rf"|(?![\d.%％个天年月日期万千百])))?整?",
    re.IGNORECASE,
)
_AGE = re.compile(rf"(?:(?P<n1>{NUMBER}) ?(?:周岁|岁)?{_TO})?(?P<n2>{NUMBER}) ?(?:周岁|岁)(?!末|月|尾)")
_LENGTH = re.compile(
    rf"(?<![\d.第{DIGITS}十百])"
    rf"(?:(?P<n1>{NUMBER}) ?(?P<u1>{_SPAN})?{_TO})?(?P<n2>{NUMBER}|半) ?(?P<u2>{_SPAN})(?P<half>半)?"
    rf"|(?P<n3>{NUMBER})个(?P<middle>半)(?P<u3>月|小时|季度)|(?P<n4>半)个?(?P<u4>月|小时|年|天|季度)"
)
_DAY_CONTEXT = re.compile(r"(?:以?内|之内|后|以?前|左右|以上|以下|起?内|无理由|年化|犹豫期|冷静期|期限|期)")
_DAY_BEFORE = re.compile(r"(?:期限?|期间|期[为是]|满|提前|超过|少于|持有|未来|连续|累计)$")
_AMOUNT = re.compile(
    rf"(?:(?P<n1>{NUMBER}){_TO})?(?P<n2>{NUMBER})(?![人户家次个条份名笔年天辆件股倍字亩台套吨公米平步 ]| ?[A-Za-z])"
)
_MONEY_BEFORE = re.compile(
    r"(?:额度|借款?|贷款?|存入?|投资?|金额|本金|保额|赔付?|资金|授信|提现|转账?|收益|赚|可拿|领|最高|起投|起存|起购)[^\d，。；,;]{0,6}$"
)
_MONEY_AFTER = re.compile(r" ?(?:额度|本金|资金|保额|存款|贷款|授信|保障|赔付|借款|理财|定期|现金)")
_NUMBER = re.compile(rf"(?<![\dA-Za-z.])(?P<n2>{NUMBER})(?![\d.]*[A-Za-z])")

_FLOOR = "不低于|不少于|不小于|至少|最低|最少|低至"
_OVER = "超过?|高于|大于|多于|逾|突破|满|[≥>]"
_CEILING = "不超过?|不高于|不大于|不多于|未超过|未满|不满|不足|最高|最多|至多|高达|低于|少于|小于|上限|封顶|[≤<]"
_BEFORE: tuple[tuple[Qualifier, re.Pattern[str]], ...] = (
    ("at_least", re.compile(rf"(?:(?:{_FLOOR})[^\d，。；,;]{{0,6}}|(?:{_OVER})[^\d，。；,;]{{0,3}})$")),
    ("at_most", re.compile(rf"(?:{_CEILING})[^\d，。；,;]{{0,6}}$")),
    ("about", re.compile(r"(?:(?<![合预签履违契公条节])约为?|大约|大概|近|将近|接近|差不多)[^\d，。；,;一-龥]{0,2}$")),
)
_NOT_AT_LEAST = re.compile(r"(?:不|未|没有?)(?:得|能|可|会)?(?:超过?|高于|大于|多于|突破|满)[^\d，。；,;]{0,3}$")
_AFTER: tuple[tuple[Qualifier, re.Pattern[str]], ...] = (
    ("at_least", re.compile(r" ?[(（]?(?:及以上|\(?含\)?以上|以上|起(?!诉|来|初|见|的时)|多)")),
    ("at_most", re.compile(r" ?[(（]?(?:及以下|\(?含\)?以下|以下|以内|之内|封顶)")),
    ("about", re.compile(r" ?(?:左右|上下)")),
)


def _qualifier(kind: Kind, text: str, start: int, end: int) -> Qualifier | None:
    """Tell from the words around a quantity whether it is a bound or an estimate."""
    after = next((name for name, pattern in _AFTER if pattern.match(text, end)), None)
    if after:
        return after
    before = text[max(0, start - 12) : start]
    if _NOT_AT_LEAST.search(before):
        return "at_most"
    found = [(m.start(), name) for name, pattern in _BEFORE if (m := pattern.search(before))]
    if kind == "duration" and before.endswith("近"):
        return None
    # 不低于 holds 低于 as well: the longer wording starts earlier.
    return min(found)[1] if found else None


def _bounded(value: Value, folded: str) -> Value:
    """Add the qualifier and the bound that follows from it."""
    qualifier = _qualifier(value.kind, folded, value.start, value.end)
    if qualifier is None or isinstance(value.value, DateParts):
        return value
    lower, upper = value.lower, value.upper
    if lower is None and upper is None:
        lower = value.value if qualifier == "at_least" else None
        upper = value.value if qualifier == "at_most" else None
    return replace(value, qualifier=qualifier, lower=lower, upper=upper)


def _make(
    kind: Kind, unit: str, match: re.Match[str], first: Decimal | None, last: Decimal, period: Period | None = None
) -> Value:
    lower, upper = (None, None) if first is None else (first, last)
    return Value(kind, last, unit, match.start(), match.end(), match.group(), lower, upper, period)


def _lower(number: str | None, own: bool, upper: str) -> Decimal | None:
    """Read the first number of a range; 1-5万 lends 万 to the first, 5000-1万 does not."""
    if number is None:
        return None
    value = parse_number(number)
    large = re.search(r"[万亿wWkK千百]+$", upper)
    if large and not own and not re.search(r"[万亿wWkK千百十]", number):
        lent = value * parse_number("1" + large.group())
        value = lent if lent <= parse_number(upper) else value
    return value


def _money(match: re.Match[str], folded: str) -> Value:
    if match["sign"]:
        last = parse_number(match["sn2"] or match["sn"])
        first = _lower(match["sn"], False, match["sn2"]) if match["sn2"] else None
        return _make("money", _CURRENCY_BEFORE[match["sign"].lower()], match, first, last)
    unit = match["u2"].lower()
    scale = _SMALL.get(unit, Decimal(1))
    last = parse_number(match["n2"]) * scale
    for group, part in (("jiao", Decimal("0.1")), ("fen", Decimal("0.01"))):
        if match[group]:
            last += parse_number(match[group]) * part * scale
    first = _lower(match["n1"], bool(match["u1"]), match["n2"])
    return _make("money", _CURRENCY_AFTER[unit], match, None if first is None else first * scale, last)


def _rate(match: re.Match[str], folded: str) -> Value:
    first, last = percent(match)
    return _make("rate", "%", match, first, last, period_around(folded, match))


def _cost(match: re.Match[str], folded: str) -> Value:
    value, period = per_unit_percent(match)
    return _make("rate", "%", match, None, value, period)


def _age(match: re.Match[str], folded: str) -> Value:
    return _make("age", "year", match, _lower(match["n1"], True, match["n2"]), parse_number(match["n2"]))


def _duration(match: re.Match[str], folded: str) -> Value | None:
    number, unit = match["n2"] or match["n3"] or match["n4"], match["u2"] or match["u3"] or match["u4"]
    value = parse_number(number)
    if match["half"] or match["middle"]:
        value += Decimal("0.5")
    name = _DURATION.get(unit) or _DURATION["个" + unit]
    dated = unit == "日" and not match["n1"]
    if dated and not (
        _DAY_CONTEXT.match(folded, match.end()) or _DAY_BEFORE.search(folded[max(0, match.start() - 4) : match.start()])
    ):
        return None
    if unit == "年" and re.fullmatch(r"(?:19|20)\d\d", number):
        return None
    return _make("duration", name, match, _lower(match["n1"], True, number), value)


def _amount(match: re.Match[str], folded: str) -> Value | None:
    """Read 最高借20万 and 5万额度: money without a currency, known by its company."""
    if not re.search(r"[千万亿wWkK]", match["n2"]):
        return None
    before = folded[max(0, match.start() - 10) : match.start()]
    if not (_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(folded, match.end())):
        return None
    return _make("money", "CNY", match, _lower(match["n1"], False, match["n2"]), parse_number(match["n2"]))


def _number(match: re.Match[str], folded: str) -> Value | None:
    text = match["n2"]
    if not re.search(r"\d", text) and not re.search(
        r"^[一二两三四五六七八九壹贰叁肆伍陆柒捌玖].*[十百千万亿拾佰仟]", text
    ):
        return None
    return _make("number", "", match, None, parse_number(text))


def _date(match: re.Match[str], folded: str) -> Value | None:
    parts = date_parts(match)
    if parts is None:
        return None
    return Value("date", parts, "", match.start(), match.end(), match.group())


def _clock(match: re.Match[str], folded: str) -> Value | None:
    minutes = clock_minutes(match)
    return None if minutes is None else _make("clock", "minute", match, None, Decimal(minutes))


_Reader = Callable[[re.Match[str], str], Value | None]
# In this order: an earlier reader takes its words away from the later ones.
_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (DATE, _date), (CLOCK, _clock), (PER_UNIT, _cost), (RATE, _rate), (_AGE, _age), (_LENGTH, _duration),
    (_MONEY, _money), (_AMOUNT, _amount), (_NUMBER, _number),
)  # fmt: skip


def _found(folded: str) -> Iterator[Value]:
    """Yield quantities reader by reader, none of them over characters already taken."""
    free = folded
    for pattern, reader in _READERS:
        taken: list[tuple[int, int]] = []
        for match in pattern.finditer(free):
            try:
                value = reader(match, folded)
            except InputError:
                continue  # such as 三五百: no definite number
            if value is not None:
                taken.append((value.start, value.end))
                yield value
        free = _blanked(free, taken)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """Return text of the same length in which the spans can match nothing."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], "\x00" * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def values(text: str) -> list[Value]:
    """Return the quantities of a text in order of place; the spans never overlap."""
    # One line end between a number and its unit is the page's, not the author's.
    folded = fold(text).replace("\n", " ")
    found = (_bounded(v, folded) for v in _found(folded))
    return sorted((replace(v, text=text[v.start : v.end]) for v in found), key=lambda v: v.start)
