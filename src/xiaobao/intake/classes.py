"""Weigh a text for business type and cause: small linear models over characters, words, cues, respondent, meaning."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.embedding import default
from xiaobao.errors import ModelUnavailable
from xiaobao.intake import attentive, cues
from xiaobao.intake.cues import Cue
from xiaobao.judge.features import BITS, counts, ngram_hashes, word_hashes
from xiaobao.text.normalise import normalise

PACKAGED = Path(__file__).with_name("classes.npz")
MEANING = 512
"""Dimensions of the sentence encoder the packaged model was trained with."""
KINDS = ("business_type", "cause")
CUE_SCALE = 0.6
"""Weight of a cue that is met beside n-grams of unit length (chosen by cross-validation)."""
_DIGITS = str.maketrans("123456789", "000000000")

MEANING_SCALE = 2.0
"""Weight of the vector of meaning beside n-grams of unit length (chosen by cross-validation)."""
TOGETHER = 0.6
"""How far business type and cause must fit together: exponent of their association (chosen by cross-validation)."""
RESPONDENT_SCALE = 0.5
"""Weight of the kind of the institution complained of (chosen on held-out narratives)."""
BESIDE = 0.8
"""How much the reading of the whole counts beside the linear model (of 0.4 to 2.5; 0.6 to 1.3 are alike on the held-out
narratives)."""
_FLOOR = 1e-9
_RESPONDENTS = tuple(
    re.compile(pattern)
    for pattern in (
        "消费金融",
        "人寿|财险|寿险|财产|保险|健康|养老",
        "支付|付通|付$",
        "银行|农商行|信用社|农信社",
        ".",
    )
)
"""Kinds of institutions: the first that fits counts; none is a kind of its own."""
_READ = 400
"""Characters of a text whose meaning is taken: the heart of a complaint stands early."""

Vector = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Distinct buckets and their sublinear counts."""


@dataclass(frozen=True)
class Weights:
    """The n-grams and words in use with their inverse document frequency, and for each kind labels, weights and biases.

    matrices[kind] has a row a label and a column a used n-gram or word, a cue, a kind of respondent, then a dimension
    of meaning; the kind
    with “:plain” behind it has none of the last, for where no sentence encoder is installed. association[b, c] is the
    logarithm of how much likelier a business type and a cause come together than by chance.
    """

    slot: NDArray[np.int64]
    idf: NDArray[np.float32]
    labels: Mapping[str, tuple[str, ...]]
    matrices: Mapping[str, NDArray[np.float32]]
    biases: Mapping[str, NDArray[np.float32]]
    association: NDArray[np.float32]


@dataclass(frozen=True)
class Scores:
    """Probabilities by class for each kind, and the places of the cues that speak for each class."""

    by_kind: Mapping[str, Mapping[str, float]]
    evidence: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]

    def ranked(self, kind: str) -> list[tuple[str, float]]:
        """Return the classes of a kind with their probabilities, likeliest first."""
        return sorted(self.by_kind[kind].items(), key=lambda pair: (-pair[1], pair[0]))


def ngrams(plain: str) -> Vector:
    """Return the n-grams of a text in which all digits are alike, so that no number is learnt."""
    return counts(ngram_hashes(normalise(plain).text.translate(_DIGITS)))  # type: ignore[return-value]


def grams(plain: str) -> Vector:
    """Return the n-grams of a text, then its words and pairs of words; all digits are alike."""
    text = normalise(plain).text.translate(_DIGITS)
    parts = [counts(ngram_hashes(text)), counts(word_hashes(text))]
    buckets, amounts = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    return buckets.astype(np.int64), amounts


def vector(
    plain: str, respondent: str | None, slot: NDArray[np.int64], idf: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the features of a text: used n-grams and used words, each of unit length, cues, kind of respondent."""
    buckets, amounts = grams(plain)
    at = np.searchsorted(slot, buckets)
    known = (at < len(slot)) & (slot[np.minimum(at, len(slot) - 1)] == buckets)
    known_cues = len(cues.cues())
    out = np.zeros(len(slot) + known_cues + len(_RESPONDENTS) + 1, dtype=np.float32)
    out[at[known]] = amounts[known] * idf[at[known]]
    words = int(np.searchsorted(slot, 1 << BITS))
    for part in (out[:words], out[words : len(slot)]):
        part /= max(float(np.linalg.norm(part)), 1e-9)
    for number, _, _ in cues.met(plain):
        out[len(slot) + number] = CUE_SCALE
    kinds = (n for n, pattern in enumerate(_RESPONDENTS, 1) if respondent and pattern.search(respondent))
    out[len(slot) + known_cues + next(kinds, 0)] = RESPONDENT_SCALE
    return out


def meanings(plains: Sequence[str]) -> NDArray[np.float32] | None:
    """Return a row of meaning a text, None where no sentence encoder is installed."""
    embedder = default()
    if embedder.id.startswith("lexical") or embedder.dim != MEANING:
        return None
    return embedder.embed([plain[:_READ] for plain in plains]) * np.float32(MEANING_SCALE)


def scores(
    plain: str,
    hints: Mapping[tuple[str, str], float] | None = None,
    respondent: str | None = None,
    weights: Weights | None = None,
    meaning: NDArray[np.float32] | None = None,
    encode: bool = True,
) -> Scores:
    """Return what the packaged model, or the one given, says of a plain text.

    hints add to the log-odds of (kind, class); respondent is the institution complained of; meaning is the text's row
    where it is known already; without it the text is encoded, unless encode is False.
    """
    used = weights or packaged()
    features = vector(plain, respondent, used.slot, used.idf)
    if meaning is None and encode and (rows := meanings([plain])) is not None:
        meaning = rows[0]
    suffix = ":plain" if meaning is None else ""
    if meaning is not None:
        features = np.concatenate([features, meaning])
    logs = {}
    met = np.flatnonzero(features)
    for kind in KINDS:
        # Of tens of thousands of columns a text meets a few hundred.
        logits = used.matrices[kind + suffix][:, met] @ features[met] + used.biases[kind + suffix]
        logits = logits + np.array([(hints or {}).get((kind, name), 0.0) for name in used.labels[kind]])
        logs[kind] = logits - logits.max()
    together = np.exp(logs["business_type"][:, None] + logs["cause"][None, :] + TOGETHER * used.association)
    together /= together.sum()
    sums = {"business_type": together.sum(axis=1), "cause": together.sum(axis=0)}
    by_kind = {kind: dict(zip(used.labels[kind], sums[kind].tolist(), strict=True)) for kind in KINDS}
    return Scores(by_kind, _evidence(plain))


def joined(said: Scores, whole: Mapping[str, NDArray[np.float32]]) -> Scores:
    """Return the scores where what `attentive.read` says of the whole is heard as well."""
    by_kind = {}
    for kind, known in said.by_kind.items():
        logits = whole[kind].astype(np.float64)
        logits = BESIDE * (logits - logits.max() - np.log(np.exp(logits - logits.max()).sum()))
        logits += np.log(np.array([known[name] for name in attentive.HEADS[kind]]) + _FLOOR)
        odds = np.exp(logits - logits.max())
        by_kind[kind] = dict(zip(attentive.HEADS[kind], (odds / odds.sum()).tolist(), strict=True))
    return Scores(by_kind, said.evidence)


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
    columns = len(arrays["slot"]) + len(cues.cues()) + len(_RESPONDENTS) + 1
    if arrays[f"{KINDS[0]}:plain"].shape[1] != columns:
        raise ModelUnavailable("填单分类模型与程序版本不一致，请运行 make train", code="model.intake")
    parts = [k + suffix for k in KINDS for suffix in ("", ":plain")]
    matrices = {k: arrays[k].astype(np.float32) * arrays[f"{k}_scale"][:, None] for k in parts}
    return Weights(
        arrays["slot"].astype(np.int64),
        arrays["idf"].astype(np.float32),
        {k: tuple(meta["labels"][k]) for k in KINDS},
        matrices,
        {k: arrays[f"{k}_bias"].astype(np.float32) for k in parts},
        arrays["association"].astype(np.float32),
    )
