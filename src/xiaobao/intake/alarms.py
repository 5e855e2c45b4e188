"""Weigh whether a case cannot wait: a small linear model over stretches of the customer's words, beside the rules.

Each kind of danger (a life, a theft under way, treatment held up) has a row of weights over characters and meaning of a
stretch; the likeliest stretch speaks for the case and is its evidence. One more row weighs the three together with what
takes danger back (long past, recovered) and with how the other side of a conversation reacts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from xiaobao.embedding import default
from xiaobao.errors import ModelUnavailable
from xiaobao.intake.classes import MEANING, ngrams
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.wishes import Matrix, weighed

PACKAGED = Path(__file__).with_name("alarms.npz")
KINDS = ("life", "theft", "treatment")
LENGTH, STEP = 60, 25
"""Characters of a stretch at least, and from the start of one to the next."""
MOST = 8
"""Stretches whose meaning is taken: of a longer text the most alarming ones by their characters."""
MEANING_SCALE = 1.0
"""Weight of the vector of meaning beside n-grams of unit length (chosen by cross-validation)."""
_OVER = re.compile(
    r"(?:现在|已经|目前)(?:都|也|是)?(?:好多了|没事|想通|好了|想开|稳定)|不会了|想通了|走回来|气话|说说而已|不会做傻事|没想死"
    r"|去年|前年|年前|上个?月|上周|半年前|以前|之前(?!把|不|没)|当时|已经?出院|过去了|后来"
)
_CALMS = re.compile(
    r"做傻事|千万别|先(?:离开|退后|下来|冷静|走回|下楼|出门)|在(?:哪里|哪儿|哪座|什么位置)|别冲动|别激动|放下|煤气|开窗|120|劝|别挂"
)
_HALTS = re.compile(r"止付|断网|断开|挂断|关机|改密码|修改密码|冻结|锁定|拦截|110|报警")

Place = tuple[int, int]


@dataclass(frozen=True)
class Weights:
    """The n-grams in use with their inverse document frequency; rows a kind for stretches, one row for the whole.

    full has a column an n-gram, then a dimension of meaning; plain has the n-grams only, for where no sentence encoder
    is installed. whole weighs `evidence` with and without meaning; from the log-odds of thresholds on a case counts.
    """

    slot: NDArray[np.int64]
    idf: Matrix
    full: Matrix
    full_bias: Matrix
    plain: Matrix
    plain_bias: Matrix
    whole: Matrix
    whole_bias: Matrix
    thresholds: Matrix


@dataclass(frozen=True)
class Alarm:
    """What speaks loudest: the kind of danger, its stretch, and its log-odds above the threshold."""

    kind: str
    place: Place
    margin: float

    @property
    def is_raised(self) -> bool:
        """Tell whether the case cannot wait."""
        return self.margin >= 0


def stretches(story: Narrative) -> list[tuple[int, int, str]]:
    """Return overlapping stretches of clauses of the customer's side: start, end and words."""
    own, out, last = story.own, [], -STEP
    clauses = [(c.start, c.end) for c in story.clauses if c.role != "agent"]
    for first, (start, end) in enumerate(clauses):
        if start - last < STEP:
            continue
        words: list[str] = []
        for begin, end in clauses[first:]:
            words.append(own[begin:end].strip())
            if sum(map(len, words)) + len(words) > LENGTH:
                break
        out.append((start, end, ",".join(words)))
        last = start
        if end == clauses[-1][1]:
            break
    return out


def evidence(story: Narrative, logits: Matrix) -> Matrix:
    """Return what the last row weighs, given the likeliest stretch's log-odds a kind."""
    own = story.own
    agent = "".join(a for a, b in zip(story.plain, own, strict=True) if b == " " != a)
    scaled = np.clip(logits / 3, -2, 2)
    said = [bool(p.search(t)) for p, t in ((_OVER, own), (_CALMS, agent), (_HALTS, agent))]
    return np.concatenate([scaled, [scaled.max()], np.array(said)]).astype(np.float32)


def meanings(texts: Sequence[str]) -> Matrix | None:
    """Return a row of meaning of unit length a stretch, None where no sentence encoder is installed."""
    embedder = default()
    if embedder.id.startswith("lexical") or embedder.dim != MEANING:
        return None
    return np.asarray(embedder.embed(list(texts)), dtype=np.float32)


def read(story: Narrative, model: Weights | None = None) -> Alarm | None:
    """Return the loudest alarm of a narrative; None where the customer's side says nothing."""
    used = model or packaged()
    pieces = stretches(story)
    if not pieces:
        return None
    grams = [ngrams(words) for _, _, words in pieces]
    logits = weighed(grams, used.slot, used.idf, used.plain) + used.plain_bias
    if len(pieces) > MOST:
        kept = np.sort(np.argsort(-logits.max(axis=1), kind="stable")[:MOST])
        pieces, grams, logits = [pieces[i] for i in kept], [grams[i] for i in kept], logits[kept]
    meaning = meanings([words for _, _, words in pieces])
    row = 0 if meaning is not None else 1
    if meaning is not None:
        cut = len(used.slot)
        logits = weighed(grams, used.slot, used.idf, used.full[:, :cut])
        logits += (meaning * MEANING_SCALE) @ used.full[:, cut:].T + used.full_bias
    best = logits.max(axis=0)
    whole = float(used.whole[row] @ evidence(story, best) + used.whole_bias[row])
    kind = int(best.argmax())
    start, end, _ = pieces[int(logits[:, kind].argmax())]
    return Alarm(KINDS[kind], (start, end), whole - float(used.thresholds[row]))


@cache
def packaged() -> Weights:
    """Return the model of the package; raise ModelUnavailable where its file is missing or damaged."""
    return load(PACKAGED)


def load(path: Path) -> Weights:
    """Read a model file; raise ModelUnavailable where it is missing, damaged or of other kinds."""
    try:
        with np.load(path, allow_pickle=False) as file:
            kinds = json.loads(bytes(file["meta"]).decode("utf-8"))["kinds"]
            arrays = {name: file[name] for name in file.files if name != "meta"}
    except (OSError, ValueError, KeyError) as error:
        raise ModelUnavailable(
            f"特急件模型 {path.name} 无法读取，请重新安装或运行 make train", code="model.intake"
        ) from error
    if tuple(kinds) != KINDS:
        raise ModelUnavailable("特急件模型与程序版本不一致，请运行 make train", code="model.intake")
    rows = {name: arrays[name].astype(np.float32) * arrays[f"{name}_scale"][:, None] for name in ("full", "plain")}
    rest = {name: arrays[name].astype(np.float32) for name in ("full_bias", "plain_bias", "whole", "whole_bias")}
    thresholds = arrays["thresholds"].astype(np.float32)
    return Weights(
        slot=arrays["slot"].astype(np.int64),
        idf=arrays["idf"].astype(np.float32),
        thresholds=thresholds,
        **rows,
        **rest,
    )


def save(model: Weights, path: Path) -> None:
    """Write a model file: weights of stretches as whole numbers of eight bits with a scale a kind."""
    arrays: dict[str, NDArray[np.generic]] = {
        "slot": model.slot.astype(np.int32),
        "idf": model.idf.astype(np.float16),
        "thresholds": model.thresholds,
        "meta": np.frombuffer(json.dumps({"kinds": KINDS}).encode("utf-8"), dtype=np.uint8),
    }
    for name in ("full", "plain"):
        matrix = getattr(model, name)
        scale = np.maximum(np.abs(matrix).max(axis=1), 1e-6) / 127
        arrays[name] = np.round(matrix / scale[:, None]).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
    for name in ("full_bias", "plain_bias", "whole", "whole_bias"):
        arrays[name] = getattr(model, name)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
