"""Measure the index of same events in a crowd: is the other telling of an event among the candidates?

    python -m evaluation.duplicates_index

All complaints of generated pairs come in the order of their receipt, told of few scenes and a handful of banks: most of
them are about the same matters, in the same branches. Each is looked up before it is added.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from typing import Any

import orjson
from evaluation.duplicates_pairs import pairs

from xiaobao.insight import Facts, Index, compare, facts_of, keys
from xiaobao.insight.index import MOST, near_keys

SEEDS = (301,)
PAIRS = 1_000
CHOSEN = 300


def measure(seeds: tuple[int, ...] = SEEDS, count: int = PAIRS, *, most: int = MOST) -> dict[str, Any]:
    """Return how often an event told before is among the candidates of its second telling, and is the one chosen."""
    rows = [row for seed in seeds for held in (False, True) for row in pairs(count, seed + held, held=held)]
    told = [(facts_of(row[side]), number, side) for number, row in enumerate(rows) for side in "ab"]
    told.sort(key=lambda item: (item[0].received, item[1], item[2]))
    index, facts, seconds, looked, hashed = Index(), dict[str, Facts](), 0.0, 0, 0
    found, total, chosen = Counter[str](), Counter[str](), 0
    for mine, number, side in told:
        other = f"{number}{'a' if side == 'b' else 'b'}"
        if rows[number]["label"] and other in facts:
            begun = time.perf_counter()
            near = index.candidates(mine, most=most)
            seconds += time.perf_counter() - begun
            total[rows[number]["kind"]] += 1
            found[rows[number]["kind"]] += other in near
            looked += len(near)
            chosen += _likeliest(facts, near, mine) == other if sum(total.values()) <= CHOSEN else 0
        facts[f"{number}{side}"] = mine
        index.add(f"{number}{side}", mine)
        hashed += len(keys(mine)) + len(near_keys(mine))
    events = sum(total.values())
    return {
        "complaints": len(facts), "events_told_twice": events, "among_candidates": sum(found.values()) / events,
        "by_kind": {kind: round(found[kind] / n, 3) for kind, n in sorted(total.items())},
        "candidates_each": looked / events, "keys_each": hashed / len(facts),
        "likeliest_of_candidates": chosen / min(CHOSEN, events), "milliseconds_each": 1000 * seconds / events,
    }  # fmt: skip


def _likeliest(facts: dict[str, Facts], near: list[str], mine: Facts) -> str:
    """Return the candidate that `compare` thinks likeliest."""
    return max(near, key=lambda identity: compare(facts[identity], mine).probability, default="")


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(measure(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
