"""Whether two complaints are of the same event, and why; letters from one template; signs of paid agents.

The probability is a logistic sum of the signs in `evidence`, with weights learnt from pairs of our own
(`evaluation/duplicates.py`); what the complaints are about is read only where it may tip the scale. A letter that
others sent in the same words under another name is no same event.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, Literal

import orjson

from xiaobao.insight.evidence import LIKENESSES, Sign, jaccard, likeness_of, matter_phrases, matter_signs, signs
from xiaobao.insight.facts import Facts, facts_of
from xiaobao.insight.matter import has_meaning

Link = Literal["same_event", "template", "agent", "same_customer", "none"]
SAME = 0.5
TEMPLATE = 0.55
"""Pairs of characters shared (Jaccard) from which two letters are of one template."""


@dataclass(frozen=True, slots=True)
class Match:
    """How two complaints belong together: probability of the same event, kind of link, what is alike and what differs.

    Where facts alone rule out one event, or leave no doubt, the probability takes the matter as neither alike nor not.
    """

    probability: float
    link: Link
    alike: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def why(self) -> tuple[str, ...]:
        """Return the reasons: what is alike first, then what differs."""
        return (*self.alike, *self.differs)

    def as_dict(self) -> dict[str, Any]:
        """Return the interface shape of `xiaobao duplicates`, with the kind of link."""
        return {"probability": round(self.probability, 4), "why": list(self.why), "link": self.link}


@cache
def weights(with_meaning: bool) -> dict[str, float]:
    """Return the weight of each sign and of the "bias", with a sentence encoder or without."""
    read = orjson.loads(Path(__file__).with_name("duplicates.json").read_bytes())
    found: dict[str, float] = read["meaning" if with_meaning else "plain"]
    return found


def compare(a: Facts | Mapping[str, Any], b: Facts | Mapping[str, Any]) -> Match:
    """Return how two complaints belong together; each is Facts or {"text","received_at",…}."""
    mine = a if isinstance(a, Facts) else facts_of(a)
    theirs = b if isinstance(b, Facts) else facts_of(b)
    found = signs(mine, theirs)
    by = {s.name: s for s in found}
    values = {s.name: s.value for s in found}
    used = weights(has_meaning())
    score = used["bias"] + sum(used.get(name, 0.0) * value for name, value in values.items())
    most = _told(dict.fromkeys(LIKENESSES, 1.0), values, used)
    if score < 0 < score + most:
        likeness = likeness_of(mine.matter, theirs.matter, meaning=has_meaning())
        phrases = matter_phrases(mine.matter, theirs.matter, likeness)
    else:
        likeness, phrases = likeness_of(None, None, meaning=has_meaning()), ("", "")
    score += _told(likeness, values, used)
    probability = 1 / (1 + exp(-max(-30.0, min(30.0, score))))
    link: Link = "same_event" if probability >= SAME else "none"
    who = any(by[name].value for name in ("same_number", "same_account", "same_person"))
    if _template(by) and _others(by):
        own = by["same_person"].value and (by["same_number"].value or by["same_account"].value)
        probability, link = min(probability, 0.15), "same_customer" if own else "template"
    elif link == "none" and who:
        link = "agent" if _agent(mine, theirs, by) else "same_customer"
    return Match(probability, link, *_reasons(found, link, phrases, used))


def _told(likeness: Mapping[str, float], values: Mapping[str, float], used: Mapping[str, float]) -> float:
    """Return what the likeness of two matters adds to the score."""
    return sum(used.get(name, 0.0) * value for name, value in matter_signs(likeness, values).items())


def _template(by: Mapping[str, Sign]) -> bool:
    """Tell whether two letters are of one wording."""
    likeness = by["wording"].value
    return likeness >= TEMPLATE or (likeness >= 0.8 * TEMPLATE and by["words"].value >= 0.8)


def _others(by: Mapping[str, Sign]) -> bool:
    """Tell whether two letters are of different people: other names or numbers, or other cards and sums."""
    names = ("other_person", "other_number", "other_account", "other_surname", "other_tail", "other_amount")
    return any(by[name].value for name in names)


_THROUGH = re.compile(
    r"全权(?:委托|代理|处理|负责)|委托代理|代理维权|(?:只[与跟同]|联系|通过|回复)[^,，。]{0,6}代理人|统一(?:回复|联系)|(?:勿|不要|不得)(?:再|直接)?联系本人"
    r"|委托[^,，。]{0,8}(?:法务|维权)"
)
"""Words by which a letter puts somebody between the institution and its customer; an insurer's 代理人 is none."""


def _agent(mine: Facts, theirs: Facts, by: Mapping[str, Sign]) -> bool:
    """Tell whether one number answers for two people and either letter speaks through an agent; relatives do not."""
    if not by["same_number"].value or by["same_person"].value or by["same_account"].value:
        return False
    return bool(mine.people and theirs.people) and any(_THROUGH.search(f.text) for f in (mine, theirs))


_LEAST_TOLD = 0.5
"""What a sign counts among reasons that others outweigh: a name says little beside the telephone and is told."""
HEADS: dict[Link, tuple[str, ...]] = {
    "template": ("同一模板、不同的人",), "agent": ("同一联系方式、不同的人，并提到代理",),
}  # fmt: skip
_WORDING = ("words", "rare_words", "wording")
_DIFFER = ("other_", "anew", "gap")


def _reasons(
    found: Sequence[Sign], link: Link, phrases: tuple[str, str], used: Mapping[str, float]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is alike and what differs: facts before wording, what weighed most first."""
    told = [s for s in found if s.phrase and s.value]
    told.sort(key=lambda s: (s.name in _WORDING, -max(_LEAST_TOLD, abs(used.get(s.name, 0.0))) * s.value))
    alike = [s.phrase for s in told if not s.name.startswith(_DIFFER)]
    differs = [s.phrase for s in told if s.name.startswith(_DIFFER)]
    alike[1:1], differs[:0] = [phrases[0]] * bool(phrases[0]), [phrases[1]] * bool(phrases[1])
    head = HEADS.get(link, ())
    return (*head, *alike[:5]), tuple(differs[:3])


@dataclass(frozen=True, slots=True)
class AgentSign:
    """A sign that paid agents stand behind complaints: what they share, Chinese reason, ids of the complaints."""

    kind: Literal["number", "wording", "mass", "words"]
    reason: str
    ids: tuple[str, ...]


AGENT_WORDS = (
    "全权代理", "委托代理", "代理人", "授权委托", "只与代理", "勿联系本人", "不要联系本人", "法务",
    "代理维权", "统一回复至",
)  # fmt: skip
LEAST_SHARED = 3


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
        named = [word for word in AGENT_WORDS if word in each.text]
        if named:
            out.append(AgentSign("words", f"文中写有“{named[0]}”", (each.id,)))
    for number, group in sorted(by_number.items()):
        people = {next(iter(sorted(f.people)), "") for f in group} - {""}
        if len(people) >= 2:
            shown = f"同一联系方式（尾号 {number[-4:]}）用于 {len(people)} 名不同的客户"
            out.append(AgentSign("number", shown, tuple(f.id for f in group)))
    return out + _templates(seen)


def _templates(seen: list[Facts]) -> list[AgentSign]:
    """Return groups of letters in one wording from different people, and those of them that came within three days."""
    out: list[AgentSign] = []
    free = list(range(len(seen)))
    while free:
        first = free.pop(0)
        group = [first, *(i for i in free if jaccard(seen[first].grams, seen[i].grams) >= TEMPLATE)]
        free = [i for i in free if i not in group]
        people = Counter(name for i in group for name in sorted(seen[i].people)[:1])
        if len(group) < LEAST_SHARED or len(people) < LEAST_SHARED:
            continue
        ids = tuple(seen[i].id for i in group)
        out.append(AgentSign("wording", f"{len(group)} 件行文几乎相同，署名 {len(people)} 人", ids))
        days = sorted(day for i in group if (day := seen[i].received))
        if len(days) >= LEAST_SHARED and days[-1] - days[0] <= timedelta(days=3):
            out.append(AgentSign("mass", f"{len(days)} 件在 {(days[-1] - days[0]).days + 1} 天内集中到达", ids))
    return out
