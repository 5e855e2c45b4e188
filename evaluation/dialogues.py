"""Measure the text violations `screen` finds in labelled dialogues; process checks belong to the inspection."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from xiaobao.judge.model import default_judge
from xiaobao.rulebook.model import CATEGORIES
from xiaobao.screening.screen import Screener, material_of


def evaluate(path: Path) -> dict[str, Any]:
    """Return turn-level recall and precision of text violations, and dialogue-level false alarms."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    verdicts = Screener(judge=default_judge()).screen_many([material_of(r) for r in rows])
    labelled = found = said = right = clean = false = 0
    missed: list[str] = []
    extra: list[str] = []
    for row, verdict in zip(rows, verdicts, strict=True):
        truth = {(x["turn_index"], x["category"]) for x in row["labels"] if x["category"] in CATEGORIES}
        turns = {f.turn: f.category for f in verdict.findings if f.decision == "violation"}
        labelled += len(truth)
        found += sum(turn in turns for turn, _ in truth)
        missed += [f"{row['id']}#{turn} ({category})" for turn, category in sorted(truth) if turn not in turns]
        said += len(turns)
        wanted = {turn for turn, _ in truth}
        right += sum(turn in wanted for turn in turns)
        extra += [f"{row['id']}#{turn} ({category})" for turn, category in turns.items() if turn not in wanted]
        if row["compliant"]:
            clean += 1
            false += bool(turns)
    return {
        "set": path.name,
        "dialogues": len(rows),
        "labelled_text_violations": labelled,
        "turns_found": found,
        "turns_said": said,
        "turns_right": right,
        "compliant_dialogues": clean,
        "compliant_with_false_alarm": false,
        "missed": missed,
        "extra": extra,
    }
