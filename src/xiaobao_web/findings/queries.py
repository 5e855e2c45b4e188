"""Reading the ledger and the findings."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import GreaterThan, LessThanOrEqual
from django.utils import timezone

from xiaobao_web.findings.models import Finding, Issue, IssueExtension, IssueNotice, IssueState
from xiaobao_web.kernel.access import holds, reached, visible_to
from xiaobao_web.kernel.among import Among
from xiaobao_web.kernel.periods import BeijingDay

DONE = (IssueState.CLOSED.value, IssueState.VOID.value)
OPEN = tuple(state.value for state in IssueState if state.value not in DONE)
"""Asked for by name, since no index finds the few that are not among the done."""
_STRUCK = Q(closed_at__isnull=False, due_on__isnull=False)
ON_TIME = _STRUCK & Q(LessThanOrEqual(BeijingDay("closed_at"), F("due_on")))
"""Struck off on or before its date (Beijing)."""
OFF_TIME = _STRUCK & Q(GreaterThan(BeijingDay("closed_at"), F("due_on")))


def visible_issues(user: Any) -> models.QuerySet[Issue]:
    """Return the issues a person may see."""
    return visible_to(user, Issue.objects.all(), "findings.view")


def open_issues(rows: models.QuerySet[Issue]) -> models.QuerySet[Issue]:
    """Return those neither struck off nor void."""
    return rows.filter(state__in=OPEN)


def overdue(rows: models.QuerySet[Issue]) -> models.QuerySet[Issue]:
    """Return the open ones whose date has passed."""
    return open_issues(rows).filter(due_on__lt=timezone.localdate())


def waiting_for(user: Any) -> models.QuerySet[Issue]:
    """Return what waits for a person: to put right what they own, and to verify or assign what their post lets them."""
    to_verify = Q(state=IssueState.SUBMITTED.value) & ~Q(owner=user) & ~Q(handed_in_by=user)
    asked = IssueExtension.objects.filter(approved__isnull=True).exclude(asked_by=user)
    steps = {
        "findings.view": Q(owner=user, state__in=[IssueState.ASSIGNED.value, IssueState.RECTIFYING.value]),
        "findings.close": to_verify,
        "findings.assign": Q(state=IssueState.OPEN.value),
        "findings.decide_extension": Q(Among(F("pk"), asked.values("issue"))) & ~Q(owner=user),
    }
    condition = Q(pk__in=[])
    for name, wanted in steps.items():
        if holds(user, name):
            condition |= wanted & reached(user, Issue, name)
    return Issue.objects.filter(condition)


def notices(user: Any) -> models.QuerySet[IssueNotice]:
    """Return the notices a person may see."""
    return visible_to(user, IssueNotice.objects.all(), "findings.view")


def notices_waiting_for(user: Any) -> models.QuerySet[IssueNotice]:
    """Return the notices whose receipt a person may send."""
    return visible_to(user, IssueNotice.objects.filter(received_at__isnull=True), "findings.receive_notice")


def counting(rows: models.QuerySet[Finding]) -> models.QuerySet[Finding]:
    """Return of some findings those that count: of the newest finished screening of a version, and people's."""
    screenings = apps.get_model("materials", "Screening")._default_manager
    newer = screenings.filter(version=OuterRef("version"), state="done", pk__gt=OuterRef("screening"))
    return rows.filter(Q(screening__isnull=True) | ~Exists(newer))
