"""What of the ledger the search finds."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.urls import reverse

from xiaobao_web.findings.models import Issue
from xiaobao_web.findings.queries import visible_issues
from xiaobao_web.kernel.search import searchable


def _visible(user: Any) -> models.QuerySet[Issue]:
    return visible_issues(user)


searchable(
    Issue,
    title=lambda issue: f"{issue.number} {issue.title}",
    text=lambda issue: "\n".join((issue.description, issue.plan, issue.outcome)),
    url=lambda issue: reverse("issue", args=[issue.pk]),
    visible=_visible,
)
