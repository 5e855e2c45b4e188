"""A language model that helps to fill: it sees placeholders, and only what stands in the text enters the ticket."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import pytest
from test_llm import model, reply

from xiaobao.intake import fill

TEXT = "你好，阿依古丽在云桥银行被扣了年费，电话13800138001"
EMPTY: dict[str, Any] = dict.fromkeys(
    ("customer_name", "phone", "card_or_account", "institution_branch", "product_name", "staff_mentioned",
     "business_type", "cause")
)  # fmt: skip


def answer(**given: tuple[str, str]) -> str:
    values = {name: {"value": value, "quote": quote} for name, (value, quote) in given.items()}
    return json.dumps({**EMPTY, **values}, ensure_ascii=False)


def test_personal_data_never_leaves_and_a_true_value_enters() -> None:
    seen: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.content.decode())
        return reply(answer(product_name=("年费", "被扣了年费")))(request)

    ticket = fill(channel="web", received_at="2025-05-06", text=TEXT, model=model(handler))
    assert "13800138001" not in "".join(seen)
    assert ticket.product_name == "年费"
    assert [TEXT[s.start : s.end] for s in ticket.evidence["product_name"]] == ["被扣了年费"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "不是 JSON",
        answer(product_name=("聚宝盆", "被扣了年费")),
        answer(product_name=("年费", "原文没有的话")),
        answer(phone=("13900139000", "电话")),
        answer(cause=("从未听说", "被扣了年费")),
    ],
)
def test_what_the_text_does_not_say_changes_nothing(content: str) -> None:
    alone = fill(channel="web", received_at="2025-05-06", text=TEXT)
    assert fill(channel="web", received_at="2025-05-06", text=TEXT, model=model(reply(content))) == alone


def test_a_failing_endpoint_changes_nothing() -> None:
    alone = fill(channel="web", received_at="2025-05-06", text=TEXT)
    gone = model(lambda request: httpx2.Response(500, text="down"))
    assert fill(channel="web", received_at="2025-05-06", text=TEXT, model=gone) == alone
