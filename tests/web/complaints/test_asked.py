"""A language model behind a real server on loopback adds to tickets: proposals, taken or dropped by a person."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.urls import reverse

from xiaobao.intake import assist
from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Contact
from xiaobao_web.complaints.services import asked, correcting, intake
from xiaobao_web.kernel import journal
from xiaobao_web.kernel.models import Event, EventPersonal, JobRun

pytestmark = pytest.mark.django_db
WORDS = (
    "你们行那个小张上月给我妈存进小满里，说随时能取，现在取不出来。我的电话13800137766，我叫欧阳若兰，麻烦尽快退钱。"
)


@dataclass
class Server:
    """What a model's server answers, and what it was sent."""

    says: dict[str, tuple[str, str]] = field(default_factory=dict)
    status: int = 200
    body: str = ""
    got: list[str] = field(default_factory=list)

    def answer(self) -> bytes:
        given = {name: {"value": value, "quote": quote} for name, (value, quote) in self.says.items()}
        content = self.body or json.dumps(
            {**dict.fromkeys((*assist.FIELDS, *assist.CLASSES)), **given}, ensure_ascii=False
        )
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
        return json.dumps(
            {"id": "1", "object": "chat.completion", "created": 0, "model": "tiny", "choices": [choice]}
        ).encode()


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    told = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = told.answer()
            self.send_response(told.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    monkeypatch.setenv("XIAOBAO_LLM_BASE_URL", f"http://127.0.0.1:{http.server_port}/v1")
    monkeypatch.setenv("XIAOBAO_LLM_MODEL", "tiny")
    yield told
    http.shutdown()
    http.server_close()


def registered(bank, text: str = WORDS, **values: Any) -> Contact:
    return services.register(channel="call", text=text, by=bank["liaison"], unit=bank.units["branch"], **values)


def asked_now(contact: Contact) -> Contact:
    asked.ask(contact.pk)
    contact.refresh_from_db()
    return contact


def test_without_a_model_nothing_is_asked(bank, monkeypatch):
    monkeypatch.delenv("XIAOBAO_LLM_BASE_URL", raising=False)
    contact = registered(bank)
    assert not JobRun.objects.filter(name__endswith="asked.ask").exists()
    assert asked.ask(contact.pk) == ""
    assert asked.KEPT not in asked_now(contact).details


def test_a_clerk_waits_for_no_model(bank, server, client_of):
    given = {"text": WORDS, "channel": "call", "urgency": "normal", "people_count": 1, "kind": "complaint"}
    answer = client_of("liaison").post(reverse("complaint_register"), given)
    assert answer.status_code == 302
    assert server.got == [], "the page asks nothing itself"
    run = JobRun.objects.get(name__endswith="asked.ask")
    assert run.state == "waiting"
    assert Contact.objects.get().case is not None


def test_the_same_words_are_asked_about_once(bank, server):
    contact = registered(bank)
    runs = JobRun.objects.filter(name__endswith="asked.ask")
    journal.record("complaints.contact_updated", on=contact, facts={"source": "甲"})
    assert runs.count() == 1
    contact.text = f"{WORDS}再不退我就去投诉。"
    contact.save(update_fields=["text"])
    journal.record("complaints.contact_updated", on=contact, facts={"source": "甲"})
    assert runs.count() == 2


def test_what_leaves_is_masked_and_journalled(bank, server):
    asked_now(registered(bank))
    sent = json.loads(server.got[0])["messages"][1]["content"]
    assert "13800137766" not in server.got[0]
    assert "若兰" not in sent
    event = Event.objects.get(type="complaints.model_asked")
    assert event.facts["host"] == "127.0.0.1"
    kept = EventPersonal.objects.get(event=event).values["sent"]
    assert kept in sent
    assert "13800137766" not in json.dumps(event.facts) + kept


def test_a_proposal_enters_a_contact_only_when_taken(bank, server, client_of):
    server.says = {"product_name": ("小满", "存进小满里")}
    contact = registered(bank, ticket={"ticket": {"product_name": None}, "evidence": {}, "confidence": {}})
    contact = asked_now(contact)
    assert not contact.ticket["ticket"]["product_name"]
    liaison = client_of("liaison")
    shown = liaison.get(reverse("complaint_contact", args=[contact.pk])).content.decode()
    assert "大模型，待确认" in shown
    assert "存进小满里" in shown
    address = f"/api/complaints/contacts/{contact.pk}/ticket"
    told = liaison.get(address).json()
    assert told["proposals"][0]["open"] is True
    assert not [item for item in told["fields"] if item["field"] == "product_name"]
    liaison.post(reverse("complaint_asked", args=[contact.pk, "product_name"]), {"take": "1"})
    contact.refresh_from_db()
    assert contact.ticket["ticket"]["product_name"] == "小满"
    told = liaison.get(address).json()
    assert [item["source"] for item in told["fields"] if item["field"] == "product_name"] == ["model"]
    case = services.screen_kind(contact, by=bank["liaison"], kind="complaint").case
    assert case.product_name == "小满"
    assert Event.objects.filter(type="complaints.model_taken").count() == 1


def filed(bank) -> Contact:
    contact = registered(bank, ticket={"ticket": {"product_name": None}, "evidence": {}, "confidence": {}})
    return services.screen_kind(contact, by=bank["liaison"], kind="complaint")


def test_a_proposal_for_a_filed_case_is_taken_as_a_correction(bank, server, client_of):
    server.says = {"product_name": ("小满", "存进小满里")}
    contact = asked_now(filed(bank))
    assert contact.case.product_name == ""
    liaison = client_of("liaison")
    shown = liaison.get(reverse("complaint", args=[contact.case.pk])).content.decode()
    assert "大模型，待确认" in shown
    answer = liaison.post(
        f"/api/complaints/contacts/{contact.pk}/ticket/product_name", {"take": True}, content_type="application/json"
    )
    assert answer.status_code == 200, answer.content.decode()
    contact.case.refresh_from_db()
    assert contact.case.product_name == "小满"
    assert [item["source"] for item in answer.json()["fields"] if item["field"] == "product_name"] == ["model"]
    again = liaison.post(
        f"/api/complaints/contacts/{contact.pk}/ticket/product_name", {"take": True}, content_type="application/json"
    )
    assert again.status_code == 409


def test_a_persons_value_is_never_overwritten(bank, server, client_of):
    server.says = {"product_name": ("小满", "存进小满里")}
    contact = asked_now(filed(bank))
    correcting.correct(contact.case, by=bank["liaison"], values={"product_name": "丰年一号"})
    liaison = client_of("liaison")
    assert "已有人填写" in liaison.get(reverse("complaint", args=[contact.case.pk])).content.decode()
    answer = liaison.post(
        f"/api/complaints/contacts/{contact.pk}/ticket/product_name", {"take": True}, content_type="application/json"
    )
    assert answer.status_code == 409
    contact.case.refresh_from_db()
    assert contact.case.product_name == "丰年一号"
    told = liaison.get(f"/api/complaints/contacts/{contact.pk}/ticket").json()
    assert [item["source"] for item in told["fields"] if item["field"] == "product_name"] == ["person"]


@pytest.mark.parametrize(("status", "body"), [(500, ""), (200, "不是约定的格式")])
def test_a_model_that_fails_is_told_quietly_and_asked_again(bank, server, client_of, status, body):
    server.status, server.body = status, body
    contact = registered(bank, ticket={"ticket": {"phone": "13800137766"}, "evidence": {}, "confidence": {}})
    contact = asked_now(contact)
    assert contact.ticket["ticket"] == {"phone": "13800137766"}
    shown = client_of("liaison").get(reverse("complaint_contact", args=[contact.pk])).content.decode()
    assert "大模型暂时没有答复" in shown
    assert JobRun.objects.filter(name__endswith="asked.ask", key__endswith=":2", state="waiting").count() == 1


def test_words_of_a_secret_complainant_never_leave(bank, server):
    contact = registered(bank, details={"confidential": True})
    assert not JobRun.objects.filter(name__endswith="asked.ask").exists()
    assert asked.ask(contact.pk) == ""
    later = filed(bank)
    later.case.confidential = True
    later.case.save(update_fields=["confidential"])
    assert asked.ask(later.pk) == ""
    assert server.got == []


def test_what_is_added_to_a_secret_contact_never_leaves(bank, server):
    first = registered(bank, details={"confidential": True})
    later = registered(bank, text=f"补充：{WORDS}", thread=first.number)
    assert asked.ask(later.pk) == ""
    assert server.got == []


def test_a_taken_value_survives_a_new_reading_of_the_same_words(bank, server):
    server.says = {"product_name": ("小满", "存进小满里")}
    contact = asked_now(registered(bank, ticket={"ticket": {"product_name": None}, "evidence": {}, "confidence": {}}))
    asked.decide(contact, "product_name", take=True, by=bank["liaison"])
    intake.fill(contact.pk)
    contact.refresh_from_db()
    assert contact.ticket["ticket"]["product_name"] == "小满"
    assert contact.ticket["machine"]["product_name"] is None
    assert asked.source_of(contact, "product_name") == "model"


def test_what_the_platform_writes_otherwise_is_still_the_models(bank):
    empty = {"ticket": {"phone": None}, "evidence": {}, "confidence": {}}
    text = "小张说存的能随时取，现在取不出来，有事打0571 8800 1234转我。"
    contact = services.screen_kind(registered(bank, text, ticket=empty), by=bank["liaison"], kind="complaint")
    said = {"value": "0571 8800 1234", "was": None, "place": {"start": 0, "end": 4, "text": "打0571 8800 1234"}}
    told = {"digest": asked._digest(contact), "state": asked.ASKED, "values": {"phone": said}}
    contact.details = {**contact.details, asked.KEPT: told}
    contact.save(update_fields=["details"])
    contact = asked.decide(contact, "phone", take=True, by=bank["liaison"])
    assert contact.case.phone.replace(" ", "").replace("-", "") == "057188001234"
    assert asked.source_of(contact, "phone") == "model"
    shown = asked.proposals(contact, bank["liaison"])
    assert shown[0].fate == "taken"
    assert "8800" not in shown[0].value + shown[0].words


def test_who_may_not_see_a_contact_decides_nothing(bank, server, client_of):
    server.says = {"product_name": ("小满", "存进小满里")}
    contact = asked_now(registered(bank))
    answer = client_of("submitter").post(reverse("complaint_asked", args=[contact.pk, "product_name"]), {"take": "1"})
    assert answer.status_code in (403, 404)
    contact.refresh_from_db()
    assert "fate" not in asked.kept(contact)["values"]["product_name"]
