"""The flow of a review from draft to archive, with its four eyes, clocks and records."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from xiaobao_web.findings.models import Finding
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused
from xiaobao_web.kernel.models.notification import Notification
from xiaobao_web.materials.models import ApprovedMaterial, Screening
from xiaobao_web.reviews import data, queries, services
from xiaobao_web.reviews.models import Assignment, Point, ReturnRecord, Review

CHANGED = "安享理财，业绩以实际为准，理财非存款，产品有风险，投资须谨慎。"
CLEAN = "本行网点五一假期营业安排：5月1日至3日休息，5月4日起正常营业。"


def open_clocks(review: Review) -> set[str]:
    return set(deadlines.running(review).values_list("kind", flat=True))


def test_draft_to_archive(bank: Any, flow: Any) -> None:
    review = flow.issued()
    assert review.high_risk
    assert "高严重度" in " ".join(review.risk_reasons)
    assert review.state == "answering"
    assert open_clocks(review) == {"answer"}
    opinion = review.opinion_now()
    assert opinion.number.startswith("XBYJ")
    assert review.opinion_numbers == opinion.number
    assert opinion.document is not None
    point = opinion.points.first()
    assert point.basis[0]["label"].startswith("《")
    entry = review.materials.get()
    flow.do(services.new_version, entry, by=bank["submitter"], text=CHANGED)
    entry.refresh_from_db()
    for point in opinion.points.all():
        services.answer_point(point, by=bank["submitter"], adopted=True, text="已改", version=entry.version)
    review = flow.do(services.hand_in_answers, review, by=bank["submitter"])
    assert review.state == "confirming"
    for point in opinion.points.all():
        services.confirm_answer(point, by=bank["reviewer"], accept=True)
    from xiaobao_web.findings import decisions

    for found in queries.findings_of(review).filter(decision="open"):
        decisions.dismiss(found, by=bank["reviewer"], reason="表述合规")
    review = flow.do(services.conclude, review, by=bank["reviewer"])
    assert review.state == "concluded"
    approved = ApprovedMaterial.objects.get(review=review)
    assert approved.version_id == entry.version_id
    with pytest.raises(Refused, match="落实核验"):
        services.archive(review, by=bank["reviewer"])
    row = flow.do(services.start_verification, review, entry, by=bank["reviewer"], place="手机银行首页", text=CHANGED)
    row.refresh_from_db()
    assert row.same
    assert row.likeness == 1
    with pytest.raises(BadValue, match="落实证据"):
        services.decide_verification(row, by=bank["reviewer"], accepted=True, note="")
    evidence = [{"point": item.pk, "followed": True, "note": "页面已改"} for item in opinion.points.all()]
    services.decide_verification(row, by=bank["reviewer"], accepted=True, note="", evidence=evidence)
    review = services.archive(review, by=bank["reviewer"])
    assert review.state == "archived"
    assert not open_clocks(review)
    types = [event.type for event in journal.events_of(review)]
    wanted = [
        "created",
        "finish_assessment",
        "sign",
        "submit",
        "screened",
        "finish_first",
        "agree",
        "issued",
        "conclude",
        "archive",
    ]
    at = [types.index(f"reviews.{name}") for name in wanted]
    assert at == sorted(at)


def test_machine_runs_before_people_and_twice_changes_nothing(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    assert review.state == "first_review"
    found = queries.findings_of(review).count()
    assert found
    assert services.go_on(review).state == "first_review"
    assert services.sweep() == 0
    assert queries.findings_of(review).count() == found
    assert Notification.objects.filter(person=bank["reviewer"], title__contains="待领取").exists()


def test_failed_screening_never_stops_people(bank: Any, flow: Any) -> None:
    from xiaobao_web.materials import screening

    review = flow.signed()
    services.submit(review, by=bank["submitter"])
    Screening.objects.update(state="queued", finished_at=None)
    Review.objects.filter(pk=review.pk).update()
    rows = list(Screening.objects.all())
    review.refresh_from_db()
    if review.state == "screening":
        for row in rows:
            screening.fail(row.pk, "读不出")
        review.refresh_from_db()
    assert review.state == "first_review"


def test_a_screening_that_hangs_is_given_up_after_its_time(bank: Any, flow: Any, time_machine_at: Any) -> None:
    review = flow.draft()
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    services.finish_assessment(review, by=bank["submitter"])
    services.sign(review, by=bank["sender_head"])
    Screening.objects.update(state="running", finished_at=None)
    review = services.submit(review, by=bank["submitter"])
    assert review.state == "screening"
    assert services.sweep() == 0
    with time_machine_at(hours=2):
        assert services.sweep() == 1
    review.refresh_from_db()
    assert review.state == "first_review"


def test_four_eyes(bank: Any, flow: Any) -> None:
    from xiaobao_web.people.services import appoint

    review = flow.draft()
    services.save_assessment(review, flow.answers(review), by=bank["submitter"])
    review = services.finish_assessment(review, by=bank["submitter"])
    appoint(person=bank["submitter"], role="sender_head", organisation=bank.units["retail"], by=None)
    with pytest.raises(Forbidden, match="不能签批自己"):
        services.sign(review, by=bank["submitter"])
    review = services.sign(review, by=bank["sender_head"])
    review = flow.do(services.submit, review, by=bank["submitter"])
    for name in ("submitter", "sender_head"):
        appoint(person=bank[name], role="reviewer", organisation=bank.units["protection"], by=None)
        with pytest.raises(Forbidden, match="参与了"):
            services.take(Review.objects.get(pk=review.pk), by=bank[name])
    appoint(person=bank["colleague"], role="reviewer", organisation=bank.units["protection"], by=None)
    with pytest.raises(Forbidden, match="属于送审部门"):
        services.take(Review.objects.get(pk=review.pk), by=bank["colleague"])
    services.take(Review.objects.get(pk=review.pk), by=bank["reviewer"])
    with pytest.raises(Forbidden, match="褚审查"):
        services.write_opinion(Review.objects.get(pk=review.pk), by=bank["reviewer_two"], conclusion="pass", text="")


def test_second_reviewer_is_another(bank: Any, flow: Any) -> None:
    from xiaobao_web.people.services import appoint

    review = flow.decided()
    services.write_opinion(review, by=bank["reviewer"], conclusion="change", text="")
    review = flow.do(services.finish_first, review, by=bank["reviewer"])
    assert review.state == "second_review"
    appoint(person=bank["reviewer"], role="second_reviewer", organisation=bank.units["protection"], by=None)
    with pytest.raises(Forbidden, match="初审人"):
        services.agree(review, by=bank["reviewer"])
    with pytest.raises(BadValue):
        services.send_back_first(review, by=bank["second_reviewer"], comment=" ")
    review = services.send_back_first(review, by=bank["second_reviewer"], comment="补依据")
    assert review.state == "first_review"
    assert open_clocks(review) == {"first_review"}
    assert Assignment.objects.filter(review=review, duty="first", done_at=None).exists()


def test_point_not_adopted_goes_to_the_right_executive(bank: Any, flow: Any) -> None:
    review = flow.issued()
    points = list(review.opinion_now().points.all())
    for point in points:
        services.answer_point(point, by=bank["submitter"], adopted=False, text="监管另有批复")
    review = services.hand_in_answers(review, by=bank["submitter"])
    assert review.state == "escalated"
    with pytest.raises(Forbidden, match="分管消费者权益保护"):
        services.decide_refusal(points[0], by=bank["line_executive"], approve=True, note="同意")
    services.decide_refusal(points[0], by=bank["executive"], approve=False, note="须改")
    for point in points[1:]:
        services.decide_refusal(point, by=bank["executive"], approve=True, note="同意")
    review.refresh_from_db()
    assert review.state == "answering"
    services.answer_point(points[0], by=bank["submitter"], adopted=False, text="再说明")
    review = services.hand_in_answers(review, by=bank["submitter"])
    services.decide_refusal(points[0], by=bank["executive"], approve=True, note="同意")
    review.refresh_from_db()
    assert review.state == "confirming"
    with pytest.raises(Refused, match="已同意"):
        services.confirm_answer(points[0], by=bank["reviewer"], accept=False, note="不认可")


def test_executive_over_the_line_may_not_decide(bank: Any, flow: Any) -> None:
    review = flow.issued()
    bank.units["retail"].executive = bank["executive"]
    bank.units["retail"].save()
    for point in review.opinion_now().points.all():
        services.answer_point(point, by=bank["submitter"], adopted=False, text="不改")
    services.hand_in_answers(review, by=bank["submitter"])
    with pytest.raises(Forbidden, match="回避"):
        services.decide_refusal(review.opinion_now().points.first(), by=bank["executive"], approve=True, note="同意")


def test_next_round_carries_points_over(bank: Any, flow: Any) -> None:
    review = flow.issued()
    entry = review.materials.get()
    flow.do(
        services.new_version,
        entry,
        by=bank["submitter"],
        text="安享理财，保本保息，年化收益高达 8%，稳赚不赔！\n详询各网点。",
    )
    entry.refresh_from_db()
    points = list(review.opinion_now().points.all())
    for point in points:
        services.answer_point(point, by=bank["submitter"], adopted=True, text="已改", version=entry.version)
    review = services.hand_in_answers(review, by=bank["submitter"])
    services.confirm_answer(points[0], by=bank["reviewer"], accept=False, note="仍有承诺")
    for point in points[1:]:
        services.confirm_answer(point, by=bank["reviewer"], accept=True)
    with pytest.raises(Refused):
        services.conclude(review, by=bank["reviewer"])
    review = services.dispute(review, by=bank["reviewer"], comment="仍有保证性表述")
    assert (review.state, review.round) == ("first_review", 2)
    carried = Point.objects.filter(opinion__review=review, opinion__round=2)
    assert [item.carried_from_id for item in carried] == [points[0].pk]
    assert Finding.objects.filter(version=entry.version).exclude(carried_from=None).exists()


def test_return_is_counted_with_its_reason(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    with pytest.raises(BadValue, match="退回原因"):
        services.return_to_sender(review, by=bank["reviewer"], reason="nonsense", detail="x")
    review = services.return_to_sender(review, by=bank["reviewer"], reason="incomplete", detail="缺产品说明书")
    assert (review.state, review.returns) == ("draft", 1)
    assert ReturnRecord.objects.get().from_state == "first_review"
    assert not open_clocks(review)


def test_gates_block_with_their_reason(bank: Any, flow: Any) -> None:
    review = flow.draft()
    given = flow.answers(review)
    given["no_promise"]["answer"] = "no"
    given["source"]["answer"] = "na"
    services.save_assessment(review, given, by=bank["submitter"])
    with pytest.raises(Refused, match=r"保证性承诺.*请写明情况"):
        services.finish_assessment(review, by=bank["submitter"])


def test_pass_without_points_is_concluded_at_once(bank: Any, flow: Any) -> None:
    review = flow.issued(CLEAN, "pass", title="假期公告")
    assert review.state == "concluded"
    assert ApprovedMaterial.objects.filter(review=review).exists()


def test_legal_countersigns_agreements(bank: Any, flow: Any) -> None:
    review = flow.decided(CLEAN, subject="agreement", title="开户协议")
    assert review.needs_legal
    services.write_opinion(review, by=bank["reviewer"], conclusion="pass", text="同意")
    review = flow.do(services.finish_first, review, by=bank["reviewer"])
    assert review.state == "countersign"
    review = services.object_legal(review, by=bank["legal"], comment="第三条无效")
    assert review.state == "first_review"
    review = flow.do(services.finish_first, review, by=bank["reviewer"])
    review = flow.do(services.countersign, review, by=bank["legal"])
    assert review.state == "concluded"


def test_open_findings_keep_the_first_review_open(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    review.refresh_from_db()
    services.write_opinion(review, by=bank["reviewer"], conclusion="pass", text="")
    with pytest.raises(Refused, match="未处理"):
        services.finish_first(review, by=bank["reviewer"])


def test_parallel_reviewer_is_waited_for(bank: Any, flow: Any) -> None:
    review = flow.decided()
    services.invite(review, bank["reviewer_two"], by=bank["reviewer"])
    services.write_opinion(review, by=bank["reviewer"], conclusion="change", text="")
    with pytest.raises(Refused, match="并行审查人"):
        services.finish_first(review, by=bank["reviewer"])
    services.answer_parallel(review, by=bank["reviewer_two"], agrees=True, note="同意")
    assert flow.do(services.finish_first, review, by=bank["reviewer"]).state == "second_review"


def test_an_invitation_nobody_answers_is_taken_back(bank: Any, flow: Any, client_of: Any) -> None:
    review = flow.decided()
    services.invite(review, bank["reviewer_two"], by=bank["reviewer"])
    with pytest.raises(Refused, match="初审人或消保办"):
        services.uninvite(review, bank["reviewer_two"], by=bank["second_reviewer"])
    shown = client_of("reviewer").get(f"/reviews/{review.pk}/").content.decode()
    assert "撤回邀请" in shown
    get_user_model().objects.filter(pk=bank["reviewer_two"].pk).update(is_active=False)  # who has left cannot answer
    body = {"action": "uninvite", "person": bank["reviewer_two"].pk}
    client_of("reviewer").post(f"/reviews/{review.pk}/act/", body)
    shown = client_of("reviewer").get(f"/reviews/{review.pk}/").content.decode()
    assert "已撤回" in shown
    assert "不同意" not in shown
    with pytest.raises(Refused, match="不需要撤回"):
        services.uninvite(review, bank["reviewer_two"], by=bank["reviewer"])
    services.write_opinion(review, by=bank["reviewer"], conclusion="change", text="")
    assert flow.do(services.finish_first, review, by=bank["reviewer"]).state == "second_review"


def test_a_return_ends_the_invitations(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    services.invite(review, bank["reviewer_two"], by=bank["reviewer"])
    assert queries.waiting_for(bank["reviewer_two"]).filter(pk=review.pk).exists()
    code = next(item.code for item in data.return_reasons() if "first_review" in item.stages)
    services.return_to_sender(review, by=bank["reviewer"], reason=code, detail="请补材料")
    assert not queries.waiting_for(bank["reviewer_two"]).filter(pk=review.pk).exists()


def test_nobody_decides_before_the_comparison_is_done(bank: Any, flow: Any, client_of: Any) -> None:
    from xiaobao_web.reviews.services import launched

    review = flow.issued(CLEAN, "pass")
    entry = review.materials.get()
    row = services.start_verification(review, entry, by=bank["reviewer"], place="官网", text="收益高")  # no job yet
    shown = client_of("reviewer").get(f"/reviews/{review.pk}/verify/").content.decode()
    assert "正在与批准版本比对" in shown
    assert "与批准版本不一致" not in shown
    with pytest.raises(Refused, match="比对完再作结论"):
        services.decide_verification(row, by=bank["reviewer"], accepted=False, note="不一致", evidence=[])
    launched.cannot(row, Refused("这个文件已被拦截。"))
    shown = client_of("reviewer").get(f"/reviews/{review.pk}/verify/").content.decode()
    assert "请人工核对" in shown
    assert "这个文件已被拦截。" in shown
    with pytest.raises(Refused, match="还在办理"):
        services.follow_up(review, by=bank["submitter"])


def test_transfer_and_hand_over(bank: Any, flow: Any) -> None:
    from xiaobao_web.people.services import hand_over

    review = flow.submitted()
    services.take(review, by=bank["reviewer"])
    review = services.transfer(
        Review.objects.get(pk=review.pk), bank["reviewer_two"], by=bank["reviewer"], reason="休假"
    )
    assert review.reviewer == bank["reviewer_two"]
    moved = hand_over(giver=bank["reviewer_two"], receiver=bank["reviewer"], by=bank["office"])
    review.refresh_from_db()
    assert (moved, review.reviewer) == (1, bank["reviewer"])


def test_withdraw(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    review = services.withdraw(review, by=bank["submitter"], comment="产品取消")
    assert review.state == "withdrawn"
    assert not open_clocks(review)


def test_mismatch_at_launch_opens_an_issue(bank: Any, flow: Any) -> None:
    from xiaobao_web.findings.models import Issue

    review = flow.issued(CLEAN, "pass")
    entry = review.materials.get()
    row = flow.do(
        services.start_verification,
        review,
        entry,
        by=bank["reviewer"],
        place="网点门口",
        text=CLEAN + "开户送 8% 收益！",
    )
    row.refresh_from_db()
    assert not row.same
    assert any(item["kind"] != "equal" for item in row.differences)
    services.decide_verification(row, by=bank["reviewer"], accepted=False, note="擅自添加收益承诺")
    assert Issue.objects.get().source == "review"
    with pytest.raises(Refused):
        services.archive(Review.objects.get(pk=review.pk), by=bank["reviewer"])


def test_not_launched_can_be_archived(bank: Any, flow: Any) -> None:
    review = flow.issued(CLEAN, "pass")
    services.note_not_launched(review, by=bank["reviewer"], note="活动取消")
    assert services.archive(review, by=bank["reviewer"]).state == "archived"


def test_waiting_for(bank: Any, flow: Any) -> None:
    review = flow.submitted()
    waits = {name for name in bank.people if queries.waiting_for(bank[name]).filter(pk=review.pk).exists()}
    assert waits == {"reviewer", "reviewer_two"}
    services.take(review, by=bank["reviewer"])
    waits = {name for name in bank.people if queries.waiting_for(bank[name]).filter(pk=review.pk).exists()}
    assert waits == {"reviewer"}
    assert not queries.visible(bank["other_branch"]).exists()
