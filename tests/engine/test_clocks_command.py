"""`xiaobao deadlines`: lines in, lines out, and something to look at on a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from xiaobao.cli import main

RECEIVED = {"kind": "received", "at": "2026-11-02"}


def run(*args: str, input: str | None = None) -> Result:
    return CliRunner().invoke(main, ["deadlines", *args], input=input)


def lines(*objects: Any) -> str:
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)


def test_lines_keep_their_order_and_bad_ones_do_not_stop_the_rest() -> None:
    result = run(
        input=lines(
            {"id": "a", "track": "direct", "events": [RECEIVED], "branch": "示例支行"},
            {"id": "b", "track": "direct", "events": [RECEIVED, {"kind": "appraisal_end", "at": "2026-11-05"}]},
            {"id": "c", "track": "complaint", "events": [RECEIVED]},
            {"id": "d", "track": "direct"},
            {"id": "e", "track": "direct", "events": ["received"]},
            {"id": "f", "track": "recording_fix", "events": [{"kind": "received", "at": "2026-09-18"}]},
            {"id": "g", "track": "direct", "events": [RECEIVED] * 10_001},
            {"id": "h", "events": [RECEIVED]},
            {"id": "i", "track": "direct", "events": [RECEIVED], "at": "明天"},
        )
    )
    out = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 1
    assert [o["id"] for o in out] == list("abcdefghi")
    codes = [o.get("error", {}).get("code") for o in out]
    assert codes == [
        None, "input.order", "input.track", "input.type", "input.event", None, "input.limit", "input.missing", "input",
    ]  # fmt: skip
    assert "鉴定结束" in out[1]["error"]["message"]
    assert out[1]["error"]["line"] == 2
    assert out[0]["extra"] == {"branch": "示例支行"}
    assert out[5]["clocks"][0]["due"] == "2026-10-15"


def test_a_clock_has_the_shape_of_the_interface() -> None:
    result = run(input=lines({"id": "1", "track": "direct", "events": [RECEIVED]}))
    assert result.exit_code == 0
    clock = json.loads(result.stdout)["clocks"][0]
    assert {"kind", "due", "due_rolled", "basis", "replay"} <= set(clock)
    assert (clock["kind"], clock["due"], clock["due_rolled"]) == ("respond", "2026-11-17", "2026-11-17")
    assert clock["basis"][0] == {"norm": "投诉办法", "article": "18", "confidence": "T"}
    assert len(clock["replay"]) == 16
    assert clock["replay"][15] == {
        "day": "2026-11-17", "counted": 15, "why": "第15日，期限届满", "article": "投诉办法#18",
    }  # fmt: skip


def test_one_case_on_the_command_line_is_drawn_into_a_calendar() -> None:
    events = ("received=2026-11-02", "complex=2026-11-10", "special_approved=2026-11-27", "special_notified=2026-11-30")
    result = run("--track", "direct", *(x for e in events for x in ("--event", e)), "--format", "text")
    assert result.exit_code == 0
    shown = result.stdout
    for words in (
        "直接投诉",
        "2027-01-01 周五",
        "2027-01-04 周一*",
        "2026-12-31 周四*",
        "投诉办法第18条",
        "━60",
        "4 →",
    ):
        assert words in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert "期限延至60日" in shown


def test_pauses_hours_and_errors_are_shown() -> None:
    leak = {"id": "漏", "track": "info_leak", "events": [{"kind": "received", "at": "2026-11-02T09:30"}]}
    pause = [RECEIVED, {"kind": "appraisal_start", "at": "2026-11-05"}]
    paused = {"id": "停", "track": "direct", "events": pause}
    none = {"id": "空", "track": "nfra_transfer", "events": []}
    result = run("--format", "text", "--at", "2026-11-20", input=lines(leak, paused, none))
    assert result.exit_code == 1
    for words in ("09:30满72小时", "暂停中", "扣除 15 日", "×", "✕ 第 3 行 空", "没有事件"):
        assert words in result.stdout


def test_an_institutions_own_calendar(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("overrides:\n  - {date: 2026-11-17, working: false, name: 行庆, source: 行内通知}\n", "utf-8")
    target = tmp_path / "out.jsonl"
    result = run("--track", "direct", "--event", "received=2026-11-02", "--calendar", str(own), "--output", str(target))
    assert result.exit_code == 0
    clock = json.loads(target.read_text("utf-8"))["clocks"][0]
    assert (clock["due"], clock["due_rolled"]) == ("2026-11-17", "2026-11-18")


@pytest.mark.parametrize(
    "args",
    [
        ("--track", "direct"), ("--event", "received=2026-11-02"), ("--track", "x", "--event", "received=2026-11-02"),
        ("--track", "direct", "--event", "received"), ("--track", "direct", "--event", "filed=2026-11-02"),
        ("--track", "direct", "--event", "received=2026-11-02", "--input", "-"), ("--input", "/absent.jsonl"),
        ("--output", "/absent/out.jsonl", "--track", "direct", "--event", "received=2026-11-02"),
    ],
)  # fmt: skip
def test_wrong_usage_exits_with_two(args: tuple[str, ...]) -> None:
    assert run(*args).exit_code == 2


def test_help_names_tracks_and_events() -> None:
    shown = run("--help").stdout
    for word in ("pboc_transfer", "人民银行转交", "special_approved", "批准特别延期", "例："):
        assert word in shown
