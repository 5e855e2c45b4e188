"""What a person makes of the machine's values, field by field: which fields, how values are compared, what became."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from xiaobao_web.complaints.models import FieldCheck
from xiaobao_web.complaints.services import sentences

FIELDS = {
    "customer_name": "customer_name", "phone": "phone", "id_number": "id_number", "account": "card_or_account",
    "email": "email", "staff": "staff_mentioned", "institution": "institution_branch", "unit": "institution_branch",
    "product_name": "product_name", "business_type": "business_type", "cause": "cause", "event_dates": "event_dates",
    "amounts": "amounts", "amount": "amounts", "urgency": "urgency", "demands": "demand", "flags": "risk_flags",
    "summary": "summary",
}  # fmt: skip
"""A field of the form, in its order, and where the engine's ticket has it; `unit` is which of ours the words name."""
OTHERS = "cause_alternatives"
"""The causes that come next in the ticket; counted where the clerk takes another cause than the first."""
FATE = FieldCheck.Fate


def fate_of(machine: Any, given: Any) -> str:
    """Return what became of a value: kept, changed, cleared, added, or empty on both sides."""
    one, two = bare(machine), bare(given)
    if not one and not two:
        return FATE.EMPTY.value
    if one == two:
        return FATE.KEPT.value
    return (FATE.ADDED if not one else FATE.CLEARED if not two else FATE.CHANGED).value


def fate_of_others(cause: Any, others: list[str]) -> str:
    """Return what became of the causes that come next, where another than the first is taken."""
    return (FATE.KEPT if cause in others else FATE.CHANGED if others else FATE.ADDED).value


def bare(value: Any) -> Any:
    """Return a value as it is compared: lists in order, numbers as numbers, words without blanks."""
    if isinstance(value, list | tuple):
        return sorted(
            f"{bare(item['value'])} {item['role']}" if isinstance(item, dict) else str(item) for item in value
        )
    if isinstance(value, Decimal | int | float):
        return Decimal(str(value)).normalize()
    return "".join(str(value or "").split())


def highest(sums: list[dict[str, Any]] | None) -> Decimal | None:
    """Return the highest of some sums, which is that of a case."""
    return max((Decimal(str(item["value"])) for item in sums or []), default=None)


def sentence_of(told: dict[str, Any]) -> str:
    """Return the sentence that a case with a ticket's fields has: without who complains."""
    return sentences.summary_of({name: told.get(FIELDS.get(name, "")) for name in sentences.SAYS})
