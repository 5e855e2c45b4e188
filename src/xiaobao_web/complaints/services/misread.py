"""A person corrects on a case what the machine had misread: its checks say so, as if it had been found at intake.

Once a field and case, by the contact that the case was opened with. Where nobody had looked at the values of a contact
before (it came by mail, say), whoever corrects has them all in view: those left as the machine read them were right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from xiaobao_web.complaints.models import Case, Contact, FieldCheck
from xiaobao_web.complaints.services.checking import FATE, FIELDS, OTHERS, fate_of, fate_of_others, highest, sentence_of
from xiaobao_web.kernel import journal

CHANGED = "changed"
"""Why a ticket is corrected: the facts are others now; the machine had read what was said."""
LEFT = (FATE.KEPT.value, FATE.EMPTY.value)


def is_read(case: Case) -> bool:
    """Tell whether a machine read the words a case was opened with."""
    return bool(read_of(case.ticket))


def count(case: Case, names: Iterable[str], *, by: Any) -> None:
    """Count fields that a person corrects as what the machine said of them was found to be.

    Fields whose facts have changed since are left: what stood there last was not the machine's.
    """
    read, since = read_of(case.ticket), _changed_since(case)
    contact = _opened_with(case) if read else None
    if contact is None:
        return
    checks = {row.field: row for row in FieldCheck.objects.select_for_update().filter(contact=contact)}
    corrected = [name for name in names if name in FIELDS and name not in since]
    if not corrected:
        return
    made = {name: fate_of(_value(read, name), getattr(case, name)) for name in corrected}
    left = {} if checks else {
        name: fate_of(_value(read, name), getattr(case, name))
        for name in FIELDS if name not in (*made, *since, "unit", "summary")
    }  # fmt: skip
    if "cause" in made:
        made |= _others(contact, made["cause"], case.cause, read)
    now, sure = timezone.now(), contact.ticket.get("confidence", {})
    for name, fate in made.items():
        row = checks.get(name) or FieldCheck(contact=contact, field=name, channel=contact.channel,
                                             confidence=sure.get(FIELDS.get(name, "")))  # fmt: skip
        row.fate, row.by, row.corrected_at = fate, by, now
        row.save()
    FieldCheck.objects.bulk_create([
        FieldCheck(contact=contact, field=name, fate=fate, channel=contact.channel, by=by,
                   confidence=sure.get(FIELDS[name]))
        for name, fate in left.items() if fate in LEFT
    ])  # fmt: skip


def read_of(ticket: dict[str, Any]) -> dict[str, Any]:
    """Return what the machine read, by the names of the engine's ticket; empty where it read nothing."""
    found: dict[str, Any] = ticket.get("machine") or ticket.get("ticket") or {}
    return found


def _value(read: dict[str, Any], name: str) -> Any:
    """Return the machine's value for a field of a case."""
    if name == "amount":
        return highest(read.get("amounts"))
    if name == "summary":
        return sentence_of(read) if read.get("summary") else None
    return read.get(FIELDS[name])


def _changed_since(case: Case) -> set[str]:
    """Return the fields whose facts have changed since the words were read."""
    return {item["field"] for item in case.ticket.get("corrections", []) if item.get("why") == CHANGED}


def _opened_with(case: Case) -> Contact | None:
    """Return the contact that a case was opened with; others came to it later."""
    told = journal.events_of(case).filter(type="complaints.opened").values_list("facts", flat=True).first()
    return Contact.objects.filter(number=(told or {}).get("contact", "")).first()


def _others(contact: Contact, fate: str, cause: str, read: dict[str, Any]) -> dict[str, str]:
    """Return what became of the next causes; where the first was right after all, nothing is said of them."""
    if fate == FATE.CHANGED.value:
        return {OTHERS: fate_of_others(cause, read.get(OTHERS) or [])}
    FieldCheck.objects.filter(contact=contact, field=OTHERS).delete()
    return {}
