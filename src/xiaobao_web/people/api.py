"""Organisations and staff over REST."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from xiaobao_web.kernel import rest
from xiaobao_web.kernel.access import LIMITED_TO, PERMISSIONS, holds, require
from xiaobao_web.kernel.lists.reading import containing
from xiaobao_web.kernel.rest import Paged
from xiaobao_web.people import queries
from xiaobao_web.people.models import Organisation, OrganisationKind, Person, Post, Role

PREFIX = ""
router = Router(tags=["机构与人员"])


class OrganisationOut(Schema):
    """An organisation."""

    id: int
    name: str
    code: str
    kind: str
    parent: int | None
    active: bool


class PersonOut(Schema):
    """A member of staff, without contact data."""

    id: int
    username: str
    name: str
    title: str
    unit: int | None
    unit_name: str
    active: bool


class PostOut(Schema):
    """A post held today; `delegated_by` is set when it is another's, lent for their leave."""

    role: str
    role_name: str
    organisation: int
    organisation_name: str
    delegated_by: int | None


class MeOut(PersonOut):
    """Who calls: posts of today and permissions, those of a token only as far as it reaches."""

    posts: list[PostOut]
    permissions: list[str]
    by_token: bool


class OrganisationPage(Schema):
    """A page of organisations; `next` is the cursor of the page after."""

    items: list[OrganisationOut]
    next: str | None


class PersonPage(Schema):
    """A page of staff; `next` is the cursor of the page after."""

    items: list[PersonOut]
    next: str | None


class Walk(Paged):
    """Where in a list one is."""


class OrganisationQuery(Walk):
    """Which organisations."""

    kind: OrganisationKind | None = None
    active: bool | None = None


class PersonQuery(Walk):
    """Which staff: in a unit or below it, with a role today, by a part of the name or account."""

    unit: int | None = Field(None, ge=1, le=2**62)
    role: Role | None = None
    q: str = Field("", max_length=80)


@router.get("/me", response=MeOut, summary="当前调用者")
def me(request: HttpRequest) -> dict[str, Any]:
    """Return who calls, their posts of today and what they may."""
    user: Any = request.user
    posts = [
        {
            "role": post.role,
            "role_name": post.get_role_display(),
            "organisation": post.organisation_id,
            "organisation_name": str(post.organisation),
            "delegated_by": post.person_id if post.person_id != user.pk else None,
        }
        for post in user.posts_now()
    ]
    permissions = sorted(name for name in PERMISSIONS if holds(user, name))
    return {**person_told(user), "posts": posts, "permissions": permissions, "by_token": LIMITED_TO in user.__dict__}


@router.get("/organisations", response=OrganisationPage, summary="机构列表")
def organisations(request: HttpRequest, query: Query[OrganisationQuery]) -> dict[str, Any]:
    """Return organisations, by id."""
    user: Any = request.user
    require(user, "people.view")
    rows = queries.organisations(user)
    if query.kind is not None:
        rows = rows.filter(kind=query.kind)
    if query.active is not None:
        rows = rows.filter(active=query.active)
    return rest.page_of(rows, limit=query.limit, cursor=query.cursor, order="pk", show=organisation_told)


@router.get("/organisations/{int:number}", response=OrganisationOut, summary="机构")
def organisation(request: HttpRequest, number: int) -> dict[str, Any]:
    """Return an organisation."""
    user: Any = request.user
    require(user, "people.view")
    return organisation_told(rest.find(queries.organisations(user), pk=number))


@router.get("/people", response=PersonPage, summary="人员列表")
def people(request: HttpRequest, query: Query[PersonQuery]) -> dict[str, Any]:
    """Return active staff, by id."""
    user: Any = request.user
    require(user, "people.view")
    rows = queries.staff(user).filter(is_active=True).select_related("unit")
    if query.unit is not None:
        above = rest.find(queries.organisations(user), pk=query.unit)
        rows = rows.filter(unit__path__startswith=above.path)
    if query.role is not None:
        rows = rows.filter(pk__in=Post.objects.on(queries.today()).filter(role=query.role).values("person"))
    for word in query.q.replace("\x00", "").split()[:5]:
        rows = rows.filter(containing(("name", "username"), word))
    return rest.page_of(rows, limit=query.limit, cursor=query.cursor, order="pk", show=person_told)


@router.get("/people/{int:number}", response=PersonOut, summary="人员")
def person(request: HttpRequest, number: int) -> dict[str, Any]:
    """Return a member of staff."""
    user: Any = request.user
    require(user, "people.view")
    return person_told(rest.find(queries.staff(user).select_related("unit"), pk=number))


def organisation_told(row: Organisation) -> dict[str, Any]:
    """Return an organisation as the interface tells it."""
    return {
        "id": row.pk,
        "name": row.name,
        "code": row.code,
        "kind": row.kind,
        "parent": row.parent_id,
        "active": row.active,
    }


def person_told(row: Person) -> dict[str, Any]:
    """Return a member of staff as the interface tells them, without contact data."""
    return {
        "id": row.pk,
        "username": row.username,
        "name": row.name,
        "title": row.title,
        "unit": row.unit_id,
        "unit_name": str(row.unit or ""),
        "active": row.is_active,
    }
