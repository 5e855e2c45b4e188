"""Transcripts are turns; forms and notices are not."""

from __future__ import annotations

import pytest

from xiaobao.readers import read
from xiaobao.readers.dialogue import seconds, speaker_of, turns_of


def test_plain_transcript_keeps_continuation_lines() -> None:
    material = read("客服：您好，请问有什么可以帮您？\n客户：我想问贷款利率\n是多少\n客服：年化利率3.85%。".encode())
    assert material.is_dialogue
    assert [(p.text, p.anchor.speaker, p.anchor.turn) for p in material.passages] == [
        ("您好，请问有什么可以帮您？", "agent", 0),
        ("我想问贷款利率\n是多少", "customer", 1),
        ("年化利率3.85%。", "agent", 2),
    ]
    assert material.facts["labels"] == ["客服", "客户", "客服"]


@pytest.mark.parametrize(
    ("lines", "starts", "speakers"),
    [
        (["[00:01] 坐席: 您好", "[01:05] 客户: 我要投诉"], [1, 65], ["agent", "customer"]),
        (["00:00:01-00:00:04 坐席：您好", "00:00:05 --> 00:00:07 客户：在"], [1, 5], ["agent", "customer"]),
        (["坐席 00:01：您好", "客户 00:05：我要投诉"], [1, 5], ["agent", "customer"]),
        (
            ["2025-03-01 10:00:00 王经理", "这个产品好", "2025-03-01 10:00:20 李四", "真的吗"],
            [36000, 36020],
            ["other", "other"],
        ),
    ],
)
def test_times_and_export_formats(lines: list[str], starts: list[float], speakers: list[str]) -> None:
    turns = turns_of(lines)
    assert turns is not None
    assert [turn.start for turn in turns] == starts
    assert [turn.speaker for turn in turns] == speakers


@pytest.mark.parametrize(
    "text",
    [
        "风险提示：理财有风险，投资须谨慎，请仔细阅读合同\n产品期限：一百八十天\n客户经理：张三\n客户：李四",
        "客户须知：请您仔细阅读\n一、产品名称：稳享一号\n二、投资期限：365天",
        "客服热线：400-888-0000",
        "第一条 贷款人：某某银行\n第二条 借款人：张某某",
    ],
)
def test_forms_and_notices_are_paragraphs(text: str) -> None:
    assert not read(text.encode()).is_dialogue


def test_who_a_label_means() -> None:
    assert [speaker_of(x) for x in ("客户经理", "坐席01", "客户", "王女士", "旁白")] == [
        "agent", "agent", "customer", "customer", "other",
    ]  # fmt: skip
    assert seconds("1:02:03.5") == 3723.5
