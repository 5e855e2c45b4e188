"""Read the training texts and group near-duplicates, so that no text is judged by its twin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from xiaobao.errors import InputError
from xiaobao.judge.features import ngram_hashes
from xiaobao.model import Material, Passage
from xiaobao.screening.pieces import said_before
from xiaobao.screening.screen import material_of

NEAR = 0.55
"""Cosine of four-gram sets above which two texts are taken for variants of one another."""


@dataclass(frozen=True)
class Text:
    """One labelled text: what it is, whether it offends, which categories are defensible, where it offends."""

    id: str
    group: str
    scenario: str
    role: str
    text: str
    violation: bool
    category: str
    also: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    tags: frozenset[str]
    hard: bool


def read_labelled(path: Path) -> list[Text]:
    """Read one JSON Lines file of labelled texts; raise InputError naming the line that is wrong."""
    out = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            try:
                out.append(_text(json.loads(line)))
            except (KeyError, ValueError, TypeError) as error:
                raise InputError(f"{path.name} 第 {number} 行不是合格的标注：{error}") from error
    return out


def read_corpus(folder: Path) -> list[Text]:
    """Read all labelled texts of a folder, by file name; raise InputError when there are none."""
    out = [t for path in sorted(folder.glob("*.jsonl")) for t in read_labelled(path)]
    if not out:
        raise InputError(f"{folder} 里没有标注文本（*.jsonl）")
    return out


def read_calls(path: Path) -> list[Text]:
    """Read what agents say in labelled conversations: each turn alone, and after what was said before it."""
    out = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        material = material_of(row)
        labels = {label["turn_index"]: label for label in row["labels"]}
        for turn, passage in enumerate(material.passages):
            if passage.anchor.speaker == "agent":
                befores = sorted({"", said_before(material, turn)})
                out += [_turn(row["id"], turn, before, passage, material, labels.get(turn)) for before in befores]
    return out


def _turn(call: str, turn: int, before: str, passage: Passage, material: Material, label: Any) -> Text:
    start, end = len(before), len(before) + len(passage.text)
    return Text(
        id=f"{call}#{turn}{'+' if before else ''}",
        group=call,
        scenario=material.scenario or "",
        role="agent",
        text=before + passage.text,
        violation=label is not None,
        category=label["category"] if label else "",
        also=tuple(label["also"]) if label else (),
        spans=((start, end),) if label else (),
        tags=frozenset({"turn"}),
        hard=False,
    )


def _text(data: dict[str, Any]) -> Text:
    text = data["text"]
    spans = []
    for span in data.get("span") or []:
        at = text.find(span)
        if at >= 0 and span:
            spans.append((at, at + len(span)))
    return Text(
        id=str(data["id"]),
        group=str(data.get("group") or data["id"]),
        scenario=data["scenario"],
        role=data["role"],
        text=text,
        violation=bool(data["violation"]),
        category=data.get("category") or "",
        also=tuple(data.get("also") or ()),
        spans=tuple(spans),
        tags=frozenset(data.get("tags") or ()),
        hard=bool(data.get("hard_negative", data.get("hard", False))) or data.get("difficulty") == "hard",
    )


def groups(texts: Sequence[str], declared: Sequence[str]) -> list[int]:
    """Return a group number a text: texts of one declared group, or nearly alike, share it."""
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[str, int] = {}
    for i, name in enumerate(declared):
        parent[root(i)] = root(first.setdefault(name, i))
    matrix = _sets(texts)
    for begin in range(0, len(texts), 512):
        product = (matrix[begin : begin + 512] @ matrix.T).tocoo()
        for i, j, value in zip(product.row, product.col, product.data, strict=True):
            if value >= NEAR and begin + i < j:
                parent[root(begin + int(i))] = root(int(j))
    return [root(i) for i in range(len(texts))]


def _sets(texts: Sequence[str]) -> Any:
    """Return a matrix of unit rows: which four-gram buckets each text has."""
    rows, columns = [], []
    for i, text in enumerate(texts):
        hashes = np.unique(ngram_hashes(text)[3 * len(text) :])
        rows.append(np.full(len(hashes), i))
        columns.append(hashes)
    row, column = np.concatenate(rows), np.concatenate(columns)
    matrix = csr_matrix((np.ones(len(row)), (row, column)), shape=(len(texts), int(column.max()) + 1))
    norms = np.sqrt(np.asarray(matrix.sum(axis=1)).ravel())
    return matrix.multiply(1 / np.maximum(norms, 1.0)[:, None]).tocsr()
