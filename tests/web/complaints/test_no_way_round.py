"""Ways round a rule that are no ways: dates set back, things entered twice, decisions decided again, closed cases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case, RegulatorTransfer
from xiaobao_web.kernel.errors import BadValue, Refused

pytestmark = pytest.mark.django_db
PARTS = dict.fromkeys(
    ("situation", "dispute", "investigation", "basis", "communication", "extension", "satisfaction"), "已如实填写"
)


def again(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_a_late_answer_is_not_made_early_by_its_date(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 25)
    letter = services.submit_letter(flow.written(case), by=bank["liaison"])
    with pytest.raises(BadValue, match="早于告知书定稿"):
        services.send_letter(
            letter, by=bank["liaison"], mode="post", proof="EMS 1", at=timezone.now() - timedelta(days=15)
        )
    services.send_letter(letter, by=bank["liaison"], mode="post", proof="EMS 1", at=timezone.now())


def test_a_letter_waits_for_the_end_of_the_pause(flow, bank):
    case = flow.handled()
    services.suspend(case, by=bank["liaison"], reason="送某所鉴定笔迹")
    letter = services.submit_letter(flow.written(again(case)), by=bank["liaison"])
    with pytest.raises(Refused, match="先登记恢复办理"):
        services.send_letter(letter, by=bank["liaison"], mode="post", proof="EMS 1")


def test_nobody_is_registered_twice_in_one_part(flow, bank):
    case = flow.handled()
    told = {"kind": "representative", "name": "张三", "documents": ["共同投诉人推举代表的书面材料"]}
    services.add_party(case, by=bank["liaison"], phone="13800000001", **told)
    with pytest.raises(BadValue, match="张三已登记为共同投诉代表"):
        services.add_party(case, by=bank["liaison"], phone="13800000001", **told)
    services.add_party(case, by=bank["liaison"], phone="13800000002", **told)
    assert case.parties.count() == 2, "another person of the same name"


def test_a_leader_and_a_units_person_complained_of_keep_away(flow, bank):
    case = flow.handled()
    services.lead(case, by=bank["office"], person=bank["branch_head"])
    task = services.task_out(
        again(case), by=bank["liaison"], unit=case.unit, request="请核实", assignee=bank["branch_head"]
    )
    services.add_party(again(case), by=bank["liaison"], kind="respondent", name="", person=bank["branch_head"])
    task.refresh_from_db()
    assert again(case).leader is None
    assert task.assignee is None


def test_what_was_decided_on_review_is_not_found_otherwise(flow, bank):
    case = flow.answered()
    made = flow.found(case)
    services.contest(made, by=bank["branch_head"], reason="客户经理当面说明过费用")
    services.decide_contest(made, by=bank["office"], fault="none", note="录音里有说明")
    with pytest.raises(Refused, match="以复核为准"):
        flow.found(again(case))
    services.close(again(case), by=bank["liaison"], outcome="not_met")
    flow.later(days=1)
    services.reopen(again(case), by=bank["complaints"], reason="投诉人提交新录音")
    flow.found(again(case))
    assert again(case).fault == "full"


def test_an_offer_that_waits_keeps_a_case_open(flow, bank):
    case = flow.answered()
    flow.found(case)
    offer = services.offer(again(case), by=bank["liaison"], kind="refund", terms="退费", amount=100)
    with pytest.raises(Refused, match="处理方案没有审批"):
        services.close(again(case), by=bank["liaison"], outcome="met")
    services.decide_offer(offer, by=bank["office"], approve=True)
    services.close(again(case), by=bank["liaison"], outcome="met")


def test_a_unit_answers_before_the_customer_must_have_it(flow, bank):
    case = flow.handled()
    for asked in (date(2026, 3, 18), date(9999, 12, 31)):
        with pytest.raises(BadValue, match="2026-03-17（法定期限）"):
            services.task_out(case, by=bank["liaison"], unit=case.unit, request="请核实", due_on=asked)
    flow.to(2026, 3, 16)
    task = services.task_out(case, by=bank["liaison"], unit=case.unit, request="请核实")
    assert task.due_on == date(2026, 3, 17), "three working days would be too late"
    flow.to(2026, 3, 20)
    assert services.task_out(case, by=bank["liaison"], unit=case.unit, request="请核实").due_on == date(2026, 3, 25)
    with pytest.raises(BadValue, match="核对年份"):
        services.task_out(case, by=bank["liaison"], unit=case.unit, request="请核实", due_on=date(9999, 12, 31))


@pytest.mark.parametrize("through", ["page", "service"])
def test_a_transfer_is_not_hung_on_a_case_that_has_ended(flow, bank, client_of, through):
    case = flow.closed()
    told = {"source": "12378", "bureau": "江城监管局", "number": "金转〔2026〕7 号"}
    if through == "page":
        sheet = {**told, "case": case.number, "text": "转办"}
        answer = client_of("complaints").post(reverse("complaint_transfer_new"), sheet)
        assert answer.status_code == 422
        assert "重新办理" in "".join(answer.context["form"].errors["case"])
    else:
        with pytest.raises(BadValue, match="重新办理"):
            services.receive_transfer(text="", by=bank["complaints"], case=case, **told)
    assert not RegulatorTransfer.objects.exists()


def test_a_transfer_is_not_hung_on_a_merged_case_but_told_where(flow, bank):
    first = flow.handled()
    flow.later(hours=1)
    case = services.merge(flow.handled(), by=bank["liaison"], into=again(first), reason="同一事件")
    with pytest.raises(BadValue, match=f"已并入 {first.number}"):
        services.receive_transfer(
            source="12378", bureau="江城监管局", number="8", text="", by=bank["complaints"], case=case
        )


def test_a_regulators_new_day_lies_after_the_transfer(flow, bank):
    told = {
        "source": "12378",
        "bureau": "江城监管局",
        "number": "金转 9 号",
        "text": "一件",
        "unit": bank.units["branch"],
    }
    made = services.receive_transfer(by=bank["complaints"], **told)
    for text, day, why in ((" ", None, "请写明"), ("督办", date(2025, 1, 1), "早于收到转办")):
        with pytest.raises(BadValue, match=why):
            services.urge(made, by=bank["complaints"], text=text, due_on=day)
    with pytest.raises(Refused, match="登记督办"):
        services.send_back(made, by=bank["complaints"], text="退回")
    services.report(made, by=bank["complaints"], parts=PARTS)
    with pytest.raises(BadValue, match="早于收到转办"):
        services.send_back(made, by=bank["complaints"], text="退回", due_on=date(2025, 1, 1))
    made.refresh_from_db()
    assert made.reported_at is not None
    assert made.urged == []
