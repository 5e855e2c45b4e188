"""The app of loan costs."""

from __future__ import annotations

from django.apps import AppConfig


class CreditConfig(AppConfig):
    """贷款综合成本。"""

    name = "xiaobao_web.credit"
    label = "credit"
    verbose_name = "贷款综合成本"
