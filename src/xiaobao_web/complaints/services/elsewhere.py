"""Earlier complaints of a caller that lie out of a clerk's reach: that they are there, and whom to ask.

A call centre registers for branches whose cases it does not see. It is told number, day, state, unit and cause of them,
never words or personal data; of confidential cases nothing, nor of those in which the clerk is complained of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from xiaobao_web.complaints import queries
from xiaobao_web.complaints.models import Case, PartyKind
from xiaobao_web.complaints.services.secret_numbers import written
from xiaobao_web.kernel import journal

NUMBERS = ("phone", "id_number", "account")
LEAST_DIGITS = 6
LOOKED, SHOWN = 100, 10
"""Cases of one number that are looked at, the latest first; cases told."""


@dataclass(frozen=True)
class Told:
    """What is told of a case out of reach: who handles it is a unit, not a person."""

    number: str
    day: Any
    state: str
    unit: str
    cause: str


@dataclass(frozen=True)
class Elsewhere:
    """How many earlier complaints lie out of reach, and the latest of them."""

    count: int = 0
    cases: list[Told] = field(default_factory=list)
    more: bool = False
    """Whether there may be others than were counted."""

    @property
    def units(self) -> list[str]:
        """Return whom to ask, each once."""
        return list(dict.fromkeys(case.unit for case in self.cases))


def same_customer(numbers: Mapping[str, Any]) -> Q:
    """Return the condition of the complaints that have one of some numbers: telephone, document, account."""
    same = Q(pk__in=[])
    for name in NUMBERS:
        value = str(numbers.get(name) or "").strip()
        if len(value) >= LEAST_DIGITS:
            same |= Q(**{name: written(value) if name == "phone" else value})
    return same


def elsewhere(numbers: Mapping[str, Any], *, by: Any) -> Elsewhere:
    """Return the earlier complaints of a customer that a person who registers cannot open; each told is journalled."""
    rows = Case.objects.filter(same_customer(numbers), confidential=False).select_related("unit", "handler__unit")
    found = list(rows.order_by("-received_at", "-pk")[:LOOKED])
    if not found:
        return Elsewhere()
    keys = [row.pk for row in found]
    known = set(queries.visible(by).filter(pk__in=keys).values_list("pk", flat=True))
    own = Case.objects.filter(pk__in=keys, parties__kind=PartyKind.RESPONDENT, parties__person=by)
    known |= set(own.values_list("pk", flat=True))
    beyond = [row for row in found if row.pk not in known]
    for row in beyond[:SHOWN]:
        journal.record("complaints.told_elsewhere", by=by, on=row)
    return Elsewhere(len(beyond), [_told(row) for row in beyond[:SHOWN]], len(found) == LOOKED)


def _told(row: Case) -> Told:
    unit = row.handler.unit if row.handler is not None and row.handler.unit is not None else row.unit
    return Told(row.number, row.received_at, str(row.get_state_display()), str(unit), row.cause)
