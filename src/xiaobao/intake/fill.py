"""Fill a ticket from a complaint, field by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from xiaobao.intake import (
    alarms,
    amounts,
    attentive,
    classes,
    dates,
    demand,
    flags,
    hints,
    kind,
    named,
    numbers,
    phones,
    summary,
    threads,
    urgency,
    voices,
)
from xiaobao.intake.alarms import Alarm
from xiaobao.intake.attentive import Row
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.ticket import Span, Ticket
from xiaobao.intake.wishes import Matrix

if TYPE_CHECKING:
    from xiaobao.intake.assist import Model

TOO_LITTLE = 25
"""Characters below which a text without a single cue is given no class."""
_NUMBERED = ("phone", "id_number", "card_or_account", "email", "staff_mentioned")
_MASKED = ("id_card", "bank_card", "mobile", "landline")


def fill(
    *,
    channel: str,
    received_at: str | datetime | date | None = None,
    text: str | None = None,
    turns: Sequence[Mapping[str, Any]] | None = None,
    model: Model | None = None,
) -> Ticket:
    """Return the ticket of a complaint given as text or as turns ({"role", "text"}); raise InputError for bad input.

    channel is one of CHANNELS; received_at (naive: Beijing time; None: now) resolves relative dates. A language
    model, where one is given, fills what is left open (`xiaobao.intake.assist`).
    """
    story = narrative(channel, received_at, text, turns)
    ticket = filled(story)
    if model is None:
        return ticket
    from xiaobao.intake.assist import assist

    return assist(story, ticket, model)


def filled(story: Narrative) -> Ticket:
    """Return the ticket of a narrative."""
    with threads.one():
        return _filled(story)


def _filled(story: Narrative) -> Ticket:
    reading = threads.beside(lambda: attentive.read(story))
    rows, alarm = classes.meanings([story.own]), alarms.read(story)
    meant = voices.meanings(voices.words(story, voices.clauses(story)))
    found: dict[str, Found[Any] | None] = {
        "phone": phones.find(story),
        "id_number": numbers.identity(story),
        "card_or_account": numbers.card(story),
        "email": numbers.email(story),
    }
    whole = reading()
    alarm = urgency.heeded(alarm, whole.heads["urgency"])
    names = named.read(story, whole.tags)
    product = names["product_name"]
    found |= names | {"event_dates": dates.find(story, product.places if product else ())}
    respondent = found["institution_branch"]
    taken = [place for name in _NUMBERED if (told := found[name]) for place in told.places]
    taken += [(e.start, e.end) for e in story.entities if e.kind in _MASKED]
    found["amounts"] = amounts.find(story, [*taken, *dates.places(story)])
    meaning = None if rows is None else rows[0]
    called = respondent.value if respondent else None
    said = classes.scores(story.own, hints.of(story, respondent), called, meaning=meaning)
    little = not said.evidence and len("".join(story.own.split())) < TOO_LITTLE
    if little or kind.tells_nothing(story.own):
        # Not one word of the field is said, and hardly anything else: a class would be a guess.
        found["risk_flags"] = flags.find(story, cause=None, alarm=alarm)
        return _ticket(story, found, alarm, meaning, whole.heads["urgency"])
    scores = classes.joined(said, whole.heads)
    business, cause, alternatives = kind.business(scores), *kind.cause(scores)
    if kind.asks_only(story.own):
        # What is wanted is told and nothing of what for: the classes would be guesses.
        found["risk_flags"] = flags.find(story, cause=None, alarm=alarm)
        found["demand"] = demand.told(story)
        return _ticket(story, found, alarm, meaning, whole.heads["urgency"])
    found |= {"business_type": business, "cause": cause, "cause_alternatives": alternatives}
    found["risk_flags"] = flags.find(story, cause=cause.value, alarm=alarm)
    found["demand"] = demand.find(
        story,
        cause=cause.value,
        business=business.value,
        scores=said,
        meaning=meaning,
        meant=meant,
        whole=whole.heads["demand"],
    )
    return _ticket(story, found, alarm, meaning, whole.heads["urgency"])


def _ticket(
    story: Narrative,
    read: Mapping[str, Found[Any] | None],
    alarm: Alarm | None,
    meaning: Matrix | None,
    how_soon: Row,
) -> Ticket:
    found = {name: reading for name, reading in read.items() if reading is not None}
    values = {name: reading.value for name, reading in found.items()}
    confidence = {name: reading.confidence for name, reading in found.items()}
    found["urgency"] = urgency.decide(
        story,
        flags=values.get("risk_flags", ()),
        amounts=values.get("amounts", ()),
        business=values.get("business_type"),
        cause=values.get("cause"),
        demand=values.get("demand", ()),
        alarm=alarm,
        meaning=meaning,
        whole=how_soon,
    )
    values["urgency"], confidence["urgency"] = found["urgency"].value, found["urgency"].confidence
    if len(values) == 1:
        # The urgency alone is no case to sum up.
        return Ticket(**values, evidence=_evidence(story, found), confidence=confidence)
    values["summary"] = summary.write(
        name=values.get("customer_name"),
        institution=values.get("institution_branch"),
        product=values.get("product_name"),
        business=values.get("business_type"),
        cause=values.get("cause"),
        amounts=values.get("amounts", ()),
        demand=values.get("demand", ()),
    )
    confidence["summary"] = min(confidence.get("business_type", 0.2), confidence.get("cause", 0.2))
    return Ticket(**values, evidence=_evidence(story, found), confidence=confidence)


def _evidence(story: Narrative, found: Mapping[str, Found[Any]]) -> dict[str, tuple[Span, ...]]:
    return {name: tuple(story.span(*p) for p in r.places) for name, r in found.items() if r.places}
