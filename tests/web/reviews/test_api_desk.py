"""The reading desk over REST: opinions by hand on quoted words or boxes, comments, what differs between versions."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image, ImageDraw
from rest_answers import did

from xiaobao_web.findings.models import Finding
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.models import Review

pytestmark = pytest.mark.django_db
TWICE = "安享理财，稳赚不赔！\n理财非存款。\n再说一遍：稳赚\n不赔！"


def send(client: Client, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(f"/api/reviews/{path}", body or {}, content_type="application/json")


def taken(flow: Any, bank: Any, text: str = TWICE) -> Review:
    review = flow.submitted(text)
    services.take(review, by=bank["reviewer"])
    return Review.objects.get(pk=review.pk)


def by_hand(client: Client, review: Review, **values: Any) -> Any:
    return send(client, f"{review.pk}/materials/{review.materials.get().pk}/findings", {"title": "表述不当", **values})


def test_opinions_by_quoted_words(bank: Any, client_of: Any, flow: Any) -> None:
    review, reviewer = taken(flow, bank), client_of("reviewer")
    read = did(reviewer.get(f"/api/reviews/{review.pk}/materials/{review.materials.get().pk}/text"))
    assert read["read"] is True
    place = read["text"].index("理财非存款")
    made = did(by_hand(reviewer, review, quote="理财非存款", references=["广告法#25"], severity="high"), 201)
    assert (made["start"], made["end"], made["text"]) == (place, place + 5, "理财非存款")
    assert (made["references"], made["decision"]) == (["广告法#25"], "accepted")
    unclear = by_hand(reviewer, review, quote="稳赚不赔")
    assert unclear.status_code == 422
    assert "2 处" in unclear.json()["error"]["message"]
    second = did(by_hand(reviewer, review, quote="稳赚不赔", occurrence=2), 201)
    assert second["start"] == read["text"].rindex("稳赚")
    number = next(at for at, item in enumerate(read["passages"]) if "安享" in item["text"])
    first = did(by_hand(reviewer, review, quote="稳赚不赔", passage=number), 201)
    assert first["start"] == read["text"].index("稳赚")
    span = did(by_hand(reviewer, review, start=place, end=place + 2), 201)
    assert span["text"] == "理财"
    assert did(by_hand(reviewer, review), 201)["text"] == ""
    draft = did(reviewer.get(f"/api/reviews/{review.pk}/opinion"))
    assert {made["id"], second["id"], first["id"]} <= {item["finding"] for item in draft["points"]}


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"quote": "没有这句话"}, "没有“没有这句话”"),
        ({"quote": "稳赚不赔", "occurrence": 3}, "只出现了 2 处"),
        ({"quote": "稳赚不赔", "passage": 99}, "材料共有"),
        ({"quote": "稳赚不赔", "start": 1, "end": 2}, "二选一"),
        ({"start": 1}, "同时给出"),
        ({"start": 1, "end": 99_999}, "不在材料之内"),
        ({"references": ["没有这部法#1"]}, "没有登记"),
        ({"boxes": [{"page": 9, "x": 0, "y": 0, "width": 5, "height": 5}]}, "没有第 9 页"),
        ({"boxes": [{"page": 1, "x": -1, "y": 0, "width": 5, "height": 5}]}, "boxes"),
        ({"title": ""}, "title"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_by_hand_is_told(bank: Any, client_of: Any, flow: Any, values: dict[str, Any], told: str) -> None:
    review = taken(flow, bank)
    answer = by_hand(client_of("reviewer"), review, **values)
    assert answer.status_code == 422
    assert told in answer.json()["error"]["message"]
    assert not Finding.objects.filter(source="person").exists()


def test_who_may_not_add(bank: Any, client_of: Any, flow: Any) -> None:
    early = flow.submitted(TWICE)
    assert by_hand(client_of("reviewer"), early, quote="理财非存款").status_code == 409
    services.take(early, by=bank["reviewer"])
    for name, status in (("submitter", 403), ("reviewer_two", 403), ("other_branch", 404)):
        assert by_hand(client_of(name), early, quote="理财非存款").status_code == status
    assert by_hand(Client(), early, quote="理财非存款").status_code == 401
    assert not Finding.objects.filter(source="person").exists()


def picture(colour: str) -> bytes:
    drawn = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(drawn).rectangle((40, 40, 160, 120), fill=colour)
    out = io.BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


def test_a_box_on_a_page_its_picture_and_two_versions(bank: Any, client_of: Any, flow: Any) -> None:
    review = flow.draft("安享理财，投资须谨慎。")
    sender = client_of("submitter")
    entry = flow.do(
        services.add_material, review, by=bank["submitter"], upload=SimpleUploadedFile("海报.png", picture("navy"))
    )
    address = f"/api/reviews/{review.pk}/materials/{entry.pk}"
    alone = sender.get(f"{address}/comparison")
    assert alone.status_code == 404
    read = did(sender.get(f"{address}/text"))
    page = read["pages"][0]
    assert (page["page"], page["width"], page["height"]) == (1, 400, 300)
    assert b"".join(sender.get(page["picture"]).streaming_content).startswith(b"\x89PNG")
    file = f"/api/reviews/{review.pk}/versions/{read['version']}/file"
    assert b"".join(sender.get(file).streaming_content) == picture("navy")
    for hidden in (page["picture"], file, f"{address}/text", f"{address}/comparison"):
        assert client_of("other_branch").get(hidden).status_code == 404
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    services.finish_assessment(review, by=bank["submitter"])
    services.sign(Review.objects.get(pk=review.pk), by=bank["sender_head"])
    flow.do(services.submit, Review.objects.get(pk=review.pk), by=bank["submitter"])
    services.take(Review.objects.get(pk=review.pk), by=bank["reviewer"])
    path, box = f"{review.pk}/materials/{entry.pk}/findings", {"page": 1, "x": 40, "y": 40, "width": 120, "height": 80}
    made = did(send(client_of("reviewer"), path, {"title": "图形误导", "boxes": [box]}), 201)
    assert made["boxes"][0]["box"] == [40, 40, 160, 120]
    wide = send(client_of("reviewer"), path, {"title": "图形误导", "boxes": [{**box, "width": 400}]})
    assert "400×300" in wide.json()["error"]["message"]


def test_the_rest_is_accepted_and_things_are_said(bank: Any, client_of: Any, flow: Any) -> None:
    review, reviewer = taken(flow, bank), client_of("reviewer")
    found = queries.findings_of(review).first()
    assert found is not None
    said = did(send(reviewer, f"{review.pk}/findings/{found.pk}/comments", {"body": "这句有出处吗"}), 201)
    assert said["finding"] == found.pk
    answer = did(send(client_of("submitter"), f"{review.pk}/comments", {"body": "有", "parent": said["id"]}), 201)
    listed = did(client_of("auditor").get(f"/api/reviews/{review.pk}/comments"))
    assert [(item["id"], item["parent"]) for item in listed] == [(said["id"], None), (answer["id"], said["id"])]
    assert send(reviewer, f"{review.pk}/comments", {"body": " "}).status_code == 422
    assert send(reviewer, f"{review.pk}/comments", {"body": "x", "parent": 999_999}).status_code == 404
    assert send(reviewer, f"{review.pk}/findings/999999/comments", {"body": "x"}).status_code == 404
    assert send(client_of("other_branch"), f"{review.pk}/comments", {"body": "x"}).status_code == 404
    rest = f"{review.pk}/materials/{review.materials.get().pk}/accept-rest"
    assert send(client_of("submitter"), rest).status_code == 403
    assert did(send(reviewer, rest))["count"] == queries.findings_of(review).filter(decision="accepted").count()
    assert send(reviewer, rest).status_code == 409
    laws = did(reviewer.get("/api/reviews/articles", {"q": "广告法 25"}))
    assert any(item["reference"].startswith("广告法#25") for item in laws)


def test_versions_are_compared(bank: Any, client_of: Any, flow: Any) -> None:
    review, sender = flow.issued(), client_of("submitter")
    entry = review.materials.get()
    flow.do(services.new_version, entry, by=bank["submitter"], text="安享理财，业绩以实际为准，投资须谨慎。")
    address = f"/api/reviews/{review.pk}/materials/{entry.pk}/comparison"
    told = did(sender.get(address))
    assert (told["old"], told["new"], told["same"]) == (1, 2, False)
    assert any(item["kind"] != "equal" for item in told["differences"])
    assert "gone" in {item["kind"] for item in told["findings"]}
    assert did(sender.get(address, {"old": 1, "new": 2})) == told
    assert sender.get(address, {"old": 7}).status_code == 404
    assert sender.get(f"{address}/1").status_code == 404
