"""A payment platform, played by a real server: fetched from a cursor, called back by, answered once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import ChannelCursor, Contact, Inbound, Platform, PlatformReply
from xiaobao_web.complaints.platforms.adapter import Unreachable
from xiaobao_web.complaints.services import intake, platforms
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models.journal import Event
from xiaobao_web.kernel.webhooks import signature

pytestmark = pytest.mark.django_db
KEY, CALLBACK = "sk-very-secret-0001", "whsec_" + base64.b64encode(b"c" * 32).decode()


class Server(ThreadingHTTPServer):
    """The platform: complaints in order, pages by cursor, answers by token; it can be told to misbehave."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.complaints: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.keys: list[str] = []
        self.replies: dict[str, tuple[str, str]] = {}
        self.statuses: list[int] = []
        self.cut = False
        self.body: bytes | None = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.keys.append(self.headers.get("Authorization", ""))
        query = parse_qs(urlsplit(self.path).query)
        start, size = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        rows = self.server.complaints[start : start + size]
        told = {
            "data": {"items": rows, "next": str(start + len(rows)), "more": start + size < len(self.server.complaints)}
        }
        self._answer(json.dumps(told).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        number = self.path.split("/")[2]
        if not self.server.statuses or self.server.statuses[0] < 300:
            self.server.replies[self.headers["Idempotency-Key"]] = (number, json.loads(body)["content"])
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        body = body if self.server.body is None else self.server.body
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.server.cut else body)

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def complaint(number: int, **changes: Any) -> dict[str, Any]:
    return {"id": f"P{number}", "detail": f"第{number}笔：我叫宋安宁，电话13800004321，扣年费没有告知，要求退还。",
            "created": 1772416800000 + number, "payer": {"phone": "13800004321"}, "amount": 28500, "status": "PENDING",
            **changes}  # fmt: skip


@pytest.fixture
def platform(bank: Any, server: Server) -> Platform:
    return platforms.save(
        None, by=bank["admin"], code="pay", name="某支付平台", unit=bank.units["service"], active=True,
        secrets={"key": KEY, "callback": CALLBACK},
        options={
            "base": f"http://127.0.0.1:{server.server_address[1]}", "list_path": "/complaints", "size": 2,
            "items": "data.items", "next_cursor": "data.next", "more": "data.more", "time_format": "milliseconds",
            "amount_unit": "fen", "fields": {"number": "id", "text": "detail", "received_at": "created",
                                             "phone": "payer.phone", "amount": "amount", "state": "status"},
        },
    )  # fmt: skip


def test_complaints_are_fetched_once_from_where_they_were_read(platform, server):
    server.complaints = [complaint(n) for n in range(5)]
    assert platforms.pull(platform) == 5
    assert server.asked == ["/complaints?limit=2", "/complaints?limit=2&cursor=2", "/complaints?limit=2&cursor=4"]
    assert set(server.keys) == {f"Bearer {KEY}"}
    row = Contact.objects.get(source_number="pay:P3")
    assert (row.channel, row.unit.name, row.source_system) == ("payment_platform", "客户服务中心", "某支付平台")
    assert row.received_at.isoformat().startswith("2026-03-02T02:00:00")
    assert (row.details["amount"], row.details["phone"]) == ("285.00", "13800004321")
    assert "PENDING" in row.text
    assert json.loads(row.arrivals.get().raw)["original"]["payer"], "what the platform sent is kept whole"
    assert platforms.pull(platform) == 0
    server.complaints.append(complaint(5))
    assert platforms.pull_all() == 1
    assert Contact.objects.count() == 6


def test_a_connection_cut_in_the_middle_goes_on_exactly(platform, server):
    server.complaints = [complaint(n) for n in range(6)]
    server.statuses = [200, 503]
    with pytest.raises(Unreachable):
        platforms.pull(platform)
    cursor = ChannelCursor.objects.get()
    assert (cursor.place, Contact.objects.count()) == ("2", 2)
    assert "503" in cursor.error
    server.cut = True
    with pytest.raises(Unreachable):
        platforms.pull(platform)
    assert Contact.objects.count() == 2, "half an answer is none"
    server.cut = False
    assert platforms.pull(platform) == 4
    assert [row.source_number for row in Contact.objects.order_by("pk")] == [f"pay:P{n}" for n in range(6)]
    cursor.refresh_from_db()
    assert cursor.error == ""


def test_a_crash_after_half_a_page_makes_nothing_twice(platform, server):
    server.complaints = [complaint(n) for n in range(2)]
    first = platforms.adapter_of(platform).pull("").items[0]
    assert platforms.keep(platform, first)  # and then the process dies: the cursor has not moved
    assert platforms.pull(platform) == 1
    assert Contact.objects.count() == 2
    assert Inbound.objects.count() == 2


def test_a_complaint_that_changed_updates_its_contact(platform, server):
    server.complaints = [complaint(0)]
    platforms.pull(platform)
    ChannelCursor.objects.update(place="")
    server.complaints = [complaint(0, status="PROCESSED")]
    assert platforms.pull(platform) == 0
    assert "PROCESSED" in Contact.objects.get().text
    assert Inbound.objects.count() == 2


@pytest.mark.parametrize("ugly", [
    {}, {"id": None}, {"id": "P1"}, {"id": "P1", "detail": 5, "created": "昨天", "amount": "NaN"}, "words", None,
    {"id": "9" * 300, "detail": "x" * 30000}, {"id": {"a": 1}, "detail": ["x"]}, {"id": "P1", "created": 1e30},
    {"id": True, "detail": "\u0000\u202e坏"}, {"id": "\ud800", "detail": "\udc00坏"},
])  # fmt: skip
def test_ugly_complaints_are_kept_and_stop_nothing(platform, server, ugly):
    server.complaints = [ugly, complaint(7)]
    platforms.pull(platform)
    assert Inbound.objects.count() == 2
    assert Contact.objects.filter(source_number="pay:P7").exists()
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("body", [b"not json", b"[]", b'{"data": {}}', b'{"data": {"items": "x"}}', b""])
def test_an_answer_that_is_none_is_told(platform, server, body):
    server.body = body
    with pytest.raises(Refused):
        platforms.pull(platform)
    assert ChannelCursor.objects.get().error
    assert platforms.pull_all() == 0


def call(told: object, *, secret: str = CALLBACK, at: int | None = None, message: str = "m1", code: str = "pay"):
    body = json.dumps(told, ensure_ascii=False)
    moment = int(time.time()) if at is None else at
    headers = {"webhook-id": message, "webhook-timestamp": str(moment),
               "webhook-signature": signature(secret, message, moment, body)}  # fmt: skip
    url = reverse("complaint_platform_hook", kwargs={"code": code})
    return Client(enforce_csrf_checks=True).post(url, body, content_type="application/json", headers=headers)


def test_a_callback_is_signed_fresh_and_once(platform):
    assert call(complaint(1)).json() == {"new": 1}
    assert call(complaint(1), message="m2").json() == {"new": 0}
    assert Contact.objects.get().source_number == "pay:P1"
    now, other = int(time.time()), "whsec_" + base64.b64encode(b"x" * 32).decode()
    for change in ({"secret": other}, {"at": now - 301}, {"at": now + 302}):
        refused = call(complaint(2), **change)
        assert refused.status_code == 401
        assert refused.json()["error"]["message"]
    assert call(complaint(2), code="other").status_code == 404
    assert call("words").status_code == 422
    assert Contact.objects.count() == 1
    platform.active = False
    platform.save()
    assert call(complaint(2)).status_code == 404


def test_a_platform_with_its_own_signature(platform, bank):
    platforms.save(platform, by=bank["admin"], code="pay", name="某支付平台", unit=platform.unit, active=True,
                   secrets={"callback": "plain-secret"}, options={**platform.options, "callback_style": "hmac",
                                                                  "callback_items": "list"})  # fmt: skip
    body = json.dumps({"list": [complaint(1), complaint(2)]}).encode()
    moment = str(int(time.time()))
    signed = hmac.new(b"plain-secret", moment.encode() + b"\n" + body, hashlib.sha256).hexdigest()
    url = reverse("complaint_platform_hook", kwargs={"code": "pay"})
    send = lambda sign: Client().post(url, body, content_type="application/json",  # noqa: E731
                                      headers={"X-Signature": sign, "X-Timestamp": moment})  # fmt: skip
    assert send("0" * 64).status_code == 401
    assert send("签名").status_code == 401
    assert send(signed).json() == {"new": 2}


@pytest.fixture
def case(platform, server, bank):
    server.complaints = [complaint(1)]
    platforms.pull(platform)
    row = services.screen_kind(
        Contact.objects.get(), by=bank["complaints"], kind="complaint", unit=bank.units["branch"]
    )
    case = services.accept(row.case, by=bank["complaints"])
    return services.assign(case, by=bank["complaints"], handler=bank["liaison"])


def test_an_answer_goes_back_through_the_platform_once(case, server, client_of, django_capture_on_commit_callbacks):
    client, url = client_of("liaison"), reverse("complaint_step", args=[case.pk, "reply_platform"])
    assert "回复支付平台" in client.get(case.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url, {"text": "年费已退还到您的账户。"}).status_code == 302
    row = PlatformReply.objects.get()
    assert (row.state, server.replies) == ("sent", {str(row.token): ("P1", "年费已退还到您的账户。")})
    assert platforms.send_reply(row.pk) == "sent"
    assert len(server.replies) == 1
    shown = client_of("complaints").get(case.contacts.get().get_absolute_url()).content.decode()
    assert "年费已退还" in shown
    assert "已送出" in shown
    assert client.post(url, {"text": ""}).status_code == 422
    assert client_of("branch_head").post(url, {"text": "别人"}).status_code in (403, 422)
    assert PlatformReply.objects.count() == 1


def test_an_answer_waits_for_a_platform_that_is_away_and_gives_up_in_the_end(case, server, bank):
    contact = case.contacts.get()
    row = platforms.reply(contact, by=bank["liaison"], text="已退还。")
    assert platforms.reply(contact, by=bank["liaison"], text="已退还。").pk == row.pk, "pressed twice"
    server.statuses = [503]
    assert platforms.send_reply(row.pk) == "waiting"
    PlatformReply.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert platforms.send_waiting() == 1
    late = platforms.reply(contact, by=bank["liaison"], text="又一次。")
    PlatformReply.objects.filter(pk=late.pk).update(at=timezone.now() - timedelta(days=4))
    server.statuses = [503]
    assert platforms.send_reply(late.pk) == "failed"
    refused = platforms.reply(contact, by=bank["liaison"], text="第三次。")
    server.statuses = [400]
    assert platforms.send_reply(refused.pk) == "failed"
    assert Event.objects.filter(type="complaints.platform_reply_failed").count() == 2


def test_an_answer_in_other_hands_is_left_to_them(case, server, bank):
    row = platforms.reply(case.contacts.get(), by=bank["liaison"], text="已退还。")
    PlatformReply.objects.update(busy_until=timezone.now() + timedelta(minutes=1), tries=1)
    assert platforms.send_reply(row.pk) == "waiting"
    assert server.replies == {}
    PlatformReply.objects.update(busy_until=timezone.now() - timedelta(seconds=1))
    assert platforms.send_reply(row.pk) == "sent"
    assert len(server.replies) == 1


def test_secrets_are_never_shown_logged_or_kept_plain(platform, bank, client_of, server, caplog):
    client = client_of("admin")
    url = reverse("complaint_platform", args=[platform.pk])
    page = client.get(url)
    data = {
        name: field.value() for name, field in ((item.name, item) for item in page.context["form"]) if field.value()
    }
    data |= {"key": "sk-new-secret-0002", "unit": platform.unit_id}
    assert client.post(url, data).status_code == 302
    server.statuses = [401]
    client.post(url, {"action": "try"})
    server.complaints = [complaint(1)]
    tried = client.post(url, {"action": "try"}, follow=True).content.decode()
    assert "已连通，取到 1 件" in tried
    assert server.keys[-1] == "Bearer sk-new-secret-0002"
    assert Contact.objects.count() == 0
    told = page.content.decode() + tried + caplog.text + str(list(Event.objects.values_list()))
    told += str(list(Platform.objects.values_list())) + client.get(reverse("complaint_platforms")).content.decode()
    for secret in (KEY, "sk-new-secret-0002", CALLBACK):
        assert secret not in told
    assert "已设置，留空不改" in page.content.decode()


@pytest.mark.parametrize(("name", "value"), [
    ("base", "ftp://x"), ("size", "0"), ("fields_of", "number"), ("fields_of", "text = a"), ("reply_path", "/x"),
    ("key", "中文 密钥"), ("list_path", "complaints"), ("code", "no spaces"),
])  # fmt: skip
def test_wrong_settings_are_told_beside_the_field(bank, client_of, name, value):
    client = client_of("admin")
    form = client.get(reverse("complaint_platform_new")).context["form"]
    data = {item.name: item.value() for item in form if item.value() not in (None, "", False)}
    data |= {
        "name": "平台",
        "code": "p",
        "unit": bank.units["service"].pk,
        "base": "https://api.example.com",
        name: value,
    }
    answer = client.post(reverse("complaint_platform_new"), data)
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert Platform.objects.count() == 0


def test_only_an_administrator_sets_platforms_and_inner_networks_are_refused(platform, bank, settings, server):
    with pytest.raises(Forbidden):
        platforms.save(platform, by=bank["office"], secrets={}, code="pay", name="x", unit=platform.unit)
    with pytest.raises(BadValue):
        platforms.save(None, by=bank["admin"], secrets={}, code="pay", name="x", unit=platform.unit, options={})
    settings.WEBHOOK_NETWORKS = []
    with pytest.raises(Refused, match="内部地址"):
        platforms.pull(platform)
    assert server.asked == []
    settings.SECRET_KEY = "another-key-another-key-another-key-another"
    with pytest.raises(Refused, match="重新填写"):
        platforms.adapter_of(platform)
    assert intake.sweep() == 0
