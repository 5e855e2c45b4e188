"""What files and comments of reviews ask of us: who may see and add them."""

from __future__ import annotations

from typing import Any

from xiaobao_web.kernel import comments, files
from xiaobao_web.kernel.access import can, visible_to
from xiaobao_web.reviews.models import Review, ReviewState


def sees(user: Any, pk: int) -> bool:
    """Tell whether a person may see a review's files."""
    return visible_to(user, Review.objects.filter(pk=pk), "reviews.view").exists()


def changes(user: Any, pk: int) -> bool:
    """Tell whether a person may change a review's files: senders while it is a draft, reviewers while it is theirs."""
    review = Review.objects.select_related("unit").filter(pk=pk).first()
    if review is None:
        return False
    if review.state in (ReviewState.DRAFT, ReviewState.ANSWERING):
        return bool(can(user, "reviews.edit", review))
    return review.state != ReviewState.ARCHIVED and bool(can(user, "reviews.confirm", review))


files.guard("reviews.review", sees, changes)
comments.audience("reviews.review")
