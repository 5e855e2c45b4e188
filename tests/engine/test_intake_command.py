"""`xiaobao intake`: one line out a line in, errors by line, extra keys carried; and what the corpus measures."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from evaluation.intake import evaluate
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.cli import main
from xiaobao.intake import FIELDS, fill

HELD_OUT = Path(__file__).parents[2] / "evaluation" / "intake" / "heldout.jsonl"


def run(*lines: str) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(main, ["intake"], input="\n".join(lines))
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_bad_lines_are_error_lines_and_the_rest_goes_on() -> None:
    good = {"id": "1", "channel": "web", "received_at": "2025-05-06T09:00:00", "text": "我叫姚远", "number": 7}
    status, out = run(
        json.dumps(good, ensure_ascii=False),
        "{",
        '{"id":"3","channel":"web","text":5}',
        '{"id":"4","channel":"web","text":"你好","received_at":"不知道"}',
        '{"id":"5","channel":"call","turns":"你好"}',
        '{"id":"6","text":"你好"}',
    )
    assert status == 1
    assert [line.get("id") for line in out] == ["1", 2, "3", "4", "5", "6"]
    assert out[0]["extra"] == {"number": 7}
    assert tuple(out[0]["ticket"]) == FIELDS  # type: ignore[arg-type]
    assert all("error" in line for line in out[1:])


def test_turns_have_their_turn_in_the_evidence() -> None:
    turns = [{"role": "agent", "text": "您好"}, {"role": "customer", "text": "我叫姚远"}]
    status, out = run(json.dumps({"id": "1", "channel": "call", "turns": turns}, ensure_ascii=False))
    assert status == 0
    evidence = out[0]["evidence"]["customer_name"][0]  # type: ignore[index]
    assert evidence == {"turn": 1, "start": 2, "end": 4, "text": "姚远"}


def test_words_beside_turns_are_refused_and_not_lost() -> None:
    turns = [{"role": "customer", "text": "你好"}]
    both = {"channel": "call", "turns": turns, "text": "我叫姚远，要求退年费"}
    status, out = run(json.dumps({"id": "1", **both}, ensure_ascii=False), json.dumps({"id": "2", **both, "text": ""}))
    assert status == 1
    assert "只能给一个" in out[0]["error"]["message"]  # type: ignore[index]
    assert "ticket" in out[1]


def test_held_out_narratives_are_filled_as_well_as_is_claimed() -> None:
    figures = evaluate(HELD_OUT)
    assert figures["right_when_present"] >= 0.85
    assert figures["invented_when_empty"] <= 0.05
    assert figures["f1"]["amounts"] >= 0.85
    assert figures["f1"]["event_dates"] >= 0.85
    assert figures["classes"]["business_type"] >= 0.7
    assert figures["classes"]["critical"] == 1.0


@pytest.mark.parametrize("piece", ["1", "一二三四五六七八九", "银行", "2025年", "13800138001 ", "我 ", "退", "，"])
def test_a_long_senseless_text_takes_no_long_time(piece: str) -> None:
    started = time.process_time()
    fill(channel="web", received_at="2025-05-06", text=piece * (8_000 // len(piece)))
    assert time.process_time() - started < 6


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=120))
def test_any_text_is_filled_or_refused_and_evidence_is_of_the_text(text: str) -> None:
    if not text.strip():
        return
    ticket = fill(channel="web", received_at="2025-05-06", text=text)
    for spans in ticket.evidence.values():
        for span in spans:
            assert text[span.start : span.end] == span.text
