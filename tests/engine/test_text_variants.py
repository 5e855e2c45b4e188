"""Evasive writings: what is made, what is left out, and what sounds alike in a text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.errors import UsageError
from xiaobao.text.normalise import normalise, normalise_term
from xiaobao.text.variants import KINDS, fuzzy_find, variants
from xiaobao.text.writings import HOMOPHONES, LOOKALIKES, SIGNS, SPLITS


@pytest.mark.parametrize(
    ("word", "variant", "kind"),
    [
        ("保本", "bao本", "pinyin"),
        ("保本", "保ben", "pinyin"),
        ("保本", "baoben", "pinyin"),
        ("保本", "宝本", "homophone"),
        ("保本", "亻呆本", "split"),
        ("贷款", "袋款", "homophone"),
        ("贷款", "代贝款", "split"),
        ("微信", "薇信", "homophone"),
        ("微信", "徽信", "lookalike"),
        ("微信", "v信", "sign"),
        ("加微信", "加vx", "sign"),
        ("加微信", "加薇", "sign"),
        ("刚性兑付", "gang性dui付", "pinyin"),
        ("刚性兑付", "钢性兑付", "homophone"),
        ("套现", "tao现", "pinyin"),
        ("無風險", "wu风险", "pinyin"),
        ("代理维权", "代里维权", "homophone"),
        ("债务重组代办", "债务重组dai办", "pinyin"),
    ],
)
def test_made(word: str, variant: str, kind: str) -> None:
    found = variants(word)
    assert found.get(variant) == kind


@pytest.mark.parametrize(
    ("word", "honest"),
    [
        ("贷款", "货款"),
        ("贷款", "代款"),
        ("微信", "威信"),
        ("微信", "vx"),
        ("保本", "保木"),
        ("收益", "手艺"),
        ("返现", "返线下"),
    ],
)
def test_ordinary_words_and_short_latin_are_left_out(word: str, honest: str) -> None:
    assert honest not in variants(word)


def test_one_character_has_none_and_kinds_are_checked() -> None:
    assert variants("贷") == {}
    assert set(variants("微信", kinds=["sign"]).values()) == {"sign"}
    with pytest.raises(UsageError, match="没有变体类型"):
        variants("微信", kinds=["sound"])  # type: ignore[list-item]


@settings(max_examples=80, deadline=None)
@given(st.text(st.sampled_from("".join(HOMOPHONES) + "不的为"), min_size=2, max_size=8))
def test_variants_are_normalised_bounded_and_always_the_same(word: str) -> None:
    found = variants(word)
    assert list(found) == list(variants(word))
    assert len(found) <= 240
    assert normalise_term(word) not in found
    assert all(normalise(v).text == v and kind in KINDS for v, kind in found.items())


def test_the_tables_hold_single_characters() -> None:
    for table in (HOMOPHONES, LOOKALIKES):
        assert all(len(key) == 1 and values and key not in values for key, values in table.items())
    assert all(len(key) == 1 and all(len(v) > 1 for v in values) for key, values in SPLITS.items())
    assert all(values for values in SIGNS.values())


def test_sound_alikes_in_a_text() -> None:
    normal = normalise("请加薇 * 信，不是威信，也不是微信")
    assert [normal.text[s:e] for s, e in fuzzy_find(normal, "微信")] == ["薇信"]
    start, end = normal.original(*fuzzy_find(normal, "微信")[0])
    assert normal.source[start:end] == "薇 * 信"
    assert fuzzy_find(normalise("钢性兑付"), "刚性兑付") == [(0, 4)]
    assert fuzzy_find(normalise("缸醒堆付"), "刚性兑付") == []
    assert fuzzy_find(normalise(""), "微信") == []
    assert fuzzy_find(normalise("微"), "微") == []
