"""Numbers in every way they are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.errors import InputError
from xiaobao.text.numerals import fold, parse_number

CASES = {
    "三万二": "32000", "两百五": "250", "贰拾万": "200000", "2w": "20000", "8千6": "8600", "1.5万": "15000",
    "12,345.67": "12345.67", "３．５": "3.5", "十": "10", "十五": "15", "二十": "20", "二十一": "21", "一百零五": "105",
    "一千零一": "1001", "一万零五百": "10500", "一万五": "15000", "1万5": "15000", "1万5000": "15000",
    "3万5千": "35000",
    "8千6百": "8600", "三点五": "3.5", "十二点五": "12.5", "四点八五": "4.85", "三点五万": "35000", "二〇二六": "2026",
    "一亿": "100000000", "3亿5000万": "350000000", "一万亿": "1000000000000", "2万亿": "2000000000000", "5k": "5000",
    "叁仟伍佰": "3500", "壹佰贰拾叁": "123", "貳拾萬": "200000", "半": "0.5", "0.5": "0.5", "零": "0", "5 万": "50000",
    "一百万": "1000000", "廿五": "25", "一千二百三十四万五千六百七十八": "12345678", "六百八": "680",
    "10.5亿": "1050000000",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), CASES.items())
def test_numbers(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "百", "三五百", "1.2.3", "一个", "-"])
def test_what_is_no_number_says_so(text: str) -> None:
    with pytest.raises(InputError, match="数"):
        parse_number(text)


def chinese(number: int) -> str:
    """Write a number below one hundred million in full, to compare with."""
    digits, out, zero = "零一二三四五六七八九", "", False
    names = ["千", "百", "十", "万", "千", "百", "十", ""]
    padded = f"{number:08d}"
    for at, char in enumerate(padded):
        if char == "0":
            zero = bool(out)
        else:
            out += ("零" if zero else "") + digits[int(char)] + (names[at] if at != 3 else "")
            zero = False
        if at == 3 and int(padded[:4]):
            out += "万"
    return out or "零"


@given(st.integers(0, 99_999_999))
def test_full_chinese_numerals(number: int) -> None:
    assert parse_number(chinese(number)) == number


@given(st.decimals(0, 10**9, places=2, allow_nan=False))
def test_arabic_with_separators(number: Decimal) -> None:
    assert parse_number(f"{number:,.2f}") == number


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
