"""Measure `mask` on the vectors: precision, recall and F1 a kind.

A vector's text carries its truth inline: ⟦kind:words⟧, with ! after the kind where the checksum is broken on purpose.
A name, address or organisation counts as found where kind and overlap agree (more than half of the union), every
other kind only with its exact span; `exact` gives the exact figures for all.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson

from xiaobao.privacy import KINDS, OFF_BY_DEFAULT, recognise

VECTORS = Path(__file__).parent / "vectors" / "mask.jsonl"
_MARK = re.compile(r"⟦([a-z_]+)(!?):([^⟧]*)⟧")
_SOFT = frozenset({"person", "address", "organisation"})

Gold = tuple[str, int, int, bool]


def unmark(marked: str) -> tuple[str, list[Gold]]:
    """Return the plain text of a vector and its entities: kind, start, end, whether its checksum is broken."""
    parts: list[str] = []
    gold: list[Gold] = []
    at = length = 0
    for match in _MARK.finditer(marked):
        parts.append(marked[at : match.start()])
        length += len(parts[-1])
        gold.append((match[1], length, length + len(match[3]), match[2] == "!"))
        parts.append(match[3])
        length += len(match[3])
        at = match.end()
    parts.append(marked[at:])
    return "".join(parts), gold


def vectors(path: Path = VECTORS) -> list[tuple[str, str, str, list[Gold]]]:
    """Return (id, set, text, entities) of every vector."""
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    return [(line["id"], line["set"], *unmark(line["marked"])) for line in lines]


def evaluate(path: Path = VECTORS) -> dict[str, Any]:
    """Return {"lines", "kinds": {kind: {precision, recall, f1, n}}, "overall", "exact", "valid_flags", "misses"}."""
    soft, exact = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    misses: list[dict[str, Any]] = []
    flags = [0, 0]
    rows = vectors(path)
    for identity, group, text, gold in rows:
        kinds = list(OFF_BY_DEFAULT) if group == "amounts" else None
        found = recognise(text, kinds)
        spans = {(e.kind, e.start, e.end) for e in found}
        truth = {(k, a, b) for k, a, b, _ in gold}
        _count(exact, spans, truth, spans & truth, spans & truth)
        hit_found = {f for f in spans if any(_same(f, t) for t in truth)}
        hit_truth = {t for t in truth if any(_same(f, t) for f in spans)}
        _count(soft, spans, truth, hit_found, hit_truth)
        for kind, a, b in sorted(truth - hit_truth):
            misses.append({"id": identity, "missed": kind, "text": text[a:b]})
        for kind, a, b in sorted(spans - hit_found):
            misses.append({"id": identity, "wrong": kind, "text": text[a:b]})
        for entity in found:
            for kind, a, b, broken in gold:
                if (entity.kind, entity.start, entity.end) == (kind, a, b) and kind in (
                    "id_card",
                    "bank_card",
                    "credit_code",
                ):
                    flags[0] += 1
                    flags[1] += (entity.valid is False) == broken
    return {
        "lines": len(rows),
        "kinds": {kind: _scores(soft, kind) for kind in KINDS if soft[kind, "gold"] or soft[kind, "found"]},
        "overall": _scores(soft, "all"),
        "exact": _scores(exact, "all"),
        "valid_flags": round(flags[1] / flags[0], 4) if flags[0] else None,
        "misses": misses,
    }


def _same(a: tuple[str, int, int], b: tuple[str, int, int]) -> bool:
    if a[0] != b[0]:
        return False
    if a[0] not in _SOFT:
        return a == b
    common = min(a[2], b[2]) - max(a[1], b[1])
    return common > 0 and common * 2 > max(a[2], b[2]) - min(a[1], b[1])


def _count(
    counts: Counter[tuple[str, str]],
    found: set[tuple[str, int, int]],
    truth: set[tuple[str, int, int]],
    hit_found: set[tuple[str, int, int]],
    hit_truth: set[tuple[str, int, int]],
) -> None:
    for name, spans in (("found", found), ("gold", truth), ("right", hit_found), ("met", hit_truth)):
        for kind, _, _ in spans:
            counts[kind, name] += 1
            counts["all", name] += 1


def _scores(counts: Counter[tuple[str, str]], kind: str) -> dict[str, float | int]:
    precision = counts[kind, "right"] / counts[kind, "found"] if counts[kind, "found"] else 0.0
    recall = counts[kind, "met"] / counts[kind, "gold"] if counts[kind, "gold"] else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4), "n": counts[kind, "gold"]}


if __name__ == "__main__":
    import json

    print(json.dumps(evaluate(), ensure_ascii=False, indent=1))
