"""Tell the people who must act, or who wait, what happened to a review."""

from __future__ import annotations

from typing import Any

from xiaobao_web.kernel.access import can, holders
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.people.queries import stand_ins
from xiaobao_web.reviews.models import Assignment, ReviewState

MOST = 50
"""Nobody is helped by a notice to hundreds."""


def people(review: Any, persons: Any, sentence: str, kind: str = "reviews.todo") -> None:
    """Notify some people; `sentence` may name %(title)s and %(number)s."""
    chosen = {person.pk: person for person in persons if person is not None}
    if chosen:
        title = sentence % {"title": review.title, "number": review.number}
        notify(list(chosen.values()), kind, title[:200], on=review)


def able(review: Any, permission: str) -> list[Any]:
    """Return who may do a step of a review."""
    return [person for person in holders(permission, review)[:MOST] if can(person, permission, review)]


def waiting(review: Any, permission: str, sentence: str) -> None:
    """Notify those who may do the next step."""
    people(review, able(review, permission), sentence)


HOLDERS = {
    ReviewState.ASSESSED: "reviews.sign",
    ReviewState.FIRST_REVIEW: "reviews.take",
    ReviewState.SECOND_REVIEW: "reviews.agree",
    ReviewState.COUNTERSIGN: "reviews.countersign",
    ReviewState.ESCALATED: "reviews.approve_refusal",
    ReviewState.CONFIRMING: "reviews.confirm",
    ReviewState.CONCLUDED: "reviews.verify",
}
"""Whose step it is in a state where nobody in particular has the review."""


def in_charge(review: Any) -> list[Any]:
    """Return whose turn it is, with who stands in for them; where nobody has the review, all who may act."""
    step = HOLDERS.get(review.state)
    if step is None:
        return [review.created_by]
    second = review.state == ReviewState.SECOND_REVIEW
    reviewing = (ReviewState.FIRST_REVIEW, ReviewState.CONFIRMING, ReviewState.CONCLUDED)
    holder = review.second_reviewer if second else review.reviewer if review.state in reviewing else None
    found = [person for person in (holder, *stand_ins([holder])) if person is not None and person.is_active]
    return found or able(review, step)


def in_charge_of_sample(review: Any) -> list[Any]:
    """Return who may look at a branch's own review that was drawn."""
    return able(review, "reviews.sample")


def in_charge_again(row: Any) -> list[Any]:
    """Return who looks again at what was approved: its reviewer and who stands in; where there is none, the office."""
    holder = row.review.reviewer
    found = [person for person in (holder, *stand_ins([holder])) if person is not None and person.is_active]
    return found or list(holders("reviews.reevaluate", row)[:MOST])


def sender(review: Any, sentence: str) -> None:
    """Notify whoever made the request."""
    people(review, [review.created_by], sentence, "reviews.news")


def reviewers(review: Any, sentence: str) -> None:
    """Notify the reviewers at work on it."""
    rows = Assignment.objects.filter(review=review).select_related("person")
    people(review, [review.reviewer, review.second_reviewer, *(row.person for row in rows)], sentence, "reviews.news")
