"""What other systems hand over: signed and fresh or refused, each number once, turns read as a conversation."""

from __future__ import annotations

import base64
import json
import time

import pytest
from django.test import Client
from django.urls import reverse

from xiaobao_web.complaints.models import Contact
from xiaobao_web.kernel.webhooks import signature

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + base64.b64encode(b"0" * 32).decode()
CALL = {"number": "CTI-77", "received_at": "2026-03-02T10:00:00+08:00", "turns": [
    {"role": "agent", "text": "您好，请问有什么可以帮您？"},
    {"role": "customer", "text": "我是宋安宁，电话13800004321，信用卡年费没告诉我就扣了，要求退还。"},
]}  # fmt: skip


@pytest.fixture(autouse=True)
def hooks(settings):
    settings.COMPLAINTS_HOOKS = [f"call={SECRET}"]


def send(told: object, *, channel: str = "call", secret: str = SECRET, at: int | None = None, message: str = "m1"):
    body = told if isinstance(told, str | bytes) else json.dumps(told, ensure_ascii=False)
    moment = int(time.time()) if at is None else at
    headers = {"webhook-id": message, "webhook-timestamp": str(moment),
               "webhook-signature": f"v1,old {signature(secret, message, moment, body)}"}  # fmt: skip
    url = reverse("complaint_hook", kwargs={"channel": channel})
    return Client(enforce_csrf_checks=True).post(url, body, content_type="application/json", headers=headers)


def test_a_call_is_taken_in_once_and_filled(bank, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = send(CALL)
    again = send(CALL, message="m2")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["number"] == again.json()["number"]
    row = Contact.objects.get()
    assert (row.channel, row.kind_proposed) == ("call", "complaint")
    assert row.ticket["ticket"]["phone"] == "13800004321"


@pytest.mark.parametrize(("change", "status"), [
    ({"secret": "whsec_" + base64.b64encode(b"1" * 32).decode()}, 401), ({"at": int(time.time()) - 900}, 401),
    ({"channel": "chat"}, 404), ({"channel": "nothing"}, 404),
])  # fmt: skip
def test_unsigned_stale_and_unknown_are_refused(bank, change, status):
    answer = send(CALL, **change)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("told", [
    "not json", "[]", {"text": "没有编号"}, {"number": "1"}, {"number": "1", "text": "x", "urgency": "很急"},
    {"number": "1", "text": 5}, {"number": "1", "turns": [{"role": "customer"}]},
    {"number": "1", "text": "x", "received_at": "昨天"}, {"number": "1", "text": "x", "amount": "NaN"},
])  # fmt: skip
def test_ugly_bodies_are_told_what_is_wrong(bank, told):
    answer = send(told)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]
    assert Contact.objects.count() == 0


@pytest.mark.parametrize(("body", "said", "field"), [
    ("not json", "JSON", None), ("[]", "JSON 对象", None), ("[" * 100_000 + "]" * 100_000, "JSON", None),
    (json.dumps(CALL, ensure_ascii=False).encode("gb18030"), "不是 UTF-8 编码的 JSON", None),
    ({"text": "没有编号"}, "number", "number"), ({**CALL, "number": "n" * 81}, "80", "number"),
    ({**CALL, "amount": "3万"}, "amount", "amount"),
])  # fmt: skip
def test_a_refusal_names_what_is_wrong(bank, body, said, field):
    answer = send(body)
    assert answer.status_code == 422, "signed rightly, whatever its encoding"
    error = answer.json()["error"]
    assert said in error["message"]
    assert list(error["fields"]) == ([field] if field else [])


def test_a_conversation_that_goes_on_is_known_again(bank):
    first = send(CALL)
    more = {**CALL, "turns": [*CALL["turns"], {"role": "customer", "text": "还要书面道歉。"}]}
    again = send(more, message="m2")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == {"number": first.json()["number"], "again": True}
    assert Contact.objects.get().turns[-1]["text"] == "还要书面道歉。"
