"""Tell the people who must act, or who answer for it: handler, substitute, head of the unit, office, executive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from xiaobao_web.kernel.access import holders
from xiaobao_web.kernel.notifications import notify
from xiaobao_web.people.models import Delegation, Organisation, Post, Role

MOST = 30


def people(case: Any, persons: Iterable[Any], sentence: str, kind: str = "complaints.todo", *, on: Any = None) -> None:
    """Notify some people; `sentence` may name %(number)s and %(title)s; the notice leads to `on`, else the case."""
    chosen = {person.pk: person for person in persons if person is not None}
    barred = case.respondent_ids() if hasattr(case, "respondent_ids") else set()
    chosen = {pk: person for pk, person in chosen.items() if pk not in barred}
    if chosen:
        facts = {"number": case.number, "title": getattr(case, "title", "")}
        notify(list(chosen.values())[:MOST], kind, (sentence % facts)[:200], on=on or case)


def holding(case: Any, permission: str, sentence: str) -> None:
    """Notify those who have a permission over the case."""
    people(case, holders(permission, case).order_by("pk")[:MOST], sentence)


def in_charge(case: Any) -> list[Any]:
    """Return the handler and whoever stands in today; without a handler who may give the case to somebody."""
    if case.handler is None:
        return list(holders("complaints.assign", case).order_by("pk")[:MOST])
    return [case.handler, *substitutes(case)]


def substitutes(case: Any) -> list[Any]:
    """Return who acts for the handler today: by delegation, else for one who left the others that may handle."""
    if case.handler is None:
        return []
    today = timezone.localdate()
    given = Delegation.objects.filter(giver=case.handler, since__lte=today, until__gte=today, revoked_at__isnull=True)
    found = [row.receiver for row in given.select_related("receiver")]
    if not found and (not case.handler.is_active or not case.handler.posts_now()):
        found = list(holders("complaints.handle", case).order_by("pk")[:MOST])
    return found


def unit_heads(case: Any) -> list[Any]:
    """Return the heads of the case's unit, or of the nearest organisation above that has one."""
    today = timezone.localdate()
    for unit_id in reversed(case.unit.ancestor_ids()):
        posts = Post.objects.on(today).filter(organisation=unit_id, role=Role.SENDER_HEAD)
        heads = list(get_user_model().objects.filter(pk__in=posts.values("person"), is_active=True))
        if heads:
            return heads
    return []


def office(case: Any) -> list[Any]:
    """Return the consumer-protection office over the case."""
    return list(holders("complaints.release_letter", case).order_by("pk")[:MOST])


def executives(case: Any) -> list[Any]:
    """Return the executives over the case's unit and over consumer protection."""
    ids = case.unit.ancestor_ids()
    rows = Organisation.objects.filter(pk__in=ids, executive__isnull=False) | Organisation.objects.filter(
        is_consumer_protection=True, executive__isnull=False
    )
    return list({row.executive_id: row.executive for row in rows.select_related("executive")}.values())


WHO = {
    "handler": lambda case: [case.handler] if case.handler else in_charge(case),
    "substitute": substitutes,
    "leader": lambda case: [case.leader] if case.leader else [],
    "unit_head": unit_heads,
    "office": office,
    "executive": executives,
}
"""Whom the escalation ladder may tell, by the names the data uses."""
