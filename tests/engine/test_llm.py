"""The language-model adapter over a faked transport: masking, quoting, failing."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest
from openai import OpenAI

from xiaobao.errors import ModelUnavailable
from xiaobao.llm import FAILURES, LanguageModel, Settings, configured
from xiaobao.model import Material, Passage
from xiaobao.screening.screen import Screener

Handler = Callable[[httpx2.Request], httpx2.Response]
SETTINGS = Settings("http://llm.test/v1", "m", "k")


def model(handler: Handler) -> LanguageModel:
    """Return an adapter whose requests go to a function."""
    client = OpenAI(
        base_url=SETTINGS.base_url,
        api_key="k",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(handler)),
    )
    return LanguageModel(SETTINGS, client)


def reply(content: str) -> Handler:
    """Return a handler that answers every question with the same content."""
    message = {"role": "assistant", "content": content}
    body = {"id": "1", "object": "chat.completion", "created": 0, "model": "m"}
    choices = [{"index": 0, "finish_reason": "stop", "message": message}]
    return lambda request: httpx2.Response(200, json={**body, "choices": choices})


def answer(decision: str, quote: str) -> str:
    return json.dumps({"decision": decision, "quote": quote, "reason": "理由"}, ensure_ascii=False)


def test_personal_data_never_leaves() -> None:
    seen: list[str] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        seen.append(request.content.decode())
        return reply(answer("violation", "⟦MOBILE_1⟧"))(request)

    text = "请联系张伟先生，电话13800138000，保本保息"
    found = model(handler).ask(text, "是否承诺保本")
    assert "13800138000" not in "".join(seen)
    assert found is not None
    assert found.quote == "13800138000"
    assert text[found.start : found.end] == "13800138000"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "不是 JSON",
        "[]",
        json.dumps({"decision": "violation"}),
        answer("violation", "原文没有的话"),
        answer("violation", ""),
    ],
)
def test_an_answer_without_a_true_quotation_does_not_count(content: str) -> None:
    assert model(reply(content)).ask("保本保息", "是否承诺保本") is None


def test_a_failing_endpoint_changes_nothing() -> None:
    assert model(lambda request: httpx2.Response(500, text="down")).ask("保本保息", "是否承诺保本") is None


def test_a_model_that_is_gone_is_not_asked_again_and_again() -> None:
    asked: list[int] = []

    def handler(request: httpx2.Request) -> httpx2.Response:
        asked.append(1)
        return httpx2.Response(500, text="down")

    gone = model(handler)
    for _ in range(10):
        assert gone.ask("保本保息", "是否承诺保本") is None
    assert len(asked) == FAILURES


def test_adjudication_decides_only_the_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    material = Material("m", (Passage("稳健理财，保本保息，欢迎选购"),), scenario="poster")
    by_rules = Screener().screen(material)
    asked = Screener(adjudicator=model(reply(answer("clear", "稳健理财")))).screen(material)
    assert by_rules.verdict == asked.verdict == "violation"


def test_nothing_is_configured_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XIAOBAO_LLM_BASE_URL", raising=False)
    with pytest.raises(ModelUnavailable, match="XIAOBAO_LLM_BASE_URL"):
        configured()
