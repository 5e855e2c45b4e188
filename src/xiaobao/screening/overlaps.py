"""Choose among findings that speak of the same words: one lawyer would name an offence once, by its fitting rule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xiaobao.model import Finding
from xiaobao.screening.decide import LEARNED, NO_SHARE, doubted

BEHIND = 1.5
"""Log share by which a category lies behind the best one of the same words before it is left out."""
LITTLE = 0.5
"""The same, where two rules matched exactly the same words."""
NEAR = 0.7
"""Log share by which a learned reading may lie behind the best one of its passage."""
SALES = frozenset({"wealth", "fund"})
CREDIT = frozenset({"loan", "credit_card", "payment"})
INSURED = frozenset({"insurance", "participating_insurance"})


def fits(finding: Finding, scenario: str, products: frozenset[str]) -> bool:
    """Tell whether the domain of a rule is that of the text: its products, or the kind of text it is."""
    domain = finding.rule.partition("/")[0]
    if domain == "contract":
        return scenario in ("contract_clause", "")
    if domain == "collection":
        return scenario in ("collection_call", "marketing_sms", "internal_script") or not products - CREDIT
    if not products:
        return True
    needed = {"insurance": INSURED, "loan": CREDIT, "card": frozenset({"credit_card", "payment", "deposit"})}
    if domain in needed:
        return bool(needed[domain] & products)
    if domain == "deposit":
        return bool(products & {"deposit", "structured_deposit"})
    return domain not in SALES or not products <= CREDIT


def chosen(
    found: Sequence[Finding],
    shares: Mapping[str, float],
    scenario: str,
    products: frozenset[str],
    lead: Finding | None = None,
    lines: Sequence[int] = (),
) -> list[Finding]:
    """Return the findings of one text without those that only say again, or say less fittingly, what another says.

    Findings are offsets of the same text. shares are the judge's log shares of the categories, empty without one.
    lead is a finding that stays in any case: the one the verdict rests on. What is left out gives the families of
    expressions its words belong to, to the finding that stands for it. lines are the offsets at which lines end: what
    one line of a poster offends against says nothing of the next.
    """

    def rank(finding: Finding) -> tuple[bool, bool, bool, bool, bool, float, float]:
        return (
            finding is lead,
            not finding.rule.startswith(LEARNED),
            fits(finding, scenario, products),
            finding.decision == "violation",
            not doubted(finding),
            shares.get(finding.category, NO_SHARE),
            finding.confidence,
        )

    kept: list[Finding] = []
    for finding in sorted(found, key=rank, reverse=True):
        if finding is not lead and finding.rule.startswith(LEARNED):
            if _adds(finding, kept, found, shares):
                kept.append(finding)
            continue
        if finding is not lead and doubted(finding):
            line = _line(finding, lines)
            if _fainter(finding, [k for k in kept if _line(k, lines) == line], shares):
                continue
        better = next((k for k in kept if _outdone(finding, k, shares, scenario, products)), None)
        if better is None or finding is lead:
            kept.append(finding)
        elif _overlap(_words(finding), _words(better)):
            families = tuple(dict.fromkeys((*better.families, *finding.families)))
            kept[kept.index(better)] = replace(better, families=families)
    return sorted(kept, key=lambda f: (f.start is None, f.start or 0, f.end or 0, f.rule))


def _adds(finding: Finding, kept: Sequence[Finding], found: Sequence[Finding], shares: Mapping[str, float]) -> bool:
    """Tell whether a learned reading adds to what is kept: the best reading of words that no rule names better."""
    own = shares.get(finding.category, NO_SHARE)
    best = max((shares.get(f.category, NO_SHARE) for f in found), default=own)
    if own < best - NEAR:
        return False
    for other in kept:
        if _milder(other, finding):
            continue
        together = other.start is None or finding.start is None or _overlap(_reach(finding), _reach(other))
        if other.rule.startswith(LEARNED):
            if together:
                return False
        elif own < shares.get(other.category, NO_SHARE) + BEHIND:
            return False
    return True


def _outdone(
    finding: Finding, kept: Finding, shares: Mapping[str, float], scenario: str, products: frozenset[str]
) -> bool:
    """Tell whether a worded finding says of the same words what a better one says, or what fits the text less."""
    if finding.start is None or kept.start is None or kept.rule.startswith(LEARNED) or _milder(kept, finding):
        return False
    strange = not fits(finding, scenario, products) and fits(kept, scenario, products)
    if strange and _overlap(_reach(finding), _reach(kept)):
        return True
    if not _overlap(_words(finding), _words(kept)):
        return False
    if finding.category == kept.category:
        return not (set(finding.families) - set(kept.families)) or _same_offence(finding, kept)
    behind = LITTLE if _words(finding) == _words(kept) else BEHIND
    return shares.get(finding.category, NO_SHARE) < shares.get(kept.category, NO_SHARE) - behind


def _fainter(finding: Finding, kept: Sequence[Finding], shares: Mapping[str, float]) -> bool:
    """Tell whether the text is about another offence, of which nothing speaks against."""
    own = shares.get(finding.category, NO_SHARE) + LITTLE
    return any(
        own < shares.get(k.category, NO_SHARE)
        for k in kept
        if not (k.rule.startswith(LEARNED) or doubted(k) or _milder(k, finding))
    )


def _line(finding: Finding, lines: Sequence[int]) -> int:
    """Return the number of the line in which the matched words begin; omissions stand in the first."""
    return bisect_left(lines, _words(finding)[0]) if finding.start is not None else 0


def _milder(kept: Finding, finding: Finding) -> bool:
    """Tell whether a finding would take a violation with it."""
    return kept.decision != "violation" and finding.decision == "violation"


def _same_offence(a: Finding, b: Finding) -> bool:
    """Tell whether two rules of different domains forbid the same thing; those of one domain forbid different ones."""
    return a.rule.partition("/")[0] != b.rule.partition("/")[0]


def _words(finding: Finding) -> tuple[int, int]:
    """Return the place of the matched words, or of the whole passage where none are named."""
    first = finding.evidence[0] if finding.evidence else None
    if first is not None and first.kind == "words" and first.start is not None and first.end is not None:
        return first.start, first.end
    return _reach(finding)


def _reach(finding: Finding) -> tuple[int, int]:
    return finding.start or 0, finding.end or 0


def _overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return a[0] < b[1] and b[0] < a[1]
