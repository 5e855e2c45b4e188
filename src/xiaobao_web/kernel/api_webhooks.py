"""Endpoints of events over the REST interface: registered, changed, given a new secret, tried; and their messages."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from xiaobao_web.kernel import journal, webhooks
from xiaobao_web.kernel.access import require
from xiaobao_web.kernel.models.webhook import Delivery, Endpoint
from xiaobao_web.kernel.rest import Paged, Strict, find, page_of

PREFIX = "/webhooks"
router = Router(tags=["事件推送"])
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[a-z_.*?]+$")]
Address = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00\s]+$")]
Called = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00]+$")]


class EndpointOut(Schema):
    """An endpoint; its secret is told once, when it is made or renewed."""

    id: int
    name: str
    url: str
    event_types: list[str]
    active: bool
    note: str
    made_at: datetime


class SecretOut(EndpointOut):
    """An endpoint with its new secret, which is not told again."""

    secret: str


class EndpointIn(Strict):
    """A web address and the events it is told of, `*` standing for any part of a name."""

    name: Called
    url: Address
    event_types: list[Pattern] = Field(min_length=1, max_length=100)


class EndpointChange(Strict):
    """What changes of an endpoint; what is left out stays."""

    name: Called | None = None
    url: Address | None = None
    event_types: list[Pattern] | None = Field(None, min_length=1, max_length=100)
    active: bool | None = None


class DeliveryOut(Schema):
    """A message on its way: how often it was tried, what the endpoint answered."""

    id: int
    message: str
    type: str
    state: str
    state_name: str
    attempts: int
    status: int | None
    reason: str
    made_at: datetime
    next_at: datetime | None
    finished_at: datetime | None


class DeliveryFull(DeliveryOut):
    """A message with what it says."""

    payload: Any


class DeliveryPage(Schema):
    """A page of messages; `next` is the cursor of the page after."""

    items: list[DeliveryOut]
    next: str | None


class EndpointsOut(Schema):
    """The endpoints, and the events one may ask for."""

    items: list[EndpointOut]
    events: list[str]


class DeliveryQuery(Paged):
    """Where in the list of messages."""


def _endpoint(request: HttpRequest, pk: int) -> Endpoint:
    require(request.user, "kernel.webhooks")
    return find(Endpoint.objects.all(), pk=pk)


def _told(row: Endpoint) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EndpointOut.model_fields}


def _message(row: Delivery) -> dict[str, Any]:
    names = [name for name in DeliveryOut.model_fields if name != "state_name"]
    return {**{name: getattr(row, name) for name in names}, "state_name": row.get_state_display()}


@router.get("", response=EndpointsOut, summary="事件接收方")
def list_endpoints(request: HttpRequest) -> dict[str, Any]:
    """Return the endpoints, and all events one may ask for."""
    require(request.user, "kernel.webhooks")
    events = sorted(name for name in journal.TYPES if not name.startswith(webhooks.SILENT))
    return {"items": [_told(row) for row in Endpoint.objects.order_by("name", "pk")], "events": events}


@router.post("", response={201: SecretOut}, summary="登记事件接收方")
def add_endpoint(request: HttpRequest, body: EndpointIn) -> Status[dict[str, Any]]:
    """Register an endpoint; the answer has its secret, this once."""
    row, secret = webhooks.make(**body.dict(), by=request.user)
    return Status(201, {**_told(row), "secret": secret})


@router.get("/{int:pk}", response=EndpointOut, summary="一个事件接收方")
def show_endpoint(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return an endpoint."""
    return _told(_endpoint(request, pk))


@router.patch("/{int:pk}", response=EndpointOut, summary="修改事件接收方")
def change_endpoint(request: HttpRequest, pk: int, body: EndpointChange) -> dict[str, Any]:
    """Change an endpoint's name, address, events, or whether it is active."""
    row = _endpoint(request, pk)
    given = {name: value for name, value in body.dict().items() if value is not None}
    kept = {name: getattr(row, name) for name in EndpointChange.model_fields}
    return _told(webhooks.change(row, **{**kept, **given}, by=request.user))


@router.post("/{int:pk}/secret", response=SecretOut, summary="更换签名密钥")
def renew_secret(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Give an endpoint a new secret; for a day messages are signed with the former one too."""
    row = _endpoint(request, pk)
    secret = webhooks.rotate(row, by=request.user)
    return {**_told(row), "secret": secret}


@router.post("/{int:pk}/ping", response={202: DeliveryOut}, summary="发送测试消息")
def ping_endpoint(request: HttpRequest, pk: int) -> Status[dict[str, Any]]:
    """Send a message that only tests the way."""
    return Status(202, _message(webhooks.ping(_endpoint(request, pk), by=request.user)))


@router.get("/{int:pk}/messages", response=DeliveryPage, summary="送达记录")
def list_messages(request: HttpRequest, pk: int, query: Query[DeliveryQuery]) -> dict[str, Any]:
    """Return an endpoint's messages, the newest first."""
    rows = _endpoint(request, pk).deliveries.all()
    return page_of(rows, limit=query.limit, cursor=query.cursor, show=_message)


@router.get("/messages/{int:pk}", response=DeliveryFull, summary="一条消息")
def show_message(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Return a message with what it says."""
    require(request.user, "kernel.webhooks")
    row = find(Delivery.objects.select_related("event"), pk=pk)
    return {**_message(row), "payload": json.loads(webhooks.payload_of(row))}


@router.post("/messages/{int:pk}/again", response={202: DeliveryOut}, summary="重发消息")
def send_again(request: HttpRequest, pk: int) -> Status[dict[str, Any]]:
    """Send a message again under its old number; 409 while it is still being tried."""
    require(request.user, "kernel.webhooks")
    return Status(202, _message(webhooks.redeliver(find(Delivery.objects.all(), pk=pk), by=request.user)))
