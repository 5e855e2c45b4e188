"""Money, rates, dates, durations, ages and clock times as values with units."""

from __future__ import annotations

import time
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.text.values import Value, values


def only(text: str, kind: str) -> Value:
    found = [v for v in values(text) if v.kind == kind]
    assert len(found) == 1, found
    assert found[0].text == text[found[0].start : found[0].end]
    return found[0]


RATES = [
    ("百分之四点八五", "4.85", None, None),
    ("百分之三到百分之五", "5", "3", None),
    ("万分之五", "0.05", None, None),
    ("千分之六", "0.6", None, None),
    ("5‰", "0.5", None, None),
    ("日息万五", "0.05", None, "day"),
    ("佣金低至万2.5", "0.025", None, None),
    ("月息6厘", "0.6", None, "month"),
    ("年息6厘", "6", None, "year"),
    ("年息1分的利", "10", None, "year"),
    ("2分利", "2", None, None),
    ("年化3.5%-4.2%", "4.2", "3.5", "year"),
    ("年化收益率为３．５％", "3.5", None, "year"),
    ("年利率（单利）7.2%", "7.2", None, "year"),
    ("3%～5%", "5", "3", None),
    ("3至5%", "5", "3", None),
    ("月费率0.6%", "0.6", None, "month"),
    ("日利率0.02%", "0.02", None, "day"),
    ("0.05%/日", "0.05", None, "day"),
    ("每期手续费0.75%", "0.75", None, "period"),
    ("累计收益12%", "12", None, "total"),
    ("近一年收益率5%", "5", None, "total"),
    ("近1年年化收益率5%", "5", None, "year"),
    ("七日年化2.1%", "2.1", None, "year"),
    ("LPR+50BP", "0.50", None, "year"),
    ("下调25个基点", "0.25", None, None),
    ("提高2个百分点", "2", None, None),
    ("每万元每天2元", "0.02", None, "day"),
    ("借1万每天2.5元", "0.025", None, "day"),
    ("借一万一天只要两块五", "0.025", None, "day"),
    ("1000元一天利息2毛5", "0.025", None, "day"),
    ("每天每万元利息5元", "0.05", None, "day"),
    ("每万元日息3元", "0.03", None, "day"),
    ("借10000元，每月利息90元", "0.9", None, "month"),
    ("借1000元用30天利息仅3元", "0.01", None, "day"),
    ("百分之百", "100", None, None),
    ("近三月收益4%", "4", None, "total"),
    ("年利率\n7.2\n%", "7.2", None, "year"),
    ("成功率百分之九十九", "99", None, None),
]


@pytest.mark.parametrize(("text", "value", "lower", "period"), RATES)
def test_rates(text: str, value: str, lower: str | None, period: str | None) -> None:
    found = only(text, "rate")
    assert found.value == Decimal(value)
    assert found.lower == (None if lower is None else Decimal(lower))
    assert found.upper == (None if lower is None else Decimal(value))
    assert found.period == period
    assert found.unit == "%"


def test_a_rate_of_a_day_or_a_month_in_a_year() -> None:
    assert only("日息万五", "rate").annual == Decimal("18.25")
    assert only("月费率0.6%", "rate").annual == Decimal("7.2")
    assert only("收益5%", "rate").annual is None


MONEY = [
    ("贰拾万元", "200000", None, "CNY"),
    ("8千6百元", "8600", None, "CNY"),
    ("1.5万元", "15000", None, "CNY"),
    ("¥12,345.67", "12345.67", None, "CNY"),
    ("￥９９", "99", None, "CNY"),
    ("人民币5万元", "50000", None, "CNY"),
    ("US$100", "100", None, "USD"),
    ("100美元", "100", None, "USD"),
    ("3元5角", "3.5", None, "CNY"),
    ("3元5角6分", "3.56", None, "CNY"),
    ("两块五", "2.5", None, "CNY"),
    ("2毛5", "0.25", None, "CNY"),
    ("五万圓整", "50000", None, "CNY"),
    ("1-5万元", "50000", "10000", "CNY"),
    ("1万至5万元", "50000", "10000", "CNY"),
    ("1000元—5000元", "5000", "1000", "CNY"),
    ("5000-1万元", "10000", "5000", "CNY"),
    ("借2w", "20000", None, "CNY"),
    ("最高可借20万", "200000", None, "CNY"),
    ("5万额度", "50000", None, "CNY"),
    ("保额50万", "500000", None, "CNY"),
    ("存三万二", "32000", None, "CNY"),
]


@pytest.mark.parametrize(("text", "value", "lower", "unit"), MONEY)
def test_money(text: str, value: str, lower: str | None, unit: str) -> None:
    found = only(text, "money")
    assert found.value == Decimal(value)
    if lower is not None:
        assert (found.lower, found.upper) == (Decimal(lower), Decimal(value))
    assert found.unit == unit


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2026年3月", (2026, 3, None)),
        ("二〇二六年三月五日", (2026, 3, 5)),
        ("3月5日", (None, 3, 5)),
        ("十二月二十五号", (None, 12, 25)),
        ("2026-03-05", (2026, 3, 5)),
        ("2026/3/5", (2026, 3, 5)),
        ("2026.3.5", (2026, 3, 5)),
        ("3月份", (None, 3, None)),
        ("2026年起", (2026, None, None)),
        ("２０２６年３月５日", (2026, 3, 5)),
    ],
)
def test_dates(text: str, parts: tuple[int | None, int | None, int | None]) -> None:
    assert only(text, "date").value == parts


@pytest.mark.parametrize("text", ["2026-13-05", "13月40日", "版本3.5.1"])
def test_no_such_date(text: str) -> None:
    assert [v for v in values(text) if v.kind == "date"] == []


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("上午9点半", 570), ("21:00", 1260), ("21：30", 1290), ("晚上十点", 1320), ("晚9点", 1260), ("9点前", 540),
        ("下午3时20分", 920), ("中午12点", 720), ("中午11点", 660), ("早8点", 480), ("8点一刻", 495), ("凌晨1点", 60),
    ],
)  # fmt: skip
def test_clock_times(text: str, minutes: int) -> None:
    assert only(text, "clock").value == minutes


@pytest.mark.parametrize(
    ("text", "value", "unit", "lower"),
    [
        ("3个月", "3", "month", None), ("30天", "30", "day", None), ("7日内", "7", "day", None),
        ("15个工作日", "15", "working_day", None), ("半年", "0.5", "year", None), ("一年半", "1.5", "year", None),
        ("3-6个月", "6", "month", "3"), ("一个半月", "1.5", "month", None), ("12期", "12", "instalment", None),
        ("24小时", "24", "hour", None), ("5年期", "5", "year", None), ("10-15日内", "15", "day", "10"),
        ("犹豫期15日", "15", "day", None),
    ],
)  # fmt: skip
def test_durations(text: str, value: str, unit: str, lower: str | None) -> None:
    found = only(text, "duration")
    assert (found.value, found.unit) == (Decimal(value), unit)
    assert found.lower == (None if lower is None else Decimal(lower))


@pytest.mark.parametrize(
    ("text", "lower", "upper", "qualifier"),
    [
        ("60周岁以上", "60", None, "at_least"),
        ("60周岁（含）以上", "60", None, "at_least"),
        ("未满18周岁", None, "18", "at_most"),
        ("年满六十周岁", "60", None, "at_least"),
        ("18-60周岁", "18", "60", None),
        ("18岁", None, None, None),
        ("０至６５周岁", "0", "65", None),
    ],
)
def test_ages(text: str, lower: str | None, upper: str | None, qualifier: str | None) -> None:
    found = only(text, "age")
    assert found.lower == (None if lower is None else Decimal(lower))
    assert found.upper == (None if upper is None else Decimal(upper))
    assert found.qualifier == qualifier


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("不超过24%", "at_most"), ("不高于24%", "at_most"), ("最高24%", "at_most"), ("不得超过24%", "at_most"),
        ("24%以内", "at_most"), ("高达8%", "at_most"), ("不低于2%", "at_least"), ("超过5%", "at_least"),
        ("低至3%", "at_least"), ("3%起", "at_least"), ("约3.5%", "about"), ("5%左右", "about"), ("合约5%", None),
        ("低于3%", "at_most"),
        ("不低于合同金额的百分之五", "at_least"), ("利率3%", None), ("满3%", "at_least"),
    ],
)  # fmt: skip
def test_qualifiers(text: str, qualifier: str | None) -> None:
    assert only(text, "rate").qualifier == qualifier


@pytest.mark.parametrize(
    "text",
    [
        "一心一意",
        "万一",
        "唯一",
        "千万不要",
        "十分满意",
        "三五百元",
        "P2P",
        "多元化",
        "早一点",
        "第3期",
        "第十二期",
        "上涨20点，",
    ],
)
def test_what_is_no_quantity(text: str) -> None:
    assert [v for v in values(text) if v.kind != "number"] == []


def test_several_in_one_sentence() -> None:
    text = "最高可借20万元，年化利率7.2%起，分12期，2026年3月5日前申请，热线95588"
    assert [(v.kind, v.text) for v in values(text)] == [
        ("money", "20万元"), ("rate", "7.2%"), ("duration", "12期"), ("date", "2026年3月5日"), ("number", "95588"),
    ]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("0123456789.,%‰一二三万千百十元块年月日天岁点半分之利息每借最高约至-~ ：:\n"), max_size=30)
)
def test_any_text_gives_ordered_disjoint_spans(text: str) -> None:
    found = values(text)
    assert all(v.text == text[v.start : v.end] and v.start < v.end for v in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_a_long_document_takes_little_time() -> None:
    text = "甲方应于2026年3月5日前支付人民币5万元，年利率不超过7.2%，期限12个月。其他约定见附件条款说明。" * 400
    begin = time.process_time()
    assert len(values(text)) == 1600
    assert time.process_time() - begin < 3


@pytest.mark.parametrize("unit", ["1", "一", "1,", "1万", "9千", "1-", "一至", "每万元"])
def test_a_page_of_one_sign_takes_little_time(unit: str) -> None:
    begin = time.process_time()
    values(unit * 4000)
    assert time.process_time() - begin < 5
