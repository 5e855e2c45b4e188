"""Evaluate rules on one text: scope, check, exceptions, product, stance. The result is candidates, not verdicts."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from xiaobao.checks import Hit
from xiaobao.checks.missing import Missing
from xiaobao.rulebook.model import Rule
from xiaobao.screening.context import Context
from xiaobao.screening.program import Program
from xiaobao.screening.stance import Stance, stances
from xiaobao.text.cover import Cover

LONG_CLAUSE = 44
"""Widest stretch (characters) a finding is shown with; beyond it only the matched words are."""
OFFERS = 0.4
"""How much (0..1) a text sells from which it is an offer."""
MOST = 200
"""Hits of one rule that are looked at in one text: a text that repeats itself more says nothing new."""
REPEATS = 3
"""Times a clause is looked at in one text."""


class Candidate(NamedTuple):
    """A rule that may have been broken at a place of one text.

    start and end (normalised, end exclusive) show the clause, hit_start and hit_end the matched words; all are -1
    for an omission. stances are those that speak against the finding; cleared tells that one of them decides.
    """

    rule: Rule
    start: int
    end: int
    hit_start: int
    hit_end: int
    note: str
    stances: tuple[Stance, ...]
    cleared: bool

    @property
    def measured(self) -> bool:
        """Tell whether a required statement is there, but measured to be too small or not to be seen."""
        return isinstance(self.rule.when, Missing) and bool(self.note)

    @property
    def omitted(self) -> bool:
        """Tell whether something is missing rather than said."""
        return self.start < 0


def evaluate(program: Program, context: Context, rules: Iterable[int], on: date | None = None) -> list[Candidate]:
    """Return the candidates of a text, in reading order, omissions last."""
    met: list[tuple[int, list[Hit]]] = []
    for index in sorted(rules):
        rule = program.rules[index]
        if (on is None or rule.in_force(on)) and _fits(rule, context) and (hits := rule.when.hits(context)):
            met.append((index, hits))
    out = [
        c
        for index, hits in met
        if _applies(program.rules[index], context)
        for c in _kept(program, index, context, hits)
    ]
    return sorted(out, key=lambda c: (c.omitted, c.start, c.end, c.rule.id))


def _fits(rule: Rule, context: Context) -> bool:
    """Tell whether what is given about a text leaves a rule possible: the cheap part of its scope."""
    scope = rule.scope
    if scope.scenarios and context.scenario and context.scenario not in scope.scenarios:
        return False
    return not (scope.roles and context.role and context.role not in scope.roles)


def _applies(rule: Rule, context: Context) -> bool:
    """Tell whether the scope of a rule holds for a text."""
    scope = rule.scope
    if scope.scenarios and context.kind not in scope.scenarios:
        return False
    if scope.dialogue is not None and scope.dialogue != bool(context.fact("dialogue")):
        return False
    products = _products(context)
    if scope.products and not scope.products & products:
        return False
    offer = max(context.profile.offer, context.around.offer if context.around is not None else 0.0)
    return not (scope.offer and offer < OFFERS)


def _products(context: Context) -> frozenset[str]:
    """Return the products a text speaks of; a turn inherits those of its conversation."""
    if context.profile.products or context.around is None:
        return frozenset(context.profile.products)
    return frozenset(context.around.products)


def _kept(program: Program, index: int, context: Context, hits: list[Hit]) -> list[Candidate]:
    """Drop hits that an allowed phrase, an exception or a lawful product excuses; judge the stance of the rest."""
    rule = program.rules[index]
    if context.parts:
        small = isinstance(rule.when, Missing)
        hits = [h for h in hits if h.omitted or (small and h.note) or not context.in_part(h.start, h.end)]
    hits = _not_allowed(program.allowed[index], context, hits)[:MOST]
    excuses = _excuses(rule, context, hits, hidden=True)
    plain = _excuses(rule, context, hits, hidden=False) if context.unseen and excuses else excuses
    seen: dict[tuple[int, int], Candidate] = {}
    for hit in _told_anew(context, hits):
        key = _shown(context, hit)
        known = seen.get(key)
        if known is not None and not known.cleared:
            continue
        own = excuses if not hit.omitted and context.is_unseen(hit.start, hit.end) else plain
        candidate = _candidate(rule, context, hit, key, _excused(rule, context, hit, own))
        if known is None or not candidate.cleared:
            seen[key] = candidate
    return list(seen.values())


def _excuses(rule: Rule, context: Context, hits: list[Hit], *, hidden: bool) -> list[Excuses]:
    """Return the exceptions a text meets; unless `hidden`, only those a reader sees (not white print on white)."""
    out = []
    for each in rule.unless if hits else ():
        found = each.check.hits(context)
        if not hidden:
            found = [h for h in found if h.omitted or not context.is_unseen(h.start, h.end)]
        if found:
            out.append(Excuses(each.within, found[:MOST], context))
    return out


def _told_anew(context: Context, hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield hits without those in clauses that the text has said REPEATS times, word for word."""
    said: Counter[tuple[str, int]] = Counter()
    for hit in hits:
        if not hit.omitted:
            low, high = context.clause(hit.start, hit.end)
            key = (context.text[low:high], hit.start - low)
            said[key] += 1
            if said[key] > REPEATS:
                continue
        yield hit


def _not_allowed(allowed: frozenset[str], context: Context, hits: list[Hit]) -> list[Hit]:
    spans = [span for phrase in allowed for span in context.found.get(phrase, ())]
    if not spans:
        return hits
    covers = Cover(spans)
    return [h for h in hits if not covers.holds(h.start, h.end)]


def _lawful_product(rule: Rule, context: Context, hit: Hit) -> bool:
    """Tell whether the sentence of a hit (or else the whole text) speaks only of products whose promise is lawful."""
    own = context.profile
    exempt = rule.scope.exempt_products
    if hit.omitted:
        return own.speaks_only_of(exempt)
    start, end = context.sentence(hit.start)
    near = _products_between(context, start, end)
    if near:
        return near <= exempt
    around = context.around or own
    return own.speaks_only_of(exempt) or (not own.products and around.speaks_only_of(exempt))


def _products_between(context: Context, start: int, end: int) -> frozenset[str]:
    return frozenset(
        name
        for name, words in context.profile.products.items()
        if any(start <= s < end for word in words for s, _ in context.found.get(word, ()))
    )


class Excuses:
    """The hits of one exception of a rule in one text, and how near they must be."""

    def __init__(self, within: str | int, found: list[Hit], context: Context) -> None:
        self._within, self._found, self._context = within, found, context
        # Each is looked for among those near it, not among all.
        self._by_sentence: dict[int, int] = {}
        self._placed: list[tuple[int, int, int]] = []
        if within == "sentence":
            for at, each in enumerate(found):
                self._by_sentence.setdefault(context.sentence_of(each.start), at)
        elif within != "document":
            self._placed = sorted((e.start, e.end, at) for at, e in enumerate(found) if not e.omitted)
        self._longest = max((end - start for start, end, _ in self._placed), default=0)
        self._omitted = next((at for at, e in enumerate(found) if e.omitted), len(found))

    def of(self, hit: Hit) -> Hit | None:
        """Return the first that excuses a hit, or None."""
        context = self._context
        if hit.omitted or self._within == "document":
            return self._found[0]
        if self._within == "sentence":
            first = min(self._by_sentence.get(context.sentence_of(hit.start), self._omitted), self._omitted)
        elif self._within == "clause":
            low, high = context.clause(hit.start, hit.end)
            near = self._between(low, high)
            first = min((at for _, end, at in near if end <= high), default=self._omitted)
        else:
            low, high = hit.start - int(self._within), hit.end + int(self._within)
            near = self._between(low - self._longest, high)
            first = min((at for _, end, at in near if low <= end), default=self._omitted)
        first = min(first, self._omitted)
        return self._found[first] if first < len(self._found) else None

    def _between(self, low: int, high: int) -> list[tuple[int, int, int]]:
        """Return those that begin from one place to another, both included."""
        return self._placed[bisect_left(self._placed, (low,)) : bisect_left(self._placed, (high + 1,))]


def _excused(rule: Rule, context: Context, hit: Hit, excuses: Sequence[Excuses]) -> tuple[Stance, ...]:
    """Return what excuses a hit: an exception of the rule, or a product whose promise is lawful."""
    for each in excuses:
        excuse = each.of(hit)
        if excuse is not None:
            start, end = max(0, excuse.start), max(0, excuse.end)
            return (Stance("excused", context.text[start:end] or excuse.note, start, end),)
    if rule.scope.exempt_products and _lawful_product(rule, context, hit):
        return (Stance("lawful_product", "存款、国债等依法或依约可以保证的产品", 0, 0),)
    return ()


def _shown(context: Context, hit: Hit) -> tuple[int, int]:
    """Return the stretch a hit is shown with: its clause, or only its words where that is long."""
    if hit.omitted:
        return -1, -1
    start, end = context.clause(hit.start, hit.end)
    wide = end - start > LONG_CLAUSE or start > hit.start or end < hit.end
    return (hit.start, hit.end) if wide else (start, end)


def _candidate(rule: Rule, context: Context, hit: Hit, shown: tuple[int, int], excuse: tuple[Stance, ...]) -> Candidate:
    if hit.omitted:
        return Candidate(rule, -1, -1, -1, -1, hit.note, excuse, bool(excuse))
    start, end = shown
    against = _stances(context, hit.start, hit.end)
    found = excuse + tuple(s for s in against if s.kind not in rule.stance_ignored)
    return Candidate(rule, start, end, hit.start, hit.end, hit.note, found, bool(found))


def _stances(context: Context, start: int, end: int) -> list[Stance]:
    """Return the stances toward the same words once, however many rules met them."""
    known: dict[tuple[int, int], list[Stance]] = context.readings.setdefault(stances, {})
    if (start, end) not in known:
        found = stances(context, start, end)
        if context.unseen and not context.is_unseen(start, end):
            found = [s for s in found if s.start == s.end or not context.is_unseen(s.start, s.end)]
        known[start, end] = found
    return known[start, end]
