"""Patterns tried only where they can begin find what they find when tried everywhere; long texts stay cheap."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.privacy import KINDS, mask
from xiaobao.privacy.anchored import Anchored
from xiaobao.privacy.entities import Entity
from xiaobao.privacy.recognise import MODULES, settle

PATTERNS = [value for module in MODULES for value in vars(module).values() if isinstance(value, Anchored)]
PIECES = (
    "客户", "姓名：", "张伟", "我叫", "我是", "微信", "QQ", "wx", "13812345678", "+86", "(0755)", "2345", "护照",
    "E12345678", "京A", "12345", "-", " ", ".", "@", "a", "com", "通行证", "银行", "有限公司", "地址", "路1号", "。",
    "\n", "x", "某", "经理", "老太太",
)  # fmt: skip


def test_the_recognisers_use_them() -> None:
    assert len(PATTERNS) > 20


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_anchored_patterns_find_what_plain_ones_find(text: str) -> None:
    for pattern in PATTERNS:
        plain = [m.span() for m in pattern._pattern.finditer(text)]
        assert [m.span() for m in pattern.finditer(text)] == plain
        assert pattern.is_possible(text) or not plain


@pytest.mark.parametrize(
    "pattern", [r"(?<![a-z])[A-C]x?", r"(?i:tel|fax)[0-9]", r"[^a]b", r"(?=ab)a|c+", r"a?b", r"\d+"]
)
@given(text=st.text(alphabet="abcABCxtelfaxTELFAX0123 \n", max_size=40))
def test_any_pattern_may_be_anchored(pattern: str, text: str) -> None:
    plain = [m.span() for m in re.finditer(pattern, text)]
    assert [m.span() for m in Anchored(pattern).finditer(text)] == plain


@pytest.mark.parametrize("piece", ["姓名：张伟 13812345678 微信a_b1234，", "1-", "保本稳赚不赔客户"])
def test_dense_and_sparse_long_texts_are_read_alike(piece: str) -> None:
    text = (piece * 12_000)[:12_000]
    for pattern in PATTERNS:
        assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in pattern._pattern.finditer(text)]


@pytest.mark.parametrize(
    ("text", "names"), [("张张张张张张", []), ("客户：张丽丽，来电", ["张丽丽"]), ("客户：李李，来电", ["李李"])]
)
def test_a_character_said_again_and_again_names_nobody(text: str, names: list[str]) -> None:
    assert [e.text for e in mask(text).entities] == names


def test_halves_of_surrogate_pairs_are_masked_around() -> None:
    assert mask("\ud800我叫张建军，\udfff电话13812345678").text == "\ud800我叫张**，\udfff电话138****5678"


@pytest.mark.parametrize("piece", ["1-", "张", "9", "客户王小明电话13812345678。", "张三李四王五赵六", "省市区"])
def test_long_texts_cost_in_proportion(piece: str) -> None:
    def seconds(size: int) -> float:
        text = (piece * size)[:size]
        began = time.thread_time()
        mask(text)
        return time.thread_time() - began

    seconds(100)
    small, large = (min(seconds(size) for _ in range(3)) for size in (10_000, 80_000))
    assert large < 8 * 3 * small + 0.1


def entities() -> st.SearchStrategy[Entity]:
    return st.builds(
        lambda kind, start, length, valid, score: Entity(kind, start, start + length, "x" * length, valid, score, ""),
        st.sampled_from(list(KINDS)), st.integers(0, 40), st.integers(1, 9), st.sampled_from((None, True, False)),
        st.sampled_from((0.6, 0.9)),
    )  # fmt: skip


@given(st.lists(entities(), max_size=12))
def test_overlaps_are_settled_as_if_all_were_compared(found: list[Entity]) -> None:
    rank = list(KINDS)
    order = sorted(found, key=lambda e: (e.valid is not True, e.start - e.end, -e.score, rank.index(e.kind), e.start))
    kept: list[Entity] = []
    for entity in order:
        if all(entity.end <= other.start or other.end <= entity.start for other in kept):
            kept.append(entity)
    assert settle(found) == sorted(kept, key=lambda e: e.start)


def test_a_name_is_found_again_at_the_very_end() -> None:
    assert [e.end for e in settle(mask("王建国先生来电。回访：王建国").entities)] == [3, 14]
