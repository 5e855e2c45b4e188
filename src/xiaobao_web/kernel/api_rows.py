"""The rows of lists over the REST interface: which lists there are, and each one's rows as its page narrows them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.urls import get_resolver
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from xiaobao_web.kernel.access import holds
from xiaobao_web.kernel.api_lists import list_for
from xiaobao_web.kernel.errors import BadValue
from xiaobao_web.kernel.lists import keyset
from xiaobao_web.kernel.lists.columns import Column
from xiaobao_web.kernel.lists.page import COUNTED, LISTS, ListPage
from xiaobao_web.kernel.lists.reading import Reading
from xiaobao_web.kernel.rest import LIMIT, MOST
from xiaobao_web.kernel.rest_steps import FieldOut, checked, described

PREFIX = "/lists"
router = Router(tags=["列表"])
GENERAL = ("view", "sort", "q", "saved", "after", "before")
"""Keys that every list's address may have; where one is in the list is told by `cursor` here."""


class ColumnOut(Schema):
    """A column: its key, its kind, whether it can be sorted by, and whether rows have it when none are asked for."""

    key: str
    label: str
    kind: str
    sortable: bool
    usual: bool


class TabOut(Schema):
    """A built-in view, asked for as `view=key`."""

    key: str
    label: str


class ListOut(Schema):
    """A list: the names of its columns, views and filters are the words of `query`."""

    name: str
    title: str
    noun: str
    columns: list[ColumnOut]
    views: list[TabOut]
    filters: list[FieldOut]
    searched: str


class RowsQuery(Schema):
    """Which rows: the query of the list's address, such as `view=all&state=open&sort=-due_on&q=海报`."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(max_length=2000)] = ""
    columns: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="列的键，用逗号分开")
    limit: int = Field(LIMIT, ge=1, le=MOST)
    cursor: Annotated[str, StringConstraints(max_length=500)] = ""
    count: bool = Field(False, description="是否一并给出总数")


class RowOut(Schema):
    """A row: its values by the keys of the columns, as the exported sheet has them; times are Beijing's."""

    id: int | str
    name: str
    page: str
    values: dict[str, Any]


class RowPage(Schema):
    """A page of rows; `total` stops at 10,000, and `more` says that there are more."""

    title: str
    conditions: str
    items: list[RowOut]
    next: str | None
    total: int | None
    more: bool


@router.get("", response=list[ListOut], summary="列表一览")
def list_lists(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the lists one may see, with their columns, views and filters."""
    _addresses = get_resolver().url_patterns  # loading the addresses declares the lists
    seen = [page() for _name, page in sorted(LISTS.items()) if page.permission and holds(request.user, page.permission)]
    return [_described(page) for page in seen]


def _described(page: ListPage) -> dict[str, Any]:
    bound = page.filterset()(QueryDict(""), queryset=page.model._default_manager.none())
    return {
        "name": page.name, "title": str(page.title), "noun": str(page.noun), "filters": described(bound.form),
        "columns": [_column(column) for column in page.columns], "searched": str(page.search_hint),
        "views": [{"key": tab.key, "label": str(tab.label)} for tab in page.tabs],
    }  # fmt: skip


def _column(column: Column) -> dict[str, Any]:
    return {
        "key": column.key, "label": str(column.label), "kind": column.kind, "sortable": bool(column.order_path),
        "usual": not column.off,
    }  # fmt: skip


@router.get("/{str:name}/rows", response=RowPage, summary="列表的行")
def list_rows(request: HttpRequest, name: str, query: Query[RowsQuery]) -> dict[str, Any]:
    """Return the rows of a list that its page would show under an address, a page of them at a time."""
    page = list_for(request.user, name)
    reading = _reading(page, request, query.query)
    columns = _columns(page, query.columns)
    rows = reading.shown()
    place = keyset.decode(query.cursor, reading.order, rows) if query.cursor else None
    if query.cursor and place is None:
        raise BadValue(_("cursor 无效，请从第一页重新开始。"), fields={"cursor": _("无效")})
    found = keyset.window(rows, reading.order, place, query.limit)
    total = keyset.count_up_to(page.tallied(reading), COUNTED) if query.count else None
    clocks = page.clocks(columns, found.rows)
    page.extend(found.rows)
    return {
        "title": str(page.title), "conditions": reading.told(), "next": found.next,
        "items": [
            {
                "id": row.pk, "name": str(row), "page": page.url(row),
                "values": {column.key: _plain(column.plain(row, clocks)) for column in columns},
            }
            for row in found.rows
        ],
        "total": None if total is None else min(total, COUNTED), "more": total is not None and total > COUNTED,
    }  # fmt: skip


def _reading(page: ListPage, request: HttpRequest, query: str) -> Reading:
    """Return the list as the query names it; raises BadValue for what its page would pass over."""
    try:
        words = QueryDict(query.replace("\x00", ""), mutable=True)
    except TooManyFieldsSent as error:
        raise BadValue(_("条件太多，请精简。"), fields={"query": _("条件太多")}) from error
    for key in ("saved", "after", "before"):
        words.pop(key, None)
    reading = Reading(page, request.user, words)
    known = {*GENERAL, *reading.filters.form.fields}
    unknown = sorted(set(words) - known)
    if unknown:
        told = _("列表“%(list)s”没有这些条件：%(unknown)s；可用的：%(known)s。") % {
            "list": page.title, "unknown": "、".join(unknown)[:200], "known": "、".join(sorted(known)),
        }  # fmt: skip
        raise BadValue(told, code="unknown_parameter", fields={"query": _("有不认识的条件")})
    if reading.query.get("view") and (reading.tab is None or reading.tab.key != reading.query["view"]):
        views = "、".join(tab.key for tab in page.tabs)
        raise BadValue(_("没有这个视图；可用的视图：%s。") % views, fields={"view": _("无效")})
    if reading.query.get("sort") and reading.sorted_by[0] is None:
        raise BadValue(_("不能按这一列排序。"), fields={"sort": _("无效")})
    checked(reading.filters.form)
    return reading


def _columns(page: ListPage, wanted: str) -> list[Column]:
    keys = [key.strip() for key in wanted.split(",") if key.strip()]
    by_key = {column.key: column for column in page.columns}
    unknown = [key for key in keys if key not in by_key]
    if unknown:
        told = _("没有这些列：%(unknown)s；可用的列：%(known)s。")
        raise BadValue(
            told % {"unknown": "、".join(unknown)[:200], "known": "、".join(by_key)}, fields={"columns": _("无效")}
        )
    return [by_key[key] for key in dict.fromkeys(keys)] or [column for column in page.columns if not column.off]


def _plain(value: Any) -> Any:
    """Return a sheet's value as JSON has it; moments are told with Beijing's offset."""
    if isinstance(value, datetime):
        return timezone.make_aware(value).isoformat() if timezone.is_naive(value) else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value
