"""Every page of reviews opens for who may, refuses who may not, and does its step."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from xiaobao_web.reviews import services
from xiaobao_web.reviews.models import Review

GET = Callable[[str], Client]
CLEAN = "本行网点五一假期营业安排：5月1日至3日休息，5月4日起正常营业。"


def png() -> bytes:
    from PIL import Image, ImageDraw

    out = BytesIO()
    image = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(image).rectangle((20, 20, 300, 200), fill="navy")
    image.save(out, "PNG")
    return out.getvalue()


def test_newcomer_drops_a_poster_in(bank: Any, client_of: GET, django_capture_on_commit_callbacks: Any) -> None:
    client = client_of("submitter")
    page = client.get(reverse("review_new"))
    assert page.status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(
            reverse("review_new"),
            {"subject": "marketing", "file": SimpleUploadedFile("春季海报.png", png(), "image/png")},
        )
    review = Review.objects.get()
    assert answer.url == reverse("review_edit", args=[review.pk])
    assert review.title == "春季海报"
    assert review.materials.get().version.screenings.exists()
    assert client.get(answer.url).status_code == 200


def test_what_cannot_be_taken_makes_no_draft(bank: Any, client_of: GET) -> None:
    client = client_of("submitter")
    answer = client.post(reverse("review_new"), {"file": SimpleUploadedFile("a.exe", b"MZ" + b"0" * 100)})
    assert answer.status_code == 422
    assert "不接收" in answer.content.decode()
    assert client.post(reverse("review_new"), {}).status_code == 422
    assert not Review.objects.exists()


def test_wizard_saves_and_hands_on(bank: Any, client_of: GET, flow: Any) -> None:
    review, client = flow.draft(), client_of("submitter")
    details = {"title": "新名称", "subject": "marketing", "lane": "urgent", "urgent_reason": "", "channels": ["短信"]}
    page = client.post(reverse("review_details", args=[review.pk]), details, follow=True)
    assert "加急通道须写明理由" in page.content.decode()
    client.post(reverse("review_details", args=[review.pk]), {**details, "urgent_reason": "监管要求"})
    review.refresh_from_db()
    assert (review.title, review.channels) == ("新名称", ["短信"])
    answers = {f"answer-{question.id}": "yes" for question in services.questions_of(review)}
    page = client.post(reverse("review_assessment", args=[review.pk]), {**answers, "action": "finish"})
    review.refresh_from_db()
    assert review.state == "assessed"


def test_two_pages_of_a_draft_do_not_overwrite_each_other(bank: Any, client_of: GET, flow: Any) -> None:
    review, client = flow.draft(), client_of("submitter")
    seen = client.get(reverse("review_edit", args=[review.pk])).context["seen"]
    details = {"title": "第一页的名称", "subject": review.subject, "lane": "normal", "seen": seen["details"]}
    assert client.post(reverse("review_details", args=[review.pk]), details).status_code == 302
    late = client.post(reverse("review_details", args=[review.pk]), {**details, "title": "第二页的名称"})
    assert late.status_code == 409
    assert "别的页面" in late.content.decode()
    review.refresh_from_db()
    assert review.title == "第一页的名称"
    answers = {f"answer-{question.id}": "yes" for question in services.questions_of(review)}
    answers["seen"] = seen["assessment"]
    assert client.post(reverse("review_assessment", args=[review.pk]), answers).status_code == 302
    note = {f"note-{services.questions_of(review)[0].id}": "另一页"}
    assert client.post(reverse("review_assessment", args=[review.pk]), {**answers, **note}).status_code == 409
    shown = client.get(reverse("review_edit", args=[review.pk])).context["seen"]
    third = {**answers, **note, "seen": shown["assessment"]}
    again = client.post(reverse("review_assessment", args=[review.pk]), third)
    assert again.status_code == 302


PAGES = [
    ("draft", "review_edit", "submitter"),
    ("submitted", "reviews_case", "reviewer"),
    ("decided", "review_opinion", "reviewer"),
    ("issued", "review_answers", "submitter"),
    ("issued", "review_refusals", "executive"),
    ("issued", "review_confirm", "reviewer"),
    ("issued", "review_verify", "reviewer"),
]


@pytest.mark.parametrize(("stage", "name", "who"), PAGES)
def test_page(bank: Any, client_of: GET, flow: Any, stage: str, name: str, who: str) -> None:
    review = getattr(flow, stage)()
    url = reverse(name, args=[review.pk])
    page = client_of(who).get(url)
    assert page.status_code == 200
    assert review.title in page.content.decode()
    assert client_of("other_branch").get(url).status_code == 404
    assert client_of("stranger").get(url).status_code == 404
    assert Client().get(url).status_code == 302
    assert client_of(who).delete(url).status_code == 405


def test_reader_without_the_right_is_refused(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.decided()
    assert client_of("auditor").get(reverse("reviews_case", args=[review.pk])).status_code == 200
    assert client_of("auditor").get(reverse("review_opinion", args=[review.pk])).status_code == 403
    answer = client_of("auditor").post(reverse("review_act", args=[review.pk]), {"action": "finish_first"})
    assert answer.status_code == 403


def test_list_and_look_up(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.issued(CLEAN, "pass")
    client = client_of("reviewer")
    assert review.number in client.get(reverse("reviews"), {"view": "all"}).content.decode()
    number = review.opinions.get().number
    for word in (review.number, number.lower()):
        assert client.get(reverse("review_lookup"), {"number": word}).url == review.get_absolute_url()
    assert client_of("other_branch").get(reverse("review_lookup"), {"number": number}).url.startswith("/reviews/?")


def test_document_is_handed_out(bank: Any, client_of: GET, flow: Any) -> None:
    from docx import Document

    review = flow.issued()
    answer = client_of("submitter").get(reverse("review_document", args=[review.pk, 1]))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    document = Document(BytesIO(body))
    words = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    words += "\n".join(line.text for line in document.paragraphs)
    opinion = review.opinions.get()
    assert opinion.number in words
    for point in opinion.points.all():
        assert point.text in words
        assert all(item["label"] in words for item in point.basis)


def test_whole_flow_through_the_pages(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.submitted(CLEAN)
    reviewer = client_of("reviewer")
    act = reverse("review_act", args=[review.pk])
    assert reviewer.post(act, {"action": "take"}).status_code == 302
    opinion = reverse("review_opinion", args=[review.pk])
    form = {
        "point": ["new1"], "text-new1": "请补充投诉渠道", "basis-new1": "投诉办法#8", "severity-new1": "medium",
        "must-new1": "1", "conclusion": "change", "text": "补充后使用", "action": "finish",
    }  # fmt: skip
    assert reviewer.get(opinion).status_code == 200
    with flow.capture(execute=True):
        reviewer.post(opinion, form)
    review.refresh_from_db()
    assert review.state == "answering"
    point = review.opinion_now().points.get()
    assert point.basis[0]["norm"] == "投诉办法"
    submitter = client_of("submitter")
    answers = reverse("review_answers", args=[review.pk])
    submitter.post(answers, {"point": point.pk, "adopted": "1", "text": "已补充"})
    submitter.post(act, {"action": "hand_in_answers"})
    review.refresh_from_db()
    assert review.state == "confirming"
    reviewer.post(reverse("review_confirm", args=[review.pk]), {"point": point.pk, "accept": "1"})
    reviewer.post(act, {"action": "conclude"})
    review.refresh_from_db()
    assert review.state == "concluded"
    verify = reverse("review_verify", args=[review.pk])
    reviewer.post(verify, {"action": "none", "note": "延期上线"})
    with flow.capture(execute=True):
        reviewer.post(act, {"action": "archive"})
    review.refresh_from_db()
    assert review.state == "archived"
    assert reviewer.get(review.get_absolute_url()).status_code == 200
    assert reviewer.get(reverse("review_dossier", args=[review.pk])).status_code == 200


def test_unknown_article_is_told(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.decided(CLEAN)
    form = {"point": ["new1"], "text-new1": "x", "basis-new1": "广告法#999", "conclusion": "change", "action": "save"}
    page = client_of("reviewer").post(reverse("review_opinion", args=[review.pk]), form, follow=True)
    assert "没有登记" in page.content.decode()


def test_guides(bank: Any, client_of: GET) -> None:
    client = client_of("submitter")
    page = client.get(reverse("review_guides"), {"q": "年化"}).content.decode()
    assert "贷款价格只说一半" in page
    for subject in ("marketing", "creation", "policy", "pricing", "agreement", "script", "third_party", "change"):
        assert client.get(reverse("review_guide", args=[subject])).status_code == 200
    assert client.get(reverse("review_guide", args=["nothing"])).status_code == 404


def test_reevaluation_page(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.issued(CLEAN, "pass")
    row = flow.do(services.open_reevaluation, review, kind="complaint", trigger="投诉 TS-1", by=bank["reviewer"])
    client = client_of("reviewer")
    url = reverse("reevaluation", args=[row.pk])
    assert client.get(url).status_code == 200
    assert "投诉 TS-1" in client.get(reverse("reevaluations")).content.decode()
    client.post(url, {"conclusion": "keep", "note": "仍然适用"})
    row.refresh_from_db()
    assert row.conclusion == "keep"
    assert client_of("submitter").get(url).status_code == 404


def test_findings_come_with_the_end_of_reading(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.draft()
    page = client_of("submitter").get(reverse("review_materials", args=[review.pk])).content.decode()
    assert 'id="early-findings" hx-swap-oob="true"' in page
    assert page.count('class="found"') == review.materials.get().version.findings.count() > 0
    review = flow.submitted()
    page = client_of("reviewer").get(reverse("review_materials", args=[review.pk])).content.decode()
    assert "early-findings" not in page


def test_address_of_a_form_opened_by_hand_says_so(bank: Any, client_of: GET, flow: Any) -> None:
    answer = client_of("submitter").get(reverse("review_act", args=[flow.draft().pk]))
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "不能直接打开" in answer.content.decode()


def test_taking_a_review_is_told_as_taking(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.submitted()
    client_of("reviewer").post(reverse("review_act", args=[review.pk]), {"action": "take"})
    page = client_of("reviewer").get(reverse("reviews_case", args=[review.pk])).content.decode()
    assert "领取初审" in page
    assert "分派给" not in page


def test_what_the_machine_found_early_comes_as_word_until_it_is_submitted(bank: Any, client_of: GET, flow: Any) -> None:
    from docx import Document

    draft = flow.draft()
    url = reverse("review_early_document", args=[draft.pk])
    assert url in client_of("submitter").get(reverse("review_edit", args=[draft.pk])).content.decode()
    answer = client_of("submitter").get(url)
    assert "docx" in answer["Content-Disposition"]
    made = Document(BytesIO(answer.content))
    cells = "".join(cell.text for row in made.tables[0].rows for cell in row.cells)
    assert "保本保息" in cells
    assert "《" in cells
    assert "不是审查意见" in "".join(line.text for line in made.paragraphs)
    assert client_of("other_branch").get(url).status_code == 404
    assert client_of("submitter").post(url).status_code == 405
    submitted = flow.submitted()
    assert client_of("submitter").get(reverse("review_early_document", args=[submitted.pk])).status_code == 404


def test_an_opinion_added_by_hand_is_counted_at_once(bank: Any, client_of: GET, flow: Any) -> None:
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    entry = review.materials.get()
    before = review.materials.get().version.findings.count()
    answer = client_of("reviewer").post(
        reverse("review_desk_add", args=[review.pk, entry.pk]),
        {"title": "奖杯易误解", "severity": "medium", "message": "与评级标识近似", "start": "0", "end": "4"},
        headers={"HX-Request": "true"},
    )
    page = answer.content.decode()
    assert f'id="finding-count" hx-swap-oob="true">{before + 1}<' in page
    assert f"/comments/reviews.review/{review.pk}/people/" in page
