"""Train what cannot wait on the project's own narratives and sentences, cross-validated.

Called by `xiaobao.intake.train`. Deterministic; the held-out narratives are never read. Which stretch of a case speaks
of the danger is not marked: the models begin with all of them alike and then trust those that they find likeliest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold

from xiaobao.intake import alarms, train_voices, train_wishes
from xiaobao.intake.alarms import KINDS, MEANING_SCALE, Weights
from xiaobao.intake.classes import ngrams
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.wishes import dense

SENTENCES, URGENT = ("danger.jsonl", "danger2.jsonl"), ("w9.jsonl", "w12.jsonl")
WHOLE = ("building.jsonl", *train_wishes.WRITTEN, train_voices.CLASSED)
"""Narratives as they come, whose share of false alarms sets the threshold."""
NAMES = {"": "", "self": "life", "fraud": "theft", "surgery": "treatment"}
"""Kinds of danger of the models by those that are marked.

Sentences of other kinds (violence, a leak, a gathering) are urgent by other signs and teach nothing here.
"""
LEAST = 3
"""Stretches an n-gram is met in before it counts."""
STRENGTH, WHOLE_STRENGTH = 3.0, 1.0
"""Inverse regularisation strengths of the rows for stretches and of the one for the whole."""
HEED = 8.0
"""How much a stretch of danger counts beside one without."""
ROUNDS = 3
FALSE = 0.008
"""Share of narratives as they come, without danger, whose false alarm is borne (cross-validated)."""
FOLDS = 4
CHUNK = 256
"""Stretches that are counted at a time, for the sake of memory."""
SEED = 7


@dataclass(frozen=True)
class Row:
    """A narrative with its kind of danger (empty for none), whether it came as it comes, and its stretches."""

    story: Narrative
    kind: str
    is_whole: bool
    texts: tuple[str, ...]
    meaning: Any


def read(folder: Path) -> list[Row]:
    """Return the training narratives and sentences of a folder that say anything."""
    found = []
    for name in (*WHOLE, *URGENT, *SENTENCES):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            obj = json.loads(line)
            if is_held_out(name, obj["id"]) or obj.get("critical", "") not in NAMES:
                continue
            story = narrative(obj.get("channel", "web"), obj.get("received_at"), obj.get("text"), obj.get("turns"))
            found.append((story, _kind(obj), name in WHOLE, tuple(words for _, _, words in alarms.stretches(story))))
    meaning = alarms.meanings([text for *_, texts in found for text in texts])
    rows, at = [], 0
    for story, kind, is_whole, texts in found:
        part = None if meaning is None else meaning[at : at + len(texts)]
        at += len(texts)
        if texts:
            rows.append(Row(story, kind, is_whole, texts, part))
    return rows


def is_held_out(file: str, name: str) -> bool:
    """Tell whether a row of a file is kept for measuring."""
    return train_wishes.is_held_out(file, name) or (file in URGENT and name.endswith(train_wishes.HELD_OUT))


def _kind(obj: dict[str, Any]) -> str:
    """Return the kind of danger: as marked, or by the flags of a critical case."""
    if "critical" in obj:
        return NAMES[obj["critical"]]
    if obj["gold"]["urgency"] != "critical":
        return ""
    flags = obj["gold"]["risk_flags"]
    if "自伤自杀" in flags:
        return "life"
    return "theft" if "涉嫌违法犯罪线索" in flags else "treatment"


def fit(rows: Sequence[Row]) -> Weights:
    """Fit rows for stretches, then the row for the whole on log-odds of models that were fitted without its text."""
    grams = [ngrams(text) for row in rows for text in row.texts]
    buckets, frequency = np.unique(np.concatenate([b for b, _ in grams]), return_counts=True)
    slot = buckets[frequency >= LEAST].astype(np.int64)
    idf = (np.log((1 + len(grams)) / (1 + frequency[frequency >= LEAST])) + 1).astype(np.float32)
    plain = vstack([csr_matrix(dense(grams[at : at + CHUNK], slot, idf)) for at in range(0, len(grams), CHUNK)]).tocsr()
    full = hstack([plain, csr_matrix(np.concatenate([row.meaning for row in rows]) * MEANING_SCALE)]).tocsr()
    parts = [_fit_both(features, rows) for features in (full, plain)]
    matrices = [matrix for matrix, *_ in parts]
    biases, whole, whole_bias, thresholds = (
        np.array([part[n] for part in parts], np.float32) for n in range(1, len(parts[0]))
    )
    return Weights(slot, idf, matrices[0], biases[0], matrices[1], biases[1], whole, whole_bias, thresholds)


def _fit_both(features: Any, rows: Sequence[Row]) -> tuple[Any, Any, Any, float, float]:
    """Return the rows for stretches and their biases, the row for the whole, its bias and its threshold."""
    owner = np.repeat(np.arange(len(rows)), [len(row.texts) for row in rows])
    logits = np.full((len(rows), len(KINDS)), -np.inf, np.float32)
    for inside, outside in _folds(rows):
        held, kept = np.isin(owner, outside), np.isin(owner, inside)
        matrix, bias = _fit_stretches(features[kept], owner[kept], rows)
        np.maximum.at(logits, owner[held], (features[held] @ matrix.T + bias).astype(np.float32))
    model, threshold = _fit_whole(
        np.stack([alarms.evidence(r.story, x) for r, x in zip(rows, logits, strict=True)]), rows
    )
    return *_fit_stretches(features, owner, rows), model.coef_[0], model.intercept_[0], threshold


def _folds(rows: Sequence[Row]) -> Iterator[tuple[Any, Any]]:
    return KFold(FOLDS, shuffle=True, random_state=SEED).split(np.arange(len(rows)))  # type: ignore[no-any-return]


def _fit_stretches(features: Any, owner: Any, rows: Sequence[Row]) -> tuple[Any, Any]:
    """Return a row of weights and a bias a kind, fitted over stretches and whose they are."""
    matrix, bias = np.zeros((len(KINDS), features.shape[1]), np.float32), np.zeros(len(KINDS), np.float32)
    sizes = np.maximum(np.bincount(owner, minlength=len(rows)), 1)
    for number, kind in enumerate(KINDS):
        target = np.array([row.kind == kind for row in rows])[owner]
        share = 1 / sizes[owner]
        for _ in range(ROUNDS):
            weight = np.where(target, HEED * share, 1.0)
            model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(features, target, sample_weight=weight)
            said = np.exp(2 * np.clip(model.decision_function(features), -9, 9))
            share = said / np.bincount(owner, weights=said, minlength=len(rows))[owner]
        matrix[number], bias[number] = model.coef_[0], model.intercept_[0]
    return matrix, bias


def _fit_whole(features: Any, rows: Sequence[Row]) -> tuple[Any, float]:
    """Return the row for the whole and its threshold, cross-validated on narratives as they come."""
    target = np.array([bool(row.kind) for row in rows])
    said = np.zeros(len(rows))
    for inside, outside in _folds(rows):
        model = LogisticRegression(C=WHOLE_STRENGTH).fit(features[inside], target[inside])
        said[outside] = model.decision_function(features[outside])
    calm = said[~target & np.array([row.is_whole for row in rows])]
    return LogisticRegression(C=WHOLE_STRENGTH).fit(features, target), float(np.quantile(calm, 1 - FALSE))


def train(corpus: Path, output: Path) -> str:
    """Train on a folder, write the model file and return one sentence with what is in it."""
    rows = read(corpus)
    alarms.save(fit(rows), output)
    return f"特急件 {len(rows)} 条，其中 {sum(bool(row.kind) for row in rows)} 条特急；已写入 {output}"
