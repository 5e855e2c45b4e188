"""The work-desk and the figures in the navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from xiaobao_web.kernel.nav import entry

entry("desk", _("工作台"), "desk", None, "home", 1)
entry("governance", _("审查统计"), "review_figures", "reports.view", "report-analytics", 40)
