"""The app of the demonstration."""

from __future__ import annotations

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """演示数据。"""

    name = "xiaobao_web.demo"
    label = "demo"
    verbose_name = "演示数据"
