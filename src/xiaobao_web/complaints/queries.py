"""What is asked of complaints: which a person may see, whose step is next, what belongs together."""

from __future__ import annotations

import re
from typing import Any

from django.db import models
from django.db.models import F, Q, QuerySet

from xiaobao_web.complaints.models import Case, CaseState, Contact, ContactState, Letter, LetterState, Task, TaskState
from xiaobao_web.complaints.states import OPEN
from xiaobao_web.kernel.access import holds, naming, reached, scope, visible_to
from xiaobao_web.kernel.among import Among, Listed
from xiaobao_web.kernel.lists.reading import likely
from xiaobao_web.kernel.models import SearchEntry
from xiaobao_web.kernel.search_index import ids, matching
from xiaobao_web.kernel.words import wanted

S = CaseState
WHOLE = re.compile("[\u4e00-\u9fff](?:[0-9A-Za-z\u4e00-\u9fff]*[\u4e00-\u9fff])?|[0-9]{6,}")
"""Words that the search's index knows wherever they stand: letters and digits only whole, between characters."""
FEW = 1_000


def visible(user: Any) -> QuerySet[Case]:
    """Return the cases a person may see."""
    return visible_to(user, Case.objects.all(), "complaints.view")


def listed(user: Any) -> QuerySet[Case]:
    """Return the cases a person may see, told as those of their organisations and the few others that name the person.

    Where there are no others an index of the organisations answers alone: it counts and sorts without reading a case.
    """
    units = scope(user, "complaints.view").units
    if not units:
        return visible(user)
    others = Case.objects.filter(naming(user, Case)).exclude(unit__in=units).order_by()
    keys = list(others.values_list("pk", flat=True)[: FEW + 1])
    if len(keys) > FEW:
        return visible(user)
    own = Q(unit__in=units)
    return Case.objects.filter(own | Q(Listed(F("pk"), keys)) if keys else own)


def told_by_index(model: type[models.Model], words: list[str]) -> list[int] | None:
    """Return the keys of the rows whose entries in the search hold all of some words.

    None where the index cannot tell all rows by these words, or where they are more than a few.
    """
    looked = [word for word in words if WHOLE.fullmatch(word)]
    if not looked:
        return None
    label = model._meta.label_lower
    entries = ids(matching(label, wanted(" ".join(looked)), in_title=None, before=None, most=FEW + 1))
    if len(entries) > FEW:
        return None
    return list(SearchEntry.objects.filter(pk__in=entries).values_list("subject_id", flat=True))


def contacts(user: Any) -> QuerySet[Contact]:
    """Return the contacts a person may see."""
    return visible_to(user, Contact.objects.all(), "complaints.contacts")


def waiting_for(user: Any) -> QuerySet[Case]:
    """Return the cases whose next step is this person's."""
    mine = Q(handler=user, state__in=(S.HANDLING, S.SUSPENDED, S.ANSWERED))
    for state, name in ((S.PENDING, "complaints.accept"), (S.ACCEPTED, "complaints.assign"),
                        (S.REVIEWING, "complaints.decide_review")):  # fmt: skip
        if holds(user, name):
            mine |= Q(state=state) & reached(user, Case, name) & ~Q(handler=user)
    if holds(user, "complaints.assign"):
        left = Q(handler=None, state__in=(S.HANDLING, S.SUSPENDED, S.ANSWERED))
        mine |= left & reached(user, Case, "complaints.assign")
    mine |= Q(Among(F("pk"), tasks_of(user).values("case")))
    if holds(user, "complaints.check_letter"):
        mine |= Q(Among(F("pk"), letters_to_check(user).values("case")))
    # Of two conditions on the state the planner expects the product: whoever sees all is better told from what is open.
    much = scope(user, "complaints.accept").everywhere or scope(user, "complaints.assign").everywhere
    return visible(user).filter(likely(mine) if much else mine, state__in=OPEN)


def contacts_waiting(user: Any) -> QuerySet[Contact]:
    """Return the contacts to be told apart by this person, and those to be checked."""
    condition = Q(pk__in=[])
    if holds(user, "complaints.screen_kind"):
        condition |= Q(state=ContactState.NEW) & reached(user, Contact, "complaints.screen_kind")
    if holds(user, "complaints.check_kind"):
        within = reached(user, Contact, "complaints.check_kind") & ~Q(kind_by=user)
        condition |= Q(state=ContactState.CHECKING) & within
        condition |= Q(sampled=True, sampled_at__isnull=True) & within
    return contacts(user).filter(condition)


def tasks_of(user: Any) -> QuerySet[Task]:
    """Return the tasks to be answered or approved by this person."""
    condition = Q(assignee=user, state=TaskState.OPEN.value)
    if holds(user, "complaints.approve_task"):
        reach = reached(user, Task, "complaints.approve_task")
        condition |= reach & Q(state=TaskState.ANSWERED.value) & ~Q(replied_by=user)
        condition |= reach & Q(state=TaskState.OPEN.value, assignee=None)
    return Task.objects.filter(condition)


def letters_to_check(user: Any) -> QuerySet[Letter]:
    """Return the letters that wait for this person's eyes."""
    cases = visible_to(user, Case.objects.exclude(handler=user), "complaints.check_letter")
    rows = Letter.objects.filter(state=LetterState.CHECKING.value, case__in=cases.values("pk"))
    return rows.exclude(written_by=user).exclude(handed_in_by=user)


def overdue(user: Any) -> QuerySet[Case]:
    """Return the cases a person may see with a clock that has run out."""
    from django.utils import timezone

    from xiaobao_web.kernel import deadlines

    late = deadlines.run_out(Case, timezone.now()).values("subject_id")
    return visible(user).filter(pk__in=late, state__in=OPEN)
