"""How reviews are found by their words: number, title, product, summary, the points of their opinions."""

from __future__ import annotations

from django.urls import reverse

from xiaobao_web.kernel.search import searchable
from xiaobao_web.reviews import queries
from xiaobao_web.reviews.models import Review


def _text(review: Review) -> str:
    points = [
        text
        for opinion in review.opinions.all()
        for text in (opinion.number, opinion.text, *(p.text for p in opinion.points.all()))
    ]
    return "\n".join(
        [review.summary, str(review.product or ""), str(review.unit), review.get_subject_display(), *points]
    )


searchable(
    Review,
    title=lambda review: f"{review.number} {review.title}",
    text=_text,
    url=lambda review: reverse("reviews_case", args=[review.pk]),
    visible=queries.visible,
    rows=lambda: Review.objects.select_related("product", "unit").prefetch_related("opinions__points"),
)
