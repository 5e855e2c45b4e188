"""An OA starts a review once per number, asks for its state and takes the opinion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from xiaobao_web.reviews import services
from xiaobao_web.reviews.models import Review

GET = Callable[[str], Client]
BODY = {
    "channels": ["网点"],
    "external_ref": "OA-2026-7", "system": "行内 OA", "title": "春季理财短信", "subject": "marketing",
    "texts": [{"title": "短信", "text": "安享理财，稳赚不赔！"}],
}  # fmt: skip


def post(client: Client, body: dict[str, Any], path: str = "/api/reviews") -> Any:
    return client.post(path, body, content_type="application/json")


def test_started_once(bank: Any, client_of: GET, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of("submitter")
    with django_capture_on_commit_callbacks(execute=True):
        first = post(client, BODY)
    again = post(client, BODY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    assert len(again.json()["materials"]) == 1
    assert again.json()["materials"][0]["findings"] > 0
    assert "自评还有" in again.json()["obstacles"][0]
    assert Review.objects.count() == 1
    assert post(client_of("other_branch"), BODY).status_code == 409


def test_handed_on_with_answers_and_files(bank: Any, client_of: GET) -> None:
    client = client_of("submitter")
    questions = client.get("/api/reviews/questionnaires/marketing").json()["questions"]
    answers = {item["id"]: {"answer": "yes"} for item in questions}
    number = post(client, {**BODY, "answers": answers}).json()["id"]
    upload = SimpleUploadedFile("正文.txt", "请理性投资。".encode(), "text/plain")
    answer = client.post(f"/api/reviews/{number}/files", {"files": upload})
    assert len(answer.json()["materials"]) == 2
    upload.seek(0)
    assert len(client.post(f"/api/reviews/{number}/files", {"files": upload}).json()["materials"]) == 2
    assert client.post(f"/api/reviews/{number}/finish-assessment").json()["state"] == "assessed"
    refused = client.post(f"/api/reviews/{number}/submit")
    assert refused.status_code == 409
    assert "待部门签批" in refused.json()["error"]["message"]


def test_opinion_is_taken(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.issued()
    client = client_of("submitter")
    shown = client.get(f"/api/reviews/{review.pk}").json()
    opinion = shown["opinions"][0]
    assert opinion["points"][0]["clauses"]
    document = client.get(opinion["document"])
    body = b"".join(document.streaming_content)
    assert body.startswith(b"PK")
    found = client.get("/api/reviews", {"number": opinion["number"]}).json()["items"]
    assert [item["id"] for item in found] == [review.pk]
    assert client.get(f"/api/reviews/{review.pk}/opinions/2/document").status_code == 404
    assert client_of("other_branch").get(f"/api/reviews/{review.pk}").status_code == 404


def test_wrong_values_are_told(bank: Any, client_of: GET) -> None:
    client = client_of("submitter")
    assert post(client, {**BODY, "subject": "nothing"}).status_code == 422
    assert post(client, {**BODY, "colour": "red"}).status_code == 422
    assert post(client, {**BODY, "product": "NO"}).json()["error"]["fields"] == {"product": "不存在"}
    assert client.get("/api/reviews", {"colour": "red"}).status_code == 422
    assert post(client_of("auditor"), BODY).status_code == 403
    assert Client().get("/api/reviews").status_code == 401


def test_steps_are_listed_and_taken(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.draft()
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    review = services.finish_assessment(review, by=bank["submitter"])
    head, path = client_of("sender_head"), f"/api/reviews/{review.pk}/steps"
    steps = {step["name"]: step for step in head.get(path).json()}
    assert steps["sign"]["allowed"]
    done = head.post(f"{path}/sign", {"comment": "同意报送"}, content_type="application/json")
    assert done.json()["state"] == "signed", done.json()
    assert head.post(f"{path}/sign", {}, content_type="application/json").status_code == 409
    assert client_of("submitter").post(f"{path}/agree", {}, content_type="application/json").status_code in (403, 409)
    assert head.post(f"{path}/burn", {}, content_type="application/json").status_code == 404
