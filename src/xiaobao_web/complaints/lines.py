"""A case as lists of the interface have it, whichever app lists it; the complainant is masked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Schema

from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services.personal import masked, shown


class CaseOut(Schema):
    """A case as lists have it; the complainant is masked."""

    id: int
    number: str
    title: str
    state: str
    state_name: str
    channel: str
    track: str
    unit: str
    handler: str | None
    customer: str
    business_type: str
    cause: str
    demands: list[str]
    flags: list[str]
    urgency: str
    level: str
    amount: float | None
    outcome: str
    fault: str
    satisfaction: int | None
    received_at: datetime
    answered_at: datetime | None
    closed_at: datetime | None


def case_told(row: Case) -> dict[str, Any]:
    """Return a case as lists have it."""
    names = (
        "id", "number", "state", "channel", "track", "business_type", "cause", "demands", "flags", "urgency", "level",
        "outcome", "fault", "satisfaction", "received_at", "answered_at", "closed_at",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "title": masked(row.title), "state_name": row.get_state_display(), "unit": str(row.unit),
        "handler": str(row.handler) if row.handler else None, "customer": shown(row)["customer_name"],
        "amount": float(row.amount) if row.amount is not None else None,
    }  # fmt: skip
