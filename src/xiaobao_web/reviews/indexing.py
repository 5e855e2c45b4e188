"""How reviews are found by their words: number, title, product, summary, the points of their opinions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.search import Page, offers_pages, searchable
from xiaobao_web.reviews import data, queries
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


@offers_pages
def guides(user: Any, words: list[str]) -> Iterator[Page]:
    """Yield the guides whose title holds the words, then the points of guides that do, titles first."""
    if not holds(user, "reviews.guides"):
        return
    for guide in data.guides().values():
        if all(word in guide.title for word in words):
            yield Page(guide.title, _("审查指引"), reverse("review_guide", args=[guide.subject]))
    later = []
    for guide in data.guides().values():
        for number, risk in enumerate(guide.risks, 1):
            if not risk.holds(words):
                continue
            page = Page(
                f"{risk.title}（{guide.title}）", _("审查要点"),
                f"{reverse('review_guide', args=[guide.subject])}#risk-{number}",
            )  # fmt: skip
            if all(word in risk.title for word in words):
                yield page
            else:
                later.append(page)
    yield from later
