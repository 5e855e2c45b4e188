"""The dossier: a PDF whose words can be read in its own font, a zip whose manifest holds; retention and hold."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest

from xiaobao_web.kernel import files
from xiaobao_web.reviews import dossier, services
from xiaobao_web.reviews.models import Review

pytestmark = pytest.mark.skipif(not any(dossier.FONTS.glob("*.ttf")), reason="字体未安装，请先运行 make assets")


def archived(bank: Any, flow: Any) -> Review:
    review = flow.issued("五一假期营业安排：5月1日至3日休息。", "pass")
    services.note_not_launched(review, by=bank["reviewer"], note="活动取消")
    flow.do(services.archive, review, by=bank["reviewer"])
    return Review.objects.get(pk=review.pk)


def test_pdf_has_the_words_in_its_font(bank: Any, flow: Any) -> None:
    import pypdfium2

    review = archived(bank, flow)
    row = files.attachments_of(review, "dossier").get()
    with files.open_stored(row.stored) as file:
        content = file.read()
    document = pypdfium2.PdfDocument(content)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    for wanted in ("消费者权益保护审查档案", review.number, "落实核验", "褚审查", "活动取消"):
        assert wanted in words
    assert b"NotoSansSC" in content
    document.close()


def test_zip_holds_what_its_manifest_says(bank: Any, flow: Any) -> None:
    review = archived(bank, flow)
    row = files.attachments_of(review, "archive").get()
    with files.open_stored(row.stored) as file:
        packed = zipfile.ZipFile(io.BytesIO(file.read()))
    listed = json.loads(packed.read("manifest.json"))["files"]
    assert {item["path"] for item in listed} == set(packed.namelist()) - {"manifest.json"}
    for item in listed:
        assert hashlib.sha256(packed.read(item["path"])).hexdigest() == item["sha256"]
    assert any(item["path"].startswith("材料/") for item in listed)
    assert any("意见书" in item["path"] for item in listed)


def test_retention_and_hold(bank: Any, flow: Any) -> None:
    review = archived(bank, flow)
    row = files.attachments_of(review, "dossier").get()
    assert row.retain_until == dossier.retain_until(review)
    assert row.retain_until.year == review.archived_at.year + 10
    services.hold(review, by=bank["office"], reason="(2026)民初字第1号")
    row.refresh_from_db()
    assert row.hold_reason
    services.hold(review, by=bank["office"], reason="")
    row.refresh_from_db()
    assert not row.hold_reason


def test_the_office_chooses_the_class_of_retention(bank: Any, flow: Any, client_of: Any) -> None:
    from django.urls import reverse

    from xiaobao_web.kernel import journal

    review = archived(bank, flow)
    url = reverse("review_dossier", args=[review.pk])
    page = client_of("office").get(url).content.decode()
    assert f"{review.archived_at.year + 10}年" in page or f"{review.archived_at.year + 10}-" in page
    assert "更改保管类别" not in client_of("reviewer").get(url).content.decode()
    wanted = {"action": "retention", "retention": "marketing"}
    assert client_of("reviewer").post(url, wanted).status_code == 403
    assert client_of("office").post(url, wanted | {"retention": "none"}).status_code == 422
    assert client_of("office").post(url, wanted).status_code == 302
    kept = files.attachments_of(review).filter(purpose__in=["dossier", "archive"])
    assert {row.retain_until.year for row in kept} == {review.archived_at.year + 5}
    assert "营销宣传档案" in journal.sentence(journal.events_of(review).last())
    services.keep_as(review, retention="permanent", by=bank["legal"])
    assert {row.retain_until for row in kept.all()} == {None}
    assert "永久" in client_of("office").get(url).content.decode()
