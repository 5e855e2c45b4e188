"""The desk: what it shows, who may decide there, opinions by hand, comments, minutes, finishing, versions compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.findings import decisions
from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import comments, journal
from xiaobao_web.kernel.access import Answer
from xiaobao_web.materials.models import Reading, Screening
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.desk import document, laws
from xiaobao_web.reviews.desk.queries import Card, confidence_of
from xiaobao_web.reviews.models import Assignment, Review

GET = Callable[[str], Client]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def taken(flow: Any, bank: Any) -> Review:
    """Return a review in first review that the reviewer has taken, nothing decided."""
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    return Review.objects.get(pk=review.pk)


def at(name: str, review: Review, **keys: Any) -> str:
    return reverse(f"review_desk_{name}" if name else "review_desk", kwargs={"pk": review.pk, **keys})


def first(review: Review) -> Finding:
    found = queries.findings_of(review).order_by("start", "pk").first()
    assert found is not None
    return found


def test_shows_words_marked_and_findings_in_reading_order(taken: Review, client_of: GET) -> None:
    answer = client_of("reviewer").get(at("", taken))
    page = answer.content.decode()
    cards = answer.context["desk"].cards
    assert len(cards) >= 3
    starts = [card.finding.start for card in cards if card.finding.start is not None]
    assert starts == sorted(starts)
    assert [card.number for card in cards] == list(range(1, len(cards) + 1))
    found = cards[0].finding
    assert f'data-findings="{found.pk}' in page or f" {found.pk}" in page
    assert f'data-copy-text="{found.remedy}"' in page
    assert found.basis[0]["label"] in page
    assert f"0/{len(cards)}" in page
    assert "领取初审" not in page


def test_wrong_method_stranger_and_reader(taken: Review, client_of: GET) -> None:
    found = first(taken)
    decide, values = at("decide", taken, finding=found.pk), {"decision": "accepted"}
    assert client_of("reviewer").put(at("", taken)).status_code == 405
    assert client_of("reviewer").get(decide).status_code == 405
    for name in ("stranger", "other_branch"):
        assert client_of(name).get(at("", taken)).status_code in (403, 404)
        assert client_of(name).post(decide, values, **HTMX).status_code in (403, 404)
    page = client_of("submitter").get(at("", taken))
    assert page.status_code == 200
    assert "data-accept" not in page.content.decode()
    assert client_of("submitter").post(decide, values, **HTMX).status_code == 403
    assert client_of("reviewer_two").post(decide, values, **HTMX).status_code == 403
    assert Finding.objects.get(pk=found.pk).decision == "open"


def test_takes_first(flow: Any, client_of: GET) -> None:
    review = flow.submitted()
    client = client_of("reviewer")
    assert "领取初审" in client.get(at("", review)).content.decode()
    refused = client.post(at("decide", review, finding=first(review).pk), {"decision": "accepted"}, **HTMX)
    assert refused.status_code == 409
    client.post(at("take", review))
    assert Review.objects.get(pk=review.pk).reviewer.username == "reviewer"
    assert "data-accept" in client.get(at("", review)).content.decode()


def test_accepts_dismisses_with_reason_and_reopens(taken: Review, client_of: GET) -> None:
    client, found = client_of("reviewer"), first(taken)
    total = queries.findings_of(taken).count()
    address = at("decide", taken, finding=found.pk)
    accepted = client.post(address, {"decision": "accepted"}, **HTMX).content.decode()
    assert f'id="finding-{found.pk}"' in accepted
    assert 'data-decided="1"' in accepted
    assert f"1/{total}" in accepted
    assert client.post(address, {"decision": "open"}, **HTMX).status_code == 200
    wanting = client.post(address, {"decision": "dismissed", "reason": " "}, **HTMX)
    assert wanting.status_code == 422
    assert "理由" in wanting.content.decode()
    assert f'id="finding-{found.pk}"' in wanting.content.decode()
    long = "产品说明书已载明" * 60
    kept = client.post(address, {"decision": "dismissed", "reason": long}, **HTMX)
    assert kept.status_code == 422
    assert long in kept.content.decode()
    client.post(address, {"decision": "dismissed", "reason": "另有提示"}, **HTMX)
    found.refresh_from_db()
    assert (found.decision, found.reason) == ("dismissed", "另有提示")
    assert "另有提示" in client.get(at("", taken)).context["reasons"]


def test_works_without_scripts(taken: Review, client_of: GET) -> None:
    found = first(taken)
    answer = client_of("reviewer").post(at("decide", taken, finding=found.pk), {"decision": "accepted"})
    assert answer.status_code == 302
    assert answer.url.endswith(f"#finding-{found.pk}")


def test_a_finding_of_another_review_is_hidden(taken: Review, flow: Any, client_of: GET) -> None:
    other = flow.submitted()
    address = at("decide", taken, finding=first(other).pk)
    assert client_of("reviewer").post(address, {"decision": "accepted"}, **HTMX).status_code == 404


def test_adds_by_hand_on_words(taken: Review, client_of: GET) -> None:
    client, entry = client_of("reviewer"), taken.materials.get()
    text = entry.version.reading.text
    start = text.index("年化")
    values = {
        "title": "收益表述无依据", "severity": "high", "start": start, "end": start + 2, "message": "没有口径",
        "remedy": "删去", "references": ["广告法#25"],
    }  # fmt: skip
    answer = client.post(at("add", taken, entry=entry.pk), values, **HTMX)
    assert answer.status_code == 200
    made = Finding.objects.get(source="person")
    assert json.loads(answer["HX-Trigger-After-Settle"]) == {"desk:added": {"pk": made.pk}}
    assert (made.text, made.decision, made.basis[0]["article"]) == ("年化", "accepted", "25")
    page = answer.content.decode()
    assert 'id="findings" hx-swap-oob="true"' in page
    assert 'id="document"' in page
    assert f"{made.pk}" in page.split('id="document"')[1]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"title": ""}, "请写明问题"),
        ({"title": "有问题", "references": ["没有这部法#1"]}, "没有登记"),
        ({"title": "有问题", "start": "0", "end": "99999"}, "不在材料之内"),
        ({"title": "有问题", "start": "-3", "end": "2"}, "请重新选择"),
        ({"title": "有问题", "boxes": "[{"}, "画框"),
        ({"title": "有问题", "boxes": '[{"page": 9, "box": [0, 0, 5, 5]}]'}, "画框"),
    ],
)
def test_what_is_wrong_by_hand_keeps_what_was_typed(
    taken: Review, client_of: GET, values: dict[str, Any], told: str
) -> None:
    address = at("add", taken, entry=taken.materials.get().pk)
    answer = client_of("reviewer").post(address, {"message": "已写的说明", **values}, **HTMX)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert "已写的说明" in page
    assert not Finding.objects.filter(source="person").exists()


def test_comment_is_the_reviews_and_names_the_finding(taken: Review, client_of: GET) -> None:
    found = first(taken)
    address = at("remark", taken, finding=found.pk)
    assert client_of("submitter").post(address, {"body": ""}, **HTMX).status_code == 422
    page = client_of("submitter").post(address, {"body": "已与产品部核对"}, **HTMX).content.decode()
    assert "已与产品部核对" in page
    said = comments.of(taken).get()
    assert said.anchor["finding"] == found.pk
    assert "已与产品部核对" in client_of("reviewer").get(at("", taken)).content.decode()


def test_minutes_are_what_passed_at_most(taken: Review, client_of: GET, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("reviewer")
    now = timezone.now()
    monkeypatch.setattr("xiaobao_web.reviews.desk.services.timezone.now", lambda: now)
    assert client.post(at("time", taken), {"seconds": 500}).json() == {"seconds": 60}
    now += timedelta(seconds=20)
    assert client.post(at("time", taken), {"seconds": 20}).json() == {"seconds": 80}
    assert client.post(at("time", taken), {"seconds": 60}).json() == {"seconds": 80}, "a second window adds nothing"
    assert client.post(at("time", taken), {"seconds": "x"}).status_code == 422
    assert Assignment.objects.get(review=taken).seconds == 80
    assert client_of("submitter").post(at("time", taken), {"seconds": 30}).json() == {"seconds": 0}
    assert "1 分钟" in client.get(at("", taken)).content.decode()


def test_finishing_lists_what_is_open_then_issues(taken: Review, flow: Any, bank: Any, client_of: GET) -> None:
    client = client_of("reviewer")
    opened = client.get(at("finish", taken)).content.decode()
    assert all(row.title in opened for row in queries.findings_of(taken))
    assert 'name="conclusion"' not in opened
    refused = client.post(at("finish", taken), {"conclusion": "change", "text": "总体可改"}, **HTMX)
    assert refused.status_code == 422
    assert "未处理" in refused.content.decode()
    for row in queries.findings_of(taken):
        decisions.accept(row, by=bank["reviewer"])
    wrong = client.post(at("finish", taken), {"conclusion": "pass", "text": "总体可改"}, **HTMX)
    assert wrong.status_code == 422
    assert "总体可改" in wrong.content.decode()
    done = client.post(at("finish", taken), {"conclusion": "change", "text": "总体可改"}, **HTMX)
    assert done["HX-Redirect"] == taken.get_absolute_url()
    moved = Review.objects.get(pk=taken.pk)
    assert moved.state in ("second_review", "countersign", "answering")
    assert moved.opinion_now().points.count() == queries.findings_of(taken).count()
    page = client.get(at("", taken)).content.decode()
    assert "data-accept" not in page
    assert "在初审和确认答复时处理" in page


def test_versions_side_by_side(flow: Any, bank: Any, client_of: GET) -> None:
    review = flow.draft("安享理财，保本保息，稳赚不赔！\n起购一万元。\n理财非存款，产品有风险，投资须谨慎。")
    entry = review.materials.get()
    client = client_of("submitter")
    assert "只有一个版本" in client.get(at("compare", review, entry=entry.pk)).content.decode()
    for row in decisions.current(entry.version):
        decisions.dismiss(row, by=bank["reviewer"], reason="沿用的理由")
    text = "安享理财，净值型产品，稳赚不赔！\n起购一万元。\n理财非存款，产品有风险，投资须谨慎。\n客服电话 95500。"
    flow.do(services.new_version, entry, by=bank["submitter"], text=text)
    page = client.get(at("compare", review, entry=entry.pk)).content.decode()
    assert "<del>保本保息</del>" in page
    assert "<ins>净值型产品</ins>" in page
    assert "<ins>客服电话 95500。</ins>" in page
    assert "已消除" in page
    assert "沿用的理由" in page
    assert client_of("other_branch").get(at("compare", review, entry=entry.pk)).status_code == 404


def picture(colour: str = "navy") -> bytes:
    from io import BytesIO

    from PIL import Image, ImageDraw

    out = BytesIO()
    image = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(image).rectangle((20, 20, 200, 120), fill=colour)
    image.save(out, "PNG")
    return out.getvalue()


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)  # the client closes what is read to its end


def test_pictures_boxes_and_changed_regions(flow: Any, bank: Any, client_of: GET) -> None:
    review = services.create(by=bank["submitter"], title="海报", subject="marketing")
    upload = SimpleUploadedFile("poster.png", picture())
    entry = flow.do(services.add_material, review, by=bank["submitter"], upload=upload)
    version = entry.version
    version.refresh_from_db()
    client = client_of("submitter")
    page = client.get(at("", review)).content.decode()
    image = at("page", review, version=version.pk, page=1)
    assert image in page
    assert 'viewBox="0 0 400 300"' in page
    assert content(client.get(image)).startswith(b"\x89PNG")
    assert client.get(at("page", review, version=version.pk, page=7)).status_code == 404
    assert client.get(at("lines", review, version=version.pk, page=2)).json() == []
    assert content(client.get(at("file", review, version=version.pk))) == picture()
    assert client_of("other_branch").get(image).status_code == 404
    flow.do(services.new_version, entry, by=bank["submitter"], upload=SimpleUploadedFile("b.png", picture("crimson")))
    found = client.get(at("regions", review, entry=entry.pk, page=1)).json()
    assert len(found["regions"]) == 1
    assert 0 < found["changed"] < 0.5
    assert 'class="before"' in client.get(at("compare", review, entry=entry.pk)).content.decode()


def contract(review: Review, bank: Any, pages: int = 40, findings: int = 60) -> None:
    """Put a reading of many pages with many findings under a review's material."""
    entry = review.materials.get()
    passages, lines, at_char = [], 0, 0
    for page in range(1, pages + 1):
        for line in range(40):
            text = f"第{page}页第{line}行借款人应当按照本合同约定的期限和方式偿还借款本金及利息并承担相关费用"
            box = [60.0, 60.0 + 18 * line, 530.0, 74.0 + 18 * line]
            anchor = {"page": page, "box": box, "scale": 1.0}
            passages.append({"text": text, "size": 11, "marks": [], "start": at_char, "anchor": anchor})
            at_char += len(text) + 1
            lines += 1
    reading = Reading.objects.create(
        sha256="c" * 64, reader="test", media_type="application/pdf", passages=passages,
        pages=[{"page": n + 1, "file": 0, "width": 892, "height": 1263, "scale": 1.5} for n in range(pages)],
        text="\n".join(p["text"] for p in passages),
    )  # fmt: skip
    entry.version.reading = reading
    entry.version.save()
    screening = Screening.objects.create(version=entry.version, state="done")
    basis = [{"norm": "民法典", "article": "496", "label": "《民法典》第496条", "paraphrase": "提示说明" * 40}] * 2
    Finding.objects.bulk_create(
        Finding(
            version=entry.version, screening=screening, rule="contract/fee", rule_version=3, title="收费不明",
            severity=("high", "medium", "low")[i % 3], machine_decision="violation", confidence=0.9, basis=basis,
            start=passages[i * 26]["start"] + 4, end=passages[i * 26]["start"] + 20, text="借款人应当按照本合同约定",
            message="说明" * 40, remedy="改法" * 40, why="理由" * 30,
        )
        for i in range(findings)
    )  # fmt: skip


def test_a_long_contract_asks_no_more_than_a_short_one(
    taken: Review, bank: Any, client_of: GET, django_assert_max_num_queries: Any
) -> None:
    client = client_of("reviewer")
    client.get(at("", taken))
    with django_assert_max_num_queries(23) as few:
        client.get(at("", taken))
    asked = len(few)
    contract(taken, bank)
    with django_assert_max_num_queries(asked):
        answer = client.get(at("", taken))
    cards = answer.context["desk"].cards
    assert len(cards) == 60
    assert len(answer.context["desk"].document.pages) == 40
    assert cards[0].boxes[0]["box"][0] > 90, "the words within the line, not all of it"


def test_running_text_keeps_its_shape() -> None:
    def reading(*passages: dict[str, Any]) -> Any:
        out, begin = [], 0
        for given in passages:
            out.append({"marks": [], **given, "start": begin})
            begin += len(given["text"]) + 1
        return Reading(passages=out, pages=[])

    found = Finding(pk=7, start=3, end=8, severity="high", decision="open")
    turns = document.document_of(
        reading(
            {"text": "您好<b>", "anchor": {"turn": 0, "start": 0.0, "speaker": "agent"}},
            {"text": "保本吗", "anchor": {"turn": 1, "start": 65.0, "speaker": "customer"}},
        ),
        [found],
    )
    one, two = turns.groups[0].blocks
    assert (turns.kind, one.speaker, two.label, one.until) == ("turns", "坐席", "01:05", 65.0)
    assert one.marked == '您好&lt;<mark class="hit hit-high" data-findings="7">b&gt;</mark>'
    assert '<mark class="hit hit-high" data-findings="7">保本</mark>吗' in two.marked
    sheet = document.document_of(
        reading(
            {"text": "编号", "anchor": {"sheet": "短信", "cell": "A1"}},
            {"text": "DX1", "anchor": {"sheet": "短信", "cell": "A2"}},
            {"text": "保本", "anchor": {"sheet": "短信", "cell": "C2"}},
        ),
        [],
    )
    assert [(g.title, len(g.blocks)) for g in sheet.groups] == [("短信 第 1 行", 1), ("短信 第 2 行", 2)]
    mixed = document.document_of(
        reading(
            {"text": "一、介绍", "anchor": {"paragraph": 4}},
            {"text": "异议", "anchor": {"sheet": "表1", "cell": "A1"}},
            {"text": "二、结束", "anchor": {"paragraph": 9}},
        ),
        [],
    )
    assert (mixed.kind, [(g.kind, g.blocks[0].label) for g in mixed.groups]) == (
        "text", [("", "4"), ("head", "A1"), ("", "9")],
    )  # fmt: skip
    plain = document.document_of(reading({"text": "甲", "anchor": {}}, {"text": "乙", "anchor": {}}), [])
    assert [block.label for block in plain.groups[0].blocks] == ["1", "2"]
    slides = document.document_of(reading({"text": "首页", "anchor": {"slide": 1, "box": [0, 0, 5, 5]}}), [])
    assert (slides.kind, slides.length) == ("slides", 1)
    assert document.clock(3725) == "1:02:05"


def test_boxes_follow_the_scale_and_the_words() -> None:
    pages = [document.Page(1, 900, 1200, 1.5)]
    assert document.placed([{"page": 1, "box": [10, 20, 110, 40], "scale": 1.0}], pages) == [
        {"page": 1, "box": [15.0, 30.0, 150.0, 30.0]}
    ]
    assert document.placed([{"page": 2, "box": [0, 0, 9, 9]}, {"page": 1, "box": [950, 0, 990, 9]}], pages) == []
    line = {"text": "一二三四", "start": 10, "marks": [], "anchor": {"page": 1, "box": [0, 0, 400, 20], "scale": 1.0}}
    assert document.boxes_between([line], 11, 13)[0]["box"] == [100.0, 0, 300.0, 20]
    assert document.boxes_between([line], 14, 20) == []


def test_confidence_in_words() -> None:
    def word(decision: str, confidence: float, source: str = "rule") -> str:
        return confidence_of(Finding(source=source, machine_decision=decision, confidence=confidence))

    assert [word("violation", 0.8), word("violation", 0.5)] == ["确定", "较确定"]
    assert word("review", 0.99) == "疑似，需人工判断"
    assert word("violation", 0.3) == "疑似，需人工判断"
    assert word("", 1.0, "person") == ""
    assert Card(Finding(anchor={"sheet": "短信", "cell": "C2"}), 1, [], may=Answer(True)).where == "短信 C2"


def test_finds_articles_by_what_one_remembers(client_of: GET) -> None:
    assert laws.search("广告法 25")[0]["reference"] == "广告法#25"
    assert laws.search("广告法#25")[0]["reference"] == "广告法#25"
    assert laws.search("") == []
    assert laws.search("没有任何条文会写的话") == []
    results = client_of("reviewer").get(reverse("review_desk_laws"), {"q": "广告法"}).json()["results"]
    assert 0 < len(results) <= laws.MOST
    assert all("广告法" in item["label"] or "广告法" in item["reference"] for item in results)


def test_decisions_are_journalled(taken: Review, client_of: GET) -> None:
    found = first(taken)
    client_of("reviewer").post(at("decide", taken, finding=found.pk), {"decision": "accepted"}, **HTMX)
    assert journal.events_of(found).filter(type="findings.decided").exists()
