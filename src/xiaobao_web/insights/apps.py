"""The app of insights."""

from __future__ import annotations

from django.apps import AppConfig


class InsightsConfig(AppConfig):
    """投诉洞察。"""

    name = "xiaobao_web.insights"
    label = "insights"
    verbose_name = "投诉洞察"
