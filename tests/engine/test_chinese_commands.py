"""The command line speaks Chinese throughout, and keeps imported wordings in one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from xiaobao.cli import COMMANDS, main
from xiaobao.laws.store import store_directory

ENGLISH = re.compile(r"\b(?:Usage|Options|Commands|Show this|Error|Try|No such|Missing|Invalid|Did you|OPTIONS|ARGS)\b")


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_no_help_text_falls_into_english(name: str) -> None:
    answer = CliRunner().invoke(main, [*([name] if name else []), "--help"])
    assert answer.exit_code == 0
    assert "用法:" in answer.output
    assert "显示本说明后退出" in answer.output
    assert not ENGLISH.search(answer.output), ENGLISH.search(answer.output)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scren"], "没有 'scren' 这个命令"),
        (["mask", "--styl", "x"], "没有 '--styl' 这个选项"),
        (["mask", "--style", "x"], "不在可选之列"),
        (["mask", "--style"], "需要一个值"),
        (["laws", "show"], "缺少参数"),
        (["similar", "more"], "多出了参数"),
        (["laws", "list", "--on", "昨天"], "不符合格式"),
    ],
)
def test_wrong_usage_is_told_in_chinese(arguments: list[str], said: str) -> None:
    answer = CliRunner().invoke(main, arguments)
    assert answer.exit_code == 2
    assert said in answer.output
    assert not ENGLISH.search(answer.output), answer.output


def test_wordings_lie_in_one_place_whatever_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XIAOBAO_HOME", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert store_directory() == tmp_path / "data" / "xiaobao" / "laws"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert store_directory() == tmp_path / ".local" / "share" / "xiaobao" / "laws"
    monkeypatch.setenv("XIAOBAO_HOME", str(tmp_path / "home"))
    assert store_directory() == tmp_path / "home" / "laws"
