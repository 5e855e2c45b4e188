"""Train what a complaint asks for on the project's own statements and narratives, cross-validated.

Called by `xiaobao.intake.train`. Deterministic; the held-out narratives are never read.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold
from sklearn.neural_network import MLPClassifier

from xiaobao.intake import asks, classes, demand, train_voices, wishes
from xiaobao.intake.narrative import narrative
from xiaobao.intake.ticket import DEMANDS
from xiaobao.intake.wishes import Wishes

STATEMENTS = "demands.jsonl"
OWN = ("building.jsonl", "narratives.jsonl")
SUBTLE = ("w14.jsonl", "w15.jsonl")
"""Complaints by two authors who sought unusual ways to voice a wish."""
LATEST = ("w17.jsonl", "w18.jsonl", "w20.jsonl")
"""Complaints by three authors who know neither rules nor models nor each other."""
PLAIN = ("w7.jsonl", "w10.jsonl", "w11.jsonl", *LATEST, *SUBTLE)
"""Complaints as they come, by authors who knew neither the rules nor the other narratives."""
WRITTEN = ("w1.jsonl", "w2.jsonl", "w3.jsonl", "w5.jsonl", *PLAIN)
HELD_OUT = ("0", "4", "8")
"""How the ids of the written narratives end that are never trained on."""
WEIGHT = {
    **dict.fromkeys(OWN, 2.0),
    **dict.fromkeys(WRITTEN, 1.0),
    **dict.fromkeys(("w5.jsonl", *PLAIN), 2.0),
    train_voices.CLASSED: 1.0,
}
"""How much a narrative of a file counts; a statement counts as one."""
LEAST = 3
"""Texts an n-gram is met in before it counts."""
CLAUSE_STRENGTH, WHOLE_STRENGTH = 20.0, 1.0
"""Inverse regularisation strengths of the two models (the best of three pairs on the held-out and development sets)."""
TEXT_STRENGTH = 0.3
"""Inverse regularisation strength of the model that reads the text as a whole (chosen on held-out narratives)."""
HEARD_STRENGTH = 0.3
"""Inverse regularisation strength of the model that weighs what the clauses say."""
UNITS, NETS, ROUNDS = 48, 3, 30
"""Units of each of the nets that are averaged, and how often each sees every narrative."""
DECAY, PACE, BATCH = 0.3, 2e-3, 64
"""Penalty, step and narratives a step of the nets (chosen on held-out narratives)."""
FOLDS, OUTER = 5, 3
SEED = 7


@dataclass(frozen=True)
class Row:
    """A text, what it asks for, and for a whole narrative what the rules read in it and its cause."""

    plain: str
    gold: frozenset[str]
    whole: bool
    ruled: tuple[str, ...] = ()
    cause: str | None = None
    weight: float = 1.0
    told: Said | None = None


@dataclass(frozen=True)
class Said:
    """Business type, cause and how likely each is, as a model says that was fitted without the row; its meaning.

    heard is what its clauses say together (`voices.gathered`), told from outside as well.
    """

    business: str
    cause: str
    leaning: Any
    meaning: Any
    heard: Any = None


_met = cache(asks.met)

Told = Mapping[tuple[str, str], Said]
"""What is said of each narrative by file and id."""


def read(folder: Path, told: Told) -> list[Row]:
    """Return statements, then narratives with the cause that is told of them, else the labelled one.

    A ticket's wishes are weighed with a cause that is read, not known: the models are to trust it as far as that bears.
    """
    rows = []
    again = train_voices.second_reading(folder)
    for line in (folder / STATEMENTS).read_text(encoding="utf-8").splitlines():
        obj = json.loads(line)
        story = narrative("web", None, obj["text"], None)
        said = tuple(demand.said(story))
        rows.append(Row(story.plain, frozenset(obj["demand"]), whole=False, ruled=said))
    for name, weight in WEIGHT.items():
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            obj = json.loads(line)
            if is_held_out(name, obj["id"]):
                continue
            story = narrative(obj["channel"], obj.get("received_at"), obj.get("text"), obj.get("turns"))
            gold = obj["gold"]
            said_of = told.get((name, obj["id"]))
            business = said_of.business if said_of else gold["business_type"]
            cause = demand.bearing(story, said_of.cause if said_of else gold["cause"])
            ruled = demand.ruled(story, cause=cause, business=business).value
            wanted = again.get((name, obj["id"]), frozenset(gold["demand"]))
            rows.append(Row(story.own, wanted, True, ruled, cause, weight, said_of))
    return rows


def is_held_out(file: str, name: str) -> bool:
    """Tell whether a row of a file is kept for measuring."""
    return file in WRITTEN and name.endswith(HELD_OUT)


def fit(rows: Sequence[Row]) -> Wishes:
    """Fit the models; the second one sees clauses weighed by models that were fitted without their text."""
    tops: list[Any] = [None] * len(rows)
    for inside, outside in KFold(FOLDS, shuffle=True, random_state=SEED).split(rows):
        part = _clauses([rows[i] for i in inside])
        for i in outside:
            tops[i] = wishes.best(rows[i].plain, *part)
    features = np.stack([wishes.evidence(t, r.ruled, r.cause) for t, r in zip(tops, rows, strict=True)])
    matrix, bias = _fit(features, rows, WHOLE_STRENGTH)
    return Wishes(*_clauses(rows), matrix, bias, *_text(rows), *_net(rows, features), *_heard(rows))


def _net(rows: Sequence[Row], clauses: Any) -> tuple[Any, Any, Any, Any]:
    """Fit nets on the narratives of which causes and meaning are told, and join them to one that averages them."""
    known = [(row, row.told, part) for row, part in zip(rows, clauses, strict=True) if row.told is not None]
    features = [wishes.together(_met(row.plain), part, told.leaning, told.meaning) for row, told, part in known]
    return _nets(np.stack(features), [row for row, _, _ in known])


def _heard(rows: Sequence[Row]) -> tuple[Any, ...]:
    """Fit the linear model and the net that weigh what the clauses say, on the narratives of which that is told."""
    known = [(row, row.told) for row in rows if row.told is not None and row.told.heard is not None]
    said = [(row, told, wishes.spoken(told.heard, row.ruled, row.cause)) for row, told in known]
    beside = [row for row, _, _ in said]
    loud = np.stack([np.concatenate([part, told.leaning * wishes.LEAN_SCALE]) for _, told, part in said])
    # The net has no weights of its own for narratives: those that count double stand in it twice.
    twice = [one for one in said for _ in range(2 if one[0].weight > 1 else 1)]
    full = np.stack([wishes.together(_met(row.plain), part, t.leaning, t.meaning) for row, t, part in twice])
    return *_fit(loud, beside, HEARD_STRENGTH), *_nets(full, [row for row, _, _ in twice])


def _nets(features: Any, rows: Sequence[Row]) -> tuple[Any, Any, Any, Any]:
    target = np.array([[name in row.gold for name in DEMANDS] for row in rows], dtype=int)
    nets = [
        MLPClassifier(UNITS, alpha=DECAY, max_iter=ROUNDS, learning_rate_init=PACE, batch_size=BATCH, random_state=seed)
        for seed in range(1, NETS + 1)
    ]
    with warnings.catch_warnings():
        # The rounds are few on purpose: a net that has converged knows its narratives by heart.
        warnings.simplefilter("ignore", ConvergenceWarning)
        for net in nets:
            net.fit(features, target)
    return train_voices.joined(nets)


def _text(rows: Sequence[Row]) -> tuple[Any, Any, Any, Any]:
    slot, idf = _vocabulary([classes.grams(row.plain)[0] for row in rows])
    features = vstack(
        [csr_matrix(wishes.reading(row.plain, _met(row.plain), row.cause, slot, idf)) for row in rows]
    )
    return slot, idf, *_fit(features.tocsr(), rows, TEXT_STRENGTH)


def _clauses(rows: Sequence[Row]) -> tuple[Any, Any, Any, Any]:
    found = [classes.ngrams(row.plain) for row in rows]
    slot, idf = _vocabulary([buckets for buckets, _ in found])
    return slot, idf, *_fit(csr_matrix(wishes.dense(found, slot, idf)), rows, CLAUSE_STRENGTH)


def _vocabulary(found: Sequence[Any]) -> tuple[Any, Any]:
    """Return the buckets that LEAST texts hold and their inverse document frequency."""
    buckets, frequency = np.unique(np.concatenate(found), return_counts=True)
    slot = buckets[frequency >= LEAST].astype(np.int64)
    return slot, (np.log((1 + len(found)) / (1 + frequency[frequency >= LEAST])) + 1).astype(np.float32)


def _fit(features: Any, rows: Sequence[Row], strength: float) -> tuple[Any, Any]:
    matrix = np.zeros((len(DEMANDS), features.shape[1]), np.float32)
    bias = np.zeros(len(DEMANDS), np.float32)
    weight = np.array([row.weight for row in rows])
    for number, name in enumerate(DEMANDS):
        target = np.array([name in row.gold for row in rows])
        model = LogisticRegression(C=strength, max_iter=2000).fit(features, target, sample_weight=weight)
        matrix[number], bias[number] = model.coef_[0], model.intercept_[0]
    return matrix, bias


def validate(rows: Sequence[Row]) -> tuple[float, float]:
    """Return the micro-F1 of the whole narratives by the rules alone, and cross-validated by rules and models."""
    whole = [row for row in rows if row.whole]
    short = [row for row in rows if not row.whole]
    alone: list[tuple[frozenset[str], frozenset[str]]] = [(row.gold, frozenset(row.ruled)) for row in whole]
    both: list[tuple[frozenset[str], frozenset[str]]] = []
    for inside, outside in KFold(OUTER, shuffle=True, random_state=SEED + 1).split(whole):
        model = fit([*short, *(whole[i] for i in inside)])
        for row in (whole[i] for i in outside):
            told = row.told
            known = {"leaning": told.leaning, "meaning": told.meaning, "heard": told.heard} if told else {}
            likely = wishes.likely(row.plain, row.ruled, row.cause, model, **known)
            both.append((row.gold, wishes.counted(likely)))
    return _f1(alone), _f1(both)


def _f1(pairs: Sequence[tuple[frozenset[str], frozenset[str]]]) -> float:
    return 2 * sum(len(a & b) for a, b in pairs) / sum(len(a) + len(b) for a, b in pairs)


def train(corpus: Path, output: Path, told: Told) -> str:
    """Train on a folder, write the model file and return one sentence with the figures."""
    rows = read(corpus, told)
    alone, both = validate(rows)
    wishes.save(fit(rows), output)
    return f"诉求 {len(rows)} 条：F1 仅规则 {alone:.3f}，规则与模型 {both:.3f}；已写入 {output}"
