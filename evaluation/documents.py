"""Measure `xiaobao screen` on documents as people send them: posters as pictures, long contracts as PDF.

Each line of a set names a file, the words of its planted faults and, of what is left out, a word that the finding must
say. A finding is right in the paragraph of a fault; every other one is wrong, those left to review included.
"""

from __future__ import annotations

import difflib
import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
from evaluation import documents_made

ALIKE = 0.6
"""Share of a finding's characters that its paragraph must hold in order, as signs may be misread in pictures."""
LIMITS = {"poster": 2, "contract": 5}
"""Wrong findings a document that are still good."""


def evaluate(path: Path) -> dict[str, Any]:
    """Return, of a set, faults found and wrong findings by kind, and what was missed and wrong in each document."""
    rows = documents_made.rows_of(path)
    kinds: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"documents": 0, "pages": 0, "faults": 0, "found": 0, "wrong": 0, "most_wrong": 0, "beyond_limit": 0}
    )
    each, missed, wrong = [], [], []
    for row, (findings, pages) in zip(rows, _screened(rows, path.parent), strict=True):
        told = _compared(row, documents_made.source_of(_text_of(row), path.parent).splitlines(), findings)
        name, kind = Path(row["file"]).stem, kinds[row["kind"]]
        faults, count = len(row["marks"]) + len(row.get("omits", ())), len(told["wrong"])
        kind["documents"] += 1
        kind["pages"] += pages
        kind["faults"] += faults
        kind["found"] += faults - len(told["missed"])
        kind["wrong"] += count
        kind["most_wrong"] = max(kind["most_wrong"], count)
        kind["beyond_limit"] += count > LIMITS[row["kind"]]
        each.append(f"{name} {pages} 页，错 {faults} 处找到 {faults - len(told['missed'])} 处，误报 {count}")
        missed += [f"{name}：{fault}" for fault in told["missed"]]
        wrong += [f"{name}：{finding['rule']}（{finding['decision']}）" for finding in told["wrong"]]
    return {"by_kind": dict(kinds), "each": each, "missed": missed, "wrong": wrong}


def _text_of(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"file": str(Path(row["file"]).with_suffix(".txt"))}


def _screened(rows: list[dict[str, Any]], folder: Path) -> list[tuple[list[dict[str, Any]], int]]:
    """Return the findings of each document as a user of the command gets them, and its pages."""
    import pypdfium2

    with tempfile.TemporaryDirectory() as place:
        files, pages = [], []
        for row in rows:
            file, count = folder / row["file"], 1
            if row["kind"] == "contract":
                file = Path(place) / f"{Path(row['file']).stem}.pdf"
                file.write_bytes(documents_made.contract(row, folder))
                count = len(pypdfium2.PdfDocument(file.read_bytes()))
            files.append(file)
            pages.append(count)
        command = [sys.executable, "-m", "xiaobao", "screen", "--format", "jsonl", *map(str, files)]
        done = subprocess.run(command, capture_output=True, check=True)
    verdicts = [orjson.loads(line)["findings"] for line in done.stdout.splitlines()]
    return list(zip(verdicts, pages, strict=True))


def _compared(row: dict[str, Any], lines: list[str], findings: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return which faults were missed, and the findings that stand at none of them."""
    plain = [_plain(line) for line in lines]
    at = {mark["text"]: {n for n, line in enumerate(plain) if _plain(mark["text"]) in line} for mark in row["marks"]}
    left_out = {omit["word"]: omit["fault"] for omit in row.get("omits", ())}
    found: set[str] = set()
    wrong = []
    for finding in findings:
        said = f"{finding['title']}{finding['message']}"
        hit = {word for word in left_out if word in said}
        if finding["text"]:
            places = _places(_plain(finding["text"]), plain)
            hit |= {words for words, where in at.items() if where & places}
        found |= hit
        if not hit:
            wrong.append(finding)
    faults = {mark["text"]: mark["fault"] for mark in row["marks"]} | left_out
    return {"missed": [fault for words, fault in faults.items() if words not in found], "wrong": wrong}


def _plain(text: str) -> str:
    return "".join(sign for sign in text.lower() if sign.isalnum() or sign == "%")


def _places(words: str, lines: list[str]) -> set[int]:
    """Return the numbers of the lines in which some words stand or begin, or of the line most like them."""
    exact = {n for n, line in enumerate(lines) if words in line}
    if exact or not words:
        return exact
    spread, place = "".join(lines), -1
    if (place := spread.find(words)) >= 0:
        ends = [0]
        for line in lines:
            ends.append(ends[-1] + len(line))
        return {n for n in range(len(lines)) if ends[n] < place + len(words) and ends[n + 1] > place}
    alike = [(_alike(words, line), n) for n, line in enumerate(lines) if line]
    best, number = max(alike)
    return {number} if best >= ALIKE else set()


def _alike(words: str, line: str) -> float:
    matched = difflib.SequenceMatcher(None, words, line, autojunk=False).get_matching_blocks()
    return sum(block.size for block in matched) / len(words)


if __name__ == "__main__":
    print(json.dumps(evaluate(Path(sys.argv[1])), ensure_ascii=False, indent=1))
