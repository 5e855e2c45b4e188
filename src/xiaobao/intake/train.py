"""Train the classes of a ticket on the project's own narratives, cross-validated.

    python -m xiaobao.intake.train --corpus evaluation/intake --output src/xiaobao/intake/classes.npz

Everything is deterministic: the same texts and cues give the same file. The held-out narratives are never read.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from xiaobao.intake import classes, cues
from xiaobao.intake.classes import KINDS, Weights
from xiaobao.intake.narrative import narrative
from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES, DEMANDS

FILES = ("building.jsonl", "causes.jsonl")
SETS = {"business_type": BUSINESS_TYPES, "cause": CAUSES, "demand": DEMANDS}
STRENGTH = {"business_type": 6.0, "cause": 4.0, "demand": 2.0}
"""Inverse regularisation strengths (chosen by cross-validation)."""
FOLDS = 5
SEED = 7


@dataclass(frozen=True)
class Row:
    """A text and its classes; weight says how much it counts."""

    plain: str
    gold: dict[str, Any]
    whole: bool


def read(folder: Path) -> list[Row]:
    """Return the training narratives of a folder; short statements of one cause count as texts too."""
    rows = []
    for name in FILES:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            obj = json.loads(line)
            story = narrative(obj["channel"], obj.get("received_at"), obj.get("text"), obj.get("turns"))
            rows.append(Row(story.own, obj["gold"], name == FILES[0]))
    return rows


def fit(rows: Sequence[Row]) -> Weights:
    """Fit the three models on some rows."""
    found = [classes.ngrams(row.plain)[0] for row in rows]
    buckets, frequency = np.unique(np.concatenate(found), return_counts=True)
    slot = buckets[frequency >= 2].astype(np.int64)
    idf = (np.log((1 + len(rows)) / (1 + frequency[frequency >= 2])) + 1).astype(np.float32)
    features = np.stack([classes.vector(row.plain, slot, idf) for row in rows])
    weight = np.array([2.0 if row.whole else 1.0 for row in rows])
    matrices, biases = {}, {}
    for kind in KINDS:
        matrices[kind], biases[kind] = _fit_kind(kind, features, rows, weight)
    return Weights(slot, idf, {k: SETS[k] for k in KINDS}, matrices, biases, 0.5)


def _fit_kind(kind: str, features: Any, rows: Sequence[Row], weight: Any) -> tuple[Any, Any]:
    names = SETS[kind]
    matrix, bias = np.zeros((len(names), features.shape[1]), np.float32), np.full(len(names), -6.0, np.float32)
    if kind == "demand":
        for i, name in enumerate(names):
            target = np.array([name in row.gold[kind] for row in rows])
            model = LogisticRegression(C=STRENGTH[kind], solver="liblinear", random_state=SEED)
            model.fit(features, target, sample_weight=weight)
            matrix[i], bias[i] = model.coef_[0], model.intercept_[0]
        return matrix, bias
    target = np.array([names.index(row.gold[kind]) for row in rows])
    model = LogisticRegression(C=STRENGTH[kind], max_iter=2000).fit(features, target, sample_weight=weight)
    matrix[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return matrix, bias


def validate(rows: Sequence[Row]) -> tuple[dict[str, float], float]:
    """Return cross-validated figures of the whole narratives, and the probability from which a demand counts."""
    said: list[tuple[Row, classes.Scores]] = []
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=SEED).split(np.arange(len(rows))):
        weights = fit([rows[i] for i in inside])
        said += [(rows[i], classes.scores(rows[i].plain, weights)) for i in outside if rows[i].whole]
    figures = {}
    for kind in ("business_type", "cause"):
        ranks = [[name for name, _ in s.ranked(kind)].index(row.gold[kind]) for row, s in said]
        figures[kind] = float(np.mean([r == 0 for r in ranks]))
        figures[f"{kind}_top2"] = float(np.mean([r < 2 for r in ranks]))
    tried = [(_demand_f1(said, t), round(float(t), 2)) for t in np.arange(0.2, 0.6, 0.02)]
    figures["demand_f1"], best = max(tried)
    return figures, best


def _demand_f1(said: list[tuple[Row, classes.Scores]], threshold: float) -> float:
    both = gold = read_ = 0
    for row, s in said:
        chosen = {name for name, p in s.by_kind["demand"].items() if p >= threshold}
        both += len(chosen & set(row.gold["demand"]))
        gold, read_ = gold + len(row.gold["demand"]), read_ + len(chosen)
    return 2 * both / max(1, gold + read_)


def save(weights: Weights, demand_from: float, path: Path) -> None:
    """Write the model file: weights as whole numbers of eight bits with a scale a label."""
    arrays: dict[str, Any] = {"slot": weights.slot.astype(np.int32), "idf": weights.idf.astype(np.float16)}
    for kind in KINDS:
        scale = np.maximum(np.abs(weights.matrices[kind]).max(axis=1), 1e-6) / 127
        arrays[kind] = np.round(weights.matrices[kind] / scale[:, None]).astype(np.int8)
        arrays[f"{kind}_scale"], arrays[f"{kind}_bias"] = scale.astype(np.float32), weights.biases[kind]
    meta = {"labels": {k: list(weights.labels[k]) for k in KINDS}, "cues": len(cues.cues()), "demand_from": demand_from}
    arrays["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Train from the command line and print the cross-validated figures."""
    parser = argparse.ArgumentParser(description="训练填单分类模型")
    parser.add_argument("--corpus", type=Path, default=Path("evaluation/intake"))
    parser.add_argument("--output", type=Path, default=classes.PACKAGED)
    arguments = parser.parse_args()
    rows = read(arguments.corpus)
    figures, demand_from = validate(rows)
    save(fit(rows), demand_from, arguments.output)
    print("；".join(f"{name} {value:.3f}" for name, value in figures.items()))
    print(f"{len(rows)} 条，诉求下限 {demand_from}；已写入 {arguments.output}")


if __name__ == "__main__":
    main()
