"""What is looked up among many is what would be found by asking one after another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from xiaobao.checks import Hit
from xiaobao.rulebook.lexicons import Lexicons
from xiaobao.screening.candidates import Candidate, Excuses
from xiaobao.screening.context import Context
from xiaobao.screening.decide import LEARNED, NO_SHARE, doubted
from xiaobao.screening.draft import Draft
from xiaobao.screening.engine import default_engine
from xiaobao.screening.overlaps import BEHIND, LITTLE, NEAR, chosen, fits
from xiaobao.screening.stance import CUES, REACH, Stance, stances
from xiaobao.text.cover import Cover
from xiaobao.text.normalise import normalise

SPANS = st.tuples(st.integers(0, 60), st.integers(1, 12)).map(lambda s: (s[0], s[0] + s[1]))
PIECES = (
    "保本",
    "，",
    "。",
    "不可",
    "不可错过",
    "谨防",
    "骗局",
    "某银行",
    "处罚",
    "监管部门",
    "批准",
    "吗？",
    "不得",
    "\n",
    "要求您转账的都是",
    " ",
)


def context_of(text: str) -> Context:
    return Context(normalise(text), {}, set(), Lexicons({}))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_a_span_is_covered_where_one_of_many_holds_it(spans: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    start, end = asked
    assert Cover(spans).holds(start, end) == any(low <= start and end <= high for low, high in spans)


@given(st.lists(st.one_of(SPANS, st.just((-1, -1))), min_size=1, max_size=12), SPANS, st.sampled_from(["clause", 0, 9]))
def test_the_first_exception_near_enough_excuses(
    spans: list[tuple[int, int]], asked: tuple[int, int], within: str | int
) -> None:
    context = context_of("保本，保息，放心。买，吧" * 8)
    found = [Hit(*span, note=str(at)) for at, span in enumerate(spans)]
    hit = Hit(*asked)
    low, high = context.clause(*asked) if within == "clause" else (asked[0] - int(within), asked[1] + int(within))

    def near(e: Hit) -> bool:
        inside = low <= e.start and e.end <= high if within == "clause" else low <= e.end and e.start <= high
        return e.omitted or inside

    assert Excuses(within, found, context).of(hit) == next(filter(near, found), None)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=24).map("".join))
def test_cues_worked_out_a_sentence_are_those_each_hit_finds(text: str) -> None:
    context = context_of(text)
    text = context.text
    for place in re.finditer("保本", text):
        start, end = place.span()
        found = [s for s in stances(context, start, end) if s.kind in ("warned", "prohibited", "reported")]
        assert found == list(_cues_one_by_one(context, start, end))


def _cues_one_by_one(context: Context, start: int, end: int) -> list[Stance]:
    text, index = context.text, context.sentence_of(start)
    s_start, s_end = context.sentence(start)
    out = []
    for kind, cue, _ in CUES:
        match = cue.search(text, max(s_start, start - REACH), start)
        match = match or cue.search(text, end, min(max(s_end, end), end + REACH))
        if match is None and index > 0:
            low, high = context.sentences[index - 1]
            match = cue.search(text, max(low, high - 30), high)
        if match is not None:
            out.append(Stance(kind, match[0], match.start(), match.end()))
    return out


RULES = [r for r in default_engine().program.rules if r.families][::9] + [
    r for r in default_engine().program.rules if r.id.startswith(LEARNED)
][:4]


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    rule = draw(st.sampled_from(RULES))
    low, high = draw(SPANS)
    against = draw(st.sampled_from([(), (Stance("quoted", "x", 0, 1),)]))
    decision = draw(st.sampled_from(["violation", "review"]))
    sure = draw(st.sampled_from([0.4, 0.6, 0.9]))
    if draw(st.integers(0, 6)) == 0:
        return Draft(Candidate(rule, -1, -1, -1, -1, "", against, False), decision, sure, 0.5, None, None, None, ())
    words = (low + 1, low + 2) if high - low > 2 and draw(st.booleans()) else (low, high)
    candidate = Candidate(rule, low, high, *words, "", against, bool(against))
    return Draft(candidate, decision, sure, sure, low, high, words, rule.families)


@given(st.lists(drafts(), max_size=14), st.lists(st.integers(0, 70), max_size=3).map(sorted), st.data())
def test_what_is_chosen_is_what_comparing_each_with_all_chooses(
    found: list[Draft], lines: list[int], data: st.DataObject
) -> None:
    categories = sorted({d.category for d in found})
    shares = {c: data.draw(st.sampled_from([-0.2, -1.0, -2.0, -5.0])) for c in categories}
    lead = data.draw(st.sampled_from([None, *found]))
    given_ = (found, shares, "poster", frozenset({"wealth"}), lead, lines)
    assert chosen(*given_) == _chosen_one_by_one(*given_)


def _chosen_one_by_one(
    found: Sequence[Draft],
    shares: dict[str, float],
    scenario: str,
    products: frozenset[str],
    lead: Draft | None,
    lines: Sequence[int],
) -> list[Draft]:
    """Compare each finding with every one kept, as the rules of choosing are written."""

    def share(d: Draft) -> float:
        return shares.get(d.category, NO_SHARE)

    def learned(d: Draft) -> bool:
        return d.rule.startswith(LEARNED)

    def suits(d: Draft) -> bool:
        return fits(d, scenario, products)

    def words(d: Draft) -> tuple[int, int]:
        return d.words or (d.start or 0, d.end or 0)

    def line(d: Draft) -> int:
        return 0 if d.start is None else sum(place < words(d)[0] for place in lines)

    def milder(kept: Draft, d: Draft) -> bool:
        return kept.decision != "violation" and d.decision == "violation"

    def overlap(a: tuple[int, int], b: tuple[int, int]) -> bool:
        return a[0] < b[1] and b[0] < a[1]

    def reach(d: Draft) -> tuple[int, int]:
        return d.start or 0, d.end or 0

    def adds(d: Draft, kept: list[Draft]) -> bool:
        for other in (k for k in kept if not milder(k, d)):
            anywhere = other.start is None or d.start is None
            if learned(other) and (anywhere or overlap(reach(d), reach(other))):
                return False
            if not learned(other) and share(d) < share(other) + BEHIND:
                return False
        return share(d) >= max(map(share, found)) - NEAR

    def outdone(d: Draft, k: Draft) -> bool:
        if d.start is None or k.start is None or learned(k):
            return False
        strange = not suits(d) and suits(k) and overlap(reach(d), reach(k))
        if not (strange or overlap(words(d), words(k))) or milder(k, d):
            return False
        if strange:
            return True
        if d.category == k.category:
            other = d.rule.partition("/")[0] != k.rule.partition("/")[0]
            return set(d.families) <= set(k.families) or other
        return share(d) < share(k) - (LITTLE if words(d) == words(k) else BEHIND)

    def rank(d: Draft) -> tuple[bool, bool, bool, bool, bool, float, float]:
        offends = d.decision == "violation"
        return d is lead, not learned(d), suits(d), offends, not doubted(d), share(d), d.confidence

    kept: list[Draft] = []
    for d in sorted(found, key=rank, reverse=True):
        if d is not lead and learned(d):
            kept += [d] if adds(d, kept) else []
            continue
        plain = [k for k in kept if line(k) == line(d) and not (learned(k) or doubted(k) or milder(k, d))]
        if d is not lead and doubted(d) and any(share(d) + LITTLE < share(k) for k in plain):
            continue
        place = None if d is lead else next((i for i, k in enumerate(kept) if outdone(d, k)), None)
        if place is None:
            kept.append(d)
        elif overlap(words(d), words(kept[place])):
            families = tuple(dict.fromkeys((*kept[place].families, *d.families)))
            kept[place] = kept[place]._replace(families=families)
    return sorted(kept, key=lambda d: (d.start is None, d.start or 0, d.end or 0, d.rule))
