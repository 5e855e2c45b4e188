"""Choose among findings that speak of the same words: one lawyer would name an offence once, by its fitting rule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xiaobao.screening.context import Span
from xiaobao.screening.decide import CELL, LEARNED, NO_SHARE, doubted
from xiaobao.screening.draft import Draft

BEHIND = 1.5
"""Log share by which a category lies behind the best one of the same words before it is left out."""
LITTLE = 0.5
"""The same, where two rules matched exactly the same words."""
NEAR = 0.7
"""Log share by which a learned reading may lie behind the best one of its passage."""
SALES = frozenset({"wealth", "fund"})
CREDIT = frozenset({"loan", "credit_card", "payment"})
INSURED = frozenset({"insurance", "participating_insurance"})


def fits(finding: Draft, scenario: str, products: frozenset[str]) -> bool:
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
    found: Sequence[Draft],
    shares: Mapping[str, float],
    scenario: str,
    products: frozenset[str],
    lead: Draft | None = None,
    lines: Sequence[int] = (),
) -> list[Draft]:
    """Return the findings of one text without those that only say again, or say less fittingly, what another says.

    Findings are offsets of the same text. shares are the judge's log shares of the categories, empty without one.
    lead is a finding that stays in any case: the one the verdict rests on. What is left out gives the families of
    expressions its words belong to, to the finding that stands for it. lines are the offsets at which lines end: what
    one line of a poster offends against says nothing of the next.
    """

    every = [_Seen.of(draft, shares, scenario, products, lines) for draft in found]
    best = max((seen.share for seen in every), default=NO_SHARE)
    kept = _Kept()
    for seen in sorted(every, key=lambda s: _rank(s, lead), reverse=True):
        is_lead = seen.draft is lead
        if not is_lead and seen.learned:
            if seen.share >= best - NEAR and kept.wants(seen):
                kept.add(seen)
            continue
        if not is_lead and doubted(seen.draft) and kept.outshines(seen):
            continue
        place = None if is_lead else kept.better(seen)
        if place is None:
            kept.add(seen)
        else:
            kept.stand_for(place, seen)
    return sorted((k.draft for k in kept.all), key=lambda d: (d.start is None, d.start or 0, d.end or 0, d.rule))


def _rank(seen: _Seen, lead: Draft | None) -> tuple[bool, bool, bool, bool, bool, float, float]:
    draft = seen.draft
    violation = draft.decision == "violation"
    return draft is lead, not seen.learned, seen.fits, violation, not doubted(draft), seen.share, draft.confidence


class _Seen(NamedTuple):
    """A draft with what it is compared by: the place of its words and of its passage, and its category's log share.

    fits tells whether the domain of its rule is that of the text, learned whether no words of a rule were met, line in
    which line its words begin (an omission stands in the first).
    """

    draft: Draft
    words: Span
    reach: Span
    share: float
    fits: bool
    learned: bool
    line: int

    @classmethod
    def of(
        cls, draft: Draft, shares: Mapping[str, float], scenario: str, products: frozenset[str], lines: Sequence[int]
    ) -> _Seen:
        """Work out once what is compared."""
        share = shares.get(draft.category, NO_SHARE)
        reach = draft.start or 0, draft.end or 0
        words = reach if draft.words is None else draft.words
        line = bisect_left(lines, words[0]) if draft.start is not None else 0
        return cls(draft, words, reach, share, fits(draft, scenario, products), draft.rule.startswith(LEARNED), line)

    @property
    def offends(self) -> bool:
        """Tell whether it is a violation, which nothing milder takes with it."""
        return self.draft.decision == "violation"


class _Kept:
    """What is kept of a text, the better first; each new one is compared with those near it only."""

    def __init__(self) -> None:
        self.all: list[_Seen] = []
        self._learned: list[_Seen] = []
        self._near: dict[int, list[int]] = {}
        # The best shares by whether only violations count.
        self._worded: dict[bool, float] = {}
        self._plain: dict[tuple[int, bool], float] = {}

    def add(self, seen: _Seen) -> None:
        """Keep one more."""
        if seen.learned:
            self._learned.append(seen)
        for cell in _cells(seen):
            self._near.setdefault(cell, []).append(len(self.all))
        self.all.append(seen)
        for only in (True, False) if seen.offends else (False,):
            if not seen.learned:
                self._worded[only] = max(seen.share, self._worded.get(only, seen.share))
                if not doubted(seen.draft):
                    key = seen.line, only
                    self._plain[key] = max(seen.share, self._plain.get(key, seen.share))

    def wants(self, seen: _Seen) -> bool:
        """Tell whether a learned reading adds to what is kept: the best reading of words that no rule names better."""
        worded = self._worded.get(seen.offends)
        if worded is not None and seen.share < worded + BEHIND:
            return False
        for other in self._learned:
            omitted = other.draft.start is None or seen.draft.start is None
            if not _milder(other, seen) and (omitted or _overlap(seen.reach, other.reach)):
                return False
        return True

    def outshines(self, seen: _Seen) -> bool:
        """Tell whether the same line is about another offence, of which nothing speaks against."""
        plain = self._plain.get((seen.line, seen.offends))
        return plain is not None and seen.share + LITTLE < plain

    def better(self, seen: _Seen) -> int | None:
        """Return the place of the first that says of the same words what this one says, or fits the text better."""
        near = {place for cell in _cells(seen) for place in self._near.get(cell, ())}
        return next((place for place in sorted(near) if _outdone(seen, self.all[place])), None)

    def stand_for(self, place: int, seen: _Seen) -> None:
        """Give what is left out to the one that stands for it: the families of expressions of the same words."""
        better = self.all[place]
        if _overlap(seen.words, better.words):
            families = tuple(dict.fromkeys((*better.draft.families, *seen.draft.families)))
            self.all[place] = better._replace(draft=better.draft._replace(families=families))


def _cells(seen: _Seen) -> set[int]:
    """Return the stretches of CELL characters in which a draft is compared with others."""
    return {
        cell for start, end in (seen.words, seen.reach) for cell in range(start // CELL, max(start, end) // CELL + 1)
    }


def _outdone(seen: _Seen, kept: _Seen) -> bool:
    """Tell whether a worded finding says of the same words what a better one says, or what fits the text less."""
    draft, other = seen.draft, kept.draft
    if draft.start is None or other.start is None or kept.learned:
        return False
    strange = not seen.fits and kept.fits and _overlap(seen.reach, kept.reach)
    if not (strange or _overlap(seen.words, kept.words)) or _milder(kept, seen):
        return False
    if strange:
        return True
    if draft.category == other.category:
        return not (set(draft.families) - set(other.families)) or _same_offence(draft, other)
    return seen.share < kept.share - (LITTLE if seen.words == kept.words else BEHIND)


def _milder(kept: _Seen, seen: _Seen) -> bool:
    """Tell whether a finding would take a violation with it."""
    return seen.offends and not kept.offends


def _same_offence(a: Draft, b: Draft) -> bool:
    """Tell whether two rules of different domains forbid the same thing; those of one domain forbid different ones."""
    return a.rule.partition("/")[0] != b.rule.partition("/")[0]


def _overlap(a: Span, b: Span) -> bool:
    return a[0] < b[1] and b[0] < a[1]
