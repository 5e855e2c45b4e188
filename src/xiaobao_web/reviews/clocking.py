"""The clocks of a review: each stage's term by lane, from data."""

from __future__ import annotations

from typing import Any

from xiaobao_web.kernel import deadlines
from xiaobao_web.reviews import data


def begin(review: Any, kind: str, *, at: Any = None) -> None:
    """Start a stage's clock by the review's lane; an open one goes on."""
    terms = data.clocks()
    deadlines.start(
        review,
        kind,
        label=terms.label(kind),
        basis=terms.basis,
        working_days=terms.days(kind, review.lane),
        at=at,
    )


def meet(review: Any, kind: str) -> None:
    """Say that a stage is done."""
    deadlines.meet(review, kind)


def cancel(review: Any) -> None:
    """Cancel all open clocks."""
    deadlines.cancel(review)
