"""Comments over the REST interface: on whatever takes them, with whom one may mention; withdrawn by their authors."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict, StringConstraints

from xiaobao_web.kernel import comments
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models.comment import Comment
from xiaobao_web.kernel.rest import Strict, find

PREFIX = "/comments"
router = Router(tags=["评论"])
LARGEST = 2**53
SHOWN = 1000


class RemarkOut(Schema):
    """A comment; one withdrawn has no body any more, `place` says what in the object it is about."""

    id: int
    parent: int | None
    place: Any
    body: str
    author: str
    username: str
    at: datetime
    withdrawn: bool
    may_withdraw: bool


class SayingIn(Strict):
    """What is said; `parent` is the comment that it answers."""

    body: Annotated[str, StringConstraints(max_length=comments.LONGEST, pattern=r"^[^\x00]*$")]
    parent: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class MentionQuery(Schema):
    """The beginning of a name or an account."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")] = ""


class MentionOut(Schema):
    """Somebody one could mention as @username."""

    name: str
    username: str
    unit: str


def _told(row: Comment, user: Any) -> dict[str, Any]:
    withdrawn = row.withdrawn_at is not None
    return {
        "id": row.pk, "parent": row.parent_id, "place": row.anchor, "body": "" if withdrawn else row.body,
        "author": str(row.author), "username": row.author.get_username(), "at": row.at, "withdrawn": withdrawn,
        "may_withdraw": comments.may_withdraw(row, user),
    }  # fmt: skip


@router.get("/{str:label}/{int:pk}", response=list[RemarkOut], summary="一个对象的评论")
def list_remarks(request: HttpRequest, label: str, pk: int) -> list[dict[str, Any]]:
    """Return what was said about an object (app.model and id), oldest first."""
    obj = comments.subject(request.user, label, min(pk, LARGEST))
    return [_told(row, request.user) for row in comments.of(obj)[:SHOWN]]


@router.post("/{str:label}/{int:pk}", response={201: RemarkOut}, summary="评论一个对象")
def add_remark(request: HttpRequest, label: str, pk: int, body: SayingIn) -> Status[dict[str, Any]]:
    """Say something about an object one may see; @name tells whom it mentions."""
    obj = comments.subject(request.user, label, min(pk, LARGEST))
    parent = None if body.parent is None else find(comments.of(obj), pk=body.parent)
    made = comments.comment(obj, body.body, by=request.user, parent=parent)
    return Status(201, _told(made, request.user))


@router.get("/{str:label}/{int:pk}/people", response=list[MentionOut], summary="可以提到的人")
def list_mentionable(request: HttpRequest, label: str, pk: int, query: Query[MentionQuery]) -> list[dict[str, str]]:
    """Return people one could mention about an object."""
    obj = comments.subject(request.user, label, min(pk, LARGEST))
    found = comments.suggestions(request.user, obj, query.q)
    return [{"name": row.name, "username": row.username, "unit": str(row.unit or "")} for row in found]


@router.post("/{int:pk}/withdrawal", response=RemarkOut, summary="撤回评论")
def withdraw_remark(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Withdraw one's own comment within ten minutes; others then read that it was withdrawn."""
    row = Comment.objects.select_related("author").filter(pk=min(pk, LARGEST)).first()
    if row is None:
        raise Hidden(_("没有找到这条评论。"))
    comments.subject(request.user, row.subject_type, row.subject_id)
    return _told(comments.withdraw(row, by=request.user), request.user)
