"""Signs that paid agents (黑产) stand behind complaints: one number, one wording, many at once, words of an agent.

They are reasons to look closer, never a reason to refuse a complaint. `agent_signs` reads some complaints at once; a
platform that has a million keeps the keys of each (`keys`) and asks `clue_of` what a new one may share with others.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from xiaobao.insight.evidence import jaccard
from xiaobao.insight.facts import Facts, pairs_of
from xiaobao.insight.index import number_key, person_key, wording_keys

TEMPLATE = 0.55
"""Pairs of characters shared (Jaccard) from which two letters are of one template."""
LEAST_SHARED = 3
LEAST_PAIRS = 50
"""Different pairs of characters of a letter below which likeness says nothing: sentences are soon like each other."""
MASS = timedelta(days=3)
MASS_FROM = 5
THROUGH = re.compile(
    r"全权(?:委托|代理|处理|负责)|委托代理|代理维权|(?:只[与跟同]|联系|通过|回复)[^,，。]{0,6}代理人|统一(?:回复|联系)|(?:勿|不要|不得)(?:再|直接)?联系本人"
    r"|委托[^,，。]{0,8}(?:法务|维权)"
)
"""Words by which a letter puts somebody between the institution and its customer; an insurer's 代理人 is none."""


@dataclass(frozen=True, slots=True)
class AgentSign:
    """A sign that paid agents stand behind complaints: what they share, Chinese reason, ids of the complaints."""

    kind: Literal["number", "wording", "mass", "words"]
    reason: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clue:
    """What one complaint may share with others of the same agent, as the keys that an index has of them.

    person: the key of who complains, 0 where no full name is told; numbers: the key of each number by which the
    complainant is reached; wording: the keys of its wording, empty where it is too short to be a template; through:
    whether it speaks through an agent.
    """

    person: int
    numbers: dict[int, str]
    wording: tuple[int, ...]
    pairs: frozenset[str]
    through: bool


def speaks_through_an_agent(text: str) -> bool:
    """Tell whether a text puts somebody between the institution and its customer."""
    return THROUGH.search(text) is not None


def clue_of(facts: Facts, *, name: str = "", numbers: Iterable[str] | None = None, letter: bool = True) -> Clue:
    """Return what a complaint may share with others of one agent.

    name: who complains, where that is known better than from the words; numbers: those by which the complainant is
    reached, None for all that the words tell; a complaint through an agent counts with every number in it. letter:
    whether the words are the complainant's own: what a clerk took down is in the clerk's wording.
    """
    through = speaks_through_an_agent(facts.text)
    reached = facts.numbers if numbers is None or through else {n for n in numbers if n}
    who = name or (facts.customer if len(facts.customer) > 1 else min(facts.people, default=""))
    told = letter and len(facts.grams) >= LEAST_PAIRS
    return Clue(
        person_key(who) if who else 0,
        {number_key(number): number for number in sorted({*reached, *(numbers or ())} - {""})},
        tuple(wording_keys(facts)) if told else (), facts.grams if told else frozenset(), through,
    )  # fmt: skip


def is_of_one_wording(clue: Clue, text: str) -> bool:
    """Tell whether a letter and another's text are of one template; quick, so that many can be tried."""
    return bool(clue.pairs) and jaccard(clue.pairs, pairs_of(text)) >= TEMPLATE


def shared_number_stands_out(people: int, through: bool) -> bool:
    """Tell whether one number behind some people is a sign: of three, or of two where a letter names an agent.

    Two who share a number and speak for themselves are mostly relatives.
    """
    return people >= LEAST_SHARED or (through and people >= 2)


def shared_wording_stands_out(letters: int, people: int) -> bool:
    """Tell whether one wording of some letters, signed by some people, is a sign."""
    return letters >= LEAST_SHARED and people >= LEAST_SHARED


def most_at_once(moments: Iterable[datetime]) -> int:
    """Return the most of some moments that lie within three days."""
    found, first, most = sorted(moments), 0, 0
    for last, moment in enumerate(found):
        while moment - found[first] > MASS:
            first += 1
        most = max(most, last - first + 1)
    return most


def came_at_once(letters: int, most: int) -> bool:
    """Tell whether letters of one wording came at once: all of them within three days, or five and more."""
    return most >= LEAST_SHARED and most >= min(letters, MASS_FROM)


def agent_signs(complaints: Iterable[Facts]) -> list[AgentSign]:
    """Return the signs of paid agents among complaints: one phone behind several people, one wording, one day's mass.

    They are reasons to look closer, never a reason to refuse a complaint.
    """
    seen = list(complaints)
    out: list[AgentSign] = []
    by_number: dict[str, list[Facts]] = defaultdict(list)
    for each in seen:
        for number in each.numbers:
            by_number[number].append(each)
        named = THROUGH.search(each.text)
        if named:
            out.append(AgentSign("words", f"文中写有“{named[0]}”", (each.id,)))
    for number, group in sorted(by_number.items()):
        people = {next(iter(sorted(f.people)), "") for f in group} - {""}
        if shared_number_stands_out(len(people), any(speaks_through_an_agent(f.text) for f in group)):
            shown = f"同一联系方式（尾号 {number[-4:]}）用于 {len(people)} 名不同的客户"
            out.append(AgentSign("number", shown, tuple(f.id for f in group)))
    return out + _templates(seen)


def _templates(seen: Sequence[Facts]) -> list[AgentSign]:
    """Return groups of letters in one wording from different people, and those of them that came within three days."""
    out: list[AgentSign] = []
    free = list(range(len(seen)))
    while free:
        first = free.pop(0)
        group = [first, *(i for i in free if jaccard(seen[first].grams, seen[i].grams) >= TEMPLATE)]
        free = [i for i in free if i not in group]
        people = Counter(name for i in group for name in sorted(seen[i].people)[:1])
        if not shared_wording_stands_out(len(group), len(people)):
            continue
        ids = tuple(seen[i].id for i in group)
        out.append(AgentSign("wording", f"{len(group)} 件行文几乎相同，署名 {len(people)} 人", ids))
        days = sorted(day for i in group if (day := seen[i].received))
        if len(days) >= LEAST_SHARED and days[-1] - days[0] <= MASS:
            out.append(AgentSign("mass", f"{len(days)} 件在 {(days[-1] - days[0]).days + 1} 天内集中到达", ids))
    return out
