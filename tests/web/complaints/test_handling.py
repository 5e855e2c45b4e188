"""Who handles a case: rules of assignment, recusal, limits of passing on, business units, offers, people."""

from __future__ import annotations

from decimal import Decimal

import pytest

from xiaobao_web.complaints import queries, services
from xiaobao_web.complaints.models import Case, Link
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.access import can
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.people import services as people

pytestmark = pytest.mark.django_db


def test_the_nearest_with_the_least_load_comes_first(flow, bank):
    case = services.accept(flow.opened(), by=bank["complaints"])
    assert services.candidates(case)[0].person == bank["liaison"]
    near = people.make_person(username="near", name="钱联络", unit=bank.units["branch"], by=None)
    people.appoint(person=near, role="liaison", organisation=bank.units["branch"], by=None)
    flow.handled(text="另一件")
    assert services.candidates(case)[0].person == near


def test_whoever_is_complained_of_has_nothing_to_do_with_it(flow, bank):
    case = services.accept(flow.opened(), by=bank["complaints"])
    services.add_party(case, by=bank["complaints"], kind="respondent", name="", person=bank["liaison"])
    case = Case.objects.get(pk=case.pk)
    assert bank["liaison"] not in [item.person for item in services.candidates(case)]
    with pytest.raises(BadValue, match="回避"):
        services.assign(case, by=bank["complaints"], handler=bank["liaison"])
    assert "回避" in can(bank["liaison"], "complaints.see_personal", case).reason


def test_a_handler_who_turns_out_to_be_complained_of_loses_the_case(flow, bank):
    case = flow.handled()
    services.add_party(case, by=bank["complaints"], kind="respondent", name="", person=bank["liaison"])
    assert Case.objects.get(pk=case.pk).handler == bank["complaints"]


def test_passing_on_has_a_limit_beyond_which_the_office_decides(flow, bank):
    case = flow.handled()
    with pytest.raises(BadValue):
        services.transfer(case, by=bank["complaints"], reason="换人", handler=bank["liaison"])
    for unit, handler in (("retail", "complaints"), ("branch", "liaison")):
        case = services.transfer(
            case, by=bank["complaints"], unit=bank.units[unit], handler=bank[handler], reason="不属本部门"
        )
    with pytest.raises(Refused, match="消保办"):
        services.transfer(
            case, by=bank["complaints"], unit=bank.units["retail"], handler=bank["complaints"], reason="再转"
        )
    case = services.transfer(
        case, by=bank["office"], unit=bank.units["retail"], handler=bank["complaints"], reason="再转"
    )
    assert case.transfers == 3
    assert case.transfer_records.count() == 3


def test_a_unit_answers_and_its_head_approves(flow, bank):
    case = flow.handled()
    task = services.task_out(
        case, by=bank["liaison"], unit=bank.units["retail"], assignee=bank["submitter"], request="核实收费依据"
    )
    assert deadlines.running(task).exists()
    with pytest.raises(Refused):
        services.answer_task(task, by=bank["colleague"], reply="不是我")
    task = services.answer_task(task, by=bank["submitter"], reply="办理时未说明")
    with pytest.raises(Forbidden):
        services.decide_task(task, by=bank["submitter"], approve=True)
    with pytest.raises(BadValue):
        services.decide_task(task, by=bank["sender_head"], approve=False)
    task = services.decide_task(task, by=bank["sender_head"], approve=False, note="补录音编号")
    task = services.answer_task(task, by=bank["submitter"], reply="办理时未说明，录音 12")
    assert services.decide_task(task, by=bank["sender_head"], approve=True).state == "approved"


def test_an_open_task_keeps_the_case_open(flow, bank):
    case = flow.handled()
    task = services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="核实")
    case = flow.answered(case)
    flow.found(case)
    with pytest.raises(Refused, match="业务单位"):
        services.close(case, by=bank["liaison"], outcome="met")
    services.cancel_task(task, by=bank["liaison"])
    assert services.close(case, by=bank["liaison"], outcome="met").state == "closed"


def test_offers_are_approved_within_the_limit_of_the_whole_case(flow, bank):
    case = flow.handled()
    first = services.offer(case, by=bank["liaison"], kind="refund", amount=Decimal(15_000), terms="退还")
    with pytest.raises(Forbidden):
        services.decide_offer(first, by=bank["liaison"], approve=True)
    with pytest.raises(Forbidden, match="超过您的审批权限"):
        services.decide_offer(first, by=bank["complaints"], approve=True)
    assert services.decide_offer(first, by=bank["branch_head"], approve=True).state == "approved"
    split = services.offer(case, by=bank["liaison"], kind="compensation", amount=Decimal(8_000), terms="补偿")
    with pytest.raises(Forbidden, match="累计"):
        services.decide_offer(split, by=bank["branch_head"], approve=True)
    services.decide_offer(split, by=bank["office"], approve=True)
    huge = services.offer(case, by=bank["liaison"], kind="compensation", amount=Decimal(900_000), terms="补偿")
    assert services.decide_offer(huge, by=bank["executive"], approve=True).decided_as
    done = services.fulfil_offer(
        services.answer_offer(first, by=bank["liaison"], accepts=True), by=bank["liaison"], proof="流水 1"
    )
    assert done.state == "done"
    assert Case.objects.get(pk=case.pk).paid == Decimal(15_000)


@pytest.mark.parametrize("kind", ["agent", "heir", "guardian"])
def test_representatives_need_the_documents_of_the_rule(flow, bank, kind):
    from xiaobao_web.complaints.data import limits

    case = flow.opened()
    with pytest.raises(BadValue, match="还没有核对"):
        services.add_party(case, by=bank["liaison"], kind=kind, name="周母")
    wanted = list(limits().documents[kind])
    with pytest.raises(BadValue, match="不要多收"):
        services.add_party(case, by=bank["liaison"], kind=kind, name="周母", documents=[*wanted, "户口簿"])
    assert services.add_party(case, by=bank["liaison"], kind=kind, name="周母", documents=wanted).pk


def test_joint_complaints_have_at_most_five_representatives(flow, bank):
    case = flow.opened()
    papers = ["共同投诉人推举代表的书面材料"]
    for number in range(5):
        services.add_party(case, by=bank["liaison"], kind="representative", name=f"代表{number}", documents=papers)
    with pytest.raises(Refused, match="最多 5 名"):
        services.add_party(case, by=bank["liaison"], kind="representative", name="代表6", documents=papers)


def test_a_leader_answers_for_a_case(flow, bank):
    case = flow.opened()
    with pytest.raises(BadValue):
        services.lead(case, by=bank["office"], person=bank["submitter"])
    assert services.lead(case, by=bank["office"], person=bank["line_executive"]).leader == bank["line_executive"]


def test_personal_data_is_masked_and_each_opening_is_journalled(flow, bank):
    from xiaobao_web.complaints.services.personal import shown

    case = flow.opened()
    assert shown(case)["customer_name"] == "周**"
    assert shown(case)["phone"] == "138****1234"
    with pytest.raises(BadValue):
        services.open_personal(case, by=bank["liaison"], purpose=" ")
    opened = services.open_personal(case, by=bank["liaison"], purpose="回电")
    assert opened["fields"]["phone"] == "13800001234"
    event = journal.events_of(case).get(type="complaints.personal_read")
    assert event.actor == bank["liaison"]
    assert "13800001234" not in str(event.facts)


def test_a_confidential_reporter_is_for_the_handler_and_the_office(flow, bank):
    case = flow.handled(confidential=True)
    with pytest.raises(Forbidden, match="保密"):
        services.open_personal(case, by=bank["complaints"], purpose="看看")
    assert services.open_personal(case, by=bank["liaison"], purpose="回电")
    assert services.open_personal(case, by=bank["office"], purpose="督办")


def test_corrections_keep_what_was_before_and_no_personal_data_in_the_chain(flow, bank):
    case = flow.opened()
    services.correct(case, by=bank["liaison"], values={"cause": "定价收费", "phone": "13900005678"})
    case.refresh_from_db()
    traces = {row["field"]: row for row in case.ticket["corrections"]}
    assert traces["cause"]["to"] == "定价收费"
    assert traces["phone"]["to"] == ""
    event = journal.events_of(case).get(type="complaints.corrected")
    assert "13900005678" not in str(event.facts) + str(event.changes)
    assert event.personal_values.values["values"]["phone"][1] == "13900005678"
    with pytest.raises(BadValue):
        services.correct(case, by=bank["liaison"], values={"state": "closed"})


def test_links_and_earlier_complaints_of_the_same_customer(flow, bank):
    first, second = flow.opened(), flow.opened(text="又扣了一次")
    assert services.earlier_of(second, bank["liaison"]) == [first]
    made = services.link(second, other=first, kind="repeat", reason="同一人同一卡", probability=0.9)
    assert made.confirmed is None
    assert services.decide_link(made, by=bank["liaison"], confirm=True).confirmed
    assert Link.objects.count() == 1
    with pytest.raises(BadValue):
        services.link(second, other=second, kind="repeat", reason="自己", by=bank["liaison"])


def test_a_complaint_leads_to_the_ledger_once(flow, bank):
    case = flow.handled()
    issue = services.open_issue(case, by=bank["complaints"], title="分期办理未说明费用")
    assert issue == services.open_issue(case, by=bank["complaints"], title="分期办理未说明费用")
    assert issue.source == "complaint"
    with pytest.raises(Refused, match="产品"):
        services.ask_reevaluation(case, by=bank["complaints"], reason="近期多件")


def test_open_work_goes_along_when_a_post_is_handed_over(flow, bank):
    case = flow.handled()
    task = services.task_out(
        case, by=bank["liaison"], unit=bank.units["branch"], assignee=bank["liaison"], request="核实"
    )
    people.hand_over(giver=bank["liaison"], receiver=bank["branch_submitter"], by=bank["admin"])
    case.refresh_from_db()
    task.refresh_from_db()
    assert case.handler == task.assignee == bank["branch_submitter"]


def test_a_case_is_not_handed_to_whoever_it_complains_of(flow, bank):
    case = flow.handled()
    services.add_party(case, by=bank["complaints"], kind="respondent", name="", person=bank["branch_submitter"])
    people.hand_over(giver=bank["liaison"], receiver=bank["branch_submitter"], by=bank["admin"])
    case.refresh_from_db()
    assert case.handler is None
    assert case in queries.waiting_for(bank["complaints"]), "somebody has to give it to another"
