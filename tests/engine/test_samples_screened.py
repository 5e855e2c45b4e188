"""Every sample is screened as a compliance lawyer would: what is planted is found, what is lawful is left alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import pytest
from planted import SAMPLES, Fault, faults

from xiaobao.errors import ModelUnavailable
from xiaobao.judge.model import default_judge
from xiaobao.model import Finding, Material, Verdict
from xiaobao.readers import read
from xiaobao.rulebook.load import load
from xiaobao.screening.screen import Screener

SCAN = "scanned-authorisation.pdf"
IGNORED = re.compile(r"[\s，,。：:、！!]")

RECALL = 0.85
"""Share of the planted faults of each sample that must be found, as a violation or for review."""
BEYOND = {
    "wealth-poster.png": 2,
    "loan-poster.png": 2,
    "loan-contract.pdf": 4,
    SCAN: 4,
    "sales-script.docx": 4,
    "marketing-deck.pptx": 12,
    "marketing-sms.xlsx": 12,
    "landing-page.html": 3,
    "service-chat.txt": 3,
    "collection-call.txt": 3,
    "sales-call.txt": 3,
}
"""Findings allowed where nothing is planted; the deck and the messages commit more than their tables list."""
KINDS = {
    "wealth-poster.png": "poster",
    "loan-poster.png": "poster",
    "loan-contract.pdf": "contract_clause",
    SCAN: "contract_clause",
    "sales-script.docx": "internal_script",
    "marketing-deck.pptx": "internal_script",
    "marketing-sms.xlsx": "marketing_sms",
    "landing-page.html": "web_page",
    "service-chat.txt": "service_chat",
    "collection-call.txt": "collection_call",
    "sales-call.txt": "sales_call",
}
"""What a person would say each sample is."""
LAWFUL = {
    "wealth-poster.png": ("理财非存款", "投资须谨慎", "R2(中低风险)"),
    "loan-poster.png": ("不得用于购房", "理性借贷"),
    "loan-contract.pdf": (
        "不得用于购房",
        "不承诺审批通过",
        "因不可抗力导致",
        "报送不良信息前",
        "书面催告",
        "处理目的：审核贷款申请",
        "撤回营销类授权不影响",
    ),
    SCAN: ("为办理分期业务所必需", "贵行委托专业机构", "征信查询", "承担与过错相适应的责任", "客服及投诉热线"),
    "sales-script.docx": (
        "犹豫期为十五日",
        "红利水平是不确定的",
        "本人名下账户缴费",
        "不得使用“保本”",
        "不得把保险说成存款",
        "不得代客户签字",
    ),
    "marketing-deck.pptx": ("风险等级：R3", "基准不构成对收益的承诺", "严禁承诺保本", "基金有风险", "以下哪项属于违规"),
    "marketing-sms.xlsx": (
        "非保本浮动收益型",
        "三年期定期存款年利率",
        "本行已参加存款保险",
        "三季度报告已披露",
        "停售公告见官网",
        "首月1元，次月起",
        "年化利率（单利）9.0%",
        "公检法机关没有",
        "国家助学贷款",
        "最低还款额348",
        "烦请转告其回电",
        "动态验证码",
        "多为骗局",
    ),
    "landing-page.html": ("名义要求您先转账的都是诈骗", "请不要把短信验证码", "可以提前还款吗", "最低还款额是多少"),
    "service-chat.txt": ("当时客户经理跟我说保本", "不保证本金和收益", "不会向您索要密码", "到期一分不少，还让"),
    "collection-call.txt": ("还款请您通过知禾官方", "报送前会短信告知", "个性化还款方案"),
    "sales-call.txt": ("本次通话将会录音", "分红水平是不确定的", "犹豫期内可以全额退保"),
}
"""Words that no violation may rest on."""


@pytest.fixture(scope="module")
def screener() -> Screener:
    try:
        return Screener(judge=default_judge())
    except ModelUnavailable as error:
        pytest.skip(f"JUDGE MISSING, samples not screened: {error}")


@cache
def material(name: str) -> Material:
    return read(SAMPLES / name)


@cache
def verdict(screener: Screener, name: str) -> Verdict:
    return screener.screen(material(name))


def names() -> list[object]:
    return [pytest.param(n, marks=pytest.mark.slow) if n == SCAN else n for n in sorted(BEYOND)]


def places(text: str, words: str) -> Iterator[tuple[int, int]]:
    """Yield where words stand in a text, whatever the spaces, the punctuation and the width of letters."""
    kept = [(c, i) for i, raw in enumerate(text) for c in unicodedata.normalize("NFKC", raw) if not IGNORED.match(c)]
    plain, wanted = "".join(c for c, _ in kept), IGNORED.sub("", unicodedata.normalize("NFKC", words))
    at = plain.find(wanted)
    while at >= 0:
        yield kept[at][1], kept[at + len(wanted) - 1][1] + 1
        at = plain.find(wanted, at + 1)


def reach(found: Finding, read: Material) -> tuple[int, int] | None:
    if found.start is None or found.end is None:
        return None
    base = read.starts[found.turn] if found.turn is not None else 0
    return base + found.start, base + found.end


def touches(found: Finding, read: Material, words: str) -> bool:
    span = reach(found, read)
    return span is not None and any(span[0] < end and start < span[1] for start, end in places(read.text, words))


@cache
def categories() -> dict[str, str]:
    return {family: rule.category for rule in load().rules for family in rule.families}


def meets(found: Finding, fault: Fault, read: Material) -> bool:
    """Tell whether a finding names a fault: its family or category, at its words; its family where it has none."""
    family = bool(set(found.families) & set(fault.families))
    if fault.words is None:
        return family
    wanted = {categories().get(f) for f in fault.families}
    return (family or found.category in wanted) and touches(found, read, fault.words)


@pytest.mark.parametrize("name", names())
def test_what_is_planted_is_found(screener: Screener, name: str) -> None:
    findings = verdict(screener, name).findings
    planted = [f for f in faults() if f.sample == name]
    missed = [f.words or f.families for f in planted if not any(meets(x, f, material(name)) for x in findings)]
    assert len(planted) - len(missed) >= RECALL * len(planted), missed


@pytest.mark.parametrize("name", names())
def test_few_findings_lie_beyond_what_is_planted(screener: Screener, name: str) -> None:
    read = material(name)
    planted = [f for f in faults() if f.sample == name]
    beyond = [
        (x.rule, x.text)
        for x in verdict(screener, name).findings
        if not any(meets(x, f, read) or (f.words is not None and touches(x, read, f.words)) for f in planted)
    ]
    assert len(beyond) <= BEYOND[name], beyond


@pytest.mark.parametrize("name", names())
def test_what_is_lawful_is_no_violation(screener: Screener, name: str) -> None:
    read = material(name)
    for words in LAWFUL[name]:
        assert list(places(read.text, words)), words
        hit = [x for x in verdict(screener, name).findings if x.decision == "violation" and touches(x, read, words)]
        assert [(x.rule, x.text) for x in hit] == [], words


@pytest.mark.parametrize("name", names())
def test_each_sample_is_a_violation_of_a_fitting_kind(screener: Screener, name: str) -> None:
    seen = verdict(screener, name)
    assert seen.verdict == "violation"
    assert seen.inferred["scenario"] == KINDS[name]


@pytest.mark.parametrize("name", names())
def test_a_finding_shows_the_words_of_its_place(screener: Screener, name: str) -> None:
    read = material(name)
    for found in verdict(screener, name).findings:
        span = reach(found, read)
        if span is not None:
            assert read.text[span[0] : span[1]] == found.text
            assert found.text.strip()
