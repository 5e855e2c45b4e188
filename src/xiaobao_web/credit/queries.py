"""What is asked of costings."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from xiaobao_web.credit.models import Costing
from xiaobao_web.kernel.access import visible_to


def visible(user: Any) -> QuerySet[Costing]:
    """Return the costings a person may see."""
    return visible_to(user, Costing.objects.select_related("unit", "product", "review", "created_by"), "credit.view")


def of_product(user: Any, product: Any) -> QuerySet[Costing]:
    """Return the costings of a product that a person may see, the newest first."""
    return visible(user).filter(product=product).order_by("-updated_at")


def of_review(user: Any, review: Any) -> QuerySet[Costing]:
    """Return the costings of a review and then those of its product that a person may see."""
    wanted = Q(review=review)
    if review.product_id is not None:
        wanted |= Q(product=review.product_id)
    rows = visible(user).filter(wanted).annotate(own=ExpressionWrapper(Q(review=review), BooleanField()))
    return rows.order_by("-own", "-updated_at")
