"""How products are found."""

from __future__ import annotations

from django.urls import reverse

from xiaobao_web.kernel.search import searchable
from xiaobao_web.products.models import Product
from xiaobao_web.products.queries import products

searchable(
    Product,
    title=lambda p: f"{p.code} {p.name}",
    text=lambda p: " ".join(
        [p.get_kind_display(), p.risk_grade, p.term, p.fee, p.issuer, *(str(v) for v in p.facts.values())]
    ),
    url=lambda p: reverse("product", args=[p.pk]),
    visible=products,
)
