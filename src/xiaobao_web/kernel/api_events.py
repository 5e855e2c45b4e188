"""What happened to a thing, over the REST interface: the timeline of its page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from xiaobao_web.kernel import comments, journal, kept
from xiaobao_web.kernel.models import Event
from xiaobao_web.kernel.rest import Paged, page_of

PREFIX = "/events"
router = Router(tags=["留痕"])


class ChangeOut(Schema):
    """A field that changed, in words."""

    field: str
    before: str
    after: str


class EventOut(Schema):
    """An event: its sentence without personal values, what was remarked, what changed, its place in the chain."""

    id: int
    at: datetime
    type: str
    actor: str
    sentence: str
    comment: str
    changes: list[ChangeOut]
    hash: str


class EventPage(Schema):
    """A page of events; `next` is the cursor of the page after."""

    items: list[EventOut]
    next: str | None


class EventQuery(Paged):
    """Where in the timeline one is."""


@router.get("/{str:label}/{int:pk}", response=EventPage, summary="一个对象的留痕")
def list_events(request: HttpRequest, label: str, pk: int, query: Query[EventQuery]) -> dict[str, Any]:
    """Return what happened to a review, an issue or a complaint (app.model and id) one may see, the newest first."""
    obj = comments.subject(request.user, label, min(pk, 2**53))
    page = page_of(journal.events_of(obj), limit=query.limit, cursor=query.cursor)
    kept.veil(page["items"])
    return {**page, "items": [_event(row) for row in page["items"]]}


def _event(row: Event) -> dict[str, Any]:
    changes = [dict(zip(("field", "before", "after"), item, strict=True)) for item in journal.changes_of(row)]
    return {
        "id": row.pk, "at": row.at, "type": row.type, "actor": row.actor_name, "hash": row.hash, "changes": changes,
        "sentence": journal.sentence(row, personal=False), "comment": str(row.facts.get("comment") or ""),
    }  # fmt: skip
