"""Read a complaint as a whole with a small transformer: its classes, wishes, flags, urgency, and where names stand.

Twelve layers of self-attention (Vaswani et al. 2017, 384 wide, in the order of BERT) over the pieces of what both
sides say. The weights began as those of multilingual-e5-small (Wang et al. 2024, MIT licence), cut down to the pieces
of Chinese text, and were taught the project's own narratives (`scripts/train_attentive.py`). ONNX Runtime reckons it
with whole numbers of eight bits on one thread; the vocabulary stands in the model file's own metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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
NAMES = "names"
TAGS = ("O", *(f"{place}-{kind}" for kind in "PISC" for place in "BI"))
"""What a character is told to be: outside of names, the beginning or inside of one of a kind of `tagged.KINDS`."""
INPUT = "numbers"
"""What the session is given: the numbers of the pieces of one text, shape (1, pieces)."""
MOST = 144
"""Pieces of a text that are read, its beginning and end among them: about 200 characters (more tells no better)."""
FIRST = 2 / 3
"""Share of them that is taken from the front of a longer text; the rest comes from its end."""
LEAST = 1e-5
"""Probability that a character is held to be anything, at least."""
_SIDES = {True: "客服:", False: "客户:"}

Row = NDArray[np.float32]


@dataclass(frozen=True)
class Reading:
    """What is read of a narrative.

    heads has the log-odds of every class of each of HEADS: softmax for one of many, sigmoid for demands and flags.
    tags has the logarithm of the probability of each of TAGS (columns) for each character of the plain text (rows),
    zeros where it was not read.
    """

    heads: Mapping[str, Row]
    tags: NDArray[np.float32]


@dataclass(frozen=True)
class Model:
    """The vocabulary, and the session that turns numbers of pieces into log-odds."""

    pieces: Pieces
    session: Any


def told(story: Narrative) -> str:
    """Return what is read of a narrative: its text, or the turns with who speaks in front."""
    return placed(story)[0]


def placed(story: Narrative) -> tuple[str, list[int]]:
    """Return what is read of a narrative and where in its plain text each character stands, -1 for what was put in."""
    if not story.is_dialogue:
        words = story.plain.strip()
        first = len(story.plain) - len(story.plain.lstrip())
        return words, list(range(first, first + len(words)))
    text = ""
    origin: list[int] = []
    last: tuple[object, bool] | None = None
    for clause in story.clauses:
        said = story.plain[clause.start : clause.end]
        words = said.strip()
        if not words:
            continue
        turn = (clause.turn, clause.role == "agent")
        between = "，" if turn == last else f"{' ' if text else ''}{_SIDES[turn[1]]}"
        first = clause.start + len(said) - len(said.lstrip())
        text += between + words
        origin += [-1] * len(between) + list(range(first, first + len(words)))
        last = turn
    return text, origin


def numbers(text: str, pieces: Pieces) -> list[int]:
    """Return the pieces of a text with beginning and end; of a long one its front and its end."""
    return [START, *(number for number, _, _ in chosen(text, pieces)), END]


def chosen(text: str, pieces: Pieces) -> list[tuple[int, int, int]]:
    """Return the pieces of a text that are read: number, begin, end."""
    found = pieces.placed(text)
    room = MOST - 2
    if len(found) > room:
        front = int(MOST * FIRST)
        found = found[:front] + found[front - room :]
    return found


def read(story: Narrative, model: Model | None = None) -> Reading:
    """Return what the model says of a narrative."""
    model = model or packaged()
    text, origin = placed(story)
    pieces = chosen(text, model.pieces)
    rows = np.array([[START, *(number for number, _, _ in pieces), END]], np.int64)
    *said, names = model.session.run([*HEADS, NAMES], {INPUT: rows})
    heads = {name: found[0] for name, found in zip(HEADS, said, strict=True)}
    return Reading(heads, _by_character(names[0][1:-1], pieces, origin, len(story.plain)))


def _by_character(
    logits: Row, pieces: Sequence[tuple[int, int, int]], origin: Sequence[int], length: int
) -> NDArray[np.float32]:
    """Return what is said of pieces for each character: what begins with a piece goes on within it."""
    logits = logits - logits.max(axis=1, keepdims=True)
    odds = np.exp(logits)
    odds /= odds.sum(axis=1, keepdims=True)
    inside = odds.copy()
    inside[:, 2::2] += inside[:, 1::2]
    inside[:, 1::2] = 0
    first, rest = (np.log(np.maximum(each, LEAST)) for each in (odds, inside))
    out = np.zeros((length, len(TAGS)), np.float32)
    for at, (_, start, end) in enumerate(pieces):
        begun = False
        for place in origin[start:end]:
            if place >= 0:
                out[place] = rest[at] if begun else first[at]
                begun = True
    return out


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
        heads, tags, pieces, scores = (json.loads(meta[name]) for name in ("heads", "tags", "pieces", "scores"))
    except (OSError, ValueError, KeyError, *broken) as error:
        raise ModelUnavailable(f"全文模型 {path.name} 无法读取，请重新安装", code="model.intake") from error
    if heads != {name: list(classes) for name, classes in HEADS.items()} or tags != list(TAGS):
        raise ModelUnavailable("全文模型与程序版本不一致，请重新训练或重新安装", code="model.intake")
    return Model(Pieces(pieces, scores), session)


def _adds_widely() -> bool:
    """Tell whether the processor adds products of eight bits in 32 (VNNI); older ones of x86 may overflow in 16."""
    try:
        return "vnni" in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
