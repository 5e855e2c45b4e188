"""What the customer asks for, explicit or clearly implied."""

from __future__ import annotations

from xiaobao.intake.classes import Scores
from xiaobao.intake.found import Found
from xiaobao.intake.ticket import DEMANDS


def find(scores: Scores) -> Found[tuple[str, ...]] | None:
    """Return the demands likelier than the model's threshold, in the order of the closed set; None where there are none."""
    likely = {name: p for name, p in scores.by_kind["demand"].items() if p >= scores.demand_from}
    if not likely:
        return None
    chosen = tuple(name for name in DEMANDS if name in likely)
    places = tuple(place for name in chosen for place in scores.evidence.get(("demand", name), ())[:2])
    return Found(chosen, places, sum(likely.values()) / len(likely))
