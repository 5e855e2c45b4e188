"""Measure `duplicates`: pairs of complaints that are the same event, or are not.

    python -m evaluation.duplicates --train     learn the weights again from generated pairs (two thirds of the scenes)
    python -m evaluation.duplicates PAIRS.jsonl

Figures are given for a set of labelled pairs and for generated pairs of the scenes that were held out.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from evaluation.duplicates_pairs import matters, pairs

from xiaobao.insight.duplicates import SAME, compare
from xiaobao.insight.evidence import signs
from xiaobao.insight.facts import facts_of

WEIGHTS = Path(__file__).parents[1] / "src/xiaobao/insight/duplicates.json"
TRAINED = 3000
HELD = 300
MOST_BIAS = 0.0
_FOR = ("same_", "themes", "words", "rare_words", "wording", "who_and_matter", "facts_and_matter")


def scored(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the figures of labelled pairs, the ids of the wrong ones among them."""
    right, wrong, kinds, all_kinds, squares, total = 0, [], Counter[str](), Counter[str](), 0.0, 0
    for row in rows:
        found = compare(row["a"], row["b"])
        good = (found.probability >= SAME) == bool(row["label"])
        right += good
        total += 1
        squares += (found.probability - row["label"]) ** 2
        kind = f"{row.get('kind', '')}:{row['label']}"
        all_kinds[kind] += 1
        kinds[kind] += good
        if not good:
            wrong.append(row["pair_id"])
    return {
        "pairs": total,
        "right": right / max(1, total),
        "brier": squares / max(1, total),
        "by_kind": {k: f"{kinds[k]}/{n}" for k, n in sorted(all_kinds.items())},
        "wrong": wrong,
    }


def evaluate(path: Path) -> dict[str, Any]:
    """Return the figures of the pairs in a file, and of generated pairs of held-out scenes."""
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    held = scored(pairs(HELD, 77, held=True))
    other = scored(matters(HELD, 78, held=True))
    for each in (held, other):
        each["wrong"] = len(each["wrong"])
    return {**scored(rows), "held_out_scenes": held, "held_out_matters": other}


def train(count: int = TRAINED, *, penalty: float = 2.0, steps: int = 4000) -> dict[str, float]:
    """Return weights of a logistic regression; what speaks for may not weigh against, and the other way round."""
    rows = [
        (signs(facts_of(row["a"]), facts_of(row["b"])), row["label"])
        for seed in (11, 12)
        for row in chain(pairs(count // 2, seed, held=False), matters(count // 6, seed, held=False))
    ]
    names = [s.name for s in rows[0][0]]
    x = np.array([[s.value for s in found] for found, _ in rows])
    y = np.array([label for _, label in rows], dtype=float)
    x = np.hstack([x, np.ones((len(x), 1))])
    sign = np.array([1.0 if name.startswith(_FOR) else -1.0 for name in names] + [0.0])
    weights = np.zeros(x.shape[1])
    rate = 4.0 / (np.linalg.norm(x, ord=2) ** 2 / len(x) + penalty / len(x))
    for _ in range(steps):
        error = 1 / (1 + np.exp(-x @ weights)) - y
        kept = np.where(sign == 0, 0.0, weights)
        weights = weights - rate * (x.T @ error / len(x) + penalty * kept / len(x))
        weights = np.where(sign * weights < 0, 0.0, weights)
        # Of two complaints that share nothing, nobody should say they are the same, however near in time.
        weights[-1] = min(weights[-1], MOST_BIAS)
    out = dict(zip([*names, "bias"], np.round(weights, 3).tolist(), strict=True))
    # Generated letters hold no whole card or identity numbers; these say as much as a telephone does.
    return out | {f"{how}_account": out[f"{how}_number"] for how in ("same", "other")}


def main() -> None:
    """Train or measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", nargs="?", type=Path)
    parser.add_argument("--train", action="store_true")
    given = parser.parse_args()
    if given.train:
        WEIGHTS.write_bytes(orjson.dumps(train(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if given.pairs:
        print(orjson.dumps(evaluate(given.pairs), option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
