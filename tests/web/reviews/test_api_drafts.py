"""A draft over REST: details, materials, the self-assessment with its evidence; guides and the template of opinions."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from rest_answers import did

from xiaobao_web.reviews import documents, services
from xiaobao_web.reviews.models import Review

pytestmark = pytest.mark.django_db


def send(client: Client, path: str, body: dict[str, Any] | None = None, method: str = "post") -> Any:
    return getattr(client, method)(f"/api/reviews/{path}", body or {}, content_type="application/json")


def test_a_draft_is_changed(bank: Any, client_of: Any, flow: Any) -> None:
    review, sender = flow.draft(), client_of("submitter")
    told = did(send(sender, f"{review.pk}", {"title": "新名称", "channels": ["官网"]}, "patch"))
    assert told["title"] == "新名称"
    after = Review.objects.get(pk=review.pk)
    assert (after.channels, after.subject, after.lane) == (["官网"], "marketing", "normal")
    for wrong in (
        {"lane": "urgent"}, {"product": "没有"}, {"template": "没有"}, {"title": None}, {"title": ""},
        {"colour": "red"}, {"lane": "branch"},
    ):  # fmt: skip
        assert send(sender, f"{review.pk}", wrong, "patch").status_code == 422, wrong
    assert send(client_of("auditor"), f"{review.pk}", {"title": "甲"}, "patch").status_code == 403
    assert send(client_of("other_branch"), f"{review.pk}", {"title": "甲"}, "patch").status_code == 404
    assert send(Client(), f"{review.pk}", {"title": "甲"}, "patch").status_code == 401
    entry = review.materials.get()
    document = sender.get(f"/api/reviews/{review.pk}/early-document")
    assert document.content.startswith(b"PK")
    fields = f"{review.pk}/materials/{entry.pk}/free-fields"
    assert did(send(sender, fields, {"fields": ["8%"]}, "put"))["fields"] == ["8%"]
    assert send(sender, fields, {"fields": ["没有这些字"]}, "put").status_code == 422
    assert send(client_of("auditor"), f"{review.pk}/materials/{entry.pk}", method="delete").status_code == 403
    assert did(send(sender, f"{review.pk}/materials/{entry.pk}", method="delete"))["materials"] == []
    assert send(sender, f"{review.pk}/materials/{entry.pk}", method="delete").status_code == 404


def test_what_is_handed_on_is_locked(bank: Any, client_of: Any, flow: Any) -> None:
    review, sender = flow.signed(), client_of("submitter")
    entry = review.materials.get()
    assert send(sender, f"{review.pk}", {"title": "新名称"}, "patch").status_code == 409
    assert send(sender, f"{review.pk}/materials/{entry.pk}", method="delete").status_code == 409
    assert send(sender, f"{review.pk}/assessment", {"answers": {}}, "put").status_code == 409
    services.submit(review, by=bank["submitter"])
    assert sender.get(f"/api/reviews/{review.pk}/early-document").status_code == 404


def test_the_assessment_and_its_evidence(bank: Any, client_of: Any, flow: Any) -> None:
    review, sender = flow.draft(), client_of("submitter")
    address = f"{review.pk}/assessment"
    asked = did(sender.get(f"/api/reviews/{address}"))
    first = asked["questions"][0]["id"]
    assert asked["obstacles"]
    path = f"/api/reviews/{address}/{first}/evidence"
    given = did(sender.post(path, {"file": SimpleUploadedFile("说明.txt", "口径说明".encode())}), 201)
    kept = given["questions"][0]["evidence"]
    assert [item["name"] for item in kept] == ["说明.txt"]
    answers = {item["id"]: {"answer": "yes"} for item in asked["questions"]}
    told = did(send(sender, address, {"answers": answers}, "put"))
    assert told["obstacles"] == []
    assert told["questions"][0]["evidence"] == kept
    assert send(sender, address, {"answers": {"没有这题": {"answer": "yes"}}}, "put").status_code == 422
    assert send(sender, address, {"answers": {first: {"answer": "maybe"}}}, "put").status_code == 422
    assert sender.post(path, {"file": SimpleUploadedFile("a.exe", b"MZ\x90" + b"\0" * 64)}).status_code == 422
    strange = f"/api/reviews/{address}/none/evidence"
    assert sender.post(strange, {"file": SimpleUploadedFile("a.txt", b"a")}).status_code == 404
    auditor = client_of("auditor")
    assert auditor.post(path, {"file": SimpleUploadedFile("a.txt", b"a")}).status_code == 403
    assert send(auditor, address, {"answers": {}}, "put").status_code == 403
    assert client_of("other_branch").get(f"/api/reviews/{address}").status_code == 404
    gone = f"{address}/{first}/evidence/{kept[0]['id']}"
    assert send(auditor, gone, method="delete").status_code == 403
    assert did(send(sender, gone, method="delete"))["questions"][0]["evidence"] == []
    assert send(sender, gone, method="delete").status_code == 404
    assert did(send(sender, f"{review.pk}/finish-assessment"))["state"] == "assessed"


def test_guides_and_the_template(bank: Any, client_of: Any) -> None:
    sender, office = client_of("submitter"), client_of("office")
    guide = did(sender.get("/api/reviews/guides/marketing"))
    assert guide["risks"][0]["clauses"]
    word = guide["risks"][0]["title"]
    fewer = did(sender.get("/api/reviews/guides/marketing", {"q": word}))["risks"]
    assert 0 < len(fewer) < len(guide["risks"])
    assert sender.get("/api/reviews/guides/nothing").status_code == 422
    assert sender.get("/api/reviews/opinion-template").status_code == 403
    assert did(office.get("/api/reviews/opinion-template"))["own"] is False
    assert office.get("/api/reviews/opinion-template/file").content.startswith(b"PK")
    assert send(office, "opinion-template", method="delete").status_code == 404
    upload = SimpleUploadedFile("本行模板.docx", documents.default_template())
    assert did(office.post("/api/reviews/opinion-template", {"file": upload}), 201) == {
        "own": True, "name": "本行模板.docx",
    }  # fmt: skip
    wrong = SimpleUploadedFile("模板.docx", b"no document")
    assert office.post("/api/reviews/opinion-template", {"file": wrong}).status_code == 422
    other = SimpleUploadedFile("模板.docx", documents.default_template())
    assert sender.post("/api/reviews/opinion-template", {"file": other}).status_code == 403
    assert did(send(office, "opinion-template", method="delete"))["own"] is False
