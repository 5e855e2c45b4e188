"""Patterns of rates and of costs per unit of principal, in percent of their period."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Literal

from xiaobao.errors import InputError
from xiaobao.text.numerals import NUMBER, parse_number

Period = Literal["day", "month", "year", "period", "total"]

_TO = r" ?(?:[-~—–―至到]|——) ?"
_UNIT = r"%|‰|‱|个?百分点|(?:bps?|BPS?)(?![A-Za-z])|个?基点|厘|分(?=利|息|的利|的息)"
_FRACTION = {"百": Decimal(1), "千": Decimal("0.1"), "万": Decimal("0.01")}
_PERCENT = {"%": Decimal(1), "‰": Decimal("0.1"), "‱": Decimal("0.01"), "点": Decimal(1), "b": Decimal("0.01"),
            "基": Decimal("0.01")}  # fmt: skip

RATE = re.compile(
    rf"(?<![\d.])(?:(?P<n1>{NUMBER}) ?(?:%|‰|厘|分)?{_TO})?(?P<n2>{NUMBER}) ?(?P<unit>{_UNIT})"
    rf"|(?:(?P<f1>[百千万])分之(?P<n3>{NUMBER}){_TO})?(?P<f2>[百千万])分之(?P<n4>{NUMBER}|百)"
    rf"|(?:(?<=息)|(?<=利率)|(?<=费率)|(?<=佣金)|(?<=手续费))(?:低至|仅|只要|仅需|为|是|约)?"
    rf"(?P<f3>[千万])(?P<n5>[\d一二两三四五六七八九](?:\.\d+|点[一二三四五六七八九])?)(?![\d万千百元块人])"
)
"""Rates with a sign (3.5%-4.2%, 6厘), as a fraction (万分之五) or in lending shorthand (日息万五)."""

_PRICE = (
    r"(?:的|利息|息费|息|费用|手续费|成本|费|仅需|仅|只需|只要|只|低至|最低|约|为|是|收取|收|支付|付|需要?|要| ){0,5}"
)


def _each(index: int) -> str:
    return rf"(?P<p{index}>天|日|个?月|年|期)"


def _fee(index: int) -> str:
    rest = r"(?:(?P<j{0}>[\d一二两三四五六七八九])(?![\d.%％个天年月日期])[角毛]?)?".replace("{0}", str(index))
    return rf"{_PRICE}(?P<n{index}>{NUMBER}) ?(?P<u{index}>元|块钱?|[角毛]钱?|分钱){rest}"


_BASE = r"(?:百|千|万|十万)"
PER_UNIT = re.compile(
    rf"(?:每(?P<b1>{_BASE})元?|(?:每借|借款?|贷款?|用|每)?(?P<b2>{NUMBER}) ?元?)"
    rf"(?:借款|贷款|本金|钱|,|，)?(?:借|用|使用)?(?:每|一|1|/){_each(1)}{_fee(1)}"
    rf"|每{_each(2)}每(?P<b3>{_BASE})元?{_fee(2)}"
    rf"|每(?P<b4>{_BASE})元?(?P<p4>日|月|年)(?:利息|息|收益){_fee(4)}"
    rf"|(?P<b5>{NUMBER}) ?元?[,，]?(?:借款|贷款|借|用|使用)?(?P<k5>{NUMBER}) ?{_each(5)}"
    rf"的?总?(?:利息|息费|手续费){_fee(5)}"
)
"""Costs per unit of principal: 每万元每天2元, 借1万一天2.5元, 每天每万元5元, 每万元日息3元, 借1000元用30天利息5元."""

_YEARLY = (
    r"年化|年利|年息|(?<!近[一二两三四五1-5半])年收益|年费|年率|每年|按年|年均|年回报|年综合|折年|年租|年增长"
    r"|APR|IRR|p\.a|LPR"
)
_SO_FAR = r"近[一二两三四五六\d半]{1,2}个?[年月周]|以来"
_PERIODS: tuple[tuple[Period, re.Pattern[str]], ...] = (
    ("year", re.compile(_YEARLY, re.IGNORECASE)),
    (
        "month",
        re.compile(r"月利|月息|月费|(?<!个)(?<!近[一二两三四五六\d])月收益|每个?月|按月|月化|月手续费|月供|月管理"),
    ),
    ("day", re.compile(r"日利|日息|日费|日化|每日|每天|按日|天息|日收益|日万|一天")),
    ("period", re.compile(r"每期|期费|期利|单期|每一期|按期|分期手续费|分期费")),
    ("total", re.compile(rf"总费|总利|总收益|总成本|累计|合计|一次性|共收|总手续费|{_SO_FAR}")),
)
_AFTER: tuple[tuple[Period, re.Pattern[str]], ...] = (
    ("year", re.compile(r" ?/ ?年|每年|一年|\(?年化|的?年利|的?年息|的?年化|p\.a", re.IGNORECASE)),
    ("month", re.compile(r" ?/ ?个?月|每个?月|一个月|的?月利|的?月息")),
    ("day", re.compile(r" ?/ ?[天日]|每[天日]|一天|的?日利|的?日息")),
    ("period", re.compile(r" ?/ ?期|每期|一期")),
)
_STOP = re.compile(r"[。；;！!？?，,、\n%％‰]")


def period_around(text: str, match: re.Match[str]) -> Period | None:
    """Return the period a rate refers to, by the words after it, then by the nearest words before it."""
    after = next((name for name, pattern in _AFTER if pattern.match(text, match.end())), None)
    if after:
        return after
    before = _STOP.split(text[max(0, match.start() - 18) : match.start()])[-1]
    found = [(m.end(), name) for name, pattern in _PERIODS for m in pattern.finditer(before)]
    return max(found)[1] if found else None


def _scale(unit: str, text: str, match: re.Match[str]) -> Decimal:
    """Return what one of a unit is in percent; 厘 and 分 depend on the period (year: tenfold, day: a tenth)."""
    if unit[0] in "厘分":
        period = period_around(text, match)
        base = Decimal("0.1") if unit[0] == "厘" else Decimal(1)
        return base * (10 if period == "year" else Decimal("0.1") if period == "day" else 1)
    key = "基" if "基" in unit else "点" if "百分点" in unit else unit[0].lower()
    return _PERCENT[key]


def percent(match: re.Match[str]) -> tuple[Decimal | None, Decimal]:
    """Return the lower bound (None without a range) and the value of a match of RATE, in percent."""
    if match["unit"]:
        scale = _scale(match["unit"], match.string, match)
        first = None if match["n1"] is None else parse_number(match["n1"]) * scale
        return first, parse_number(match["n2"]) * scale
    if match["f3"]:
        return None, parse_number(match["n5"]) * _FRACTION[match["f3"]]
    first = None if match["n3"] is None else parse_number(match["n3"]) * _FRACTION[match["f1"]]
    last = Decimal(100) if match["n4"] == "百" else parse_number(match["n4"])
    return first, last * _FRACTION[match["f2"]]


def per_unit_percent(match: re.Match[str]) -> tuple[Decimal, Period]:
    """Return a match of PER_UNIT as percent of principal, and its period."""
    index = next(i for i in (1, 2, 4, 5) if match[f"n{i}"])
    word = match["b1"] or match["b3"] or match["b4"]
    base = parse_number("1" + word if word != "十万" else word) if word else parse_number(match["b2"] or match["b5"])
    fee, unit, part = match[f"n{index}"], match[f"u{index}"], match[f"j{index}"]
    cost = parse_number(fee) + (parse_number(part) / 10 if part else 0)
    cost *= Decimal("0.1") if unit[0] in "角毛" else Decimal("0.01") if unit[0] == "分" else 1
    periods: dict[str, Period] = {"天": "day", "日": "day", "月": "month", "年": "year", "期": "period"}
    base *= parse_number(match["k5"]) if index == 5 else 1
    if not base:
        raise InputError(f"“{match.group()}”的本金或期数为零")
    return cost / base * 100, periods[match[f"p{index}"][-1]]
