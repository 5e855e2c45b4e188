"""A finding before it is written down: what the findings of one text are compared by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xiaobao.model import Anchor, Decision, Finding, Severity
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.context import Context, Span
from xiaobao.screening.explain import evidence, why
from xiaobao.screening.remedy import remedy


class Draft(NamedTuple):
    """What is decided of a candidate. Most drafts fall to others of the same words: only the rest are written down.

    start and end show its passage, words the matched words, as offsets of the original text, end exclusive; all are
    None for an omission. probability is the judge's, families are those of the expressions it stands for.
    """

    candidate: Candidate
    decision: Decision
    confidence: float
    probability: float | None
    start: int | None
    end: int | None
    words: Span | None
    families: tuple[str, ...]

    @property
    def rule(self) -> str:
        """Return the id of the rule."""
        return self.candidate.rule.id

    @property
    def category(self) -> str:
        """Return the category of the rule."""
        return self.candidate.rule.category

    @property
    def severity(self) -> Severity:
        """Return the severity of the rule."""
        return self.candidate.rule.severity


def draft_of(
    candidate: Candidate, context: Context, decision: Decision, confidence: float, probability: float | None, span: Span
) -> Draft:
    """Return the draft of a candidate whose passage has a normalised span."""
    families = candidate.rule.families
    if candidate.omitted:
        return Draft(candidate, decision, confidence, probability, None, None, None, families)
    original = context.normalised.original
    start, end = original(*span)
    words = original(candidate.hit_start, candidate.hit_end)
    return Draft(candidate, decision, confidence, probability, start, end, words, families)


def clipped(draft: Draft, source: str, cuts: Sequence[int]) -> Draft:
    """Keep a passage within the lines its matched words stand in; cuts are where lines of the source begin."""
    if draft.start is None or draft.end is None or draft.words is None or not cuts:
        return draft
    first, last = draft.words
    start = max([draft.start, *(c for c in cuts if c <= first)])
    end = min([draft.end, *(c for c in cuts if c >= last)])
    text = source[start:end]
    start += len(text) - len(text.lstrip())
    return draft._replace(start=start, end=start + len(text.strip()))


def written(draft: Draft, context: Context) -> Finding:
    """Return the finding of a draft, with its reasons and evidence."""
    rule = draft.candidate.rule
    return Finding(
        rule=rule.id,
        version=rule.version,
        title=rule.title,
        category=rule.category,
        severity=rule.severity,
        decision=draft.decision,
        confidence=draft.confidence,
        start=draft.start,
        end=draft.end,
        text="" if draft.start is None else context.normalised.source[draft.start : draft.end],
        anchor=Anchor(),
        basis=rule.citations,
        message=rule.message,
        remedy=remedy(rule, context),
        why=why(draft.candidate, context, draft.probability),
        evidence=evidence(draft.candidate, context),
        rights=rule.rights,
        families=draft.families,
    )
