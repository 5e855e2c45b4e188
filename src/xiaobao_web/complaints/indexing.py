"""How cases and contacts are found by words: numbers, masked summaries, classes; never by personal data."""

from __future__ import annotations

from django.urls import reverse

from xiaobao_web.complaints import queries
from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.complaints.services.personal import masked, short
from xiaobao_web.kernel.search import searchable


def _text(case: Case) -> str:
    sent = [letter.number for letter in case.letters.all()]
    numbers = [row.number for row in case.transfers_in.all()]
    parts = [case.summary, case.business_type, case.cause, case.product_name, str(case.product or ""), str(case.unit)]
    return "\n".join([*parts, "、".join(case.demands), "、".join(case.flags), *sent, *numbers])


searchable(
    Case,
    title=lambda case: f"{case.number} {case.title}",
    text=_text,
    url=lambda case: reverse("complaint", args=[case.pk]),
    visible=queries.visible,
    rows=lambda: Case.objects.select_related("product", "unit").prefetch_related("letters", "transfers_in"),
)
searchable(
    Contact,
    title=lambda contact: f"{contact.number} {masked(contact.subject)}".strip(),
    text=lambda contact: f"{contact.source_number}\n{masked(short(contact.words(), 500))}",
    url=lambda contact: reverse("complaint_contact", args=[contact.pk]),
    visible=queries.contacts,
    rows=lambda: Contact.objects.all(),
)
