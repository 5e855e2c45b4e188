"""Fill a ticket from a complaint, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from xiaobao.intake import amounts, people, phones
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
    }
    taken = [place for reading in found.values() if reading for place in reading.places]
    taken += [(e.start, e.end) for e in story.entities if e.kind in ("id_card", "bank_card", "mobile", "landline")]
    found["amounts"] = amounts.find(story, taken)
    return _ticket(story, {name: reading for name, reading in found.items() if reading is not None})


def _ticket(story: Narrative, found: Mapping[str, Found[Any]]) -> Ticket:
    return Ticket(
        **{name: reading.value for name, reading in found.items()},
        evidence={name: tuple(story.span(*p) for p in r.places) for name, r in found.items() if r.places},
        confidence={name: reading.confidence for name, reading in found.items()},
    )
