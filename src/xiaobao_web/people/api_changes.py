"""Changes of organisations, staff, posts and delegations over the REST interface, by the forms of their pages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django import forms as django_forms
from django.http import HttpRequest
from ninja import Field, Schema, Status
from pydantic import StringConstraints

from xiaobao_web.kernel import rest
from xiaobao_web.kernel.access import find as find_for
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.rest import Strict
from xiaobao_web.kernel.rest_steps import checked
from xiaobao_web.people import forms, queries, services
from xiaobao_web.people.api import OrganisationOut, PersonOut, organisation_told, person_told, router
from xiaobao_web.people.models import Delegation, OrganisationKind, Person, Post, Role

Key = Annotated[int, Field(ge=1, le=2**53)]
Plain = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class OrganisationIn(Strict):
    """A new organisation; `parent` and `executive` are ids."""

    name: Plain
    code: Plain
    kind: OrganisationKind
    parent: Key | None = None
    executive: Key | None = None
    is_consumer_protection: bool = False


class OrganisationChange(Strict):
    """What changes of an organisation; what is left out stays, null takes the parent or the executive away."""

    name: Plain | None = None
    code: Plain | None = None
    kind: OrganisationKind | None = None
    parent: Key | None = None
    executive: Key | None = None
    is_consumer_protection: bool | None = None
    active: bool | None = None


class PersonIn(Strict):
    """A new member of staff; without a password only by single sign-on."""

    username: Plain
    name: Plain
    unit: Key
    title: Plain = ""
    email: Plain = ""
    phone: Plain = ""
    password: Plain = ""


class PersonChange(Strict):
    """What changes of a member of staff; what is left out stays."""

    name: Plain | None = None
    unit: Key | None = None
    title: Plain | None = None
    email: Plain | None = None
    phone: Plain | None = None
    is_active: bool | None = None


class PostIn(Strict):
    """A post to give: its rights reach the organisation and all below it."""

    role: Role
    organisation: Key
    since: date | None = Field(None, description="不写为今天")


class HeldPost(Schema):
    """A post, ended where `until` is past."""

    id: int
    person: int
    role: str
    role_name: str
    organisation: int
    organisation_name: str
    since: date
    until: date | None


class HandOverIn(Strict):
    """To whom a person's open work and which of their posts go."""

    receiver: Key
    posts: list[Key] = Field(min_length=1, max_length=50)


class HandedOver(Schema):
    """How many posts and pieces of open work moved."""

    posts: int
    items: int


class DelegationIn(Strict):
    """Leave cover for one's own posts, of one role or of all."""

    receiver: Key
    role: Role | None = Field(None, description="不写为全部岗位（系统管理员除外）")
    since: date
    until: date
    reason: Plain


class DelegationOut(Schema):
    """A delegation, given or received."""

    id: int
    giver: int
    giver_name: str
    receiver: int
    receiver_name: str
    role: str
    since: date
    until: date
    reason: str
    revoked_at: datetime | None


def _filled(form: type[django_forms.Form], given: dict[str, Any], row: Any = None, **more: Any) -> dict[str, Any]:
    """Return what a form makes of given values, and of a row's own where none is given; raises BadValue."""
    values = {}
    for name in form.base_fields:
        value = given[name] if name in given else getattr(row, name, None) if row is not None else None
        values[name] = getattr(value, "pk", value)
    return checked(form({name: value for name, value in values.items() if value is not None}, **more))


def _staff(user: Any, pk: int) -> Person:
    require(user, "people.view")
    return rest.find(queries.staff(user).select_related("unit"), pk=pk)


@router.post("/organisations", response={201: OrganisationOut}, summary="新设机构")
def add_organisation(request: HttpRequest, body: OrganisationIn) -> Status[dict[str, Any]]:
    """Make an organisation."""
    user: Any = request.user
    require(user, "people.manage")
    made = services.make_organisation(by=user, **_filled(forms.OrganisationForm, body.model_dump(mode="json")))
    return Status(201, organisation_told(made))


@router.patch("/organisations/{int:number}", response=OrganisationOut, summary="修改机构")
def change_organisation(request: HttpRequest, number: int, body: OrganisationChange) -> dict[str, Any]:
    """Change an organisation; closing one needs it to be empty."""
    user: Any = request.user
    require(user, "people.view")
    row = rest.find(queries.organisations(user), pk=number)
    require(user, "people.manage")
    given = body.model_dump(mode="json", exclude_unset=True)
    values = _filled(forms.OrganisationChangeForm, given, row)
    return organisation_told(services.change_organisation(organisation=row, by=user, **values))


@router.post("/people", response={201: PersonOut}, summary="新增人员")
def add_person(request: HttpRequest, body: PersonIn) -> Status[dict[str, Any]]:
    """Make a member of staff, who has no post yet."""
    user: Any = request.user
    require(user, "people.manage")
    made = services.make_person(by=user, **_filled(forms.PersonNewForm, body.model_dump(mode="json")))
    return Status(201, person_told(made))


@router.patch("/people/{int:number}", response=PersonOut, summary="修改人员")
def change_person(request: HttpRequest, number: int, body: PersonChange) -> dict[str, Any]:
    """Change a member of staff."""
    user: Any = request.user
    row = _staff(user, number)
    require(user, "people.manage")
    values = _filled(forms.PersonChangeForm, body.model_dump(mode="json", exclude_unset=True), row)
    return person_told(services.change_person(person=row, by=user, **values))


def _post(row: Post) -> dict[str, Any]:
    names = ("role", "since", "until")
    return {
        **{name: getattr(row, name) for name in names}, "id": row.pk, "person": row.person_id,
        "role_name": row.get_role_display(), "organisation": row.organisation_id,
        "organisation_name": str(row.organisation),
    }  # fmt: skip


@router.get("/people/{int:number}/posts", response=list[HeldPost], summary="人员的岗位")
def list_posts(request: HttpRequest, number: int) -> list[dict[str, Any]]:
    """Return all posts a person holds or held, the newest first."""
    return [_post(row) for row in queries.posts_ever(_staff(request.user, number))[:500]]


@router.post("/people/{int:number}/posts", response={201: HeldPost}, summary="任命")
def appoint(request: HttpRequest, number: int, body: PostIn) -> Status[dict[str, Any]]:
    """Give a member of staff a post."""
    user: Any = request.user
    row = _staff(user, number)
    require(user, "people.manage")
    values = _filled(forms.PostForm, body.model_dump(mode="json"))
    return Status(201, _post(services.appoint(person=row, by=user, **values)))


@router.post("/posts/{int:pk}/relief", response=HeldPost, summary="免去岗位")
def relieve(request: HttpRequest, pk: int) -> dict[str, Any]:
    """End a post; yesterday was its last day."""
    user: Any = request.user
    require(user, "people.manage")
    row = find_for(user, Post.objects.select_related("person", "organisation"), "people.view", pk=pk)
    return _post(services.relieve(post=row, by=user))


@router.post("/people/{int:number}/hand-over", response=HandedOver, summary="岗位交接")
def hand_over(request: HttpRequest, number: int, body: HandOverIn) -> dict[str, int]:
    """Hand a person's posts and open work over to another."""
    user: Any = request.user
    giver = _staff(user, number)
    require(user, "people.hand_over")
    values = _filled(forms.HandOverForm, body.model_dump(mode="json"), giver=giver)
    posts = list(values["posts"])
    moved = services.hand_over(giver=giver, receiver=values["receiver"], by=user, posts=posts)
    return {"posts": len(posts), "items": moved}


def _delegation(row: Delegation) -> dict[str, Any]:
    names = ("role", "since", "until", "reason", "revoked_at")
    return {
        **{name: getattr(row, name) for name in names}, "id": row.pk, "giver": row.giver_id,
        "giver_name": str(row.giver), "receiver": row.receiver_id, "receiver_name": str(row.receiver),
    }  # fmt: skip


@router.get("/delegations", response=list[DelegationOut], summary="本人的委托")
def list_delegations(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the delegations one gave or received, the newest first."""
    user: Any = request.user
    require(user, "people.delegate")
    return [_delegation(row) for row in queries.delegations_of(user)[:100]]


@router.post("/delegations", response={201: DelegationOut}, summary="请假委托")
def delegate(request: HttpRequest, body: DelegationIn) -> Status[dict[str, Any]]:
    """Let another act with one's posts between two days, both included."""
    user: Any = request.user
    require(user, "people.delegate")
    values = _filled(forms.DelegationForm, body.model_dump(mode="json"), giver=user)
    return Status(201, _delegation(services.delegate(giver=user, by=user, **values)))


@router.post("/delegations/{int:pk}/revocation", response=DelegationOut, summary="撤回委托")
def revoke(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Take a delegation back."""
    user: Any = request.user
    rows = Delegation.objects.select_related("giver", "receiver")
    row = find_for(user, rows, "people.revoke_delegation", pk=pk)
    return _delegation(services.revoke_delegation(delegation=row, by=user))
