"""Run the recognisers and settle their overlaps."""

from __future__ import annotations

from collections.abc import Iterable

from xiaobao.privacy import (
    address,
    amount,
    bank_card,
    credit_code,
    email,
    id_card,
    landline,
    mobile,
    organisation,
    passport,
    person,
    plate,
    social_account,
    travel_permit,
)
from xiaobao.privacy.entities import KINDS, Entity, chosen, registered
from xiaobao.privacy.source import Source

MODULES = (
    address, amount, bank_card, credit_code, email, id_card, landline, mobile, organisation, passport, person, plate,
    social_account, travel_permit,
)  # fmt: skip
"""One module a kind; importing them fills the registry."""

_RANK = {kind: rank for rank, kind in enumerate(KINDS)}


def recognise(text: str, kinds: Iterable[str] | None = None) -> list[Entity]:
    """Return the personal data of a text in order, without overlaps; offsets are code points of the text as given.

    kinds None means all but those off by default (amounts); an unknown kind raises UsageError.
    """
    wanted = list(chosen(kinds))
    source, finders = Source(text), registered()
    found = [entity for kind in wanted for entity in finders[kind](source)]
    return settle(found)


def settle(found: Iterable[Entity]) -> list[Entity]:
    """Return entities without overlaps: a met checksum wins, then the longer, then the surer, then the kinds' order."""
    order = sorted(found, key=lambda e: (e.valid is not True, -(e.end - e.start), -e.score, _RANK[e.kind], e.start))
    kept: list[Entity] = []
    taken = bytearray(max((e.end for e in order), default=0))
    for entity in order:
        if not any(taken[entity.start : entity.end]):
            taken[entity.start : entity.end] = b"\x01" * (entity.end - entity.start)
            kept.append(entity)
    return sorted(kept, key=lambda e: e.start)
