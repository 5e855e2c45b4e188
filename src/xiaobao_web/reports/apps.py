"""The app of reports."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """统计与报告。"""

    name = "xiaobao_web.reports"
    label = "reports"
    verbose_name = "统计与报告"
