"""What says nothing of a matter gets no class, and whoever answers for the institution is no customer."""

from __future__ import annotations

import pytest

from xiaobao.intake import fill

DAY = "2026-03-02T10:00:00"


@pytest.mark.parametrize(("text", "demand"), [
    ("退款", ("退款退费",)), ("退钱！！", ("退款退费",)), ("赔钱", ("赔偿",)),
    ("必须道歉，给个说法", ("道歉", "解释说明")), ("没人管吗", ()), ("再不处理我就投诉到银保监", ()),
])  # fmt: skip
def test_wishes_alone_are_no_matter(text, demand):
    ticket = fill(channel="web", received_at=DAY, text=text)
    assert (ticket.business_type, ticket.cause, ticket.cause_alternatives) == (None, None, ())
    assert set(demand) <= set(ticket.demand)
    assert bool(ticket.demand) is bool(demand)


@pytest.mark.parametrize(
    "text", ["退年费", "退保只给一半", "要求尽快理赔", "年费退款没到账", "催收骚扰，要求道歉", "短信费，退钱"]
)
def test_a_word_of_the_matter_is_enough_for_a_class(text):
    ticket = fill(channel="web", received_at=DAY, text=text)
    assert ticket.business_type
    assert ticket.cause


GREETINGS = ["您好，我叫王小明，为您服务", "我是王小明，请问有什么可以帮您", "您好我叫陈雪，很高兴为您服务"]


@pytest.mark.parametrize("greeting", GREETINGS)
@pytest.mark.parametrize("name", [None, "赵六"])
def test_who_answers_is_no_customer_in_turns_and_in_a_pasted_call(greeting, name):
    wish = "信用卡年费多收了，退我" + (f"，我叫{name}" if name else "")
    for agent in ("agent", "坐席"):
        turns = [{"role": agent, "text": greeting}, {"role": "customer", "text": wish}]
        assert fill(channel="call", received_at=DAY, turns=turns).customer_name == name
    assert fill(channel="call", received_at=DAY, text=f"客服：{greeting}\n客户：{wish}").customer_name == name


def test_to_look_up_is_nobody():
    assert fill(channel="web", received_at=DAY, text="查一下").customer_name is None
    assert fill(channel="web", received_at=DAY, text="我叫查一凡，信用卡年费多收了").customer_name == "查一凡"
