"""Say which rules rest on an article, so that a change of law shows what must be looked at again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from xiaobao.errors import LawError
from xiaobao.laws.norm import Norm
from xiaobao.laws.numbering import Locus
from xiaobao.laws.register import Register
from xiaobao.model import Citation

Reach = Literal["exact", "within", "above", "broken"]


class CitingRule(Protocol):
    """What impact asks of a rule: an id, a title and the articles it cites."""

    @property
    def id(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def basis(self) -> Iterable[str | Citation]: ...


@dataclass(frozen=True, slots=True)
class Impact:
    """A rule that rests on the asked place: exactly, on a part within it, on the whole above it, or unreadably."""

    rule: str
    title: str
    reference: str
    reach: Reach


def impact(register: Register, reference: str, rules: Iterable[CitingRule]) -> list[Impact]:
    """Return the rules that rest on a norm (广告法), an article (广告法#25) or an item (广告法#25(一)).

    A citation of a rule that does not resolve is returned as broken, whatever was asked. LawError for a wrong question.
    """
    asked, locus = _question(register, reference)
    found: list[Impact] = []
    for rule in rules:
        for basis in rule.basis:
            cited = f"{basis.norm}#{basis.article}" if isinstance(basis, Citation) else basis
            try:
                register.resolve(cited)
                norm, place = register.locate(cited)
            except LawError:
                found.append(Impact(rule.id, rule.title, cited, "broken"))
                continue
            reach = _reach(asked, locus, norm, place)
            if reach is not None:
                found.append(Impact(rule.id, rule.title, cited, reach))
    return sorted(found, key=lambda i: (i.reach == "broken", i.rule, i.reference))


def _question(register: Register, reference: str) -> tuple[Norm, Locus | None]:
    if "#" not in reference:
        try:
            return register.norm(reference), None
        except LawError:
            norm, locus = register.locate(reference)
            register.resolve(reference)
            return norm, locus
    register.resolve(reference)
    return register.locate(reference)


def _reach(asked: Norm, locus: Locus | None, norm: Norm, place: Locus) -> Reach | None:
    if norm.key != asked.key:
        return None
    if locus is None:
        return "within"
    if place == locus:
        return "exact"
    if place.number != locus.number:
        return None
    if not locus.item:
        return "within"
    return "exact" if place.item == locus.item else None if place.item else "above"
