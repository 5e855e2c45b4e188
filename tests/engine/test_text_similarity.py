"""Similarity of wording."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.text.similarity import similarity


@pytest.mark.parametrize(
    ("question", "same", "other"),
    [
        ("如何提前还款", "怎样才能提早还钱", "为什么扣了我两次"),
        ("能不能更换手机号", "可以修改手机号码吗", "额度是多少"),
        ("请问利息怎么算", "利率如何计算", "怎么开通账户"),
        ("貸款多久到帳", "借款什么时候到账", "怎么投诉客服"),
    ],
)
def test_the_same_question_is_nearer(question: str, same: str, other: str) -> None:
    assert similarity(question, same) > 0.5 > similarity(question, other)


def test_ends_of_the_scale() -> None:
    assert similarity("年化 3.5%", "年化３.５％") == 1.0
    assert similarity("", "保本") == similarity("，。", "保本") == 0.0
    assert similarity("甲乙", "丙丁") == 0.0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_symmetric_and_bounded(a: str, b: str) -> None:
    assert 0.0 <= similarity(a, b) <= 1.0
    assert similarity(a, b) == pytest.approx(similarity(b, a))


def test_long_texts_are_compared_in_seconds() -> None:
    first = "".join(chr(0x4E00 + (i * i * 7 + i) % 4_000) for i in range(200_000))
    began = time.thread_time()
    same, other = similarity(first, first + "完"), similarity(first, first[::-1])
    assert time.thread_time() - began < 10
    assert other < same <= 1
    assert same > 0.95
