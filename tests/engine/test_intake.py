"""Filling a ticket: fields with evidence, from text and from turns; bad input is one Chinese sentence."""

from __future__ import annotations

import pytest

from xiaobao.embedding import named
from xiaobao.errors import InputError
from xiaobao.intake import Amount, Ticket, alarms, classes, fill

DAY = "2025-05-06T09:00:00"


def web(text: str) -> Ticket:
    return fill(channel="web", received_at=DAY, text=text)


def call(*said: str) -> Ticket:
    """Fill from a call in which agent and customer speak in turn, the agent first."""
    turns = [{"role": ("agent", "customer")[i % 2], "text": text} for i, text in enumerate(said)]
    return fill(channel="call", received_at=DAY, turns=turns)


def test_text_fills_fields_with_evidence_in_the_original() -> None:
    text = "我叫刘建国，电话 138 0013 8001，你们银行扣了我298元年费。"
    ticket = web(text)
    assert ticket.customer_name == "刘建国"
    assert ticket.phone == "13800138001"
    assert [(a.role, int(a.value)) for a in ticket.amounts] == [("fee", 298)]
    for spans in ticket.evidence.values():
        assert all(text[s.start : s.end] == s.text for s in spans)
    assert set(ticket.evidence) <= set(ticket.confidence)


def test_spoken_number_over_turns() -> None:
    ticket = call("您的电话", "幺三五 嗯", "嗯 您说", "零零幺三 八零零二")
    assert ticket.phone == "13500138002"
    assert [s.turn for s in ticket.evidence["phone"]] == [1, 3, 3]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"channel": "pigeon", "text": "你好"}, "渠道"),
        ({"channel": "web", "text": " "}, "为空"),
        ({"channel": "web", "text": "x" * 20_001}, "上限"),
        ({"channel": "web"}, "text"),
        ({"channel": "web", "text": "你好", "received_at": "昨天"}, "不是日期"),
        ({"channel": "web", "text": "上周五扣我100元", "received_at": "0001-01-01T00:00:00"}, "1900 至 2199"),
        ({"channel": "web", "text": "上周五扣我100元", "received_at": "9999-12-31T23:59:59"}, "1900 至 2199"),
        ({"channel": "call", "turns": []}, "turns"),
        ({"channel": "call", "turns": [{"role": "customer"}]}, "第 1 轮"),
    ],
)
def test_bad_input_is_one_sentence(arguments: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        fill(**arguments)  # type: ignore[arg-type]


def test_nothing_is_invented_from_a_greeting() -> None:
    ticket = web("你好在吗")
    assert (ticket.customer_name, ticket.phone, ticket.amounts) == (None, None, ())
    assert (ticket.business_type, ticket.cause, ticket.demand, ticket.summary) == (None, None, (), None)
    assert Amount not in {type(v) for v in ticket.as_dict()["ticket"].values()}


def test_vectors_of_words_are_never_taken_for_meanings(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (alarms, classes):
        monkeypatch.setattr(module, "default", lambda: named("lexical"))
        assert module.meanings(["信用卡年费说好免的，还是扣了"]) is None
    ticket = web("我名下信用卡一次没用过，年费却扣了300元，办卡时说好免年费，请退给我。")
    assert (ticket.business_type, ticket.cause) == ("信用卡", "定价收费")
