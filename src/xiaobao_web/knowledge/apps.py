"""The app of knowledge."""

from __future__ import annotations

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """规则与法规。"""

    name = "xiaobao_web.knowledge"
    label = "knowledge"
    verbose_name = "规则与法规"
