"""Weigh a text for business type, cause and demand with small linear models over cues and n-grams of characters."""

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
from xiaobao.intake import cues
from xiaobao.intake.cues import Cue
from xiaobao.judge.features import counts, ngram_hashes
from xiaobao.text.normalise import normalise

PACKAGED = Path(__file__).with_name("classes.npz")
KINDS = ("business_type", "cause", "demand")
CUE_SCALE = 0.6
"""Weight of a cue that is met beside n-grams of unit length (chosen by cross-validation)."""
_DIGITS = str.maketrans("123456789", "000000000")

Vector = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Distinct buckets and their sublinear counts."""


@dataclass(frozen=True)
class Weights:
    """The n-grams in use with their inverse document frequency, and for each kind labels, weights and biases.

    matrices[kind] has a row a label and a column a used n-gram, then a cue.
    """

    slot: NDArray[np.int64]
    idf: NDArray[np.float32]
    labels: Mapping[str, tuple[str, ...]]
    matrices: Mapping[str, NDArray[np.float32]]
    biases: Mapping[str, NDArray[np.float32]]
    demand_from: float


@dataclass(frozen=True)
class Scores:
    """Probabilities by class for each kind, and the places of the cues that speak for each class."""

    by_kind: Mapping[str, Mapping[str, float]]
    evidence: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]
    demand_from: float

    def ranked(self, kind: str) -> list[tuple[str, float]]:
        """Return the classes of a kind with their probabilities, likeliest first."""
        return sorted(self.by_kind[kind].items(), key=lambda pair: (-pair[1], pair[0]))


def ngrams(plain: str) -> Vector:
    """Return the n-grams of a text in which all digits are alike, so that no number is learnt."""
    return counts(ngram_hashes(normalise(plain).text.translate(_DIGITS)))  # type: ignore[return-value]


def vector(plain: str, slot: NDArray[np.int64], idf: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the features of a text: used n-grams of unit length, then the cues that are met."""
    buckets, amounts = ngrams(plain)
    at = np.searchsorted(slot, buckets)
    known = (at < len(slot)) & (slot[np.minimum(at, len(slot) - 1)] == buckets)
    out = np.zeros(len(slot) + len(cues.cues()), dtype=np.float32)
    out[at[known]] = amounts[known] * idf[at[known]]
    out[: len(slot)] /= max(float(np.linalg.norm(out[: len(slot)])), 1e-9)
    for number, _, _ in cues.met(plain):
        out[len(slot) + number] = CUE_SCALE
    return out


def scores(plain: str, weights: Weights | None = None) -> Scores:
    """Return what the packaged model, or the one given, says of a plain text."""
    used = weights or packaged()
    features = vector(plain, used.slot, used.idf)
    by_kind: dict[str, dict[str, float]] = {}
    for kind in KINDS:
        logits = used.matrices[kind] @ features + used.biases[kind]
        if kind == "demand":
            values = 1 / (1 + np.exp(-logits))
        else:
            values = np.exp(logits - logits.max())
            values /= values.sum()
        by_kind[kind] = dict(zip(used.labels[kind], values.tolist(), strict=True))
    return Scores(by_kind, _evidence(plain), used.demand_from)


def _evidence(plain: str) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
    out: dict[tuple[str, str], list[tuple[int, int]]] = {}
    known: tuple[Cue, ...] = cues.cues()
    for number, start, end in cues.met(plain):
        out.setdefault((known[number].kind, known[number].label), []).append((start, end))
    return {key: tuple(places) for key, places in out.items()}


@cache
def packaged() -> Weights:
    """Return the model of the package; raise ModelUnavailable where its file is missing or of other cues."""
    return load(PACKAGED)


def load(path: Path) -> Weights:
    """Read a model file; raise ModelUnavailable where it is missing, damaged or does not fit the cues."""
    try:
        with np.load(path, allow_pickle=False) as file:
            meta: dict[str, Any] = json.loads(bytes(file["meta"]).decode("utf-8"))
            arrays = {name: file[name] for name in file.files if name != "meta"}
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"填单分类模型 {path.name} 无法读取，请重新安装或运行 make train", code="model.intake"
        ) from error
    if meta["cues"] != len(cues.cues()):
        raise ModelUnavailable("填单分类模型与线索词表不一致，请运行 make train", code="model.intake")
    matrices = {k: arrays[k].astype(np.float32) * arrays[f"{k}_scale"][:, None] for k in KINDS}
    return Weights(
        arrays["slot"].astype(np.int64),
        arrays["idf"].astype(np.float32),
        {k: tuple(meta["labels"][k]) for k in KINDS},
        matrices,
        {k: arrays[f"{k}_bias"].astype(np.float32) for k in KINDS},
        float(meta["demand_from"]),
    )
