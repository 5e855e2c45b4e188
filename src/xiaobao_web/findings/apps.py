"""The app of findings."""

from __future__ import annotations

from django.apps import AppConfig


class FindingsConfig(AppConfig):
    """发现与问题。"""

    name = "xiaobao_web.findings"
    label = "findings"
    verbose_name = "发现与问题"
