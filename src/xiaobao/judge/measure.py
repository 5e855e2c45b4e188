"""Measure screening against labels, by the conventions of the labelled sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xiaobao.judge.corpus import Text
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.decide import LEARNED, NO_SHARE, support
from xiaobao.screening.engine import Scanned

Scored = tuple[Scanned, list[float], Mapping[str, float], list[tuple[int, int]]]
"""A scanned text, the weight of each candidate, the scores of the categories, the passage of each candidate."""


@dataclass
class Figures:
    """What was measured over a set of texts; rates are 0..1, lists hold ids."""

    texts: int = 0
    violations: int = 0
    f1: float = 0.0
    precision: float = 0.0
    recall: float = 0.0
    false_hard: float = 0.0
    false_ordinary: float = 0.0
    category_right: float = 0.0
    span_covered: float = 0.0
    evasion_recall: float = 0.0
    candidate_recall: float = 0.0
    missed: list[tuple[str, str]] = field(default_factory=list)
    false: list[tuple[str, str]] = field(default_factory=list)
    wrong_category: list[tuple[str, str, str]] = field(default_factory=list)

    def describe(self) -> str:
        """Return the figures as one Chinese paragraph."""
        return (
            f"{self.texts} 条（违规 {self.violations}）：F1 {self.f1:.3f}，"
            f"精确率 {self.precision:.3f}，召回率 {self.recall:.3f}；"
            f"带敏感词的合规文本误报 {self.false_hard:.1%}，普通文本误报 {self.false_ordinary:.1%}；"
            f"类别正确 {self.category_right:.1%}，位置覆盖 {self.span_covered:.1%}，"
            f"变体写法召回 {self.evasion_recall:.1%}，"
            f"规则候选召回 {self.candidate_recall:.1%}"
        )


@dataclass(frozen=True)
class Outcome:
    """What the engine said of one labelled text."""

    positive: bool
    category: str
    spans: tuple[tuple[int, int], ...]
    candidate: bool


def measure(texts: Sequence[Text], scored: Sequence[Scored], threshold: float) -> Figures:
    """Return the figures of judged candidates at a threshold of probability."""
    return tally(texts, [_outcome(*item, threshold) for item in scored])


def _outcome(
    scanned: Scanned,
    weights: Sequence[float],
    scores: Mapping[str, float],
    passages: Sequence[tuple[int, int]],
    threshold: float,
) -> Outcome:
    chosen = [
        (c, w, p)
        for c, w, p in zip(scanned.candidates, weights, passages, strict=True)
        if w >= threshold and c.rule.may == "block" and c.rule.lifecycle == "published"
    ]
    spans = tuple(scanned.context.normalised.original(*p) for c, _, p in chosen if not c.omitted)
    category = max(chosen, key=lambda item: _support(item[0], item[1], scores))[0].rule.category if chosen else ""
    return Outcome(bool(chosen), category, spans, bool(scanned.candidates))


def _support(candidate: Candidate, weight: float, scores: Mapping[str, float]) -> tuple[float, float]:
    worded = not candidate.rule.id.startswith(LEARNED) and not candidate.stances
    share = scores.get(candidate.rule.category, NO_SHARE) if scores else 0.0
    return support(share, worded=worded, omitted=candidate.omitted), weight


def tally(texts: Sequence[Text], outcomes: Sequence[Outcome]) -> Figures:
    """Count outcomes against labels."""
    out = Figures(texts=len(texts), violations=sum(t.violation for t in texts))
    hits = spans = covered = right = evasions = evaded = hard = ordinary = false_hard = false_ordinary = candidates = 0
    for text, outcome in zip(texts, outcomes, strict=True):
        if text.violation:
            candidates += outcome.candidate
            evasions += "evasion" in text.tags
            if not outcome.positive:
                out.missed.append((text.id, text.category))
                continue
            hits += 1
            evaded += "evasion" in text.tags
            if outcome.category in (text.category, *text.also):
                right += 1
            else:
                out.wrong_category.append((text.id, text.category, outcome.category))
            if text.spans:
                spans += 1
                covered += any(covers(outcome.spans, span) for span in text.spans)
        else:
            hard += text.hard
            ordinary += not text.hard
            if outcome.positive:
                out.false.append((text.id, outcome.category))
                false_hard += text.hard
                false_ordinary += not text.hard
    out.recall = hits / max(1, out.violations)
    out.precision = hits / max(1, hits + len(out.false))
    out.f1 = 2 * hits / max(1, 2 * hits + len(out.false) + len(out.missed))
    out.false_hard = false_hard / max(1, hard)
    out.false_ordinary = false_ordinary / max(1, ordinary)
    out.category_right = right / max(1, hits)
    out.span_covered = covered / max(1, spans)
    out.evasion_recall = evaded / max(1, evasions)
    out.candidate_recall = candidates / max(1, out.violations)
    return out


def covers(found: Sequence[tuple[int, int]], span: tuple[int, int]) -> bool:
    """Tell whether some finding covers at least half of a marked span."""
    start, end = span
    return any(2 * (min(e, end) - max(s, start)) >= end - start for s, e in found)
