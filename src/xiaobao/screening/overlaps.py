"""Choose among findings that speak of the same words: one lawyer would name an offence once, by its fitting rule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

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

    def rank(seen: _Seen) -> tuple[bool, bool, bool, bool, bool, float, float]:
        finding = seen.finding
        return (
            finding is lead,
            not seen.learned,
            seen.fits,
            finding.decision == "violation",
            not doubted(finding),
            seen.share,
            finding.confidence,
        )

    every = [_Seen.of(finding, shares, scenario, products) for finding in found]
    best = max((seen.share for seen in every), default=NO_SHARE)
    kept: list[_Seen] = []
    for seen in sorted(every, key=rank, reverse=True):
        is_lead = seen.finding is lead
        if not is_lead and seen.learned:
            if _adds(seen, kept, best):
                kept.append(seen)
            continue
        if not is_lead and doubted(seen.finding):
            line = _line(seen, lines)
            if _fainter(seen, [k for k in kept if _line(k, lines) == line]):
                continue
        place = next((i for i, k in enumerate(kept) if _outdone(seen, k)), None)
        if place is None or is_lead:
            kept.append(seen)
        elif _overlap(seen.words, (better := kept[place]).words):
            families = tuple(dict.fromkeys((*better.finding.families, *seen.finding.families)))
            kept[place] = better._replace(finding=replace(better.finding, families=families))
    return sorted((k.finding for k in kept), key=lambda f: (f.start is None, f.start or 0, f.end or 0, f.rule))


class _Seen(NamedTuple):
    """A finding with what it is compared by: the place of its words and of its passage, and its category's log share.

    fits tells whether the domain of its rule is that of the text, learned whether no words of a rule were met.
    """

    finding: Finding
    words: tuple[int, int]
    reach: tuple[int, int]
    share: float
    fits: bool
    learned: bool

    @classmethod
    def of(cls, finding: Finding, shares: Mapping[str, float], scenario: str, products: frozenset[str]) -> _Seen:
        """Work out once what is compared."""
        share = shares.get(finding.category, NO_SHARE)
        domain = fits(finding, scenario, products)
        return cls(finding, _words(finding), _reach(finding), share, domain, finding.rule.startswith(LEARNED))


def _adds(seen: _Seen, kept: Sequence[_Seen], best: float) -> bool:
    """Tell whether a learned reading adds to what is kept: the best reading of words that no rule names better."""
    if seen.share < best - NEAR:
        return False
    for other in kept:
        if _milder(other.finding, seen.finding):
            continue
        if other.learned:
            omitted = other.finding.start is None or seen.finding.start is None
            if omitted or _overlap(seen.reach, other.reach):
                return False
        elif seen.share < other.share + BEHIND:
            return False
    return True


def _outdone(seen: _Seen, kept: _Seen) -> bool:
    """Tell whether a worded finding says of the same words what a better one says, or what fits the text less."""
    finding, other = seen.finding, kept.finding
    if finding.start is None or other.start is None or kept.learned:
        return False
    strange = not seen.fits and kept.fits and _overlap(seen.reach, kept.reach)
    if not (strange or _overlap(seen.words, kept.words)) or _milder(other, finding):
        return False
    if strange:
        return True
    if finding.category == other.category:
        return not (set(finding.families) - set(other.families)) or _same_offence(finding, other)
    return seen.share < kept.share - (LITTLE if seen.words == kept.words else BEHIND)


def _fainter(seen: _Seen, kept: Sequence[_Seen]) -> bool:
    """Tell whether the text is about another offence, of which nothing speaks against."""
    own = seen.share + LITTLE
    return any(own < k.share for k in kept if not (k.learned or doubted(k.finding) or _milder(k.finding, seen.finding)))


def _line(seen: _Seen, lines: Sequence[int]) -> int:
    """Return the number of the line in which the matched words begin; omissions stand in the first."""
    return bisect_left(lines, seen.words[0]) if seen.finding.start is not None else 0


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
