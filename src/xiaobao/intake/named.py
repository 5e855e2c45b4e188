"""The names of a ticket: what the readers by pattern find, settled by the model that is told all of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xiaobao.intake import institution, people, product, staff, tagged
from xiaobao.intake.found import Found
from xiaobao.intake.insults import is_insult
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.tagged import Hint, Matrix, Model, Named

_CALLED = {"institution_branch": "inst", "product_name": "pbest", "staff_mentioned": "staff", "customer_name": "cust"}
_HOUSE = re.compile(r"(?:银行|信用社|保险(?:公司)?|消费金融(?:公司)?|消金|理财|基金|公司|平台|app)$")
_SWINDLER = re.compile(r"(?:对方|骗子|冒充|自称|陌生人|假(?:的|冒|扮)?)[^。;；!！?？\n]{0,12}$")
"""Ahead of the names and numbers that swindlers give themselves."""
_GREETS = re.compile(r"号?[^,，。]{0,3}为您服务")
"""Behind the name or number that an agent answers with."""
_MYSELF = re.compile(r"(?:我|本人)的?(?:名字)?(?:名?叫|是|姓)[:： ]?$")
"""Ahead of the name of whoever speaks."""
_ESTATE = re.compile(r"[”\"」』》]?(?:停工|烂尾|(?:延期|没法|不能)?交[房付]|小区|楼盘|的?房子|[一二三四\d]期的?房)")
"""Behind the name of a housing estate that a loan paid for."""


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


def read(
    story: Narrative, tags: Matrix | None = None, model: Model | None = None
) -> dict[str, Found[str] | None]:
    """Return the names of the ticket by field, None where none is told.

    tags is what the transformer says of each character (`attentive.Reading.tags`); None: it is not heard.
    """
    by_pattern = seen(story)
    respondent = by_pattern.found["institution_branch"]
    called = respondent.value if respondent else None
    customer = by_pattern.found["customer_name"]
    told = [
        name
        for name in tagged.names(story, by_pattern.hints, model, tags)
        if _may_be(story, name, called) and not (name.kind == "C" and people.is_of_speaker(story, name.start, customer))
    ]
    return {name: tagged.settled(name, story, one, told) for name, one in by_pattern.found.items()}


def _may_be(story: Narrative, name: Named, respondent: str | None) -> bool:
    """Tell whether a name can be its field's value.

    No mere kind of product can, no abuse, no bank whose card alone is spoken of where another is complained of, neither
    an agent who says who is speaking, as staff or as the customer, nor who a swindler says to be.
    """
    words = story.plain[name.start : name.end]
    behind = story.plain[name.end : name.end + 8]
    if name.kind == "C":
        introduced = story.role_at(name.start) == "agent" and _MYSELF.search(story.before(name.start))
        return not introduced and not people.GREETS.match(story.plain, name.end)
    if name.kind == "S":
        spoken = story.role_at(name.start) == "agent" or _GREETS.match(behind)
        return not spoken and not _SWINDLER.search(story.plain[: name.start][-16:])
    if name.kind == "I":
        of_card = behind[:1] == "卡" and respondent not in (None, words)
        return len(words) > 1 and not of_card and not is_insult(_HOUSE.sub("", words))
    return name.kind != "P" or (product.may_be(words, respondent) and not _ESTATE.match(behind))
