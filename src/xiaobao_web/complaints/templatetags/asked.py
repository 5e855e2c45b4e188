"""What a language model adds to a ticket, on the pages of contacts and cases."""

from __future__ import annotations

from typing import Any

from django import template

from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.complaints.services import asked

register = template.Library()


@register.inclusion_tag("complaints/_asked.html", takes_context=True)
def asked_of(context: dict[str, Any], row: Contact | Case) -> dict[str, Any]:
    """Show what the model proposes for a contact, or for each contact of a case; nothing where there is nothing."""
    user = context["request"].user
    contacts = [row] if isinstance(row, Contact) else list(row.contacts.select_related("case").order_by("pk"))
    shown = [(contact, asked.proposals(contact, user)) for contact in contacts]
    return {
        "shown": [(contact, found, asked.may_decide(contact, user)) for contact, found in shown if found],
        "failed": any(asked.kept(contact).get("state") == asked.FAILED for contact in contacts),
        "csrf_token": context.get("csrf_token"),
    }
