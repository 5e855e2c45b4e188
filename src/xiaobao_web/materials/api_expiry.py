"""What expires over the REST interface: approvals by the day of a month, and placements that should be down already."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import ConfigDict, Field, StringConstraints

from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.rest import Paged, page_of
from xiaobao_web.materials import queries
from xiaobao_web.materials.api import ApprovedOut, approved_shown, router
from xiaobao_web.materials.api_placements import PlacementPage, placement_told

Month = Annotated[str, StringConstraints(pattern=r"^(20[0-9]{2}|2100)-(0[1-9]|1[0-2])$")]


class ExpiryDay(Schema):
    """A day with the approvals that end on it."""

    day: date
    items: list[ApprovedOut]


class ExpiryMonth(Schema):
    """A month's days on which approvals end; those of the weeks at its ends too, as the calendar shows them."""

    month: str
    days: list[ExpiryDay]
    overdue_placements: int


class ExpiryQuery(Schema):
    """The month, as 2026-11."""

    model_config = ConfigDict(extra="forbid")

    month: Month


class OverdueQuery(Paged):
    """Where in the list one is, and whose placements are wanted."""

    unit: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = Field("", description="机构编号")


@router.get("/calendar/expiring", response=ExpiryMonth, summary="到期日历")
def show_calendar(request: HttpRequest, query: Query[ExpiryQuery]) -> dict[str, Any]:
    """Return what of the approved material ends on which day of a month (YYYY-MM)."""
    require(request.user, "materials.registry")
    weeks = queries.expiring(request.user, date.fromisoformat(f"{query.month}-01"))
    days = [
        {"day": day.day, "items": [approved_shown(row) for row in day.rows]}
        for week in weeks
        for day in week
        if day.rows
    ]
    return {"month": query.month, "days": days, "overdue_placements": queries.open_past(request.user).count()}


@router.get("/placements/overdue", response=PlacementPage, summary="应下线的投放")
def list_overdue(request: HttpRequest, query: Query[OverdueQuery]) -> dict[str, Any]:
    """Return placements still shown although their time or their approval is over, the newest first."""
    require(request.user, "materials.placements")
    rows = queries.open_past(request.user)
    rows = rows.filter(unit__code=query.unit) if query.unit else rows
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=placement_told)
