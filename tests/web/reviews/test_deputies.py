"""Who may let a point go unadopted: the executive over consumer protection or who stands in, never the line's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.kernel.access import can
from xiaobao_web.kernel.errors import Forbidden
from xiaobao_web.kernel.models import Event
from xiaobao_web.people import services as people
from xiaobao_web.people.models import Role
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.models import Answer, Review

pytestmark = pytest.mark.django_db
DECIDE = "reviews.approve_refusal"


def escalated(flow: Any, bank: Any) -> Review:
    review = flow.issued()
    for point in review.opinion_now().points.all():
        services.answer_point(point, by=bank["submitter"], adopted=False, text="监管另有批复")
    return Review.objects.get(pk=services.hand_in_answers(review, by=bank["submitter"]).pk)


def lend(giver: Any, receiver: Any, *, role: str = Role.EXECUTIVE, start: int = 0, days: int = 3) -> Any:
    today = timezone.localdate()
    row = people.delegate(
        giver=giver, receiver=receiver, role=role, since=today + timedelta(days=start),
        until=today + timedelta(days=start + days), reason="出差", by=giver,
    )  # fmt: skip
    receiver.forget_posts()
    return row


MATRIX = [
    ("executive", "", True),
    ("line_executive", "", False),
    ("office", "", False),
    ("office", "executive", True),
    ("legal", "executive", True),
    ("legal", "line_executive", False),
    ("line_executive", "executive", False),
    ("submitter", "executive", False),
    ("sender_head", "executive", False),
    ("colleague", "executive", False),
    ("reviewer", "executive", False),
    ("second_reviewer", "executive", False),
    ("reviewer_two", "executive", True),
    ("stranger", "executive", True),
]
"""Who, whose executive post was lent to them, and whether they may decide."""


@pytest.mark.parametrize(("who", "giver", "may"), MATRIX)
def test_matrix_of_deputies(bank: Any, flow: Any, who: str, giver: str, may: bool) -> None:
    review = escalated(flow, bank)
    if giver:
        lend(bank[giver], bank[who])
    answer = can(bank[who], DECIDE, review)
    assert bool(answer) is may, answer.reason
    if not may:
        assert answer.reason


def test_a_deputy_decides_and_it_is_told_in_whose_place(bank: Any, flow: Any, client_of: Any) -> None:
    review = escalated(flow, bank)
    lend(bank["executive"], bank["legal"])
    assert review in queries.waiting_for(bank["legal"])
    points = list(review.opinion_now().points.all())
    page = client_of("legal").get(reverse("review_refusals", args=[review.pk])).content.decode()
    assert "同意不采纳" in page
    for point in points:
        services.decide_refusal(point, by=bank["legal"], approve=True, note="依据充分")
    given = Answer.objects.filter(superseded=False)
    assert {row.approved_for for row in given} == {bank["executive"]}
    assert {row.approved_by for row in given} == {bank["legal"]}
    event = Event.objects.filter(type="reviews.refusal_decided").last()
    assert event is not None
    assert event.facts["decision"] == "受杨副行长委托，同意"
    assert Review.objects.get(pk=review.pk).state == "confirming"
    assert "受杨副行长委托" in client_of("reviewer").get(review.get_absolute_url()).content.decode()


def test_an_executives_own_decision_names_nobody_else(bank: Any, flow: Any) -> None:
    review = escalated(flow, bank)
    lend(bank["executive"], bank["legal"])
    services.decide_refusal(review.opinion_now().points.first(), by=bank["executive"], approve=True, note="同意")
    assert Answer.objects.get(approved=True).approved_for is None


def test_a_deputy_of_who_leads_the_line_too_is_refused(bank: Any, flow: Any) -> None:
    review = escalated(flow, bank)
    bank.units["retail"].executive = bank["executive"]
    bank.units["retail"].save()
    lend(bank["executive"], bank["legal"])
    with pytest.raises(Forbidden, match="委托您的行领导"):
        services.decide_refusal(review.opinion_now().points.first(), by=bank["legal"], approve=True, note="同意")


def test_the_time_and_the_role_of_a_delegation_count(bank: Any, flow: Any) -> None:
    review = escalated(flow, bank)
    row = lend(bank["executive"], bank["legal"], start=2)
    assert not can(bank["legal"], DECIDE, review)
    people.revoke_delegation(delegation=row, by=bank["executive"])
    lend(bank["office"], bank["legal"], role=Role.OFFICE)
    assert not can(bank["legal"], DECIDE, review)
    row = lend(bank["executive"], bank["legal"], role="")
    assert can(bank["legal"], DECIDE, review)
    people.revoke_delegation(delegation=row, by=bank["executive"])
    bank["legal"].forget_posts()
    assert not can(bank["legal"], DECIDE, review)
