"""Measure `similar` on labelled question pairs: a CSV with sentence1, sentence2, label (1: same meaning)."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from xiaobao.embedding import default, named, scores


def evaluate(path: Path, model: str | None = None) -> dict[str, Any]:
    """Return {"model", "pairs", "auc", "accuracy", "threshold", "pairs_per_second"}.

    accuracy is at the threshold that is best on the first half of the pairs, measured on the second.
    """
    with path.open(encoding="utf-8-sig", newline="") as fp:
        rows = list(csv.DictReader(fp))
    truth = np.array([row["label"] == "1" for row in rows])
    embedder = named(model) if model else default()
    embedder.embed(["预热"])
    began = time.perf_counter()
    rated = np.array(scores([(row["sentence1"], row["sentence2"]) for row in rows], embedder))
    seconds = time.perf_counter() - began
    half = len(rows) // 2
    threshold = max(np.unique(rated[:half]), key=lambda t: float(((rated[:half] >= t) == truth[:half]).mean()))
    return {
        "model": embedder.id,
        "pairs": len(rows),
        "auc": round(auc(rated, truth), 4),
        "accuracy": round(float(((rated[half:] >= threshold) == truth[half:]).mean()), 4),
        "threshold": round(float(threshold), 4),
        "pairs_per_second": round(len(rows) / seconds),
    }


def auc(rated: np.ndarray[Any, Any], truth: np.ndarray[Any, Any]) -> float:
    """Return the chance that a true pair scores above a false one, ties counting half (Mann-Whitney)."""
    order = np.sort(rated[~truth])
    below = np.searchsorted(order, rated[truth], side="left")
    upto = np.searchsorted(order, rated[truth], side="right")
    return float((below + upto).sum() / 2 / (truth.sum() * (~truth).sum()))


if __name__ == "__main__":
    for name in (None, "lexical"):
        print(evaluate(Path(sys.argv[1]), name))
