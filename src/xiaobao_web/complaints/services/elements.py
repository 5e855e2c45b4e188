"""The four elements of a letter (投诉办法 19), and what the rulebook finds in its words."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.data import Element, letter_rules

COMPLAINT_KIND = "投诉答复"
CATEGORIES = frozenset(
    {"complaint_obstruction", "unfair_term", "service_attitude", "discrimination_vulnerable", "personal_info_misuse"}
)
"""What an answer to a complaint can offend against; rules on advertising say nothing about it."""
DOUBTFUL = "review"
"""What a sentence says when read alone: beside the remedies that a letter must name, a condition of silence reads mild,
so that it is not held back for it, but a second person looks at it."""


@dataclass(frozen=True)
class Checked:
    """An element as the editor shows it: there or not, and what is missing."""

    part: str
    name: str
    found: bool
    missing: list[str] = field(default_factory=list)
    hint: str = ""
    basis: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as the letter keeps it."""
        return asdict(self)


def check(parts: dict[str, str]) -> list[Checked]:
    """Return for each of the four elements whether its part holds it; placeholders and a few words do not count."""
    rules = letter_rules()
    return [_element(element, parts.get(element.part, "").strip(), rules.basis) for element in rules.elements]


def _element(element: Element, text: str, basis: str) -> Checked:
    rules = letter_rules()
    missing = []
    if len(re.sub(r"\W", "", text)) < rules.least:
        missing.append(_("还没有写") if not text else _("写得太少"))
    else:
        if re.search(rules.empty, text):
            missing.append(_("还有没填的占位"))
        missing += [want.tell for want in element.wants if not re.search(want.any, text)]
    return Checked(element.part, element.name, not missing, missing, element.hint or element.standard, basis)


def standard_remedies(case: Any) -> str:
    """Return the standard wording of the remedies: a decision of head office has no superior institution."""
    rules = letter_rules()
    standard = next(item.standard for item in rules.elements if item.part == "remedies")
    return rules.head_standard if case.unit.parent_id is None else standard


def missing_names(checked: list[Checked]) -> list[str]:
    """Return the names of the elements that are not there."""
    return [item.name for item in checked if not item.found]


def rulebook_findings(text: str, checked: list[Checked]) -> list[dict[str, Any]]:
    """Return what the rulebook in use finds in a letter, as an answer to a complaint whose elements are known.

    What only a line read by itself offends against is for a person to look at.
    """
    from xiaobao.model import Material, Passage
    from xiaobao_web.materials.engine import basis_of, screener

    there = {item.part: item.found for item in checked}
    facts = {
        "document": {"kind": COMPLAINT_KIND},
        "reply": {
            "findings_stated": there.get("facts", False),
            "reasons_stated": there.get("reasons", False),
            "remedies_stated": there.get("remedies", False),
        },
    }
    lines = text.splitlines() or [""]
    version, reader = screener()
    whole = Material(id="letter", passages=tuple(map(Passage, lines)), scenario="disclosure", facts=facts)
    found = [_told(item, item.decision, version, basis_of) for item in _of_answers(reader.screen(whole))]
    said = {(item["rule"], item["text"]) for item in found}
    for line in filter(str.strip, lines):
        for item in _of_answers(reader.screen(Material(id="line", passages=(Passage(line),)))):
            if item.decision == "violation" and (item.rule, item.text) not in said:
                found.append(_told(item, DOUBTFUL, version, basis_of))
    return found


def _of_answers(verdict: Any) -> list[Any]:
    return [item for item in verdict.findings if item.category in CATEGORIES]


def _told(item: Any, decision: str, version: str, basis_of: Any) -> dict[str, Any]:
    return {
        "rule": item.rule, "title": item.title, "severity": item.severity, "decision": decision, "text": item.text,
        "message": item.message, "remedy": item.remedy, "basis": basis_of(item.basis), "rulebook": version,
    }  # fmt: skip
