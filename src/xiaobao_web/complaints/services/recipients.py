"""Which units and people a task within a complaint may go to, the same when it is given out and when handed on."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao_web.complaints.models import Case, Task
from xiaobao_web.kernel.access import can, holders
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.people.models import Delegation, Organisation, OrganisationKind, Post, Role


class Recipients:
    """Who may be asked about a case: what speaks against each is read once, for one unit as for a form's all.

    `with_unit` is the unit that a task stands with; what stands with a partner may be handed on there, unless the case
    is confidential.
    """

    def __init__(self, case: Case, *, with_unit: Organisation | None = None) -> None:
        self.case, self.with_unit = case, with_unit

    def against(self, unit: Organisation) -> str:
        """Return why a unit is not asked and who is instead, empty where it may be."""
        return self.against_partner(unit) or self.against_head(unit)

    def against_partner(self, unit: Organisation) -> str:
        """Return why a unit outside the institution is not asked, empty where it may be or where the unit is inside.

        A partner is asked about a complaint of its own or of the unit right above it, by way of its people here, and
        nothing of a confidential one.
        """
        partner = self._partner_of(unit)
        if partner is None or (partner == self._present and not self.case.confidential):
            return ""
        told = {"unit": partner, "above": partner.parent or self.case.unit}
        if self.case.confidential:
            return str(_("投诉人要求身份保密，不能交给合作机构%(unit)s；请交给%(above)s，由其另行了解情况。") % told)
        if partner != self._own and partner.parent_id != self.case.unit_id:
            words = _("%(unit)s是合作机构，这件投诉不是它的，也不由其上级单位负责；请交给%(above)s，由其了解情况。")
            return str(words % told)
        if not any(path.startswith(partner.path) for path in self._answering):
            return str(_("合作机构%(unit)s没有人员可以在平台上回复；请交给%(above)s，由其了解情况。") % told)
        return ""

    def against_head(self, unit: Organisation) -> str:
        """Return why a unit is not asked, empty where it may be: its head is complained of, and no other stands in."""
        if not self._led(unit):
            return ""
        chain = Organisation.objects.filter(pk__in=unit.ancestor_ids(), active=True).order_by("-path")
        free = next((row for row in chain if not self._led(row)), None)
        told = {"unit": unit, "above": free or _("消保办")}
        return str(_("%(unit)s由这件投诉的被投诉员工负责，按回避要求不能交给该单位；请交给%(above)s。") % told)

    def check(self, unit: Organisation | None, person: Any) -> None:
        """Refuse a unit, or somebody of a unit, that is not asked; raises BadValue."""
        if unit is not None and (against := self.against(unit)):
            raise BadValue(against, fields={"unit": against})
        own = person.unit if person is not None else None
        if own is not None and (against := self.against_partner(own)):
            raise BadValue(against, fields={"assignee": against})

    def units(self) -> list[Organisation]:
        """Return the units that may be asked."""
        rows = Organisation.objects.filter(active=True).order_by("path")
        return [row for row in rows if self._asked(row)]

    def people(self, near: Organisation | None) -> models.QuerySet[Any]:
        """Return those of these units who may answer, of one unit first, the others by theirs."""
        left_out = [row.pk for row in Organisation.objects.all() if not self._asked(row)]
        rows = _answering().filter(unit__isnull=False).exclude(unit__in=left_out)
        order: list[Any] = ["unit__path", "name", "pk"]
        if near is not None:
            order.insert(0, models.Case(models.When(unit__path__startswith=near.path, then=0), default=1))
        return rows.exclude(pk__in=self.case.respondent_ids()).select_related("unit").order_by(*order)

    def offer(self, unit: Any, person: Any, *, near: Organisation | None) -> None:
        """Let a form's fields of a unit and of a person offer these only; another is refused later with its reason."""
        unit.choices = lambda: [("", "—"), *((row.pk, str(row)) for row in self.units() if row != self.with_unit)]
        person.queryset, told = get_user_model()._default_manager.filter(is_active=True), person.label_from_instance
        person.choices = lambda: [("", "—"), *((row.pk, told(row)) for row in self.people(near))]

    @cached_property
    def _partners(self) -> list[Organisation]:
        rows = Organisation.objects.filter(kind=OrganisationKind.PARTNER)
        return list(rows.select_related("parent").order_by("path"))

    @cached_property
    def _own(self) -> Organisation | None:
        return self._partner_of(self.case.unit)

    @cached_property
    def _present(self) -> Organisation | None:
        return self._partner_of(self.with_unit) if self.with_unit is not None else None

    @cached_property
    def _answering(self) -> set[str]:
        """The paths of the units with somebody who may answer."""
        return set(_answering().filter(unit__isnull=False).values_list("unit__path", flat=True))

    @cached_property
    def _recused(self) -> list[Organisation]:
        return _led_by(set(self.case.respondent_ids()))

    def _asked(self, unit: Organisation) -> bool:
        return unit == self.with_unit or not (self.against_partner(unit) or self._led(unit))

    def _partner_of(self, unit: Organisation) -> Organisation | None:
        """Return the partner that a unit is or belongs to, None within the institution."""
        return next((row for row in self._partners if unit.is_within(row)), None)

    def _led(self, unit: Organisation) -> bool:
        """Tell whether a unit or one above it has a head complained of; who heads all keeps no unit from it."""
        return any(unit.is_within(row) and (row.parent_id is not None or row == unit) for row in self._recused)


def fit(task: Task, person: Any) -> None:
    """Refuse somebody who cannot answer for the task's unit, or who is complained of; raises BadValue."""
    if person.pk in task.case.respondent_ids():
        raise BadValue(_("被投诉员工不能参与协办。"), fields={"assignee": _("请另选")})
    answer = can(person, "complaints.answer_task", task)
    elsewhere = person.unit is None or not person.unit.is_within(task.unit)
    if not answer or not person.is_active or elsewhere:
        told = _("%(name)s不是%(unit)s可以回复任务的人员，请另选。") % {"name": person, "unit": task.unit}
        raise BadValue(told, fields={"assignee": told})


def _answering() -> models.QuerySet[Any]:
    return holders("complaints.answer_task")


def _led_by(people: set[int]) -> list[Organisation]:
    """Return the organisations whose head or stand-in is one of some people, and nobody else there acts as head."""
    if not people:
        return []
    today = timezone.localdate()
    given = Delegation.objects.filter(since__lte=today, until__gte=today, revoked_at__isnull=True)
    stand_ins: dict[int, set[int]] = {}
    for giver, receiver in given.filter(role__in=("", Role.SENDER_HEAD)).values_list("giver", "receiver"):
        stand_ins.setdefault(giver, set()).add(receiver)
    posts = Post.objects.on(today).filter(role=Role.SENDER_HEAD).select_related("organisation")
    heads: dict[Organisation, tuple[set[int], set[int]]] = {}
    for post in posts:
        known, acting = heads.setdefault(post.organisation, (set(), set()))
        acts = stand_ins.get(post.person_id, {post.person_id})
        known |= {post.person_id, *acts}
        acting |= acts
    active = set(get_user_model()._default_manager.filter(is_active=True).values_list("pk", flat=True))
    return [row for row, (known, acting) in heads.items() if known & people & active and not acting & active - people]
