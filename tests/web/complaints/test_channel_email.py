"""Mails: read on a real IMAP server, threaded by ids and our signed line, never by subject; twice is once."""

from __future__ import annotations

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.core import mail

from xiaobao_web.complaints.channels import email as mails
from xiaobao_web.complaints.models import Contact, Inbound
from xiaobao_web.complaints.services import mailbox
from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import Refused

pytestmark = pytest.mark.django_db
DOVECOT = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin")
MISSING = "没有 dovecot，投诉邮箱没有在真实的 IMAP 服务器上测试：apt-get install dovecot-imapd"


def letter(text: str = "信用卡年费没有告知就扣了，要求退还。", **headers: str) -> bytes:
    message = EmailMessage()
    message["From"] = headers.pop("sender", "宋安宁 <song@customer.example>")
    message["To"] = "complaints@bank.example"
    message["Subject"] = headers.pop("subject", "投诉")
    message["Date"] = "Mon, 02 Mar 2026 10:00:00 +0800"
    message["Message-ID"] = headers.pop("id", "<one@customer.example>")
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def test_a_mail_is_a_contact_and_is_answered_once(bank):
    assert mailbox.take(letter())
    assert not mailbox.take(b"Received: by relay.example\r\n" + letter())
    row = Contact.objects.get()
    assert "年费" in row.text
    assert row.details["email"] == "song@customer.example"
    assert len(mail.outbox) == 1
    assert row.number in mail.outbox[0].body
    assert mail.outbox[0].extra_headers["In-Reply-To"] == "<one@customer.example>"


def test_threads_by_ids_and_by_the_signed_line_never_by_subject(bank):
    mailbox.take(letter())
    first = Contact.objects.get()
    ours = mail.outbox[0].extra_headers["Message-ID"]
    token = mail.outbox[0].body.rsplit("\n", 1)[1]
    mailbox.take(letter("补充一张账单", id="<two@customer.example>", In_Reply_To="<one@customer.example>"))
    mailbox.take(letter("再补充", id="<three@customer.example>", References=f"<lost@x.example> {ours}"))
    mailbox.take(letter(f"换了邮箱，编号在这里 {token}", id="<four@customer.example>", sender="other@x.example"))
    mailbox.take(letter("另一件事，主题相同", id="<five@customer.example>"))
    forged = token.replace(first.number, "LX2026-99999")
    mailbox.take(letter(f"伪造的编号 {forged}", id="<six@customer.example>"))
    mailbox.take(letter("回复补充", id="<seven@customer.example>", In_Reply_To="<two@customer.example>"))
    threads = [row.thread for row in Contact.objects.order_by("pk")]
    assert threads == ["", first.number, first.number, first.number, "", "", first.number]


def test_automatic_mail_is_kept_and_not_answered(bank):
    mailbox.take(letter(Auto_Submitted="auto-replied"))
    assert Contact.objects.count() == 1
    assert mail.outbox == []
    mailbox.take(letter(id=mails.our_id("LX2026-00001", "bank.example")))
    assert Contact.objects.count() == 1, "our own answer come back is no contact"


@pytest.mark.parametrize("charset", ["gb18030", "gb2312", "utf-8", None])
def test_old_mail_programs_are_read(bank, charset):
    told = "银行乱扣年费，要求退还"
    encoding = charset or "gb18030"
    declared = f'; charset="{charset}"' if charset else ""
    raw = (
        f"From: a@x.example\r\nMessage-ID: <{charset}@x.example>\r\nContent-Type: text/plain{declared}\r\n".encode()
        + "Subject: 投诉年费\r\n\r\n".encode(encoding) + told.encode(encoding)
    )  # fmt: skip
    mailbox.take(raw)
    row = Contact.objects.get()
    assert row.subject == "投诉年费"
    assert told in row.text


def test_pages_files_and_quotations(bank):
    message = EmailMessage()
    message["From"], message["Message-ID"], message["Subject"] = "a@x.example", "<page@x.example>", "投诉"
    message.set_content("<p>扣了<b>285</b>元</p><script>bad()</script><br>要求退", subtype="html")
    message.add_attachment(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", maintype="application", subtype="pdf",
                           filename="账单.pdf")  # fmt: skip
    message.add_attachment(b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="bad.exe")
    mailbox.take(message.as_bytes())
    row = Contact.objects.get()
    assert "扣了285元" in row.text
    assert "bad()" not in row.text
    assert [item.name for item in files.attachments_of(row)] == ["账单.pdf"]
    assert "bad.exe" in row.details["refused_files"][0]
    mailbox.take(letter("新的话\n\n在 2026年3月1日，客服 写道：\n> 旧的话", id="<quote@x.example>"))
    assert "旧的话" not in Contact.objects.latest("pk").text


def test_rubbish_is_kept_and_stops_nothing(bank):
    for place, raw in enumerate([b"\x00\xff\xfe", b"Subject: =?x?q?=", b"Content-Type: multipart/mixed\r\n\r\n--"]):
        mailbox.take(raw)
        assert Inbound.objects.count() == place + 1


ARRIVED = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(("sent", "counts"), [
    ("Mon, 02 Mar 2026 10:00:00 +0800", datetime(2026, 3, 2, 2, 0, tzinfo=UTC)),
    ("Tue, 03 Mar 2026 10:09:00 +0800", ARRIVED),
    ("Tue, 24 Feb 2026 10:01:00 +0800", datetime(2026, 2, 24, 2, 1, tzinfo=UTC)),
    ("Tue, 24 Feb 2026 09:59:00 +0800", ARRIVED), ("Sun, 02 Mar 1997 10:00:00 +0800", ARRIVED),
    ("Tue, 03 Mar 2026 10:11:00 +0800", ARRIVED), ("nonsense", ARRIVED),
])  # fmt: skip
def test_a_mails_own_date_counts_only_near_its_arrival(bank, sent, counts, client_of):
    raw = letter().replace(b"Mon, 02 Mar 2026 10:00:00 +0800", sent.encode())
    mailbox.take(raw, arrived=ARRIVED)
    row = Contact.objects.get()
    assert row.received_at == counts
    assert row.details["arrived_at"] == ARRIVED.isoformat()
    assert bool(row.details["sent_at"]) == (sent != "nonsense")
    mailbox.take(b"Received: again\r\n" + raw, arrived=ARRIVED + timedelta(days=1))
    row.refresh_from_db()
    assert row.details["arrived_at"] == ARRIVED.isoformat(), "the second delivery of a mail moves nothing"
    shown = client_of("complaints").get(row.get_absolute_url()).content.decode()
    assert "到达邮箱" in shown


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Run dovecot for one mailbox; yield its address and its folder of new mail."""
    if DOVECOT is None:
        pytest.skip(MISSING)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = Path("/tmp") / f"xb-dovecot-{os.getpid()}-{port}"  # dovecot's sockets need a short path
    user = "root" if os.geteuid() == 0 else os.environ.get("USER", "nobody")
    new = base / "mail/new"
    for folder in (new, base / "mail/cur", base / "mail/tmp"):
        folder.mkdir(parents=True)
    owner = (65534, 65534) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    (base / "users").write_text(f"box:{{PLAIN}}secret:{owner[0]}:{owner[1]}::{base}::userdb_mail=maildir:{base}/mail\n")
    for path in (base, base / "mail", new, base / "mail/cur", base / "mail/tmp"):
        os.chown(path, *owner)
    config = base / "dovecot.conf"
    login, internal = ("dovenull", "dovecot") if user == "root" else (user, user)
    config.write_text(
        f"base_dir = {base}/run\nprotocols = imap\nlisten = 127.0.0.1\nssl = no\nlog_path = {base}/log\n"
        "disable_plaintext_auth = no\nfirst_valid_uid = 1\n"
        f"default_login_user = {login}\ndefault_internal_user = {internal}\n"
        f"service imap-login {{\n inet_listener imap {{\n port = {port}\n }}\n"
        " inet_listener imaps {\n port = 0\n }\n}\n"
        f"passdb {{\n driver = passwd-file\n args = {base}/users\n}}\n"
        f"userdb {{\n driver = passwd-file\n args = {base}/users\n}}\n"
    )
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)])
    try:
        for _try in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"imap://box:secret@127.0.0.1:{port}/INBOX", new
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(base, ignore_errors=True)


def post(new: Path, name: str, raw: bytes) -> None:
    (new / name).write_bytes(raw)
    if os.geteuid() == 0:
        os.chown(new / name, 65534, 65534)


def test_a_real_server_is_read_once_and_again(bank, server):
    address, new = server
    post(new, "1.a", letter())
    post(new, "2.b", letter("第二封", id="<two@customer.example>", In_Reply_To="<one@customer.example>"))
    os.utime(new / "2.b", (ARRIVED.timestamp(), ARRIVED.timestamp()))  # a maildir's INTERNALDATE
    assert mailbox.read_new(address) == 2
    assert mailbox.read_new(address) == 0
    second = Contact.objects.get(text__contains="第二封")
    assert second.details["arrived_at"] == ARRIVED.isoformat()
    assert second.received_at == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    post(new, "3.c", letter())  # the same mail, delivered twice
    post(new, "4.d", letter("第三封", id="<three@customer.example>"))
    assert mailbox.read_new(address) == 1
    assert Contact.objects.count() == 3
    assert Contact.objects.order_by("pk")[1].thread == Contact.objects.order_by("pk")[0].number
    with pytest.raises(Refused, match="连接失败"):
        mailbox.read_new(address.replace("secret", base64.b16encode(b"wrong").decode()))


def test_no_mailbox_is_nothing_and_a_wrong_address_is_told(bank):
    assert mailbox.read_new("") == 0
    with pytest.raises(Refused, match="地址写错"):
        mailbox.read_new("http://x/")
