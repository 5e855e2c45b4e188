"""Groups behind which paid agents may stand, over REST: the contacts of theirs that one may see, the judgement."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Schema

from xiaobao_web.complaints import agent_groups
from xiaobao_web.complaints.api import Words, router
from xiaobao_web.complaints.models import AgentKind, AgentVerdict
from xiaobao_web.complaints.services import judging
from xiaobao_web.kernel.rest import Strict

SHOWN = 200


class AgentContact(Schema):
    """A contact of a group; `person` is the same for the same name, 0 where no full name is told."""

    id: int
    number: str
    received_at: datetime
    unit: str
    case: str
    person: int


class JudgementOut(Schema):
    """What somebody made of a group of so many contacts."""

    verdict: AgentVerdict
    reason: str
    count: int
    by: str
    at: datetime


class AgentGroupOut(Schema):
    """A group as the person sees it: all figures are of the contacts they see; `contacts` are the latest 200."""

    id: int
    number: str
    kind: AgentKind
    reason: str
    count: int
    people: int
    first: datetime
    last: datetime
    since_judged: int
    verdict: AgentVerdict
    judgements: list[JudgementOut]
    contacts: list[AgentContact]


class JudgeIn(Strict):
    """What a group is found to be, and why."""

    verdict: AgentVerdict
    reason: Words


@router.get("/agents/{int:pk}", response=AgentGroupOut, summary="黑产线索")
def agent_group(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a group of contacts with signs of a paid agent: reasons to look closer, never to refuse a complaint."""
    return shown(request, pk)


@router.post("/agents/{int:pk}/judge", response=AgentGroupOut, summary="判断黑产线索")
def judge_agent_group(request: HttpRequest, pk: int, body: JudgeIn) -> dict[str, Any]:
    """Say what a group is found to be; how its complaints are handled does not change by that."""
    found = agent_groups.find(request.user, pk)
    judging.judge(found, by=request.user, verdict=body.verdict.value, reason=body.reason)
    return shown(request, pk)


def shown(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a group as the person sees it."""
    found = agent_groups.find(request.user, pk)
    rows: Any = agent_groups.members(request.user).filter(group=found)
    people = {key: n for n, key in enumerate(agent_groups.people_of(rows), 1)}
    rows = rows.select_related("contact__unit", "contact__case").order_by("-received_at", "-pk")[:SHOWN]
    return {
        "id": found.pk, "number": found.number, "kind": found.kind, "reason": agent_groups.reason(found),
        "count": found.n, "people": found.names, "first": found.first, "last": found.last, "since_judged": found.fresh,
        "verdict": found.verdict,
        "judgements": [
            {"verdict": row.verdict, "reason": row.reason, "count": row.count, "by": str(row.by), "at": row.at}
            for row in found.judgements.select_related("by")
        ],
        "contacts": [
            {"id": row.contact_id, "number": row.contact.number, "received_at": row.received_at,
             "unit": row.contact.unit.code, "case": row.contact.case.number if row.contact.case else "",
             "person": people.get(row.person, 0)} for row in rows
        ],
    }  # fmt: skip
