"""What of a case waits for a step, in the order in which steps take it up: offers, extensions, transfers and the like.

A step acts on one of them. Where several wait somebody says which: pages show them, programs name one by its number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import (
    Case,
    CaseState,
    Contact,
    Extension,
    MediationState,
    Offer,
    OfferState,
    RegulatorTransfer,
    Responsibility,
)
from xiaobao_web.kernel.errors import Refused, WhichOne
from xiaobao_web.kernel.formats import day, money

Finder = Callable[[Case], Sequence[Any]]


def extensions(approved: bool | None) -> Finder:
    """Return how the extensions are found that wait for a decision, or once approved for the complainant's notice."""
    if approved is None:
        return lambda case: list(case.extensions.filter(approved__isnull=True, over=False))
    return lambda case: list(case.extensions.filter(approved=True, notified_at__isnull=True, over=False))


def offers(state: OfferState) -> Finder:
    """Return how the offers in a state are found."""
    return lambda case: list(case.offers.filter(state=state.value))


def mediations(state: MediationState) -> Finder:
    """Return how the mediation in a state is found; never more than one is open."""
    return lambda case: list(case.mediations.filter(state=state.value))


def transfers_in(reported: bool) -> Finder:
    """Return how regulators' transfers are found, the newest first."""
    return lambda case: list(case.transfers_in.filter(reported_at__isnull=not reported).order_by("-pk"))


def last_responsibility(contested: bool) -> Finder:
    """Return how the last finding of responsibility is found: the one contested and undecided, or one uncontested."""

    def find(case: Case) -> list[Responsibility]:
        last = case.responsibilities.order_by("-pk").first()
        if last is None or case.state == CaseState.CLOSED:
            return []
        wanted = last.contested_at and not last.decided_at if contested else not last.contested_at
        return [last] if wanted else []

    return find


def told(thing: Any) -> str:
    """Return what tells a thing from others of its kind, in a few words."""
    if isinstance(thing, Offer):
        return f"{thing.get_kind_display()} {money(thing.amount)}：{_short(thing.terms)}"
    if isinstance(thing, Extension):
        return f"{thing.get_kind_display()} · {thing.asked_by}：{_short(thing.reason)}"
    if isinstance(thing, RegulatorTransfer):
        return f"{thing.bureau} {thing.number}"
    if isinstance(thing, Contact):
        return f"{thing.number} · {day(thing.received_at)}"
    if isinstance(thing, Case):
        return thing.number
    if isinstance(thing, Responsibility) and thing.contested_at:
        return f"{thing.contested_by}：{thing.contest_reason}"
    return str(thing)


def _short(words: str, most: int = 120) -> str:
    return words if len(words) <= most else words[:most] + "…"


def listed(things: Sequence[Any]) -> str:
    """Return things with their numbers, as a sentence lists them."""
    return "；".join(f"{thing.pk}（{_short(told(thing), 40)}）" for thing in things)


def chosen(case: Case, things: Sequence[Any], about: int | str | None = None) -> Any:
    """Return the one that is meant: the one named, or the only one.

    Raises Refused where nothing waits or the named one no longer does, WhichOne where several wait and none is named.
    """
    if not things:
        raise Refused(_("当前状态为“%s”，不能这样办理；请刷新页面。") % case.get_state_display())
    if about is None or about == "":
        if len(things) > 1:
            sentence = _("有 %(n)d 项可以这样办理，请指明办理哪一项：%(things)s。")
            raise WhichOne(sentence % {"n": len(things), "things": listed(things)}, choices=listed(things))
        return things[0]
    found = next((thing for thing in things if str(thing.pk) == str(about)), None)
    if found is None:
        sentence = _("您选的这一项已经办过，或不属于这件投诉；现在可以这样办理的：%s。请核对后再办。")
        raise Refused(sentence % listed(things))
    return found
