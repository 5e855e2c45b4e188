"""Weigh candidates in their context with a small linear model; propose nothing that no rule proposes."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import ModelUnavailable
from xiaobao.judge.features import BUCKETS, SAID, SIGNALS, describe
from xiaobao.judge.passages import MARKS, grown
from xiaobao.judge.windows import SHARPNESS, Reading, worded
from xiaobao.rulebook.model import CATEGORIES, ROLES, SCENARIOS, STANCES, Rule
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
GAINS = ("exaggerated_yield", "misleading_past_performance")
"""Categories that speak of gains, or of cover."""
WARNING = re.compile(
    r"(?:理财|基金|保险|信托)?(?:产品)?(?:并?非|不是)(?:银行)?存款|(?:理财|基金|保险|投资|市场|信托)?(?:产品)?(?:有|存在)风险"
    r"|(?:投资|投保|理财|入市|购买|决策|选择)?[须需](?:要)?谨慎"
)
"""The warnings that advertisements must carry."""
CLAIM = re.compile(
    r"收益|[赚涨倍%％翻赢挣富躺]|回报|盈利|利润|财富|报销|[全都]赔|赔付|保障|保证|增值|稳稳|到手|年化|利率|分红|稳健增长"
    r"|[^\s](?:最|第一|领先)|必[^备]|只升|不[亏跌降]|无忧|放心|[成个]点|[万千]元?变|养老|一辈子|买[房车]"
    r"|业绩|历史|过往|过去|[去今往]年|近[一二三半]|以来|成立|排名|冠军"
)
"""Words without which nothing is said of gains or cover: wider than what exaggerates."""
BEYOND = 0.35
"""Probability from which what is left beside warnings exaggerates all the same."""
KINDS = (*STANCES, "excused", "lawful_product")
"""What may speak against a candidate."""
FEATURES = 14 + len(KINDS)
"""How many numbers the last step weighs of a candidate."""
_KIND = {kind: FEATURES - 1 - len(KINDS) + place for place, kind in enumerate(KINDS)}
AT_ONCE = 64
"""Windows of which it is worked out together which of their clauses belong to an offence."""
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
    """Return the logarithms of the shares the categories (the last axis) have of a violation."""
    top = heads - heads.max(axis=-1, keepdims=True)
    return np.asarray(top - np.log(np.exp(top).sum(axis=-1, keepdims=True)), dtype=np.float32)


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
    candidates: Sequence[Candidate], together: Together, reading: Reading, windows: NDArray[np.int64]
) -> Floats:
    """Return what the last step weighs of candidates, a row each, given the windows of a text that they stand in.

    How the text reads, how the rules met it, what speaks against. The rules of a text count together: a learned reading
    is worth more where words say the same, and less in a text of which training knew little.
    """
    out = np.zeros((len(candidates), FEATURES), dtype=np.float32)
    rows, logits, heads = np.arange(len(candidates)), reading.logits[windows], reading.heads[windows]
    own = _own_heads(candidates)
    said = together.said
    cleared = np.array([c.cleared for c in candidates], dtype=np.float32)
    out[:, 0] = logits
    out[:, 1] = np.clip(log_shares(heads)[rows[:, None], own].max(axis=1), -8.0, 0.0)
    out[:, 2] = cleared
    out[:, 3] = [c.omitted for c in candidates]
    out[:, 4] = [_learned(c) for c in candidates]
    out[:, 5] = logits * cleared
    out[:, 6] = said > 0
    out[:, 7] = min(said, 4) / 4
    out[:, 8] = said == 0 and together.met
    out[:, 9] = logits * np.float32(said > 0)
    out[:, 10] = np.clip(heads[rows[:, None], own].max(axis=1).astype(np.float64) / SHARPNESS, -2.0, 2.0)
    out[:, 11] = np.clip(heads.max(axis=1).astype(np.float64) / SHARPNESS, -2.0, 2.0)
    out[:, 12] = reading.known[windows]
    for row, candidate in enumerate(candidates):
        for stance in candidate.stances:
            out[row, _KIND[stance.kind]] = 1.0
    out[:, -1] = 1.0
    return out


def _own_heads(candidates: Sequence[Candidate]) -> NDArray[np.int64]:
    """Return the heads of the categories of each candidate's rule; fewer than the most repeat the first."""
    own = [_heads_of(c.rule) for c in candidates]
    most = max(map(len, own))
    return np.array([(*heads, *heads[:1] * (most - len(heads))) for heads in own])


def _heads_of(rule: Rule) -> tuple[int, ...]:
    return tuple(_HEAD[c] for c in (rule.category, *rule.also))


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
        candidates, together = scanned.candidates, Together.of(scanned)
        reading = self.reading(scanned.context)
        out = [OMISSION[c.cleared] for c in candidates]
        weighed = [i for i, c in enumerate(candidates) if not c.omitted or len(reading.windows) == 1]
        if not weighed:
            return out
        own = [candidates[i] for i in weighed]
        windows = [reading.window_of(c.hit_start) for c in own]
        reading.need(windows)
        rows = calibration_features(own, together, reading, np.array(windows))
        margins = rows @ self.weights.calibration + np.float32(scanned.context.prior)
        brief = len(scanned.context.text) <= BRIEF or together.plainly >= AGREED
        for place, probability in zip(weighed, sigmoid(margins).tolist(), strict=True):
            candidate = candidates[place]
            sure = brief and not (candidate.cleared or candidate.omitted or _learned(candidate))
            out[place] = max(probability, PLAIN_AT_LEAST) if sure else probability
        return out

    def category_scores(self, context: Context) -> dict[str, float]:
        """Return for each category its best log share of a violation over the windows of a text."""
        reading = self.reading(context)
        if not reading.read.any():
            reading.need([0])
        best = np.max(log_shares(reading.heads[reading.read]), axis=0)
        return {c: float(p) for c, p in zip(CATEGORIES, best, strict=True)}

    def intents(self, context: Context, label: str) -> Iterator[tuple[int, int, float]]:
        """Yield for each window the clause that carries a category most, with the window's probability."""
        if label not in CATEGORIES or (len(context.found) < FAMILIAR and not context.before):
            return
        head, reading = _HEAD[label], self.reading(context)
        carriers = reading.carriers.get(head, ())
        for begin in range(0, len(carriers), AT_ONCE):
            some = carriers[begin : begin + AT_ONCE]
            # What carries another category up to there will be asked for, too.
            reading.lay(reading.carrying[: bisect_right(reading.carrying, some[-1])])
            reading.belong(some, head)
            for index in some:
                if self._only_warns(context, reading, index, label):
                    continue
                low, high = self._strongest(reading, index, head)
                yield low, high, float(reading.intents[index, head])

    def _only_warns(self, context: Context, reading: Reading, index: int, label: str) -> bool:
        """Tell whether a window only warns of risk, or names a product besides: no word of gains, nor does it read so.

        Training met the prescribed warnings at the end of promises, so that they themselves sound like some.
        """
        text = context.text[slice(*reading.windows[index])]
        left = WARNING.sub("", text).strip(" ,.。;!:")
        if len(left) + 1 >= len(text):
            return False
        if not SAID.search(left):
            return True
        return label in GAINS and CLAIM.search(left) is None and reading.alone(left, _HEAD[label]) < BEYOND

    def _strongest(self, reading: Reading, index: int, head: int) -> Span:
        """Return the clause of a window that speaks most for a category, grown over what belongs to it."""
        spans, belongs = reading.clauses(index), reading.belonging(index, head)
        if not spans:
            return reading.windows[index]
        best = belongs.index(max(belongs))
        return grown(spans, belongs, best, best)

    def extents(self, context: Context, candidates: Sequence[Candidate]) -> list[Span]:
        """Return how far the passages of candidates reach: their clauses and neighbours that carry the same offence."""
        reading = self.reading(context)
        windows = [reading.window_of(c.hit_start) for c in candidates]
        placed = [(w, c) for w, c in zip(windows, candidates, strict=True) if not c.omitted]
        reading.lay(w for w, _ in placed)
        asked: dict[int, list[int]] = {}
        for window, candidate in placed:
            asked.setdefault(_HEAD[candidate.rule.category], []).append(window)
        for head, own in asked.items():
            reading.belong(own, head)
        return [_extent(reading, w, c) for w, c in zip(windows, candidates, strict=True)]

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


def _extent(reading: Reading, window: int, candidate: Candidate) -> Span:
    start, end = candidate.start, candidate.end
    if candidate.omitted:
        return start, end
    spans, belongs = reading.clauses(window), reading.belonging(window, _HEAD[candidate.rule.category])
    inside = [i for i, (low, high) in enumerate(spans) if low < end and start < high]
    if not inside:
        return start, end
    low, high = grown(spans, belongs, inside[0], inside[-1])
    return min(low, start), max(high, end)


@cache
def default_judge() -> TextJudge:
    """Return the judge that ships with the engine; raise ModelUnavailable when there is none."""
    return TextJudge(read_weights(PACKAGED))
