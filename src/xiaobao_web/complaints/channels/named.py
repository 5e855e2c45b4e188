"""The organisation that somebody's words name: in full, or shortened as people say it; none where two are named."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from django.apps import apps

from xiaobao_web.people.models import OrganisationKind

BRANCH = "分行"
OUTLETS = (OrganisationKind.BRANCH.value, OrganisationKind.SUB_BRANCH.value)
SHORTEST = 4
"""Characters that a name needs to be told from other words: 港口支行."""


@dataclass(frozen=True)
class Named:
    """An organisation and the words that name it."""

    unit: Any
    words: str


def unit_in(text: str, units: Iterable[Any] | None = None) -> Named | None:
    """Return the one organisation that words name, None where they name none, or several that are not one another's.

    A sub-branch goes before the branch above it, an outlet before a department or a partner.
    """
    plainly = "".join(normalize("NFKC", text).split())
    rows = list(_in_use() if units is None else units)
    branches = {unit.pk: unit for unit in rows if unit.kind == OrganisationKind.BRANCH}
    found = [Named(unit, words) for unit in rows if (words := _said(unit, branches, plainly))]
    found = [one for one in found if not _covered(one, found, plainly)]
    outlets = [one for one in found if one.unit.kind in OUTLETS]
    meant = outlets or found
    lowest = [one for one in meant if not any(o is not one and o.unit.path.startswith(one.unit.path) for o in meant)]
    return lowest[0] if len(lowest) == 1 else None


def _in_use() -> Any:
    return apps.get_model("people", "Organisation")._default_manager.filter(active=True, parent__isnull=False)


def _said(unit: Any, branches: dict[int, Any], plainly: str) -> str:
    """Return the words that name an organisation: its name, or what is left of it after its branch's place."""
    if len(unit.name) >= SHORTEST and unit.name in plainly:
        return str(unit.name)
    branch = branches.get(unit.parent_id)
    place = branch.name.removesuffix(BRANCH) if branch is not None else ""
    short = unit.name.removeprefix(place)
    if not place or short == unit.name or len(short) < SHORTEST or short not in plainly or place not in plainly:
        return ""
    others = [item.name.removesuffix(BRANCH) for item in branches.values() if item is not branch]
    return "" if any(f"{other}{short}" in plainly for other in others) else str(short)


def _covered(one: Named, found: list[Named], plainly: str) -> bool:
    """Tell whether the words stand only inside the longer name of another organisation."""
    longer = [item.words for item in found if one.words in item.words and item.words != one.words]
    for words in longer:
        plainly = plainly.replace(words, "\n")
    return one.words not in plainly
