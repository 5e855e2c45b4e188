"""Business type and cause of a complaint, with the causes that come next."""

from __future__ import annotations

from xiaobao.intake.classes import Scores
from xiaobao.intake.found import Found

ALTERNATIVES = 2
"""How many further causes are named."""
_LEAST = 0.03


def business(scores: Scores) -> Found[str]:
    """Return the likeliest business type with the words that speak for it."""
    name, likely = scores.ranked("business_type")[0]
    return Found(name, scores.evidence.get(("business_type", name), ())[:3], likely)


def cause(scores: Scores) -> tuple[Found[str], Found[tuple[str, ...]] | None]:
    """Return the likeliest cause with the words that speak for it, and the next ones, likeliest first."""
    (name, likely), *rest = scores.ranked("cause")
    others = tuple(other for other, p in rest[:ALTERNATIVES] if p >= _LEAST) or (rest[0][0],)
    places = tuple(p for other in others for p in scores.evidence.get(("cause", other), ())[:1])
    sure = max(p for other, p in rest if other in others)
    return Found(name, scores.evidence.get(("cause", name), ())[:3], likely), Found(others, places, sure)
