"""What attackers and clumsy people send in: kept, refused with a sentence, or answered plainly; never a crash."""

from __future__ import annotations

import json
import smtplib

import pytest
import test_channel_email as post
import test_channel_hooks as hook
import test_channel_web as web
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from xiaobao_web.complaints.channels import email as mails
from xiaobao_web.complaints.channels import spreadsheet
from xiaobao_web.complaints.channels.registry import plain
from xiaobao_web.complaints.models import Contact, Inbound
from xiaobao_web.complaints.services import intake, mailbox
from xiaobao_web.kernel import sheets
from xiaobao_web.kernel.middleware import MOST_OF_STRANGERS
from xiaobao_web.kernel.models import Event

pytestmark = pytest.mark.django_db
NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(2000))
POISON = {
    "broken base64": b"From: a@x.example\nSubject: =?utf-8?B?a?=\nMessage-ID: =?utf-8?B?a?=\n\nwords",
    "no character set": b"From: a@x.example\nSubject: =?idna?Q?=FF?=\nContent-Type: text/plain; charset=undefined\n\nx",
    "surrogates": b"From: a@x.example\nContent-Type: text/plain; charset=unicode_escape\n\n\\ud800\\x00 words",
    "NUL": b"From: a@x.example\nSubject: a\x00b\n\nwords\x00\xf0\x9f\x98\x80\xe2\x80\xae",
    "a NUL in a name": b"From: a@x.example\nContent-Type: text/plain; charset=\"a\x00b\"\n\nwords",
    "two addresses in one": b"From: a@b@c.example <x@y@z.example>\nMessage-ID: <p1@x.example>\n\nwords",
    "nested": NESTED,
    "empty headers": b"From:\nTo:\nDate:\nContent-Disposition:\nContent-Type:\nMessage-ID:\n\nwords",
    "the year one": b"From: a@x.example\nDate: Mon, 01 Jan 0001 00:00:00 +0800\n\nwords",
    "the year 9999": b"From: a@x.example\nDate: Fri, 31 Dec 9999 23:59:59 -1200\n\nwords",
    "a zone of none": b"From: a@x.example\nDate: Mon, 02 Mar 2026 10:00:00 +9999\n\nwords",
}  # fmt: skip


@pytest.fixture(autouse=True)
def unhurried(settings):
    settings.COMPLAINTS_HOOKS = [f"call={hook.SECRET}"]
    cache.clear()


def told(row: object) -> str:
    return json.dumps([row.text, row.subject, row.sender, row.details, row.turns])  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", POISON)
def test_no_mail_stops_those_behind_it(bank, name):
    mailbox.take(POISON[name])
    assert Inbound.objects.count() == 1, "kept as it came"
    assert mailbox.take(post.letter())
    for row in Contact.objects.all():
        assert "\\u0000" not in told(row)
        json.dumps([row.text, row.subject, row.details], ensure_ascii=False).encode()  # raises for a lone surrogate
        assert 1990 <= row.received_at.year < 2100


def test_raw_bytes_beside_an_encoded_word_are_read(bank):
    raw = "From: a@x.example\nSubject: 年费 =?utf-8?B?5oqV6K+J?=\n\n话".encode("gb18030")
    mailbox.take(raw)
    assert Contact.objects.get().subject.replace(" ", "") == "年费投诉"


@pytest.mark.parametrize("headers", [
    {"Return_Path": "<>"}, {"sender": "MAILER-DAEMON@x.example"}, {"sender": "no-reply@x.example"},
    {"List_Id": "<a.x.example>"}, {"X_Auto_Response_Suppress": "All"}, {"Precedence": "auto_reply"},
    {"sender": "xiaobao@localhost"}, {"sender": "nobody"}, {"sender": ""},
])  # fmt: skip
def test_bounces_lists_robots_and_ourselves_are_not_answered(bank, headers):
    mailbox.take(post.letter(**headers))
    assert Contact.objects.count() == 1
    assert mail.outbox == []


def test_a_robot_that_does_not_say_so_is_answered_five_times_a_day(bank):
    for place in range(9):
        mailbox.take(post.letter(id=f"<robot{place}@customer.example>"))
    assert Contact.objects.count() == 9
    assert len(mail.outbox) == mailbox.MOST_ANSWERS


def test_a_known_id_with_other_words_writes_nothing_over(bank):
    mailbox.take(post.letter())
    first = Contact.objects.get()
    mailbox.take(post.letter("我撤回投诉，并同意银行的处理。", sender="evil@x.example"))
    mailbox.take(post.letter("我撤回投诉，并同意银行的处理。", sender="evil@x.example"))
    first.refresh_from_db()
    assert "年费" in first.text
    assert first.details["email"] == "song@customer.example"
    assert Contact.objects.count() == 2


def test_no_line_of_a_mail_becomes_a_header_of_ours(bank):
    mailbox.take(
        b"From: =?utf-8?Q?a=0D=0ABcc:_b=40x.example?= <a@x.example>\nMessage-ID: <a\r\n b@x.example>\n"
        b"Subject: =?utf-8?Q?x=0D=0ABcc:_b=40x.example?=\n\nwords"
    )
    sent = mail.outbox[0].message().as_string()
    assert "Bcc" not in sent
    assert mail.outbox[0].recipients() == ["a@x.example"]


def test_an_answer_that_cannot_be_sent_is_told_and_stops_nothing(bank, monkeypatch):
    def refused(*_args: object) -> int:
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refused)
    assert mailbox.take(post.letter())
    assert Event.objects.filter(type="complaints.mail_unanswered").count() == 1
    assert "answered" not in Contact.objects.get().details


def test_our_signed_line_counts_where_it_is_quoted(bank):
    mailbox.take(post.letter())
    quoted = "补充一句\n\n在 2026年3月3日，银行 写道：\n> " + mail.outbox[0].body.rsplit("\n", 1)[1]
    mailbox.take(post.letter(quoted, id="<q@customer.example>"))
    first, second = Contact.objects.order_by("pk")
    assert second.thread == first.number
    assert "写道" not in second.text


class Box:
    """A server that says a mail is larger than is taken in."""

    def uid(self, _command: str, _uid: str, what: str) -> tuple[str, list[bytes]]:
        """Answer for the size, and for nothing else."""
        assert what == "(RFC822.SIZE INTERNALDATE)", "the mail itself was asked for"
        return "OK", [b"1 (UID 5 RFC822.SIZE %d)" % (intake.MOST_BYTES + 1)]


def test_a_huge_mail_is_never_loaded(bank):
    assert mailbox._fetched(Box(), 5)[0] == b""  # type: ignore[arg-type]
    assert Event.objects.filter(type="complaints.mail_refused").count() == 1


@pytest.mark.parametrize("change", [
    {"number": "A\x00B"}, {"number": "A\ud800"}, {"turns": [{"role": "c\x00\ud800", "text": "扣费\x00\ud800\u202e"}]},
    {"customer_name": "宋\x00安\ud83d"}, {"sender": "x\x00"},
])  # fmt: skip
def test_marks_no_database_holds_become_blanks(bank, change):
    body = json.dumps({"number": "1", "text": "乱扣费用，要求退还", **change})
    assert hook.send(body).status_code == 201
    row = Contact.objects.get()
    kept = json.dumps([told(row), row.source_number, row.key, Inbound.objects.get().facts])
    assert not any(mark in kept for mark in ("u0000", "ud800", "ud83d", "u202e"))


@pytest.mark.parametrize("body", [
    json.dumps({"number": "1", "text": "x", "kind": "a\x00\ud800"}),
    json.dumps({"number": "1", "text": "x", "received_at": "0001-01-01T00:00:00+08:00"}),
    json.dumps({"number": "1", "text": "x", "received_at": "9999-12-31T23:59:59-12:00"}),
    json.dumps({"number": "1", "text": "x", "received_at": "\x00\ud800"}),
    json.dumps({"number": "N" * 81, "text": "x"}), json.dumps({"number": True, "text": "x"}),
    json.dumps({"number": "\x00", "text": "x"}), "[" * 100_000, '{"number": ' + "9" * 5000 + ', "text": "x"}',
])  # fmt: skip
def test_ugly_bodies_are_refused_with_a_sentence(bank, body):
    answer = hook.send(body)
    assert answer.status_code == 422
    assert answer.json()["error"]["message"]
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("moment", ["9" * 5000, "-1", "", "²", "1e9", " 1"])
def test_a_time_that_is_no_number_is_no_signature(bank, moment):
    url = reverse("complaint_hook", kwargs={"channel": "call"})
    headers = {"webhook-id": "a", "webhook-timestamp": moment, "webhook-signature": "v1,x é"}
    answer = Client().post(url, "{}", content_type="application/json", headers=headers)
    assert answer.status_code == 401


def test_what_is_too_long_does_not_fill_the_sessions(bank):
    client = Client()
    client.post(reverse("public_complaint"))
    answer = client.post(reverse("public_complaint_step", kwargs={"step": "what"}), {"text": "扣" * 500_000})
    assert answer.status_code == 422
    assert len(client.session["complaint_draft"]) < 200_000


@pytest.mark.parametrize("story", [
    "<script>alert(1)</script><img src=x onerror=alert(1)>", "=cmd|' /C calc'!A0 =HYPERLINK(1)",
    "\U0001f600\U00020000 ﷽ \u202eabc\u202c 乱扣费", "{{ 7*7 }}{% debug %} ${7*7} %s %(x)s",
])  # fmt: skip
def test_a_story_is_words_on_every_page(bank, client_of, story, django_capture_on_commit_callbacks):
    client = Client()
    with django_capture_on_commit_callbacks(execute=True):
        receipt = web.walk(client, what={"text": story + "，请处理"}, who={
            "customer_name": "<b onclick=x>名", "phone": "13800004321"})  # fmt: skip
    row = Contact.objects.get(number=receipt["number"])
    for url in (reverse("complaint_contact", args=[row.pk]), reverse("complaint_contacts")):
        answer = client_of("complaints").get(url)
        assert answer.status_code == 200, url
        for mark in ("<script>alert", "<img src=x", "<b onclick"):
            assert mark not in answer.content.decode()


@pytest.mark.parametrize("data", [
    {"number": "LX\x00", "code": "AAAAAAAA"}, {"number": "x" * 5000, "code": "A"},
    {"number": "LX2026-00001", "code": "\x00"}, {"number": "' OR 1=1 --", "code": "é😀ßİ"}, {},
])  # fmt: skip
def test_asking_with_rubbish_is_told(bank, data):
    assert Client().post(reverse("public_progress"), data).status_code == 422


@pytest.mark.parametrize(("step", "data"), [
    ("what", {"text": "扣费了\x00怎么办"}), ("where", {"day": "99999-12-31"}), ("where", {"amount": "1e400"}),
    ("where", {"amount": "NaN"}), ("wish", {"demands": ["要一百万"]}), ("who", {"customer_name": "\x00"}),
    ("who", {"customer_name": "宋", "email": "a@x.example\nBcc: b@x.example"}),
])  # fmt: skip
def test_rubbish_on_a_screen_is_told_beside_the_field(bank, step, data):
    client = Client()
    client.post(reverse("public_complaint"))
    assert client.post(reverse("public_complaint_step", kwargs={"step": step}), data).status_code == 422
    assert client.get(reverse("public_complaint_step", kwargs={"step": step})).status_code == 200


def test_a_form_from_elsewhere_is_refused(bank):
    client = Client(enforce_csrf_checks=True)
    for name in ("public_complaint", "public_feedback", "public_progress"):
        assert client.post(reverse(name), {"number": "x", "code": "y"}).status_code == 403


def test_a_body_beyond_all_files_is_refused_before_it_is_read(bank):
    answer = Client().generic(
        "POST", reverse("public_complaint"), b"", content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(MOST_OF_STRANGERS + 1),
    )  # fmt: skip
    assert answer.status_code == 413
    assert "MB" in answer.content.decode()


@pytest.mark.parametrize("name", ["x.svg", "x.html", "empty.png", "x.png", "\u202egnp.exe", "a/../../b.pdf.js"])
def test_files_that_are_no_proof_are_refused(bank, name):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = Client()
    client.post(reverse("public_complaint"))
    content = b"" if name.startswith("empty") else b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    url = reverse("public_complaint_step", kwargs={"step": "proof"})
    answer = client.post(url, {"file": SimpleUploadedFile(name, content), "action": "add"})
    if answer.status_code != 422:
        from xiaobao_web.kernel.models import StoredFile

        assert not StoredFile.objects.get().released, "markup is taken and never handed out"
    assert "<svg" not in answer.content.decode()


def test_a_table_of_ugly_rows_tells_each(bank):
    text = "工单编号,投诉内容,投诉时间\n" + "N" * 90 + ",扣费,2026-03-02\nA\x00B,扣\x00费,2026-03-02\n" \
        "C,=1+1,0001-01-01\nD,扣费,9999-12-31\nE,扣费😀,2026-02-30\n\x00,扣费,\n"  # fmt: skip
    sheet = sheets.read(text.encode(), frozenset({"工单编号", "投诉内容"}))
    found = spreadsheet.rows(sheet, {"工单编号": "number", "投诉内容": "text", "投诉时间": "received_at"})
    assert [bool(row.faults) for row in found] == [True, False, True, True, True, True]
    assert found[1].record["number"] == "A B"


def test_plain_keeps_lines_and_letters():
    assert plain("a\r\nb\tc\x00\ud800\u202e😀𠀀") == "a\nb\tc   😀𠀀"
    assert mails.decoded(b"ok", "undefined") == "ok"
