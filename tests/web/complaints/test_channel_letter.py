"""Letters as scans: registered at once, read page by page, what is unread is said, completed beside the picture."""

from __future__ import annotations

import importlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from xiaobao_web.complaints.models import Contact, FieldCheck, LetterScan
from xiaobao_web.complaints.services import register, scans
from xiaobao_web.kernel import files, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.people.services import appoint

pytestmark = pytest.mark.django_db
FIRST = ("投诉信", "我叫宋安宁，电话13800004321。", "信用卡分期没有说明手续费，", "要求退还285元。")
SECOND = ("另外客服态度很差，", "请书面答复。")


def sheet(lines: tuple[str, ...] = (), *, scribble: bool = False, size: tuple[int, int] = (900, 600)) -> Image.Image:

    fonts = sorted((Path(__file__).parents[3] / "src/xiaobao_web/vendor/fonts").glob("*.ttf"))
    if lines and not fonts:
        pytest.skip("没有中文字体，来信识别没有测试：make assets")
    page = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(page)
    for place, line in enumerate(lines):
        pen.text((60, 60 + 80 * place), line, font=ImageFont.truetype(str(fonts[0]), 40), fill="black")
    if scribble:
        pen.line((80, 80, 820, 520), fill="black", width=5)
    return page


def file_of(*pages: Image.Image, name: str = "来信.pdf") -> SimpleUploadedFile:
    out = io.BytesIO()
    kind = {"pdf": "PDF", "tif": "TIFF", "jpg": "JPEG", "png": "PNG"}[name.rsplit(".", 1)[1]]
    more: dict[str, Any] = {"save_all": True, "append_images": pages[1:]} if kind in ("PDF", "TIFF") else {}
    pages[0].save(out, kind, **more)
    return SimpleUploadedFile(name, out.getvalue())


@pytest.fixture
def take(bank, django_capture_on_commit_callbacks):
    def run(*uploads: SimpleUploadedFile, by: str = "complaints", **values: Any) -> LetterScan:
        with django_capture_on_commit_callbacks(execute=True):
            scan, _refused = scans.upload(list(uploads), by=bank[by], **values)
        return LetterScan.objects.select_related("contact").get(pk=scan.pk)

    return run


def test_a_letter_of_several_pages_is_read_page_by_page(take, bank):
    scan = take(file_of(sheet(FIRST), sheet(SECOND)))
    assert (scan.state, scan.total, len(scan.pages), scan.unread) == ("done", 2, 2, [])
    text = scan.contact.text
    assert text.index("宋安宁") < text.index("书面答复")
    assert scan.contact.ticket["ticket"]["phone"] == "13800004321"
    assert scan.contact.kind_proposed == "complaint"
    assert [item.name for item in files.attachments_of(scan.contact)] == ["来信.pdf"]
    for page in scan.pages:
        for line in page["lines"]:
            x0, y0, x1, y1 = line["box"]
            assert 0 <= x0 < x1 <= page["width"] + 2
            assert 0 <= y0 < y1 <= page["height"] + 2


def test_the_same_files_again_are_the_same_letter(take):
    first = take(file_of(sheet(), name="空白.png"), file_of(sheet(scribble=True), name="手写.png"))
    again = take(file_of(sheet(scribble=True), name="别名.png"), file_of(sheet(), name="空白.png"))
    assert first.pk == again.pk
    assert Contact.objects.count() == 1


def test_what_cannot_be_read_is_said_never_silent(take, bank, client_of):
    scan = take(file_of(sheet(), name="空白页.png"), file_of(sheet(scribble=True), name="手写.png"))
    assert scan.unread == [2]
    assert "第 2 页没有识别出文字" in scan.contact.text
    assert "第 1 页" not in scan.contact.text, "an empty page hides nothing"
    shown = client_of("complaints").get(scan.get_absolute_url()).content.decode()
    assert "没有识别出文字的页：2" in shown
    assert journal.events_of(scan.contact).filter(type="complaints.scan_read").get().facts["unread"] == 1


def test_a_broken_file_is_a_page_that_says_why(take):
    broken = SimpleUploadedFile("坏.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
    scan = take(broken, file_of(sheet(SECOND), name="好.tif"))
    assert scan.state == "done"
    assert scan.unread == [1]
    assert scan.pages[0]["issues"]
    assert "书面答复" in scan.contact.text


def test_pages_of_a_tiff_and_one_that_lay_sideways(take):
    scan = take(file_of(sheet(FIRST), sheet(SECOND).rotate(90, expand=True), name="扫描.tif"))
    assert len(scan.pages) == 2
    assert "宋安宁" in scan.pages[0]["text"]
    assert "书面答复" in scan.pages[1]["text"]
    assert any("方向不正" in sentence for sentence in scan.pages[1]["issues"])


def test_a_clerk_writes_beside_the_picture_and_the_machines_words_stay(take, bank, client_of):
    scan = take(file_of(sheet(scribble=True), name="手写.png"))
    client = client_of("complaints")
    words = "我叫宋安宁，电话13800004321，信用卡年费乱扣，要求退还100元。"
    saved = client.post(scan.get_absolute_url(), {"text": [words], "action": "fill"})
    assert saved.status_code == 302
    scan.refresh_from_db()
    assert scan.unread == []
    assert Contact.objects.get().text == words
    assert Contact.objects.get().ticket["ticket"]["phone"] == "13800004321"
    page = client.get(saved["Location"])
    assert '<mark data-field="phone">13800004321</mark>' in page.content.decode()
    assert "来信扫描件" in page.content.decode()
    form = page.context["form"]
    data = {field.name: field.value() for field in form if field.value() not in (None, False, "")}
    data.pop("received_at")
    done = client.post(reverse("complaint_take_down"), {
        **data, "contact": scan.contact_id, "text": words, "action": "save", "kind": "complaint",
        "unit": bank.units["branch"].pk,
    })  # fmt: skip
    assert done.status_code == 302, done.content.decode()[:2000]
    row = Contact.objects.get()
    assert row.case is not None
    assert row.case.phone == "13800004321"
    assert row.case.received_at == scan.contact.received_at
    assert FieldCheck.objects.filter(contact=row).exists()
    assert client.get(reverse("complaint_take_down"), {"contact": row.pk}).status_code in (409, 422)


def test_reading_goes_on_after_a_crash_with_the_pages_that_are_left(take, bank, monkeypatch):
    scan = take(file_of(sheet(FIRST), sheet(SECOND)))
    kept = scan.pages[0]
    LetterScan.objects.filter(pk=scan.pk).update(pages=[{**kept, "text": "第一页已由人改写"}], state="running")
    assert scans.read_scan(scan.pk) == 2
    scan.refresh_from_db()
    assert scan.pages[0]["text"] == "第一页已由人改写"
    assert [page["page"] for page in scan.pages] == [1, 2]
    assert scans.read_scan(scan.pk) == 0


def test_only_pictures_and_pdf_and_only_who_may(take, bank):
    with pytest.raises(BadValue, match="PDF 或图片"):
        scans.upload([SimpleUploadedFile("信.csv", b"a,b\n1,2\n")], by=bank["complaints"])
    with pytest.raises(BadValue):
        scans.upload([], by=bank["complaints"])
    with pytest.raises(Forbidden):
        scans.upload([file_of(sheet(), name="信.png")], by=bank["submitter"])


def test_pages_upload_watch_and_picture(bank, client_of, django_capture_on_commit_callbacks):
    client = client_of("complaints")
    assert client.get(reverse("complaint_scan_new")).status_code == 200
    assert client.post(reverse("complaint_scan_new"), {}).status_code == 422
    made = client.post(reverse("complaint_scan_new"), {
        "file": [file_of(sheet(scribble=True), name="来信第一页.png"), SimpleUploadedFile("a.exe", b"MZ\x90\x00")],
    })  # fmt: skip
    assert made.status_code == 302
    waiting = client.get(made["Location"], follow=True).content.decode()
    assert 'hx-trigger="every 2s"' in waiting, "the job has not run: on_commit waits in a test"
    assert "a.exe" in waiting
    scan = LetterScan.objects.get()
    assert "来信扫描件 1 个文件" in scan.contact.text
    scans.read_scan(scan.pk)
    shown = client.get(made["Location"]).content.decode()
    assert 'hx-trigger="every 2s"' not in shown
    picture = client.get(reverse("complaint_scan_page", args=[scan.contact_id, 1]))
    assert picture["Content-Type"] == "image/png"
    assert b"".join(picture.streaming_content)[:4] == b"\x89PNG"
    assert client.get(reverse("complaint_scan_page", args=[scan.contact_id, 9])).status_code == 404
    assert client_of("other_branch").get(made["Location"]).status_code in (403, 404)
    opened = journal.events_of(scan.contact).filter(type="complaints.scan_opened")
    assert opened.exists()


def test_the_same_letter_at_another_branch_is_told_not_lost(flow, bank, client_of):
    appoint(person=bank["other_branch"], role="liaison", organisation=bank.units["branch_two"], by=None)
    page = file_of(sheet(size=(200, 100)), name="信.png")
    values = {"received_at": "2026-03-02T09:00", "unit": bank.units["branch"].pk}
    first = client_of("complaints").post(reverse("complaint_scan_new"), {**values, "file": page})
    assert first.status_code == 302
    page.seek(0)
    again = client_of("other_branch").post(
        reverse("complaint_scan_new"), {"received_at": values["received_at"], "file": page}
    )
    assert again.status_code == 422
    shown = again.content.decode()
    assert "已由其他机构登记" in shown
    assert Contact.objects.get().number not in shown


def test_a_number_no_key_can_have_is_not_found(bank, client_of):
    address = reverse("complaint_scan", args=[1]).replace("/1/", f"/{10**20}/")
    assert client_of("complaints").get(address).status_code == 404


def test_a_check_before_anybody_told_the_letter_apart_is_refused(flow, bank, client_of):
    contact = register(channel="letter", text="信用卡年费没有告知", by=bank["liaison"])
    answer = client_of("complaints").post(contact.get_absolute_url(), {"action": "check_kind", "agree": "1"})
    assert answer.status_code in (403, 409, 422)
    contact.refresh_from_db()
    assert contact.state == "new"


def test_pictures_of_a_letter_go_with_the_letter_and_not_before(take, bank, client_of):
    scan = take(file_of(sheet(scribble=True), name="手写.png"))
    (attached,) = files.attachments_of(scan.contact)
    picture = StoredFile.objects.get(pk=scan.pages[0]["file"])
    assert picture.pk != attached.stored_id
    assert files.is_used(picture)
    assert scans.forget() == 0
    StoredFile.objects.filter(pk=attached.stored_id).update(purged_at=timezone.now())
    assert scans.forget() == 1
    scan.refresh_from_db()
    picture.refresh_from_db()
    assert (scan.pages[0]["file"], scan.pages[0]["page"]) == (None, 1)
    assert picture.purged_at is not None
    assert scans.forget() == 0
    shown = client_of("complaints").get(scan.get_absolute_url())
    assert shown.status_code == 200


def test_pictures_of_letters_of_before_are_named(take):
    scan = take(file_of(sheet(scribble=True), name="手写.png"))
    scan.pictures.clear()
    importlib.import_module("xiaobao_web.complaints.migrations.0016_pictures_named").name(apps, None)
    assert [row.pk for row in scan.pictures.all()] == [scan.pages[0]["file"]]
