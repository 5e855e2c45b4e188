"""Read a complaint as a whole with a small transformer: its classes, wishes, flags and urgency.

Twelve layers of self-attention (Vaswani et al. 2017, 384 wide, in the order of BERT) over the pieces of what both
sides say. The weights began as those of multilingual-e5-small (Wang et al. 2024, MIT licence), cut down to the pieces
of Chinese text, and were taught the project's own narratives (`scripts/train_attentive.py`). ONNX Runtime reckons it
with whole numbers of eight bits on one thread; the vocabulary stands in the model file's own metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.pieces import END, START, Pieces
from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES, DEMANDS, RISK_FLAGS, URGENCIES

PACKAGED = Path(__file__).with_name("attentive.onnx")
HEADS: Mapping[str, tuple[str, ...]] = {
    "cause": CAUSES,
    "business_type": BUSINESS_TYPES,
    "demand": DEMANDS,
    "risk_flags": RISK_FLAGS,
    "urgency": URGENCIES,
}
INPUT = "numbers"
"""What the session is given: the numbers of the pieces of one text, shape (1, pieces)."""
MOST = 144
"""Pieces of a text that are read, its beginning and end among them: about 200 characters (more tells no better)."""
FIRST = 2 / 3
"""Share of them that is taken from the front of a longer text; the rest comes from its end."""
_SIDES = {True: "客服:", False: "客户:"}

Row = NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """The vocabulary, and the session that turns numbers of pieces into log-odds."""

    pieces: Pieces
    session: Any


def told(story: Narrative) -> str:
    """Return what is read of a narrative: its text, or the turns with who speaks in front."""
    if not story.is_dialogue:
        return story.plain.strip()
    parts: list[str] = []
    last: tuple[object, bool] | None = None
    for clause in story.clauses:
        words = story.plain[clause.start : clause.end].strip()
        if not words:
            continue
        turn = (clause.turn, clause.role == "agent")
        if turn == last:
            parts[-1] += f"，{words}"
        else:
            parts.append(_SIDES[turn[1]] + words)
        last = turn
    return " ".join(parts)


def numbers(text: str, pieces: Pieces) -> list[int]:
    """Return the pieces of a text with beginning and end; of a long one its front and its end."""
    found = pieces.cut(text)
    room = MOST - 2
    if len(found) > room:
        front = int(MOST * FIRST)
        found = found[:front] + found[front - room :]
    return [START, *found, END]


def read(story: Narrative, model: Model | None = None) -> dict[str, Row]:
    """Return the log-odds of every class of each of HEADS: softmax for one of many, sigmoid for demands and flags."""
    model = model or packaged()
    rows = np.array([numbers(told(story), model.pieces)], np.int64)
    said = model.session.run(list(HEADS), {INPUT: rows})
    return {name: found[0] for name, found in zip(HEADS, said, strict=True)}


@cache
def packaged() -> Model:
    """Return the model of the package; raise ModelUnavailable where its file is missing or damaged."""
    return load(PACKAGED)


def load(path: Path) -> Model:
    """Read a model file; raise ModelUnavailable where it is missing, damaged or of other classes."""
    import onnxruntime  # takes a while, and only intake needs it
    from onnxruntime.capi import onnxruntime_pybind11_state as told

    broken = (told.InvalidProtobuf, told.InvalidGraph, told.InvalidArgument, told.Fail)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    if not _adds_widely():
        options.add_session_config_entry("session.x64quantprecision", "1")  # slower, without overflow
    options.log_severity_level = 4  # what is wrong is raised
    try:
        session = onnxruntime.InferenceSession(path.read_bytes(), options, providers=["CPUExecutionProvider"])
        meta = session.get_modelmeta().custom_metadata_map
        heads, pieces, scores = (json.loads(meta[name]) for name in ("heads", "pieces", "scores"))
    except (OSError, ValueError, KeyError, *broken) as error:
        raise ModelUnavailable(f"全文模型 {path.name} 无法读取，请重新安装", code="model.intake") from error
    if heads != {name: list(classes) for name, classes in HEADS.items()}:
        raise ModelUnavailable("全文模型与程序版本不一致，请重新训练或重新安装", code="model.intake")
    return Model(Pieces(pieces, scores), session)


def _adds_widely() -> bool:
    """Tell whether the processor adds products of eight bits in 32 (VNNI); older ones of x86 may overflow in 16."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
