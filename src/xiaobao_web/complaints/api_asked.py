"""The ticket of a contact over REST: whence each value is, what a language model proposes, taken or dropped."""

from __future__ import annotations

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

from xiaobao_web.complaints import queries
from xiaobao_web.complaints.api import router
from xiaobao_web.complaints.models import Contact
from xiaobao_web.complaints.services import asked
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.rest import Strict, find


class SourcedOut(Schema):
    """A filled field: its value (personal data masked), whence it is, how sure, the words it stands on."""

    field: str
    value: Any
    source: Literal["machine", "model", "person", "channel"] = Field(
        description="machine 机器读出，model 采用的大模型建议，person 人填或更正，channel 来源渠道所报"
    )
    confidence: float | None
    words: list[str]


class ProposalOut(Schema):
    """What a language model proposes for a field, masked; `open`: nobody has said yet what the field is."""

    field: str
    value: str
    words: str
    fate: Literal["", "taken", "dropped"]
    open: bool


class TicketOut(Schema):
    """The ticket of a contact: its fields, what the model proposes, and whether it has answered."""

    fields: list[SourcedOut]
    proposals: list[ProposalOut]
    model: Literal["", "asked", "failed"] = Field(description="空为没有问过大模型")


class DecideIn(Strict):
    """Whether what the model proposes goes into the ticket."""

    take: bool


@router.get("/contacts/{int:pk}/ticket", response=TicketOut, summary="来件的填单与各值来源")
def show_ticket(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return the fields of a contact's ticket with their sources, and what the model proposes."""
    return _ticket(_contact(request, pk), request)


@router.post("/contacts/{int:pk}/ticket/{field}", response=TicketOut, summary="采用或不采用大模型的建议")
def decide_proposal(request: HttpRequest, pk: int, field: str, body: DecideIn) -> dict[str, Any]:
    """Take a value of the model's into the ticket, or drop it."""
    return _ticket(asked.decide(_contact(request, pk), field, take=body.take, by=request.user), request)


def _contact(request: HttpRequest, pk: int) -> Contact:
    require(request.user, "complaints.contacts")
    found: Contact = find(queries.contacts(request.user).select_related("unit", "case__unit"), pk=pk)
    return found


def _ticket(row: Contact, request: HttpRequest) -> dict[str, Any]:
    return {
        "fields": asked.sources(row, request.user),
        "proposals": asked.proposals(row, request.user),
        "model": asked.kept(row).get("state", ""),
    }
