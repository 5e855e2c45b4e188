"""Measure `duplicates`: pairs of complaints that are the same event, or are not.

    python -m evaluation.duplicates --words     count again which words our narratives hold
    python -m evaluation.duplicates --train     learn the weights again: generated pairs of two thirds of the scenes,
                                                half of the written ones, narratives of several authors
    python -m evaluation.duplicates PAIRS.jsonl

Figures are given for a set of labelled pairs, for generated pairs of the scenes that were held out, for the measuring
half of the written pairs, for narratives of other authors put into one name, and for a crowd of different events.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from evaluation.duplicates_pairs import crossed, crowd, matters, pairs, told

from xiaobao.insight.duplicates import SAME, compare
from xiaobao.insight.evidence import likeness_of, matter_signs, signs
from xiaobao.insight.facts import Facts, facts_of
from xiaobao.insight.matter import matter_of

ENGINE = Path(__file__).parents[1] / "src/xiaobao/insight"
WEIGHTS, WORDS = ENGINE / "duplicates.json", ENGINE / "complaint_words.txt"
NARRATIVES = Path(__file__).parent / "intake"
LEAST_HELD = 4
"""Narratives that hold a word before it is kept."""
HELD = 300
MOST_BIAS = 0.0
FREE = ("bias", "who")
"""What may weigh in either direction."""
UNUSED = ("same_bank",)
"""What a platform's complaints share anyway."""
_FOR = (
    "same_", "themes", "words", "rare_words", "few_words", "rare_share", "wording", "again", "who_and_matter",
    "facts_and_matter", "amount_and_who", "date_and_who", "cause", "business", "meaning", "who_cause", "who_business",
    "who_meaning",
)  # fmt: skip


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
    """Return the figures of the pairs in a file, and of the pairs of ours that nothing was learnt from."""
    rows = [orjson.loads(line) for line in path.read_bytes().splitlines() if line.strip()]
    held = {
        "held_out_scenes": pairs(HELD, 77, held=True),
        "held_out_matters": matters(HELD, 78, held=True),
        "written_held_out": told("held"),
        "written_afterwards": told("fresh"),
        "other_authors_matters": crossed(200, 79, held=True),
        "crowd": crowd(1500, 80, held=True),
    }
    figures = {name: scored(of) for name, of in held.items()}
    for each in figures.values():
        each["wrong"] = len(each["wrong"])
    return {**scored(rows), **figures}


def training() -> list[tuple[float, dict[str, Any]]]:
    """Return the pairs that the weights are learnt from, each with how much it counts (weighed by cross-validation)."""
    out = [(1.0, row) for seed in (11, 12) for row in pairs(700, seed, held=False)]
    out += [(1.5, row) for seed in (11, 12) for row in matters(250, seed, held=False)]
    out += [(4.0, row) for row in told("building")]
    out += [(0.5, row) for row in crossed(400, 13, held=False)]
    return out + [(0.7, row) for row in crowd(1500, 14, held=False)]


def train() -> dict[str, dict[str, float]]:
    """Return the weights with a sentence encoder and without."""
    rows = training()
    read = [(facts_of(row["a"]), facts_of(row["b"])) for _, row in rows]
    counts = np.array([count for count, _ in rows])
    labels = np.array([row["label"] for _, row in rows], dtype=float)
    out = {}
    for mode, meaning in (("meaning", True), ("plain", False)):
        found = [_values(a, b, meaning) for a, b in read]
        names = [name for name in found[0] if name not in UNUSED]
        out[mode] = fit(np.array([[f[name] for name in names] for f in found]), labels, counts, names)
    return out


def _values(a: Facts, b: Facts, meaning: bool) -> dict[str, float]:
    by = {s.name: s.value for s in signs(a, b)}
    mine, theirs = (matter_of(f.own, meaning=meaning) for f in (a, b))
    return by | matter_signs(likeness_of(mine, theirs, meaning=meaning), by)


def fit(
    x: Any, y: Any, counts: Any, names: list[str], *, penalty: float = 2.0, steps: int = 3000
) -> dict[str, float]:  # fmt: skip
    """Return weights of a logistic regression; what speaks for may not weigh against, and the other way round."""
    x, counts = np.hstack([x, np.ones((len(x), 1))]), counts / counts.mean()
    sign = np.array([0.0 if n in FREE else 1.0 if n.startswith(_FOR) else -1.0 for n in [*names, "bias"]])
    held = np.array([1.0] * len(names) + [0.0])
    weights = ahead = np.zeros(x.shape[1])
    pace = 1.0
    rate = 4.0 / (np.linalg.norm(x * np.sqrt(counts)[:, None], ord=2) ** 2 / len(x) + penalty / len(x))
    for _ in range(steps):
        error = (1 / (1 + np.exp(-x @ ahead)) - y) * counts
        moved = ahead - rate * (x.T @ error / len(x) + penalty * held * ahead / len(x))
        moved = np.where(sign * moved < 0, 0.0, moved)
        # Of two complaints that share nothing, nobody should say they are the same, however near in time.
        moved[-1] = min(moved[-1], MOST_BIAS)
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        weights, ahead, pace = moved, moved + (pace - 1) / faster * (moved - weights), faster
    out = dict(zip([*names, "bias"], np.round(weights, 3).tolist(), strict=True))
    # Generated letters hold no whole card or identity numbers; these say as much as a telephone does.
    return out | {f"{how}_account": out[f"{how}_number"] for how in ("same", "other")}


def words() -> str:
    """Return how many narratives of ours there are and how many of them hold each word that several hold."""
    held, texts = Counter[str](), 0
    for path in sorted(NARRATIVES.glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            row = orjson.loads(line)
            held.update(facts_of({key: row[key] for key in ("text", "turns") if key in row}).words)
            texts += 1
    kept = sorted(((w, n) for w, n in held.items() if n >= LEAST_HELD), key=lambda item: (-item[1], item[0]))
    return f"{texts}\n" + "".join(f"{word} {count}\n" for word, count in kept)


def main() -> None:
    """Train or measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", nargs="?", type=Path)
    parser.add_argument("--train", action="store_true")
    parser.add_argument("--words", action="store_true")
    given = parser.parse_args()
    if given.words:
        WORDS.write_text(words(), encoding="utf-8")
    if given.train:
        WEIGHTS.write_bytes(orjson.dumps(train(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    if given.pairs:
        print(orjson.dumps(evaluate(given.pairs), option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
