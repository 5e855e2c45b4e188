"""What hangs on a case when its term begins anew or it ends: longer terms, mediations, tasks, offers; merging."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from xiaobao_web.complaints import services, verbs
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel import deadlines
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused

pytestmark = pytest.mark.django_db
REASON = "需调取异地录音核对"


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def due(case: Case) -> date:
    return timezone.localdate(deadlines.of(case).filter(kind="statutory.notify").latest("pk").due_at)


def longer(case: Case, bank, kind="complex", head="branch_head"):
    asked = services.ask_extension(again(case), by=again(case).handler, kind=kind, reason=REASON)
    return services.decide_extension(asked, by=bank[head], approve=True)


def test_a_term_that_begins_anew_may_be_made_longer_anew(flow, bank):
    case = flow.handled()
    longer(case, bank)
    flow.to(2026, 3, 20)
    waiting = services.ask_extension(case, by=bank["liaison"], kind="special", reason=REASON)
    services.new_facts(case, by=bank["liaison"], text="补充了转账凭证和录音")
    assert due(case) == date(2026, 4, 3), "the fifteenth day is a holiday; the day before it is kept"
    with pytest.raises(Refused, match="重新申请"):
        services.decide_extension(waiting, by=bank["executive"], approve=True)
    with pytest.raises(Refused, match="先认定情况复杂"):
        services.ask_extension(case, by=bank["liaison"], kind="special", reason=REASON)
    longer(case, bank)
    assert due(case) == date(2026, 4, 17)
    with pytest.raises(Refused, match="已经批准过"):
        services.ask_extension(case, by=bank["liaison"], kind="complex", reason=REASON)


def test_a_longer_term_is_not_even_asked_for_after_the_day(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 19)
    with pytest.raises(Refused, match="期限已过，不能再申请"):
        services.ask_extension(case, by=bank["liaison"], kind="complex", reason=REASON)


@pytest.mark.parametrize("end", ["withdraw", "merge"])
def test_what_is_open_ends_with_the_case_and_it_can_be_mediated_again(flow, bank, end):
    first = flow.handled()
    flow.later(hours=1)
    case = flow.handled()
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城金融纠纷调解中心")
    services.answer_mediation(made, by=bank["liaison"], consents=True, proof="同意书")
    task = services.task_out(again(case), by=bank["liaison"], unit=bank.units["branch"], request="请核实")
    offer = services.offer(again(case), by=bank["liaison"], kind="refund", terms="退费", amount=100)
    asked = services.ask_extension(again(case), by=bank["liaison"], kind="complex", reason=REASON)
    if end == "withdraw":
        services.withdraw(again(case), by=bank["liaison"], reason="来信撤回")
    else:
        services.merge(again(case), by=bank["liaison"], into=again(first), reason="同一笔手续费")
    for row in (made, task, offer, asked):
        row.refresh_from_db()
    assert made.state == "failed"
    assert made.ended_at is not None
    assert offer.state == "refused"
    assert asked.over
    with pytest.raises(Refused, match="已经审批"):
        services.decide_offer(offer, by=bank["office"], approve=True)
    if end == "merge":
        assert task.state == "open"
        assert task.case_id == first.pk, "the unit goes on working, for the case that is left"
        return
    assert task.state == "cancelled"
    assert not deadlines.running(task).exists()
    services.reopen(again(case), by=bank["complaints"], reason="投诉人要求继续办理")
    assert again(case).suspended_for == ""
    made = services.propose_mediation(again(case), by=bank["liaison"], organisation="江城金融纠纷调解中心")
    services.answer_mediation(made, by=bank["liaison"], consents=True, proof="同意书")
    assert verbs.reason_against(verbs.VERBS["end_mediation"], again(case), bank["liaison"]) == ""


def test_nothing_is_approved_for_a_case_that_ended_without_an_answer(flow, bank):
    case = flow.handled()
    services.withdraw(case, by=bank["liaison"], reason="来信撤回")
    offer = again(case).offers.create(kind="refund", amount=10, terms="退费", asked_by=bank["liaison"])
    with pytest.raises(Refused, match=r"已撤回.*重新办理"):
        services.decide_offer(offer, by=bank["office"], approve=True)


def test_another_customers_case_is_not_merged(flow, bank):
    first = flow.handled()
    flow.later(hours=1)
    other = flow.handled(customer_name="王大力", phone="13911112222")
    with pytest.raises(BadValue, match="另一位投诉人"):
        services.merge(other, by=bank["liaison"], into=again(first), reason="同一事件")
    family = flow.handled(customer_name="周可欣之子", phone="13800001234")
    services.merge(family, by=bank["liaison"], into=again(first), reason="同一事件，同一电话")
    unnamed = flow.handled(customer_name="", phone="")
    services.merge(unnamed, by=bank["liaison"], into=again(first), reason="来电未留姓名，所述同一笔")
    with pytest.raises(BadValue, match="理由"):
        services.merge(other, by=bank["liaison"], into=again(first), reason="　")


def test_nothing_is_merged_into_what_was_answered(flow, bank):
    first = flow.answered()
    flow.later(hours=1)
    with pytest.raises(Refused, match=r"已经答复.*异议或核查"):
        services.merge(flow.handled(), by=bank["liaison"], into=again(first), reason="同一事件")


def test_a_confidential_case_is_merged_by_who_may_know_it(flow, bank):
    first = flow.handled(handler="complaints", confidential=True)
    flow.later(hours=1)
    with pytest.raises(Forbidden, match="身份保密"):
        services.merge(flow.handled(), by=bank["liaison"], into=again(first), reason="同一事件")


def test_who_is_complained_of_stays_away_after_merging(flow, bank):
    first = flow.handled()
    flow.later(hours=1)
    case = flow.handled(handler="complaints")
    services.add_party(again(case), by=bank["complaints"], kind="respondent", name="", person=bank["liaison"])
    services.merge(again(case), by=bank["complaints"], into=again(first), reason="同一事件")
    assert bank["liaison"].pk in again(first).respondent_ids()
    assert again(first).handler != bank["liaison"]
