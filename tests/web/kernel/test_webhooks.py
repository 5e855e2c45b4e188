"""Webhooks: a real server takes signed messages; failures are tried again; nothing inside can be reached."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.kernel import jobs, journal, webhook_guard, webhooks
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Delivery, Endpoint, Event, JobRun, Notification

pytestmark = pytest.mark.django_db


class Receiver(ThreadingHTTPServer):
    """Another system: keeps what it is sent and answers as told."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.answers, self.headers = [], [], {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/hook?a=1"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((self.path, dict(self.headers), body))
        status = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *args):
        """Keep quiet."""


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def endpoint(bank, receiver):
    return webhooks.make(name="OA", url=receiver.url, event_types=["people.*", "kernel.purged"], by=bank["admin"])


def happen(**facts):
    return journal.record("kernel.purged", facts={"told": "附件 3", **facts})


def again(row):
    """Let the time of the next attempt come."""
    now = timezone.now()
    Delivery.objects.filter(pk=row.pk).update(next_at=now)
    run = JobRun.objects.filter(name="xiaobao_web.kernel.tasks.deliver", state="waiting").latest("pk")
    JobRun.objects.filter(pk=run.pk).update(next_at=now)
    jobs.send(run.pk)
    row.refresh_from_db()


def verified(secret, headers, body):
    """Verify a message as Standard Webhooks tells receivers to."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mine = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return mine in headers["webhook-signature"].split()


def test_the_signature_is_that_of_the_standard():
    # The example of the Standard Webhooks specification's reference libraries.
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", '{"test": 2432232314}'
    signed = webhooks.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_arrives_signed_and_without_personal_values(
    bank, receiver, endpoint, django_capture_on_commit_callbacks
):
    row, secret = endpoint
    with django_capture_on_commit_callbacks(execute=True):
        event = happen(comment="请致电 13800138000", nested={"id": ["110101199003071233"]})
    path, headers, body = receiver.got[0]
    assert path == "/hook?a=1"
    assert verified(secret, headers, body)
    content = json.loads(body)
    assert (content["type"], content["data"]["event"]) == ("kernel.purged", event.pk)
    assert abs(int(headers["webhook-timestamp"]) - timezone.now().timestamp()) < 30
    assert "13800138000" not in body.decode()
    assert "110101199003071233" not in body.decode()
    delivery = Delivery.objects.get(endpoint=row)
    assert (delivery.state, delivery.status, delivery.attempts) == ("delivered", 204, 1)


def test_events_of_staff_carry_the_number_only(bank, receiver, endpoint, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        journal.record("people.appointed", on=bank["legal"], facts={"post": "法务"})
    data = json.loads(receiver.got[0][2])["data"]
    assert data.keys() == {"event", "subject"}
    assert "沈法务" not in receiver.got[0][2].decode()


def test_a_rolled_back_event_is_never_sent_and_others_are_not_asked_for(bank, receiver, endpoint):
    journal.record("kernel.signed_in", by=bank["legal"], on=bank["legal"])
    assert Delivery.objects.count() == 0


def test_a_failure_is_tried_again_under_the_same_number_with_growing_pauses(
    bank, receiver, endpoint, django_capture_on_commit_callbacks
):
    receiver.answers = [500, 503, 302, 200]
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    row = Delivery.objects.get()
    pauses = []
    for _time in range(3):
        pauses.append((row.next_at - timezone.now()).total_seconds())
        with django_capture_on_commit_callbacks(execute=True):
            again(row)
    assert row.state == "delivered"
    assert row.attempts == 4
    expected = webhooks.PAUSES[:3]
    assert all(least - 2 < pause <= least * 1.1 for least, pause in zip(expected, pauses, strict=True)), pauses
    assert len({headers["webhook-id"] for _path, headers, _body in receiver.got}) == 1


def test_the_receivers_wish_to_wait_is_respected(receiver, endpoint, django_capture_on_commit_callbacks):
    receiver.answers, receiver.headers = [429], {"Retry-After": "900"}
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    assert Delivery.objects.get().next_at - timezone.now() > timedelta(seconds=880)


def test_after_the_last_attempt_administrators_are_told_and_may_send_it_again(
    bank, receiver, endpoint, django_capture_on_commit_callbacks
):
    receiver.answers = [500]
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    row = Delivery.objects.get()
    with pytest.raises(Refused):
        webhooks.redeliver(row, by=bank["admin"])
    Delivery.objects.update(attempts=len(webhooks.PAUSES))
    receiver.answers = [500]
    with django_capture_on_commit_callbacks(execute=True):
        again(row)
    assert (row.state, row.status) == ("failed", 500)
    assert Notification.objects.get(kind="kernel.webhook").person == bank["admin"]
    with django_capture_on_commit_callbacks(execute=True):
        webhooks.redeliver(row, by=bank["admin"])
    row.refresh_from_db()
    assert row.state == "delivered"


def test_a_receiver_that_is_gone_is_stopped(bank, receiver, endpoint, django_capture_on_commit_callbacks):
    receiver.answers = [410]
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    assert not Endpoint.objects.get().active
    assert Event.objects.filter(type="kernel.webhook_stopped").exists()
    happen()
    assert Delivery.objects.count() == 1


def test_for_a_day_both_secrets_are_good(bank, receiver, endpoint, django_capture_on_commit_callbacks):
    row, old = endpoint
    new = webhooks.rotate(row, by=bank["admin"])
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    _path, headers, body = receiver.got[0]
    assert verified(old, headers, body)
    assert verified(new, headers, body)
    Endpoint.objects.update(previous_until=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    _path, headers, body = receiver.got[1]
    assert (verified(old, headers, body), verified(new, headers, body)) == (False, True)


def test_the_secret_is_not_kept_readable(endpoint):
    _row, secret = endpoint
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM kernel_endpoint")
        assert secret.removeprefix("whsec_")[:20] not in str(cursor.fetchall())


INSIDE = [
    "127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_not_reached(address):
    assert not webhook_guard.allowed(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_addresses_outside_are(address):
    assert webhook_guard.allowed(address)


def test_a_network_is_opened_by_the_settings_alone(settings):
    settings.WEBHOOK_NETWORKS = ["10.8.0.0/16", "fd00:1::/32"]
    assert [webhook_guard.allowed(ip) for ip in ("10.8.1.1", "10.9.1.1", "fd00:1::5")] == [True, False, True]


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/x", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]:80/", "ftp://a.example/",
        "https://u:p@a.example/", "https://", "http://a b.example/", "http://例子.example/", "http://a.example:99999/",
        "http://a.example\r\nX: y/", "file:///etc/passwd", "https://no-such-host.invalid/",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_or_nowhere_is_refused(bank, url):
    with pytest.raises(BadValue):
        webhooks.make(name="x", url=url, event_types=["*"], by=bank["admin"])


def test_a_host_that_moves_inside_later_is_not_reached(
    bank, receiver, endpoint, settings, django_capture_on_commit_callbacks
):
    settings.WEBHOOK_NETWORKS = []
    with django_capture_on_commit_callbacks(execute=True):
        happen()
    row = Delivery.objects.get()
    assert (row.state, receiver.got) == ("waiting", [])
    assert "内部地址" in row.reason


def test_registering_is_for_administrators_and_checks_what_is_asked(bank, receiver):
    with pytest.raises(Forbidden):
        webhooks.make(name="x", url=receiver.url, event_types=["*"], by=bank["office"])
    for kinds in ([], ["no.such"], ["reviews"]):
        with pytest.raises(BadValue):
            webhooks.make(name="x", url=receiver.url, event_types=kinds, by=bank["admin"])
    webhooks.make(name="x", url=receiver.url, event_types=["*"], by=bank["admin"])
    with pytest.raises(BadValue):
        webhooks.make(name="y", url=receiver.url, event_types=["*"], by=bank["admin"])


def test_the_sending_itself_calls_forth_no_messages(bank, receiver):
    row, _secret = webhooks.make(name="x", url=receiver.url, event_types=["*"], by=bank["admin"])
    webhooks.rotate(row, by=bank["admin"])
    assert Delivery.objects.count() == 0


def test_the_pages_show_a_secret_once(bank, receiver, client_of, django_capture_on_commit_callbacks):
    admin = client_of("admin")
    values = {"name": "OA", "url": receiver.url, "event_types": "people.*\nkernel.purged", "active": "on"}
    made = admin.post(reverse("webhooks"), values)
    secret = made.context["secret"]
    assert secret in made.content.decode()
    assert "no-store" in made["Cache-Control"]
    row = Endpoint.objects.get()
    assert "whsec_" not in admin.get(reverse("webhook", args=[row.pk])).content.decode()
    assert admin.post(reverse("webhooks"), values).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        admin.post(reverse("webhook_ping", args=[row.pk]))
    assert json.loads(receiver.got[0][2])["type"] == "kernel.ping"
    assert verified(secret, receiver.got[0][1], receiver.got[0][2])
    assert admin.post(reverse("webhook_rotate", args=[row.pk])).context["secret"] != secret
    admin.post(reverse("webhook", args=[row.pk]), {**values, "name": "新OA", "active": ""})
    row.refresh_from_db()
    assert (row.name, row.active) == ("新OA", False)
    delivery = Delivery.objects.get()
    assert admin.get(reverse("webhook_payload", args=[delivery.pk])).json()["type"] == "kernel.ping"
    assert admin.post(reverse("webhook_redeliver", args=[delivery.pk])).status_code == 302


def test_the_pages_are_for_administrators(bank, endpoint, client_of):
    row, _secret = endpoint
    delivery = Delivery.objects.create(endpoint=row, message="msg_1", type="x", payload="{}")
    office, admin = client_of("office"), client_of("admin")
    for name, number in (("webhook", row.pk), ("webhook_payload", delivery.pk)):
        assert office.get(reverse(name, args=[number])).status_code == 403
        assert admin.get(reverse(name, args=[number + 99])).status_code == 404
    assert office.get(reverse("webhooks")).status_code == 403
    for name, number in (("webhook_rotate", row.pk), ("webhook_ping", row.pk), ("webhook_redeliver", delivery.pk)):
        assert office.post(reverse(name, args=[number])).status_code == 403
        assert admin.get(reverse(name, args=[number])).status_code == 405
