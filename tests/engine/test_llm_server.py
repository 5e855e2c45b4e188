"""The language-model adapter over real HTTP: tiny models of our own, served by llama.cpp on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from openai import OpenAI
from tiny_model import served, write_random, write_saying

from xiaobao.cli import main
from xiaobao.judge.model import default_judge
from xiaobao.llm import SCHEMA, LanguageModel, Settings
from xiaobao.model import Anchor, Finding, Material, Passage
from xiaobao.screening.screen import Screener

pytestmark = pytest.mark.slow

TEXT = "稳健理财，请联系张伟先生，电话13800138000，保本保息"
QUOTE = "保本保息"
QUESTION = "是否承诺保本"
POOL = [
    f"{who}{what}{QUOTE}{tail}"
    for who in (
        *("听说", "朋友说", "据说", "都说", "有人讲", "邻居讲", "以前有人说", "我同事说", "网上说", "有人问"),
        *("邻居说", "亲戚说", "听人讲", "群里讲"),
    )
    for what in ("", "这个产品", "他买的那款", "那家银行的东西", "存单一样")
    for tail in ("", "，不知真假", "，先了解一下", "，回头再看", "，您怎么看", "，看看再说")
]
"""Texts of which a judge may not be able to tell whether they promise or only tell."""


@cache
def unsure() -> list[str]:
    """Return three texts that the shipped judge leaves for review, whichever they are after the last training."""
    verdicts = Screener(judge=default_judge()).screen_many(
        [Material(t, (Passage(t),), scenario="poster", at="2026-11-20") for t in POOL]
    )
    found = [v.id for v in verdicts if v.verdict == "review" and len(v.findings) == 1][:3]
    assert len(found) == 3, "no text of the pool is left for review"
    return found


def lines() -> list[str]:
    """Return the unsure texts, one that is clear and one that offends."""
    return [*unsure(), "网点春节期间照常营业", "最后一天，不买就亏了"]


FINDING = Finding(
    rule="wealth/principal_guarantee", version=1, title="承诺保本", category="guaranteed_return", severity="high",
    decision="review", confidence=0.3, start=27, end=31, text=QUOTE, anchor=Anchor(), basis=(),
    message="不得承诺保本。", remedy="产品不保证本金。", why="拿不准。",
)  # fmt: skip


def said(decision: str, quote: str) -> str:
    answer = {"decision": decision, "quote": quote, "reason": "理由"}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Serve models that answer, that quote what is not there, that know nothing, and that never come to an end."""
    folder = tmp_path_factory.mktemp("models")
    files = {
        "violation": write_saying(folder / "violation.gguf", said("violation", QUOTE)),
        "clear": write_saying(folder / "clear.gguf", said("clear", QUOTE)),
        "person": write_saying(folder / "person.gguf", said("violation", "⟦MOBILE_1⟧")),
        "untrue": write_saying(folder / "untrue.gguf", said("violation", "保证翻倍")),
        "random": write_random(folder / "random.gguf", closes=True),
        "endless": write_random(folder / "endless.gguf", closes=False),
    }
    with ExitStack() as stack:
        yield {name: stack.enter_context(served(path))[0] for name, path in files.items()}


def model(address: str) -> LanguageModel:
    return LanguageModel(Settings(address, "tiny", "none"))


def screen(monkeypatch: pytest.MonkeyPatch, address: str | None, *args: str) -> list[dict[str, Any]]:
    """Return what the command line writes for the lines; with an address, it asks the model there."""
    for name in ("BASE_URL", "MODEL", "API_KEY"):
        monkeypatch.delenv(f"XIAOBAO_LLM_{name}", raising=False)
    if address is not None:
        monkeypatch.setenv("XIAOBAO_LLM_BASE_URL", address)
        monkeypatch.setenv("XIAOBAO_LLM_MODEL", "tiny")
        args = ("--llm", *args)
    rows = [{"id": i, "text": t, "scenario": "poster", "at": "2026-11-20"} for i, t in enumerate(lines())]
    result = CliRunner().invoke(main, ["screen", *args], input="\n".join(map(json.dumps, rows)))
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_quoted_answer_comes_back_with_its_place(addresses: dict[str, str]) -> None:
    answer = model(addresses["violation"]).ask(TEXT, QUESTION)
    assert answer is not None
    assert (answer.decision, answer.quote, answer.reason) == ("violation", QUOTE, "理由")
    assert TEXT[answer.start : answer.end] == QUOTE


def test_a_placeholder_in_the_answer_leads_back_to_the_person(addresses: dict[str, str]) -> None:
    answer = model(addresses["person"]).ask(TEXT, QUESTION)
    assert answer is not None
    assert answer.quote == TEXT[answer.start : answer.end] == "13800138000"


def test_even_random_weights_answer_in_the_shape_asked_for(addresses: dict[str, str]) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": SCHEMA, "strict": True}}
    with OpenAI(base_url=addresses["random"], api_key="none", timeout=20) as client:
        reply = client.chat.completions.create(
            model="tiny", messages=[{"role": "user", "content": TEXT}], response_format=form, temperature=0
        )
    answer = json.loads(reply.choices[0].message.content)
    assert sorted(answer) == sorted(SCHEMA["required"])
    assert answer["decision"] in SCHEMA["properties"]["decision"]["enum"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("random", TEXT, "引文在原文中找不到"),
        ("untrue", TEXT, "引文在原文中找不到"),
        ("endless", TEXT, "不是约定的格式"),
        ("violation", TEXT * 200, "BadRequestError"),
    ],
)
def test_no_true_quotation_is_no_answer(
    addresses: dict[str, str], caplog: pytest.LogCaptureFixture, name: str, text: str, reason: str
) -> None:
    asked = model(addresses[name])
    assert asked.ask(text, QUESTION) is None
    assert reason in caplog.text
    assert asked.adjudicate(FINDING, text, scenario="poster", role="") is FINDING


@pytest.mark.parametrize("decision", ["violation", "clear"])
def test_adjudication_follows_a_true_quotation(addresses: dict[str, str], decision: str) -> None:
    finding = model(addresses[decision]).adjudicate(FINDING, TEXT, scenario="poster", role="")
    assert finding.decision == decision
    assert finding.why.startswith(FINDING.why)
    assert [(e.kind, e.text) for e in finding.evidence] == [("llm", QUOTE)]


def test_a_slow_server_is_left_and_may_be_asked_again(
    addresses: dict[str, str], caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("xiaobao.llm.TIMEOUT", 0.02)
        assert model(addresses["endless"]).ask(TEXT, QUESTION) is None
    assert "APITimeoutError" in caplog.text
    assert model(addresses["endless"]).ask(TEXT, QUESTION) is None
    assert "不是约定的格式" in caplog.text


def test_a_server_that_goes_away_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with served(write_saying(tmp_path / "m.gguf", said("violation", QUOTE))) as (address, process):
        asked = model(address)
        assert asked.ask(TEXT, QUESTION) is not None
        process.kill()
        process.wait()
        assert asked.ask(TEXT, QUESTION) is None
        assert "APIConnectionError" in caplog.text
        assert asked.adjudicate(FINDING, TEXT, scenario="poster", role="") is FINDING


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("decision", ["violation", "clear"])
def test_the_command_line_asks_about_the_unsure_alone(
    addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch, decision: str, workers: str
) -> None:
    alone, asked = screen(monkeypatch, None), screen(monkeypatch, addresses[decision], "--workers", workers)
    known = len(unsure())
    assert [row["verdict"] for row in alone] == ["review"] * known + ["clear", "violation"]
    assert [row["verdict"] for row in asked] == [decision] * known + ["clear", "violation"]
    assert asked[known:] == alone[known:]


@pytest.mark.parametrize("name", ["random", "untrue", "endless", "gone"])
def test_the_command_line_ends_well_whatever_the_server_does(
    addresses: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    if name == "gone":
        with served(write_random(tmp_path / "m.gguf", closes=True)) as (address, _):
            pass
    else:
        address = addresses[name]
    assert screen(monkeypatch, address) == screen(monkeypatch, None)
