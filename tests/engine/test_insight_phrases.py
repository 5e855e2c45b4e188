"""Phrases, clusters, control limits, sketches: the parts from which a platform draws its boards."""

from __future__ import annotations

import random
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.insight import Text, clusters, control_limits, hot, rising, wilson
from xiaobao.insight.phrases import pieces, whole
from xiaobao.insight.sketch import Sketch
from xiaobao.insight.statistics import dispersion, poisson_ratio, share_ratio
from xiaobao.insight.terms import features, is_content, pair_numbers, word_number, worded

BEFORE = ["手机银行登录不上", "手机银行打不开", "信用卡年费太高", "客服电话占线", "网点排队太久"] * 6
AFTER = [
    *BEFORE[:10], "云帆分期手续费偷偷涨价", "云帆分期的手续费说涨就涨", "办了云帆分期，手续费翻倍",
    "云帆分期坑人，要求退", "取消云帆分期不让", "客户来电说云帆分期扣了两次",
]  # fmt: skip


def test_the_fastest_rising_phrase_is_the_new_one_and_no_single_word_of_it() -> None:
    found = rising(AFTER, BEFORE)
    assert found[0].text == "云帆分期"
    assert (found[0].count, found[0].before) == (6, 0)
    assert "云帆" not in [p.text for p in found]
    assert "手机银行" not in [p.text for p in found]


def test_hot_phrases_are_phrases_and_count_texts() -> None:
    found = {p.text: p.count for p in hot(AFTER)}
    assert found["云帆分期"] == 6
    assert not {"的", "了", "说", "要求"} & set(found)


@pytest.mark.parametrize("texts", [[], [""], ["，。"], ["一"]])
def test_no_texts_have_no_phrases(texts: list[str]) -> None:
    assert hot(texts) == []
    assert rising(texts, []) == []


def test_clusters_keep_matters_apart_and_name_them() -> None:
    rng = random.Random(3)
    kinds = {
        "逾期征信": ("征信逾期记录有误", "征信上报错误", "逾期记录没消除", "征信报告逾期不是我的"),
        "提前还款": ("提前还款排队", "房贷提前还款预约不上", "提前还款收违约金", "想提前还款说没额度"),
    }
    texts = [
        Text(f"{kind}{n}", datetime(2026, 1, 1), rng.choice(words) + rng.choice(("，请处理", "，急", "。谢谢")))
        for kind, words in kinds.items()
        for n in range(20)
    ]
    found = clusters(texts)
    assert len(found) >= 2
    assert all(len({i[:4] for i in cluster.ids}) == 1 for cluster in found)
    assert any("征信" in c.name or "逾期" in c.name for c in found)
    assert clusters(texts) == found
    assert clusters(texts[:3]) == []
    assert clusters([Text(str(n), datetime(2026, 1, 1), "") for n in range(9)]) == []


def test_control_limits_find_the_point_that_is_out_of_control() -> None:
    found = control_limits([20, 22, 19, 21, 18, 20, 23, 60, 2], known=7)
    assert found.above == (7,)
    assert found.below == (8,)
    assert found.sigma == 1.0


def test_limits_widen_with_the_variation_and_narrow_with_the_base() -> None:
    calm, wild = control_limits([20, 21, 19, 20, 22, 20]), control_limits([5, 40, 8, 37, 6, 39])
    assert wild.sigma > 2 > calm.sigma
    rated = control_limits([10, 100, 10], [1000, 10_000, 0])
    assert rated.upper[1] < rated.upper[0]
    assert rated.above == ()
    with pytest.raises(ValueError, match="length"):
        control_limits([1, 2], [1])


@pytest.mark.parametrize(("k", "n", "low", "high"), [(0, 0, 0, 1), (5, 10, 0.2366, 0.7634), (0, 20, 0, 0.1611)])
def test_wilson_bounds(k: int, n: int, low: float, high: float) -> None:
    assert wilson(k, n) == pytest.approx((low, high), abs=1e-4)


def test_likelihood_ratios() -> None:
    assert poisson_ratio(10, 2) == pytest.approx(10 * np.log(5) - 8)
    assert poisson_ratio(1, 2) == 0
    assert share_ratio(5, 0, 0.1) == pytest.approx(5 * np.log(10))
    assert share_ratio(1, 9, 0.1) == pytest.approx(0)
    assert share_ratio(3, 0, 1.0) == 0
    assert dispersion(np.array([2.0, 2, 2]), np.array([2.0, 2, 2])) == 1
    assert dispersion(np.array([0.0, 12, 0, 12]), np.array([6.0, 6, 6, 6])) > 4


@given(st.lists(st.text("的了贷款逾期掌纹盗刷，。a1 ", max_size=30), max_size=8))
def test_features_of_many_texts_are_those_of_each(texts: list[str]) -> None:
    found = features(texts)
    assert [set(found.of(i).tolist()) for i in range(len(texts))] == [{n for n, _ in worded(t)} for t in texts]
    numbers, counts = found.counted
    assert counts.sum() == len(found.numbers)
    assert (np.diff(numbers.astype(np.int64)) > 0).all()


def test_function_words_numbers_and_marks_are_no_content() -> None:
    assert [w for w in ("掌纹", "的", "123", "，", "app", "8千", "5g") if is_content(w)] == ["掌纹", "app", "5g"]
    assert word_number("掌纹") % 2 == 0
    assert word_number("卡") % 2 == 1
    a, b = np.array([word_number("掌纹")], np.uint32), np.array([word_number("盗刷")], np.uint32)
    assert pair_numbers(a, b) != pair_numbers(b, a)


@given(st.dictionaries(st.integers(2, 2**32 - 1), st.integers(1, 50), max_size=60))
def test_a_sketch_never_counts_too_low_and_takes_back(counts: dict[int, int]) -> None:
    numbers, values = np.array(list(counts), dtype=np.uint32), np.array(list(counts.values()), dtype=np.int64)
    sketch = Sketch(bits=8)
    sketch.add(numbers, values)
    assert (sketch.get(numbers) >= values).all()
    sketch.add(numbers, values, -1)
    assert (sketch.get(numbers) == 0).all()


def test_half_words_are_made_whole_and_glued_function_words_are_cut_off() -> None:
    texts = ["种子券能和满减一起用吗", "领到种子券了", "种子券每户几张", "问种子券能用几次", "没收到种子券"]
    assert pieces("券能") == ("券", "能")
    assert [pieces(word) for word in ("关不掉", "没到账", "年费")] == [("关不掉",), ("没到账",), ("年费",)]
    assert whole("种子", texts) == "种子券"
    assert whole("领到", texts) == "领到"
    assert whole("利率", texts) == "利率"
    found = [p.text for p in hot(texts)]
    assert "种子券" in found
    assert not {"种子", "券能", "券每户"} & set(found)


def test_a_sentence_that_many_copy_is_no_cut_word() -> None:
    texts = [f"{head}保留了聊天记录和截图{tail}" for head in "甲乙丙丁" for tail in "子丑寅卯"]
    assert whole("聊天", texts) == "聊天"
