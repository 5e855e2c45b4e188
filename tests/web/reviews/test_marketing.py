"""Marketing says where it will be placed; answers carry their evidence; guides are found from everywhere."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.kernel import files
from xiaobao_web.kernel.errors import Refused
from xiaobao_web.reviews import dossier, services
from xiaobao_web.reviews.models import Review

pytestmark = pytest.mark.django_db


def test_without_a_channel_marketing_goes_nowhere(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.draft(channels=[])
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    with pytest.raises(Refused, match="投放渠道"):
        services.finish_assessment(review, by=bank["submitter"])
    browser = client_of("submitter")
    page = browser.get(reverse("review_edit", args=[review.pk])).content.decode()
    assert "还没有选择投放渠道" in page
    told = {
        "title": review.title, "subject": "marketing", "lane": "normal", "channels": ["网点"],
        "more_channels": "电梯广告，公交站牌",
    }  # fmt: skip
    browser.post(reverse("review_details", args=[review.pk]), told)
    review = Review.objects.get(pk=review.pk)
    assert review.channels == ["网点", "电梯广告", "公交站牌"]
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    assert services.finish_assessment(review, by=bank["submitter"]).state == "assessed"


def test_other_subjects_need_no_channel(bank: Any, flow: Any) -> None:
    review = flow.draft(subject="policy", channels=[], title="客服管理办法")
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    assert services.finish_assessment(review, by=bank["submitter"]).state == "assessed"


def test_evidence_is_uploaded_with_the_answers(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.draft()
    browser, address = client_of("submitter"), reverse("review_assessment", args=[review.pk])
    told: dict[str, Any] = {f"answer-{question.id}": "yes" for question in services.questions_of(review)}
    told |= {"action": "save", "evidence-source": SimpleUploadedFile("数据来源.txt", "统计公报".encode())}
    browser.post(address, told)
    review = Review.objects.get(pk=review.pk)
    row = files.attachments_of(review, services.EVIDENCE).get()
    assert review.assessment.answers["source"]["evidence"] == [row.pk]
    assert "数据来源.txt" in browser.get(reverse("review_edit", args=[review.pk])).content.decode()
    assert "数据来源.txt" in client_of("reviewer").get(review.get_absolute_url()).content.decode()
    assert any("数据来源.txt" in line[2] for line in dossier.content_of(review)["assessment"])
    told.pop("evidence-source")
    browser.post(address, told)
    assert Review.objects.get(pk=review.pk).assessment.answers["source"]["evidence"] == [row.pk]
    browser.post(address, told | {"drop-source": str(row.pk)})
    assert Review.objects.get(pk=review.pk).assessment.answers["source"]["evidence"] == []
    assert not files.attachments_of(review, services.EVIDENCE).exists()


def test_a_file_that_is_not_evidence_of_this_review_does_not_count(bank: Any, flow: Any) -> None:
    other, review = flow.draft(), flow.draft()
    stored = files.store(SimpleUploadedFile("a.txt", b"abc"), name="a.txt", by=bank["submitter"])
    row = files.attach(other, stored, name="a.txt", purpose=services.EVIDENCE, by=bank["submitter"])
    services.save_assessment(review, {"source": {"answer": "yes", "evidence": [row.pk]}}, by=bank["submitter"])
    assert Review.objects.get(pk=review.pk).assessment.answers["source"]["evidence"] == []


def test_guides_are_among_the_answers_of_the_palette(bank: Any, client_of: Any) -> None:
    def found(who: str, words: str) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = client_of(who).get(reverse("search_quick"), {"q": words}).json()
        return rows

    titles = [row["title"] for row in found("submitter", "营销 指引")]
    assert any("营销" in title for title in titles), titles
    points = [row for row in found("reviewer", "年化") if row["kind"] == "审查要点"]
    assert points
    assert "#risk-" in points[0]["url"]
    address = points[0]["url"].partition("#")
    page = client_of("reviewer").get(address[0]).content.decode()
    assert f'id="{address[2]}"' in page
    assert not [row for row in found("stranger", "年化") if row["kind"] == "审查要点"]
