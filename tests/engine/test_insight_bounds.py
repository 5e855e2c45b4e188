"""Names of topics begin and end with words; the share of halves among the terms of alerts is counted here."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import rjieba
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.insight import Text, Trends, hot, rising
from xiaobao.insight.bounds import Bounds
from xiaobao.insight.tally import Day, named, tally

ROOT = Path(__file__).parents[2]
BANK = [
    "更新后手机银行闪退", "手机银行闪退三次了", "我对手机银行很失望", "新手机银行打不开", "昨晚手机银行闪退，重装没用",
    "用手机银行转账就闪退", "手机银行一登录就闪退", "老人手机银行不会用", "你们的手机银行闪退谁管", "打开手机银行闪退",
    "换了手机，网上银行闪退", "建行闪退", "农行闪退两天",
]  # fmt: skip
CONSENT = [
    "跳授权书写着共享给合作方", "授权书写着提供给第三方", "授权书三十多页", "授权书字特别小", "就弹出授权书",
    "默认勾选授权书", "不勾选退不出去", "勾选了才让进", "强制勾选",
]  # fmt: skip
LOAN = [
    "等着续贷发货款", "合同写着续贷不收费", "承诺续贷又变卦", "到期不给续贷", "靠续贷发货款", "说好的续贷没了",
    "续贷要过桥", "我对手机银行续贷很失望", "手机银行续贷打不开", "等着续贷发货款，店里要关门了", "手机银行登录慢",
]  # fmt: skip
PALM = [
    "刷掌支付被盗刷了", "在便利店开通的刷掌，掌纹被别人绑了卡", "盗刷！刷掌记录显示外省", "没授权就开了刷掌",
    "刷掌支付关不掉", "刷掌扣了两笔", "刷掌记录显示凌晨",
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "part", "whole"),
    [
        (BANK, "机银行", "手机银行"),
        (BANK, "银行闪退", "银行闪退"),
        (BANK, "手机银行", "手机银行"),
        (BANK, "闪退", "闪退"),
        (CONSENT, "书写", "授权书写"),
        (CONSENT, "选退", "勾选退"),
        (CONSENT, "勾选", "勾选"),
        (PALM, "掌记录", "刷掌记录"),
        (PALM, "掌支付", "刷掌支付"),
        (PALM, "刷掌", "刷掌"),
        (PALM, "盗刷", "盗刷"),
        (PALM, "不在其中", "不在其中"),
    ],
)
def test_a_name_begins_and_ends_with_words(texts: list[str], part: str, whole: str) -> None:
    assert Bounds(texts).whole(part) == whole


def test_a_half_that_no_one_whole_stands_for_names_nothing() -> None:
    texts = ["付款码停用", "收款码停用", "付款码打不开", "收款码打不开"] * 3
    found = Bounds(texts)
    assert found.whole("款码") == ""
    assert found.mended(["款码", "停用", "打不开"]) == ["停用", "打不开"]


def test_a_part_gives_way_to_a_whole_that_is_as_frequent_and_a_word_does_not() -> None:
    texts = ["克重动不了", "我的克重动不了", "积存金克重动不了，急", "克重少了"]
    assert Bounds(texts).mended(["克重动", "克重", "动不了"]) == ["克重动不了", "克重"]


def test_hot_words_are_no_halves_of_words() -> None:
    usual = ["年费太高", "排队太久", "利率又降了", "客服占线"] * 6
    texts = LOAN * 3
    for found in (hot(texts), rising(texts, usual), _board(texts, usual)):
        names = {phrase.text for phrase in found}
        assert "续贷" in " ".join(names)
        assert not {"着续", "贷发", "着续贷发", "贷发货款", "对手", "机银行"} & names


def _board(texts: list[str], before: list[str]) -> list[Any]:
    now, then = (Day.of(enumerate(part)).features.counted for part in (texts, before))
    common, risen = named(tally(lambda: [now], lambda: [then], len(texts), len(before)), texts)
    return [*common, *risen]


@given(st.lists(st.text("手机银行闪退刷掌的了不没，。a1\ud800", max_size=14), max_size=8))
def test_names_of_ugly_texts_stand_in_them(texts: list[str]) -> None:
    found = Bounds(texts)
    for text in texts:
        for part in (text[:2], text[1:4]):
            whole = found.whole(part)
            assert whole in ("", part) or any(whole in each.lower() for each in texts)


def halves(terms: Iterable[str], texts: list[str], own: rjieba.Jieba) -> Iterator[str]:
    """Yield the terms that begin or end inside a word in more than half of the texts that hold them.

    Words are those of the dictionary and those that the makers of the stream planted; none are learnt. A word
    of either kind within a longer one is no half of it.
    """
    for term in terms:
        held = [text for text in texts if term in text]
        if 2 * sum(not _stands(term, text, own) for text in held) > len(held):
            yield term


def _stands(term: str, text: str, own: rjieba.Jieba) -> bool:
    ends = [0]
    for word in own.cut(text, False):
        ends.append(ends[-1] + len(word))
    at = text.find(term)
    while at >= 0:
        end = at + len(term)
        inner = any(a <= at and end <= b for a, b in pairwise(ends)) and own.has_word(term)
        if inner or {at, end} <= set(ends):
            return True
        at = text.find(term, at + 1)
    return False


def _alerts(stream: Any) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Yield the terms of the alerts of a stream with the texts that they are of."""
    watch, seen = Trends(), list[Text]()
    for text in stream.texts:
        for alert in watch.add(text):
            mine = {i for p in (*stream.topics, *stream.decoys) if set(alert.examples) & set(p.ids) for i in p.ids}
            yield alert.terms, [each.text.lower() for each in seen if each.id in mine]
        seen.append(text)


@pytest.mark.parametrize(("kind", "seed"), [("plain", 43), ("harder", 3)])
def test_few_terms_of_alerts_are_halves_of_words(kind: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    module: Any = importlib.import_module("evaluation.trends")
    try:
        stream = module.MAKERS[kind](seed, texts=5000, days=40)
    finally:
        for name in ("evaluation.trends", "evaluation.streams_harder", "evaluation.streams", "evaluation"):
            sys.modules.pop(name, None)
    own = rjieba.Jieba()
    for planted in (*stream.topics, *stream.decoys):
        for word in filter(lambda w: len(w) > 1, planted.words):
            own.add_word(word, 100_000, "n")
    total, bad = 0, list[str]()
    for terms, texts in _alerts(stream):
        total += len(terms)
        bad += halves(terms, texts, own)
    assert total >= 40
    assert len(bad) <= 0.01 * total, bad
