"""What files, comments and reminders of reviews ask of us: who may see and add, and whose turn it is."""

from __future__ import annotations

from typing import Any

from xiaobao_web.kernel import comments, files
from xiaobao_web.kernel.access import can, visible_to
from xiaobao_web.kernel.reminders import deadlines_owner
from xiaobao_web.reviews import telling
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
deadlines_owner("reviews.review", telling.in_charge)
deadlines_owner("reviews.review", telling.in_charge_of_sample, kind="sample")
deadlines_owner("reviews.reevaluation", telling.in_charge_again)
