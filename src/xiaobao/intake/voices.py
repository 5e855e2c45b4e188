"""Hear which clauses of a complaint voice which wish: a linear model and small nets weigh each clause beside the next.

Fitted on clauses that readers marked (evaluation/intake/voiced.jsonl). Needs the sentence encoder: where none is
installed, wishes are weighed by the text as a whole alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.embedding import default
from xiaobao.errors import ModelUnavailable
from xiaobao.intake import asks
from xiaobao.intake.classes import MEANING, Vector, ngrams
from xiaobao.intake.narrative import Clause, Narrative
from xiaobao.intake.ticket import DEMANDS
from xiaobao.intake.wishes import Matrix, weighed

PACKAGED = Path(__file__).with_name("voices.npz")
MOST = 40
"""Clauses that are heard: the last ones, where wishes stand."""
LEAST = -6.0
"""Log-odds of every wish where nothing is heard."""
LATE = 0.6
"""Share of the clauses after which the end of a complaint begins."""

_WEIGHTS = ("linear", "hidden")


@dataclass(frozen=True)
class Voices:
    """The n-grams in use with their inverse document frequency, a linear model and the nets, joined to one.

    linear has a row a demand and a column a used n-gram, then one a column of `circumstances`; hidden has a row a unit
    and columns for the two meanings of a clause, then `circumstances`; out has a row a demand, a column a unit. The
    unit outputs of each net are averaged as log-odds.
    """

    slot: NDArray[np.int64]
    idf: Matrix
    linear: Matrix
    linear_bias: Matrix
    hidden: Matrix
    hidden_bias: Matrix
    out: Matrix
    out_bias: Matrix


def clauses(story: Narrative) -> list[Clause]:
    """Return the clauses of the customer's side that are heard."""
    return [clause for clause in story.clauses if clause.role != "agent"][-MOST:]


def words(story: Narrative, heard: Sequence[Clause]) -> list[str]:
    """Return what each clause says."""
    return [story.plain[clause.start : clause.end].strip() for clause in heard]


def meanings(said: Sequence[str]) -> Matrix | None:
    """Return the meaning of each clause, then of each with its neighbours; None where no encoder is installed."""
    if not said:
        return None
    embedder = default()
    if embedder.id == "lexical" or embedder.dim != MEANING:
        return None
    around = ["，".join(said[max(0, at - 1) : at + 2]) for at in range(len(said))]
    rows = embedder.embed([*said, *around])
    return np.concatenate([rows[: len(said)], rows[len(said) :]], axis=1)


def circumstances(story: Narrative, heard: Sequence[Clause], leaning: Matrix) -> Matrix:
    """Return for each clause the families it meets, what kind of clause it and its neighbours are, its place, leaning.

    leaning is that of `wishes.leaning`: how likely each cause and business type of the complaint is.
    """
    count = len(heard)
    met = asks.met_in(story.own, [clause.start for clause in heard])
    kinds = np.array([_kind(story, clause) for clause in heard], dtype=np.float32)
    before, after = (np.zeros_like(kinds) for _ in range(2))
    before[1:], after[:-1] = kinds[:-1], kinds[1:]
    met_before = np.zeros_like(met)
    met_before[1:] = met[:-1]
    at, left = np.arange(count) / max(1, count - 1), np.arange(count)[::-1]
    length, spoken = np.full(count, min(count, 40) / 40), np.full(count, story.is_dialogue)
    place = np.stack([at, at > 0.55, at > 0.8, left == 0, left == 1, left < 4, length, spoken], axis=1)
    leans = np.repeat(leaning[None, :], count, axis=0)
    parts = [met, met_before * 0.3, kinds, before * 0.5, after * 0.5, place, leans]
    return np.concatenate(parts, axis=1).astype(np.float32)


def _kind(story: Narrative, clause: Clause) -> list[bool]:
    text, after = story.own[clause.start : clause.end].strip(), story.own[clause.end : clause.end + 1]
    return [*asks.kind(text), after == "?", asks.asks_back(text)]


def hear(
    story: Narrative, leaning: Matrix, model: Voices | None = None, *, meant: Matrix | None = None
) -> tuple[list[Clause], Matrix] | None:
    """Return the clauses heard and the log-odds of each wish in each; None where no encoder is installed.

    meant are the rows of `meanings` of `words(story, clauses(story))` where they are known already.
    """
    heard = clauses(story)
    said = words(story, heard)
    if not said:
        return [], np.full((1, len(DEMANDS)), LEAST, dtype=np.float32)
    meant = meanings(said) if meant is None else meant
    if meant is None:
        return None
    around = circumstances(story, heard, leaning)
    return heard, weigh([ngrams(one) for one in said], meant, around, model or packaged())


def weigh(said: Sequence[Vector], meant: Matrix, around: Matrix, model: Voices) -> Matrix:
    """Return the log-odds of each wish (columns) in each clause (rows): half of the linear model, half of the nets."""
    cut = len(model.slot)
    linear = weighed(said, model.slot, model.idf, model.linear[:, :cut])
    linear += around @ model.linear[:, cut:].T + model.linear_bias
    units = np.maximum(np.concatenate([meant, around], axis=1) @ model.hidden.T + model.hidden_bias, 0)
    return np.asarray((linear + units @ model.out.T + model.out_bias) / 2, dtype=np.float32)


def gathered(logits: Matrix) -> Matrix:
    """Return what the clauses say together: for each wish the loudest, the second, the loudest late one, their sum."""
    ordered = np.sort(logits, axis=0)[::-1]
    second = ordered[1] if len(ordered) > 1 else np.full(len(DEMANDS), LEAST)
    late = logits[int(len(logits) * LATE) :].max(axis=0)
    total = np.log1p(np.exp(logits).sum(axis=0))
    return np.concatenate([ordered[0] / 3, second / 3, total, late / 3, [ordered[0].max() / 3]]).astype(np.float32)


@cache
def packaged() -> Voices:
    """Return the model of the package; raise ModelUnavailable where its file is missing or damaged."""
    return load(PACKAGED)


def load(path: Path) -> Voices:
    """Read a model file; raise ModelUnavailable where it is missing, damaged or of other families."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Any] = {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"诉求语句模型 {path.name} 无法读取，请重新安装或运行 make train", code="model.intake"
        ) from error
    if int(arrays.pop("families")) != len(asks.families()):
        raise ModelUnavailable("诉求语句模型与措辞表不一致，请运行 make train", code="model.intake")
    for name in _WEIGHTS:
        arrays[name] = arrays[name].astype(np.float32) * arrays.pop(f"{name}_scale")[:, None]
    slot = arrays.pop("slot").astype(np.int64)
    return Voices(slot=slot, **{name: array.astype(np.float32) for name, array in arrays.items()})


def save(model: Voices, path: Path) -> None:
    """Write a model file: the large matrices as whole numbers of eight bits with a scale a row."""
    arrays: dict[str, Any] = {"slot": model.slot.astype(np.int32), "families": np.array(len(asks.families()))}
    for name in _WEIGHTS:
        matrix = getattr(model, name)
        scale = np.maximum(np.abs(matrix).max(axis=1), 1e-6) / 127
        arrays[name] = np.round(matrix / scale[:, None]).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
    for name in ("idf", "linear_bias", "hidden_bias", "out", "out_bias"):
        arrays[name] = getattr(model, name).astype(np.float16 if name in ("idf", "out") else np.float32)
    np.savez_compressed(path, **arrays)


def loudest(heard: Sequence[Clause], logits: Matrix, demand: str, most: int = 2) -> list[tuple[int, int]]:
    """Return the places of the clauses that voice a demand more likely than not, loudest first."""
    column = logits[: len(heard), DEMANDS.index(demand)]
    order = np.argsort(-column, kind="stable")[:most]
    return [(heard[at].start, heard[at].end) for at in order if column[at] > 0]
