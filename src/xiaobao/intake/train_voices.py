"""Train which clauses voice which wish, on clauses that readers marked.

Called by `xiaobao.intake.train`. Deterministic; the held-out narratives are never read.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack, vstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPClassifier

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import voices
from xiaobao.intake.classes import Vector, ngrams
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES, DEMANDS
from xiaobao.intake.voices import Voices
from xiaobao.intake.wishes import Matrix, dense

VOICED = "voiced.jsonl"
"""Where each narrative of the training files voices its wishes, and which it holds by a second reading."""
PASSAGES = "passages.jsonl"
"""Passages of a few clauses with their wishes marked."""
CLASSED = "classed.jsonl"
"""Complaints by fifteen authors that are labelled with their classes only, each read by a second reader as well."""
SURE, UNSURE = 0.53, 0.03
"""How likely the cause and business type of a passage are taken to be, and every other one."""
LEAST = 3
"""Clauses an n-gram is met in before it counts."""
STRENGTH = 1.0
"""Inverse regularisation strength of the linear model."""
UNITS, NETS, ROUNDS = 64, 2, 8
"""Units of each of the nets that are averaged, and how often each sees every clause."""
DECAY, PACE, BATCH = 0.3, 1e-3, 128
FOLDS = 3
SEED = 3

Key = tuple[str, str]
Marks = dict[str, list[list[int]]]


@dataclass(frozen=True)
class Marked:
    """The clauses of a narrative: their n-grams, meanings, circumstances, and which wishes each voices (columns)."""

    key: Key
    grams: list[Vector]
    meant: Matrix
    around: Matrix
    voiced: Any


def second_reading(folder: Path) -> dict[Key, frozenset[str]]:
    """Return the demands of each training narrative as whoever marked its clauses read them."""
    return {(row["file"], row["id"]): frozenset(row["demand"]) for row in labelled(folder / VOICED)}


def labelled(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a labelled set."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read(folder: Path, leanings: dict[Key, Matrix]) -> list[Marked]:
    """Return the marked narratives of which a leaning is told, then the passages."""
    marks = {(r["file"], r["id"]): r["voiced"] for r in labelled(folder / VOICED)}
    out = []
    for name in dict.fromkeys(file for file, _ in marks):
        for obj in labelled(folder / name):
            key = (name, obj["id"])
            if key in marks and key in leanings:
                story = narrative(obj["channel"], obj.get("received_at"), obj.get("text"), obj.get("turns"))
                out.append(_marked(key, story, leanings[key], marks[key]))
    for obj in labelled(folder / PASSAGES):
        out.append(
            _marked((PASSAGES, obj["id"]), narrative("web", None, obj["text"], None), _about(obj), obj["voiced"])
        )
    return out


def _about(passage: dict[str, Any]) -> Matrix:
    said = [name == passage["cause"] for name in CAUSES] + [name == passage["business_type"] for name in BUSINESS_TYPES]
    return np.where(said, SURE, UNSURE).astype(np.float32)


def _marked(key: Key, story: Narrative, leaning: Matrix, marks: Marks) -> Marked:
    heard = voices.clauses(story)
    said = voices.words(story, heard)
    meant = voices.meanings(said)
    if meant is None:
        raise ModelUnavailable("训练需要句向量模型，请安装：pip install 'xiaobao[embedding]'", code="model.use")
    voiced = [
        [any(a < clause.end and b > clause.start for a, b in marks.get(name, ())) for name in DEMANDS]
        for clause in heard
    ]
    around = voices.circumstances(story, heard, leaning)
    return Marked(key, [ngrams(one) for one in said], meant, around, np.array(voiced, dtype=int))


def fit(rows: Sequence[Marked]) -> Voices:
    """Fit the linear model and the nets on the clauses of some narratives."""
    found = [vector for row in rows for vector in row.grams]
    buckets, frequency = np.unique(np.concatenate([vector[0] for vector in found]), return_counts=True)
    slot = buckets[frequency >= LEAST].astype(np.int64)
    idf = (np.log((1 + len(found)) / (1 + frequency[frequency >= LEAST])) + 1).astype(np.float32)
    around = np.concatenate([row.around for row in rows])
    target = np.concatenate([row.voiced for row in rows])
    known = vstack([csr_matrix(dense(row.grams, slot, idf)) for row in rows])
    linear, bias = _linear(hstack([known, csr_matrix(around)]).tocsr(), target)
    features = np.concatenate([np.concatenate([row.meant for row in rows]), around], axis=1)
    return Voices(slot, idf, linear, bias, *_nets(features, target))


def _linear(features: Any, target: Any) -> tuple[Any, Any]:
    matrix = np.zeros((len(DEMANDS), features.shape[1]), np.float32)
    bias = np.zeros(len(DEMANDS), np.float32)
    for number in range(len(DEMANDS)):
        model = LogisticRegression(C=STRENGTH, max_iter=200)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(features, target[:, number])
        matrix[number], bias[number] = model.coef_[0], model.intercept_[0]
    return matrix, bias


def _nets(features: Any, target: Any) -> tuple[Any, Any, Any, Any]:
    nets = [
        MLPClassifier(UNITS, alpha=DECAY, max_iter=ROUNDS, learning_rate_init=PACE, batch_size=BATCH, random_state=seed)
        for seed in range(1, NETS + 1)
    ]
    with warnings.catch_warnings():
        # The rounds are few on purpose: a net that has converged knows its clauses by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for net in nets:
            net.fit(features, target)
    return joined(nets)


def joined(nets: Sequence[MLPClassifier]) -> tuple[Any, Any, Any, Any]:
    """Return the weights of one net that gives the mean of the log-odds of several with one hidden layer."""
    hidden, out = (np.concatenate([net.coefs_[layer].T for net in nets], axis=layer) for layer in (0, 1))
    first, last = (np.stack([net.intercepts_[layer] for net in nets]) for layer in (0, 1))
    return hidden, first.ravel(), out / len(nets), last.mean(axis=0)


def outside(rows: Sequence[Marked]) -> dict[Key, Matrix]:
    """Return what the clauses of each narrative say together, by models that were fitted without it."""
    taught = [row for row in rows if row.key[0] == PASSAGES]
    whole = [row for row in rows if row.key[0] != PASSAGES]
    said: dict[Key, Matrix] = {}
    for inside, rest in KFold(FOLDS, shuffle=True, random_state=SEED).split(whole):
        model = fit([*(whole[i] for i in inside), *taught])
        for row in (whole[i] for i in rest):
            said[row.key] = voices.gathered(voices.weigh(row.grams, row.meant, row.around, model))
    return said


def train(folder: Path, output: Path, leanings: dict[Key, Matrix]) -> dict[Key, Matrix]:
    """Train on a folder, write the model file; return what the clauses of each narrative say, told from outside."""
    rows = read(folder, leanings)
    said = outside(rows)
    model = fit(rows)
    voices.save(model, output)
    return said | unmarked(folder, leanings, model)


def unmarked(folder: Path, leanings: dict[Key, Matrix], model: Voices) -> dict[Key, Matrix]:
    """Return what the clauses of the narratives say together of which none is marked: the model has not seen them."""
    out = {}
    for obj in labelled(folder / CLASSED):
        key = (CLASSED, obj["id"])
        if key in leanings:
            story = narrative(obj["channel"], obj.get("received_at"), obj.get("text"), obj.get("turns"))
            if (heard := voices.hear(story, leanings[key], model)) is not None:
                out[key] = voices.gathered(heard[1])
    return out
