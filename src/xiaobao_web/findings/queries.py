"""Reading the ledger and the findings."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone

from xiaobao_web.findings.models import Issue, IssueState
from xiaobao_web.kernel.access import visible_to

DONE = (IssueState.CLOSED.value, IssueState.VOID.value)


def visible_issues(user: Any) -> models.QuerySet[Issue]:
    """Return the issues a person may see."""
    return visible_to(user, Issue.objects.all(), "findings.view")


def open_issues(rows: models.QuerySet[Issue]) -> models.QuerySet[Issue]:
    """Return those neither struck off nor void."""
    return rows.exclude(state__in=DONE)


def overdue(rows: models.QuerySet[Issue]) -> models.QuerySet[Issue]:
    """Return the open ones whose date has passed."""
    return open_issues(rows).filter(due_on__lt=timezone.localdate())


def waiting_for(user: Any) -> models.QuerySet[Issue]:
    """Return what waits for a person: to put right what they own, and to verify or assign what their post lets them."""
    mine = visible_issues(user)
    owned = mine.filter(owner=user, state__in=[IssueState.ASSIGNED.value, IssueState.RECTIFYING.value])
    verify = visible_to(user, Issue.objects.filter(state=IssueState.SUBMITTED.value), "findings.close").exclude(
        owner=user
    )
    unassigned = visible_to(user, Issue.objects.filter(state=IssueState.OPEN.value), "findings.assign")
    return Issue.objects.filter(
        models.Q(pk__in=owned.values("pk"))
        | models.Q(pk__in=verify.values("pk"))
        | models.Q(pk__in=unassigned.values("pk"))
    )
