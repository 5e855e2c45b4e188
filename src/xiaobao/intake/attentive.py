"""Read a complaint as a whole with a small transformer: its classes, wishes, flags and urgency.

Twelve layers of self-attention (Vaswani et al. 2017, 384 wide, in the order of BERT) over the pieces of what both
sides say. The weights began as those of multilingual-e5-small (Wang et al. 2024, MIT licence), cut down to the pieces
of Chinese text, and were taught the project's own narratives (`train_attentive`). It runs on numpy alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.pieces import END, START, Pieces
from xiaobao.intake.ticket import BUSINESS_TYPES, CAUSES, DEMANDS, RISK_FLAGS, URGENCIES

PACKAGED = Path(__file__).with_name("attentive.npz")
HEADS: Mapping[str, tuple[str, ...]] = {
    "cause": CAUSES,
    "business_type": BUSINESS_TYPES,
    "demand": DEMANDS,
    "risk_flags": RISK_FLAGS,
    "urgency": URGENCIES,
}
MOST = 144
"""Pieces of a text that are read, its beginning and end among them: about 200 characters (more tells no better)."""
FIRST = 2 / 3
"""Share of them that is taken from the front of a longer text; the rest comes from its end."""
_SIDES = {True: "客服:", False: "客户:"}
_GELU, _CUBE = np.float32(0.7978845608), np.float32(0.044715)

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Layer:
    """Weights of a layer as (columns in, columns out), and its biases and norms."""

    arrays: Mapping[str, Matrix]


@dataclass(frozen=True)
class Weights:
    """The vocabulary with a row of eight bits and a scale a piece, places, layers, attention of the end, heads."""

    pieces: Pieces
    words: NDArray[np.int8]
    scales: Matrix
    places: Matrix
    norm: tuple[Matrix, Matrix]
    layers: tuple[Layer, ...]
    sides: int
    arrays: Mapping[str, Matrix]


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


def read(story: Narrative, model: Weights | None = None) -> dict[str, Matrix]:
    """Return the log-odds of every class of each of HEADS."""
    return logits(told(story), model or packaged())


def logits(text: str, model: Weights) -> dict[str, Matrix]:
    """Return the log-odds of a text's classes: softmax for one of many, sigmoid for demands and flags."""
    rows = numbers(text, model.pieces)
    state: Matrix = model.words[rows].astype(np.float32) * model.scales[rows, None] + model.places[: len(rows)]
    state = _normed(state, *model.norm)
    for layer in model.layers:
        state = _layer(state, layer.arrays, model.sides)
    weight = state @ model.arrays["attention"] + model.arrays["attention_bias"]
    weight = np.exp(weight - weight.max())
    summed = np.concatenate([state.mean(axis=0), (weight / weight.sum()) @ state])
    return {name: summed @ model.arrays[name] + model.arrays[f"{name}_bias"] for name in HEADS}


def _layer(state: Matrix, of: Mapping[str, Matrix], sides: int) -> Matrix:
    length, width = state.shape
    query, key, value = (
        (state @ of["asked"] + of["asked_bias"]).reshape(length, 3, sides, width // sides).transpose(1, 2, 0, 3)
    )
    heed = query @ key.transpose(0, 2, 1)
    heed *= np.float32((width // sides) ** -0.5)
    heed -= heed.max(axis=2, keepdims=True)
    np.exp(heed, out=heed)
    heed /= heed.sum(axis=2, keepdims=True)
    seen = (heed @ value).transpose(1, 0, 2).reshape(length, width)
    state = _normed(state + seen @ of["seen"] + of["seen_bias"], of["norm"], of["norm_bias"])
    inner: Matrix = state @ of["inner"] + of["inner_bias"]
    # The smooth ramp of Hendrycks and Gimpel (2016) by its tanh approximation, in place.
    curve: Matrix = inner * inner
    curve *= _CUBE
    curve += 1
    curve *= inner
    curve *= _GELU
    np.tanh(curve, out=curve)
    curve += 1
    inner *= curve
    inner *= np.float32(0.5)
    return _normed(state + inner @ of["outer"] + of["outer_bias"], of["last"], of["last_bias"])


def _normed(state: Matrix, scale: Matrix, bias: Matrix) -> Matrix:
    """Return rows of mean 0 and variance 1, scaled and shifted; the state given is used up."""
    state -= state.mean(axis=1, keepdims=True)
    state *= (1 / np.sqrt(np.einsum("ij,ij->i", state, state) / state.shape[1] + 1e-12))[:, None]
    state *= scale
    state += bias
    return state


@cache
def packaged() -> Weights:
    """Return the model of the package; raise ModelUnavailable where its file is missing or damaged."""
    return load(PACKAGED)


def load(path: Path) -> Weights:
    """Read a model file; raise ModelUnavailable where it is missing, damaged or of other classes."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
            meta: dict[str, Any] = json.loads(bytes(file["meta"]).decode("utf-8"))
            arrays = {name: file[name] for name in file.files if name != "meta"}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelUnavailable(f"全文模型 {path.name} 无法读取，请重新安装", code="model.intake") from error
    if meta["heads"] != {name: list(classes) for name, classes in HEADS.items()}:
        raise ModelUnavailable("全文模型与程序版本不一致，请重新训练或重新安装", code="model.intake")
    known = bytes(arrays["pieces"]).decode("utf-8").split("\n")
    layers = tuple(
        Layer({name.split(".", 1)[1]: _float(arrays, name) for name in arrays if _is_of(name, number)})
        for number in range(meta["layers"])
    )
    plain = ("attention", *HEADS)
    return Weights(
        Pieces(known, arrays["scores"].astype(np.float64).tolist()),
        arrays["words"],
        arrays["words_scale"].astype(np.float32),
        arrays["places"].astype(np.float32),
        (arrays["norm"].astype(np.float32), arrays["norm_bias"].astype(np.float32)),
        layers,
        meta["sides"],
        {key: _float(arrays, key) for name in plain for key in (name, f"{name}_bias")},
    )


def _is_of(name: str, number: int) -> bool:
    return name.startswith(f"{number}.") and not name.endswith("_scale")


def _float(arrays: Mapping[str, NDArray[Any]], name: str) -> Matrix:
    """Return an array as it was before it was written with eight bits and a scale a column."""
    found = arrays[name].astype(np.float32)
    return found * arrays[f"{name}_scale"].astype(np.float32) if f"{name}_scale" in arrays else found
