"""What people and scripts do to commands: odd names, long numbers, lost outputs, roles and products no rule knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from report_rules import write_rules

from xiaobao import batch
from xiaobao.cli import main
from xiaobao.errors import UsageError

BAD = "本产品保本保收益，放心买"
MASK = [sys.executable, "-c", "from xiaobao.cli import main; main()", "mask"]


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_rules(tmp_path_factory.mktemp("rules")))


def run(*arguments: str, lines: str | None = None) -> Result:
    return CliRunner().invoke(main, list(arguments), input=lines)


def screened(rules: str, **line: Any) -> dict[str, Any]:
    result = run("screen", "--rules", rules, "--no-judge", lines=json.dumps({"id": "1", **line}) + "\n")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    (row,) = (json.loads(line) for line in result.stdout.splitlines())
    return dict(row)


@pytest.fixture
def odd(tmp_path: Path) -> str:
    """Return the path of a file whose name is GBK, as Chinese archives leave them."""
    path = os.fsencode(tmp_path) + b"/" + "海报".encode("gbk") + b".txt"
    try:
        with open(path, "wb") as fp:
            fp.write(BAD.encode())
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    return os.fsdecode(path)


def test_a_file_name_that_is_no_utf8_ends_no_batch(rules: str, odd: str, tmp_path: Path) -> None:
    good = tmp_path / "z.txt"
    good.write_text(BAD, encoding="utf-8")
    read = run("read", odd, f"{odd}x", str(good))
    rows = [json.loads(line) for line in read.stdout.splitlines()]
    assert [row["id"].endswith(end) for row, end in zip(rows, ("�.txt", "�.txtx", "z.txt"), strict=True)] == [True] * 3
    assert rows[1]["error"]["code"] == "input.missing"
    for form in ("jsonl", "text", "html"):
        target = tmp_path / form
        result = run("screen", "--rules", rules, "--no-judge", odd, "--format", form, "--output", str(target))
        assert result.exit_code == 0, result.exception
        assert "�.txt" in target.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [20261122000000000001, -(10**30), 2**64])
def test_long_numbers_keep_their_digits(rules: str, number: int) -> None:
    row = screened(rules, text=BAD, serial=number, nested=[{"n": number}], id=number)
    assert row["extra"] == {"serial": number, "nested": [{"n": number}]}
    assert str(row["id"]) == str(number)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"role": "boss", "text": BAD}, "input.role"), ({"product": "foo", "text": BAD}, "input.product"),
        ({"text": BAD, "at": "0001-01-01T00:00:00+23:59"}, "input.time"),
        ({"text": BAD, "at": "9999-12-31T23:59:59-23:59"}, "input.time"),
        ({"text": BAD, "at": "x" * 9999}, "input.time"),
        ({"text": BAD, "turns": [{"role": "agent", "text": "您好"}]}, "input.both"),
        ({"text": 5}, "input.type"), ({"turns": BAD}, "input.type"), ({"text": None}, "input.missing"),
    ],
)  # fmt: skip
def test_what_no_rule_would_look_at_is_an_error_and_no_all_clear(rules: str, line: dict[str, Any], code: str) -> None:
    error = screened(rules, **line)["error"]
    assert error["code"] == code
    assert len(error["message"]) < 250


@pytest.mark.parametrize(
    "line",
    [
        {"role": "坐席", "text": BAD}, {"role": "Agent ", "text": BAD}, {"product": "理财", "text": BAD},
        {"text": BAD, "turns": []}, {"text": "", "turns": [{"role": "客户经理", "text": BAD}]},
        {"turns": [{"role": "推荐人", "text": BAD}]},
    ],
)  # fmt: skip
def test_names_people_write_are_understood(rules: str, line: dict[str, Any]) -> None:
    assert screened(rules, **line)["verdict"] == "violation"


def test_a_customer_by_any_name_is_a_customer(rules: str) -> None:
    assert screened(rules, turns=[{"role": "客户", "text": BAD}])["findings"] == []


def test_a_time_out_of_range_is_a_usage_error() -> None:
    result = run("screen", "--at", "0001-01-01T00:00:00+23:59", lines="")
    assert result.exit_code == 2
    assert "0001-01-01" in result.stderr


@pytest.mark.parametrize("kinds", ["", ",", "，"])
def test_no_kinds_are_no_leave_to_mask_nothing(kinds: str) -> None:
    result = run("mask", "--kinds", kinds, lines='{"id":"1","text":"电话13812345678"}\n')
    assert (result.exit_code, result.stdout) == (2, "")


def test_what_the_shell_joins_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    line = b'{"id":"1","text":"\xe7\x94\xb5\xe8\xaf\x9d13812345678"}\n'
    for arguments, stdin, mode in (["--output", str(path)], path, "rb"), (["--input", str(path)], os.devnull, "ab"):
        path.write_bytes(line)
        with open(stdin, "rb") as source, open(path if mode == "ab" else os.devnull, "ab") as target:
            done = subprocess.run([*MASK, *arguments], stdin=source, stdout=target, stderr=subprocess.PIPE, timeout=60)
        assert (done.returncode, path.read_bytes()) == (2, line)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_and_closed_streams_are_one_sentence() -> None:
    line = '{"id":"1","text":"x"}\n'
    with open("/dev/full", "wb") as full:
        done = subprocess.run(MASK, input=line.encode(), stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 1
    assert done.stderr.decode().splitlines() == ["错误：无法读写：磁盘已满（error.system）"]
    closed = subprocess.run(["sh", "-c", '"$@" <&-', "sh", *MASK], capture_output=True, timeout=60)
    assert (closed.returncode, closed.stderr.decode().count("\n")) == (2, 1)


def test_a_file_that_cannot_be_opened_is_told_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="没有这个文件"):
        batch.run(tmp_path / "none", "-", lambda obj: obj)
    with pytest.raises(UsageError, match="这是一个文件夹"):
        batch.run(tmp_path, "-", lambda obj: obj)


def test_what_is_no_json_at_all_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as fp, pytest.raises(orjson.JSONEncodeError):
        batch.write_line(fp, {"id": 1, "x": object()})


def test_rules_that_cannot_be_read_are_never_passed_over(tmp_path: Path) -> None:
    folder, pages = tmp_path / "rules", tmp_path / "pages"
    (folder / "wealth").mkdir(parents=True)
    for arguments in ["list"], ["test"], ["lint"], ["docs", "--output", str(pages)]:
        assert run("rules", *arguments, "--rules", str(folder)).exit_code == 2
    (folder / "wealth" / "x.yaml").write_text("title: [", encoding="utf-8")
    for arguments in ["list"], ["list", "--json"], ["show", "wealth/x"], ["docs", "--output", str(pages)]:
        result = run("rules", *arguments, "--rules", str(folder))
        assert result.exit_code == 1
        assert "wealth/x.yaml:2" in result.stderr
    assert not pages.exists()


def test_a_terminal_that_lacks_a_sign_shows_another() -> None:
    command = [sys.executable, "-c", "from xiaobao.cli import main; main()", "laws", "show", "广告法#25"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"25" in done.stdout


def test_a_failure_is_logged_without_the_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    def fail(obj: dict[str, Any]) -> dict[str, Any]:
        raise KeyError(obj["text"])

    source = tmp_path / "a.jsonl"
    source.write_text('{"id":"1","text":"13812345678"}\n', encoding="utf-8")
    assert batch.run(source, tmp_path / "out", fail) == 1
    assert "KeyError" in caplog.text
    assert "13812345678" not in caplog.text + (tmp_path / "out").read_text(encoding="utf-8")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_in_a_folder_is_not_waited_for(rules: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    os.mkfifo(folder / "a.txt")
    (folder / "b.txt").write_text(BAD, encoding="utf-8")
    result = run("screen", "--rules", rules, "--no-judge", str(folder))
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [str(folder / "b.txt")]


def test_square_brackets_are_words_and_no_styles(rules: str, tmp_path: Path) -> None:
    path = Path(rules) / "wealth" / "promise.yaml"
    folder = tmp_path / "rules" / "wealth"
    folder.mkdir(parents=True)
    title = next(line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("title:"))
    text = path.read_text(encoding="utf-8").replace(title, "title: '[附件]承诺[/x]'")
    (folder / "promise.yaml").write_text(text, encoding="utf-8")
    for arguments in ["show", "wealth/promise"], ["list"]:
        result = run("rules", *arguments, "--rules", str(folder.parent))
        assert (result.exit_code, result.exception) == (0, None)
        assert "[附件]" in result.stdout.replace("\n", "")
    texts = tmp_path / "texts"
    (texts / "[").mkdir(parents=True)
    (texts / "[" / "x].md").write_text("没有条文", encoding="utf-8")
    assert run("laws", "import", str(texts)).exception is None


def test_a_report_never_replaces_a_pipe_or_a_link(rules: str, tmp_path: Path) -> None:
    source, real, link = tmp_path / "a.txt", tmp_path / "real.html", tmp_path / "link.html"
    source.write_text(BAD, encoding="utf-8")
    real.write_text("old", encoding="utf-8")
    link.symlink_to(real)
    arguments = ["screen", "--rules", rules, "--no-judge", "--format", "html", str(source), "--output"]
    assert run(*arguments, str(link)).exit_code == 0
    assert link.is_symlink()
    assert "保本保收益" in real.read_text(encoding="utf-8")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert run(*arguments, str(pipe)).exit_code == 0
        shown, _ = reader.communicate(timeout=60)
    assert pipe.is_fifo()
    assert "保本保收益" in shown.decode()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_with_a_name_is_read_like_a_file(rules: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    line = json.dumps({"id": "1", "text": BAD})
    with subprocess.Popen(["sh", "-c", 'printf "%s\\n" "$1" > "$2"', "sh", line, str(pipe)]) as writer:
        result = run("screen", "--rules", rules, "--no-judge", "--input", str(pipe))
        assert writer.wait(10) == 0
    assert json.loads(result.stdout)["verdict"] == "violation"


@pytest.mark.parametrize("data", [b"", b" \n\t"])
def test_a_law_without_words_is_told_as_empty(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "广告法.txt").write_bytes(data)
    result = run("laws", "import", str(texts))
    assert result.exit_code == 1
    assert "文件为空" in result.stdout
