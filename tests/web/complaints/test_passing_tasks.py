"""A unit's task is given out and handed on: to whom and to whom not, by whom, how often, with what trace."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone
from rest_answers import did, send

from xiaobao_web.complaints import queries, services
from xiaobao_web.complaints.forms.passing import PassTaskForm
from xiaobao_web.complaints.forms.steps import TaskForm
from xiaobao_web.complaints.models import Case, PartyKind, Task
from xiaobao_web.complaints.services import passing
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Hidden, Refused
from xiaobao_web.kernel.models import Notification
from xiaobao_web.kernel.models.journal import Event
from xiaobao_web.people.services import appoint, delegate, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(flow, bank):
    return services.task_out(flow.handled(), by=bank["liaison"], unit=bank.units["retail"], request="请说明计费依据")


def told(person) -> list[str]:
    return list(Notification.objects.filter(person=person).values_list("title", flat=True))


def test_the_head_gives_a_task_to_somebody_and_it_is_on_their_desk(task, bank):
    assert task in queries.tasks_of(bank["sender_head"])
    due = deadlines.running(task).get().due_at
    row = services.pass_task(task, by=bank["sender_head"], assignee=bank["submitter"])
    assert (row.assignee, row.unit, row.passed, row.due_on) == (bank["submitter"], bank.units["retail"], 0, task.due_on)
    assert deadlines.running(row).get().due_at == due, "the day stays"
    assert row in queries.tasks_of(bank["submitter"])
    assert row not in queries.tasks_of(bank["sender_head"])
    event = Event.objects.get(type="complaints.task_passed")
    assert event.subject_id == str(task.case_id)
    assert "零售" in journal.sentence(event)
    assert "周送审" in journal.sentence(event)
    assert "原因" not in journal.sentence(event)
    assert any("请协办" in words for words in told(bank["submitter"]))
    assert services.answer_task(row, by=bank["submitter"], reply="按月计费").replied_by == bank["submitter"]


def test_another_unit_has_it_with_its_reason_and_its_head_sees_to_it(task, bank):
    head, other = bank["sender_head"], bank.units["branch"]
    with pytest.raises(BadValue, match="原因"):
        services.pass_task(task, by=head, unit=other)
    row = services.pass_task(task, by=head, unit=other, reason="由分行办理的业务")
    assert (row.unit, row.assignee, row.passed) == (other, None, 1)
    assert row in queries.tasks_of(bank["branch_head"])
    assert row not in queries.tasks_of(head)
    assert "原因：由分行办理的业务" in journal.sentence(Event.objects.get(type="complaints.task_passed"))
    assert any("请协办" in words for words in told(bank["branch_head"]))
    assert any("转给了其他单位" in words for words in told(bank["liaison"])), "who asked knows where it is"
    with pytest.raises((Forbidden, Hidden)):
        services.pass_task(row, by=head, unit=bank.units["retail"], reason="还给我们")


def test_what_a_person_has_is_taken_away_with_a_reason_only(task, bank):
    row = services.pass_task(task, by=bank["sender_head"], assignee=bank["submitter"])
    with pytest.raises(BadValue, match="原因"):
        services.pass_task(row, by=bank["sender_head"], assignee=bank["colleague"])
    row = services.pass_task(row, by=bank["sender_head"], assignee=bank["colleague"], reason="休假")
    assert row.assignee == bank["colleague"]


@pytest.mark.parametrize(("values", "words"), [
    ({}, "请选择"), ({"assignee": "branch_submitter"}, "不是"), ({"assignee": "auditor"}, "不是"),
    ({"unit": "branch", "assignee": "submitter", "reason": "转错了"}, "不是"),
])  # fmt: skip
def test_nobody_is_given_what_they_cannot_answer(task, bank, values, words):
    chosen = {name: bank[value] if name == "assignee" else bank.units[value] if name == "unit" else value
              for name, value in values.items()}  # fmt: skip
    with pytest.raises(BadValue, match=words):
        services.pass_task(task, by=bank["sender_head"], **chosen)
    assert not Event.objects.filter(type="complaints.task_passed").exists()
    assert Task.objects.get(pk=task.pk).unit == bank.units["retail"]


def test_those_complained_of_neither_hand_on_nor_are_given_anything(task, bank):
    for who in ("submitter", "sender_head"):
        services.add_party(task.case, by=bank["liaison"], kind=PartyKind.RESPONDENT.value, name="", person=bank[who])
    with pytest.raises(BadValue, match="被投诉员工"):
        services.pass_task(task, by=bank["office"], assignee=bank["submitter"])
    with pytest.raises(Refused, match="回避"):
        services.pass_task(task, by=bank["sender_head"], assignee=bank["colleague"])


def of(flow, bank, unit, **values) -> Task:
    """Return a task of the retail department within a case of a unit."""
    case = flow.handled("complaints", unit=bank.units[unit], **values)
    return services.task_out(case, by=bank["complaints"], unit=bank.units["retail"], request="请说明计费依据")


@pytest.fixture
def outside(bank):
    """Return somebody of the partner who may answer tasks there."""
    person = make_person(username="outside", name="外包员", unit=bank.units["partner"], by=None, password="x" * 12)
    appoint(person=person, role="submitter", organisation=bank.units["partner"], by=None)
    return person


def given_and_handed_on(task, bank, unit: str, words: str, *, by: str = "complaints") -> None:
    """See a unit asked, or refused for the same reason, when a task is given out, over REST and when it is handed on.

    Where it is refused neither form offers it.
    """
    target, case, head = bank.units[unit], task.case, bank["sender_head"]
    forms = TaskForm(case=case, user=bank[by]), PassTaskForm(task=task, user=head)
    offered = [target.pk in dict(form.fields["unit"].choices) for form in forms]
    assert offered == [not words, not words], unit
    if not words:
        assert services.task_out(case, by=bank[by], unit=target, request="请说明").unit == target
        assert services.pass_task(task, by=head, unit=target, reason="由其办理").unit == target
        return
    for give in (
        lambda: services.task_out(case, by=bank[by], unit=target, request="请说明"),
        lambda: services.pass_task(task, by=head, unit=target, reason="由其办理"),
    ):
        with pytest.raises(BadValue, match=words) as told:
            give()
        assert set(told.value.fields) == {"unit"}
    assert Task.objects.get().unit == bank.units["retail"]
    assert not Event.objects.filter(type="complaints.task_passed").exists()


@pytest.mark.parametrize(("unit", "secret", "words"), [
    ("branch", False, "合作机构.*请交给总行"), ("retail", False, "合作机构"), ("head", True, "身份保密"),
    ("partner", True, "身份保密"), ("head", False, ""), ("partner", False, ""),
])  # fmt: skip
def test_a_partner_is_asked_about_what_is_its_own_or_of_the_unit_above_it(flow, bank, outside, unit, secret, words):
    task = of(flow, bank, unit)
    if secret:
        services.set_confidential(task.case, by=bank["office"], confidential=True)
        task.refresh_from_db()
    given_and_handed_on(task, bank, "partner", words)


def test_a_partner_without_anybody_here_is_asked_nothing(flow, bank):
    given_and_handed_on(of(flow, bank, "partner"), bank, "partner", "没有人员可以在平台上回复；请交给总行")


def test_nobody_of_a_partner_is_given_it_by_way_of_the_unit_above(flow, bank, outside):
    task = of(flow, bank, "branch")
    for give in (
        lambda: services.task_out(task.case, by=bank["complaints"], unit=bank.units["head"], assignee=outside,
                                  request="请说明"),
        lambda: services.pass_task(task, by=bank["sender_head"], unit=bank.units["head"], assignee=outside,
                                   reason="请外包答复"),
    ):  # fmt: skip
        with pytest.raises(BadValue, match="合作机构") as told:
            give()
        assert set(told.value.fields) == {"assignee"}
    asked = services.task_out(of(flow, bank, "head", phone="13900001111").case, by=bank["complaints"],
                              unit=bank.units["partner"], request="请说明")  # fmt: skip
    Case.objects.filter(pk=asked.case_id).update(unit=bank.units["branch"])
    asked = Task.objects.get(pk=asked.pk)
    assert services.pass_task(asked, by=bank["office"], assignee=outside).assignee == outside, "it was asked itself"


@pytest.mark.parametrize(("target", "words"), [
    ("branch", "江城分行由.*被投诉员工负责.*请交给总行"),
    ("sub_branch", "江城滨江支行由.*请交给总行"), ("branch_two", ""),
])  # fmt: skip
def test_no_unit_has_it_whose_head_is_complained_of(flow, bank, target, words):
    task = of(flow, bank, "head")
    services.add_party(task.case, by=bank["office"], kind="respondent", name="", person=bank["branch_head"])
    given_and_handed_on(Task.objects.get(), bank, target, words)
    assert not queries.tasks_of(bank["branch_head"]).exists()


def test_one_that_has_another_head_is_asked(flow, bank):
    task = of(flow, bank, "head")
    services.add_party(task.case, by=bank["office"], kind="respondent", name="", person=bank["branch_head"])
    appoint(person=bank["branch_submitter"], role="sender_head", organisation=bank.units["branch"], by=None)
    given_and_handed_on(Task.objects.get(), bank, "branch", "")
    assert any("请协办" in words for words in told(bank["branch_submitter"]))
    assert not any("请协办" in words for words in told(bank["branch_head"]))


def test_nor_is_one_whose_other_head_is_on_leave_or_gone(flow, bank):
    task = of(flow, bank, "head")
    services.add_party(task.case, by=bank["office"], kind="respondent", name="", person=bank["branch_head"])
    other, today = bank["branch_submitter"], timezone.localdate()
    appoint(person=other, role="sender_head", organisation=bank.units["branch"], by=None)
    delegate(giver=other, receiver=bank["branch_head"], since=today, until=today, reason="休假", by=other)
    given_and_handed_on(Task.objects.get(), bank, "branch", "回避")


def test_one_whose_head_complained_of_is_stood_in_for_is_asked(flow, bank):
    task, head, today = of(flow, bank, "head"), bank["branch_head"], timezone.localdate()
    services.add_party(task.case, by=bank["office"], kind="respondent", name="", person=head)
    delegate(giver=head, receiver=bank["other_branch"], since=today, until=today, reason="休假", by=head)
    given_and_handed_on(Task.objects.get(), bank, "branch", "")


def test_both_pages_offer_whom_they_would_not_refuse(flow, bank, client_of, outside):
    task = of(flow, bank, "branch")
    services.add_party(task.case, by=bank["office"], kind="respondent", name="", person=bank["branch_head"])
    step = client_of("complaints").get(reverse("complaint_step", args=[task.case_id, "task_out"]))
    page = client_of("sender_head").get(reverse("complaint_task", args=[task.pk]))
    for form in (step.context["form"], page.context["handing"]):
        units = {label for key, label in form.fields["unit"].choices if key}
        people = " ".join(label for key, label in form.fields["assignee"].choices if key)
        assert {"总行", "海州分行"} <= units
        assert not units & {"江城分行", "江城滨江支行", "云帆助贷"}
        assert "周送审" in people
        assert not any(name in people for name in ("冯分行", "陈行长", "外包员", "吕审计"))
    assert "零售金融部" not in dict(page.context["handing"].fields["unit"].choices).values(), "it is there already"


def test_giving_out_is_refused_on_the_page_and_over_rest(flow, bank, client_of):
    case = of(flow, bank, "head").case
    services.add_party(case, by=bank["office"], kind="respondent", name="", person=bank["branch_head"])
    asked = {"unit": bank.units["branch"].pk, "request": "请核实"}
    client, steps = client_of("complaints"), f"complaints/{case.pk}/steps/task_out"
    page = client.post(reverse("complaint_step", args=[case.pk, "task_out"]), asked)
    assert page.status_code == 422
    assert "回避" in page.context["form"].errors["unit"][0]
    answer = send(client, steps, {"values": asked})
    assert answer.status_code == 422
    assert "请交给总行" in answer.json()["error"]["fields"]["unit"]
    answer = send(client, steps, {"values": {**asked, "unit": bank.units["branch_two"].pk,
                                             "assignee": bank["submitter"].pk}})  # fmt: skip
    assert "海州分行可以回复" in answer.json()["error"]["fields"]["assignee"]
    assert Task.objects.count() == 1


def test_nor_one_whose_head_somebody_complained_of_stands_in_for(flow, bank, client_of):
    task = of(flow, bank, "head")
    today = timezone.localdate()
    head = bank["branch_head"]
    delegate(giver=head, receiver=bank["other_branch"], since=today, until=today, reason="休假", by=head)
    services.add_party(task.case, by=bank["office"], kind="respondent", name="", person=bank["other_branch"])
    handing = {"unit": bank.units["branch"].code, "reason": "由分行办理的业务"}
    told = send(client_of("sender_head"), f"complaints/tasks/{task.pk}/pass", handing)
    assert told.status_code == 422
    assert "回避" in told.json()["error"]["fields"]["unit"]
    page = client_of("sender_head").post(
        reverse("complaint_task", args=[task.pk]), {"action": "pass", **handing, "unit": bank.units["branch"].pk}
    )
    assert page.status_code == 422
    assert "回避" in page.context["handing"].errors["unit"][0]


@pytest.mark.parametrize("who", ["submitter", "branch_head", "auditor", "other_branch"])
def test_only_heads_of_the_unit_and_those_above_hand_on(task, bank, who):
    with pytest.raises((Forbidden, Hidden)):
        services.pass_task(task, by=bank[who], assignee=bank["colleague"])


def test_what_is_answered_is_not_handed_on(task, bank):
    services.answer_task(task, by=bank["sender_head"], reply="按月计费")
    with pytest.raises(Refused, match="待负责人审批"):
        services.pass_task(task, by=bank["office"], assignee=bank["submitter"])


def test_units_do_not_pass_it_round_for_ever(task, bank):
    from xiaobao_web.complaints.data import limits

    units, heads = ("branch", "retail"), ("sender_head", "branch_head")
    for turn in range(limits().transfers):
        task = services.pass_task(task, by=bank[heads[turn % 2]], unit=bank.units[units[turn % 2]], reason="不归我们")
    last = bank[heads[limits().transfers % 2]]
    target = bank.units[units[limits().transfers % 2]]
    with pytest.raises(BadValue, match="消保办"):
        services.pass_task(task, by=last, unit=target, reason="还是不归我们")
    form = PassTaskForm(task=task, user=last)
    assert list(form.fields["unit"].choices) == [("", "—")], "what is refused is not offered, and says why"
    assert "消保办" in form.fields["unit"].help_text
    assert passing.against_another_unit(task, bank["office"]) == ""
    assert services.pass_task(task, by=bank["office"], unit=target, reason="请零售部答复").unit == target


def test_on_the_page(task, bank, client_of):
    page, head = reverse("complaint_task", args=[task.pk]), client_of("sender_head")
    shown = head.get(page).content.decode()
    assert "转交任务" in shown
    assert "转交任务" not in client_of("submitter").get(page).content.decode()
    assert "转交任务" not in client_of("auditor").get(page).content.decode()
    wrong = head.post(page, {"action": "pass", "unit": bank.units["branch"].pk})
    assert wrong.status_code == 422
    assert wrong.context["handing"].errors["reason"] == ["转给其他单位或换人的，请写明原因。"]
    assert head.post(page, {"action": "pass", "assignee": "99999"}).status_code == 422
    done = head.post(page, {"action": "pass", "assignee": bank["submitter"].pk})
    assert done.status_code == 302
    assert done.url == page
    assert Task.objects.get().assignee == bank["submitter"]
    away = {"action": "pass", "unit": bank.units["branch"].pk, "reason": "由分行办理"}
    gone = head.post(page, away)
    assert (gone.status_code, gone.url) == (302, reverse("complaint_tasks")), "it is no longer theirs to see"
    assert client_of("submitter").post(page, away).status_code in (403, 404)
    assert client_of("branch_head").get(page).status_code == 200


def test_over_rest(task, bank, client_of):
    at = f"complaints/tasks/{task.pk}/pass"
    head = client_of("sender_head")
    assert "assignee" in send(head, at, {"assignee": "nobody"}).json()["error"]["fields"]
    assert send(head, at, {"unit": "没有"}).status_code == 422
    assert send(head, at, {}).status_code == 422
    assert send(client_of("submitter"), at, {"assignee": "colleague"}).status_code in (403, 404)
    assert send(client_of("stranger"), at, {"assignee": "colleague"}).status_code in (403, 404)
    row = did(send(head, at, {"assignee": "submitter"}))
    assert (row["assignee"], row["state"]) == (str(bank["submitter"]), "open")
    row = did(send(head, at, {"unit": bank.units["branch"].code, "reason": "由分行办理"}))
    assert (row["assignee"], row["unit"]) == (None, str(bank.units["branch"]))
    assert client_of("sender_head").get(f"/api/complaints/tasks/{task.pk}").status_code == 404
