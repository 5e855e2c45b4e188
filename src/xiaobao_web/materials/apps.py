"""The app of materials."""

from __future__ import annotations

from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    """材料。"""

    name = "xiaobao_web.materials"
    label = "materials"
    verbose_name = "材料"
