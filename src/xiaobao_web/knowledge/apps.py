"""The app of knowledge."""

from __future__ import annotations

from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    """规则与法规。"""

    name = "xiaobao_web.knowledge"
    label = "knowledge"
    verbose_name = "规则与法规"

    def ready(self) -> None:
        """Give screenings the rulebook with what was published here, its allow-lists, and its rules in shadow."""
        from xiaobao_web.knowledge import allowances, rulebook, shadow
        from xiaobao_web.materials import engine, screening

        engine.use_rulebook(rulebook.in_use)
        if allowances.apply not in screening.allowances:
            screening.allowances.append(allowances.apply)
            screening.observers.append(shadow.observe)
