"""Minutes of reading, the words of a page, and the guides of all subjects over REST."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from xiaobao_web.reviews import services
from xiaobao_web.reviews.models import Assignment, Review

pytestmark = pytest.mark.django_db


def report(client: Client, review: Review, seconds: Any, status: int = 200) -> Any:
    answer = client.post(f"/api/reviews/{review.pk}/minutes", {"seconds": seconds}, content_type="application/json")
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.json()


def test_time_is_what_passed_at_most_at_the_desk_and_here(
    bank: Any, client_of: Any, flow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    reviewer, desk = client_of("reviewer"), f"/reviews/{review.pk}/desk/time/"
    now = timezone.now()
    monkeypatch.setattr("xiaobao_web.reviews.desk.services.timezone.now", lambda: now)
    assert report(reviewer, review, 500)["seconds"] == 60
    assert client_of("reviewer").post(desk, {"seconds": 60}).json() == {"seconds": 60}, "another window adds nothing"
    now += timedelta(seconds=20)
    assert report(client_of("reviewer"), review, 60)["seconds"] == 80
    for _ in range(10):
        now += timedelta(seconds=0.3)
        told = report(reviewer, review, 5)["seconds"]
    assert told == 83, "ten quick reports add what passed"
    now -= timedelta(seconds=20)  # not so far that it were yesterday, when nobody held a post
    assert report(reviewer, review, 60)["seconds"] == 83, "a clock set back adds nothing"
    assert Assignment.objects.get(review=review).seconds == 83
    assert report(client_of("submitter"), review, 30) == {"seconds": 0, "minutes": 0}, "without a duty nothing is added"


def test_minutes_of_all_are_told_once_the_opinion_is_out(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.submitted("本行网点五一营业安排。")
    services.take(review, by=bank["reviewer"])
    report(client_of("reviewer"), review, 45)
    services.draft_opinion(review, by=bank["reviewer"])
    services.write_opinion(review, by=bank["reviewer"], conclusion="pass", text="可以。")
    flow.do(services.finish_first, Review.objects.get(pk=review.pk), by=bank["reviewer"])
    assert report(client_of("reviewer"), review, 45) == {"seconds": 45, "minutes": 1}


def test_who_may_not_report_and_what_is_wrong(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.submitted()
    report(client_of("other_branch"), review, 5, 404)
    report(client_of("stranger"), review, 5, 403)
    report(Client(), review, 5, 401)
    for wrong in (0, -1, "x", 10**9, None):
        report(client_of("reviewer"), review, wrong, 422)


def test_the_words_of_a_page_have_boxes(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.draft("安享理财，投资须谨慎。")
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(out, "PNG")
    entry = flow.do(
        services.add_material, review, by=bank["submitter"], upload=SimpleUploadedFile("海报.png", out.getvalue())
    )
    version = entry.version
    passage = {"start": 0, "text": "稳赚", "anchor": {"page": 1, "box": [10, 20, 60, 40]}, "marks": []}
    version.refresh_from_db()
    type(version.reading).objects.filter(pk=version.reading_id).update(passages=[passage])
    path = f"/api/reviews/{review.pk}/versions/{version.pk}/pages"
    assert client_of("submitter").get(f"{path}/1/words").json() == [
        {"text": "稳赚", "start": 0, "box": [10.0, 20.0, 50.0, 20.0]}
    ]
    assert client_of("submitter").get(f"{path}/2/words").json() == []
    assert client_of("other_branch").get(f"{path}/1/words").status_code == 404
    assert client_of("submitter").get(f"/api/reviews/{review.pk}/versions/999999/pages/1/words").status_code == 404
    assert Client().get(f"{path}/1/words").status_code == 401


def test_guides_are_searched_across_subjects(bank: Any, client_of: Any) -> None:
    office = client_of("office")
    told = office.get("/api/reviews/guides").json()
    assert len(told["guides"]) == 8
    assert told["found"] == []
    found = office.get("/api/reviews/guides", {"q": "费用"}).json()["found"]
    assert len({row["subject"] for row in found}) > 1
    one = next(row for row in found if row["subject"] == "pricing")
    alone = office.get("/api/reviews/guides/pricing").json()["risks"][one["number"] - 1]
    assert (one["title"], one["clauses"]) == (alone["title"], alone["clauses"])
    assert office.get("/api/reviews/guides", {"q": "绝无此词"}).json()["found"] == []
    assert office.get("/api/reviews/guides", {"q": "x" * 81}).status_code == 422
    assert client_of("stranger").get("/api/reviews/guides").status_code == 403
    assert Client().get("/api/reviews/guides").status_code == 401
    page = office.get("/reviews/guides/", {"q": "费用"}).content.decode()
    assert one["title"] in page
