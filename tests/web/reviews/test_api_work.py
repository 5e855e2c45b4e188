"""Whatever the pages of a review can do, the interface can: decide, write, answer, approve, confirm, give work on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_answers import did

from xiaobao_web.reviews.models import Answer, Point, Review

pytestmark = pytest.mark.django_db
CHANGED = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"


def send(client: Client, review: Review, path: str, body: dict[str, Any] | None = None, method: str = "post") -> Any:
    return getattr(client, method)(f"/api/reviews/{review.pk}{path}", body or {}, content_type="application/json")


def points(client: Client, review: Review) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/reviews/{review.pk}").json()["opinions"][-1]["points"]
    return found


def test_first_review_from_taking_to_issuing(bank: Any, client_of: Any, flow: Any) -> None:
    review, reviewer = flow.submitted(), client_of("reviewer")
    assert did(send(reviewer, review, "/handling/take"))["state"] == "first_review"
    entry = review.materials.get()
    found = reviewer.get(f"/api/materials/versions/{entry.version_id}/findings").json()["items"]
    assert found
    for item in found[1:]:
        did(send(reviewer, review, f"/findings/{item['id']}", {"decision": "accepted"}))
    bare = send(reviewer, review, f"/findings/{found[0]['id']}", {"decision": "dismissed"})
    assert bare.status_code == 422
    did(send(reviewer, review, f"/findings/{found[0]['id']}", {"decision": "dismissed", "reason": "引用原文"}))
    draft = did(reviewer.get(f"/api/reviews/{review.pk}/opinion"))
    assert len(draft["points"]) == len(found) - 1
    assert all(item["id"] is None and item["references"] for item in draft["points"])
    early = send(reviewer, review, "/opinion/finish")
    assert early.status_code == 409
    kept = [{key: item[key] for key in ("finding", "text", "required", "severity")} for item in draft["points"]]
    kept.append({"text": "请补充风险提示。", "references": ["广告法#25"]})
    told = did(
        send(reviewer, review, "/opinion", {"conclusion": "change", "text": "修改后使用", "points": kept}, "put")
    )
    assert [item["text"] for item in told["points"]] == [item["text"] for item in kept]
    assert told["points"][0]["references"] == draft["points"][0]["references"]
    assert told["points"][-1]["references"] == ["广告法#25"]
    wrong = send(reviewer, review, "/opinion", {"points": [{"text": "某事", "references": ["没有这部法#1"]}]}, "put")
    assert wrong.status_code == 422
    state = did(send(reviewer, review, "/opinion/finish"))["state"]
    assert state in ("second_review", "countersign", "answering")


def test_points_are_answered_with_a_new_version_and_confirmed(bank: Any, client_of: Any, flow: Any) -> None:
    review, sender, reviewer = flow.issued(), client_of("submitter"), client_of("reviewer")
    entry = review.materials.get()
    first, *rest = points(sender, review)
    lacking = send(sender, review, f"/points/{first['id']}/answer", {"adopted": True, "text": "已改"})
    assert lacking.status_code == 422
    with flow.capture(execute=True):
        answer = sender.post(f"/api/reviews/{review.pk}/materials/{entry.pk}/versions", {"text": CHANGED})
    assert did(answer, 201)["materials"][0]["version"] == 2
    given = {"adopted": True, "text": "已改", "material": entry.pk}
    did(send(sender, review, f"/points/{first['id']}/answer", given))
    assert Answer.objects.get(point=first["id"]).version_id == review.materials.get().version_id
    if rest:
        assert did(send(sender, review, "/adopt-all", {"text": "都已修改"}))["count"] == len(rest)
    assert did(send(sender, review, "/steps/hand_in_answers"))["state"] == "confirming"
    assert send(sender, review, f"/points/{first['id']}/confirmation", {"accept": True}).status_code == 403
    did(send(reviewer, review, f"/points/{first['id']}/confirmation", {"accept": True}))
    if rest:
        assert did(send(reviewer, review, "/accept-rest"))["count"] == len(rest)
    assert {item["answer"]["confirmed"] for item in points(sender, review)} == {True}


def test_the_executive_approves_what_is_not_adopted(bank: Any, client_of: Any, flow: Any) -> None:
    review, sender = flow.issued(), client_of("submitter")
    asked = points(sender, review)
    for item in asked:
        told = {"adopted": False, "text": "监管另有批复"}
        did(send(sender, review, f"/points/{item['id']}/answer", told))
    assert did(send(sender, review, "/steps/hand_in_answers"))["state"] == "escalated"
    decision = {"approve": True, "note": "同意"}
    assert send(client_of("line_executive"), review, f"/points/{asked[0]['id']}/refusal", decision).status_code == 403
    for item in asked:
        did(send(client_of("executive"), review, f"/points/{item['id']}/refusal", decision))
    assert Review.objects.get(pk=review.pk).state == "confirming"
    assert all(item["answer"]["approved"] for item in points(sender, review))


def test_work_is_given_on(bank: Any, client_of: Any, flow: Any) -> None:
    review, office = flow.submitted(), client_of("office")
    people = {item["name"]: item["id"] for item in did(office.get(f"/api/reviews/{review.pk}/colleagues"))}
    assert people[str(bank["reviewer"])] == bank["reviewer"].pk
    did(send(office, review, "/handling/assign", {"person": bank["reviewer"].pk}))
    assert Review.objects.get(pk=review.pk).reviewer == bank["reviewer"]
    own = send(office, review, "/handling/assign", {"person": bank["submitter"].pk})
    assert own.status_code == 422
    reviewer = client_of("reviewer")
    assert send(reviewer, review, "/handling/transfer", {"person": bank["reviewer_two"].pk}).status_code == 422
    did(send(reviewer, review, "/handling/transfer", {"person": bank["reviewer_two"].pk, "reason": "休假"}))
    assert Review.objects.get(pk=review.pk).reviewer == bank["reviewer_two"]
    two = client_of("reviewer_two")
    did(send(two, review, "/handling/invite", {"person": bank["legal"].pk}))
    did(send(client_of("legal"), review, "/handling/parallel", {"agrees": False, "reason": "先补协议"}))
    assert review.assignments.get(duty="parallel").note == "先补协议"
    back = did(send(two, review, "/handling/return", {"code": "incomplete", "reason": "缺说明书"}))
    assert back["state"] == "draft"


def test_strangers_and_wrong_words_are_refused(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.issued()
    point = Point.objects.filter(opinion__review=review).first()
    assert point is not None
    path = f"/points/{point.pk}/answer"
    body = {"adopted": False, "text": "不改"}
    assert send(client_of("other_branch"), review, path, body).status_code == 404
    assert send(client_of("auditor"), review, path, body).status_code == 403
    assert send(client_of("submitter"), review, "/points/999999/answer", body).status_code == 404
    assert send(client_of("submitter"), review, path, {**body, "colour": "red"}).status_code == 422
    assert send(client_of("reviewer"), review, "/handling/dance").status_code == 404
    assert send(client_of("reviewer"), review, "/handling/take").status_code == 409
    assert client_of("submitter").get(f"/api/reviews/{review.pk}/opinion").status_code == 403
    assert send(Client(), review, path, body).status_code == 401
