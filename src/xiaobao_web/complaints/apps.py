"""The app of complaints."""

from __future__ import annotations

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ComplaintsConfig(AppConfig):
    """消费投诉。"""

    name = "xiaobao_web.complaints"
    label = "complaints"
    verbose_name = "消费投诉"

    def ready(self) -> None:
        """Have the triggers made that count checks of the machine's values, after every migration."""
        from xiaobao_web.complaints import check_counts

        post_migrate.connect(check_counts.install, sender=self, dispatch_uid="complaints.check_counts")
