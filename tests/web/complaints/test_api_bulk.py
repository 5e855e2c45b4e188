"""Many contacts over REST, files for one, recordings of calls, a chat that goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from test_channel_hooks import CALL, SECRET, send

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Contact, Inbound
from xiaobao_web.complaints.services import intake
from xiaobao_web.kernel import files
from xiaobao_web.kernel.models import Notification
from xiaobao_web.people.services import appoint

pytestmark = pytest.mark.django_db
URL = "/api/complaints/contacts/bulk"
ROW = {"source_system": "旧系统", "source_number": "G1", "text": "信用卡年费没有告知就扣了，要求退还",
       "phone": "13800004321", "unit": "branch", "business_type": "信用卡"}  # fmt: skip
WAV = (
    b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00"
    b"\x02\x00\x10\x00data\x00\x00\x00\x00"
)


def bulk(client: Any, rows: list[Any], **more: Any) -> Any:
    return client.post(URL, {"rows": rows, **more}, content_type="application/json")


def test_each_row_has_its_own_result_and_its_number_is_once(flow, bank, client_of, django_capture_on_commit_callbacks):
    client = client_of("liaison")
    rows = [ROW, {**ROW, "source_number": "G2", "text": "", "turns": [{"role": "customer", "text": "扣错了"}]},
            {**ROW, "source_number": "G3", "unit": "nowhere"}, {**ROW, "source_number": "G4", "colour": "red"},
            {**ROW, "source_number": "G5", "business_type": "没有这一类"}, {**ROW, "source_number": "G6", "text": ""},
            ROW, {"text": "没有编号"}]  # fmt: skip
    dry = bulk(client, rows, dry_run=True).json()
    assert (dry["made"], dry["failed"], Contact.objects.count(), Inbound.objects.count()) == (2, 6, 0, 0)
    with django_capture_on_commit_callbacks(execute=True):
        done = bulk(client, rows).json()
    assert [row["result"] for row in done["rows"]] == ["made", "made", *["failed"] * 6]
    assert [list(row["fields"]) for row in done["rows"][2:]] == [
        ["unit"], ["colour"], ["business_type"], ["text"], ["source_number"], ["source_system", "source_number"],
    ]  # fmt: skip
    first = Contact.objects.get(source_number="G1")
    assert (first.unit, first.source_system, first.kind_proposed) == (bank.units["branch"], "旧系统", "complaint")
    again = bulk(client, [ROW, {**ROW, "source_number": "G2", "text": "改了内容"}]).json()
    assert [row["result"] for row in again["rows"]] == ["kept", "changed"]
    assert again["rows"][0]["number"] == first.number
    assert Contact.objects.count() == 2
    row = services.screen_kind(first, by=bank["liaison"], kind="complaint", unit=bank.units["branch"])
    assert bulk(client, [ROW]).json()["rows"][0]["case"] == row.case.number


def test_what_single_registration_made_is_known_to_bulk(flow, client_of):
    client = client_of("liaison")
    one = {"source_system": "旧系统", "source_number": "G1", "text": "乱扣费"}
    made = client.post("/api/complaints/contacts", one, content_type="application/json").json()
    told = bulk(client, [one]).json()["rows"][0]
    assert told["number"] == made["number"]
    assert Contact.objects.count() == 1


def test_a_row_that_is_no_object_fails_alone(flow, client_of):
    done = bulk(client_of("liaison"), [5, None, [ROW], ROW])
    assert done.status_code == 200
    rows = done.json()["rows"]
    assert [row["result"] for row in rows] == ["failed", "failed", "failed", "made"]
    assert "应为对象" in rows[0]["message"]


def test_too_many_rows_and_who_may_not(flow, client_of):
    assert bulk(client_of("liaison"), [ROW] * 501).status_code == 422
    assert bulk(client_of("liaison"), []).status_code == 422
    assert bulk(client_of("submitter"), [ROW]).status_code == 403


def test_files_are_attached_to_a_contact(flow, client_of):
    client = client_of("liaison")
    number = bulk(client, [ROW]).json()["rows"][0]["number"]
    row = Contact.objects.get(number=number)
    given = [SimpleUploadedFile("录音.wav", WAV), SimpleUploadedFile("bad.exe", b"MZ\x90\x00")]
    told = client.post(f"/api/complaints/contacts/{row.pk}/files", {"files": given})
    assert told.status_code == 201
    assert told.json()["files"] == ["录音.wav"]
    assert "bad.exe" in told.json()["refused"][0]
    assert files.attachments_of(row).get().personal
    url = f"/api/complaints/contacts/{row.pk}/files"
    assert client_of("other_branch").post(url, {"files": SimpleUploadedFile("a.wav", WAV)}).status_code == 403


class Recordings(BaseHTTPRequestHandler):
    """A telephone system that hands recordings out, and says no to all else."""

    def do_GET(self) -> None:
        found = self.path.startswith("/77.wav")
        self.send_response(200 if found else 404)
        self.end_headers()
        self.wfile.write(WAV if found else b"")

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def telephone(settings: Any) -> Iterator[str]:
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    settings.COMPLAINTS_HOOKS = [f"call={SECRET}", f"chat={SECRET}"]
    with HTTPServer(("127.0.0.1", 0), Recordings) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_recording_is_fetched_with_its_call_or_without_words(bank, telephone, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert send({**CALL, "recording_url": f"{telephone}/77.wav?t=1"}).status_code == 201
    row = Contact.objects.get()
    assert [item.name for item in files.attachments_of(row)] == [f"{row.number}.wav"]
    assert row.details["recording_error"] == ""
    with django_capture_on_commit_callbacks(execute=True):
        assert send({"number": "CTI-78", "recording_url": f"{telephone}/77.wav"}).status_code == 201
    silent = Contact.objects.get(source_number="CTI-78")
    assert "没有文字记录" in silent.text
    assert files.attachments_of(silent).count() == 1


def test_a_recording_that_is_not_handed_out_is_told(bank, telephone, client_of, settings):
    send({**CALL, "recording_url": f"{telephone}/gone.wav"})
    row = Contact.objects.get()
    with pytest.raises(OSError, match="404"):
        intake.fetch_recording(row.pk)
    row.refresh_from_db()
    assert "404" in row.details["recording_error"]
    assert "录音没有取到" in client_of("complaints").get(row.get_absolute_url()).content.decode()
    settings.WEBHOOK_NETWORKS = []
    assert "内部地址" in intake.fetch_recording(row.pk)
    for wrong in ("ftp://x/1.wav", "javascript:alert(1)", "http://a b/"):
        assert send({"number": "CTI-80", "recording_url": wrong}).status_code == 422


def test_a_chat_that_goes_on_updates_its_contact_and_tells_the_handler(flow, bank, telephone):
    turns = [{"role": "customer", "text": "信用卡年费没告知就扣了，要退。"}]
    first = send({"number": "CHAT-1", "turns": turns}, channel="chat")
    row = Contact.objects.get()
    case = services.screen_kind(row, by=bank["complaints"], kind="complaint", unit=bank.units["branch"]).case
    services.assign(services.accept(case, by=bank["complaints"]), by=bank["complaints"], handler=bank["liaison"])
    turns.append({"role": "agent", "text": "已为您转人工。"})
    again = send({"number": "CHAT-1", "turns": turns}, channel="chat", message="m2")
    assert again.json()["number"] == first.json()["number"]
    row.refresh_from_db()
    assert len(row.turns) == 2
    assert Notification.objects.filter(person=bank["liaison"], title__contains="更新了来件").exists()


def test_another_branchs_number_is_neither_told_nor_overwritten(flow, bank, client_of):
    appoint(person=bank["other_branch"], role="liaison", organisation=bank.units["branch_two"], by=None)
    bulk(client_of("liaison"), [ROW])
    made = Contact.objects.get()
    stranger = client_of("other_branch")
    for dry in (True, False):
        row = bulk(stranger, [{**ROW, "text": "被改掉的内容"}], dry_run=dry).json()["rows"][0]
        assert (row["result"], row["number"]) == ("failed", None)
        assert "其他机构" in row["message"]
    one = {name: ROW[name] for name in ("source_system", "source_number", "text")}
    answer = stranger.post("/api/complaints/contacts", one, content_type="application/json")
    assert answer.status_code == 409
    assert made.number not in answer.content.decode()
    made.refresh_from_db()
    assert made.text == ROW["text"]


def test_who_registered_for_another_branch_may_say_it_again(flow, bank, client_of):
    service = client_of("service")
    assert bulk(service, [ROW]).json()["made"] == 1
    assert bulk(service, [ROW]).json()["kept"] == 1
    assert bulk(service, [{**ROW, "text": "补充：又扣了一次"}]).json()["changed"] == 1


def test_a_rows_faults_are_sentences(flow, client_of):
    row = bulk(client_of("liaison"), [{**ROW, "urgency": "now", "phone": "1" * 90}]).json()["rows"][0]
    assert row["fields"]["urgency"].startswith("应为其中之一")
    assert row["fields"]["phone"] == "最多 80 个字"
