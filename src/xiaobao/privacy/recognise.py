"""Run the recognisers and settle their overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import itemgetter

from xiaobao.garbage import uncollected
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
_START = itemgetter(Entity._fields.index("start"))


def recognise(text: str, kinds: Iterable[str] | None = None) -> list[Entity]:
    """Return the personal data of a text in order, without overlaps; offsets are code points of the text as given.

    kinds None means all but those off by default (amounts); an unknown kind raises UsageError.
    """
    wanted = list(chosen(kinds))
    source, finders = Source(text), registered()
    with uncollected(len(text)):
        return settle([entity for kind in wanted for entity in finders[kind](source)])


def settle(found: Iterable[Entity]) -> list[Entity]:
    """Return entities without overlaps: a met checksum wins, then the longer, then the surer, then the kinds' order."""
    kept: list[Entity] = []
    cluster: list[Entity] = []
    reach = 0
    for entity in sorted(found, key=_START):
        if entity.start >= reach and cluster:
            kept += cluster if len(cluster) == 1 else _winners(cluster)
            cluster = []
        cluster.append(entity)
        reach = max(reach, entity.end)
    return kept + _winners(cluster)


def _winners(cluster: Sequence[Entity]) -> list[Entity]:
    """Return the entities that stay of ones that overlap in a chain, by start."""
    kept: list[Entity] = []
    base = min((e.start for e in cluster), default=0)
    taken = bytearray(max((e.end for e in cluster), default=0) - base)
    order = sorted(cluster, key=lambda e: (e.valid is not True, e.start - e.end, -e.score, _RANK[e.kind], e.start))
    for entity in order:
        start, end = entity.start - base, entity.end - base
        if not any(taken[start:end]):
            taken[start:end] = b"\x01" * (end - start)
            kept.append(entity)
    return sorted(kept, key=_START)
