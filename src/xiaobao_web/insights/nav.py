"""Insights in the navigation; what waits is told by the work-desk, so that no other page has to count it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("after", _("投诉预警"), "insight_warnings", "insights.view", "bell", 20)
entry("after", _("投诉洞察"), "insight_words", "insights.view", "chart-line", 22)
entry("after", _("根因整改"), "insight_rectifications", "insights.view", "git-branch", 24)
entry("after", _("投诉统计"), "insight_figures", "insights.view", "chart-bar", 26)
