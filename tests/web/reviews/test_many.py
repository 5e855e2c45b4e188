"""Many points at once: all or none, nothing decided twice, what one decided before stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from xiaobao_web.findings import decisions
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models import Event
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.desk import services as desk
from xiaobao_web.reviews.models import Answer, Review

CHANGED = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"
pytestmark = pytest.mark.django_db


def points(review: Review) -> list[Any]:
    opinion = review.opinion_now()
    assert opinion is not None
    return list(opinion.points.order_by("order"))


def test_all_are_adopted_with_one_new_version(bank: Any, flow: Any) -> None:
    review = flow.issued()
    every = points(review)
    assert len(every) > 2
    entry = review.materials.get()
    flow.do(services.new_version, entry, by=bank["submitter"], text="安享理财，试写一稿，投资须谨慎。")
    services.answer_point(every[0], by=bank["submitter"], adopted=False, text="有依据")
    upload = SimpleUploadedFile("新稿.txt", CHANGED.encode())
    count = flow.do(services.adopt_all, review, by=bank["submitter"], text="已改", entry=entry, upload=upload)
    assert count == len(every) - 1
    entry.refresh_from_db()
    assert entry.version.number == 3
    given = Answer.objects.filter(superseded=False)
    assert given.filter(adopted=True, version=entry.version).count() == count
    assert given.filter(point=every[0], adopted=False).count() == 1
    assert Event.objects.filter(type="reviews.answered").count() == len(every)
    with pytest.raises(Refused, match="没有待答复"):
        services.adopt_all(review, by=bank["submitter"], text="已改")
    assert Answer.objects.count() == len(every)


def test_without_a_new_version_nothing_is_answered(bank: Any, flow: Any) -> None:
    review = flow.issued()
    with pytest.raises(Refused, match=r"还没有修改稿.*海报文字"):
        services.adopt_all(review, by=bank["submitter"], text="已改")
    with pytest.raises(BadValue, match="怎样修改"):
        services.adopt_all(review, by=bank["submitter"], text=" ")
    with pytest.raises(BadValue, match="哪份材料"):
        services.adopt_all(review, by=bank["submitter"], text="已改", pasted=CHANGED)
    with pytest.raises(Forbidden):
        services.adopt_all(review, by=bank["reviewer"], text="已改")
    assert not Answer.objects.exists()
    assert review.materials.get().version.number == 1


def test_the_rest_is_accepted_and_a_refusal_stays(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.issued()
    entry = review.materials.get()
    flow.do(services.adopt_all, review, by=bank["submitter"], text="已改", entry=entry, pasted=CHANGED)
    with pytest.raises(Refused, match="没有要确认"):
        services.accept_rest(review, by=bank["reviewer"])
    review = flow.do(services.hand_in_answers, review, by=bank["submitter"])
    every = points(review)
    services.confirm_answer(every[0], by=bank["reviewer"], accept=False, note="没有改到")
    with pytest.raises(Forbidden):
        services.accept_rest(review, by=bank["submitter"])
    page = client_of("reviewer").get(reverse("review_confirm", args=[review.pk])).content.decode()
    assert f"其余 {len(every) - 1} 条全部认可" in page
    answer = client_of("reviewer").post(reverse("review_confirm", args=[review.pk]), {"action": "accept_rest"})
    assert answer.status_code == 302
    confirmed = Answer.objects.filter(superseded=False)
    assert confirmed.filter(confirmed=True).count() == len(every) - 1
    assert confirmed.filter(confirmed=False).count() == 1
    with pytest.raises(Refused, match="没有剩余"):
        services.accept_rest(review, by=bank["reviewer"])


def test_the_answers_page_adopts_all(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.issued()
    browser, address = client_of("submitter"), reverse("review_answers", args=[review.pk])
    page = browser.get(address).content.decode()
    assert "其余全部采纳" in page
    entry = review.materials.get()
    told = {"action": "adopt_all", "entry": entry.pk, "text": "已改", "pasted": CHANGED}
    assert flow.do(browser.post, address, told).status_code == 302
    page = browser.get(address).content.decode()
    assert "已全部答复" in page
    assert "其余全部采纳" not in page


def test_the_rest_at_the_desk(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.submitted()
    entry = review.materials.get()
    address = reverse("review_desk_rest", args=[review.pk, entry.pk])
    with pytest.raises(Refused, match="领取"):
        desk.accept_rest(review, entry, by=bank["reviewer"])
    services.take(review, by=bank["reviewer"])
    review = Review.objects.get(pk=review.pk)
    every = list(queries.findings_of(review))
    assert len(every) > 2
    decisions.dismiss(every[0], by=bank["reviewer"], reason="已核实")
    page = client_of("reviewer").get(reverse("review_desk", args=[review.pk])).content.decode()
    assert f"其余 {len(every) - 1} 条全部采纳" in page
    assert client_of("submitter").post(address).status_code == 403
    assert client_of("reviewer").post(address).status_code == 302
    states = list(queries.findings_of(review).values_list("decision", flat=True))
    assert sorted(states) == ["accepted"] * (len(every) - 1) + ["dismissed"]
    with pytest.raises(Refused, match="没有剩余"):
        desk.accept_rest(review, entry, by=bank["reviewer"])


def test_what_a_new_version_says_is_decided_while_answers_are_confirmed(bank: Any, flow: Any) -> None:
    review = flow.issued()
    entry = review.materials.get()
    worse = "安享理财，业绩以实际为准，行业第一，历年零亏损，投资须谨慎。"
    flow.do(services.adopt_all, review, by=bank["submitter"], text="已改", entry=entry, pasted=worse)
    review = flow.do(services.hand_in_answers, review, by=bank["submitter"])
    services.accept_rest(review, by=bank["reviewer"])
    left = queries.open_findings(review)
    assert left
    with pytest.raises(Refused, match="未处理"):
        services.conclude(review, by=bank["reviewer"])
    entry.refresh_from_db()
    for found in queries.findings_of(review).filter(decision="open"):
        desk.decide(review, found, by=bank["reviewer"], decision="dismissed", reason="有出处")
    assert flow.do(services.conclude, review, by=bank["reviewer"]).state == "concluded"
