"""Moments that cannot be: years nobody reckons with, before the complaint came, after now; each is told in one line."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from complaint_words import GOOD
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel.errors import BadValue, Refused

pytestmark = pytest.mark.django_db
STEPS = {
    "investigate": {"kind": "call", "text": "打了电话"}, "suspend": {"reason": "送某所鉴定笔迹"},
    "new_facts": {"text": "又有新的事实和理由"}, "withdraw": {"reason": "书面撤回"},
}  # fmt: skip


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "1026-03-02T10:00", "9999-12-31T23:59", "2026-03-01T23:59"])
@pytest.mark.parametrize("verb", STEPS)
def test_a_moment_that_cannot_be_is_told_beside_its_field(flow, client_of, verb, at):
    case = flow.handled()
    flow.later(days=3)
    answer = client_of("liaison").post(reverse("complaint_step", args=[case.pk, verb]), {**STEPS[verb], "at": at})
    assert answer.status_code == 422
    told = "".join(answer.context["form"].errors["at"])
    assert "不早于" in told or "不能晚于现在" in told
    assert Case.objects.get(pk=case.pk).state == "handling"


def test_a_letter_is_not_handed_over_in_the_year_one(flow, client_of):
    case = flow.handled()
    letter = services.submit_letter(services.write_letter(case, by=case.handler, parts=GOOD), by=case.handler)
    told = {"action": "send", "mode": "post", "proof": "EMS 1", "at": "0001-01-01T00:00"}
    answer = client_of("liaison").post(reverse("complaint_letter", args=[case.pk]), told)
    assert answer.status_code == 422
    assert "不早于 2000 年" in answer.content.decode()
    letter.refresh_from_db()
    assert letter.state == "approved"


def test_a_session_lies_between_consent_and_now(flow, bank):
    case = flow.handled()
    flow.later(days=2)
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心")
    made = services.answer_mediation(made, by=bank["liaison"], consents=True, proof="同意书")
    for at, told in (
        (timezone.now() - timedelta(days=1), "同意调解"),
        (timezone.now() + timedelta(days=1), "晚于现在"),
    ):
        with pytest.raises(BadValue, match=told):
            services.hold_session(made, by=bank["liaison"], at=at, note="双方到场")
    services.hold_session(made, by=bank["liaison"], at=timezone.now(), note="双方到场")


def test_what_the_engine_refuses_is_told_without_programs_names(flow, bank):
    case = flow.handled()
    flow.later(days=2)
    services.suspend(case, by=bank["liaison"], reason="送某所鉴定笔迹")
    with pytest.raises(Refused) as told:
        services.resume(case, by=bank["liaison"], at=timezone.now() - timedelta(days=1))
    assert "时限不能推算" in told.value.message
    assert not re.search("[a-z]", told.value.message)
