"""Notices about issues over the REST interface: give one, read it with its letter, send its receipt."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field, StringConstraints

from xiaobao_web.findings import notices, queries
from xiaobao_web.findings.models import Issue, IssueNotice
from xiaobao_web.kernel.access import require, visible_to
from xiaobao_web.kernel.errors import BadValue, Hidden
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of
from xiaobao_web.kernel.serving import respond

PREFIX = "/issue-notices"
router = Router(tags=["问题台账"])
Number = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]


class NoticeOut(Schema):
    """A notice to an organisation about its issues."""

    id: int
    number: str
    unit: str
    demand: str
    issued_by: str
    issued_at: datetime
    receipt: str
    received_by: str | None
    received_at: datetime | None
    issues: list[str]


class NoticePage(Schema):
    """A page of notices; `next` is the cursor of the page after."""

    items: list[NoticeOut]
    next: str | None


class NoticeQuery(Paged):
    """Where in the list."""


class NoticeIn(Strict):
    """The letter's number and the numbers of the issues it is about."""

    notice: Number
    issues: list[Number] = Field(min_length=1, max_length=500)


class ReceiptIn(Strict):
    """What the organisation answers."""

    receipt: Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00]*$")]


class NoticeCount(Schema):
    """How many issues the notices are about."""

    count: int


def _rows(request: HttpRequest) -> Any:
    require(request.user, "findings.view")
    rows = IssueNotice.objects.select_related("unit", "document", "issued_by", "received_by")
    return visible_to(request.user, rows, "findings.view")


@router.get("", response=NoticePage, summary="问题通报")
def list_notices(request: HttpRequest, query: Query[NoticeQuery]) -> dict[str, Any]:
    """Return the notices one may see, newest first."""
    rows = _rows(request)
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=lambda row: _show(row, request.user))


def _show(row: IssueNotice, user: Any) -> dict[str, Any]:
    names = ("number", "demand", "issued_at", "receipt", "received_at")
    seen = queries.visible_issues(user).filter(pk__in=row.issues.values("pk")).order_by("pk")
    return {
        **{name: getattr(row, name) for name in names},
        "id": row.pk, "unit": row.unit.name, "issued_by": str(row.issued_by),
        "received_by": str(row.received_by) if row.received_by else None,
        "issues": list(seen.values_list("number", flat=True)),
    }  # fmt: skip


@router.post("", response=NoticeCount, summary="发出问题通报")
def give_notice(request: HttpRequest, body: NoticeIn) -> dict[str, int]:
    """Send one letter to each organisation about its issues."""
    require(request.user, "findings.give_notice")
    known = dict(queries.visible_issues(request.user).filter(number__in=body.issues).values_list("number", "pk"))
    missing = [number for number in body.issues if number not in known]
    if missing:
        raise BadValue(_("没有这些问题：%s。") % "、".join(missing[:20]), fields={"issues": _("不存在")})
    chosen = Issue.objects.filter(pk__in=known.values())
    return {"count": notices.give_notice(chosen, notice=body.notice, by=request.user)}


@router.get("/{int:pk}", response=NoticeOut, summary="一份问题通报")
def show_notice(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a notice."""
    return _show(find(_rows(request), pk=pk), request.user)


@router.get("/{int:pk}/document", summary="问题通报（Word）", response={200: bytes})
def notice_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the letter."""
    row = find(_rows(request), pk=pk)
    if row.document is None:
        raise Hidden(_("这份通报没有文件。"))
    name = _("问题通报 %s.docx") % row.number
    return respond(request, row.document, name=name, download=True)  # type: ignore[return-value]


@router.post("/{int:pk}/receipt", response=NoticeOut, summary="提交通报回执")
def receive(request: HttpRequest, pk: int, body: ReceiptIn) -> dict[str, Any]:
    """Send the receipt of a notice, once."""
    notices.receive(find(_rows(request), pk=pk), receipt=body.receipt, by=request.user)
    return _show(find(_rows(request), pk=pk), request.user)
