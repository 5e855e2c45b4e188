"""WeChat Pay's complaints against a server that verifies every request's signature and signs every answer."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import ChannelCursor, Contact, Platform, PlatformReply
from xiaobao_web.complaints.services import platforms
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.kernel.models.journal import Event

pytestmark = pytest.mark.django_db
V3KEY = "0123456789abcdef0123456789abcdef"
SERIAL = "5157F09EFDC096DE15EBE81A47057A7200000000"
MERCHANT_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PLATFORM_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "platform")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(PLATFORM_KEY.public_key())
    made = made.serial_number(0x7C0FFEE123).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    return made.not_valid_after(datetime(2031, 1, 1, tzinfo=UTC)).sign(PLATFORM_KEY, SHA256())


CERTIFICATE = certificate()


def signed(words: str, *, key: rsa.RSAPrivateKey = PLATFORM_KEY, at: int | None = None) -> dict[str, str]:
    """Return the headers under which the platform signs words."""
    moment = str(int(time.time()) if at is None else at)
    mark = key.sign(f"{moment}\nnonce1\n{words}\n".encode(), padding.PKCS1v15(), SHA256())
    return {
        "Wechatpay-Timestamp": moment, "Wechatpay-Nonce": "nonce1", "Wechatpay-Serial": f"{0x7C0FFEE123:X}",
        "Wechatpay-Signature": base64.b64encode(mark).decode(),
    }  # fmt: skip


def sealed_phone(phone: str) -> str:
    opaque = padding.OAEP(padding.MGF1(SHA1()), SHA1(), None)
    return base64.b64encode(MERCHANT_KEY.public_key().encrypt(phone.encode(), opaque)).decode()


def complaint(n: int, **more: Any) -> dict[str, Any]:
    at = timezone.localtime() - timedelta(hours=2)
    return {
        "complaint_id": f"20020182020010108007{n:05}", "complaint_time": at.isoformat(), "complaint_state": "PENDING",
        "complaint_detail": f"第 {n} 次重复扣了会员费，要求退款", "problem_description": "商户违规收款",
        "payer_phone": sealed_phone("13800004321"),
        "complaint_order_info": [{"transaction_id": f"4200{n}", "out_trade_no": f"S{n}", "amount": 28550}], **more,
    }  # fmt: skip


class Server(ThreadingHTTPServer):
    """The platform: it refuses what is not signed by the merchant, and signs what it says."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.complaints: list[dict[str, Any]] = []
        self.replies: list[tuple[str, dict[str, Any]]] = []
        self.history: list[dict[str, Any]] = []
        self.lost = 0
        """Answers taken whose receipts get lost"""
        self.asked: list[dict[str, list[str]]] = []
        self.refused = 0
        self.nonces: set[str] = set()
        self.key = PLATFORM_KEY
        self.at: int | None = None


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _serve(self, body: str) -> None:
        if not self._verified(body):
            self.server.refused += 1
            self._answer(401, json.dumps({"code": "SIGN_ERROR"}))
            return
        parts = urlsplit(self.path)
        if body:
            self._replied(parts.path.split("/")[-2], json.loads(body))
        elif parts.path.endswith("/negotiation-historys"):
            query = parse_qs(parts.query)
            start, size = int(query["offset"][0]), int(query["limit"][0])
            rows = [row for row in self.server.history if row["complaint_id"] == parts.path.split("/")[-2]]
            told = {"data": rows[start : start + size], "limit": size, "offset": start, "total_count": len(rows)}
            self._answer(200, json.dumps(told))
        elif parts.path.endswith("complaints-v2"):
            query = parse_qs(parts.query)
            self.server.asked.append(query)
            start, size = int(query["offset"][0]), int(query["limit"][0])
            days = (query["begin_date"][0], query["end_date"][0])
            rows = [row for row in self.server.complaints if days[0] <= row["complaint_time"][:10] <= days[1]]
            self._answer(200, json.dumps({"data": rows[start : start + size], "offset": start, "limit": size}))
        else:
            number = parts.path.split("/")[-1]
            self._answer(200, json.dumps(next(x for x in self.server.complaints if x["complaint_id"] == number)))

    def _replied(self, number: str, told: dict[str, Any]) -> None:
        self.server.replies.append((number, told))
        entry = {"complaint_id": number, "operator": "商户", "operate_type": "MERCHANT_RESPONSE"}
        self.server.history.append({**entry, "operate_details": told["response_content"]})
        if self.server.lost:
            self.server.lost -= 1
            self.close_connection = True
            return
        self._answer(204, "")

    def _verified(self, body: str) -> bool:
        schema, _space, told = self.headers.get("Authorization", "").partition(" ")
        said = dict(re.findall(r'(\w+)="([^"]*)"', told))
        fresh = abs(time.time() - int(said.get("timestamp", "0"))) < 300
        words = f"{self.command}\n{self.path}\n{said.get('timestamp')}\n{said.get('nonce_str')}\n{body}\n"
        known = said.get("serial_no") == SERIAL and said.get("mchid") == "1900012181"
        if schema != "WECHATPAY2-SHA256-RSA2048" or not fresh or not known or said["nonce_str"] in self.server.nonces:
            return False
        self.server.nonces.add(said["nonce_str"])
        try:
            given = base64.b64decode(said["signature"])
            MERCHANT_KEY.public_key().verify(given, words.encode(), padding.PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True

    def _answer(self, status: int, body: str) -> None:
        self.send_response(status)
        for name, value in signed(body, key=self.server.key, at=self.server.at).items():
            self.send_header(name, value)
        if body:
            self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    made = Server()
    thread = threading.Thread(target=made.serve_forever, daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def secrets(**more: str) -> dict[str, str]:
    shown = CERTIFICATE.public_bytes(Encoding.PEM).decode()
    return {"key": pem(MERCHANT_KEY), "callback": V3KEY, "certificate": shown, **more}


@pytest.fixture
def platform(server: Server, bank: Any) -> Platform:
    options = {"base": f"http://127.0.0.1:{server.server_address[1]}", "merchant": "1900012181", "serial": SERIAL,
               "size": 2}  # fmt: skip
    return platforms.save(None, by=bank["admin"], secrets=secrets(), code="wx", name="微信支付", adapter="wechatpay",
                          unit=bank.units["service"], active=True, options=options)  # fmt: skip


def test_signed_requests_fetch_page_by_page_and_open_the_telephone(platform, server):
    server.complaints = [complaint(n) for n in range(5)]
    assert platforms.pull(platform) == 5
    assert server.refused == 0
    row = Contact.objects.order_by("pk").first()
    assert row.source_number == "wx:2002018202001010800700000"
    assert row.text.startswith("商户违规收款：第 0 次重复扣了会员费")
    assert "订单号：42000" in row.text
    assert (row.details["phone"], str(row.details["amount"])) == ("13800004321", "285.50")
    assert sealed_phone("1")[:20] not in str(row.details)
    cursor = ChannelCursor.objects.get()
    assert cursor.place == f"{timezone.localdate() - timedelta(days=1)}:0"
    server.complaints += [complaint(5)]
    assert platforms.pull(platform) == 1, "yesterday and today are read again, nothing is made twice"
    assert Contact.objects.count() == 6


def test_what_was_not_read_for_long_is_asked_for_in_spans_of_thirty_days(platform, server):
    begin = timezone.localdate() - timedelta(days=70)
    cursor = platforms.cursor_of(platform)
    cursor.place = f"{begin}:0"
    cursor.save()
    platforms.pull(platform)
    spans = [(query["begin_date"][0], query["end_date"][0]) for query in server.asked]
    assert spans[0][0] == begin.isoformat()
    assert spans[-1][1] == timezone.localdate().isoformat()
    lengths = [(datetime.fromisoformat(end) - datetime.fromisoformat(start)).days for start, end in spans]
    assert len(spans) == 3
    assert max(lengths) <= 29
    assert [end for _start, end in spans[:-1]] == [start for start, _end in spans[1:]]


def test_an_answer_that_is_not_the_platforms_or_not_fresh_is_not_taken(platform, server):
    server.complaints = [complaint(0)]
    server.key = OTHER_KEY
    with pytest.raises(Refused, match="签名不对"):
        platforms.pull(platform)
    server.key, server.at = PLATFORM_KEY, int(time.time()) - 301
    with pytest.raises(Refused, match="没有采用"):
        platforms.pull(platform)
    assert Contact.objects.count() == 0


def test_requests_of_another_key_are_refused_by_the_platform(platform, server, bank):
    platform = platforms.save(platform, by=bank["admin"], secrets={"key": pem(OTHER_KEY)}, code="wx", name="微信支付",
                              unit=platform.unit, active=True)  # fmt: skip
    with pytest.raises(Refused, match="401"):
        platforms.pull(platform)
    assert server.refused == 1


def test_an_answer_is_signed_with_its_body_and_not_too_long(platform, server):
    adapter = platforms.adapter_of(platform)
    adapter.reply("200201", "会员费已退还到您的账户。", token="t1")
    assert server.replies == [
        ("200201", {"complainted_mchid": "1900012181", "response_content": "会员费已退还到您的账户。"})
    ]
    with pytest.raises(Refused, match="200 字"):
        adapter.reply("200201", "长" * 201, token="t2")
    assert len(server.replies) == 1


def handled(platform: Platform, server: Server, bank: Any) -> Contact:
    server.complaints = [complaint(1)]
    platforms.pull(platform)
    contact = Contact.objects.get()
    row = services.screen_kind(contact, by=bank["complaints"], kind="complaint", unit=bank.units["branch"])
    services.assign(services.accept(row.case, by=bank["complaints"]), by=bank["complaints"], handler=bank["liaison"])
    return contact


def test_an_answer_whose_receipt_was_lost_stands_once(platform, server, bank):
    contact = handled(platform, server, bank)
    row = platforms.reply(contact, by=bank["liaison"], text="会员费已退还。\n请查收")
    server.lost = 1
    assert platforms.send_reply(row.pk) == "waiting"
    server.history = [{"complaint_id": server.replies[0][0], "operate_type": "USER_RESPONSE"}] * 120 + server.history
    assert platforms.send_reply(row.pk) == "sent", "found on the second page of the history"
    assert len(server.replies) == 1
    again = platforms.reply(contact, by=bank["liaison"], text="会员费已退还。\n请查收")
    server.lost = 1
    assert platforms.send_reply(again.pk) == "waiting"
    assert platforms.send_reply(again.pk) == "sent"
    assert len(server.replies) == 2, "the same words said again on purpose are another answer"


def test_an_answer_that_did_not_arrive_is_sent_again(platform, server, bank):
    contact = handled(platform, server, bank)
    row = platforms.reply(contact, by=bank["liaison"], text="会员费已退还。")
    server.lost = 1
    platforms.send_reply(row.pk)
    own = server.history[0]
    server.history = [{**own, "operate_details": "别的话"}, {**own, "operate_details": None},
                      {**own, "operate_type": "USER_RESPONSE"}]  # fmt: skip
    server.replies = []
    assert platforms.send_reply(row.pk) == "sent"
    assert len(server.replies) == 1


def test_an_answer_that_was_given_up_is_looked_for_before_it_is_written_again(platform, server, bank):
    contact = handled(platform, server, bank)
    row = platforms.reply(contact, by=bank["liaison"], text="会员费已退还。")
    PlatformReply.objects.update(at=timezone.now() - timedelta(days=4))
    server.lost = 1
    assert platforms.send_reply(row.pk) == "failed"
    again = platforms.reply(contact, by=bank["liaison"], text="会员费已退还。")
    assert platforms.send_reply(again.pk) == "sent"
    assert len(server.replies) == 1


def call(number: str, *, v3key: str = V3KEY, spoil: bool = False, **signing: Any):
    inner = json.dumps({"complaint_id": number, "action_type": "CREATE_COMPLAINT"}).encode()
    hidden = AESGCM(v3key.encode()).encrypt(b"fdasflkja484", inner, b"complaint")
    body = json.dumps({
        "id": "EV-1", "create_time": timezone.now().isoformat(), "event_type": "COMPLAINT.CREATE",
        "resource_type": "encrypt-resource",
        "resource": {"algorithm": "AEAD_AES_256_GCM", "ciphertext": base64.b64encode(hidden).decode(),
                     "associated_data": "complaint", "nonce": "fdasflkja484"},
    })  # fmt: skip
    headers = signed(body, **signing)
    url = reverse("complaint_platform_hook", kwargs={"code": "wx"})
    sent = body.replace("EV-1", "EV-2") if spoil else body
    return Client(enforce_csrf_checks=True).post(url, sent, content_type="application/json", headers=headers)


def test_a_callback_is_verified_opened_and_asked_after(platform, server):
    server.complaints = [complaint(7)]
    number = server.complaints[0]["complaint_id"]
    for wrong in ({"key": OTHER_KEY}, {"at": int(time.time()) - 301}, {"spoil": True}):
        assert call(number, **wrong).status_code == 401
    assert call(number, v3key="x" * 32).status_code == 422
    assert Contact.objects.count() == 0
    assert call(number).json() == {"new": 1}
    assert call(number).json() == {"new": 0}
    assert Contact.objects.get().details["phone"] == "13800004321"


@pytest.mark.parametrize(
    "ugly", [{}, {"complaint_id": 5}, {"complaint_id": "P", "payer_phone": "不是密文"}, "words", None]
)
def test_ugly_complaints_are_kept_and_stop_nothing(platform, server, ugly):
    rows = [
        {**ugly, "complaint_time": complaint(0)["complaint_time"]} if isinstance(ugly, dict) else ugly,
        complaint(7),
    ]
    adapter = platforms.adapter_of(platform)
    items = [adapter._item(row) for row in rows]
    assert items[1].number.endswith("00007")
    assert all(item.record["text"] for item in items)


def test_a_public_key_instead_of_a_certificate_needs_its_number(platform, server, bank, client_of):
    public = PLATFORM_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    client, url = client_of("admin"), reverse("complaint_platform", args=[platform.pk])
    page = client.get(url)
    data = {item.name: item.value() for item in page.context["form"] if item.value() not in (None, "", False)}
    data |= {"active": "on", "certificate": public}
    answer = client.post(url, data)
    assert answer.status_code == 422
    assert "platform_serial" in answer.context["form"].errors
    assert client.post(url, {**data, "platform_serial": "PUB_KEY_ID_01"}).status_code == 302
    platform.refresh_from_db()
    assert platforms.adapter_of(platform).platform_serial == "PUB_KEY_ID_01"
    told = page.content.decode() + answer.content.decode() + str(list(Event.objects.values_list()))
    told += str(list(Platform.objects.values_list()))
    for secret in ("BEGIN", V3KEY, pem(MERCHANT_KEY)[100:140]):
        assert secret not in told


@pytest.mark.parametrize(("name", "value"), [
    ("key", "no key"), ("certificate", "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"),
    ("callback", "short"), ("merchant", "商户"), ("base", "ftp://x"), ("serial", "zz"),
])  # fmt: skip
def test_wrong_settings_are_told_beside_the_field(bank, client_of, name, value):
    client, url = client_of("admin"), reverse("complaint_platform_new") + "?adapter=wechatpay"
    form = client.get(url).context["form"]
    data = {item.name: item.value() for item in form if item.value() not in (None, "", False)}
    data |= {"code": "wx", "unit": bank.units["service"].pk, "merchant": "1900012181", "serial": SERIAL, **secrets()}
    answer = client.post(url, {**data, name: value})
    assert answer.status_code == 422
    assert name in answer.context["form"].errors
    assert client.post(url, data).status_code == 302
    assert Platform.objects.get().adapter == "wechatpay"
