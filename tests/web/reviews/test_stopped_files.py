"""A file the safety check stopped: the sender sees why, nothing is handed on with it, a release lets it be read."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.kernel import releases
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.kernel.models import StoredFile
from xiaobao_web.materials.models import Screening
from xiaobao_web.reviews import services
from xiaobao_web.reviews.models import Review

CLEAN = "本行网点五一假期营业安排：5月1日至3日休息，5月4日起正常营业。"


def macro_docx(words: str = "安享理财，保本保息，稳赚不赔！") -> bytes:
    """Return a Word file with words and a macro project beside them."""
    import docx

    document = docx.Document()
    document.add_paragraph(words)
    plain = io.BytesIO()
    document.save(plain)
    out = io.BytesIO()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    return out.getvalue()


def with_macro(flow: Any, bank: Any) -> Review:
    review = services.create(by=bank["submitter"], title="理财说明", subject="marketing", channels=["网点"])
    upload = SimpleUploadedFile("说明.docx", macro_docx())
    flow.do(services.add_material, review, by=bank["submitter"], upload=upload)
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    return Review.objects.get(pk=review.pk)


@pytest.mark.django_db
def test_the_sender_sees_why_and_cannot_hand_it_on(bank: Any, flow: Any, client_of: Any) -> None:
    review = with_macro(flow, bank)
    stored = StoredFile.objects.get(suffix=".docx")
    assert stored.stopped
    page = client_of("submitter").get(reverse("review_edit", args=[review.pk])).content.decode()
    assert "已拦截" in page
    assert "说明.docx" in page
    assert "重新上传" in page
    assert "去核查放行" not in page
    assert "去核查放行" in client_of("office").get(review.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="已被拦截"):
        services.finish_assessment(review, by=bank["submitter"])


@pytest.mark.django_db
def test_a_file_blocked_after_signing_is_not_submitted(bank: Any, flow: Any) -> None:
    review = services.create(by=bank["submitter"], title="理财说明", subject="marketing", channels=["网点"])
    upload = SimpleUploadedFile("说明.txt", CLEAN.encode())
    flow.do(services.add_material, review, by=bank["submitter"], upload=upload)
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    services.finish_assessment(review, by=bank["submitter"])
    review = services.sign(review, by=bank["sender_head"])
    StoredFile.objects.filter(suffix=".txt").update(state="blocked", reason="含有宏")
    with pytest.raises(Refused, match=r"不能提交.*含有宏"):
        services.submit(review, by=bank["submitter"])
    assert Review.objects.get(pk=review.pk).state == "signed"


@pytest.mark.django_db
def test_a_released_file_is_read_and_goes_on(bank: Any, flow: Any) -> None:
    review = with_macro(flow, bank)
    assert set(Screening.objects.values_list("state", flat=True)) == {"failed"}
    stored = StoredFile.objects.get(suffix=".docx")
    flow.do(releases.release, stored, by=bank["office"], reason="宏为排版工具，已核查")
    newest = Screening.objects.order_by("-pk").first()
    assert newest is not None
    assert newest.state == "done"
    assert newest.findings.filter(text__contains="保本").exists()
    services.finish_assessment(review, by=bank["submitter"])
    assert Review.objects.get(pk=review.pk).state == "assessed"
