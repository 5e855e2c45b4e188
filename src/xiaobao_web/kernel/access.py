"""Who may do what: permissions declared once, granted to roles with a reach, checked against an object's organisation.

A permission is `app.verb`. A role reaches OWN (what names the person), UNIT (what lies at or below the post's
organisation) or ALL. What lies outside a person's reach of the app's view permission is hidden (404); what is seen but
may not be done is refused (403) with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from xiaobao_web.kernel.among import Among
from xiaobao_web.kernel.errors import Forbidden, Hidden, Undeclared

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from xiaobao_web.people.models import Person

    Caller = Person | AnonymousUser

M = TypeVar("M", bound=models.Model)
Text = str | Promise


class Reach(IntEnum):
    """How far a role's permission reaches."""

    OWN = 1
    UNIT = 2
    ALL = 3


class Predicate(Protocol):
    """Say why a person may not do it with an object, or None when there is no reason."""

    def __call__(self, user: Any, obj: Any) -> str | None:
        """Return the reason for the refusal, or None."""


@dataclass(frozen=True)
class Permission:
    """A permission: its name, its label, which roles have it how far, and further conditions."""

    name: str
    label: Text
    grants: Mapping[str, Reach]
    when: Predicate | None = None
    personal: bool = False
    """Whether it opens raw personal data: every use is then journalled by its service."""


@dataclass(frozen=True)
class Answer:
    """Whether something is allowed, and if not, why."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


PERMISSIONS: dict[str, Permission] = {}
LIMITED_TO = "_limited_to"
"""Where a person's instance keeps the permissions that a token allows; without it, all of them."""


def declare(
    name: str, label: Text, grants: Mapping[str, Reach], *, when: Predicate | None = None, personal: bool = False
) -> Permission:
    """Declare a permission once; raises Undeclared when the name was taken."""
    if name in PERMISSIONS:
        raise Undeclared(f"权限 {name} 声明了两次")
    unknown = set(grants) - {str(role) for role in role_labels()}
    if unknown:
        raise Undeclared(f"权限 {name} 授予了不存在的岗位：{'、'.join(sorted(unknown))}")
    PERMISSIONS[name] = Permission(name, label, dict(grants), when, personal)
    return PERMISSIONS[name]


def role_labels() -> dict[str, str]:
    """Return the label of each role."""
    field = apps.get_model("people", "Post")._meta.get_field("role")
    choices: Any = field.choices
    return {str(value): str(label) for value, label in choices}


def permission(name: str) -> Permission:
    """Return a declared permission; raises Undeclared."""
    try:
        return PERMISSIONS[name]
    except KeyError:
        raise Undeclared(f"权限 {name} 没有声明") from None


@dataclass(frozen=True)
class Scope:
    """Where a person has a permission: everywhere, in some organisations (ids, descendants included), or by name."""

    everywhere: bool
    units: frozenset[int]
    own: bool

    @property
    def nowhere(self) -> bool:
        """Tell whether the person has the permission nowhere."""
        return not (self.everywhere or self.units or self.own)


def scope(user: Caller, name: str) -> Scope:
    """Return where a person has a permission today."""
    wanted = permission(name)
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        return Scope(False, frozenset(), False)
    limits = user.__dict__.get(LIMITED_TO)
    if limits is not None and name not in limits:
        return Scope(False, frozenset(), False)
    everywhere, own, roots = False, False, []
    person: Any = user
    for post in person.posts_now():
        reach = wanted.grants.get(post.role)
        if reach is None:
            continue
        own = True
        if reach is Reach.ALL:
            everywhere = True
        elif reach is Reach.UNIT:
            roots.append(post.reaches())
    everywhere = everywhere or any(root.parent_id is None and _only_root(user) for root in roots)
    return Scope(everywhere, frozenset() if everywhere else _under(user, roots), own)


def _only_root(user: Any) -> bool:
    """Tell whether the organisations are one tree, so that its top is everywhere; remembered for the request."""
    if "_one_tree" not in user.__dict__:
        user.__dict__["_one_tree"] = apps.get_model("people", "Organisation").objects.filter(parent=None).count() == 1
    return bool(user.__dict__["_one_tree"])


def _under(user: Any, roots: Iterable[Any]) -> frozenset[int]:
    """Return the ids of all organisations at or below some; remembered on the user for the request."""
    cache: dict[str, frozenset[int]] = user.__dict__.setdefault("_units_under", {})
    ids: set[int] = set()
    for root in roots:
        if root.path not in cache:
            model = apps.get_model("people", "Organisation")
            cache[root.path] = frozenset(model.objects.filter(path__startswith=root.path).values_list("pk", flat=True))
        ids |= cache[root.path]
    return frozenset(ids)


def organisations(user: Caller) -> frozenset[int]:
    """Return the ids of the organisations at or below those where a person holds a post today."""
    person: Any = user
    return _under(user, [post.reaches() for post in person.posts_now()])


def holds(user: Caller, name: str) -> bool:
    """Tell whether a person has a permission anywhere at all."""
    return not scope(user, name).nowhere


def visible_to(user: Caller, queryset: models.QuerySet[M], name: str) -> models.QuerySet[M]:
    """Return the rows of a queryset that a person has a permission over."""
    where = scope(user, name)
    if where.everywhere:
        return queryset
    if where.nowhere:
        return queryset.none()
    return queryset.filter(reached(user, queryset.model, name))


def reached(user: Caller, model: type[models.Model], name: str) -> Q:
    """Return the condition of the rows of a model that a person has a permission over; empty for all of them."""
    where = scope(user, name)
    if where.everywhere:
        return Q()
    condition = Q(pk__in=[])
    if where.nowhere:
        return condition
    unit: str = getattr(model, "scope_unit", "")
    if unit and where.units:
        condition |= Q(**{f"{unit}__in": where.units}) if unit != "pk" else Q(pk__in=where.units)
    return condition | naming(user, model)


def naming(user: Caller, model: type[models.Model]) -> Q:
    """Return the condition of the rows of a model that name a person."""
    condition = Q(pk__in=[])
    for path in getattr(model, "scope_people", ()):
        # A join to many would repeat rows, and removing the repeats would sort the whole table.
        named = Q(**{path: user.pk})
        condition |= Q(Among(F("pk"), model._base_manager.filter(named).values("pk"))) if "__" in path else named
    return condition


def within(user: Caller, name: str, obj: models.Model) -> bool:
    """Tell whether an object lies within a person's scope of a permission."""
    where = scope(user, name)
    if where.everywhere:
        return True
    if where.nowhere:
        return False
    unit: str = getattr(obj, "scope_unit", "")
    if unit and _follow(obj, unit + "_id" if unit != "pk" else "pk") in where.units:
        return True
    paths = getattr(obj, "scope_people", ())
    return any(_names(obj, path, user) for path in paths)


def _follow(obj: Any, path: str) -> Any:
    for name in path.split("__"):
        obj = getattr(obj, name, None)
        if obj is None:
            return None
    return obj


def _names(obj: models.Model, path: str, user: Any) -> bool:
    if "__" not in path and hasattr(obj, f"{path}_id"):
        return bool(getattr(obj, f"{path}_id") == user.pk)
    return type(obj)._default_manager.filter(**{"pk": obj.pk, path: user.pk}).exists()


def can(user: Caller, name: str, obj: models.Model | None = None) -> Answer:
    """Say whether a person may do something (with an object), and if not, why and who may."""
    wanted = permission(name)
    if not holds(user, name) or (obj is not None and obj.pk is not None and not within(user, name, obj)):
        return Answer(False, _denied(wanted))
    if wanted.when is not None and obj is not None:
        reason = wanted.when(user, obj)
        if reason:
            return Answer(False, reason)
    return Answer(True)


def denied(name: str) -> str:
    """Return the sentence that says who may do what a person may not; raises Undeclared."""
    return _denied(permission(name))


def _denied(wanted: Permission) -> str:
    labels = role_labels()
    who = "、".join(labels[role] for role in wanted.grants)
    if not who:
        return _("您没有“%(label)s”的权限。") % {"label": wanted.label}
    return _("“%(label)s”由%(who)s办理；如需办理，请联系本机构的相应岗位。") % {"label": wanted.label, "who": who}


def require(user: Caller, name: str, obj: models.Model | None = None) -> None:
    """Return when a person may do something; raises Hidden outside the scope of the app's view, else Forbidden."""
    answer = can(user, name, obj)
    if answer:
        return
    view = f"{name.split('.')[0]}.view"
    if obj is not None and obj.pk is not None and view in PERMISSIONS and not within(user, view, obj):
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    raise Forbidden(answer.reason)


def find(user: Caller, queryset: models.QuerySet[M], name: str, **lookup: Any) -> M:
    """Return the one row of a queryset that a person may see; raises Hidden."""
    try:
        row = visible_to(user, queryset.filter(**lookup), name).first()
    except OverflowError:  # a number in the address that no key can have
        row = None
    if row is None:
        raise Hidden(_("没有找到这一页，或它不在您的查看范围内。"))
    return row


def holders(name: str, obj: models.Model | None = None) -> models.QuerySet[Any]:
    """Return the people who have a permission today (over an object, when one is given), predicates left aside."""
    wanted = permission(name)
    post_model, person_model = apps.get_model("people", "Post"), apps.get_model("people", "Person")
    today = timezone.localdate()
    posts = post_model.objects.on(today)
    condition = Q(pk__in=[])
    path = str(getattr(obj, "scope_unit", "")) if obj is not None else ""
    unit = _follow(obj, path) if path else None
    own = {role for role, reach in wanted.grants.items() if reach is Reach.OWN}
    anywhere = set(wanted.grants) - own if obj is None else set()
    everywhere = {role for role, reach in wanted.grants.items() if reach is Reach.ALL} | anywhere
    condition |= Q(role__in=everywhere)
    if unit is not None:
        near = {role for role, reach in wanted.grants.items() if reach is Reach.UNIT}
        above = unit.ancestor_ids()
        served = Q(
            organisation__is_consumer_protection=True,
            organisation__parent__in=above,
            role__in=post_model.serving_roles(),
        )
        condition |= Q(role__in=near) & (Q(organisation__in=above) | served)
    return person_model.objects.filter(is_active=True, pk__in=posts.filter(condition).values("person"))
