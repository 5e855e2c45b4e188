"""Chinese lines break as printers break them."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from xiaobao.report.wrap import CLOSING, OPENING, cuts


def lines(text: str, width: int) -> list[str]:
    return [text[a:b] for a, b in pairwise([0, *cuts(text, width), len(text)])]


def test_no_line_begins_with_a_closing_sign_or_ends_with_an_opening_one() -> None:
    assert lines("本金可能亏损。", 12) == ["本金可能亏", "损。"]
    assert lines("根据办法《广告法》", 10) == ["根据办法", "《广告法》"]


def test_a_space_ends_a_line_only_where_the_line_is_full() -> None:
    assert lines("适当性办法第 13 条第二项", 16) == ["适当性办法第 13 ", "条第二项"]


def test_words_and_numbers_stay_whole() -> None:
    assert lines("年化利率 16.43% 以上", 12) == ["年化利率 ", "16.43% 以上"]


@given(st.text("保本，。（）《》“”a1 .％", max_size=60), st.integers(8, 40))
def test_nothing_is_lost_and_no_line_is_too_wide(text: str, width: int) -> None:
    found = lines(text, width)
    assert "".join(found) == text
    assert all(cell_len(line.rstrip(" ")) <= width for line in found)


@given(st.text("保本收益率，。（）", min_size=1, max_size=40))
def test_signs_stand_where_they_may(text: str) -> None:
    if any(a in CLOSING | OPENING and b in CLOSING | OPENING for a, b in pairwise(text)):
        return
    for before, after in pairwise(lines(text, 12)):
        assert after[0] not in CLOSING
        assert before[-1] not in OPENING
