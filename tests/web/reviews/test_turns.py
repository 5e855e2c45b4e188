"""Whose turn it is: reminders in time, a stand-in takes over, re-evaluations and samples stand on the work-desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import can
from xiaobao_web.kernel.errors import Forbidden, Refused
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.kernel.tasks import warn_deadlines
from xiaobao_web.people import services as people
from xiaobao_web.reports import desk
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.models import Review
from xiaobao_web.reviews.services import lanes

pytestmark = pytest.mark.django_db
QUIET = "本行网点五一假期营业安排。"


def warned(review: Any, kind: str) -> set[str]:
    """Let the time to warn of a clock come, and return the account names of who is told."""
    Notification.objects.all().delete()
    found = deadlines.running(review).filter(kind=kind)
    assert found.update(warn_at=timezone.now() - timedelta(minutes=1), warned_at=None) == 1
    Deadline.objects.exclude(pk__in=found).update(warned_at=timezone.now())
    warn_deadlines()
    assert warn_deadlines() == 0
    return set(Notification.objects.filter(kind="deadline").values_list("person__username", flat=True))


def lend(giver: Any, receiver: Any) -> None:
    today = timezone.localdate()
    people.delegate(giver=giver, receiver=receiver, since=today, until=today, reason="年休假", by=giver)
    receiver.forget_posts()


def test_each_stage_reminds_whose_turn_it_is(bank: Any, flow: Any) -> None:
    draft = flow.draft(QUIET)
    services.save_assessment(draft, flow.answers(draft), by=bank["submitter"])
    assert warned(services.finish_assessment(draft, by=bank["submitter"]), "sign") == {"sender_head"}
    review = flow.submitted()
    assert warned(review, "first_review") == {"reviewer", "reviewer_two"}
    services.take(review, by=bank["reviewer"])
    assert warned(review, "first_review") == {"reviewer"}
    lend(bank["reviewer"], bank["reviewer_two"])
    assert warned(review, "first_review") == {"reviewer", "reviewer_two"}
    issued = flow.issued(title="另一张海报")
    assert warned(issued, "answer") == {"submitter"}


def test_a_stand_in_takes_over_the_first_review(bank: Any, flow: Any, client_of: Callable[[str], Client]) -> None:
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    review = Review.objects.get(pk=review.pk)
    with pytest.raises(Refused, match="已由"):
        services.take(review, by=bank["reviewer_two"])
    assert not queries.waiting_for(bank["reviewer_two"]).filter(pk=review.pk).exists()
    lend(bank["reviewer"], bank["reviewer_two"])
    assert Notification.objects.filter(kind="people.delegated", person=bank["reviewer_two"]).count() == 1
    assert queries.waiting_for(bank["reviewer_two"]).filter(pk=review.pk).exists()
    assert "请先领取" in can(bank["reviewer_two"], "reviews.finish_first", review).reason
    page = client_of("reviewer_two").get(reverse("review_desk", args=[review.pk])).content.decode()
    assert "领取初审" in page
    client_of("reviewer_two").post(reverse("review_act", args=[review.pk]), {"action": "take"})
    review = Review.objects.get(pk=review.pk)
    assert review.reviewer == bank["reviewer_two"]
    given = review.assignments.get(person=bank["reviewer"])
    assert (given.transferred_to, given.done_at is None) == (bank["reviewer_two"], False)
    told = journal.sentence(journal.events_of(review).filter(type="reviews.taken").last())
    assert "受褚审查委托" in told
    assert not queries.waiting_for(bank["reviewer"]).filter(pk=review.pk).exists()


def test_standing_in_keeps_four_eyes(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    Review.objects.filter(pk=review.pk).update(second_reviewer=bank["second_reviewer"])
    lend(bank["reviewer"], bank["second_reviewer"])
    with pytest.raises(Forbidden, match="复核过"):
        services.take(Review.objects.get(pk=review.pk), by=bank["second_reviewer"])
    lend(bank["reviewer"], bank["sender_head"])
    with pytest.raises(Forbidden, match="送审"):
        services.take(Review.objects.get(pk=review.pk), by=bank["sender_head"])


def test_a_stand_in_of_the_second_reviewer_agrees_but_never_with_himself(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    Review.objects.filter(pk=review.pk).update(
        state="second_review", reviewer=bank["reviewer"], second_reviewer=bank["second_reviewer"]
    )
    review = Review.objects.get(pk=review.pk)
    assert not can(bank["reviewer_two"], "reviews.agree", review)
    for name in ("reviewer", "reviewer_two"):
        lend(bank["second_reviewer"], bank[name])
    assert can(bank["reviewer_two"], "reviews.agree", review)
    assert "初审人" in can(bank["reviewer"], "reviews.agree", review).reason
    assert queries.waiting_for(bank["reviewer_two"]).filter(pk=review.pk).exists()
    assert not queries.waiting_for(bank["reviewer"]).filter(pk=review.pk).exists()


def test_a_re_evaluation_waits_on_the_desk_of_its_reviewer_or_of_all(bank: Any, flow: Any) -> None:
    review = flow.issued(QUIET, "pass")
    row = services.open_reevaluation(review, kind="complaint", trigger="投诉 TS-1", by=bank["office"])

    def steps(name: str) -> list[Any]:
        return [item.url for item in desk.of(bank[name]).waiting.items if item.step == "回溯评估"]

    assert steps("reviewer") == [reverse("reevaluation", args=[row.pk])]
    assert not steps("reviewer_two")
    assert not steps("submitter")
    assert warned(row, "reevaluate") == {"reviewer"}
    bank["reviewer"].is_active = False
    bank["reviewer"].save()
    assert steps("reviewer_two")
    assert warned(row, "reevaluate") >= {"reviewer_two", "office"}
    services.finish_reevaluation(row, by=bank["reviewer_two"], conclusion="keep", note="仍符合要求")
    assert not steps("reviewer_two")


def test_a_drawn_sample_waits_for_the_head_office(
    bank: Any, flow: Any, monkeypatch: Any, client_of: Callable[[str], Client]
) -> None:
    people.appoint(person=bank["liaison"], role="reviewer", organisation=bank.units["branch"], by=None)
    monkeypatch.setattr(lanes, "draw_value", lambda number: 0.0)
    review = flow.submitted(QUIET, lane="branch", by="branch_submitter", head="branch_head", title="公告")
    services.take(review, by=bank["liaison"])
    services.write_opinion(Review.objects.get(pk=review.pk), by=bank["liaison"], conclusion="pass", text="")
    flow.do(services.finish_first, Review.objects.get(pk=review.pk), by=bank["liaison"])

    def found(name: str) -> bool:
        return any(item.step == "总行抽查" for item in desk.of(bank[name]).waiting.items)

    assert (found("office"), found("second_reviewer"), found("liaison")) == (True, True, False)
    assert warned(review, "sample") >= {"office", "second_reviewer"}
    assert "公告" in client_of("office").get(reverse("reviews"), {"view": "sample"}).content.decode()
    assert "待总行抽查" in client_of("office").get(reverse("reviews_case", args=[review.pk])).content.decode()
    services.check_sample(Review.objects.get(pk=review.pk), by=bank["office"], agrees=True, note="同意")
    assert not found("office")
    assert "公告" not in client_of("office").get(reverse("reviews"), {"view": "sample"}).content.decode()
