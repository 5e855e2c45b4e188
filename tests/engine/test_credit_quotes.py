"""Quotes of loan prices: the golden vectors, the ways people speak, what has no single answer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.credit.quotes import annualise, parse_quotes, remedy_sentence
from xiaobao.credit.rates import from_bullet, from_flows, from_periodic
from xiaobao.errors import InputError


def level(principal: float, monthly: float, count: int) -> float:
    return principal * monthly / (1 - (1 + monthly) ** -count)


GOLDEN = [
    ([12_000, *[1072] * 12], "13.0342", "13.8418"),
    ([12_000, *[1090] * 12], "16.2165", "17.4778"),
    ([12_000, *[572] * 24], "13.2656", "14.1026"),
    ([9_700, *[level(10_000, 0.01, 12)] * 12], "17.8249", "19.3557"),
    ([10_000, *[10_000 / 6 + 150] * 6], "30.2306", "34.7918"),
    ([10_000, *[level(10_000, 0.02, 12)] * 12], "24.0000", "26.8242"),
    ([11_400, *[1000] * 12], "9.5770", "10.0088"),
]


@pytest.mark.parametrize(("flows", "nominal", "effective"), GOLDEN)
def test_golden_flows_to_the_printed_digit(flows: list[float], nominal: str, effective: str) -> None:
    rate = from_flows(flows[0], flows[1:])
    assert (rate.nominal_percent, rate.effective_percent) == (Decimal(nominal), Decimal(effective))


def test_golden_daily_and_bullet() -> None:
    daily = annualise(parse_quotes("日息万五")[0])
    assert (daily.nominal_percent, daily.effective_percent) == (Decimal("18.25"), Decimal("20.0159"))
    bullet = from_bullet(10_000, 200, 30)
    assert (bullet.nominal_percent, bullet.effective_percent) == (Decimal("24.3333"), Decimal("27.2434"))


@pytest.mark.parametrize(
    ("text", "kind", "percent", "nominal"),
    [
        ("日息万五", "daily_rate", "0.05", "18.2500"),
        ("日利率0.05%", "daily_rate", "0.05", "18.2500"),
        ("日利率万分之二", "daily_rate", "0.02", "7.3000"),
        ("0.05%/天", "daily_rate", "0.05", "18.2500"),
        ("万2.5每天", "daily_rate", "0.025", "9.1250"),
        ("每万元每天2元", "daily_rate", "0.02", "7.3000"),
        ("1万元用一天2.5元", "daily_rate", "0.025", "9.1250"),
        ("一千块一天五毛", "daily_rate", "0.05", "18.2500"),
        ("月息1分2厘", "monthly_rate", "1.2", "14.4000"),
        ("月息一分五", "monthly_rate", "1.5", "18.0000"),
        ("月利率2%", "monthly_rate", "2", "24.0000"),
        ("年息八厘", "annual_rate", "8", "8.0000"),
        ("年化利率18%", "annual_rate", "18", "18.0000"),
        ("月费率0.6%，分12期", "periodic_fee", "0.6", "13.0342"),
        ("每期手续费率0.75%，共12期", "periodic_fee", "0.75", "16.2165"),
        ("分24期，每月手续费0.6%", "periodic_fee", "0.6", "13.2656"),
        ("分12期手续费率合计7.2%", "total_fee", "7.2", "13.0342"),
    ],
)
def test_ways_to_quote(text: str, kind: str, percent: str, nominal: str) -> None:
    (quote,) = parse_quotes(text)
    assert (quote.kind, quote.percent) == (kind, Decimal(percent))
    assert annualise(quote).nominal_percent == Decimal(nominal)


def test_repayment_quotes_carry_flows() -> None:
    (quote,) = parse_quotes("借10000元，分12期，每期还款920元")
    assert (quote.principal, quote.payment, quote.periods) == (Decimal(10000), Decimal(920), 12)
    assert annualise(quote).nominal_percent > 18


def test_offsets_are_of_the_original() -> None:
    text = "😀本产品：日息低至０．０２％，月费率0.6%（12期）"
    quotes = parse_quotes(text)
    assert [q.kind for q in quotes] == ["daily_rate", "periodic_fee"]
    assert all(text[q.start : q.end] == q.text for q in quotes)


@pytest.mark.parametrize(
    "text",
    [
        "七日年化收益率2.1%",
        "存款利率年化3%",
        "费率8折",
        "LPR加30个基点",
        "首付20%",
        "3月5日还款",
        "退还手续费100元",
        "",
    ],
)
def test_what_is_no_loan_price(text: str) -> None:
    assert parse_quotes(text) == []


def test_an_upfront_fee_costs_more_than_one_spread_evenly() -> None:
    (even,) = parse_quotes("分12期手续费率合计7.2%")
    (once,) = parse_quotes("手续费率7.2%一次性收取，分12期")
    assert once.upfront
    assert annualise(once).nominal_percent > annualise(even).nominal_percent


def test_fees_without_periods_say_so_and_periods_can_be_given() -> None:
    (quote,) = parse_quotes("月费率0.6%")
    with pytest.raises(InputError, match="期数"):
        annualise(quote)
    assert annualise(quote, periods=12).nominal_percent == Decimal("13.0342")
    assert "如按 12 期计" in remedy_sentence(quote)


def test_the_remedy_offers_both_labelled_figures() -> None:
    assert remedy_sentence(parse_quotes("日息万五")[0]) == "请补充：折合年化利率（单利）约 18.25%，（复利）约 20.02%"


@pytest.mark.parametrize(
    ("received", "payments", "words"),
    [
        (10_000, [500] * 12, "少于到手金额"),
        (0, [100], "大于零"),
        (1000, [0] * 12, "还款合计 0.00 元少于"),
        (1000, [], "至少应有一期"),
        (1000, [3600, -4310, 1716], "3 个内部收益率"),
        (float("nan"), [1], "无法折算"),
    ],
)
def test_no_answer_or_several_is_an_error(received: float, payments: list[float], words: str) -> None:
    with pytest.raises(InputError, match=words):
        from_flows(received, payments)


@given(st.floats(0.0001, 0.05), st.integers(2, 60), st.integers(100, 1_000_000))
def test_level_payments_give_back_their_rate(monthly: float, count: int, principal: int) -> None:
    rate = from_flows(principal, [level(principal, monthly, count)] * count)
    expected = from_periodic(monthly, 12, "")
    assert abs(rate.nominal_percent - expected.nominal_percent) <= Decimal("0.0002")
    assert rate.effective_percent >= rate.nominal_percent


@pytest.mark.parametrize(
    ("text", "kind", "nominal"),
    [
        ("3期费率1.95%", "total_fee", "11.6624"),
        ("12期费率7.2%", "total_fee", "13.0342"),
        ("12个月费率7.2%", "total_fee", "13.0342"),
        ("分期手续费7.2%，分12期", "total_fee", "13.0342"),
        ("分期费率7.2%（12期）", "total_fee", "13.0342"),
        ("手续费0.6%每期，共12期", "periodic_fee", "13.0342"),
        ("3个月每月费率0.6%", "periodic_fee", "10.7679"),
        ("12个月月费率0.6%", "periodic_fee", "13.0342"),
    ],
)
def test_a_fee_of_several_periods_is_no_fee_of_each(text: str, kind: str, nominal: str) -> None:
    (quote,) = parse_quotes(text)
    assert quote.kind == kind
    assert abs(annualise(quote).nominal_percent - Decimal(nominal)) < Decimal("0.001")


def test_a_fee_too_dear_for_each_period_is_of_all_where_no_number_of_periods_is_named() -> None:
    (dear,), (usual,) = parse_quotes("分期手续费7.2%"), parse_quotes("分期手续费0.6%")
    assert annualise(dear, periods=12) == annualise(parse_quotes("12期总费率7.2%")[0])
    assert annualise(usual, periods=12).nominal_percent == Decimal("13.0342")


def test_the_number_of_periods_in_the_words_stands() -> None:
    (quote,) = parse_quotes("月费率0.6%，分12期")
    assert annualise(quote, periods=24) == annualise(quote)
