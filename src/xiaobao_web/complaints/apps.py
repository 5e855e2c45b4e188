"""The app of complaints."""

from __future__ import annotations

from django.apps import AppConfig


class ComplaintsConfig(AppConfig):
    """消费投诉。"""

    name = "xiaobao_web.complaints"
    label = "complaints"
    verbose_name = "消费投诉"
