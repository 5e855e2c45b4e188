"""What is asked of products."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from xiaobao_web.kernel.access import visible_to
from xiaobao_web.products.models import Product


def products(user: Any) -> QuerySet[Product]:
    """Return the products a person may see."""
    return visible_to(user, Product.objects.select_related("unit", "partner"), "products.view")
