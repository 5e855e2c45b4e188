"""What comes along with a complaint is stored file by file: a bad one and too many are told, the rest stay."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.complaints.models import Contact
from xiaobao_web.complaints.services.uploads import MOST, store_each
from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import BadUpload

pytestmark = pytest.mark.django_db


def given(count: int) -> list[SimpleUploadedFile]:
    bad = SimpleUploadedFile("bad\u202e.exe", b"MZ\x90\x00")
    return [bad, *(SimpleUploadedFile(f"{n}.txt", f"第{n}页".encode()) for n in range(count))]


def test_a_bad_one_loses_none_of_the_others_and_too_many_are_told(bank):
    taken, refused = store_each(given(MOST), by=bank["liaison"])
    assert [name for _row, name in taken] == [f"{n}.txt" for n in range(MOST - 1)]
    assert refused[0].startswith("bad .exe：")
    assert f"最多 {MOST} 个" in refused[1]
    assert len(refused) == 2


def test_who_takes_only_some_kinds_refuses_the_others_alike(bank):
    def none(upload):
        raise BadUpload("请传图片。")

    assert store_each(given(1), by=bank["liaison"], store=none) == ([], ["bad .exe：请传图片。", "0.txt：请传图片。"])


def test_files_of_a_registered_contact_are_kept_once_and_the_bad_one_is_told(flow, bank, client_of):
    given_twice = [*given(1), SimpleUploadedFile("又一次.txt", "第0页".encode())]
    values = {"channel": "call", "text": "年费收错了，要求退还。", "kind": "complaint", "urgency": "normal",
              "people_count": "1", "unit": bank.units["branch"].pk, "file": given_twice}  # fmt: skip
    answer = client_of("liaison").post(reverse("complaint_register"), values, follow=True)
    row = Contact.objects.get()
    assert [item.name for item in files.attachments_of(row)] == ["0.txt"]
    assert "bad.exe：" in answer.content.decode()


def test_a_programs_key_is_no_purpose_that_people_read(flow, bank, client_of):
    values = {"channel": "call", "text": "年费收错了，要求退还。", "kind": "complaint", "urgency": "normal",
              "people_count": "1", "unit": bank.units["branch"].pk, "file": given(1)}  # fmt: skip
    client_of("liaison").post(reverse("complaint_register"), values)
    row = Contact.objects.get()
    assert [item.purpose for item in files.attachments_of(row)] == ["contact"]
    shown = client_of("liaison").get(reverse("files_of", args=["complaints.contact", row.pk])).content.decode()
    assert "0.txt" in shown
    assert "contact · " not in shown
