"""Fill a ticket from a complaint, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xiaobao.intake import amounts, dates, institution, numbers, people, phones, product, staff
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.ticket import Ticket


def fill(
    *,
    channel: str,
    received_at: str | datetime | date | None = None,
    text: str | None = None,
    turns: Sequence[Mapping[str, Any]] | None = None,
) -> Ticket:
    """Return the ticket of a complaint given as text or as turns ({"role", "text"}); raise InputError for bad input.

    channel is one of CHANNELS; received_at (naive: Beijing time; None: now) resolves relative dates.
    """
    return filled(narrative(channel, received_at, text, turns))


def filled(story: Narrative) -> Ticket:
    """Return the ticket of a narrative."""
    found: dict[str, Found[Any] | None] = {
        "customer_name": people.find(story),
        "phone": phones.find(story),
        "id_number": numbers.identity(story),
        "card_or_account": numbers.card(story),
        "email": numbers.email(story),
        "institution_branch": institution.find(story),
        "event_dates": dates.find(story),
        "product_name": product.find(story),
        "staff_mentioned": staff.find(story),
    }
    taken = [place for name in _NUMBERED if (reading := found[name]) for place in reading.places]
    taken += [(e.start, e.end) for e in story.entities if e.kind in ("id_card", "bank_card", "mobile", "landline")]
    found["amounts"] = amounts.find(story, [*taken, *dates.places(story)])
    return _ticket(story, {name: reading for name, reading in found.items() if reading is not None})


_NUMBERED = ("phone", "id_number", "card_or_account", "email", "staff_mentioned")


def _ticket(story: Narrative, found: Mapping[str, Found[Any]]) -> Ticket:
    return Ticket(
        **{name: reading.value for name, reading in found.items()},
        evidence={name: tuple(story.span(*p) for p in r.places) for name, r in found.items() if r.places},
        confidence={name: reading.confidence for name, reading in found.items()},
    )
