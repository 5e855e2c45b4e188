"""Statutory clocks of a case: their days, what stretches, stops, restarts and ends them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from xiaobao_web.complaints import clocking, services, tasks
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel import deadlines, journal, notifications
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused

pytestmark = pytest.mark.django_db
WHY = "投诉人同时提出理赔请求"


def due(case: Case, kind: str = "statutory.notify") -> date:
    return timezone.localdate(deadlines.of(case).filter(kind=kind).latest("pk").due_at)


def extended(flow, bank, kind="complex", at=None, head="branch_head"):
    case = Case.objects.latest("pk")
    asked = services.ask_extension(case, by=case.handler, kind=kind, reason="需调取异地录音核对")
    return services.decide_extension(asked, by=bank[head], approve=True)


def test_fifteen_days_from_receipt_the_first_day_not_counted(flow, bank):
    assert due(flow.opened()) == date(2026, 3, 17)


def test_the_vector_of_november(flow, bank):
    flow.to(2026, 11, 2)
    case = flow.handled()
    assert due(case) == date(2026, 11, 17)
    flow.to(2026, 11, 10)
    extended(flow, bank)
    assert due(case) == date(2026, 12, 2)
    asked = extended(flow, bank, "special", head="executive")
    assert due(case) == date(2026, 12, 2)
    services.notify_extension(asked, by=bank["liaison"], mode="sms", proof="回执 77")
    assert due(case) in (date(2026, 12, 31), date(2027, 1, 1))
    clock = next(c for c in clocking.clocks_of(case) if c.name == "notify")
    assert (clock.due, clock.due_rolled, clock.alarm) == (date(2027, 1, 1), date(2027, 1, 4), date(2026, 12, 31))
    assert due(case) == date(2026, 12, 31), "the alarm is the earlier day"


def test_a_longer_term_approved_too_late_is_refused_and_nothing_is_kept(flow, bank):
    case = flow.handled()
    asked = services.ask_extension(case, by=bank["liaison"], kind="complex", reason="需调取异地录音核对")
    flow.to(2026, 3, 19)
    with pytest.raises(Refused, match="期限已过"):
        services.decide_extension(asked, by=bank["branch_head"], approve=True)
    asked.refresh_from_db()
    assert asked.approved is None
    assert due(case) == date(2026, 3, 17)


def test_the_special_term_needs_a_superior_and_the_complex_one_first(flow, bank):
    case = flow.handled()
    with pytest.raises(Refused):
        services.ask_extension(case, by=bank["liaison"], kind="special", reason="外部鉴定尚未完成")
    extended(flow, bank)
    asked = services.ask_extension(case, by=bank["liaison"], kind="special", reason="外部鉴定尚未完成")
    with pytest.raises(Forbidden):
        services.decide_extension(asked, by=bank["branch_head"], approve=True)
    assert services.decide_extension(asked, by=bank["office"], approve=True).approved


def test_a_department_of_head_office_needs_an_executive(flow, bank):
    flow.handled("complaints", unit=bank.units["retail"])
    extended(flow, bank, head="office")
    asked = services.ask_extension(Case.objects.get(), by=bank["complaints"], kind="special", reason="外部鉴定尚未完成")
    with pytest.raises(Forbidden, match="高级管理人员"):
        services.decide_extension(asked, by=bank["office"], approve=True)
    services.decide_extension(asked, by=bank["executive"], approve=True)


def test_nobody_approves_their_own_longer_term(flow, bank):
    from xiaobao_web.people import services as people

    case = flow.handled()
    asked = services.ask_extension(case, by=bank["liaison"], kind="complex", reason="需调取异地录音核对")
    people.appoint(person=bank["liaison"], role="sender_head", organisation=bank.units["branch"], by=None)
    bank["liaison"].forget_posts()
    with pytest.raises(Forbidden, match="另一人"):
        services.decide_extension(asked, by=bank["liaison"], approve=True)


def test_an_appraisal_stops_the_clock(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 5)
    case = services.suspend(case, by=bank["liaison"], reason="送××鉴定中心笔迹鉴定")
    assert case.state == "suspended"
    flow.to(2026, 3, 15)
    case = services.resume(case, by=bank["liaison"])
    assert case.state == "handling"
    clock = next(c for c in clocking.clocks_of(case) if c.name == "notify")
    assert clock.paused_days > 0
    assert due(case) == date(2026, 3, 17 + clock.paused_days)


def test_a_mediation_stops_the_clock_from_consent(flow, bank):
    case = flow.handled()
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心")
    assert due(case) == date(2026, 3, 17)
    with pytest.raises(BadValue):
        services.answer_mediation(made, by=bank["liaison"], consents=True)
    flow.to(2026, 3, 6)
    made = services.answer_mediation(made, by=bank["liaison"], consents=True, proof="调解申请书")
    case.refresh_from_db()
    assert case.state == "suspended"
    with pytest.raises(Refused, match="调解"):
        services.resume(case, by=bank["liaison"])
    services.hold_session(made, by=bank["liaison"], at=timezone.now(), note="双方到场")
    flow.to(2026, 3, 16)
    services.end_mediation(made, by=bank["liaison"], agreed=True, agreement="退还 360 元")
    case.refresh_from_db()
    assert case.state == "handling"
    assert due(case) > date(2026, 3, 17)


def test_withdrawal_ends_everything_that_day(flow, bank):
    case = flow.handled()
    case = services.withdraw(case, by=bank["liaison"], reason="来电撤回，录音 889")
    assert case.state == "withdrawn"
    assert not deadlines.running(case).exists()


def test_new_facts_start_the_term_again(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 10)
    services.new_facts(case, by=bank["liaison"], text="又发现 2 月也扣了一笔")
    assert due(case) == date(2026, 3, 25)


def test_a_case_is_merged_into_the_earlier_one(flow, bank):
    first = flow.opened()
    flow.later(days=1)
    again = flow.handled(text="还是那件事，催一下")
    with pytest.raises(Refused):
        services.merge(first, by=bank["liaison"], into=again, reason="同一事")
    row = services.merge(again, by=bank["liaison"], into=Case.objects.get(pk=first.pk), reason="同一事")
    assert row.state == "merged"
    assert first.contacts.count() == 2
    assert not deadlines.running(row).exists()


def test_telling_the_decision_meets_the_clock(flow, bank):
    flow.handled()
    flow.to(2026, 3, 12)
    case = flow.answered(Case.objects.get())
    row = deadlines.of(case).get(kind="statutory.notify")
    assert timezone.localdate(row.met_at) == date(2026, 3, 12)


def test_the_ladder_is_climbed_once_and_reaches_the_executive(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 15)
    assert tasks.escalate() > 0
    assert tasks.escalate() == 0
    assert notifications.of(bank["liaison"], group="deadline").exists()
    assert not notifications.of(bank["line_executive"], group="deadline").exists()
    flow.to(2026, 3, 18)
    tasks.escalate()
    assert notifications.of(bank["line_executive"], group="deadline").exists()
    assert notifications.of(bank["executive"], group="deadline").exists()
    assert journal.events_of(case).filter(type="complaints.escalated").count() >= 2


def test_internal_targets_count_working_hours(flow):
    at = timezone.localtime().replace(year=2026, month=9, day=30, hour=16, minute=30)
    end = timezone.localtime(clocking.after_office_hours(at, 4))
    assert (end.month, end.day, end.hour, end.minute) == (10, 8, 12, 0), "after the National Day holiday"


def test_a_published_calendar_is_used_at_night(flow, bank):
    case = flow.opened()
    Case.objects.filter(pk=case.pk).update(calendar_version="old")
    assert tasks.recompute() == 1
    case.refresh_from_db()
    assert case.calendar_version != "old"
    assert tasks.recompute() == 0


def test_an_event_that_cannot_be_is_refused_whole(flow, bank):
    case = flow.handled()
    with pytest.raises(Refused):
        clocking.note(case, "appraisal_end", at=timezone.now(), by=bank["liaison"])


def test_what_is_taken_up_again_has_a_term_of_its_own(flow, bank):
    case = flow.closed()
    flow.to(2026, 4, 1)
    case = services.reopen(case, by=bank["complaints"], reason="退款没有到账")
    assert due(case) == date(2026, 4, 16)
    assert deadlines.of(case).filter(kind="statutory.notify").count() == 2, "the first term stays on record"
    flow.to(2026, 4, 10)
    case = flow.answered(Case.objects.get(pk=case.pk))
    assert timezone.localdate(deadlines.of(case).filter(kind="statutory.notify").latest("pk").met_at) == date(
        2026, 4, 10
    )


def test_a_withdrawn_case_can_be_taken_up_again_and_answered(flow, bank):
    case = services.withdraw(flow.handled(), by=bank["liaison"], reason="来电撤回，录音 889")
    flow.to(2026, 3, 20)
    services.reopen(case, by=bank["complaints"], reason="投诉人仍要求处理")
    assert due(case) == date(2026, 4, 3), "the last working day before a Saturday"
    assert flow.answered(Case.objects.get(pk=case.pk)).state == "answered"


def test_an_objection_is_answered_within_the_institutions_own_term(flow, bank):
    case = services.object_to(flow.answered(), by=bank["liaison"], reason="只退一期不够")
    assert due(case, "answer_again") == date(2026, 3, 17)
    flow.to(2026, 3, 9)
    flow.answered(case)
    assert not deadlines.running(case).filter(kind="answer_again").exists()


def reviewed(case, bank, reason="仍不同意处理结果"):
    services.apply_review(case, by=bank["liaison"], reason=reason)
    return Case.objects.get(pk=case.pk)


def clock_of(case, name):
    return next(clock for clock in clocking.clocks_of(Case.objects.get(pk=case.pk)) if clock.name == name)


def test_a_review_is_asked_for_within_thirty_days_of_the_last_answer(flow, bank):
    case = services.object_to(flow.answered(), by=bank["liaison"], reason="只退一期不够")
    flow.to(2026, 3, 20)
    case = flow.answered(case)
    assert clock_of(case, "review_apply_by").due == date(2026, 4, 19)
    flow.to(2026, 4, 18)
    reviewed(case, bank)
    assert clock_of(case, "review_apply_by").met is True
    assert not any("晚于" in line for line in clock_of(case, "review_decide_by").notes)


def test_every_review_has_a_term_of_its_own(flow, bank):
    case = flow.answered()
    flow.to(2026, 3, 5)
    notes = {"process_note": "过程不当", "time_note": "没有逾期", "result_note": "重新处理"}
    case = services.decide_review(reviewed(case, bank), by=bank["office"], result="redo", **notes)
    assert not deadlines.running(case).filter(kind="statutory.review_decide_by").exists()
    flow.to(2026, 3, 10)
    case = flow.answered(Case.objects.get(pk=case.pk))
    flow.to(2026, 3, 30)
    case = reviewed(case, bank)
    assert due(case, "statutory.review_decide_by") == date(2026, 4, 29)
    assert deadlines.of(case).filter(kind="statutory.review_decide_by").count() == 2, "the first stays on record"
    services.decide_review(case, by=bank["office"], result="upheld", **notes)
    assert not deadlines.running(case).filter(kind="statutory.review_decide_by").exists()


def test_an_internal_target_warns_when_four_fifths_of_its_hours_are_used(flow, bank):
    case = flow.handled()
    row = deadlines.running(case).get(kind="contact")
    assert f"{timezone.localtime(row.warn_at):%d %H:%M}" == "03 09:24", "not at six in the morning"
    flow.later(minutes=15)
    assert tasks.escalate() == 0, "nobody is told that a day is left of a target of eight hours"
    flow.to(2026, 3, 3, 9)
    assert tasks.escalate() == 0
    flow.later(minutes=30)
    assert tasks.escalate() == 1
    assert not notifications.of(bank["branch_head"], group="deadline").exists()
    flow.to(2026, 3, 3, 12)
    assert tasks.escalate() == 1
    assert notifications.of(bank["branch_head"], group="deadline").exists()


def test_a_lower_rung_is_not_told_after_a_higher_one(flow):
    flow.handled()
    flow.to(2026, 3, 14)
    assert tasks.escalate() > 0, "three days are left"
    flow.to(2026, 3, 14, 20)
    assert tasks.escalate() == 0, "although four fifths are used only now"


def test_the_interface_says_that_a_clock_has_ended_or_stands_still(flow, bank, client_of):
    paused, over = flow.handled(), flow.handled(phone="13900007777", customer_name="李明")
    services.suspend(paused, by=bank["liaison"], reason="笔迹鉴定")
    services.withdraw(over, by=bank["liaison"], reason="来电撤回，录音 889")
    told = [client_of("liaison").get(f"/api/complaints/{case.pk}/clocks").json()[0] for case in (paused, over)]
    assert [(row["suspended"], row["ended"]) for row in told] == [(True, False), (False, True)]
    assert any("撤回" in line for line in told[1]["notes"])
    assert {row["version"] for row in told} == {Case.objects.get(pk=paused.pk).calendar_version}


def step(client, case, verb, **values):
    return client.post(f"/api/complaints/{case.pk}/steps/{verb}", {"values": values}, content_type="application/json")


def test_a_claim_and_a_leak_within_a_complaint_run_from_their_own_days(flow, bank, client_of):
    case, clerk = flow.handled(), client_of("liaison")
    assert step(clerk, case, "add_track", track="direct", reason=WHY).status_code == 422
    unsaid = step(clerk, case, "add_track", track="insurance_claim")
    assert (unsaid.status_code, "reason" in unsaid.json()["error"]["fields"]) == (422, True)
    claim = {"track": "insurance_claim", "reason": WHY}
    assert step(clerk, case, "add_track", at="2027-01-01T00:00:00Z", **claim).status_code == 422
    assert step(clerk, case, "add_track", at="2026-02-20T02:00:00Z", **claim).status_code == 200
    assert step(clerk, case, "add_track", **claim).status_code == 422, "once"
    assert step(clerk, case, "add_track", track="info_leak", danger=True, reason=WHY).status_code == 200
    case = Case.objects.get(pk=case.pk)
    told = {(clock.track, clock.name): clock for clock in clocking.clocks_of(case)}
    assert told["direct", "notify"].due == date(2026, 3, 17), "the complaint's own term stays"
    assert told["insurance_claim", "respond"].due == date(2026, 3, 22)
    assert told["info_leak", "report_by"].due == timezone.localtime(), "danger: at once"
    assert due(case, "statutory.respond@insurance_claim") == date(2026, 3, 20), "the last working day before"
    added = journal.events_of(case).filter(type="complaints.track_added").first()
    assert journal.sentence(added).endswith(f"增加并行时限：保险理赔，理由：{WHY}")
    with pytest.raises(BadValue, match="2026-03-02"):
        services.withdraw(case, by=bank["liaison"], reason="来电撤回", at=timezone.now() - timedelta(days=5))
    assert step(client_of("other_branch"), case, "add_track", track="credit_objection", reason=WHY).status_code == 404
    assert flow.answered(case).state == "answered"
