"""Weigh candidates in their context with a small linear model; propose nothing that no rule proposes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.judge.features import BUCKETS, SIGNALS, describe
from xiaobao.judge.passages import MARKS, grown
from xiaobao.judge.windows import SHARPNESS, Reading, window_of, worded
from xiaobao.rulebook.model import CATEGORIES, ROLES, SCENARIOS, STANCES
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.context import Context, Span
from xiaobao.screening.decide import LEARNED
from xiaobao.screening.engine import Scanned
from xiaobao.text.similarity import similarity

if TYPE_CHECKING:
    from xiaobao.llm import LanguageModel

PACKAGED = Path(__file__).parent / "judge.npz"
BRIEF = 14
"""Characters of a text too short to have a context: what its words say plainly is what it says."""
AGREED = 3
"""Worded rules that say together, with no stance against any, what no neighbouring words take back: of 101 such
training texts 94 offend.
"""
PLAIN_AT_LEAST = 0.55
"""Least probability of what such texts say plainly, where nothing speaks against."""
FAMILIAR = 5
"""Words of the rulebook a text must hold to be read at all: with fewer it is about something else."""
OMISSION = (0.8, 0.15)
"""Probability of an omission from a text of several windows, and of one that is excused: what rules alone know."""
KINDS = (*STANCES, "excused", "lawful_product")
"""What may speak against a candidate."""
FEATURES = 14 + len(KINDS)
"""How many numbers the last step weighs of a candidate."""
_HEAD = {category: index for index, category in enumerate(CATEGORIES)}
CASES = (*(f"scenario:{s}" for s in SCENARIOS), *(f"role:{r}" for r in ROLES))

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """The numbers of a trained judge; heads are one row a category."""

    idf: Floats
    text: Floats
    signals: Floats
    bias: float
    heads: NDArray[np.int8]
    head_scale: Floats
    head_cases: Floats
    head_bias: Floats
    slot: NDArray[np.int32]
    marks: NDArray[np.float64]
    calibration: Floats
    violation_from: float
    review_from: float
    trained: str


def read_weights(path: Path) -> Weights:
    """Read a model file; raise ModelUnavailable when it is missing or made for other features."""
    if not path.is_file():
        raise ModelUnavailable(f"没有语境判断模型 {path.name}；可用 make train 训练")
    with np.load(path, allow_pickle=False) as data:
        meta = json.loads(bytes(data["meta"]).decode("utf-8"))
        if meta["buckets"] != BUCKETS or meta["signals"] != list(SIGNALS) or meta["categories"] != list(CATEGORIES):
            raise ModelUnavailable("语境判断模型与当前规则引擎的特征不一致；请用 make train 重新训练")
        if len(data["calibration"]) != FEATURES or "marks" not in data or len(data["marks"]) != MARKS:
            raise ModelUnavailable("语境判断模型的末步与当前规则引擎不一致；请用 make train 重新训练")
        used = data["used"]
        slot = np.full(BUCKETS, -1, dtype=np.int32)
        slot[used] = np.arange(len(used), dtype=np.int32)
        return Weights(
            idf=data["idf"].astype(np.float32),
            text=data["text"].astype(np.float32),
            signals=data["signals"].astype(np.float32),
            bias=float(meta["bias"]),
            heads=data["heads"],
            head_scale=data["head_scale"].astype(np.float32),
            head_cases=data["head_cases"].astype(np.float32),
            head_bias=data["head_bias"].astype(np.float32),
            slot=slot,
            marks=data["marks"].astype(np.float64),
            calibration=data["calibration"].astype(np.float32),
            violation_from=float(meta["violation_from"]),
            review_from=float(meta["review_from"]),
            trained=str(meta["trained"]),
        )


def case_vector(scenario: str, role: str) -> Floats:
    """Return the one-hot vector of scenario and role the category heads see."""
    out = np.zeros(len(CASES), dtype=np.float32)
    for name in (f"scenario:{scenario}", f"role:{role or 'none'}"):
        if name in CASES:
            out[CASES.index(name)] = 1.0
    return out


def sigmoid(value: Any) -> Any:
    """Return the logistic function, safe for large values."""
    return 1.0 / (1.0 + np.exp(-np.clip(value, -30, 30)))


def log_shares(heads: Floats) -> Floats:
    """Return the logarithms of the shares the categories have of a violation."""
    top = heads - heads.max()
    return np.asarray(top - np.log(np.exp(top).sum()), dtype=np.float32)


@dataclass(frozen=True)
class Together:
    """What the worded rules of a text say together: how many say something that no stance clears, whether any met.

    plainly counts the rules that matched words, where no stance speaks against any of them, else 0.
    """

    said: int
    met: bool
    plainly: int

    @classmethod
    def of(cls, scanned: Scanned) -> Together:
        """Count the worded candidates of a text."""
        worded = [c for c in scanned.candidates if not _learned(c)]
        doubted = any(c.cleared or c.stances for c in worded)
        plainly = 0 if doubted else len({c.rule.id for c in worded if not c.omitted})
        return cls(sum(not c.cleared for c in worded), bool(worded), plainly)


def calibration_features(
    candidate: Candidate, together: Together, logit: float, heads: Floats, known: float, shares: Floats | None = None
) -> list[float]:
    """Return what the last step weighs of a candidate: how the text reads, how the rules met it, what speaks against.

    The rules of a text count together: a learned reading is worth more where words say the same, and less in a text of
    which training knew little. `shares` are the log shares of the categories, where they are known already.
    """
    own = [_HEAD[c] for c in (candidate.rule.category, *candidate.rule.also)]
    shares = log_shares(heads) if shares is None else shares
    category = max(float(shares[i]) for i in own)
    said = together.said
    kinds = {s.kind for s in candidate.stances}
    cleared = float(candidate.cleared)
    return [
        logit,
        min(max(category, -8.0), 0.0),
        cleared,
        float(candidate.omitted),
        float(_learned(candidate)),
        logit * cleared,
        float(said > 0),
        min(said, 4) / 4,
        float(said == 0 and together.met),
        logit * float(said > 0),
        min(max(max(float(heads[i]) for i in own) / SHARPNESS, -2.0), 2.0),
        min(max(float(np.max(heads)) / SHARPNESS, -2.0), 2.0),
        float(known),
        *(float(kind in kinds) for kind in KINDS),
        1.0,
    ]


def _learned(candidate: Candidate) -> bool:
    return candidate.rule.id.startswith(LEARNED)


class TextJudge:
    """A trained judge: weighs candidates, and tells which intents a passage carries."""

    def __init__(self, weights: Weights, language_model: LanguageModel | None = None) -> None:
        self.weights = weights
        self.language_model = language_model
        self.violation_from = weights.violation_from
        self.review_from = weights.review_from

    def reading(self, context: Context) -> Reading:
        """Return how this judge reads a text, worked out once a context."""
        known: Reading | None = context.readings.get(self)
        if known is None:
            w = self.weights
            lean = float(describe(context) @ w.signals) + w.bias
            bias = w.head_cases @ case_vector(context.kind, context.role) + w.head_bias
            known = context.readings[self] = Reading(w, context, lean, bias)
            known.need(worded(context, known.windows))
        return known

    def weigh(self, scanned: Scanned) -> list[float]:
        """Return for each candidate the probability (0..1) that it is a violation."""
        reading, together = self.reading(scanned.context), Together.of(scanned)
        reading.need(window_of(reading.windows, c) for c in scanned.candidates if not c.omitted)
        shares: dict[int, Floats] = {}
        out, told, rows = [], [], []
        for place, candidate in enumerate(scanned.candidates):
            out.append(OMISSION[candidate.cleared])
            if candidate.omitted and len(reading.windows) > 1:
                continue
            index = window_of(reading.windows, candidate)
            heads = reading.heads[index]
            if index not in shares:
                shares[index] = log_shares(heads)
            read = reading.logits[index], heads, reading.known[index], shares[index]
            rows.append(calibration_features(candidate, together, *read))
            told.append(place)
        if not rows:
            return out
        weighed = np.array(rows, np.float32) @ self.weights.calibration + np.float32(scanned.context.prior)
        for place, probability in zip(told, sigmoid(weighed).tolist(), strict=True):
            candidate = scanned.candidates[place]
            plain = not (candidate.cleared or candidate.omitted or _learned(candidate))
            sure = plain and (len(scanned.context.text) <= BRIEF or together.plainly >= AGREED)
            out[place] = max(probability, PLAIN_AT_LEAST) if sure else probability
        return out

    def category_scores(self, context: Context) -> dict[str, float]:
        """Return for each category its best log share of a violation over the windows of a text."""
        reading = self.reading(context)
        if not reading.read.any():
            reading.need([0])
        heads = reading.heads[reading.read]
        top = heads - heads.max(axis=1, keepdims=True)
        best = np.max(top - np.log(np.exp(top).sum(axis=1, keepdims=True)), axis=0)
        return {c: float(p) for c, p in zip(CATEGORIES, best, strict=True)}

    def intents(self, context: Context, label: str) -> Iterator[tuple[int, int, float]]:
        """Yield for each window the clause that carries a category most, with the window's probability."""
        if label not in CATEGORIES or (len(context.found) < FAMILIAR and not context.before):
            return
        head, reading = CATEGORIES.index(label), self.reading(context)
        for index in reading.carriers.get(head, ()):
            low, high = self._strongest(context, *reading.windows[index], head)
            yield low, high, float(reading.intents[index, head])

    def clauses(self, context: Context, start: int, end: int, head: int) -> tuple[list[Span], NDArray[np.float64]]:
        """Return the clauses of a stretch and, a row each, what tells whether they belong to an offence."""
        cut, w = self.reading(context).clauses(start, end), self.weights
        if cut.stretch is None:
            return [], np.zeros((0, MARKS))
        return cut.spans, cut.stretch.features(cut.said(w.heads[head, cut.slots] * w.head_scale[head]))

    def _belongs(self, context: Context, start: int, end: int, head: int) -> tuple[list[Span], list[float]]:
        """Return the clauses of a stretch and their logits of belonging to an offence, worked out once."""
        known, key = self.reading(context).belongs, (start, end, head)
        if key not in known:
            spans, features = self.clauses(context, start, end, head)
            known[key] = spans, (features @ self.weights.marks).tolist()
        return known[key]

    def _strongest(self, context: Context, start: int, end: int, head: int) -> Span:
        """Return the clause of a window that speaks most for a category, grown over what belongs to it."""
        spans, belongs = self._belongs(context, start, end, head)
        if not spans:
            return start, end
        best = belongs.index(max(belongs))
        return grown(spans, belongs, best, best)

    def extent(self, context: Context, candidate: Candidate) -> Span:
        """Return how far the passage of a candidate reaches: its clause and neighbours that carry the same offence."""
        if candidate.omitted:
            return candidate.start, candidate.end
        windows = self.reading(context).windows
        head = CATEGORIES.index(candidate.rule.category)
        spans, belongs = self._belongs(context, *windows[window_of(windows, candidate)], head)
        inside = [i for i, (low, high) in enumerate(spans) if low < candidate.end and candidate.start < high]
        if not inside:
            return candidate.start, candidate.end
        low, high = grown(spans, belongs, inside[0], inside[-1])
        return min(low, candidate.start), max(high, candidate.end)

    def similar(self, context: Context, samples: Sequence[str]) -> list[tuple[int, int, str, float]]:
        """Return each sentence with its closest sample and their similarity."""
        out = []
        for start, end in context.sentences:
            scored = [(similarity(context.text[start:end], sample), sample) for sample in samples]
            score, sample = max(scored)
            out.append((start, end, sample, score))
        return out

    def quoted(self, context: Context, criterion: str) -> list[Span]:
        """Return the words a configured language model quotes for a criterion; nothing without one."""
        if self.language_model is None:
            return []
        answer = self.language_model.ask(context.normalised.source, criterion)
        if answer is None or answer.decision != "violation":
            return []
        return [context.within(answer.start, answer.end)]


@cache
def default_judge() -> TextJudge:
    """Return the judge that ships with the engine; raise ModelUnavailable when there is none."""
    return TextJudge(read_weights(PACKAGED))
