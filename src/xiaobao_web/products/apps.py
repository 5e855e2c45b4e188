"""The app of products."""

from __future__ import annotations

from django.apps import AppConfig


class ProductsConfig(AppConfig):
    """产品。"""

    name = "xiaobao_web.products"
    label = "products"
    verbose_name = "产品"
