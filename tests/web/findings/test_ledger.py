"""The rectification ledger: from entered to struck off, with four eyes, evidence, extensions and repeats."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from xiaobao_web.findings import queries, services
from xiaobao_web.findings.models import Issue, IssueState
from xiaobao_web.kernel import deadlines, files, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.people import services as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(bank):
    return services.open_issue(
        source="audit",
        title="理财海报缺少风险提示",
        category="missing_risk_warning",
        unit=bank.units["branch"],
        severity="high",
        by=bank["auditor"],
    )


def assigned(bank, issue, **more):
    return services.assign(issue, owner=bank["branch_submitter"], by=bank["office"], **more)


def evidence(issue, by):
    stored = files.store(io.BytesIO("已撤换全部海报".encode()), name="证明.txt", by=by)
    return files.attach(issue, stored, name="证明.txt", purpose=services.EVIDENCE, by=by)


def handed_in(bank, issue):
    owner = bank["branch_submitter"]
    assigned(bank, issue)
    services.plan_out(issue, plan="两周内撤换全部海报并培训", by=owner)
    evidence(issue, owner)
    return services.hand_in(issue, outcome="已全部撤换并培训", by=owner)


def test_the_whole_way_is_walked_with_clocks_notices_and_journal(bank, issue):
    assert issue.number.startswith("WT")
    assigned(bank, issue)
    assert issue.due_on == deadlines.calendar().add_working_days(timezone.localdate(), 10).date
    assert {d.kind for d in deadlines.running(issue)} == {"plan", "rectify"}
    assert Notification.objects.filter(person=bank["branch_submitter"], kind="findings.assigned").count() == 1
    services.plan_out(issue, plan="两周内撤换全部海报并培训", by=bank["branch_submitter"])
    evidence(issue, bank["branch_submitter"])
    services.hand_in(issue, outcome="已全部撤换并培训", by=bank["branch_submitter"])
    services.close(issue, by=bank["office"], note="现场核对无误")
    assert issue.state == IssueState.CLOSED
    assert issue.verified_by == bank["office"]
    assert not deadlines.running(issue).exists()
    told = [journal.sentence(event) for event in journal.events_of(issue)]
    assert told[0] == "吕审计 登记问题 " + str(issue) + "，来源：审计"
    assert any("证据 1 份" in line for line in told)
    assert journal.verify().sound


def test_a_date_given_before_the_owner_is_kept(bank):
    today = timezone.localdate()
    given = {"source": "audit", "title": "缺少提示", "unit": bank.units["branch"], "by": bank["auditor"]}
    made = services.open_issue(**given, due_on=today + timedelta(days=9))
    assert made.due_on == today + timedelta(days=9)
    assert assigned(bank, made).due_on == today + timedelta(days=9)
    with pytest.raises(BadValue, match="已经过去"):
        services.open_issue(**given | {"title": "另一件"}, due_on=today - timedelta(days=1))
    with pytest.raises(BadValue, match="还没有到"):
        services.open_issue(**given | {"title": "另一件"}, found_on=today + timedelta(days=1))
    with pytest.raises(BadValue, match="至少 5 个字"):
        services.plan_out(Issue.objects.get(pk=made.pk), plan="再培训", by=bank["branch_submitter"])


def test_nobody_strikes_off_their_own_rectification(bank, issue):
    people.appoint(person=bank["branch_submitter"], role="office", organisation=bank.units["head"], by=None)
    handed_in(bank, issue)
    bank["branch_submitter"].forget_posts()
    with pytest.raises(Forbidden, match="他人"):
        services.close(issue, by=bank["branch_submitter"])
    with pytest.raises(Forbidden):
        services.close(issue, by=bank["branch_head"])
    assert Issue.objects.get().state == IssueState.SUBMITTED


def test_without_evidence_one_says_why(bank, issue):
    assigned(bank, issue)
    owner = bank["branch_submitter"]
    services.plan_out(issue, plan="两周内撤换全部海报并培训", by=owner)
    with pytest.raises(Refused, match="证据"):
        services.hand_in(issue, outcome="已全部撤换", by=owner)
    services.hand_in(issue, outcome="已全部撤换", without_evidence="海报已销毁，只有口头确认", by=owner)
    assert "只有口头确认" in issue.outcome


def test_the_order_of_steps_is_kept_and_the_refusal_says_so(bank, issue):
    with pytest.raises(Refused, match="待派发"):
        services.close(issue, by=bank["office"])
    with pytest.raises(BadValue):
        services.assign(
            issue, owner=bank["liaison"], due_on=timezone.localdate() - timedelta(days=1), by=bank["office"]
        )
    assert issue.state == IssueState.OPEN


def test_sent_back_counts_and_the_old_date_stays(bank, issue):
    handed_in(bank, issue)
    due = issue.due_on
    services.send_back(issue, reason="仍有一个网点未撤换", by=bank["office"])
    assert (issue.state, issue.returned, issue.due_on) == (IssueState.RECTIFYING, 1, due)
    assert "rectify" in {d.kind for d in deadlines.running(issue)}


def test_more_time_is_asked_before_the_date_and_decided_by_another(bank, issue):
    assigned(bank, issue)
    owner = bank["branch_submitter"]
    later = issue.due_on + timedelta(days=14)
    with pytest.raises(BadValue):
        services.ask_extension(issue, new_due=issue.due_on, reason="供应商延误", by=owner)
    asked = services.ask_extension(issue, new_due=later, reason="供应商延误", by=owner)
    with pytest.raises(Refused, match="待审批"):
        services.ask_extension(issue, new_due=later, reason="再来一次", by=owner)
    with pytest.raises(Forbidden):
        services.decide_extension(asked, approve=True, by=owner)
    services.decide_extension(asked, approve=True, by=bank["office"])
    issue.refresh_from_db()
    assert (issue.due_on, issue.extensions) == (later, 1)
    rectify = deadlines.running(issue).get(kind="rectify")
    assert timezone.localtime(rectify.due_at).date() == later


def test_a_late_issue_is_not_extended(bank, issue):
    assigned(bank, issue)
    Issue.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Refused, match="期限已过"):
        services.ask_extension(
            issue, new_due=timezone.localdate() + timedelta(days=5), reason="忙", by=bank["branch_submitter"]
        )
    assert queries.overdue(Issue.objects.all()).count() == 1


def test_the_same_thing_is_entered_once_and_a_repeat_is_flagged(bank, issue):
    again = services.open_issue(
        source="review", title="上线版本不一致", unit=bank.units["branch"], on=bank.units["branch"], by=bank["reviewer"]
    )
    assert again == services.open_issue(
        source="review", title="上线版本不一致", unit=bank.units["branch"], on=bank.units["branch"], by=bank["reviewer"]
    )
    second = services.open_issue(
        source="inspection",
        title="又缺少风险提示",
        category="missing_risk_warning",
        unit=bank.units["branch"],
        by=bank["inspector"],
    )
    elsewhere = services.open_issue(
        source="inspection",
        title="别处缺少风险提示",
        category="missing_risk_warning",
        unit=bank.units["branch_two"],
        by=bank["inspector"],
    )
    assert second.repeat_of == issue
    assert elsewhere.repeat_of is None
    services.mark_repeat(second, of=None, by=bank["office"])
    assert Issue.objects.get(pk=second.pk).repeat_of is None


def test_accountability_notice_and_handing_over(bank, issue):
    assigned(bank, issue)
    services.hold_accountable(issue, measure="对网点负责人通报批评", by=bank["office"])
    with pytest.raises(Forbidden):
        services.hold_accountable(issue, measure="自行免责", by=bank["branch_head"])
    assert services.give_notice(Issue.objects.all(), notice="消保通报〔2026〕3号", by=bank["office"]) == 1
    people.hand_over(giver=bank["branch_submitter"], receiver=bank["liaison"], by=bank["office"])
    issue.refresh_from_db()
    assert issue.owner == bank["liaison"]


def test_a_branch_sees_its_own_issues_only(bank, issue):
    assert queries.visible_issues(bank["branch_head"]).count() == 1
    assert queries.visible_issues(bank["other_branch"]).count() == 0
    assert queries.visible_issues(bank["executive"]).count() == 1
    assert set(queries.waiting_for(bank["office"])) == {issue}
    assert not queries.waiting_for(bank["branch_head"]).exists()
