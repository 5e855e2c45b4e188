"""Each channel is a module of its own: what it takes comes in by its door, what it does not is told what to do."""

from __future__ import annotations

import json
import sys

import pytest
import test_channel_email as post
import test_channel_import as tables
import test_channel_web as web
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from test_channel_hooks import SECRET, send

from xiaobao_web.complaints.channels import registry
from xiaobao_web.complaints.models import Channel, Contact, Inbound
from xiaobao_web.complaints.services import importing, intake, mailbox

pytestmark = pytest.mark.django_db
SAID = "信用卡年费没有告知就扣了，要求退还。"
HOOKS = ("call", "chat", "branch", "letter", "regulator_transfer", "payment_platform")
RECORDING = {"recording_url": "https://cti.example/77.wav"}
VISIT = {"face_to_face": True}


@pytest.fixture(autouse=True)
def hooks(settings):
    cache.clear()
    settings.COMPLAINTS_HOOKS = [f"{name}={SECRET}" for name in (*HOOKS, "web", "email")]


def bulk(client, channel: str, **told: object) -> dict[str, object]:
    row = {"source_system": "旧系统", "source_number": "G1", "channel": channel, "text": SAID, **told}
    answer = client.post("/api/complaints/contacts/bulk", {"rows": [row]}, content_type="application/json")
    assert answer.status_code == 200
    return answer.json()["rows"][0]


def one(client, channel: str, **told: object):
    row = {"source_system": "旧系统", "source_number": "E1", "channel": channel, "text": SAID, **told}
    return client.post("/api/complaints/contacts", row, content_type="application/json")


def test_every_channel_has_one_module_that_says_what_comes_in_there():
    registry.load()
    assert set(registry.READERS) == set(Channel.values)
    modules = [read.__module__ for read in registry.READERS.values()]
    assert len(set(modules)) == len(modules)
    assert all(len(sys.modules[name].__doc__ or "") > 80 for name in modules)


def test_only_channels_with_a_hook_are_handed_over_by_one(bank):
    assert {name for name in Channel.values if registry.has_hook(name)} == set(HOOKS)
    assert send({"number": "1", "text": SAID}, channel="web").status_code == 404
    assert send({"number": "1", "text": SAID}, channel="email").status_code == 404


@pytest.mark.parametrize("channel", HOOKS)
def test_what_a_channel_takes_is_registered_by_its_hook(bank, channel):
    told = {"number": "N1", "text": SAID, "received_at": "2026-03-02T10:00:00+08:00", "customer_name": "宋安宁",
            "amount": "285", "turns": [{"role": "customer", "text": SAID}], "own_field": {"kept": 1}}  # fmt: skip
    assert send(told, channel=channel).status_code == 201
    row = Contact.objects.get()
    assert (row.channel, row.source_number, row.details["amount"]) == (channel, "N1", "285.00")
    assert row.face_to_face is (channel == "branch"), "a visit to a branch is face to face, nothing else is"


REFUSED = [
    ("call", VISIT, "face_to_face", "branch"), ("chat", RECORDING, "recording_url", "电话（call）"),
    ("chat", VISIT, "face_to_face", "branch"), ("branch", RECORDING, "recording_url", "附件"),
    ("letter", RECORDING, "recording_url", "附件"), ("letter", VISIT, "face_to_face", "branch"),
    ("regulator_transfer", RECORDING, "recording_url", "附件"),
    ("payment_platform", RECORDING, "recording_url", "附件"), ("payment_platform", VISIT, "face_to_face", "branch"),
]  # fmt: skip


@pytest.mark.parametrize(("channel", "more", "field", "instead"), REFUSED)
def test_what_a_channel_does_not_take_is_told_what_to_do_instead(bank, channel, more, field, instead):
    answer = send({"number": "N1", "text": SAID, **more}, channel=channel)
    assert answer.status_code == 422
    told = answer.json()["error"]["message"]
    assert field in told
    assert instead in told
    assert (Contact.objects.count(), Inbound.objects.get().state) == (0, "failed"), "kept, not lost"
    empty = dict.fromkeys(more, "") | dict.fromkeys(("turns", "amount"))
    assert send({"number": "N2", "text": SAID, **empty}, channel=channel).status_code == 201, "empty fields are let be"


@pytest.mark.parametrize(("channel", "instead"), [
    ("call", "recording_url"), ("chat", "turns"), ("branch", "text"), ("letter", "来信登记"),
    ("regulator_transfer", "登记转办件"), ("payment_platform", "事由"),
])  # fmt: skip
def test_an_arrival_without_words_is_told_what_its_channel_needs(bank, channel, instead):
    answer = send({"number": "N1", "text": "  "}, channel=channel)
    assert answer.status_code == 422
    assert instead in answer.json()["error"]["message"]


def test_the_public_form_and_the_box_come_in_by_their_channels(bank, django_capture_on_commit_callbacks):
    assert Contact.objects.get(number=web.walk(Client())["number"]).channel == "web"
    client = Client()
    client.post(reverse("public_feedback"))
    said = {"said": "praise", "text": "柜员很耐心，谢谢你们的帮助。"}
    client.post(reverse("public_feedback_step", kwargs={"step": "what"}), said)
    client.post(reverse("public_feedback_step", kwargs={"step": "who"}), {})
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("public_feedback_step", kwargs={"step": "check"}))
    box = Contact.objects.get(channel="feedback")
    assert (box.details["said"], box.kind_proposed) == ("suggestion", "suggestion")
    assert json.loads(box.arrivals.get().raw)["kind"] == "praise", "kept as it was ticked"


def test_a_complaint_in_the_box_is_found_whatever_was_ticked(flow, client_of, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert bulk(client_of("liaison"), "feedback", kind_proposed="suggestion")["result"] == "made"
    assert Contact.objects.get().kind_proposed == "complaint"


@pytest.mark.parametrize("channel", ["web", "feedback", "email"])
@pytest.mark.parametrize("more", [RECORDING, VISIT])
def test_forms_and_mails_of_other_systems_are_checked_too(flow, client_of, channel, more):
    row = bulk(client_of("liaison"), channel, **more)
    assert (row["result"], list(row["fields"])) == ("failed", list(more))
    assert "登记" in row["message"] or "附件" in row["message"]
    assert bulk(client_of("liaison"), channel)["result"] == "made"


def test_a_mail_that_a_program_hands_over_is_read_as_its_record(flow, client_of):
    assert bulk(client_of("liaison"), "email", customer_name="宋安宁", phone="13800004321")["result"] == "made"
    row = Contact.objects.get()
    assert (row.text, row.details["phone"]) == (SAID, "13800004321")
    assert mailbox.take(post.letter()), "and a mail as a mail"
    assert Contact.objects.filter(channel="email", details__email="song@customer.example").exists()


@pytest.mark.parametrize("channel", ["api", "import"])
def test_what_may_have_come_in_by_any_way_is_taken_whole(flow, client_of, channel):
    row = bulk(client_of("liaison"), channel, text="", **RECORDING, **VISIT)
    assert row["result"] == "made"
    kept = Contact.objects.get()
    assert (kept.face_to_face, kept.details["recording_url"]) == (True, RECORDING["recording_url"])
    refused = bulk(client_of("liaison"), channel, source_number="G2", text="")
    assert (refused["result"], list(refused["fields"])) == ("failed", ["text"])


def test_a_row_keeps_how_it_stood_in_its_system_and_one_without_words_is_told(bank):
    head = "工单编号,投诉内容,状态,渠道\n"
    stored = importing.store(tables.table(f"{head}G1,{SAID},办结,柜面\nG2,,新建,\n"), by=bank["office"])
    made = importing.begin(stored, "旧系统", name="日报.csv", by=bank["office"])
    importing.take_rows(made.pk)
    row = Contact.objects.get()
    assert (row.details["old_state"], row.details["old_channel"]) == ("办结", "柜面")
    assert "投诉内容：没有填写" in importing.preview(stored, "旧系统", by=bank["office"]).bad[0].faults


def test_a_visit_that_was_none_is_believed(flow, client_of):
    client = client_of("liaison")
    bulk(client, "branch", people_count=25, face_to_face=False)
    assert not Contact.objects.get().face_to_face
    assert send({"number": "N1", "text": SAID, "face_to_face": False}, channel="branch").status_code == 201
    assert not Contact.objects.filter(face_to_face=True).exists()
    bulk(client, "branch", source_number="G2", people_count=25)
    assert Contact.objects.get(source_number="G2").face_to_face


def test_one_contact_by_rest_is_checked_like_many(flow, client_of):
    client = client_of("liaison")
    refused = one(client, "call", face_to_face=True)
    assert refused.status_code == 422
    assert "branch" in refused.json()["error"]["fields"]["face_to_face"]
    assert one(client, "branch").status_code == 201
    assert Contact.objects.get().face_to_face
    assert one(client, "branch", source_number="E2", face_to_face=False).status_code == 201
    assert not Contact.objects.get(source_number="E2").face_to_face


@pytest.mark.parametrize(("source", "kind"), [
    ("市信访局", "petition"), ("12378", "complaint"), ("本行系统", "complaint"),
])  # fmt: skip
def test_who_transferred_decides_whether_a_petition_is_proposed(bank, source, kind, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert send({"number": "N1", "text": SAID, "source": source}, channel="regulator_transfer").status_code == 201
    assert Contact.objects.get().kind_proposed == kind


def test_a_platforms_order_and_state_stand_in_the_words_once(bank):
    told = {"number": "N1", "text": SAID, "order": 4200, "state": "PENDING"}
    assert send(told, channel="payment_platform").status_code == 201
    assert Contact.objects.get().text == f"{SAID}\n订单号：4200\n平台状态：PENDING"
    before = json.dumps({**told, "text": f"{SAID}\n订单号：4200"}).encode()
    kept = intake.receive("payment_platform", before, number="N2")
    assert kept.contact.text.count("订单号") == 1, "what was kept before is not told twice"
    whole = {"number": "N3", "text": "长" * 20_000, "order": {"not": "a word"}, "state": "DONE"}
    assert send(whole, channel="payment_platform").status_code == 201
    assert Contact.objects.get(source_number="N3").text.endswith("长\n平台状态：DONE")
