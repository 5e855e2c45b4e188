"""The names of a ticket: what the readers by pattern find, settled by the model that is told all of it."""

from __future__ import annotations

from dataclasses import dataclass

from xiaobao.intake import institution, people, product, staff, tagged
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.tagged import Hint, Model, Named

_CALLED = {"institution_branch": "inst", "product_name": "pbest", "staff_mentioned": "staff", "customer_name": "cust"}


@dataclass(frozen=True)
class Seen:
    """What patterns find: a value for each field that is a name, and every place that one of them speaks for."""

    found: dict[str, Found[str] | None]
    hints: list[Hint]


def seen(story: Narrative) -> Seen:
    """Return what the readers by pattern find in a narrative."""
    respondent = institution.find(story)
    products = product.candidates(story, respondent.value if respondent else None)
    found = {
        "institution_branch": respondent,
        "product_name": product.find(story, products),
        "staff_mentioned": staff.find(story),
        "customer_name": people.find(story),
    }
    hints = [*institution.places(story), *((f"p{round(100 * score)}", a, b) for a, b, score in products)]
    hints += [(_CALLED[name], a, b) for name, one in found.items() if one is not None for a, b in one.places]
    return Seen(found, hints)


def read(story: Narrative, model: Model | None = None) -> dict[str, Found[str] | None]:
    """Return the names of the ticket by field, None where none is told."""
    by_pattern = seen(story)
    respondent = by_pattern.found["institution_branch"]
    called = respondent.value if respondent else None
    told = [name for name in tagged.names(story, by_pattern.hints, model) if _may_be(story, name, called)]
    return {name: tagged.settled(name, story, one, told) for name, one in by_pattern.found.items()}


def _may_be(story: Narrative, name: Named, respondent: str | None) -> bool:
    """Tell whether a name can be its field's value: no mere kind of product, no agent who says who is speaking."""
    if name.kind == "S":
        return story.role_at(name.start) != "agent"
    return name.kind != "P" or product.may_be(story.plain[name.start : name.end], respondent)
