"""The command `read`: a line a file, errors beside, exit status."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz import samples
from xiaobao.readers.commands import read_command


def test_files_in_order_with_errors_beside(tmp_path: Path) -> None:
    good, bad = tmp_path / "a.pdf", tmp_path / "b.docx"
    good.write_bytes(samples.pdf())
    bad.write_bytes(b"\0\1\2")
    out = tmp_path / "out.jsonl"
    result = CliRunner().invoke(read_command, [str(good), str(bad), "--no-ocr", "--output", str(out)])
    assert result.exit_code == 1
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert first["id"] == str(good)
    passage = first["passages"][0]
    assert passage["page"] == 1
    assert passage["scale"] == 1
    assert len(passage["box"]) == 4
    assert passage["confidence"] == 1
    assert "slide" not in passage
    assert second["error"]["code"] == "input.unreadable"
    assert "docx" in second["error"]["message"]


def test_lines_in_and_unknown_keys_carried(tmp_path: Path) -> None:
    path, lines, out = tmp_path / "a.txt", tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_text("保本保息")
    lines.write_text(json.dumps({"id": "x", "path": str(path), "branch": "一"}) + "\n" + json.dumps({"id": "y"}) + "\n")
    result = CliRunner().invoke(read_command, ["--input", str(lines), "--output", str(out)])
    assert result.exit_code == 1
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert first["passages"] == [{"text": "保本保息", "paragraph": 1, "confidence": 1.0}]
    assert first["extra"] == {"branch": "一"}
    assert second["error"]["code"] == "input.missing"
