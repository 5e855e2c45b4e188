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


def test_a_proposal_may_be_told_later_but_not_before_the_complaint(flow, bank):
    case = flow.handled()
    flow.later(days=4)
    asked = timezone.now() - timedelta(days=2)
    for at, told in ((case.received_at - timedelta(days=2), "早于"), (timezone.now() + timedelta(days=1), "晚于现在")):
        with pytest.raises(BadValue, match=told):
            services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心", at=at)
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心", at=asked)
    made = services.answer_mediation(
        made, by=bank["liaison"], consents=True, proof="同意书", at=asked + timedelta(hours=3)
    )
    assert (made.proposed_at, made.consented_at) == (asked, asked + timedelta(hours=3))


def test_what_the_engine_refuses_is_told_without_programs_names(flow, bank):
    case = flow.handled()
    flow.later(days=2)
    services.suspend(case, by=bank["liaison"], reason="送某所鉴定笔迹")
    with pytest.raises(Refused) as told:
        services.resume(case, by=bank["liaison"], at=timezone.now() - timedelta(days=1))
    assert "时限不能推算" in told.value.message
    assert not re.search("[a-z]", told.value.message)


def consent(flow, made, at):
    return services.answer_mediation(made, by=flow.bank["liaison"], consents=True, proof="同意书", at=at)


@pytest.mark.parametrize(
    ("days", "told"), [(-9, "收到投诉"), (-1, "不能早于登记调解建议的日期 2026-03-05"), (1, "晚于现在")]
)
def test_consent_is_not_dated_back_to_gain_days(flow, bank, days, told):
    case = flow.handled()
    flow.later(days=3)
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心")
    due = case.clock_events.count()
    with pytest.raises(BadValue, match=told) as refused:
        consent(flow, made, timezone.now() + timedelta(days=days))
    assert set(refused.value.fields) == {"at"}
    made.refresh_from_db()
    assert (made.state, made.consented_at) == ("proposed", None)
    assert case.clock_events.count() == due
    assert Case.objects.get(pk=case.pk).state == "handling"
    assert consent(flow, made, timezone.now() - timedelta(minutes=10)).state == "running", "the same day will do"


def test_the_page_tells_it_beside_the_field(flow, bank, client_of):
    case = flow.handled()
    flow.later(days=3)
    services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心")
    told = {"consents": "1", "proof": "同意书", "at": "2026-03-04T09:00"}
    url = reverse("complaint_step", args=[case.pk, "answer_mediation"])
    answer = client_of("liaison").post(url, told)
    assert answer.status_code == 422
    assert "不早于 2026-03-05" in "".join(answer.context["form"].errors["at"])


def test_a_mediation_ends_after_its_consent_and_its_sittings(flow, bank):
    case = flow.handled()
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心")
    flow.later(days=1)
    made = consent(flow, made, timezone.now())
    flow.later(days=3)
    services.hold_session(made, by=bank["liaison"], at=timezone.now(), note="双方到场")
    flow.later(days=1)
    for back, told in ((5, "同意调解"), (2, "调解场次"), (-1, "晚于现在")):
        at = timezone.now() - timedelta(days=back)
        with pytest.raises(BadValue, match=told):
            services.end_mediation(made, by=bank["liaison"], agreed=True, agreement="退费", at=at)
    done = services.end_mediation(made, by=bank["liaison"], agreed=True, agreement="退费", at=timezone.now())
    assert done.state == "agreed"


def test_a_longer_term_is_told_between_its_approval_and_now(flow, bank):
    case = flow.handled()
    flow.later(days=2)
    asked = services.ask_extension(case, by=bank["liaison"], kind="complex", reason="需调取异地录音核对")
    services.decide_extension(asked, by=bank["branch_head"], approve=True)
    for days, told in ((-1, "延期获批"), (1, "晚于现在"), (-5, "收到投诉")):
        at = timezone.now() + timedelta(days=days)
        with pytest.raises(BadValue, match=told):
            services.notify_extension(asked, by=bank["liaison"], mode="sms", proof="回执 77", at=at)
    asked.refresh_from_db()
    assert asked.notified_at is None
    services.notify_extension(asked, by=bank["liaison"], mode="sms", proof="回执 77")


def test_a_review_is_not_asked_for_before_the_answer(flow, bank):
    case = flow.handled()
    flow.later(days=5)
    case = flow.answered(case)
    flow.later(days=2)
    with pytest.raises(BadValue, match="告知处理决定的日期 2026-03-07"):
        services.apply_review(case, by=bank["liaison"], reason="不同意", at=timezone.now() - timedelta(days=4))
    assert Case.objects.get(pk=case.pk).state == "answered"
    services.apply_review(case, by=bank["liaison"], reason="不同意", at=timezone.now() - timedelta(days=1))


@pytest.mark.parametrize("source", ["12378", "12345"])
def test_a_transfer_does_not_come_tomorrow_nor_before_the_bureau_sent_it(flow, bank, source):
    case = flow.handled()
    told = {
        "source": source,
        "bureau": "江城监管分局",
        "number": "A-1",
        "text": "",
        "by": bank["liaison"],
        "case": case,
    }
    for wrong, field in (
        ({"received_at": timezone.now() + timedelta(days=1)}, "received_at"),
        ({"forwarded_on": timezone.localdate() + timedelta(days=1)}, "forwarded_on"),
        ({"received_by_bureau": timezone.localdate() + timedelta(days=1)}, "received_by_bureau"),
    ):
        with pytest.raises(BadValue) as refused:
            services.receive_transfer(**told, **wrong)
        assert set(refused.value.fields) == {field}
    assert not case.transfers_in.exists()
    services.receive_transfer(**told, forwarded_on=timezone.localdate())
