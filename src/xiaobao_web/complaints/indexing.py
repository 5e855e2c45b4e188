"""How cases and contacts are found by words: numbers, masked summaries, classes; never by personal data."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from xiaobao_web.complaints import queries
from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.complaints.services import sentences
from xiaobao_web.complaints.services.personal import masked, short
from xiaobao_web.kernel.access import naming, scope
from xiaobao_web.kernel.search import searchable


def _text(case: Case) -> str:
    sent = [letter.number for letter in case.letters.all()]
    numbers = [row.number for row in case.transfers_in.all()]
    told = sentences.told_to_all(case)
    parts = [told, case.business_type, case.cause, case.product_name, str(case.product or ""), str(case.unit)]
    return "\n".join([*parts, "、".join(case.demands), "、".join(case.flags), *sent, *numbers])


searchable(
    Case,
    title=lambda case: f"{case.number} {case.title}",
    text=_text,
    url=lambda case: reverse("complaint", args=[case.pk]),
    visible=queries.visible,
    named=lambda user: _named(user, Case, "complaints.view"),
    rows=lambda: Case.objects.select_related("product", "unit").prefetch_related("letters", "transfers_in"),
)


def _named(user: Any, model: Any, permission: str) -> QuerySet[Any]:
    """Return the rows that name a person; all of them for whoever sees all, none where the person sees none."""
    where = scope(user, permission)
    rows: QuerySet[Any] = model.objects.all()
    return rows if where.everywhere else rows.filter(naming(user, model)) if where.own else rows.none()


def _contact_title(contact: Contact) -> str:
    return contact.number if contact.confidential else f"{contact.number} {masked(contact.subject)}".strip()


def _contact_text(contact: Contact) -> str:
    """Return the words that find a contact; one whose complainant is confidential is found by its numbers only."""
    told = "" if contact.confidential else masked(short(contact.words(), 500))
    return f"{contact.source_number}\n{told}"


searchable(
    Contact,
    title=_contact_title,
    text=_contact_text,
    url=lambda contact: reverse("complaint_contact", args=[contact.pk]),
    visible=queries.contacts,
    named=lambda user: _named(user, Contact, "complaints.contacts"),
    rows=lambda: Contact.objects.all(),
)
