"""REST of what the pages do around a case: contacts told apart, letters, links, tasks, tickets corrected."""

from __future__ import annotations

import pytest
from complaint_words import GOOD, WORDS
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_answers import did, send

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case, Contact, Task
from xiaobao_web.complaints.services import inquiry
from xiaobao_web.kernel.models.journal import Event

pytestmark = pytest.mark.django_db
AT = "complaints/contacts"


@pytest.fixture
def came(flow, bank):
    """Return a contact that nobody has told apart."""
    row = services.register(channel="call", text=WORDS, by=bank["liaison"], unit=bank.units["branch"])
    return Contact.objects.get(pk=row.pk)


def test_words_are_read_and_nothing_is_kept(flow, client_of):
    told = did(send(client_of("liaison"), "complaints/read", {"text": WORDS}))
    assert told["kind"] == "complaint"
    assert told["values"]["phone"]["value"] == "13800001234"
    assert told["values"]["phone"]["words"]
    assert Contact.objects.count() == 0
    assert send(client_of("liaison"), "complaints/read", {"text": "  "}).status_code == 422
    assert send(client_of("auditor"), "complaints/read", {"text": WORDS}).status_code == 403


def test_a_contact_is_listed_told_apart_and_checked(came, client_of):
    clerk, second = client_of("complaints"), client_of("office")
    listed = did(clerk.get(f"/api/{AT}", {"state": "new", "waiting": "true"}))["items"]
    assert [row["id"] for row in listed] == [came.pk]
    wrong = send(clerk, f"{AT}/{came.pk}/screen", {"kind": "inquiry"})
    assert wrong.status_code == 422
    assert "理由" in wrong.json()["error"]["message"]
    assert send(clerk, f"{AT}/{came.pk}/screen", {"kind": "complaint", "into": "没有"}).status_code == 422
    waiting = did(send(clerk, f"{AT}/{came.pk}/screen", {"kind": "inquiry", "reason": "只是询问费用"}))
    assert waiting["state"] == "checking"
    assert send(clerk, f"{AT}/{came.pk}/check", {"agree": True}).status_code in (403, 422)
    filed = did(send(second, f"{AT}/{came.pk}/check", {"agree": False, "note": "有明确诉求"}))
    assert filed["case"] == Case.objects.get().number
    assert send(second, f"{AT}/{came.pk}/sample", {"omitted": False}).status_code in (403, 409, 422)
    assert send(client_of("other_branch"), f"{AT}/{came.pk}/screen", {"kind": "complaint"}).status_code in (403, 404)


def test_a_letters_scan_is_taken_in_and_written_down(flow, client_of, django_capture_on_commit_callbacks):
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    client = client_of("liaison")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            f"/api/{AT}/scans", {"files": SimpleUploadedFile("信.png", out.getvalue()), "sender": "周可欣"}
        )
    made = did(answer, 201)
    at = f"{AT}/{made['contact']}/scan"
    shown = did(client.get(f"/api/{at}"))
    assert Event.objects.filter(type="complaints.scan_opened").count() == 1
    if shown["pages"]:
        told = did(send(client, at, {"texts": [WORDS]}, "put"))
        assert told["pages"][0]["text"] == WORDS
    assert client.get(f"/api/{at}/pages/99").status_code == 404
    assert client_of("other_branch").get(f"/api/{at}").status_code in (403, 404)


def test_a_letter_is_written_checked_and_sent(flow, bank, client_of):
    case = flow.handled()
    at, client = f"complaints/{case.pk}/letter", client_of("liaison")
    first = did(client.get(f"/api/{at}"))
    assert (first["number"], first["parts"]["remedies"] != "") == (None, True)
    assert send(client, f"{at}/submit").status_code == 404
    checked = did(send(client, f"{at}/check?rules=true", {**GOOD, "reasons": ""}))
    assert [item["part"] for item in checked["elements"] if not item["found"]] == ["reasons"]
    did(send(client, at, {**GOOD, "reasons": ""}, "put"))
    assert send(client, f"{at}/submit").status_code == 409
    did(send(client, at, GOOD, "put"))
    state = did(send(client, f"{at}/submit"))["state"]
    if state == "checking":
        assert send(client, f"{at}/decide", {"approve": True}).status_code in (403, 422)
        state = did(send(client_of("office"), f"{at}/decide", {"approve": True}))["state"]
    assert state == "approved"
    assert send(client, f"{at}/send", {"mode": "pigeon", "proof": "x"}).status_code == 422
    sent = did(send(client, f"{at}/send", {"mode": "post", "proof": "EMS 1234567890"}))
    assert sent["state"] == "sent"
    assert Case.objects.get(pk=case.pk).state == "answered"
    got = client.get(f"/api/{at}/{sent['version']}/document")
    assert ".docx" in got.headers["Content-Disposition"]
    assert b"".join(got.streaming_content)
    assert client.get(f"/api/{at}/99/document").status_code == 404
    assert client_of("other_branch").get(f"/api/{at}").status_code in (403, 404)


def test_personal_data_is_opened_with_a_purpose_and_the_ticket_corrected(flow, client_of):
    case = flow.handled()
    at, client = f"complaints/{case.pk}", client_of("liaison")
    assert send(client, f"{at}/personal", {"purpose": " "}).status_code == 422
    told = did(send(client, f"{at}/personal", {"purpose": "回电核实"}))
    assert told["fields"]["phone"] == "13800001234"
    assert Event.objects.filter(type="complaints.personal_read").count() == 1
    assert send(client_of("submitter"), f"{at}/personal", {"purpose": "看看"}).status_code in (403, 404)
    fields = [field["name"] for field in did(client.get(f"/api/{at}/ticket"))]
    assert {"title", "amount", "cause"} <= set(fields)
    after = did(send(client, f"{at}/ticket", {"values": {"amount": "1200.50"}}, "patch"))
    row = Case.objects.get(pk=case.pk)
    assert (str(row.amount), row.cause, row.phone) == ("1200.50", case.cause, "13800001234")
    assert after["customer"] != "周可欣"
    wrong = send(client, f"{at}/ticket", {"values": {"amount": "很多", "colour": "red"}}, "patch")
    assert wrong.status_code == 422
    assert send(client, f"{at}/ticket", {"values": {"amount": "很多"}}, "patch").json()["error"]["fields"]["amount"]


def test_links_are_told_and_decided(flow, bank, client_of):
    case, other = flow.handled(), flow.opened()
    inquiry.link(case, other=other, kind="same_event", reason="电话相同", probability=0.9)
    client, at = client_of("liaison"), f"complaints/{case.pk}/links"
    (shown,) = did(client.get(f"/api/{at}"))
    assert (shown["other"], shown["confirmed"]) == (other.number, None)
    assert did(send(client, f"{at}/{shown['id']}", {"confirm": True}))["confirmed"] is True
    assert did(client.get(f"/api/complaints/{other.pk}/links"))[0]["other"] == case.number
    assert send(client, f"{at}/999", {"confirm": True}).status_code == 404


def test_a_units_task_is_answered_and_approved(flow, bank, client_of):
    case = flow.handled()
    services.task_out(
        case, by=bank["liaison"], unit=bank.units["branch"], request="请提供办理录音", assignee=bank["branch_submitter"]
    )
    task = Task.objects.get()
    unit, head, at = client_of("branch_submitter"), client_of("branch_head"), f"complaints/tasks/{task.pk}"
    assert [row["id"] for row in did(unit.get("/api/complaints/tasks", {"waiting": "true"}))["items"]] == [task.pk]
    assert send(unit, f"{at}/answer", {"reply": ""}).status_code == 422
    assert did(send(unit, f"{at}/answer", {"reply": "录音显示没有说明手续费。"}))["state"] == "answered"
    assert send(unit, f"{at}/decide", {"approve": True}).status_code in (403, 422)
    assert did(send(head, f"{at}/decide", {"approve": False, "note": "请附时间"}))["state"] == "open"
    assert did(send(client_of("liaison"), f"{at}/cancel"))["state"] == "cancelled"
    assert client_of("submitter").get(f"/api/{at}").status_code in (403, 404)
