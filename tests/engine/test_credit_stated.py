"""Stated annual rates against the prices beside them; and lines of any shape never end a batch."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.credit import lines
from xiaobao.credit.read import TERM_KEYS
from xiaobao.credit.stated import mismatch
from xiaobao.errors import XiaobaoError


@pytest.mark.parametrize(
    ("text", "nominal"),
    [
        ("月费率0.6%，分12期，年化利率7.2%", "13.0342"),
        ("日息万五，年化利率15%", "18.2500"),
        ("借款10000元，分12期，每期还款920元，年化利率10.4%", "18.7652"),
        ("分12期手续费率合计7.2%，年化利率仅7.2%", "13.0342"),
        ("每月手续费率0.6%，分12期还款，折合年利率仅7.2%", "13.0342"),
        ("一千块一天四毛五，年化利率12%", "16.4250"),
    ],
)
def test_prices_that_come_to_another_rate(text: str, nominal: str) -> None:
    found = mismatch(text)
    assert found is not None
    assert abs(found.rate.nominal_percent - Decimal(nominal)) < Decimal("0.2")
    assert "不符" in found.sentence
    assert text[found.stated.start : found.stated.end] == found.stated.text


@pytest.mark.parametrize(
    "text",
    [
        "日利率0.02%，年化利率7.3%（单利）",
        "日息万五，年化利率20.02%（复利）",
        "月费率0.6%，分12期，年化利率13.03%（单利）",
        "年化利率7.2%",
        "日息万五",
        "月费率0.6%，年化利率7.2%",
        "年化利率16.43%，相当于一千块一天四毛五",
        "年化利率12.6%（单利），即每万元每月58元，最长24个月",
        "日息万五，年化利率19%",
        "甲款年化利率7.2%，乙款年化利率10%，日息万五",
        "",
    ],
)
def test_prices_that_agree_or_cannot_be_compared(text: str) -> None:
    assert mismatch(text) is None


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=12)
    | st.sampled_from(["2026-01-31", "bullet", "free", "day", "actual/365", "deducted", "each_period", "balance"]),
    lambda x: st.lists(x, max_size=4) | st.dictionaries(st.sampled_from(
        ["on", "after", "amount", "name", "percent", "periods", "annual_rate", "timing", "base", "terms", "fee"]), x),
    max_leaves=8,
)  # fmt: skip
KEYS = st.sampled_from(
    sorted({*TERM_KEYS, "drawdowns", "payments", "convention", "unit_period", "quote", "what_if", "overdue_days"})
)


def answered(work: Callable[[dict[str, Any]], dict[str, Any]], obj: dict[str, Any]) -> str:
    """Return the result as JSON, or the sentence of the error if it is one in Chinese."""
    try:
        return json.dumps(work(obj), allow_nan=False)
    except XiaobaoError as error:
        return error.message if any("一" <= c <= "鿿" for c in error.message) else ""


@given(st.dictionaries(KEYS, ANYTHING, max_size=6), st.booleans())
def test_a_line_of_any_shape_gets_a_result_or_a_sentence(found: dict[str, Any], contract: bool) -> None:
    obj = {"principal": 10000, "annual_rate": 12, "periods": 12, "start": "2026-01-31", **found} if contract else found
    for work in (lines.rates, lines.scheduled, lines.stated):
        assert answered(work, dict(obj))


def test_interest_beside_the_principal_of_each_period_is_not_charged_on_it() -> None:
    assert mismatch("以一万二千元分十二期为例：每期本金一千元，每期利息六十元，折合年化利率（单利）约10.9%") is None
    assert mismatch("家装分期月费率0.6%，分12期，年化利率7.2%（单利）") is not None
