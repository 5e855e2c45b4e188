"""The inbox over the REST interface: what one was told, marked as read, and how one wants it by e-mail."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import StringConstraints

from xiaobao_web.kernel import notifications
from xiaobao_web.kernel.errors import Hidden
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.kernel.rest import Paged, Strict, page_of

PREFIX = "/inbox"
router = Router(tags=["通知"])
Group = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z_]*$")]


class InboxNotice(Schema):
    """A notice: what it says and where it leads."""

    id: int
    kind: str
    group: str
    title: str
    body: str
    page: str
    at: datetime
    read_at: datetime | None


class InboxPage(Schema):
    """A page of notices; `next` is the cursor of the page after, `unread` how many of the group are unread."""

    items: list[InboxNotice]
    next: str | None
    unread: int


class InboxQuery(Paged):
    """Which notices: of one group, unread ones only."""

    group: Group = ""
    unread: bool = False


class MarkIn(Strict):
    """Which notices are marked: all, or those of a group."""

    group: Group = ""


class Marked(Schema):
    """How many were marked as read."""

    count: int


class MailChoice(Strict):
    """How notices come by e-mail: not, each at once, one mail a day."""

    mail: Literal["off", "now", "daily"]


def _told(row: Notification) -> dict[str, Any]:
    return {
        "id": row.pk, "kind": row.kind, "group": row.kind.partition(".")[0], "title": notifications.told(row),
        "body": row.body, "page": row.url, "at": row.at, "read_at": row.read_at,
    }  # fmt: skip


@router.get("", response=InboxPage, summary="本人的通知")
def list_notices(request: HttpRequest, query: Query[InboxQuery]) -> dict[str, Any]:
    """Return what one was told, the newest first."""
    rows = notifications.of(request.user, group=query.group, unread=query.unread)
    unread = notifications.of(request.user, group=query.group, unread=True).count()
    page = page_of(rows, limit=query.limit, cursor=query.cursor)
    return {**page, "items": [_told(row) for row in notifications.veiled(page["items"])], "unread": unread}


@router.post("/read", response=Marked, summary="全部标为已读")
def mark_all_read(request: HttpRequest, body: MarkIn) -> dict[str, int]:
    """Mark all notices, or those of a group, as read."""
    return {"count": notifications.mark_all(request.user, group=body.group)}


@router.post("/{int:pk}/read", response=InboxNotice, summary="标为已读")
def mark_read(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Mark one of one's own notices as read."""
    row = notifications.mark_read(request.user, min(pk, 2**53))
    if row is None:
        raise Hidden(_("没有找到这条通知，或它不是发给您的。"))
    return _told(row)


@router.get("/mail", response=MailChoice, summary="邮件提醒方式")
def show_mail(request: HttpRequest) -> dict[str, str]:
    """Return how one is told by e-mail."""
    return {"mail": notifications.mail_choice(request.user)}


@router.put("/mail", response=MailChoice, summary="更改邮件提醒方式")
def choose_mail(request: HttpRequest, body: MailChoice) -> dict[str, str]:
    """Keep how one wants to be told by e-mail."""
    notifications.choose_mail(request.user, body.mail)
    return {"mail": notifications.mail_choice(request.user)}
