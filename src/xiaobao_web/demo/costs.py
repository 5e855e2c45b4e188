"""Costings of the demonstration: what its loans and its card instalments really cost, for products and reviews."""

from __future__ import annotations

from typing import Any

import yaml

from xiaobao_web.credit import services
from xiaobao_web.demo.bank import DATA, Bank
from xiaobao_web.people.models import Role


def keep(bank: Bank) -> int:
    """Keep the costings of the plan, some with a second version; return how many."""
    plans = yaml.safe_load((DATA / "costings.yaml").read_text(encoding="utf-8"))
    products = {product.code: product for product in bank.products}
    kept = 0
    for plan in plans:
        by = bank.holders[Role(plan["role"]), plan["unit"]][0]
        product = products.get(plan["product"])
        review = product.reviews.order_by("pk").first() if product is not None and plan.get("review") else None
        first, *later = plan["versions"]
        costing = services.save(terms=first["terms"], title=plan["title"], by=by, product=product, review=review,
                                note=first.get("note", ""))  # fmt: skip
        for version in later:
            services.revise(costing, terms=_changed(first["terms"], version["terms"]), by=by, note=version["note"])
        kept += 1
    return kept


def _changed(terms: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return terms with some of them changed; what is changed to nothing is left out."""
    return {key: value for key, value in {**terms, **changes}.items() if value is not None}
