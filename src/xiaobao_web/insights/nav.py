"""Insights in the navigation."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from xiaobao_web.insights import queries
from xiaobao_web.kernel.nav import entry


def waiting(user: Any) -> int:
    """Return how many warnings wait for a person, counted up to a hundred."""
    return queries.waiting_for(user).order_by()[:100].count()


entry("after", _("投诉预警"), "insight_warnings", "insights.view", "bell", 20, count=waiting)
