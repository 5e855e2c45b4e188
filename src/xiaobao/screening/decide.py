"""Turn candidates into findings and a verdict: rules propose, stance and the judge weigh, the law's mark limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from xiaobao.model import Anchor, Decision, Finding
from xiaobao.screening.candidates import Candidate
from xiaobao.screening.context import Context
from xiaobao.screening.draft import Draft, clipped, draft_of
from xiaobao.screening.engine import Scanned

WORDED = 1.0
OMITTED_LESS = 1.0
"""Log share by which a finding that words say counts for more, and an omission for less."""
NO_SHARE = -12.0
"""Log share of a category that the judge gives none."""
LEARNED = "meaning/"
"""The domain of rules that a trained model meets; a worded rule that says the same is shown instead."""
SURE = 0.9
"""Probability from which a reading that no words support counts in a part of a document."""
LEAST = 0.03
"""Probability below which words that a rule names are nothing in a part of a document either: of 419 offences of the
held-out texts none stands there, of 675 lawful ones some 65 do; of what is planted in the samples one in nine."""
CELL = 64
"""Characters of the stretches by which findings that overlap are found."""
Said = TypeVar("Said", Finding, Draft)
Place = tuple[int | None, bool, int | Anchor]
PRIOR = 0.85
"""Confidence of an unmeasured rule whose hit no stance speaks against."""


class Judge(Protocol):
    """Weigh candidates in their context; thresholds belong to the trained model."""

    violation_from: float
    review_from: float

    def weigh(self, scanned: Scanned) -> list[float]:
        """Return for each candidate of a text the probability (0..1) that it is a violation."""

    def extents(self, context: Context, candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
        """Return how far the passages of candidates reach, as normalised spans."""


def decide(
    candidate: Candidate, probability: float | None, judge: Judge | None, *, fragment: bool = False, told: bool = False
) -> tuple[Decision, float]:
    """Return the decision on one candidate and its confidence, 0..1.

    Without a judge a stance clears. With one, its probability decides; either way a rule that rests on secondary
    sources can at most ask for review, and a draft decides nothing. A reading that no words support and that something
    in the text speaks against must be sure. The judge learned from whole texts: of a `fragment` of a document, words
    that a rule names and no stance speaks against are worth at least a review unless it is all but sure that they are
    lawful (not where the document is `told` about offences, as norms and lessons are: there a quotation clears), and a
    reading that no words support, or that a stance speaks against, is worth nothing unless it is sure. What arithmetic
    proves or print shows, and no stance clears, is at least worth a review.
    """
    rule = candidate.rule
    if judge is None or probability is None:
        confidence = rule.precision if rule.precision is not None else PRIOR
        decision: Decision = "clear" if candidate.cleared else "violation"
        confidence = 1 - confidence if candidate.cleared else confidence
    else:
        proved = (rule.when.proves or candidate.measured) and not candidate.cleared
        confidence = probability = max(probability, judge.review_from) if proved else probability
        learned, cleared = candidate.rule.id.startswith(LEARNED), candidate.cleared
        doubtful = learned or cleared if fragment else learned and cleared
        sure = SURE if doubtful else judge.violation_from
        if fragment and told and any(stance.kind == "quoted" for stance in candidate.stances):
            decision = "clear"
        elif probability >= sure:
            decision = "violation"
        else:
            decision = "review" if probability >= judge.review_from else "clear"
            if fragment:
                decision, confidence = _of_fragment(candidate, probability, judge, told)
    if decision == "violation" and rule.may != "block":
        decision = "review"
    if rule.may == "draft" or rule.lifecycle != "published":
        decision = "clear"
    return decision, confidence


def _of_fragment(candidate: Candidate, probability: float, judge: Judge, told: bool) -> tuple[Decision, float]:
    """Return the decision on what the judge does not call a violation in a part of a document."""
    if candidate.rule.id.startswith(LEARNED) or candidate.cleared:
        return "clear", probability
    if told or probability < LEAST:
        return ("review" if probability >= judge.review_from else "clear"), probability
    return "review", max(probability, judge.review_from)


def drafts(
    scanned: Scanned, judge: Judge | None, *, fragment: bool = False, told: bool = False, cuts: Sequence[int] = ()
) -> list[Draft]:
    """Return what is found in one text, in reading order, omissions last; what is clear is left out.

    Passages stay within the lines of their words; cuts are where lines begin that do not go on from the one before.
    """
    context = scanned.context
    weights: Sequence[float | None] = judge.weigh(scanned) if judge and scanned.candidates else []
    weights = weights or [None] * len(scanned.candidates)
    kept = []
    for candidate, probability in zip(scanned.candidates, weights, strict=True):
        decision, confidence = decide(candidate, probability, judge, fragment=fragment, told=told)
        if decision != "clear":
            kept.append((candidate, context, decision, confidence, probability))
    found = [each[0] for each in kept]
    spans = judge.extents(context, found) if judge and found else [(c.start, c.end) for c in found]
    drawn = (draft_of(*each, span) for each, span in zip(kept, spans, strict=True))
    source = context.normalised.source
    # Lines that do not overlap are not joined; what is joined shows the lines of its best words.
    joined = _joined([clipped(draft, source, cuts) for draft in drawn])
    return [clipped(draft, source, cuts) for draft in joined]


def _joined(found: Sequence[Draft]) -> list[Draft]:
    """Let a rule speak once of passages that overlap, over all of their words."""
    out: list[Draft] = []
    places: dict[tuple[str, str], int] = {}
    for draft in found:
        place = places.get((draft.rule, draft.decision), -1)
        last = out[place] if place >= 0 else None
        if last is None or last.start is None or draft.start is None or draft.start >= (last.end or 0):
            places[draft.rule, draft.decision] = len(out)
            out.append(draft)
            continue
        best = max(last, draft, key=lambda d: (not doubted(d), d.confidence))
        out[place] = best._replace(
            start=min(last.start, draft.start),
            end=max(last.end or 0, draft.end or 0),
            confidence=max(last.confidence, draft.confidence),
        )
    return out


def merged(found: Sequence[Finding]) -> list[Finding]:
    """Return findings without repetition, the surest kept.

    A rule speaks once of overlapping passages; a learned rule that only says again what a worded one says is left out.
    """
    out: list[Finding] = []
    near: dict[Place, list[Finding]] = {}
    for finding in sorted(found, key=lambda f: (f.rule.startswith(LEARNED), f.decision != "violation", -f.confidence)):
        places = _places(finding)
        if not any(_repeats(finding, kept) for place in places for kept in near.get(place, ())):
            out.append(finding)
            for place in _held(finding, places):
                near.setdefault(place, []).append(finding)
    return sorted(out, key=lambda f: (f.start is None, f.start or 0, f.end or 0, f.rule))


def _places(finding: Finding) -> list[Place]:
    """Return where what a finding may repeat is looked for: in its cells and among omissions, or all at its anchor."""
    if finding.start is None:
        return [(finding.turn, False, finding.anchor)]
    cells = range(finding.start // CELL, max(finding.start, finding.end or 0) // CELL + 1)
    return [(finding.turn, True, finding.anchor), *((finding.turn, False, cell) for cell in cells)]


def _held(finding: Finding, places: Sequence[Place]) -> list[Place]:
    """Return where a finding is found again: its cells, or among omissions, and at its anchor in any case."""
    here: Place = (finding.turn, False, finding.anchor)
    return [(finding.turn, True, finding.anchor), here] if finding.start is None else [*places[1:], here]


def _repeats(finding: Finding, kept: Finding) -> bool:
    learned = finding.rule.startswith(LEARNED) and finding.category == kept.category
    if finding.rule != kept.rule and not learned:
        return False
    if finding.turn != kept.turn:
        return False
    if finding.start is None or kept.start is None:
        return finding.anchor == kept.anchor and (finding.start is kept.start or learned)
    return finding.start < (kept.end or 0) and kept.start < (finding.end or 0)


def verdict(found: Sequence[Finding], scores: Mapping[str, float] | None = None) -> tuple[Decision, str]:
    """Return the verdict of a text and its primary category (empty when clear).

    The category is the one best supported among the findings of the deciding kind: confidence, weighed by the
    judge's score of the category where there is one, then severity.
    """
    best = primary(found, scores)
    return (best.decision, best.category) if best else ("clear", "")


def primary(found: Sequence[Said], scores: Mapping[str, float] | None = None) -> Said | None:
    """Return the finding that is best supported among those of the deciding kind, or None where nothing is found."""
    for decision in ("violation", "review"):
        chosen = [f for f in found if f.decision == decision]
        if chosen:
            return max(chosen, key=lambda f: _support(f, scores or {}))
    return None


def support(share: float, *, worded: bool, omitted: bool) -> float:
    """Return how strongly a finding speaks for its category: log share, more when words say it, less for an omission.

    The amounts were chosen on training texts the authors of the rules had not seen.
    """
    return share + (WORDED if worded else 0.0) - (OMITTED_LESS if omitted else 0.0)


def doubted(finding: Finding | Draft) -> bool:
    """Tell whether something in the text speaks against a finding."""
    if isinstance(finding, Draft):
        return bool(finding.candidate.stances)
    return any(e.kind != "words" for e in finding.evidence)


def _support(finding: Finding | Draft, scores: Mapping[str, float]) -> tuple[float, float, int]:
    rank = {"high": 2, "medium": 1, "low": 0}[finding.severity]
    worded = not finding.rule.startswith(LEARNED) and not doubted(finding)
    share = scores.get(finding.category, NO_SHARE) if scores else 0.0
    return support(share, worded=worded, omitted=finding.start is None), finding.confidence, rank
