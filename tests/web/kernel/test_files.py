"""Files: stored once and whole, refused with a reason, attached, handed out by permission, held and purged."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
import tracemalloc
from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from xiaobao_web.kernel import blobs, files, journal, scans
from xiaobao_web.kernel.errors import BadUpload, Refused
from xiaobao_web.kernel.models import Attachment, Event, RetentionClass, ScanState, StoredFile

pytestmark = pytest.mark.django_db
LABEL = "people.organisation"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def png(side: int = 20) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "white").save(out, "PNG")
    return out.getvalue()


def wav(size: int = 5000) -> bytes:
    data = bytes(number % 251 for number in range(size))
    return (
        b"RIFF"
        + struct.pack("<I", size + 36)
        + b"WAVEfmt "
        + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 8000, 1, 8)
        + (b"data" + struct.pack("<I", size) + data)
    )


def store(data: bytes = b"", name: str = "a.png", by=None, **values) -> StoredFile:
    return files.store(io.BytesIO(data or png()), name=name, by=by, **values)


@pytest.fixture
def guarded(bank, monkeypatch):
    """Let the retail department's files be seen by its people and the office, changed by its people only."""
    home = bank.units["retail"].pk
    monkeypatch.setattr(files, "GUARDS", {})
    files.guard(
        LABEL,
        lambda user, subject_id: subject_id == home and (user.unit_id == home or "office" in user.roles_now()),
        lambda user, subject_id: user.unit_id == home,
    )
    return bank.units["retail"]


class Daemon:
    """A peer that speaks clamd's INSTREAM over TCP, and says what it was sent."""

    def __init__(self, reply: bytes = b"stream: OK\0") -> None:
        self.reply, self.received = reply, b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self.socket.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _peer = self.socket.accept()
                with link:
                    self.answer(link.makefile("rb"), link)

    def answer(self, stream, link) -> None:
        assert stream.read(10) == b"zINSTREAM\0"
        while size := struct.unpack(">I", stream.read(4))[0]:
            self.received += stream.read(size)
        link.sendall(b"stream: Eicar-Test-Signature FOUND\0" if b"EICAR" in self.received else self.reply)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join(5)


@pytest.fixture
def daemon(settings):
    peer = Daemon()
    settings.CLAMAV_SOCKET = peer.address
    yield peer
    peer.close()


# Storing


def test_content_is_stored_once_whatever_its_name(bank, settings):
    first, second = store(png(), "a.png", bank["submitter"]), store(png(), "b.PNG", bank["office"])
    assert first.pk == second.pk
    assert (first.state, first.media_type, first.size) == ("clean", "image/png", len(png()))
    assert first.added_by == bank["submitter"]
    with files.open_stored(first) as file:
        assert file.read() == png()
    assert [path.name for path in (blobs.path_of(first.sha256)).parent.iterdir()] == [first.sha256]
    assert list((Path(settings.MEDIA_ROOT) / blobs.INCOMING).iterdir()) == []


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b" ", "a.exe", "程序或脚本"),
        (b" ", "合同.pdf.js", "程序或脚本"),
        (b" ", "a.exe. ", "程序或脚本"),
        (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff", "a.txt", "可执行程序"),
        (bytes(range(256)), "a.pdf", "认不出文件的类型"),
        (b" ", "a.xyz", "不接收 .xyz 文件"),
        (png(), "a.pdf", "内容却是PNG 图片"),
        (b"<html><script>1</script></html>", "a.png", "内容却是网页"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99 + "EncryptedPackage\0".encode("utf-16-le"),
            "a.docx",
            "去除密码",
        ),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(data, name, words):
    with pytest.raises(BadUpload, match=words):
        store(data, name)
    assert not StoredFile.objects.exists()


def test_empty_and_too_large_files_are_refused_and_leave_nothing(settings):
    with pytest.raises(BadUpload, match="空的"):
        files.store(io.BytesIO(b""), name="a.txt", by=None)
    with pytest.raises(BadUpload, match="超过 1 MB"):
        store(b"a" * (3 << 20), "a.txt", limit=1 << 20)
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_file_of_a_hundred_megabytes_takes_little_memory():
    class Long:
        left = 100

        def read(self, size: int) -> bytes:
            self.left -= 1
            return b"a line of text..\n"[:16] * (1 << 16) if self.left >= 0 else b""

    tracemalloc.start()
    stored = files.store(Long(), name="a.txt", by=None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert stored.size == 100 << 20
    assert peak < 12 << 20


@pytest.mark.slow
def test_kill_in_the_middle_never_leaves_a_row_without_its_bytes(tmp_path):
    """A process that stores files is killed at many moments: each row has its whole bytes."""
    child = (
        "import django, io, itertools, os; django.setup()\n"
        "from django.core.management import call_command; call_command('migrate', verbosity=0)\n"
        "from xiaobao_web.kernel import files\n"
        "print('ready', flush=True)\n"
        "for n in itertools.count():\n"
        "    data = io.BytesIO(f'{os.getpid()} {n} '.encode() * 90000)\n"
        "    files.store(data, name='a.txt', by=None); print(n, flush=True)\n"
    )
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "xiaobao_web.settings", "XIAOBAO_VAR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'kill.sqlite3'}",
    }  # fmt: skip
    for moment in (0.0, 0.013, 0.031):
        process = subprocess.Popen([sys.executable, "-c", child], env=environment, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        while process.stdout.readline().strip() not in ("0", ""):
            pass
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    import hashlib
    import sqlite3

    link = sqlite3.connect(tmp_path / "kill.sqlite3")
    rows = link.execute("SELECT sha256 FROM kernel_storedfile").fetchall()
    link.close()
    assert len(rows) >= 3
    for (sha256,) in rows:
        path = tmp_path / "files" / sha256[:2] / sha256[2:4] / sha256
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def test_sweeping_takes_only_what_is_old_and_has_no_row():
    stored = store()
    fresh = blobs.take_in([b"a"], lambda size: None)
    blobs.settle(fresh)
    orphan = blobs.take_in([b"b"], lambda size: None)
    blobs.settle(orphan)
    half = blobs.take_in([b"c"], lambda size: None)
    for path in (blobs.path_of(stored.sha256), blobs.path_of(orphan.sha256), half.path):
        os.utime(path, (1, 1))
    assert files.sweep() == 2
    assert blobs.path_of(stored.sha256).exists()
    assert blobs.path_of(fresh.sha256).exists()
    assert not blobs.path_of(orphan.sha256).exists()


# Scanning


def test_blocked_content_is_kept_but_handed_to_nobody():
    stored = store(SVG, "a.svg")
    assert stored.state == ScanState.BLOCKED
    assert "事件处理代码" in stored.reason
    with pytest.raises(Refused, match="已被拦截"):
        files.open_stored(stored)
    with files.open_stored(stored, parse_only=True) as file:
        assert file.read() == SVG
    assert Event.objects.filter(type="kernel.file_blocked").count() == 1


def test_only_markup_may_be_parsed_while_blocked():
    stored = store(b"a,b\n1,=cmd|'/c calc'!A0\n", "a.csv")
    assert stored.state == ScanState.BLOCKED
    with pytest.raises(Refused):
        files.open_stored(stored, parse_only=True)


def test_the_scanner_of_viruses_is_asked(daemon):
    assert store(b"harmless", "a.txt").state == ScanState.CLEAN
    assert daemon.received == b"harmless"
    stored = store(b"EICAR", "b.txt")
    assert stored.state == ScanState.BLOCKED
    assert "Eicar-Test-Signature" in stored.reason


def test_a_unix_socket_serves_too(settings, tmp_path):
    peer = Daemon()
    peer.close()
    peer.socket = socket.socket(socket.AF_UNIX)
    peer.socket.bind(str(tmp_path / "clamd"))
    peer.socket.listen()
    peer.thread = threading.Thread(target=peer.serve, daemon=True)
    peer.thread.start()
    settings.CLAMAV_SOCKET = str(tmp_path / "clamd")
    assert store(b"EICAR", "b.txt").state == ScanState.BLOCKED
    peer.close()


def test_while_the_scanner_cannot_be_reached_files_wait_and_are_scanned_later(
    settings, django_capture_on_commit_callbacks
):
    peer = Daemon()
    peer.close()
    settings.CLAMAV_SOCKET = peer.address
    told: list[StoredFile] = []
    files.after_store.append(told.append)
    with django_capture_on_commit_callbacks(execute=True):
        stored = store(b"harmless", "a.txt")
    files.after_store.remove(told.append)
    assert stored.state == ScanState.WAITING
    assert told == [stored]
    with pytest.raises(Refused, match="等待安全检查"):
        files.open_stored(stored)
    assert scans.scan_waiting() == (0, 1)
    peer = Daemon()
    settings.CLAMAV_SOCKET = peer.address
    assert scans.scan_waiting() == (1, 0)
    peer.close()
    stored.refresh_from_db()
    assert (stored.state, stored.released) == (ScanState.CLEAN, True)


def test_a_scanner_that_could_not_finish_releases_nothing(settings):
    peer = Daemon(b"INSTREAM size limit exceeded. ERROR\0")
    settings.CLAMAV_SOCKET = peer.address
    stored = store(b"harmless", "a.txt")
    peer.close()
    assert stored.state == ScanState.FAILED
    assert "size limit exceeded" in stored.reason


# Attaching and handing out


def attached(unit, by, data: bytes = b"", name: str = "海报.png", **values) -> Attachment:
    return files.attach(unit, store(data, name), name=name, purpose="送审材料", by=by, **values)


def test_attaching_and_removing_are_events(guarded, bank):
    row = attached(guarded, bank["submitter"])
    assert list(files.attachments_of(guarded)) == [row]
    assert journal.sentence(journal.events_of(guarded).last()) == "周送审 为 零售金融部 添加附件 海报.png"
    files.remove(row, by=bank["submitter"])
    assert list(files.attachments_of(guarded)) == []
    assert Attachment.objects.filter(pk=row.pk).exists()
    assert blobs.path_of(row.stored.sha256).exists()
    with pytest.raises(Refused):
        files.remove(row, by=bank["submitter"])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\temp\\合同.png", "合同.png"),
        ("../../etc/a.png", "a.png"),
        ('a"\r\nX: y.png', "aX y.png"),
        ("合同\u202egnp.png", "合同gnp.png"),
        (".png", "png.png"),
        ("a" * 400 + ".png", "a" * 150 + ".png"),
        ("合同", "合同.png"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert files.clean_name(given, StoredFile(suffix=".png")) == kept


def test_a_picture_is_shown_in_place_and_sealed(guarded, bank, client_of):
    row = attached(guarded, bank["submitter"])
    answer = client_of("submitter").get(reverse("open_file", args=[row.pk]))
    assert b"".join(answer.streaming_content) == png()
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''%E6%B5%B7%E6%8A%A5.png"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].endswith("sandbox")
    again = client_of("submitter").get(reverse("open_file", args=[row.pk]), headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304


def test_what_a_browser_would_run_is_only_downloaded(guarded, bank, client_of):
    row = attached(guarded, bank["submitter"], b"<html><body>hello</body></html>", "页面.html")
    answer = client_of("submitter").get(reverse("open_file", args=[row.pk]))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=5000-", 206, 5000, 5044),
        ("bytes=-44", 206, 5000, 5044),
        ("bytes=0-99999", 206, 0, 5044),
        ("bytes=6000-", 416, 0, 0),
        ("bytes=abc", 200, 0, 5044),
        ("bytes=0-1,4-5", 200, 0, 5044),
    ],
)
def test_a_recording_is_handed_out_in_parts(guarded, bank, client_of, asked, status, first, last):
    row = attached(guarded, bank["submitter"], wav(), "通话.wav")
    answer = client_of("submitter").get(reverse("open_file", args=[row.pk]), headers={"Range": asked})
    assert answer.status_code == status
    body = b"".join(answer.streaming_content) if answer.streaming else b""
    assert body == wav()[first:last]
    if status == 206:
        assert answer["Content-Range"] == f"bytes {first}-{last - 1}/5044"
        assert answer["Content-Length"] == str(last - first)


def test_opening_personal_files_is_an_event_once_a_playing(guarded, bank, client_of):
    row = attached(guarded, bank["submitter"], wav(), "通话.wav", personal=True)
    client = client_of("office")
    for part in ("bytes=0-99", "bytes=100-199", "bytes=200-"):
        assert b"".join(client.get(reverse("open_file", args=[row.pk]), headers={"Range": part}).streaming_content)
    events = Event.objects.filter(type="kernel.file_opened")
    assert [journal.sentence(event) for event in events] == ["韩消保 打开了 零售金融部 含个人信息的附件 通话.wav"]


def test_strangers_find_nothing_and_readers_change_nothing(guarded, bank, client_of):
    row = attached(guarded, bank["submitter"])
    address, of = reverse("open_file", args=[row.pk]), [LABEL, guarded.pk]
    assert client_of("stranger").get(address).status_code == 404
    assert client_of("stranger").post(reverse("remove_file", args=[row.pk])).status_code == 404
    assert client_of("stranger").get(reverse("files_of", args=of)).status_code == 404
    assert client_of("stranger").post(reverse("add_files", args=of)).status_code == 404
    assert client_of("office").post(reverse("remove_file", args=[row.pk])).status_code == 403
    assert client_of("office").post(reverse("add_files", args=of)).status_code == 403
    assert client_of("office").post(address).status_code == 405
    assert client_of("office").get(reverse("add_files", args=of)).status_code == 405
    assert client_of("office").get(reverse("files_of", args=["people.person", 1])).status_code == 404
    assert client_of("office").get(reverse("open_file", args=[10**6])).status_code == 404


def test_blocked_files_are_not_handed_out(guarded, bank, client_of):
    row = attached(guarded, bank["submitter"], SVG, "图.svg")
    answer = client_of("submitter").get(reverse("open_file", args=[row.pk]))
    assert answer.status_code == 409
    assert "已被拦截" in answer.content.decode()


def test_uploading_by_a_page_keeps_the_good_and_says_why_not_the_others(guarded, client_of):
    chosen = [SimpleUploadedFile("海报.png", png()), SimpleUploadedFile("a.exe", b"MZ")]
    answer = client_of("submitter").post(
        reverse("add_files", args=[LABEL, guarded.pk]),
        {"file": chosen, "purpose": "送审材料"},
        headers={"HX-Request": "true"},
    )
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "a.exe：不接收程序或脚本文件" in text
    assert [row.name for row in files.attachments_of(guarded)] == ["海报.png"]
    assert "海报.png" in text
    answer = client_of("submitter").post(
        reverse("add_files", args=[LABEL, guarded.pk]), {"next": "https://evil.example/"}
    )
    assert answer.status_code == 422
    assert "请选择要上传的文件" in answer.content.decode()


# Holding and purging


def test_purging_respects_dates_holds_classes_and_other_uses(guarded, bank):
    past = date(2020, 1, 1)
    due = attached(guarded, bank["submitter"], retain_until=past)
    held = attached(guarded, bank["submitter"], b"held", "b.txt", retain_until=past)
    files.hold([held], by=bank["office"], reason="诉讼")
    kept = attached(guarded, bank["submitter"], b"kept", "c.txt", retain_until=past, retention=RetentionClass.PERMANENT)
    shared = attached(guarded, bank["submitter"], b"shared", "d.txt", retain_until=past)
    other = attached(guarded, bank["submitter"], b"shared", "d.txt")
    assert files.purge_due() == 2
    assert set(Attachment.objects.all()) == {held, kept, other}
    assert Event.objects.filter(type="kernel.file_purged").count() == 2
    due.stored.refresh_from_db()
    assert due.stored.purged_at is not None
    with pytest.raises(Refused, match="保存期限"):
        files.open_stored(due.stored)
    with pytest.raises(Refused, match="诉讼"):
        files.remove(held, by=bank["submitter"])
    assert blobs.path_of(shared.stored.sha256).exists()
    assert files.purge_due() == 0
    assert not blobs.path_of(due.stored.sha256).exists()
    files.hold([held], by=bank["office"], reason="")
    assert files.purge_due() == 1


def test_purged_content_can_be_stored_anew(guarded, bank):
    row = attached(guarded, bank["submitter"], retain_until=date(2020, 1, 1))
    files.purge_due()
    again = store()
    assert again.pk == row.stored_id
    assert again.released
    assert files.purge_due() == 0
    with files.open_stored(again) as file:
        assert file.read() == png()


def test_the_list_of_what_is_not_released(bank, client_of):
    stored = store(SVG, "a.svg")
    page = client_of("admin").get(reverse("unreleased_files"))
    assert "事件处理代码" in page.content.decode()
    again = reverse("scan_again", args=[stored.pk])
    assert client_of("admin").post(again).status_code == 302
    assert client_of("admin").get(again).status_code == 405
    assert client_of("submitter").post(again).status_code == 403
    assert client_of("submitter").get(reverse("unreleased_files")).status_code == 403
    assert client_of("admin").post(reverse("scan_again", args=[10**6])).status_code == 404


def test_bytes_lie_under_their_hash(settings):
    stored = store()
    path = Path(settings.MEDIA_ROOT) / stored.sha256[:2] / stored.sha256[2:4] / stored.sha256
    assert path.read_bytes() == png()
