"""A person takes or drops what a language model proposes for a ticket."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from xiaobao_web.complaints.models import Contact
from xiaobao_web.complaints.services import asked
from xiaobao_web.kernel.access import can, find


@require_POST
def decide(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Take a value of the model's into the ticket, or drop it."""
    rows = Contact.objects.select_related("unit", "case__unit")
    row = asked.decide(
        find(request.user, rows, "complaints.contacts", pk=pk), field, take=request.POST.get("take") == "1",
        by=request.user,
    )  # fmt: skip
    messages.success(request, _("已采用。") if request.POST.get("take") == "1" else _("已记为不采用。"))
    seen = row.case is not None and can(request.user, "complaints.view", row.case)
    return redirect(row.case if seen and row.case is not None else row)
