"""Measure what OCR reads of rendered documents: line accuracy, characters, seconds a picture.

The folder holds <document>.png, <document>__<variant>.png and truth.json, which maps a document to its lines.
Line accuracy is 1 − edit distance ÷ length of each true line against the best line read, punctuation ignored.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from pathlib import Path
from statistics import mean, median
from typing import Any

import orjson
from rapidfuzz.distance import Levenshtein

from xiaobao.readers import read

_PUNCTUATION = re.compile(r"[\W_]+")


def evaluate(path: Path) -> dict[str, Any]:
    """Return accuracies by variant and document, and the seconds a picture takes, of a folder of pictures."""
    truth: dict[str, list[str]] = orjson.loads((path / "truth.json").read_bytes())
    by_variant: dict[str, list[float]] = defaultdict(list)
    by_document: dict[str, list[float]] = defaultdict(list)
    seconds: list[float] = []
    pictures = 0
    for picture in sorted(path.glob("*.png")):
        document, _, variant = picture.stem.partition("__")
        if document not in truth:
            continue
        pictures += 1
        began = time.perf_counter()
        lines = [passage.text for passage in read(picture).passages]
        seconds.append(time.perf_counter() - began)
        accuracies = line_accuracies(truth[document], lines)
        by_variant[variant or "clean"] += accuracies
        by_document[document] += accuracies
    everything = [value for values in by_variant.values() for value in values]
    return {
        "pictures": pictures,
        "lines": len(everything),
        "line_accuracy": round(mean(everything), 4) if everything else None,
        "lines_perfect": round(mean(value == 1 for value in everything), 4) if everything else None,
        "by_variant": {name: round(mean(values), 4) for name, values in sorted(by_variant.items())},
        "by_document": {name: round(mean(values), 4) for name, values in sorted(by_document.items())},
        "seconds_median": round(median(seconds), 2) if seconds else None,
        "seconds_most": round(max(seconds), 2) if seconds else None,
    }


def line_accuracies(true: list[str], read_lines: list[str]) -> list[float]:
    """Return the accuracy of each true line, 0..1, against the best of the lines read."""
    found = [_bare(line) for line in read_lines]
    out = []
    for line in map(_bare, true):
        if line:
            least = min((Levenshtein.distance(line, other) for other in found), default=len(line))
            out.append(max(0.0, 1 - least / len(line)))
    return out


def _bare(text: str) -> str:
    return _PUNCTUATION.sub("", text)
