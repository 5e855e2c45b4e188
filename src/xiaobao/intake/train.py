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

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import classes, cues, hints, institution, train_wishes, wishes
from xiaobao.intake.classes import KINDS, Weights
from xiaobao.intake.narrative import narrative
from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES

FILES = ("building.jsonl", "causes.jsonl", "narratives.jsonl")
SETS = {"business_type": BUSINESS_TYPES, "cause": CAUSES}
STRENGTH = {"": 1.0, ":plain": 4.0}
"""Inverse regularisation strengths with and without meanings (chosen by cross-validation)."""
WHOLE = 2.0
"""How much a whole narrative counts beside a short statement."""
SMOOTH = 0.3
"""Cases added to every pair of business type and cause."""
FOLDS = 5
SEED = 7


@dataclass(frozen=True)
class Row:
    """A text and its classes; weight says how much it counts."""

    plain: str
    gold: dict[str, Any]
    whole: bool
    hints: dict[tuple[str, str], float]


def read(folder: Path) -> list[Row]:
    """Return the training narratives of a folder; short statements of one cause count as texts too."""
    rows = []
    for name in FILES:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            obj = json.loads(line)
            story = narrative(obj["channel"], obj.get("received_at"), obj.get("text"), obj.get("turns"))
            rows.append(Row(story.own, obj["gold"], name != FILES[1], hints.of(story, institution.find(story))))
    return rows


def fit(rows: Sequence[Row], meaning: Any) -> Weights:
    """Fit the models on some rows and their meanings, with and without the latter."""
    found = [classes.ngrams(row.plain)[0] for row in rows]
    buckets, frequency = np.unique(np.concatenate(found), return_counts=True)
    slot = buckets[frequency >= 2].astype(np.int64)
    idf = (np.log((1 + len(rows)) / (1 + frequency[frequency >= 2])) + 1).astype(np.float32)
    plain = np.stack([classes.vector(row.plain, slot, idf) for row in rows])
    weight = np.array([WHOLE if row.whole else 1.0 for row in rows])
    matrices, biases = {}, {}
    for kind in KINDS:
        for suffix, features in (("", np.hstack([plain, meaning])), (":plain", plain)):
            matrices[kind + suffix], biases[kind + suffix] = _fit_kind(kind, features, rows, weight, STRENGTH[suffix])
    return Weights(slot, idf, {k: SETS[k] for k in KINDS}, matrices, biases, _association(rows))


def _fit_kind(kind: str, features: Any, rows: Sequence[Row], weight: Any, strength: float) -> tuple[Any, Any]:
    names = SETS[kind]
    matrix, bias = np.zeros((len(names), features.shape[1]), np.float32), np.full(len(names), -6.0, np.float32)
    target = np.array([names.index(row.gold[kind]) for row in rows])
    model = LogisticRegression(C=strength, max_iter=2000).fit(features, target, sample_weight=weight)
    matrix[model.classes_], bias[model.classes_] = model.coef_, model.intercept_
    return matrix, bias


def _association(rows: Sequence[Row]) -> Any:
    """Return the logarithm of how much likelier each business type comes with each cause than by chance."""
    seen = np.full((len(BUSINESS_TYPES), len(CAUSES)), SMOOTH)
    for row in rows:
        seen[BUSINESS_TYPES.index(row.gold["business_type"]), CAUSES.index(row.gold["cause"])] += 1
    chance = seen.sum(axis=1, keepdims=True) * seen.sum(axis=0, keepdims=True) / seen.sum()
    return np.log(seen / chance).astype(np.float32)


def validate(rows: Sequence[Row], meaning: Any) -> dict[str, float]:
    """Return cross-validated figures of the whole narratives."""
    said: list[tuple[Row, classes.Scores]] = []
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=SEED).split(np.arange(len(rows))):
        weights = fit([rows[i] for i in inside], meaning[inside])
        said += [
            (rows[i], classes.scores(rows[i].plain, rows[i].hints, weights, meaning[i]))
            for i in outside
            if rows[i].whole
        ]
    figures = {}
    for kind in ("business_type", "cause"):
        ranks = [[name for name, _ in s.ranked(kind)].index(row.gold[kind]) for row, s in said]
        figures[kind] = float(np.mean([r == 0 for r in ranks]))
        figures[f"{kind}_top2"] = float(np.mean([r < 2 for r in ranks]))
    return figures


def save(weights: Weights, path: Path) -> None:
    """Write the model file: weights as whole numbers of eight bits with a scale a label."""
    arrays: dict[str, Any] = {"slot": weights.slot.astype(np.int32), "idf": weights.idf.astype(np.float16)}
    for kind in weights.matrices:
        scale = np.maximum(np.abs(weights.matrices[kind]).max(axis=1), 1e-6) / 127
        arrays[kind] = np.round(weights.matrices[kind] / scale[:, None]).astype(np.int8)
        arrays[f"{kind}_scale"], arrays[f"{kind}_bias"] = scale.astype(np.float32), weights.biases[kind]
    arrays["association"] = weights.association.astype(np.float16)
    meta = {"labels": {k: list(weights.labels[k]) for k in KINDS}, "cues": len(cues.cues())}
    arrays["meta"] = np.frombuffer(json.dumps(meta, ensure_ascii=False).encode("utf-8"), dtype=np.uint8)
    np.savez_compressed(path, **arrays)


def main() -> None:
    """Train from the command line and print the cross-validated figures."""
    parser = argparse.ArgumentParser(description="训练填单分类模型")
    parser.add_argument("--corpus", type=Path, default=Path("evaluation/intake"))
    parser.add_argument("--output", type=Path, default=classes.PACKAGED)
    arguments = parser.parse_args()
    rows = read(arguments.corpus)
    meaning = classes.meanings([row.plain for row in rows])
    if meaning is None:
        raise ModelUnavailable("训练需要句向量模型，请安装：pip install 'xiaobao[embedding]'", code="model.use")
    figures = validate(rows, meaning)
    save(fit(rows, meaning), arguments.output)
    print("；".join(f"{name} {value:.3f}" for name, value in figures.items()))
    print(f"{len(rows)} 条；已写入 {arguments.output}")
    print(train_wishes.train(arguments.corpus, arguments.output.with_name(wishes.PACKAGED.name)))


if __name__ == "__main__":
    main()
