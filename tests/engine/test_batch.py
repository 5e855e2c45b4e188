"""Batches keep order, turn bad lines into error lines and go on."""

from __future__ import annotations

import io
import os
import sys
import threading
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner

from xiaobao import batch
from xiaobao.cli import main
from xiaobao.errors import InputError, UsageError, XiaobaoError


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def shout(obj: dict[str, Any]) -> dict[str, Any]:
    return {"text": batch.text_field(obj, "text").upper()}


def test_ugly_lines_become_error_lines_in_place(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(
        b'\xef\xbb\xbf{"id":"a","text":"x","note":1}\r\n'
        b"\n   \n"
        b"{not json\n"
        b"[1,2]\n"
        b'{"text":"no id"}\n'
        b'{"id":"c"}\n'
        b'{"id":7,"text":5}\n'
        b"\xff\xfe\n"
        b'{"id":"s","text":"a\\ud800b"}\n'
        b'{"id":"last","text":"z"}'
    )
    code = batch.run(source, target, shout, keep_extra={"id", "text"})
    out = lines_of(target)
    assert code == 1
    assert out[0] == {"id": "a", "text": "X", "extra": {"note": 1}}
    assert [o["id"] for o in out] == ["a", 4, 5, 6, "c", 7, 9, "s", "last"]
    codes = {o["id"]: o["error"]["code"] for o in out if "error" in o}
    expected = {4: "input.json", 5: "input.type", "c": "input.missing", 7: "input.type", 9: "input.encoding"}
    assert codes == expected
    assert out[1]["error"]["line"] == 4
    assert out[7]["text"] == "A�B"
    assert out[8] == {"id": "last", "text": "Z"}


def test_all_good_is_zero_and_extra_is_dropped_on_request(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id":"a","text":"x","note":1}\n', encoding="utf-8")
    assert batch.run(source, target, shout) == 0
    assert lines_of(target) == [{"id": "a", "text": "X"}]


def test_a_line_beyond_the_limit_is_skipped_and_the_next_is_read(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id":"big","text":"' + "x" * 500 + '"}\n{"id":"b","text":"y"}\n', encoding="utf-8")
    got = list(batch.read_lines(source, limit=100))
    assert isinstance(got[0][2], InputError)
    assert got[0][2].code == "input.limit"
    assert got[1][:2] == (2, "b")


def test_one_failing_object_does_not_fail_its_chunk(tmp_path: Path) -> None:
    def many(objects: list[dict[str, Any]]) -> list[dict[str, Any] | XiaobaoError]:
        if any(o["n"] == 0 for o in objects):
            raise ZeroDivisionError
        return [{"half": 1 / o["n"]} if o["n"] > 0 else InputError("负数") for o in objects]

    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f'{{"id":{i},"n":{n}}}\n' for i, n in enumerate([1, 0, -1, 2])), encoding="utf-8")
    assert batch.run(source, target, work_many=many, keep_extra=None) == 1
    out = lines_of(target)
    assert [o["id"] for o in out] == [0, 1, 2, 3]
    assert out[1]["error"]["code"] == "error.internal"
    assert out[2]["error"]["message"] == "负数"
    assert out[3]["half"] == 0.5


def test_a_result_that_is_no_json_is_an_error_line(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id":"a"}\n{"id":"b"}\n', encoding="utf-8")
    assert batch.run(source, target, lambda o: {"x": object() if o["id"] == "a" else 1}) == 1
    assert [("error" in o) for o in lines_of(target)] == [True, False]


def test_missing_input_and_same_output_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="无法打开"):
        batch.run(tmp_path / "none.jsonl", tmp_path / "out.jsonl", shout)
    source = tmp_path / "in.jsonl"
    source.write_text('{"id":"a","text":"x"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="相同"):
        batch.run(source, source, shout)
    assert source.read_text(encoding="utf-8")


def test_a_mistyped_input_leaves_the_last_results(tmp_path: Path) -> None:
    kept = tmp_path / "out.jsonl"
    kept.write_text("yesterday\n", encoding="utf-8")
    for command in ("intake", "duplicates", "trends", "deadlines"):
        for wrong in (tmp_path / "none.jsonl", tmp_path):
            done = CliRunner().invoke(main, [command, "--input", str(wrong), "--output", str(kept)])
            assert done.exit_code == 2, (command, done.output)
    assert kept.read_text(encoding="utf-8") == "yesterday\n"


def test_a_pipe_is_read_once_and_whole(tmp_path: Path) -> None:
    pipe, target = tmp_path / "pipe", tmp_path / "out.jsonl"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text('{"id":"a","text":"x"}\n', encoding="utf-8"))
    writer.start()
    assert batch.run(pipe, target, shout) == 0
    writer.join()
    assert [o["id"] for o in lines_of(target)] == ["a"]


def test_dash_is_standard_input_and_output(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"id":"a","text":"x"}\n')))
    stdout = io.TextIOWrapper(out)
    monkeypatch.setattr(sys, "stdout", stdout)
    assert batch.run("-", "-", shout) == 0
    assert orjson.loads(out.getvalue()) == {"id": "a", "text": "X"}


def test_numbers_no_writer_can_write_end_no_batch(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    half = '"half":"\\ud800"'
    source.write_text(
        f'{{"id":{10**30},"text":"x",{half}}}\n{{"id":"n","text":"x","n":{"1" * 5_000}}}\n{{"id":"last","text":"z"}}\n'
    )
    code = batch.run(source, target, shout, keep_extra={"id", "text", "half"})
    first, second, third = lines_of(target)
    assert code == 1
    assert first == {"id": str(10**30), "text": "X"}
    assert second["error"]["code"] == "input.json"
    assert third == {"id": "last", "text": "Z"}


def test_a_misspelt_key_is_warned_about_and_still_carried(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = ['{"text":"a","Fees":1,"note":2}', '{"text":"b","fee":1,"fees":[]}', '{"text":"c","fees":[],"text2":1}']
    source.write_text("\n".join(lines), encoding="utf-8")

    def work(obj: batch.Object) -> batch.Object:
        return {"text": obj["text"]}

    batch.run(source, target, work, keep_extra={"id", "text", "fees"})
    out = [orjson.loads(line) for line in target.read_bytes().splitlines()]
    assert out[0]["warnings"] == ["字段“Fees”没有用到，是否应为“fees”？"]
    assert out[0]["extra"] == {"Fees": 1, "note": 2}
    assert all("warnings" not in line for line in out[1:])
