"""Where sentences and clauses end, and where they must not."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.text.normalise import normalise
from xiaobao.text.sentences import clause_at, clauses, sentences


def parts(text: str) -> list[str]:
    normal = normalise(text)
    return [normal.text[s.start : s.end] for s in sentences(normal)]


def cut(text: str) -> list[str]:
    normal = normalise(text)
    return [normal.text[s.start : s.end] for s in clauses(normal)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("产品不保本。收益浮动！您了解吗？", ["产品不保本。", "收益浮动!", "您了解吗?"]),
        ("他说：“保本。”我不信。", ["他说:“保本。”", "我不信。"]),
        ("年化3.5%，合计1,234.56元。好", ["年化3.5%,合计1,234.56元。", "好"]),
        ("本产品承诺刚\n性兑付本金", ["本产品承诺刚性兑付本金"]),
        ("以下产品：\n一、存款\n二、理财", ["以下产品:", "一、存款", "二、理财"]),
        ("费用说明\n1.手续费\n2.利息", ["费用说明", "1.手续费", "2.利息"]),
        ("利率为\n3.5%起", ["利率为3.5%起"]),
        ("第一条 甲方还款\n第二条 乙方收款", ["第一条甲方还款", "第二条乙方收款"]),
        ("see www.bank.com now. ok then", ["see www.bank.com now.", "ok then"]),
        ("真的吗？！好！！！", ["真的吗?!", "好!"]),
        ("标题\n\n正文开始", ["标题", "正文开始"]),
        ("", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不保本，不保息；收益：浮动", ["不保本,", "不保息;", "收益:", "浮动"]),
        ("合计1,234,567元，明早9:30到账", ["合计1,234,567元,", "明早9:30到账"]),
        ("网址https://a.com，请点击", ["网址https://a.com,", "请点击"]),
        ("存款、理财、保险", ["存款、理财、保险"]),
        ("名称\t利率", ["名称", "利率"]),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("首先，本产品不保本，请知悉", "保本", "本产品不保本,"),
        ("绝对保\n本无忧，放心", "保本", "绝对保本无忧,"),
        ("收益，风险自担", "收益,风险", "收益,风险自担"),
        ("保本", "保本", "保本"),
    ],
)
def test_the_clause_of_a_hit(text: str, word: str, expected: str) -> None:
    normal = normalise(text)
    at = normal.text.index(word)
    start, end = clause_at(normal, at, at + len(word))
    assert normal.text[start:end] == expected


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("保本，。！：；“”、 \n\t1.,3%ab第一条(—"), max_size=30))
def test_spans_are_ordered_and_complete(text: str) -> None:
    normal = normalise(text)
    for spans in (sentences(normal), clauses(normal)):
        covered = "".join(normal.text[s.start : s.end] for s in spans)
        assert covered.replace(" ", "") == normal.text.replace(" ", "")
        assert all(a.end <= b.start for a, b in pairwise(spans))
    for span in clauses(normal):
        start, end = clause_at(normal, span.start, span.end)
        assert (start, end) == (span.start, span.end)
