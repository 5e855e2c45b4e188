"""Each kind of check, tried through a rulebook of one rule."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from textwrap import indent

import pytest

from xiaobao.checks import kinds
from xiaobao.checks.parser import RESERVED
from xiaobao.errors import RuleError
from xiaobao.model import Material, Passage
from xiaobao.rulebook.load import Rulebook, read_folder
from xiaobao.screening.engine import Engine, Row

HEAD = """title: 试验
version: 1
category: other
basis: ["广告法#25(一)"]
message: 试验
remedy: 试验
examples: {hit: [甲], no_hit: [乙]}
when:
"""


def book(folder: Path, when: str, more: str = "") -> Rulebook:
    """Write one rule with a check and read it back."""
    (folder / "trial").mkdir(exist_ok=True)
    (folder / "trial" / "one.yaml").write_text(HEAD + indent(when.strip(), "  ") + "\n" + more, encoding="utf-8")
    return read_folder(folder)


def hit_texts(folder: Path, when: str, text: str, more: str = "", **facts: object) -> list[str]:
    """Return the original words each uncleared candidate of the rule matched."""
    row_facts = {k: v for k, v in facts.items() if k not in ("scenario", "role", "product", "material")}
    row = Row(
        text,
        str(facts.get("scenario", "")),
        str(facts.get("role", "")),
        str(facts.get("product", "")),
        row_facts,
        facts.get("material"),  # type: ignore[arg-type]
    )
    scanned = Engine(book(folder, when, more)).scan_rows([row], every=True)[0]
    assert scanned is not None
    out = []
    for candidate in scanned.candidates:
        if not candidate.cleared:
            n = scanned.context.normalised
            span = (0, 0) if candidate.omitted else n.original(candidate.hit_start, candidate.hit_end)
            out.append("（遗漏）" if candidate.omitted else text[span[0] : span[1]])
    return out


@pytest.mark.parametrize(
    ("when", "text", "expected"),
    [
        ("words: [保本保息]", "这款产品保 本·保 息哦", ["保 本·保 息"]),
        ("words: [保本保息]", "這款產品保本保息", ["保本保息"]),
        ("words: [稳赚不赔]\nfuzzy: true", "这款稳zhuan不赔", ["稳zhuan不赔"]),
        ("words: [秒批, 秒到账]\nat_least: 2", "秒批额度", []),
        ("words: [秒批, 秒到账]\nat_least: 2", "秒批额度，秒到账", ["秒批", "秒到账"]),
        ("words: [秒批]\ncount: 2", "秒批！真的秒批", ["秒批", "秒批"]),
        ("pattern: '收益…翻倍'", "收益三年翻倍", ["收益三年翻倍"]),
        ("pattern: '收益…翻倍'", "收益不高。规模翻倍", []),
        ("pattern: '最高收益'\nexcept: '最高收益率以合同为准'", "最高收益率以合同为准", []),
        ("near: [{words: [贷款]}, {words: [秒批]}]\nwithin: 4", "贷款秒批", ["贷款秒批"]),
        ("near: [{words: [贷款]}, {words: [秒批]}]\nwithin: 4", "贷款的事情以后再说吧，秒批", []),
        ("sequence: [{words: [首月]}, {words: [次月]}]\nwithin: 10", "首月一元，次月起收费", ["首月一元，次月"]),
        ("sequence: [{words: [首月]}, {words: [次月]}]\nwithin: 10", "次月收费，首月一元", []),
        ("all: [{words: [贷款]}, {words: [保险]}]\nwithin: sentence", "贷款可以办。保险另说", []),
        ("all: [{words: [贷款]}, {words: [保险]}]", "贷款可以办。保险另说", ["贷款"]),
        ("all: [{words: [贷款]}, {none: [{words: [年化]}]}]", "贷款可以办", ["贷款"]),
        ("all: [{words: [贷款]}, {none: [{words: [年化]}]}]", "贷款年化5%", []),
        ("n_of: [{words: [甲方]}, {words: [乙方]}, {words: [丙方]}]\nn: 2", "甲方，丙方", ["甲方", "丙方"]),
        ("missing: {words: [风险提示]}\nif: {words: [年化收益]}", "年化收益4%", ["（遗漏）"]),
        ("missing: {words: [风险提示]}\nif: {words: [年化收益]}", "年化收益4%，风险提示见下", []),
        ("position: {words: [录音]}\nin: first\nchars: 10", "本次通话录音，请知悉，谢谢您的配合", ["录音"]),
        ("position: {words: [录音]}\nin: first\nchars: 4", "您好请问是王女士吗本次录音", []),
        ("around: {words: [收费]}\nanchor: {words: [免费]}\nside: after\nchars: 8", "免费试用后收费", ["收费"]),
        ("around: {words: [收费]}\nanchor: {words: [免费]}\nside: before\nchars: 8", "免费试用后收费", []),
        ("value: rate\ncompare: '> 24'\nnear: {words: [年化利率]}", "年化利率36%", ["36%"]),
        ("value: rate\ncompare: '> 24'\nnear: {words: [年化利率]}", "年化利率百分之十二", []),
        ("value: age\ncompare: '>= 65'\nnear: {words: [周岁]}", "本人已年满68周岁", ["68周岁"]),
        ("annualised: mismatch", "日利率0.05%，年化利率仅12%", ["年化利率仅12%"]),
        ("annualised: mismatch", "日利率0.05%，年化利率18.25%", []),
        ("annualised: mismatch", "月费率0.6%，分12期，年化利率7.2%", ["年化利率7.2%"]),
        ("every: {words: [退保]}", "退保有损失。退保请谨慎。", ["退保", "退保"]),
        ("every: {words: [退保]}", "退保有损失。欢迎投保。", []),
        ("similar: [产品到期一定归还全部本金]\nat_least: 0.3", "没有模型时语义检查不成立", []),
        ("intent: guaranteed_return", "没有模型时意图检查不成立", []),
        ("llm: 是否在暗示保证收益", "没有模型时准则检查不成立", []),
    ],
)
def test_check(tmp_path: Path, when: str, text: str, expected: list[str]) -> None:
    assert hit_texts(tmp_path, when, text) == expected


@pytest.mark.parametrize(
    ("when", "facts", "met"),
    [
        ("fact: call.count\nabove: 3", {"call.count": 4}, True),
        ("fact: call.count\nabove: 3", {"call.count": 3}, False),
        ("fact: at\nbetween: ['22:00', '08:00']", {"at": "2026-11-02T23:10:00+08:00"}, True),
        ("fact: at\nbetween: ['22:00', '08:00']", {"at": "2026-11-02T08:00:00+08:00"}, False),
        ("fact: consent\npresent: false", {}, True),
        ("fact: consent\npresent: false", {"consent": True}, False),
        ("fact: account\nin: [个人, 私人]", {"account": "个人"}, True),
        ("fact: video.risk_seconds\nbelow: 5", {"video": {"risk_seconds": 3}}, True),
    ],
)
def test_fact(tmp_path: Path, when: str, facts: dict[str, object], met: bool) -> None:
    assert bool(hit_texts(tmp_path, when, "通话记录", **facts)) is met


def test_entity(tmp_path: Path) -> None:
    when = "all: [{entity: [mobile]}, {words: [欠款]}]"
    assert hit_texts(tmp_path, when, "欠款人电话13800138000") == ["13800138000"]
    assert hit_texts(tmp_path, when, "欠款人电话未登记") == []


def test_prominence_compares_the_sizes_of_passages(tmp_path: Path) -> None:
    when = "missing: {words: [投资须谨慎]}\nif: {words: [年化收益]}\nprominence: 0.5"

    def tried(size: float) -> list[str]:
        passages = (Passage("年化收益4%", size=40.0), Passage("投资须谨慎", size=size))
        material = Material("m", passages)
        return hit_texts(tmp_path, when, material.text, material=material)

    assert tried(10.0) == ["（遗漏）"]
    assert tried(24.0) == []


@pytest.mark.parametrize(
    ("scope", "row", "met"),
    [
        ("scope: {scenarios: [poster]}", {"scenario": "poster"}, True),
        ("scope: {scenarios: [poster]}", {"scenario": "contract_clause"}, False),
        ("scope: {not_scenarios: [poster]}", {"scenario": "poster"}, False),
        ("scope: {roles: [agent]}", {"role": "agent"}, True),
        ("scope: {roles: [agent]}", {"role": "none"}, False),
        ("scope: {products: [loan]}", {"product": "loan"}, True),
        ("scope: {products: [loan]}", {"product": "fund"}, False),
        ("scope: {exempt_products: [deposit]}", {"product": "deposit"}, False),
    ],
)
def test_scope(tmp_path: Path, scope: str, row: dict[str, str], met: bool) -> None:
    assert bool(hit_texts(tmp_path, "words: [本息保障]", "本息保障看得见", scope, **row)) is met


def test_allow_and_unless_excuse(tmp_path: Path) -> None:
    assert hit_texts(tmp_path, "words: [最高]", "最高年化利率", "allow: [最高年化利率]") == []
    assert hit_texts(tmp_path, "words: [最高]", "全网最高，最高年化利率", "allow: [最高年化利率]") == ["最高"]
    excused = "unless: [{when: {words: [以审批为准]}, within: document}]"
    assert hit_texts(tmp_path, "words: [最高可借]", "最高可借20万。以审批为准", excused) == []
    near = "unless: [{when: {words: [以审批为准]}, within: clause}]"
    assert hit_texts(tmp_path, "words: [最高可借]", "最高可借20万。以审批为准", near) == ["最高可借"]


def test_rule_in_force(tmp_path: Path) -> None:
    engine = Engine(book(tmp_path, "words: [低门槛]", "effective_from: 2026-09-30"))
    rows = [Row("贷款低门槛")]
    before, after = engine.scan_rows(rows, on=date(2026, 9, 29)), engine.scan_rows(rows, on=date(2026, 9, 30))
    assert before[0] is not None
    assert not before[0].candidates
    assert after[0] is not None
    assert after[0].candidates


@pytest.mark.parametrize(
    ("when", "line", "says"),
    [
        ("wrods: [保本]", 8, "不是检查的种类"),
        ("words: [保]", 9, "单字"),
        ("words: []", 9, "列表"),
        ("pattern: '(保本'", 9, "正则无法编译"),
        ("pattern: '保本(?=保息)'", 9, "正则无法编译"),
        ("pattern: '[0-9]+%'", 9, "固定词"),
        ("pattern: '<没有的词表>收益'", 9, "没有名为"),
        ("n_of: [保本, 保息]\nn: 3", 9, "要求满足 3 项"),
        ("missing: {words: [风险]}", 9, "missing 需要 if"),
        ("words: [保本]\nfuzy: true", 10, "没有选项"),
        ("silence: 30\nwords: [保本]", 9, "没有选项"),
        ("acoustic: silence", 9, "保留"),
        ("fact: at", 9, "至少需要一个比较"),
        ("position: 保本", 9, "position 需要"),
    ],
)
def test_error_points_at_its_line(tmp_path: Path, when: str, line: int, says: str) -> None:
    with pytest.raises(RuleError) as caught:
        book(tmp_path, when)
    assert says in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.line == line
    assert caught.value.place.path == "trial/one.yaml"


def test_every_kind_is_tried_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    for kind in kinds():
        assert f"{kind}:" in text or kind in ("any",), kind
    assert not set(RESERVED) & set(kinds())
