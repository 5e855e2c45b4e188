"""Whose term a clock is: what an authority must do in its own term is shown, and counted against nobody here."""

from __future__ import annotations

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import clocking, queries, services
from xiaobao_web.complaints.models import Case, CaseEvent, Escalation
from xiaobao_web.complaints.services import regulators
from xiaobao_web.complaints.tasks import escalate, recompute
from xiaobao_web.insights import sums
from xiaobao_web.kernel import deadlines, desk
from xiaobao_web.kernel.models import Deadline, Notification
from xiaobao_web.kernel.tasks import warn_deadlines

TARGET = "answer_authority"
PARTS = dict.fromkeys(regulators.REPORT_FIELDS, "经核实，已向投诉人说明并退还费用。")


def transferred(bank, **values):
    """Return a transfer of the market authority's, a complaint of its own unless `case` says which."""
    values = {"source": "12315", "bureau": "江城市场监管局", "number": "SJ2026-18", "text": "办卡送的礼品一直没有给。",
              "by": bank["complaints"], **values}  # fmt: skip
    if "case" not in values:
        values["unit"] = bank.units["branch"]
    return services.receive_transfer(**values)


def kinds(case):
    return {row.kind for row in deadlines.of(case)}


def local(row):
    return timezone.localdate(row.due_at)


def test_the_term_of_the_authority_is_shown_and_kept_as_nobodys_deadline_here(flow, bank, client_of):
    case = transferred(bank).case
    clocks = {clock.name: clock for clock in clocking.clocks_of(case)}
    assert clocks["respond"].due == date(2026, 3, 11), "seven working days"
    assert not [kind for kind in kinds(case) if kind.startswith("statutory.")]
    page = client_of("complaints").get(case.get_absolute_url()).content.decode()
    for words in ("行政部门处理", "2026-03-11", "行政部门的期限", "实施条例", "不计入本机构的按期率和逾期"):
        assert words in page
    days = client_of("complaints").get(reverse("complaint_clock", args=[case.pk, 0])).content.decode()
    assert days.count("03-") == 10, "from the 2nd to the 11th, day by day"
    told = client_of("complaints").get(f"/api/complaints/{case.pk}/clocks").json()
    assert {(row["name"], row["whose"], row["ours"]) for row in told} == {
        ("respond", "regulator", False), ("notify", "regulator", False)}  # fmt: skip


def test_nothing_of_it_is_counted_once_it_has_run_out(flow, bank):
    case = transferred(bank).case
    services.report(case.transfers_in.get(), by=bank["complaints"], parts=PARTS)
    services.accept(case, by=bank["complaints"])
    services.assign(case, by=bank["complaints"], handler=bank["liaison"])
    services.investigate(case, by=bank["liaison"], kind="call", text="已电话联系投诉人核实。")
    flow.to(2026, 4, 20)
    recompute()
    assert not queries.overdue(bank["complaints"]).filter(pk=case.pk).exists(), "no list says that it is late"
    shelves = desk.shelves("late", bank["office"])
    assert not [shelf for shelf in shelves if shelf.late], "nor the desk of those who oversee"
    assert escalate() == 0
    assert warn_deadlines() == 0
    assert not Escalation.objects.exists()
    total = sums.counted(Case.objects.filter(pk=case.pk))["track"]["consumer_authority"]
    assert (total.total, total.missed) == (1, 0)


def test_our_own_target_reminds_until_the_authority_has_its_answer(flow, bank):
    made = transferred(bank)
    row = deadlines.running(made.case).get(kind=TARGET)
    assert (row.label, local(row)) == ("答复行政部门", date(2026, 3, 6)), "28 working hours, before the authority's day"
    services.accept(made.case, by=bank["complaints"])
    services.assign(made.case, by=bank["complaints"], handler=bank["liaison"])
    flow.to(2026, 3, 6, 9)
    escalate()
    assert Notification.objects.filter(person=bank["liaison"], title__contains="答复行政部门").exists()
    flow.to(2026, 3, 9, 9)
    escalate()
    steps = set(Escalation.objects.filter(deadline=row).values_list("step", flat=True))
    assert "late" in steps
    told = Notification.objects.filter(person=bank["executive"], title__contains="答复行政部门")
    assert not told.exists(), "it is internal"
    services.report(made, by=bank["complaints"], parts=PARTS)
    row.refresh_from_db()
    assert row.met_at == timezone.now()
    recompute()
    assert not deadlines.running(made.case).filter(kind=TARGET).exists(), "and is not started again"
    services.send_back(made, by=bank["complaints"], text="请补充退费凭证。")
    assert deadlines.running(made.case).get(kind=TARGET).started_at == timezone.now()


def test_a_case_of_the_authoritys_that_ended_still_owes_its_answer(flow, bank):
    made = transferred(bank)
    services.accept(made.case, by=bank["complaints"])
    services.withdraw(made.case, by=bank["liaison"], reason="来电撤回，录音在案")
    assert deadlines.running(made.case).filter(kind=TARGET).exists()


def test_the_authoritys_term_beside_a_complaint_counts_from_its_receipt(flow, bank):
    case = flow.handled()
    flow.to(2026, 3, 9)
    transferred(bank, case=case, received_by_bureau=date(2026, 3, 6))
    case.refresh_from_db()
    due = {(clock.track, clock.name): clock.due for clock in clocking.clocks_of(case)}
    assert due["consumer_authority", "notify"] == date(2026, 3, 17), "from 6 March, not from the complaint's 2 March"
    assert due["direct", "notify"] == date(2026, 3, 17)
    statutory = deadlines.running(case).filter(kind__startswith="statutory.")
    assert {row.kind for row in statutory} == {"statutory.notify"}, "the complaint's own term is ours"
    assert deadlines.running(case).filter(kind=TARGET).exists()
    transferred(bank, case=case, number="SJ2026-19")
    assert CaseEvent.objects.filter(case=case, facts__track="consumer_authority").count() == 1


def test_a_mediation_of_the_authoritys_is_followed(flow, bank):
    case = transferred(bank).case
    services.accept(case, by=bank["complaints"])
    case = services.assign(case, by=bank["complaints"], handler=bank["liaison"])
    made = services.propose_mediation(case, by=bank["liaison"], organisation="江城市场监管局")
    made = services.answer_mediation(made, by=bank["liaison"], consents=True, proof="电话录音")
    row = deadlines.running(case).get(kind="follow_mediation")
    assert local(row) < next(clock.due for clock in clocking.clocks_of(case) if clock.name == "mediate")
    flow.later(days=3)
    services.end_mediation(made, by=bank["liaison"], agreed=False)
    row.refresh_from_db()
    assert row.met_at == timezone.now()


def test_a_claim_that_is_no_authoritys_keeps_its_clocks_as_ours(flow, bank):
    case = flow.handled(track="insurance_claim")
    assert {"statutory.respond", "statutory.prepay"} <= kinds(case)


def test_a_review_by_the_bureau_of_a_credit_objection_is_the_bureaus(flow, bank):
    case = flow.answered(track="credit_objection")
    services.apply_review(case, by=bank["liaison"], reason="不认可对逾期记录的答复")
    theirs = [clock for clock in clocking.clocks_of(case) if clock.name == "review_decide_by"]
    assert [clock.whose for clock in theirs] == ["regulator"]
    assert "statutory.review_decide_by" not in kinds(case)
    row = deadlines.running(case).get(kind="decide_review")
    assert local(row) < theirs[0].due, "a target of our own reminds instead"
    notes = dict.fromkeys(("process_note", "time_note", "result_note"), "原答复的事实和依据清楚。")
    services.decide_review(case, by=bank["office"], result="redo", **notes)
    row.refresh_from_db()
    assert row.met_at is not None or row.cancelled_at is not None


def test_a_task_is_answered_before_the_authority_waits_for_us(flow, bank):
    case = transferred(bank).case
    services.accept(case, by=bank["complaints"])
    case = services.assign(case, by=bank["complaints"], handler=bank["liaison"])
    flow.to(2026, 3, 5)
    task = services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="请核实礼品的发放记录。")
    assert task.due_on == date(2026, 3, 6), "three working days would be the 10th"


@pytest.mark.parametrize(
    ("track", "kind", "moved"),
    [("consumer_authority", "statutory.notify", True), ("consumer_authority", "statutory.mediate", True),
     ("direct", "statutory.notify", False), ("direct", "statutory.notify@consumer_authority", True),
     ("credit_objection", "statutory.notify", False), ("credit_objection", "statutory.review_decide_by", True)],
)  # fmt: skip
def test_what_was_kept_as_ours_before_is_no_more(flow, bank, track, kind, moved):
    case = flow.opened(track=track)
    Deadline.objects.filter(Q(kind=kind), subject_id=case.pk, subject_type="complaints.case").delete()
    now = timezone.now()
    row = Deadline.objects.create(
        subject_type="complaints.case", subject_id=case.pk, kind=kind, label="告知", started_at=now,
        due_at=now - timedelta(days=1), warn_at=now, met_at=now,
    )  # fmt: skip
    late = Case.objects.filter(sums.is_late(), pk=case.pk)
    assert late.exists()
    import_module("xiaobao_web.complaints.migrations.0021_whose_term").give_back(apps, None)
    row.refresh_from_db()
    assert (row.kind == f"theirs.{kind}") is moved
    assert late.exists() is not moved
