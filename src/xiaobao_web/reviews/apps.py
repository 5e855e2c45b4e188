"""The app of reviews."""

from __future__ import annotations

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """消保审查。"""

    name = "xiaobao_web.reviews"
    label = "reviews"
    verbose_name = "消保审查"
