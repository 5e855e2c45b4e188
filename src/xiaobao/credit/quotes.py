"""The ways people quote the price of a loan, found in a text and turned into annual rates.

日息万五  日利率0.05%  每万元每天2元  月息1分2厘  月费率0.6%×12期  12期总费率7.2%  借1万分12期每期还920元
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from xiaobao.credit.rates import DAYS, MONTHS, AnnualRate, from_flows, from_periodic
from xiaobao.errors import InputError
from xiaobao.text.numerals import fold, parse_number
from xiaobao.text.values import Value, values

QuoteKind = Literal["daily_rate", "monthly_rate", "annual_rate", "periodic_fee", "total_fee", "repayment"]

SUPPOSED_PERIODS = 12


@dataclass(frozen=True, slots=True)
class Quote:
    """A price as quoted: start and end are code points of the original text.

    percent is of the quote's own period (of the original principal for fees); a range keeps its dearer end.
    repayment quotes carry principal and payment in yuan instead. upfront tells that a total fee is paid at once.
    """

    kind: QuoteKind
    start: int
    end: int
    text: str
    percent: Decimal | None = None
    periods: int | None = None
    principal: Decimal | None = None
    payment: Decimal | None = None
    upfront: bool = False


def annualise(quote: Quote, *, periods: int | None = None) -> AnnualRate:
    """Return the annual rate of a quote; periods counts monthly instalments where the quote names none.

    Fees need a number of periods; without one, or where no single rate solves it, InputError says so.
    """
    count = quote.periods or periods
    if quote.kind == "repayment":
        return _of_repayment(quote, count)
    if quote.percent is None or quote.percent < 0:
        raise InputError(f"“{quote.text}”没有可折算的费率", code="input.rate")
    share = float(quote.percent) / 100
    if quote.kind == "daily_rate":
        return from_periodic(share, DAYS, "日利率折算", assumptions=("一年按365天",))
    if quote.kind == "monthly_rate":
        return from_periodic(share, MONTHS, "月利率折算", assumptions=("利息按剩余本金计收", "一年按12个月"))
    if quote.kind == "annual_rate":
        return from_periodic(share / MONTHS, MONTHS, "年利率按月计息", assumptions=("所述年利率为单利，按月计息",))
    return _of_fee(quote, share, count)


def parse_quotes(text: str) -> list[Quote]:
    """Return the loan prices quoted in a text in order; yields of deposits and investments are left out."""
    return list(_parsed(text))


@lru_cache(maxsize=16)
def _parsed(text: str) -> tuple[Quote, ...]:
    """Keep the prices of the texts at hand: several rules and remedies ask for them."""
    found = values(text)
    quotes = [*_spoken(text), *_repayments(text, found)]
    quotes += [q for q in _rates(text, found) if not any(q.start < o.end and o.start < q.end for o in quotes)]
    return tuple(sorted(quotes, key=lambda q: (q.start, q.end)))


def remedy_sentence(quote: Quote) -> str:
    """Return a Chinese sentence that offers the figure a quote lacks, simple and compound both labelled."""
    needs = quote.kind in ("periodic_fee", "total_fee", "repayment") and not quote.periods
    try:
        rate = annualise(quote, periods=SUPPOSED_PERIODS if needs else None)
    except InputError as error:
        return f"请补充年化利率；{error.message}"
    if quote.kind == "annual_rate":
        return f"请注明计息方式：{rate}"
    if needs:
        return f"请补充分期期数与年化利率；如按 {SUPPOSED_PERIODS} 期计，折合{rate}"
    return f"请补充：折合{rate}"


def _of_fee(quote: Quote, share: float, count: int | None) -> AnnualRate:
    if not count:
        raise InputError(f"“{quote.text}”是按初始本金计收的费率，折算年化需要分期期数", code="input.periods")
    principal = 10_000.0
    total = share * principal * (count if quote.kind == "periodic_fee" else 1)
    each = [principal / count + (0 if quote.upfront else total / count)] * count
    if quote.upfront:
        each[0] += total
    how = f"费用合计 {total:,.2f} 元{'于首期一次收取' if quote.upfront else '平均到每期'}"
    working = (f"以本金 {principal:,.0f} 元、{count} 期计，{how}",)
    supposed = ("每期等额归还本金", "每期为一个月", "费用按初始本金计收")
    return from_flows(principal, each, method="内部收益率（IRR）", working=working, assumptions=supposed)


def _of_repayment(quote: Quote, count: int | None) -> AnnualRate:
    if not count or quote.principal is None or quote.payment is None:
        raise InputError(f"“{quote.text}”缺少本金、每期还款额或期数，无法折算年化", code="input.periods")
    return from_flows(quote.principal, [quote.payment] * count, assumptions=("每期为一个月", "本金全额到手"))


_SPOKEN = re.compile(
    r"(?P<period>[日月年])(?:利息|利|息)(?:只要|仅需|仅|只|低至|约|为|是|:|：)?"
    r"(?:(?P<fen>[0-9一二两三四五六七八九](?:\.[0-9]+)?) ?分"
    r"(?:(?P<li>[0-9一二两三四五六七八九半]) ?(?P<unit>厘)?)?(?![之0-9钟期%]))"
    r"|(?<![0-9])万(?P<wan>[0-9](?:\.[0-9]{1,2})?)(?:/|每|一|的)?(?P<each>天|日)(?:息|利率)?"
    r"|(?P<base>[0-9一两二三四五六七八九]?[百千万])(?:元|块钱?)?(?:钱)?(?:一|每)天(?:利息|息)?(?:只要|仅需|只|才|仅)?"
    r"(?P<cost>[0-9一两二三四五六七八九](?:\.[0-9]+)?)(?P<coin>毛|角|块|元|分)(?P<tenth>[0-9一二三四五六七八九半](?![0-9十百千万点.个天月日期年%倍]))?"
)
_SHARE = {"日": Decimal("0.1"), "月": Decimal(1), "年": Decimal(10)}
_COIN = {"元": Decimal(1), "块": Decimal(1), "毛": Decimal("0.1"), "角": Decimal("0.1"), "分": Decimal("0.01")}
_KIND: dict[str, QuoteKind] = {"日": "daily_rate", "月": "monthly_rate", "年": "annual_rate"}


def _spoken(text: str) -> Iterator[Quote]:
    """Yield what lenders say and calculators do not: 月息一分五, 万2.5每天, 一千块一天五毛."""
    for match in _SPOKEN.finditer(text):
        start, end = match.span()
        if match["fen"]:
            tenth = Decimal(0) if not match["li"] else _tenths(match["li"])
            percent = (parse_number(match["fen"]) + tenth) * _SHARE[match["period"]]
            yield Quote(_KIND[match["period"]], start, end, text[start:end], percent, _periods(text, start, end))
        elif match["wan"]:
            yield Quote("daily_rate", start, end, text[start:end], parse_number(match["wan"]) / 100)
        else:
            base = match["base"] if len(match["base"]) > 1 else "1" + match["base"]
            tenth = Decimal(0) if not match["tenth"] else _tenths(match["tenth"])
            percent = (parse_number(match["cost"]) + tenth) * _COIN[match["coin"]] / parse_number(base) * 100
            yield Quote("daily_rate", start, end, text[start:end], percent)


def _tenths(digit: str) -> Decimal:
    """Return what a bare digit after a coin stands for: 四毛五 is four and a half."""
    return Decimal("0.5") if digit == "半" else parse_number(digit) / 10


_LABEL = re.compile(
    r"(?:年化|年|月|日|每[日天月年期]|单期|分期|总|综合|平均)?(?:综合|实际|手续|服务|分期|利息|担保)*"
    r"(?:利率|费率|利息|手续费率?|息费|息|费用|服务费|担保费)"
    r"(?:合计|共计|总计|累计)?(?:\(单利\)|（单利）|\(复利\)|（复利）)?[低仅只约为是至要需：: ]{0,4}$"
)
_FEE = re.compile("手续费|费率|服务费|担保费|管理费|费用|息费|月费|期费|日费|总费")
_YIELD = re.compile(
    r"收益|存款|定存|理财|业绩|净值|涨|跌|LPR|折(?![合算成])|返现|返利|保证金|首付|占比"
    r"|费率优惠|七日|逾期|罚息|违约金|滞纳金|增长|年金|分红|结算"
)
_MONTHLY_FEE = re.compile("月[^，。；、0-9]{0,6}费")
_UPFRONT = re.compile("一次性|首期收取|首期一次|放款时")


_PART = re.compile("每个?[期月](?:应还|归还|偿还|还)?本金(?:为|是|约|:|：| )*$")
"""What before a sum says that it is a part of a payment: the interest beside it is not charged on it alone."""


def _rates(text: str, found: Sequence[Value]) -> Iterator[Quote]:
    for value in found:
        if value.kind != "rate" or not isinstance(value.value, Decimal):
            continue
        if _PART.search(text[max(0, value.start - 10) : value.start]):
            continue
        clause = re.split(r"[，。；;！!？?\n,]", text[max(0, value.start - 18) : value.start])[-1]
        after = re.split(r"[，。；;！!？?\n,]", text[value.end : value.end + 8])[0]
        periods = _periods(text, value.start, value.end, found)
        upfront = _UPFRONT.search(text[max(0, value.start - 18) : value.end + 10]) is not None
        kind = _kind(value, clause, after, periods, upfront)
        if kind is None or _YIELD.search(clause) or _YIELD.search(after):
            continue
        label = _LABEL.search(clause)
        start = value.start - len(label[0]) if label else value.start
        once = upfront and kind == "total_fee"
        yield Quote(kind, start, value.end, text[start : value.end], value.value, periods, upfront=once)


_EVERY = re.compile("每一?期|单期|按期|每个月|(?<!个)月|^ ?/ ?期|^一期")
_SPAN = re.compile("[0-9一二三四五六七八九十]个?月[^每]{0,6}费")
"""Words that make a fee one of each period; 12期费率, 12个月费率, 分期手续费 only tell that there are several."""
_LOWEST_FEE = Decimal("0.2")
"""Percent a period below which a bare fee of several periods cannot be their total: cards quote 0.3 and more."""
_HIGHEST_FEE = Decimal(2)
"""Percent above which a bare fee of unnamed periods is their total: no card asks as much of each."""


def _kind(value: Value, before: str, after: str, periods: int | None, upfront: bool) -> QuoteKind | None:
    """Return what a rate is by its period and by whether the words around call it interest or a fee."""
    fee = _FEE.search(before + after[:6]) is not None
    if value.period in ("day", "year"):
        return "daily_rate" if value.period == "day" else "annual_rate"
    several = value.period == "period" or (value.period == "month" and _SPAN.search(before) is not None)
    if several and not (_EVERY.search(before) or _EVERY.search(after)):
        return _bare_fee(value, periods, upfront)
    if value.period in ("month", "period") or (value.period is None and _MONTHLY_FEE.search(before + after[:6])):
        return "periodic_fee" if fee or value.period == "period" else "monthly_rate"
    if value.period == "total":
        return "total_fee" if fee or "利" in before else None
    if not fee or not (periods or upfront or "分期" in before) or not isinstance(value.value, Decimal):
        return None
    return "total_fee" if not periods else _bare_fee(value, periods, upfront)


def _bare_fee(value: Value, periods: int | None, upfront: bool) -> QuoteKind:
    """Return whether a fee that does not say so is of each period or of all, by what lenders do ask."""
    percent = value.value if isinstance(value.value, Decimal) else Decimal(0)
    each = percent < _LOWEST_FEE * periods if periods else percent < _HIGHEST_FEE
    return "periodic_fee" if each and not upfront else "total_fee"


def _periods(text: str, start: int, end: int, found: Sequence[Value] | None = None) -> int | None:
    """Return the number of instalments named nearest to a quote within its sentence, None where none is."""
    best: tuple[int, int] | None = None
    for value in values(text) if found is None else found:
        if (
            value.kind != "duration"
            or value.unit not in ("instalment", "month")
            or not isinstance(value.value, Decimal)
        ):
            continue
        between = text[min(value.end, end) : max(value.start, start)]
        if (
            len(between) > 30
            or re.search("[。！!？?\n]", between)
            or value.value != int(value.value)
            or value.value < 2
        ):
            continue
        distance = (len(between), int(value.value))
        best = min(best, distance) if best else distance
    return best[1] if best else None


_EACH = re.compile(
    r"(?:每个?[期月]|月供|期供)"
    r"(?:等额|本息|只要|只需|仅需|仅|只|需|应|共|约|的|还款额?|还|供|付|支付|归还|为|是|[:： ]){0,5}$"
)
_PRINCIPAL = re.compile(r"(?:借款?|贷款?|本金|分期金额|账单|申请|到手|额度|放款)(?:金额|总额|了|为|是|[:： ]){0,3}$")


def _repayments(text: str, found: Sequence[Value]) -> Iterator[Quote]:
    """Yield principal, payment a period and number of periods where one sentence names all three."""
    money = [v for v in found if v.kind == "money" and v.unit == "CNY" and isinstance(v.value, Decimal)]
    folded = fold(text) if len(fold(text)) == len(text) else text
    for payment in money:
        if not _EACH.search(folded[max(0, payment.start - 14) : payment.start]):
            continue
        near = [v for v in money if v is not payment and abs(v.start - payment.start) <= 60]
        principal = next((v for v in near if _PRINCIPAL.search(folded[max(0, v.start - 8) : v.start])), None)
        if principal is None or not isinstance(principal.value, Decimal) or not isinstance(payment.value, Decimal):
            continue
        start, end = min(principal.start, payment.start), max(principal.end, payment.end)
        if "。" in text[start:end]:
            continue
        periods = _periods(text, start, end, found)
        shown = text[start:end]
        yield Quote("repayment", start, end, shown, None, periods, principal.value, payment.value)


__all__ = ["Quote", "QuoteKind", "annualise", "parse_quotes", "remedy_sentence"]
