"""What of costings stands on the pages of products and reviews."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from xiaobao_web.credit import queries
from xiaobao_web.kernel.access import can, holds
from xiaobao_web.kernel.panels import panel

SHOWN = 5
LENDING = ("loan", "card")
PRICED = ("pricing", "marketing", "creation", "agreement")


def _of_product(user: Any, product: Any) -> dict[str, Any] | None:
    if not holds(user, "credit.view"):
        return None
    rows = list(queries.of_product(user, product)[:SHOWN])
    if not rows and product.kind not in LENDING:
        return None
    return _context(user, rows, product=product.pk, most=product.annual_rate_high)


def _of_review(user: Any, review: Any) -> dict[str, Any] | None:
    if not holds(user, "credit.view"):
        return None
    rows = list(queries.of_review(user, review)[:SHOWN])
    lends = review.product is not None and review.product.kind in LENDING
    if not rows and not (lends and review.subject in PRICED):
        return None
    most = review.product.annual_rate_high if review.product is not None else None
    return _context(user, rows, review=review.pk, product=review.product_id, most=most)


def _context(user: Any, rows: list[Any], *, most: Any, **linked: int | None) -> dict[str, Any]:
    """Return the rows, each with whether its rate is above what the product is registered with."""
    shown = [(row, most is not None and row.nominal_percent > most) for row in rows]
    query = urlencode({f"for_{name}": value for name, value in linked.items() if value})
    return {
        "rows": shown, "most": most, "may": bool(can(user, "credit.save")), "begin": f"{reverse('credit')}?{query}",
    }  # fmt: skip


panel("product", "credit/_panel.html", _of_product)
panel("review", "credit/_panel.html", _of_review)
panel("desk", "credit/_desk_panel.html", _of_review)
