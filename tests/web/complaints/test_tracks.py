"""Tracks beside a complaint's own: proposed with the reason, chosen where it is opened or accepted, corrected."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import beside, clocking, replaced, services
from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.complaints.services import importing, track_steps
from xiaobao_web.kernel import deadlines, journal
from xiaobao_web.kernel.errors import BadValue, Forbidden, Refused

CLAIM = "我的重疾险报案后被拒赔，保险公司说是既往症，请重新核定。"


def registered(bank, text=CLAIM, **details):
    return services.register(channel="call", text=text, by=bank["liaison"], unit=bank.units["branch"],
                             kind_proposed="complaint", details=details)  # fmt: skip


def day(case, kind):
    row = deadlines.running(case).filter(kind=kind).first()
    return f"{timezone.localtime(row.due_at):%Y-%m-%d}" if row else ""


@pytest.mark.parametrize(
    ("business", "cause", "words", "track"),
    [
        ("保险", "合同条款争议", CLAIM, "insurance_claim"),
        ("保险", "退保退费", "要求退保", ""),
        ("信用卡", "合同条款争议", "拒赔", ""),
        ("征信", "征信异议", "逾期记录不对", "credit_objection"),
        ("个人金融信息", "个人信息保护", "我的资料被泄露了", "info_leak"),
        ("个人金融信息", "个人信息保护", "请注销我的号码，没有泄露", ""),
    ],
)
def test_a_track_is_proposed_only_where_it_is_plain(business, cause, words, track):
    found, why = beside.proposed({"business_type": business, "cause": cause}, words)
    assert found == track
    assert bool(why) is bool(track)


def test_a_clerk_opens_a_complaint_with_the_proposed_track(flow, bank, client_of):
    contact = registered(bank, business_type="保险", cause="合同条款争议")
    page = client_of("liaison").get(contact.get_absolute_url()).content.decode()
    assert "建议“保险理赔”：业务类别是“保险”，原话提到“拒赔”" in page or "原话提到“报案" in page
    assert '<option value="insurance_claim" selected>' in page
    sent = {"action": "screen_kind", "kind": "complaint", "unit": bank.units["branch"].pk, "track": "insurance_claim"}
    assert client_of("liaison").post(contact.get_absolute_url(), sent).status_code == 302
    case = Contact.objects.get(pk=contact.pk).case
    assert (case.track, case.more_tracks) == ("direct", ["insurance_claim"])
    assert {clock.track for clock in clocking.clocks_of(case)} == {"direct", "insurance_claim"}
    assert day(case, "statutory.notify") == "2026-03-17", "the complaint's own term stays"
    assert any(event.type == "complaints.track_added" for event in journal.events_of(case))


def test_the_track_that_is_left_out_is_not_counted(flow, bank, client_of):
    contact = registered(bank, beside="insurance_claim")
    sent = {"action": "screen_kind", "kind": "complaint", "unit": bank.units["branch"].pk, "track": ""}
    assert client_of("liaison").post(contact.get_absolute_url(), sent).status_code == 302
    assert Contact.objects.get(pk=contact.pk).case.more_tracks == []


def test_a_complaint_is_accepted_with_a_track(flow, bank, client_of):
    case = flow.opened(text=CLAIM, business_type="保险", cause="合同条款争议")
    page = client_of("complaints").get(reverse("complaint_step", args=[case.pk, "accept"])).content.decode()
    assert "建议“保险理赔”" in page
    url = f"/api/complaints/{case.pk}/steps/accept"
    ahead = {"values": {"track": "insurance_claim", "at": "2027-01-01T00:00:00Z"}}
    asked = client_of("complaints").post(url, ahead, content_type="application/json")
    assert asked.status_code == 422
    sent = {"values": {"track": "insurance_claim"}}
    assert client_of("complaints").post(url, sent, content_type="application/json").status_code == 200
    case.refresh_from_db()
    assert (case.state, case.more_tracks) == ("accepted", ["insurance_claim"])
    assert day(case, "statutory.respond@insurance_claim")


def test_a_track_counted_from_a_wrong_day_starts_anew(flow, bank):
    case = flow.opened(beside="insurance_claim")
    flow.later(days=3)
    before = day(case, "statutory.respond@insurance_claim")
    moment = timezone.now().replace(day=4)
    case = track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", to="insurance_claim",
                                     at=moment, reason="材料 3 月 4 日才提出")  # fmt: skip
    after = day(case, "statutory.respond@insurance_claim")
    assert after > before
    old = deadlines.of(case).get(kind="replaced.statutory.respond@insurance_claim")
    assert f"{timezone.localtime(old.due_at):%Y-%m-%d}" == before
    assert old.cancelled_at is not None
    assert "已更正" in old.label
    assert any(event.type == "complaints.track_corrected" for event in journal.events_of(case))


def test_a_wrong_track_gives_way_to_the_right_one_or_to_none(flow, bank):
    case = flow.opened(beside="insurance_claim")
    case = track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", to="credit_objection",
                                     reason="是征信异议，不是理赔")  # fmt: skip
    assert case.more_tracks == ["credit_objection"]
    assert day(case, "statutory.notify@credit_objection") == "2026-03-20"
    assert not day(case, "statutory.respond@insurance_claim")
    case = track_steps.correct_track(case, by=bank["liaison"], track="credit_objection", reason="没有异议的内容")
    assert {clock.track for clock in clocking.clocks_of(case)} == {"direct"}
    assert day(case, "statutory.notify") == "2026-03-17"


def test_a_case_on_a_track_alone_comes_back_to_the_complaints_own_term(flow, bank):
    case = flow.opened(track="insurance_claim")
    case = track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", to="credit_objection",
                                     reason="是征信异议，不是理赔")  # fmt: skip
    case = Case.objects.get(pk=case.pk)
    assert (case.track, case.more_tracks) == ("direct", ["credit_objection"])
    assert day(case, "statutory.notify") == "2026-03-17"
    assert deadlines.of(case).filter(kind="replaced.statutory.respond").exists()


def test_what_cannot_be_corrected_is_refused(flow, bank):
    case = flow.opened(beside="insurance_claim")
    give = {"by": bank["liaison"], "track": "insurance_claim"}
    with pytest.raises(BadValue, match="理由"):
        track_steps.correct_track(case, reason=" ", **give)
    with pytest.raises(BadValue, match="起算时间"):
        track_steps.correct_track(case, reason="起算有误，更正", to="insurance_claim", **give)
    with pytest.raises(BadValue, match="没有在计算"):
        track_steps.correct_track(case, by=bank["liaison"], track="info_leak", reason="起算有误，更正")
    with pytest.raises(Forbidden):
        track_steps.correct_track(case, by=bank["auditor"], track="insurance_claim", reason="起算有误，更正")
    flow.later(days=40)
    with pytest.raises(Refused, match="已到"):
        track_steps.correct_track(case, reason="起算有误，更正", **give)


def test_programs_and_tables_say_the_track(flow, bank, client_of):
    body = {"source_system": "核心", "source_number": "A1", "text": CLAIM, "track": "insurance_claim"}
    told = client_of("liaison").post("/api/complaints/contacts", body, content_type="application/json").json()
    sent = client_of("liaison").post(
        f"/api/complaints/contacts/{told['id']}/screen", {"kind": "complaint"}, content_type="application/json"
    )
    assert sent.status_code == 200, sent.content
    assert Case.objects.get(number=sent.json()["case"]).more_tracks == ["insurance_claim"]
    table = "投诉编号,投诉内容,并行时限\nB1,要求更正征信记录,征信异议\nB2,要求退费,随便什么\n".encode()
    stored = importing.store(SimpleUploadedFile("投诉.csv", table), by=bank["complaints"])
    shown = importing.preview(stored, "老系统", by=bank["complaints"])
    assert [row.record["track"] for row in shown.good] == ["credit_objection"]
    assert "没有“随便什么”" in "".join(shown.bad[0].faults)


def leaked(flow, bank, **more):
    case = flow.handled()
    return services.add_track(case, by=bank["liaison"], track="info_leak", reason="技术部门确认泄露", **more)


def test_a_leak_is_reported_and_its_clock_ends_also_after_closing(flow, bank, client_of):
    case = leaked(flow, bank)
    assert day(case, "statutory.report_by@info_leak")
    client, url = client_of("liaison"), reverse("complaint_step", args=[case.pk, "report_leak"])
    flow.found(flow.answered(case))
    case = services.close(Case.objects.get(pk=case.pk), by=bank["liaison"], outcome="met")
    assert "登记信息泄露报告" in client.get(case.get_absolute_url()).content.decode()
    assert client.post(url, {"proof": " "}).status_code == 422
    assert client.post(url, {"proof": "江银报〔2026〕8号", "at": "2027-01-01T10:00"}).status_code == 422, "not yet"
    assert client.post(url, {"proof": "江银报〔2026〕8号", "at": "2025-01-01T10:00"}).status_code == 422, "before it"
    assert client.post(url, {"proof": "江银报〔2026〕8号"}).status_code == 302
    assert day(case, "statutory.report_by@info_leak") == ""
    report = next(clock for clock in clocking.clocks_of(case) if clock.name == "report_by")
    assert report.met
    assert [event.facts for event in journal.events_of(case).filter(type="complaints.leak_reported")] == [
        {"proof": "江银报〔2026〕8号"}
    ]
    assert "登记信息泄露报告" not in client.get(case.get_absolute_url()).content.decode()
    assert client.post(url, {"proof": "再报一次"}).status_code == 422, "once"


def test_a_leak_reported_before_the_complaint_came_is_in_time(flow, bank):
    now = timezone.now()
    case = leaked(flow, bank, at=now - timedelta(days=5))
    track_steps.report_leak(case, by=bank["liaison"], proof="回执", at=now - timedelta(days=4))
    report = next(clock for clock in clocking.clocks_of(case) if clock.name == "report_by")
    assert report.met


def test_other_complaints_have_no_leak_to_report(flow, bank):
    with pytest.raises(Refused, match="信息泄露"):
        track_steps.report_leak(flow.handled(), by=bank["liaison"], proof="回执")


def test_a_reason_that_is_too_short_is_not_called_empty(flow, bank):
    with pytest.raises(BadValue) as refused:
        services.add_track(flow.handled(), by=bank["liaison"], track="info_leak", reason="测试")
    assert refused.value.fields == {"reason": "至少 4 个字"}


def test_another_beginning_of_the_same_track_is_told_as_that(flow, bank):
    case = flow.handled()
    services.add_track(case, by=bank["liaison"], track="insurance_claim", reason="客户提出理赔")
    track_steps.correct_track(case, by=bank["liaison"], track="insurance_claim", to="insurance_claim",
                              at=timezone.now() - timedelta(days=1), reason="报案时间写错")  # fmt: skip
    event = journal.events_of(case).filter(type="complaints.track_corrected").get()
    told = journal.sentence(event)
    assert "保险理赔改为自 " in told
    assert " 起算，理由：报案时间写错" in told
    assert next(row.why for row in replaced.replaced_of(case)).startswith("更正起算时间")
