"""What was asked in confidence before confidence followed it: found by what records still say, put right once.

A contact's own record says that its sender asked for confidence, a merged case that its complainant did. Either makes
the case confidential that it went into, unless somebody lifted confidence there since: that case is for a person to
look at. Where neither says so nothing can be known, and nothing is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.complaints.services import confiding
from xiaobao_web.complaints.services.personal import keep_secret
from xiaobao_web.complaints.services.taking_back import take_back
from xiaobao_web.complaints.services.unfinished import WAITING
from xiaobao_web.kernel import journal

LIFTED = "解除"


@dataclass
class Found:
    """The numbers of the cases that became confidential, of those whose tasks or contacts followed, of those left."""

    made: list[str] = field(default_factory=list)
    followed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def put_right(*, dry: bool = False) -> Found:
    """Make confidential what was asked in confidence, and let contacts and tasks of confidential cases follow.

    Each case in its own transaction; doing it again changes nothing. `dry` undoes it all and only says what it was.
    """
    if not dry:
        return _put_right()
    with transaction.atomic():
        found = _put_right()
        transaction.set_rollback(True)
    return found


def _put_right() -> Found:
    found, seen = Found(), set[int]()
    while keys := sorted(set(_asked().values_list("pk", flat=True)) - seen):
        for pk in keys:  # a case that becomes confidential may have been merged itself, and makes another so
            seen.add(pk)
            _make(pk, found)
    for pk in list(_behind().values_list("pk", flat=True)):
        _follow(pk, found)
    return found


def _asked() -> QuerySet[Case]:
    """Return the cases that are not confidential though a contact of theirs, or a case merged into them, is."""
    contacts = Contact.objects.filter(Q(details__confidential=True) | Q(confidential=True), case__confidential=False)
    merged = Case.objects.filter(confidential=True, merged_into__confidential=False)
    keys = Q(pk__in=contacts.values("case")) | Q(pk__in=merged.values("merged_into"))
    return Case.objects.filter(keys, confidential=False).order_by("pk")


def _behind() -> QuerySet[Case]:
    """Return the confidential cases with a contact that is not marked, or a task that somebody still works on."""
    contacts = Contact.objects.filter(confidential=False, case__confidential=True)
    keys = Q(pk__in=contacts.values("case")) | Q(tasks__state__in=WAITING)
    return Case.objects.filter(keys, confidential=True).order_by("pk").distinct()


@transaction.atomic
def _make(pk: int, found: Found) -> None:
    case = Case.objects.select_for_update().get(pk=pk)
    if case.confidential:
        return
    if _was_lifted(case):
        found.left.append(case.number)
        return
    confiding.follow(case, by=None, told=_("按%s 的要求补设") % "、".join(_sources(case)))
    found.made.append(case.number)


def _was_lifted(case: Case) -> bool:
    """Tell whether a person lifted confidence of a case at any time: what was asked before then was decided on."""
    events = journal.events_of(case).filter(type="complaints.confidential_set")
    return any(event.facts.get("result") == LIFTED for event in events)


def _sources(case: Case) -> Iterator[str]:
    """Return what of a case says that its complainant asked for confidence."""
    contacts = case.contacts.filter(Q(details__confidential=True) | Q(confidential=True)).order_by("pk")
    merged = case.merged.filter(confidential=True).order_by("pk")
    yield from (_("来件 %s") % number for number in contacts.values_list("number", flat=True))
    yield from (_("并入件 %s") % number for number in merged.values_list("number", flat=True))


@transaction.atomic
def _follow(pk: int, found: Found) -> None:
    case = Case.objects.select_for_update().get(pk=pk)
    unmarked = case.contacts.filter(confidential=False).exists()
    if unmarked:
        keep_secret(case)
    if take_back(case, by=None) or unmarked:
        found.followed.append(case.number)
