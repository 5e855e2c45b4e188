"""What a complaint or a warning gives a rule that would have caught it: a first text that its author completes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from xiaobao.privacy import mask
from xiaobao.text.normalise import normalise
from xiaobao.text.sentences import clauses, sentences
from xiaobao_web.insights.models import EarlyWarning
from xiaobao_web.knowledge import drafting

FILE = Path(__file__).parents[1] / "data" / "rules.yaml"
QUOTED = re.compile(r"[“\"「『]([^”\"」』]{2,20})[”\"」』]")
MOST = 160
"""Characters of an example."""
WORDS = (4, 14)
"""Characters of a word that a rule looks for."""


class Cause(BaseModel):
    """What a complaint's cause suggests: the offence, and articles that may be its basis."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    category: str
    basis: tuple[str, ...]


class Suggestions(BaseModel):
    """The suggestions, by cause and business; cues are words in which people tell what was said or done to them."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    causes: dict[str, Cause]
    products: dict[str, tuple[str, ...]]
    cues: str
    own: str


@cache
def suggestions() -> Suggestions:
    """Return the suggestions."""
    return Suggestions.model_validate(yaml.safe_load(FILE.read_text("utf-8")))


def rule_text(thing: Any) -> str:
    """Return the YAML of a rule as far as a complaint or a warning can tell it; its examples are masked."""
    said = suggestions()
    warning = isinstance(thing, EarlyWarning)
    facts = {name: item["value"] for name, item in thing.facts.items()} if warning else {}
    cause, business = (facts.get(name, "") or getattr(thing, name, "") for name in ("cause", "business_type"))
    text: dict[str, Any] = yaml.safe_load(drafting.STARTER)
    text["title"] = mask(str(thing.title)).text[:60]
    found = said.causes.get(cause)
    if found is not None:
        text |= {"category": found.category, "basis": list(found.basis)}
    if products := said.products.get(business):
        text["scope"] = {"products": list(products)}
    example = "" if warning else sentence(thing)
    if example:
        text["examples"] = {"hit": [example], "no_hit": []}
        text["when"] = {"words": words(example)}
    elif warning and (terms := [term for term in thing.terms if len(term) > 1][:6]):
        text["when"] = {"words": terms}
    order = ["title", "version", "category", "severity", "basis", "scope", "when", "message", "remedy", "examples"]
    return yaml.safe_dump(
        {name: text[name] for name in order if name in text}, allow_unicode=True, sort_keys=False, width=1000
    )


def sentence(case: Any) -> str:
    """Return the sentence in which the complainant best tells what was said or done, without personal data.

    Empty where no sentence does, and for who asked to be kept secret: their own words may give them away.
    """
    if case.confidential:
        return ""
    said = suggestions()
    best, most = "", 0
    for contact in case.contacts.order_by("pk")[:20]:
        for told in _pieces(mask(contact.words()).text, sentences):
            points = 3 * len(QUOTED.findall(told)) + len(re.findall(said.cues, told))
            points -= 2 * len(re.findall(said.own, told))
            if points > most and len(told) >= 6:
                best, most = told, points
    return best[:MOST]


def words(example: str) -> list[str]:
    """Return words to look for out of an example: what stands in quotes, else the clause with most cues in it."""
    if quoted := [word for word in QUOTED.findall(example) if "×" not in word and "*" not in word]:
        return quoted[:6]
    cues = suggestions().cues
    parts = [part.strip(" ，,。；;：:、！!？?") for part in _pieces(example, clauses)]
    fit = [part for part in parts if WORDS[0] <= len(part) and not re.search(r"[*×<\[]", part)]
    best = max(fit, key=lambda part: (len(re.findall(cues, part)), -abs(len(part) - 8)), default="")
    return [best[: WORDS[1]]] if best else [str(_("在这里写词语"))]


def _pieces(text: str, cut: Any) -> list[str]:
    """Return the sentences or clauses of a text as they are written."""
    normal = normalise(text)
    places = [normal.original(span.start, span.end) for span in cut(normal)]
    return [text[start:end].strip() for start, end in places if text[start:end].strip()]
