"""Whether two complaints are of the same event, and why; letters from one template; one number of two people.

The probability is a logistic sum of the signs in `evidence`, with weights learnt from pairs of our own
(`evaluation/duplicates.py`); what the complaints are about is read only where it may tip the scale. A letter that
others sent in the same words under another name is no same event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp
from pathlib import Path
from typing import Any, Literal

import orjson

from xiaobao.insight.agents import TEMPLATE, speaks_through_an_agent
from xiaobao.insight.evidence import LIKENESSES, Sign, likeness_of, matter_phrases, matter_signs, signs
from xiaobao.insight.facts import Facts, facts_of
from xiaobao.insight.matter import has_meaning

Link = Literal["same_event", "template", "agent", "same_customer", "none"]
SAME = 0.5


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


def _agent(mine: Facts, theirs: Facts, by: Mapping[str, Sign]) -> bool:
    """Tell whether one number answers for two people and either letter speaks through an agent; relatives do not."""
    if not by["same_number"].value or by["same_person"].value or by["same_account"].value:
        return False
    return bool(mine.people and theirs.people) and any(speaks_through_an_agent(f.text) for f in (mine, theirs))


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
