"""Train the judge on texts written for it, cross-validated by groups of near-duplicates.

    python -m xiaobao.judge.train --corpus evaluation/corpus --calls evaluation/calls/training.jsonl \\
        --output src/xiaobao/judge/judge.npz

Everything is deterministic: the same texts and the same rulebook give the same file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.svm import LinearSVC

from xiaobao.judge.corpus import Text, groups, read_calls, read_corpus
from xiaobao.judge.features import (
    BITS,
    BUCKETS,
    SETTING_FROM,
    SIGNALS,
    counts,
    describe,
    ngram_hashes,
    own_voice,
    setting,
    settings_of,
    voices_of,
)
from xiaobao.judge.marked import fit_marks
from xiaobao.judge.measure import Figures, measure
from xiaobao.judge.model import CASES, TextJudge, Together, Weights, calibration_features, case_vector
from xiaobao.judge.passages import MARKS
from xiaobao.rulebook.model import CATEGORIES
from xiaobao.screening.engine import Engine, Row, Scanned
from xiaobao.text.normalise import normalise

FOLDS = 5
TEXT_C = 30.0
RATIO_C = 10.0
HEAD_C = 1.0
"""Inverse regularisation strengths of the two text models and of the category heads (chosen by cross-validation)."""
SMOOTH = 0.5
"""Texts added to every count from which a ratio is taken."""
SIGNAL_SCALE = 0.6
CASE_SCALE = 0.5
"""Weights of what a text is beside its characters and words (chosen by cross-validation)."""
HARD_LIMIT = 0.08
"""Share of hard lawful texts that a threshold may take for violations."""
EQUAL = 0.003
"""Difference in F1 below which two thresholds count as equally good."""
REVIEW_FROM = 0.22
"""Probability from which a person looks: about one such text in five offends."""
FRESH_MORE = 1.5
ORDINARY_MORE = 1.5
"""Factors by which a text that the authors of the rules have not seen, and an ordinary lawful one, count for more."""
ORDINARY_LIMIT = 0.04
"""Share of ordinary lawful texts that a threshold may take for violations: those of the corpus lie close to offences,
so that of what an institution sends out and says far fewer are.
"""
SEED = 7
FRESH = ("w2c-", "w2d-", "w2e-", "w3a-", "w3b-", "w4n-", "w4e-", "w5", "w6", "w7")
"""Texts the authors of the rules have not seen: only they tell what a rule's word is worth, so they alone set the
last step and the threshold.
"""


@dataclass
class Table:
    """The training texts as matrices, row by row."""

    texts: list[Text]
    counts: Any
    signals: Any
    cases: Any
    violation: Any
    primary: Any
    weight: Any


def table(texts: Sequence[Text], scanned: Sequence[Scanned]) -> Table:
    """Build the matrices of texts that the rules have scanned."""
    rows, columns, values = [], [], []
    for i, item in enumerate(scanned):
        text, where = item.context.text, setting(item.context.kind, item.context.role)
        for hashes in (ngram_hashes(own_voice(text)), voices_of([text])[1], settings_of([text], where)[1]):
            buckets, amounts = counts(hashes)
            rows.append(np.full(len(buckets), i))
            columns.append(buckets)
            values.append(amounts)
    shape = (len(texts), BUCKETS)
    counts_matrix = csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)
    return Table(
        list(texts),
        counts_matrix,
        np.stack([describe(s.context) for s in scanned]),
        np.stack([case_vector(t.scenario, t.role) for t in texts]),
        np.array([t.violation for t in texts]),
        np.array([CATEGORIES.index(t.category) if t.violation else -1 for t in texts]),
        np.array([_weight(t) for t in texts]),
    )


def _weight(text: Text) -> float:
    """Return how much a text counts: what is met in practice is for the most part ordinary, and seen by no author."""
    ordinary = not text.violation and not text.hard
    return (FRESH_MORE if text.id.startswith(FRESH) else 1.0) * (ORDINARY_MORE if ordinary else 1.0)


def fit(data: Table, rows: Any) -> Weights:
    """Fit the text model and the category heads on the given rows; calibration is still the identity."""
    own = data.counts[rows]
    frequency = np.asarray((own > 0).sum(axis=0)).ravel()
    used = np.flatnonzero(frequency >= 2)
    idf = (np.log((1 + len(rows)) / (1 + frequency[used])) + 1).astype(np.float32)
    weighted = own[:, used].multiply(idf).tocsr()
    words_from, setting_from = (int(n) for n in np.searchsorted(used, (1 << BITS, SETTING_FROM)))
    parts = weighted[:, :words_from], weighted[:, words_from:setting_from], weighted[:, setting_from:]
    features = hstack([_unit_rows(part) for part in parts]).tocsr()
    text, signal, bias = _fit_text(features, data.signals[rows], data.violation[rows], data.weight[rows])
    wrong = data.violation[rows]
    heads, scale, cases, head_bias = _fit_heads(
        features[wrong][:, :setting_from], data.cases[rows][wrong], data.primary[rows][wrong]
    )
    slot = np.full(BUCKETS, -1, dtype=np.int32)
    slot[used] = np.arange(len(used), dtype=np.int32)
    later = np.zeros(MARKS), np.zeros(0, np.float32)
    return Weights(idf, text, signal, bias, heads, scale, cases, head_bias, slot, *later, 0.5, 0.3, "")


def _unit_rows(matrix: Any) -> Any:
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return matrix.multiply(1 / np.maximum(norms, 1e-9)[:, None]).tocsr()


def _fit_text(features: Any, signal: Any, violation: Any, counted: Any) -> tuple[Any, Any, float]:
    """Fit the mean of two linear models: one over the features, one over them times their log ratio.

    The ratio, of how often a feature stands in violations and in lawful texts, is from Wang and Manning (2012).
    """
    joined = hstack([features, csr_matrix(signal * SIGNAL_SCALE)]).tocsr()
    size = features.shape[1]
    weights, bias = np.zeros(joined.shape[1]), 0.0
    for strength, scale in ((TEXT_C, np.ones(joined.shape[1])), (RATIO_C, _log_ratios(joined, violation))):
        model = LogisticRegression(C=strength, solver="liblinear", random_state=SEED)
        model.fit(joined @ diags(scale), violation, sample_weight=counted)
        weights += model.coef_[0] * scale / 2
        bias += float(model.intercept_[0]) / 2
    return weights[:size].astype(np.float32), (weights[size:] * SIGNAL_SCALE).astype(np.float32), bias


def _log_ratios(features: Any, violation: Any) -> Any:
    """Return for each feature the log of its share among violations over its share among lawful texts."""
    present = (features > 0).astype(np.float32)
    wrong, lawful = (np.asarray(present[rows].sum(axis=0)).ravel() + SMOOTH for rows in (violation, ~violation))
    return np.log((wrong / wrong.sum()) / (lawful / lawful.sum()))


def _fit_heads(features: Any, cases: Any, primary: Any) -> tuple[Any, Any, Any, Any]:
    """Fit which category a violation has, on violations alone: linear support vectors, one against the rest."""
    joined = hstack([features, csr_matrix(cases * CASE_SCALE)]).tocsr()
    size = features.shape[1]
    heads = np.zeros((len(CATEGORIES), size), dtype=np.int8)
    scale = np.zeros(len(CATEGORIES), dtype=np.float32)
    case_weights = np.zeros((len(CATEGORIES), len(CASES)), dtype=np.float32)
    bias = np.full(len(CATEGORIES), -3.0, dtype=np.float32)
    model = LinearSVC(C=HEAD_C, class_weight="balanced", random_state=SEED).fit(joined, primary)
    for label, weights, intercept in zip(model.classes_, model.coef_, model.intercept_, strict=True):
        top = float(np.abs(weights[:size]).max()) or 1.0
        scale[label] = top / 127
        heads[label] = np.round(weights[:size] / scale[label]).astype(np.int8)
        case_weights[label] = weights[size:] * CASE_SCALE
        bias[label] = float(intercept)
    return heads, scale, case_weights, bias


def right_place(text: Text, scanned: Scanned, index: int) -> bool | None:
    """Tell whether a candidate is a right one; None when the text is wrong but the candidate cannot be judged."""
    candidate = scanned.candidates[index]
    if not text.violation:
        return False
    if candidate.rule.category in (text.category, *text.also):
        return True
    if candidate.omitted or not text.spans:
        return None
    start, end = scanned.context.normalised.original(candidate.start, candidate.end)
    return True if any(start < e and s < end for s, e in text.spans) else None


def calibrate(
    judge: TextJudge, texts: Sequence[Text], scanned: Sequence[Scanned]
) -> tuple[list[list[float]], list[bool], list[int]]:
    """Return the calibration features, labels and text indexes of all judged candidates."""
    rows, labels, owners = [], [], []
    for i, (text, item) in enumerate(zip(texts, scanned, strict=True)):
        if not item.candidates:
            continue
        reading = judge.reading(item.context)
        if len(reading.windows) > 1:
            continue
        first = np.zeros(len(item.candidates), dtype=np.int64)
        features = calibration_features(item.candidates, Together.of(item), reading, first)
        for j, row in enumerate(features.tolist()):
            label = right_place(text, item, j)
            if label is not None and text.id.startswith(FRESH):
                rows.append(row)
                labels.append(label)
                owners.append(i)
    return rows, labels, owners


def train(corpus: Path, calls: Path, *, log: Any = print) -> tuple[Weights, Figures]:
    """Train on the texts of a folder and the turns of a file of conversations; return weights and validated figures."""
    texts = read_corpus(corpus) + read_calls(calls)
    engine = Engine()
    rows = [Row(t.text, t.scenario, t.role) for t in texts]
    scanned = [s for s in engine.scan_rows(rows, every=True) if s is not None]
    data = table(texts, scanned)
    group = groups([normalise(t.text).text for t in texts], [t.group for t in texts])
    log(f"{len(texts)} 条训练文本，{int(data.violation.sum())} 条违规，{len(set(group))} 组")
    everything = np.arange(len(texts))
    folds = [
        (TextJudge(fit(data, inside)), outside) for inside, outside in GroupKFold(FOLDS).split(everything, groups=group)
    ]
    marks = fit_marks(engine, [(judge, [(texts[i], scanned[i]) for i in outside]) for judge, outside in folds])
    features: list[list[float]] = []
    labels: list[bool] = []
    owners: list[int] = []
    judged: dict[int, tuple[TextJudge, Scanned]] = {}
    for fold, (judge, outside) in enumerate(folds):
        judge.weights = replace(judge.weights, marks=marks)
        again = [s for s in engine.scan_rows([rows[i] for i in outside], every=True, services=judge) if s is not None]
        part = [texts[i] for i in outside]
        f, y, o = calibrate(judge, part, again)
        features += f
        labels += y
        owners += [int(outside[i]) for i in o]
        judged.update({int(i): (judge, s) for i, s in zip(outside, again, strict=True)})
        log(f"  第 {fold + 1}/{FOLDS} 折完成")
    calibration = _calibration(features, labels)
    chosen, figures = _thresholds(texts, judged, calibration)
    final = replace(
        fit(data, everything),
        marks=marks,
        calibration=calibration,
        violation_from=chosen,
        review_from=REVIEW_FROM,
        trained=f"{len(texts)} texts",
    )
    return final, figures


def _calibration(features: list[list[float]], labels: list[bool]) -> Any:
    model = LogisticRegression(C=1.0, fit_intercept=False, random_state=SEED, max_iter=1000)
    return model.fit(np.array(features), np.array(labels)).coef_[0].astype(np.float32)


def _thresholds(
    texts: Sequence[Text], judged: dict[int, tuple[TextJudge, Scanned]], calibration: Any
) -> tuple[float, Figures]:
    """Choose the lowest threshold about as good as the best (F1) of those that keep false alarms limited.

    Counted are texts the rules' authors have not seen; half of the lawful ones are twins of a violation, harder than
    what is met in practice. A missed offence costs more than a look.
    """
    scored = []
    fresh = [i for i, t in enumerate(texts) if t.id.startswith(FRESH)]
    texts = [texts[i] for i in fresh]
    for i in fresh:
        judge, scanned = judged[i]
        judge.weights = replace(judge.weights, calibration=calibration)
        passages = judge.extents(scanned.context, scanned.candidates)
        scored.append((scanned, judge.weigh(scanned), judge.category_scores(scanned.context), passages))
    measured = [(round(float(t), 2), measure(texts, scored, float(t))) for t in np.arange(0.30, 0.80, 0.02)]
    allowed = [m for m in measured if m[1].false_hard <= HARD_LIMIT and m[1].false_ordinary <= ORDINARY_LIMIT]
    best = max(figures.f1 for _, figures in allowed or measured)
    return next(m for m in allowed or measured if m[1].f1 >= best - EQUAL)


def save(weights: Weights, path: Path) -> None:
    """Write the model file."""
    used = np.flatnonzero(weights.slot >= 0).astype(np.int32)
    meta = {
        "buckets": BUCKETS,
        "signals": list(SIGNALS),
        "categories": list(CATEGORIES),
        "bias": weights.bias,
        "violation_from": weights.violation_from,
        "review_from": weights.review_from,
        "trained": weights.trained,
    }
    np.savez_compressed(
        path,
        meta=np.frombuffer(json.dumps(meta).encode("utf-8"), dtype=np.uint8),
        used=used,
        idf=weights.idf.astype(np.float16),
        text=weights.text.astype(np.float16),
        signals=weights.signals,
        heads=weights.heads,
        head_scale=weights.head_scale,
        head_cases=weights.head_cases,
        head_bias=weights.head_bias,
        marks=weights.marks,
        calibration=weights.calibration,
    )


def main() -> None:
    """Train from the command line and print the cross-validated figures."""
    parser = argparse.ArgumentParser(description="训练语境判断模型")
    parser.add_argument("--corpus", type=Path, default=Path("evaluation/corpus"))
    parser.add_argument("--calls", type=Path, default=Path("evaluation/calls/training.jsonl"))
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "judge.npz")
    arguments = parser.parse_args()
    weights, figures = train(arguments.corpus, arguments.calls)
    save(weights, arguments.output)
    print(figures.describe())
    print(f"判为违规的下限 {weights.violation_from}，需人工的下限 {weights.review_from}；已写入 {arguments.output}")


if __name__ == "__main__":
    main()
