"""How costings are found by their words."""

from __future__ import annotations

from xiaobao_web.credit import queries
from xiaobao_web.credit.models import Costing
from xiaobao_web.kernel.search import searchable

searchable(
    Costing,
    title=lambda costing: f"{costing.number} {costing.title}",
    text=lambda costing: "\n".join((str(costing.product or ""), str(costing.review or ""), str(costing.unit))),
    url=lambda costing: costing.get_absolute_url(),
    visible=queries.visible,
    rows=lambda: Costing.objects.select_related("product", "review", "unit"),
)
