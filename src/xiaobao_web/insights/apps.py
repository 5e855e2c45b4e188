"""The app of insights."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InsightsConfig(AppConfig):
    """投诉洞察。"""

    name = "xiaobao_web.insights"
    label = "insights"
    verbose_name = "投诉洞察"

    def ready(self) -> None:
        """Have the triggers made that note changes of complaints, after every migration."""
        from xiaobao_web.insights import change_triggers

        post_migrate.connect(change_triggers.install, sender=self, dispatch_uid="insights.change_triggers")
