"""Reviews at each stage, made through the services. `flow.answers(review)` passes every gate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from xiaobao_web.findings import decisions
from xiaobao_web.reviews import queries, services
from xiaobao_web.reviews.models import Review

POSTER = "安享理财，保本保息，年化收益高达 8%，稳赚不赔！"
CLEAN = "本行网点五一假期营业安排：5月1日至3日休息，5月4日起正常营业。"
CHANGED = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"


class Flow:
    """Walk a review through its stages."""

    def __init__(self, bank: Any, capture: Callable[..., Any]) -> None:
        self.bank = bank
        self.capture = capture

    def do(self, function: Callable[..., Any], *args: Any, **values: Any) -> Any:
        """Call a service and let the jobs it asked for run, as after a commit."""
        with self.capture(execute=True):
            return function(*args, **values)

    @staticmethod
    def answers(review: Review) -> dict[str, dict[str, Any]]:
        """Return answers that pass every gate."""
        return {
            question.id: {"answer": "yes", "note": "", "evidence": []} for question in services.questions_of(review)
        }

    def draft(self, text: str = POSTER, *, by: str = "submitter", **values: Any) -> Review:
        """Make a draft with one pasted material."""
        values = {"title": "安享理财海报", "subject": "marketing", "channels": ["网点"], **values}
        review = services.create(by=self.bank[by], **values)
        self.do(services.add_material, review, by=self.bank[by], text=text, title="海报文字")
        return review

    def signed(self, text: str = POSTER, *, by: str = "submitter", head: str = "sender_head", **values: Any) -> Review:
        """Assess and sign."""
        review = self.draft(text, by=by, **values)
        services.save_assessment(review, self.answers(review), by=self.bank[by])
        review = services.finish_assessment(review, by=self.bank[by])
        return services.sign(review, by=self.bank[head])

    def submitted(self, text: str = POSTER, **values: Any) -> Review:
        """Submit; the machine runs at once in tests."""
        review = self.signed(text, **values)
        self.do(services.submit, review, by=self.bank[values.get("by", "submitter")])
        review.refresh_from_db()
        return review

    def decided(self, text: str = POSTER, **values: Any) -> Review:
        """Take the first review and accept every finding."""
        review = self.submitted(text, **values)
        services.take(review, by=self.bank["reviewer"])
        for found in queries.findings_of(review):
            decisions.accept(found, by=self.bank["reviewer"])
        return Review.objects.get(pk=review.pk)

    def issued(self, text: str = POSTER, conclusion: str = "change", **values: Any) -> Review:
        """Write, finish, agree: the opinion is out."""
        review = self.decided(text, **values)
        services.write_opinion(review, by=self.bank["reviewer"], conclusion=conclusion, text="请按意见修改。")
        review = self.do(services.finish_first, review, by=self.bank["reviewer"])
        if review.state == "second_review":
            review = self.do(services.agree, review, by=self.bank["second_reviewer"])
        if review.state == "countersign":
            review = self.do(services.countersign, review, by=self.bank["legal"])
        return Review.objects.get(pk=review.pk)


@pytest.fixture
def flow(bank: Any, django_capture_on_commit_callbacks: Callable[..., Any]) -> Flow:
    """Return the walker."""
    return Flow(bank, django_capture_on_commit_callbacks)


@pytest.fixture
def time_machine_at() -> Callable[..., Any]:
    """Return a function that moves the clock forward from now."""
    from datetime import timedelta

    import time_machine
    from django.utils import timezone

    return lambda **ahead: time_machine.travel(timezone.now() + timedelta(**ahead), tick=True)
