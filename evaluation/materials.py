"""Measure `xiaobao screen` on whole materials: marked faults found, and findings where nothing is wrong.

`materials/marks.jsonl` names each file with its kind and the words of its faults; a file without marks is lawful.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson


def evaluate(path: Path) -> dict[str, Any]:
    """Return, of all materials of a folder, marks found and findings elsewhere (violations; reviews apart)."""
    rows = [json.loads(line) for line in (path / "marks.jsonl").read_text(encoding="utf-8").splitlines()]
    said = _findings([path / row["file"] for row in rows])
    by_kind: dict[str, dict[str, int]] = defaultdict(
        lambda: {"materials": 0, "lawful_with_findings": 0, "elsewhere": 0}
    )
    marks = found = elsewhere = reviews = worst = 0
    missed, wrong = [], []
    for row in rows:
        text = (path / row["file"]).read_text(encoding="utf-8")
        findings = said[row["file"]]
        reviews += sum(finding["confidence"] < 0.5 for finding in findings)
        sure = [(_lines(text, f["text"]), f) for f in findings if f["confidence"] >= 0.5 and f["text"]]
        lines = {mark: _lines(text, mark) for mark in row["marks"]}
        hit = {mark for mark, at in lines.items() if any(at & places for places, _ in sure)}
        faulty = set().union(*lines.values())
        outside = [finding for places, finding in sure if not places & faulty]
        kind = by_kind[row["kind"]]
        kind["materials"] += 1
        kind["elsewhere"] += len(outside)
        kind["lawful_with_findings"] += bool(not row["marks"] and outside)
        marks, found, elsewhere = marks + len(lines), found + len(hit), elsewhere + len(outside)
        worst = max(worst, len(outside))
        missed += [f"{row['file']}：第 {min(at) + 1} 行" for mark, at in lines.items() if mark not in hit]
        wrong += [f"{row['file']}：{finding['rule']}" for finding in outside]
    return {
        "materials": len(rows),
        "marks": marks,
        "found": found,
        "elsewhere": elsewhere,
        "most_elsewhere_in_one": worst,
        "to_review": reviews,
        "by_kind": dict(by_kind),
        "missed": missed,
        "wrong": wrong,
    }


def _findings(files: list[Path]) -> dict[str, list[dict[str, Any]]]:
    """Return the findings of each file as a user of the command gets them, by file name."""
    command = [sys.executable, "-m", "xiaobao", "screen", "--format", "jsonl", *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True)
    verdicts = [orjson.loads(line) for line in done.stdout.splitlines()]
    return {file.name: verdict["findings"] for file, verdict in zip(files, verdicts, strict=True)}


def _lines(text: str, words: str) -> set[int]:
    """Return the numbers of the lines that some words of a text stand in."""
    start = text.find(words)
    if start < 0:
        return set()
    first = text.count("\n", 0, start)
    return set(range(first, first + words.strip("\n").count("\n") + 1))


if __name__ == "__main__":
    print(json.dumps(evaluate(Path(__file__).with_name("materials")), ensure_ascii=False, indent=1))
