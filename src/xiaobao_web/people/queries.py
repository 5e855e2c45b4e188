"""What pages and the interface read about organisations and staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone

from xiaobao_web.kernel.access import visible_to
from xiaobao_web.people.models import Delegation, Organisation, Person, Post


@dataclass
class Branch:
    """An organisation with what hangs below it and how many staff it has."""

    organisation: Organisation
    staff: int = 0
    below: list[Branch] = field(default_factory=list)


def today() -> date:
    """Return the day it is in Beijing."""
    return timezone.localdate()


def organisations(user: Any) -> models.QuerySet[Organisation]:
    """Return the organisations a person may see, parents before children."""
    return visible_to(user, Organisation.objects.select_related("parent", "executive").order_by("path"), "people.view")


def tree(user: Any) -> list[Branch]:
    """Return the organisations as trees, each with its active staff counted; one query."""
    rows = organisations(user).annotate(staff_now=Count("staff", filter=Q(staff__is_active=True)))
    nodes: dict[int, Branch] = {}
    roots: list[Branch] = []
    for row in rows:
        nodes[row.pk] = Branch(row, row.staff_now)
    order = {"head_office": 0, "department": 1, "branch": 2, "sub_branch": 3, "partner": 4}
    for node in sorted(nodes.values(), key=lambda item: (order.get(item.organisation.kind, 9), item.organisation.code)):
        above = nodes.get(node.organisation.parent_id or 0)
        (above.below if above else roots).append(node)
    return roots


def staff(user: Any) -> models.QuerySet[Person]:
    """Return the staff a person may see."""
    return visible_to(user, Person.objects.all(), "people.view")


def posts_of(organisation: Organisation) -> models.QuerySet[Post]:
    """Return today's posts at an organisation, by role."""
    rows = Post.objects.on(timezone.localdate()).filter(organisation=organisation)
    return rows.select_related("person__unit").order_by("role", "person__name")


def posts_ever(person: Person) -> models.QuerySet[Post]:
    """Return all posts of a person, the newest first."""
    return Post.objects.filter(person=person).select_related("organisation").order_by("-since", "-pk")


def delegations_of(person: Person) -> models.QuerySet[Delegation]:
    """Return the delegations a person gave or received, the newest first."""
    rows = Delegation.objects.filter(Q(giver=person) | Q(receiver=person))
    return rows.select_related("giver__unit", "receiver__unit").order_by("-since", "-pk")


def stand_ins(people: Iterable[Person | None]) -> list[Person]:
    """Return who acts today in the place of some people, by delegation."""
    givers = [person.pk for person in people if person is not None]
    today = timezone.localdate()
    given = Delegation.objects.filter(giver__in=givers, since__lte=today, until__gte=today, revoked_at__isnull=True)
    return list(Person.objects.filter(pk__in=given.values("receiver"), is_active=True)) if givers else []


def running_delegations(person: Person) -> models.QuerySet[Delegation]:
    """Return the delegations by or to a person that count today."""
    today = timezone.localdate()
    return delegations_of(person).filter(since__lte=today, until__gte=today, revoked_at__isnull=True)
