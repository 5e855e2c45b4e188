"""The demonstration leaves no desk neglected: what is complained of is handled, and branches review what is theirs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml
from django.utils import timezone

from xiaobao_web.complaints.models import Case
from xiaobao_web.demo import bank as banks
from xiaobao_web.demo.clock import at_work, set_to
from xiaobao_web.demo.play import _bounded, _run
from xiaobao_web.demo.story import Steps, Teller, request
from xiaobao_web.insights.demo import story as insights
from xiaobao_web.people.models import Role
from xiaobao_web.reviews.models import Review

DAYS = 30


def played(steps_of: Any) -> None:
    """Play stories in a small bank over a month up to now."""
    now = timezone.now()
    begin = now - timedelta(days=DAYS)
    with set_to(begin) as clock:
        bank = banks.build(since=begin.date(), small=True)
        banks.import_products(bank)
        phrases = yaml.safe_load((banks.DATA / "phrases.yaml").read_text(encoding="utf-8"))
        tell = Teller(bank, random.Random(7), phrases)
        stories: list[tuple[datetime, int, Steps]] = [
            (at_work(begin), number, _bounded(steps)) for number, steps in enumerate(steps_of(tell, now))
        ]
        _run(tell, stories, clock, now, lambda done, total, what: None)


@pytest.mark.django_db
def test_complaints_of_every_day_are_handled_to_their_end() -> None:
    def everyday(tell: Teller, now: datetime) -> list[Steps]:
        return [insights.everyday(tell, ["jiangcheng", "haizhou"], now)]

    played(everyday)
    old = Case.objects.filter(received_at__lt=timezone.now() - timedelta(days=14))
    assert old.count() >= 3
    assert {case.state for case in old} <= {"closed", "withdrawn"}
    assert not Case.objects.filter(handler=None, received_at__lt=timezone.now() - timedelta(days=4)).exists()


@pytest.mark.django_db(transaction=True)
def test_a_branch_of_the_demonstration_reviews_what_is_its_own() -> None:
    def reviews(tell: Teller, now: datetime) -> list[Steps]:
        plans = yaml.safe_load((banks.DATA / "materials.yaml").read_text(encoding="utf-8"))
        plan = next(item for item in plans if item["subject"] == "marketing")
        return [request(tell, plan, unit="jiangcheng", lane="branch") for _ in range(3)]

    played(reviews)
    taken = Review.objects.filter(lane="branch", reviewer__isnull=False).select_related("reviewer__unit")
    assert taken
    assert all(row.reviewer.unit == row.unit for row in taken)
    assert all(Role.REVIEWER in row.reviewer.roles_now() for row in taken)
