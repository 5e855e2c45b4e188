"""Tell the people who must act, or who wait, what happened to a review."""

from __future__ import annotations

from typing import Any

from xiaobao_web.kernel.access import can, holders
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.reviews.models import Assignment

MOST = 50
"""Nobody is helped by a notice to hundreds."""


def people(review: Any, persons: Any, sentence: str, kind: str = "reviews.todo") -> None:
    """Notify some people; `sentence` may name %(title)s and %(number)s."""
    chosen = {person.pk: person for person in persons if person is not None}
    if chosen:
        title = sentence % {"title": review.title, "number": review.number}
        notify(list(chosen.values()), kind, title[:200], on=review)


def waiting(review: Any, permission: str, sentence: str) -> None:
    """Notify those who may do the next step."""
    able = [person for person in holders(permission, review)[:MOST] if can(person, permission, review)]
    people(review, able, sentence)


def sender(review: Any, sentence: str) -> None:
    """Notify whoever made the request."""
    people(review, [review.created_by], sentence, "reviews.news")


def reviewers(review: Any, sentence: str) -> None:
    """Notify the reviewers at work on it."""
    rows = Assignment.objects.filter(review=review).select_related("person")
    people(review, [review.reviewer, review.second_reviewer, *(row.person for row in rows)], sentence, "reviews.news")
