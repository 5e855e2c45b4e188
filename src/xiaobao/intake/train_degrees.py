"""Train how urgent a case is that can wait on the project's own narratives, cross-validated.

Called by `xiaobao.intake.train` when the other models are written, as what they read are its facts. Deterministic; the
held-out narratives are never read.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import amounts, classes, dates, degrees, demand, flags, urgency
from xiaobao.intake.degrees import LEVELS, Weights
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.train_alarms import URGENT, is_held_out
from xiaobao.intake.train_voices import CLASSED
from xiaobao.intake.train_wishes import PLAIN

WEIGHT = {
    "building.jsonl": 3.0,
    **dict.fromkeys(("w1.jsonl", "w2.jsonl", "w3.jsonl", *URGENT), 1.0),
    **dict.fromkeys(("w5.jsonl", *PLAIN), 1.5),
    CLASSED: 1.0,
}
"""How much a narrative of a file counts; three authors seek the grey zones more than complaints at large do."""
STRENGTH = 1.0
"""Inverse regularisation strength (the best of three by cross-validation)."""
FOLDS = 4
SEED = 7


@dataclass(frozen=True)
class Row:
    """A case that can wait: its level, that of the rules, its facts, its meaning and how much it counts."""

    level: str
    ruled: str
    facts: Any
    meaning: Any
    weight: float


def read(folder: Path) -> list[Row]:
    """Return the training narratives of a folder that can wait."""
    found = []
    for name, weight in WEIGHT.items():
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            obj = json.loads(line)
            if is_held_out(name, obj["id"]) or obj["gold"]["urgency"] == "critical":
                continue
            found.append((obj, weight))
    meaning = classes.meanings([_story(obj).own for obj, _ in found])
    if meaning is None:
        raise ModelUnavailable("训练需要句向量模型，请安装：pip install 'xiaobao[embedding]'", code="model.use")
    return [_row(obj, weight, row) for (obj, weight), row in zip(found, meaning, strict=True)]


def _story(obj: dict[str, Any]) -> Narrative:
    return narrative(obj["channel"], obj["received_at"], obj.get("text"), obj.get("turns"))


def _row(obj: dict[str, Any], weight: float, meaning: Any) -> Row:
    """Read a narrative as a ticket is filled, but for its business and cause, which are the labelled ones if any."""
    gold = obj["gold"]
    story = _story(obj)
    business, cause = gold.get("business_type"), gold.get("cause")
    flagged, summed = flags.find(story, cause=cause), amounts.find(story, dates.places(story))
    risks, sums = flagged.value if flagged else (), summed.value if summed else ()
    wishes = demand.find(story, cause=cause or "其他", business=business or "其他").value
    ruled = urgency.ruled(story, flags=risks, amounts=sums, business=business, cause=cause, demand=wishes)
    known = degrees.facts(story, ruled=ruled, flags=risks, amounts=sums, demand=wishes)
    return Row(gold["urgency"], ruled, known, meaning, weight)


def fit(rows: list[Row]) -> Weights:
    """Fit both models."""
    known = np.stack([row.facts for row in rows])
    matrices = [_fit(features, rows) for features in (_full(rows), known)]
    return Weights(*(np.asarray(part, np.float32) for pair in matrices for part in pair))


def _full(rows: list[Row]) -> Any:
    return np.stack([np.concatenate([row.facts, row.meaning / classes.MEANING_SCALE]) for row in rows])


def _fit(features: Any, rows: list[Row]) -> tuple[Any, Any]:
    target = [LEVELS.index(row.level) for row in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(
        features, target, sample_weight=[row.weight for row in rows]
    )
    return model.coef_, model.intercept_


def validate(rows: list[Row]) -> tuple[float, float]:
    """Return the share of right levels by the rules alone, and cross-validated by the model."""
    right = 0
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=SEED).split(rows):
        part = fit([rows[i] for i in inside])
        for row in (rows[i] for i in outside):
            said = degrees.likely(row.facts, row.meaning, part)
            right += max(said, key=lambda level: said[level]) == row.level
    return sum(row.ruled == row.level for row in rows) / len(rows), right / len(rows)


def train(corpus: Path, output: Path) -> str:
    """Train on a folder, write the model file and return one sentence with the figures."""
    rows = read(corpus)
    alone, both = validate(rows)
    degrees.save(fit(rows), output)
    return f"紧急程度 {len(rows)} 条：仅规则 {alone:.3f}，规则与模型 {both:.3f}；已写入 {output}"
