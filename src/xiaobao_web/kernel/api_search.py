"""Search over the REST interface: everything one may see that holds all of some words, by kind."""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.kernel import search
from xiaobao_web.kernel.errors import BadValue

PREFIX = "/search"
router = Router(tags=["搜索"])


class SearchQuery(Schema):
    """Which words, and of which kind a page is wanted; without a kind the first few of each."""

    model_config = ConfigDict(extra="forbid")

    q: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
    kind: Annotated[str, StringConstraints(max_length=80)] = ""
    limit: int = Field(5, ge=1, le=100)
    cursor: Annotated[str, StringConstraints(max_length=30, pattern=r"^((title|text):[0-9]{1,18})?$")] = ""


class HitOut(Schema):
    """A thing found: its title, the words around the first hit, its page."""

    title: str
    excerpt: str
    page: str
    updated_at: datetime


class HitGroup(Schema):
    """What was found of one kind; `next` is the cursor of the page after, to be asked for with `kind`."""

    kind: str
    label: str
    hits: list[HitOut]
    next: str | None


class OfferOut(Schema):
    """A page that is no row of a table, as a guide is."""

    title: str
    label: str
    page: str


class SearchOut(Schema):
    """What was found."""

    groups: list[HitGroup]
    pages: list[OfferOut]


@router.get("", response=SearchOut, summary="搜索")
def find_words(request: HttpRequest, query: Query[SearchQuery]) -> dict[str, Any]:
    """Return what one may see that holds all the words, those with them in the title first."""
    words = query.q.strip()
    if query.kind:
        if query.kind not in search.REGISTERED:
            known = "、".join(search.REGISTERED)
            raise BadValue(_("没有这一类可以搜索的内容；可用的：%s。") % known, fields={"kind": _("无效")})
        found = search.search_kind(request.user, query.kind, words, limit=query.limit, cursor=query.cursor)
        return {"groups": [_told(found)], "pages": []}
    if query.cursor:
        raise BadValue(_("翻页须指明 kind。"), fields={"kind": _("必填")})
    groups = search.search(request.user, words, per_kind=query.limit)
    pages = [{"title": row.title, "label": row.label, "page": row.url} for row in search.pages(request.user, words)]
    return {"groups": [_told(group) for group in groups], "pages": pages}


def _told(group: search.Group) -> dict[str, Any]:
    hits = [
        {"title": hit.title, "excerpt": unescape(strip_tags(hit.excerpt_html)), "page": hit.url,
         "updated_at": hit.updated_at}
        for hit in group.hits
    ]  # fmt: skip
    return {"kind": group.name, "label": group.label, "hits": hits, "next": group.cursor or None}
