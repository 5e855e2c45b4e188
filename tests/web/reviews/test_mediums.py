"""A poster reviewed as a picture and about to be approved as words: told, confirmed with a reason, on record."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image, ImageDraw

from xiaobao_web.findings import decisions
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Event
from xiaobao_web.reviews import dossier, mediums, queries, services
from xiaobao_web.reviews.models import Review

WORDS = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"
pytestmark = pytest.mark.django_db


def poster(mark: tuple[int, int, int, int] | None = None) -> bytes:
    image = Image.new("RGB", (400, 520), (250, 245, 235))
    pen = ImageDraw.Draw(image)
    pen.rectangle((30, 40, 370, 200), fill=(40, 90, 180))
    pen.ellipse((220, 300, 330, 410), fill=(200, 60, 50))
    if mark:
        pen.rectangle(mark, fill=(10, 10, 10))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def upload(data: bytes, name: str = "海报.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def confirming(bank: Any, flow: Any, **new: Any) -> Review:
    """Return a review of a poster whose only point was adopted with a new version, waiting to be confirmed."""
    review = services.create(by=bank["submitter"], title="安享海报", subject="marketing", channels=["网点"])
    flow.do(services.add_material, review, by=bank["submitter"], upload=upload(poster()), title="海报")
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    services.finish_assessment(review, by=bank["submitter"])
    services.sign(review, by=bank["sender_head"])
    flow.do(services.submit, review, by=bank["submitter"])
    review = services.take(Review.objects.get(pk=review.pk), by=bank["reviewer"])
    for found in queries.findings_of(review):
        decisions.dismiss(found, by=bank["reviewer"], reason="已核对原件")
    point = {"text": "请补充风险提示", "required": "补充", "severity": "medium", "must": True, "references": []}
    services.write_opinion(review, by=bank["reviewer"], conclusion="change", text="", points=[point])
    review = flow.do(services.finish_first, review, by=bank["reviewer"])
    if review.state == "second_review":
        review = flow.do(services.agree, review, by=bank["second_reviewer"])
    entry = review.materials.get()
    entry = flow.do(services.new_version, entry, by=bank["submitter"], **new)
    flow.do(services.adopt_all, review, by=bank["submitter"], text="已补充")
    review = flow.do(services.hand_in_answers, review, by=bank["submitter"])
    services.accept_rest(review, by=bank["reviewer"])
    for found in queries.findings_of(review).filter(decision="open"):
        decisions.dismiss(found, by=bank["reviewer"], reason="已核对原件")
    return Review.objects.get(pk=review.pk)


def test_words_instead_of_a_picture_are_confirmed_with_a_reason(bank: Any, flow: Any, client_of: Any) -> None:
    review = confirming(bank, flow, text=WORDS)
    with pytest.raises(Refused, match="审查的是图像（第 1 版），拟批准的是纯文字（第 2 版）"):
        services.conclude(review, by=bank["reviewer"])
    address = reverse("review_confirm", args=[review.pk])
    page = client_of("reviewer").get(address).content.decode()
    assert "介质与审查时不同" in page
    entry = review.materials.get()
    with pytest.raises(BadValue):
        services.confirm_medium(entry, by=bank["reviewer"], reason=" ")
    with pytest.raises(Forbidden):
        services.confirm_medium(entry, by=bank["submitter"], reason="一样的")
    told = {"action": "medium", "entry": entry.pk, "reason": "定稿图已当面核对"}
    assert client_of("reviewer").post(address, told).status_code == 302
    with pytest.raises(Refused, match="已经确认"):
        services.confirm_medium(entry, by=bank["reviewer"], reason="再确认")
    assert flow.do(services.conclude, review, by=bank["reviewer"]).state == "concluded"
    event = Event.objects.get(type="reviews.medium_confirmed")
    assert event.facts["reason"] == "定稿图已当面核对"
    rows = dict(tuple(row) for row in dossier.content_of(review)["facts"])
    assert "定稿图已当面核对" in rows["介质变化"]


def test_the_same_medium_asks_nothing(bank: Any, flow: Any) -> None:
    review = confirming(bank, flow, upload=upload(poster((40, 60, 80, 100)), "新稿.png"))
    assert not mediums.changes(review)
    assert flow.do(services.conclude, review, by=bank["reviewer"]).state == "concluded"


def test_a_local_change_of_a_launched_picture_is_found_and_boxed(bank: Any, flow: Any, client_of: Any) -> None:
    approved = poster((40, 60, 80, 100))
    review = confirming(bank, flow, upload=upload(approved, "新稿.png"))
    review = flow.do(services.conclude, review, by=bank["reviewer"])
    entry = review.materials.get()
    saved = io.BytesIO()
    Image.open(io.BytesIO(approved)).save(saved, "JPEG", quality=80)
    start = services.start_verification
    row = flow.do(start, review, entry, by=bank["reviewer"], place="大堂", upload=upload(saved.getvalue(), "上线.jpg"))
    row.refresh_from_db()
    assert row.regions == []
    launched = poster((250, 440, 330, 500))
    row = flow.do(start, review, entry, by=bank["reviewer"], place="大堂", upload=upload(launched, "上线.png"))
    row.refresh_from_db()
    assert not row.same
    assert [page["page"] for page in row.regions] == [1]
    middles = [(x + width / 2, y + height / 2) for x, y, width, height in row.regions[0]["boxes"]]
    assert any(abs(x - 725) < 60 and abs(y - 904) < 60 for x, y in middles), middles
    page = client_of("reviewer").get(reverse("review_verify", args=[review.pk])).content.decode()
    assert "处与批准版本不同" in page
    assert "<rect" in page


def test_a_local_change_is_found_where_the_hashes_are_near() -> None:
    from xiaobao_web.materials import difference, hashing
    from xiaobao_web.reviews.services import launched

    one, two = poster(), poster((350, 500, 390, 515))
    assert hashing.image_distance(hashing.image_hash(one), hashing.image_hash(two)) <= launched.PICTURE_BITS
    found = difference.of_pictures(one, two)
    assert [region for region in found.regions if launched._area(region) >= launched.SMALLEST]
