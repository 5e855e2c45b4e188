"""A case is made confidential, or no longer: who complains, their words, what is made of these and tasks follow."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services import sentences
from xiaobao_web.complaints.services.personal import keep_secret
from xiaobao_web.complaints.services.taking_back import take_back
from xiaobao_web.kernel import journal, search
from xiaobao_web.kernel.access import require


@transaction.atomic
def set_confidential(case: Case, *, by: Any, confidential: bool) -> Case:
    """Keep who the complainant is to the handler and the office, or no longer; a title of their words follows."""
    require(by, "complaints.confidential", case)
    return _set(case, by=by, confidential=confidential, told=_("设置") if confidential else _("解除"))


@transaction.atomic
def follow(case: Case, *, by: Any, told: str) -> Case:
    """Make a case confidential as what came to it is; one that is already has its contacts follow.

    `told` is what the timeline says of it.
    """
    if not case.confidential:
        return _set(case, by=by, confidential=True, told=told)
    keep_secret(case)
    take_back(case, by=by)
    return case


def _set(case: Case, *, by: Any, confidential: bool, told: str) -> Case:
    row = Case.objects.select_for_update().get(pk=case.pk)
    row.confidential, before = confidential, row.title
    ours = sentences.written(row)
    if "title" in ours or sentences.is_of_words(row):
        facts = sentences.facts_of(row)
        row.title = sentences.titled(facts, row.summary, channel=row.channel, confidential=confidential)
        row.ticket = {**row.ticket, sentences.WRITTEN: sorted({*ours, "title"})}
    row.save(update_fields=["confidential", "title", "ticket"])
    keep_secret(row)
    search.index(row)
    journal.record(
        "complaints.confidential_set", by=by, on=row, facts={"result": told},
        personal={"values": {"title": [before, row.title]}} if row.title != before else None,
    )  # fmt: skip
    if confidential:
        take_back(row, by=by)
    return row
