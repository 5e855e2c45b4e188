"""The title and the sentence of a case: written of what it holds, following it until a person writes their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from xiaobao.intake import Amount
from xiaobao.intake.summary import write
from xiaobao_web.complaints.models import Case, Channel
from xiaobao_web.complaints.services.personal import masked, names_in, short, without_numbers, words_kept_from

PLACES = ("行", "公司", "中心", "部", "网点", "营业厅", "柜台")
"""How the names of our own places end; those are no personal data."""
_SUM = re.compile(r" ?(\d[\d,]*(?:\.\d+)?) ?(万?)元")
SAYS = ("institution", "product_name", "product", "business_type", "cause", "demands", "amounts")
"""What the sentence and the title are made of."""
WRITTEN = "written"
"""Where a case's ticket says which of `title` and `summary` the platform wrote."""


def summary_of(facts: Mapping[str, Any]) -> str:
    """Return the sentence of a case's facts as everybody reads it: who complains is not in it."""
    place, product = str(facts.get("institution") or ""), facts.get("product")
    sentence = write(
        name=None, institution=place if place.endswith(PLACES) else masked(place),
        product=str(product.name if product is not None else facts.get("product_name") or "") or None,
        business=facts.get("business_type"), cause=facts.get("cause"), demand=facts.get("demands") or [],
        amounts=[Amount(Decimal(str(item["value"])), item["role"]) for item in facts.get("amounts") or []],
    )  # fmt: skip
    return without_numbers(short(sentence, 300))


def title_of(facts: Mapping[str, Any]) -> str:
    """Return a title of the classes (信用卡：信息披露与告知不足，要求退款退费), empty where they are not known."""
    if not facts.get("business_type") or not facts.get("cause"):
        return ""
    wanted = "、".join(facts.get("demands") or [])
    return masked(f"{facts['business_type']}：{facts['cause']}" + (f"，要求{wanted}" if wanted else ""))[:200]


def titled(facts: Mapping[str, Any], words: str, *, channel: str, confidential: bool) -> str:
    """Return the title of a case: its classes; where they are not known its words in short, or how it came.

    A title is read by all who see a case, the words of a confidential complainant by the handler and the office alone.
    """
    if confidential:
        return title_of(facts) or str(_("保密投诉（%s）") % Channel(channel).label)
    return title_of(facts) or short(words, 60)


def is_of_words(case: Case) -> bool:
    """Tell whether a case's title is the beginning of its sentence or of what a contact of it says."""
    return is_begun_by(case, [contact.words() for contact in case.contacts.all()])


def is_begun_by(case: Any, said: Iterable[str]) -> bool:
    """Tell whether a case's title is the beginning of its sentence or of one of some words."""
    title = _bare(case.title)
    told = [case.summary, *(short(words, 300) for words in said)]
    return any(_begins(_bare(masked(words, names_in(vars(case)))), title) for words in told)


def _bare(words: str) -> str:
    return re.sub(r"\s|…$", "", words)


def _begins(words: str, title: str) -> bool:
    """Tell whether words begin with a title, whatever of either is hidden."""
    pairs = zip(title, words, strict=False)
    return len(title) <= len(words) and all(one == two or "*" in (one, two) for one, two in pairs)


def facts_of(case: Case) -> dict[str, Any]:
    """Return what the sentence of a case is made of."""
    return {name: getattr(case, name) for name in SAYS}


def told_to(user: Any, case: Case) -> str:
    """Return the sentence of a case as a person may read it: where it is the complainant's own words, as those are."""
    return _ours(case) if words_kept_from(user, case) else case.summary


def told_to_all(case: Case) -> str:
    """Return the sentence of a case as the search and other records hold it: of a confidential one no own words."""
    return _ours(case) if case.confidential else case.summary


def _ours(case: Case) -> str:
    return case.summary if "summary" in written(case) else ""


def written(case: Case) -> list[str]:
    """Return which of the title and the sentence of a case the platform wrote.

    Cases that were opened before this was kept are told by their words: those that it would write.
    """
    if WRITTEN in case.ticket:
        return list(case.ticket[WRITTEN])
    facts = facts_of(case)
    said = summary_of(facts)
    told = [("summary", said), *(
        ("title", titled(facts, said, channel=case.channel, confidential=kept)) for kept in {False, case.confidential}
    )]  # fmt: skip
    return list({name: words for name, words in told if words and _plain(getattr(case, name)) == _plain(words)})


def _plain(words: str) -> str:
    """Return a sentence with its sums in one writing: older ones have 5.2万元 where 52,000.00 元 stands now."""
    return _SUM.sub(lambda m: f"{Decimal(m[1].replace(',', '')) * (10_000 if m[2] else 1):.2f}元", words)
