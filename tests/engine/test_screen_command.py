"""The command `xiaobao screen`: order, error lines, extra keys, folders, formats, exit statuses."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from planted import SAMPLES
from report_rules import write_rules

from xiaobao.cli import COMMANDS, main

BAD = "本产品保本保收益，放心买"
GOOD = "今天天气很好，适合出门散步"


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_rules(tmp_path_factory.mktemp("rules")))


def screen(rules: str, *args: str, lines: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["screen", "--rules", rules, "--no-judge", *args], input=lines)


def out(result: Result) -> list[dict[str, Any]]:
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return [json.loads(line) for line in result.stdout.splitlines()]


def jsonl(*objects: object) -> str:
    return "".join(json.dumps(o, ensure_ascii=False) + "\n" for o in objects)


def test_lines_come_back_in_order_with_errors_in_place_and_extra_keys_kept(rules: str) -> None:
    result = screen(
        rules,
        lines=jsonl({"id": 7, "text": BAD, "batch": "A", "nested": {"k": [1]}})
        + "{broken\n"
        + jsonl({"id": "s", "scenario": "nowhere", "text": BAD}, {"id": "n"}, {"id": "t", "text": 5})
        + jsonl({"id": "at", "text": BAD, "at": "昨天"}, {"id": "last", "text": GOOD, "scenario": "poster"}),
    )
    rows = out(result)
    assert [row["id"] for row in rows] == [7, 2, "s", "n", "t", "at", "last"]
    first = rows[0]
    assert (first["verdict"], first["category"]) == ("violation", "guaranteed_return")
    assert first["extra"] == {"batch": "A", "nested": {"k": [1]}}
    finding = first["findings"][0]
    assert BAD[finding["start"] : finding["end"]] == finding["text"]
    assert (finding["rule"], finding["version"], finding["turn"]) == ("wealth/promise", 3, None)
    assert finding["basis"] == [{"norm": "广告法", "article": "25(一)", "confidence": "T"}]
    assert first["inferred"]["scenario"]
    assert first["inferred"]["at"]
    assert [row["error"]["line"] for row in rows[1:6]] == [2, 3, 4, 5, 6]
    codes = [row["error"]["code"] for row in rows[1:6]]
    assert codes == ["input.json", "input.scenario", "input.missing", "input.type", "input.time"]
    assert "marketing_sms" in rows[2]["error"]["message"]
    assert "nowhere" in rows[2]["error"]["message"]
    assert (rows[6]["verdict"], rows[6]["findings"]) == ("clear", [])
    assert "scenario" not in rows[6]["inferred"]
    assert result.exit_code == 1


def test_an_omission_has_no_place(rules: str) -> None:
    line = jsonl({"id": "1", "text": "本款理财近一年年化收益百分之四点五"})
    finding = out(screen(rules, lines=line))[0]["findings"][0]
    assert (finding["rule"], finding["start"], finding["end"], finding["text"]) == ("wealth/warning", None, None, "")


def test_a_dialogue_counts_within_its_turn_and_the_customer_may_ask(rules: str) -> None:
    turns = [
        {"role": "customer", "start": 0.0, "end": 2.0, "text": "这个是国家兜底的吗？"},
        {"role": "agent", "start": 2.5, "end": 6.0, "text": "您放心，这款国家兜底"},
    ]
    row = out(screen(rules, lines=jsonl({"id": "d", "scenario": "service_call", "turns": turns})))[0]
    assert [f["turn"] for f in row["findings"]] == [1]
    finding = row["findings"][0]
    assert turns[1]["text"][finding["start"] : finding["end"]] == finding["text"]
    assert finding["anchor"]["start"] == 2.5


@pytest.mark.parametrize(
    ("level", "text", "status"),
    [
        ("violation", BAD, 3), ("violation", GOOD, 0), ("review", BAD, 3), ("high", BAD, 3), ("low", BAD, 3),
        ("high", "理财近一年年化收益百分之四", 0), ("medium", "理财近一年年化收益百分之四", 3),
    ],
)  # fmt: skip
def test_fail_on(rules: str, level: str, text: str, status: int) -> None:
    assert screen(rules, "--fail-on", level, lines=jsonl({"id": "1", "text": text})).exit_code == status


def test_fail_on_goes_before_a_bad_line(rules: str) -> None:
    assert screen(rules, "--fail-on", "high", lines="{\n" + jsonl({"id": "1", "text": BAD})).exit_code == 3


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--format", "html"], "--output"), (["--format", "pdf", "--output", "-"], "--output"),
        (["a.txt", "--input", "-"], "只能给一种"), (["a.jsonl"], "--input"), (["--input", "nowhere.jsonl"], "不存在"),
        (["--input", "."], "文件夹"), (["-"], "--input -"), (["a.txt", ""], "文件名为空"),
        (["a.txt", "--output", "nowhere/x.jsonl"], "文件夹不存在"), (["--at", "昨天"], "2026-11-22 14:05"),
        (["--scenario", "nowhere"], "nowhere"), (["--llm"], "XIAOBAO_LLM"),
    ],
)  # fmt: skip
def test_usage_errors_are_told_before_any_work(
    rules: str, args: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XIAOBAO_LLM_BASE_URL", raising=False)
    result = screen(rules, *args, lines="")
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_wrong_rulebook_is_a_usage_error_that_names_file_and_line(rules: str, tmp_path: Path) -> None:
    (tmp_path / "wealth").mkdir()
    (tmp_path / "wealth" / "bad.yaml").write_text("title: 只有标题\n", encoding="utf-8")
    result = screen(str(tmp_path), lines="")
    assert result.exit_code == 2
    assert "bad.yaml" in result.stderr
    (tmp_path / "wealth" / "bad.yaml").unlink()
    assert "没有规则" in screen(str(tmp_path), lines="").stderr


def test_files_and_folders_keep_their_paths_and_a_bad_one_stops_nothing(rules: str, tmp_path: Path) -> None:
    folder = tmp_path / "材料"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.txt").write_text(BAD, encoding="gb18030")
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    (folder / "sub" / "c.txt").write_text(GOOD, encoding="utf-8")
    (folder / ".hidden.txt").write_text(BAD, encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("inner/d.txt", BAD)
    paths = [str(tmp_path / "z.zip"), str(folder), str(tmp_path / "missing.txt")]
    result = screen(rules, *paths)
    rows = out(result)
    expected = [paths[0], str(folder / "a.pdf"), str(folder / "b.txt"), str(folder / "sub" / "c.txt"), paths[2]]
    assert [row["id"] for row in rows] == expected
    assert [row.get("verdict") for row in rows] == ["violation", None, "violation", "clear", None]
    assert rows[0]["findings"][0]["anchor"]["member"] == "inner/d.txt"
    assert rows[4]["error"] == {"code": "input.missing", "message": f"文件不存在：{paths[2]}", "line": 5}
    assert result.exit_code == 1


def test_options_fill_what_lines_do_not_say(rules: str) -> None:
    lines = jsonl({"id": "1", "text": GOOD}, {"id": "2", "text": GOOD, "scenario": "poster"})
    rows = out(screen(rules, "--scenario", "disclosure", "--product", "fund", "--at", "2026-11-22 14:05", lines=lines))
    assert [row.get("inferred") for row in rows] == [None, None]


def test_a_huge_line_becomes_an_error_and_the_next_is_screened(rules: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from xiaobao import batch

    monkeypatch.setattr(batch.read_lines, "__kwdefaults__", {"limit": 2000})
    rows = out(screen(rules, lines=jsonl({"id": "x", "text": "长" * 4000}, {"id": "y", "text": BAD})))
    assert rows[0]["error"]["code"] == "input.limit"
    assert (rows[1]["id"], rows[1]["verdict"]) == ("y", "violation")


def test_a_long_text_is_screened_to_its_end(rules: str) -> None:
    text = "天气很好。" * 60_000 + BAD
    finding = out(screen(rules, lines=jsonl({"id": "x", "text": text})))[0]["findings"][-1]
    assert text[finding["start"] : finding["end"]] == finding["text"]
    assert finding["start"] >= 300_000


def test_output_goes_to_a_file_and_never_over_the_input(rules: str, tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(jsonl({"id": "1", "text": BAD}), encoding="utf-8")
    assert screen(rules, "--input", str(source), "--output", str(target)).exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["verdict"] == "violation"
    refused = screen(rules, "--input", str(source), "--output", str(source))
    assert (refused.exit_code, source.read_text(encoding="utf-8").count("\n")) == (2, 1)


def test_workers_give_the_same_lines_in_the_same_order(rules: str) -> None:
    lines = jsonl(*({"id": str(i), "text": BAD if i % 3 else GOOD, "at": "2026-01-01"} for i in range(600)))
    alone, together = screen(rules, lines=lines), screen(rules, "--workers", "2", lines=lines)
    assert [row["id"] for row in out(together)] == [str(i) for i in range(600)]
    assert together.stdout == alone.stdout


def test_the_sample_conversations_are_screened_with_speaker_and_second(rules: str) -> None:
    row = out(screen(rules, str(SAMPLES / "sales-call.txt")))[0]
    anchors = [f["anchor"] for f in row["findings"]]
    assert anchors
    assert all(a["speaker"] == "agent" and a["start"] >= 0 for a in anchors)


def test_a_process_writes_json_lines_to_a_pipe_and_its_notices_elsewhere(rules: str) -> None:
    command = [sys.executable, "-c", "from xiaobao.cli import main; main()", "screen", "--rules", rules]
    done = subprocess.run(
        command, input=jsonl({"id": "1", "text": BAD}, {"id": "2"}).encode(), capture_output=True, timeout=120,
        check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["1", "2"]
    assert done.returncode == 1
    from xiaobao.judge.model import PACKAGED

    assert ("仅按规则判断" in done.stderr.decode()) == (not PACKAGED.is_file())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_help_can_be_loaded(name: str) -> None:
    assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_help_shows_an_example() -> None:
    shown = CliRunner().invoke(main, ["screen", "--help"]).stdout
    assert "xiaobao screen --input 短信.jsonl" in shown
