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
entry("after", _("投诉洞察"), "insight_words", "insights.view", "chart-line", 22)
entry("after", _("投诉统计"), "insight_figures", "insights.view", "chart-bar", 26)
entry("after", _("根因整改"), "insight_rectifications", "insights.view", "git-branch", 24)
