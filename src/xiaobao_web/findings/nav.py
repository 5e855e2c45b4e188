"""The ledger in the navigation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaobao_web.findings import queries
from xiaobao_web.kernel.nav import entry


def waiting(user: Any) -> int:
    """Return how many issues wait for a person."""
    return queries.waiting_for(user).order_by()[:100].count()


entry("governance", _("问题台账"), "issues", "findings.view", "clipboard-list", 10, count=waiting)
entry("governance", _("问题通报"), "issue_notices", "findings.view", "speakerphone", 12)
entry("governance", _("整改统计"), "issue_figures", "findings.view", "chart-bar", 14)
