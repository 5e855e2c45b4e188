"""Results on a terminal: readable words, no steering of the terminal, honest verdicts."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from report_rules import write_rules

from xiaobao.model import Anchor, Citation, Finding, Material, Passage
from xiaobao.report import words
from xiaobao.report.session import Result, Session, Setup
from xiaobao.report.terminal import print_results
from xiaobao.rulebook.model import CATEGORIES, PRODUCTS, SCENARIOS


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(Setup(write_rules(tmp_path_factory.mktemp("rules")), judge=False))


def printed(results: list[Result], *, colour: bool = False) -> str:
    out = io.BytesIO()
    print_results(results, out, colour=colour)
    return out.getvalue().decode("utf-8")


def run(session: Session, *lines: dict[str, object]) -> list[Result]:
    return session.run([(i, f"材料{i}", line) for i, line in enumerate(lines, 1)])


def test_a_finding_is_told_with_place_law_reason_and_remedy(session: Session) -> None:
    turn = {"role": "agent", "start": 12.0, "end": 15.0, "text": "您放心，这款国家兜底"}
    text = printed(run(session, {"turns": [turn], "scenario": "sales_call"}))
    law = "《中华人民共和国广告法》第 25 条第（一）项"
    for expected in ("▲ 1. 承诺保本保收益", "较确定", "00:12 坐席", law, "建议改为", "promise 第 3 版"):
        assert expected in text
    assert "\x1b" not in text


def test_the_same_rule_again_refers_to_the_first(session: Session) -> None:
    text = printed(run(session, {"text": "保本保收益。今天。国家兜底。"}))
    assert text.count("不得承诺本金和收益") == 1
    assert "问题、依据与建议同第 1 项" in text


def test_the_summary_counts_and_nothing_found_is_never_called_lawful(session: Session) -> None:
    text = printed(run(session, {"text": "保本保收益"}, {"text": "天气很好"}, {"text": 5}))
    assert "共 3 份材料，违规 1 份，未发现问题 1 份，无法读取 1 份" in text
    assert not re.search("合规|通过", text)


def test_a_material_cannot_steer_the_terminal_or_the_markup(session: Session) -> None:
    hostile = "\x1b[2J\x1b]0;x\x07[bold red]保本保收益[/]\u202e\r覆盖"
    text = printed(run(session, {"text": hostile}), colour=True)
    assert "\x1b[2J" not in text
    assert "\x1b]0" not in text
    assert not {"\x07", "\r", "\u202e"} & set(text)
    assert "bold red" in text


def test_colour_is_used_on_a_terminal_only(session: Session) -> None:
    results = run(session, {"text": "保本保收益"})
    assert "\x1b[" in printed(results, colour=True)
    assert "\x1b[" not in printed(results)


def test_every_fixed_name_has_a_word_in_chinese() -> None:
    assert set(words.CATEGORY_WORDS) == set(CATEGORIES)
    assert set(words.SCENARIO_WORDS) == set(SCENARIOS)
    assert set(words.PRODUCT_WORDS) == set(PRODUCTS)


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        ("25", "第 25 条"), ("25(一)", "第 25 条第（一）项"), ("293之一", "第 293 条之一"),
        ("496第2款", "第 496 条第2款"), ("*", ""), ("附件三", "第 附件三 条"),
    ],
)  # fmt: skip
def test_articles_in_words(article: str, expected: str) -> None:
    assert words.article(Citation("法", article, "T")) == expected


@pytest.mark.parametrize(
    ("anchor", "expected"),
    [
        (Anchor(page=2, paragraph=9), "第 2 页"), (Anchor(slide=3), "第 3 张幻灯片"),
        (Anchor(slide=3, part="notes"), "第 3 张幻灯片，演讲备注"), (Anchor(sheet="Sheet1", cell="B4"), "Sheet1!B4"),
        (Anchor(paragraph=5), "第 5 段"), (Anchor(turn=2, speaker="customer"), "第 3 轮 客户"),
        (Anchor(turn=0, start=3723.4, speaker="agent"), "1:02:03 坐席"), (Anchor(member="a/b.txt"), "压缩包内 a/b.txt"),
        (Anchor(), ""),
    ],
)  # fmt: skip
def test_places_in_words(anchor: Anchor, expected: str) -> None:
    assert words.place(Material("m", (Passage("x", anchor),)), anchor) == expected


@pytest.mark.parametrize(
    ("decision", "confidence", "expected"),
    [("violation", 0.95, "确定"), ("violation", 0.85, "较确定"), ("review", 0.99, "疑似，需人工判断")],
)
def test_confidence_in_words(session: Session, decision: str, confidence: float, expected: str) -> None:
    finding: Finding = session.screener.screen(Material("x", (Passage("保本保收益"),))).findings[0]
    changed = replace(finding, decision=decision, confidence=confidence)  # type: ignore[arg-type]
    assert words.confidence(changed) == expected
