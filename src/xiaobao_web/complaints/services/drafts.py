"""Files of drafts that citizens leave: kept while the draft is worked at, swept when nobody comes back."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from xiaobao_web.complaints.models import CitizenFile
from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.models import StoredFile

AT_ONCE = 1000


def _session(token: str) -> str:
    return hashlib.sha256(f"draft {token}".encode()).hexdigest()


def touch(token: str, sha256s: list[str]) -> None:
    """Note that a draft with these files is being worked at."""
    now = timezone.now()
    for sha256 in sha256s:
        CitizenFile.objects.update_or_create(sha256=sha256, session=_session(token), defaults={"touched_at": now})


def handed_in(token: str) -> None:
    """Forget the files of a draft that was handed in: its contact keeps them."""
    CitizenFile.objects.filter(session=_session(token)).delete()


def thrown_away(token: str) -> None:
    """Let the files of a draft that was thrown away go with the next sweep."""
    CitizenFile.objects.filter(session=_session(token)).update(touched_at=timezone.now() - age())


def lost(sha256s: list[str]) -> set[str]:
    """Return the files of a draft that the sweep has taken since."""
    here = StoredFile.objects.filter(sha256__in=sha256s, purged_at__isnull=True)
    return set(sha256s) - set(here.values_list("sha256", flat=True))


def age() -> timedelta:
    """Return how long the files of an untouched draft stay."""
    return timedelta(days=settings.COMPLAINTS_DRAFT_DAYS)


def sweep() -> int:
    """Remove the files of drafts that nobody has touched for so long, and return how many went.

    Bytes that anything else names stay: another draft, a contact, an evidence of somebody's.
    """
    gone = 0
    due = CitizenFile.objects.filter(touched_at__lte=timezone.now() - age()).order_by("pk")
    for row in due[:AT_ONCE]:
        gone += _let_go(row.pk)
    if gone:
        journal.record("complaints.drafts_swept", facts={"count": gone, "days": settings.COMPLAINTS_DRAFT_DAYS})
    return gone


@transaction.atomic
def _let_go(number: int) -> int:
    due = CitizenFile.objects.select_for_update().filter(pk=number, touched_at__lte=timezone.now() - age()).first()
    if due is None:
        return 0
    due.delete()
    if CitizenFile.objects.filter(sha256=due.sha256).exists():
        return 0
    stored = StoredFile.objects.select_for_update().filter(sha256=due.sha256, purged_at__isnull=True).first()
    if stored is None or stored.hold_reason or files.is_used(stored):
        return 0
    files.purge_unused(stored)
    return 1
