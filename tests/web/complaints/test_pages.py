"""The pages of complaints: what each shows, what it refuses, to whom; never personal data in a list."""

from __future__ import annotations

import pytest
from complaint_words import GOOD
from django.urls import reverse

from xiaobao_web.complaints import services, verbs
from xiaobao_web.complaints.models import Case, Contact
from xiaobao_web.kernel import journal
from xiaobao_web.people.services import appoint, make_person

pytestmark = pytest.mark.django_db


def address(case: Case, name: str = "complaint", **more: object) -> str:
    return reverse(name, kwargs={"pk": case.pk, **more})


def read(answer: object) -> bytes:
    """Read a file that is handed out to its end, which closes it."""
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def text_of(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["complaints", "complaint_contacts", "complaint_tasks", "complaint_transfers"])
def test_lists_show_rows_and_hide_people(flow, bank, client_of, name):
    case = flow.handled()
    services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="核实")
    services.receive_transfer(
        source="12378", bureau="江城监管局", number="JG-1", text="", by=bank["complaints"], case=case
    )
    shown = text_of(client_of("complaints").get(reverse(name), {"view": "all"}))
    assert case.number in shown or case.contacts.get().number in shown
    for secret in ("周可欣", "13800001234"):
        assert secret not in shown


def test_a_whole_telephone_number_finds_its_cases(flow, client_of):
    case = flow.opened()
    found = text_of(client_of("complaints").get(reverse("complaints"), {"view": "all", "q": "13800001234"}))
    assert case.number in found
    assert case.number not in text_of(
        client_of("complaints").get(reverse("complaints"), {"view": "all", "q": "13800009999"})
    )


def test_the_case_page_shows_the_case_masked_with_its_clocks(flow, client_of):
    case = flow.handled()
    shown = text_of(client_of("liaison").get(address(case)))
    for words in (case.number, "2026-03-17", "第18条", "逐日推算", "申请延期", "起草告知书", "138****1234"):
        assert words in shown
    assert "13800001234" not in shown
    assert "周可欣" not in shown


@pytest.mark.parametrize(("who", "status"), [("liaison", 200), ("branch_head", 200), ("other_branch", 404),
                                             ("stranger", 404),
                                             ("auditor", 200), ("submitter", 404)])  # fmt: skip
def test_who_sees_a_case_of_the_branch(flow, client_of, who, status):
    assert client_of(who).get(address(flow.handled())).status_code == status


def test_a_clock_opens_day_by_day(flow, client_of):
    case = flow.opened()
    shown = text_of(client_of("liaison").get(address(case, "complaint_clock", place=0)))
    assert "03-17" in shown
    assert ">15<" in shown
    assert client_of("liaison").get(address(case, "complaint_clock", place=99)).status_code == 404


@pytest.mark.parametrize("verb", list(verbs.VERBS))
def test_every_step_has_a_form_or_says_why_not(flow, client_of, verb):
    case = flow.handled()
    for who in ("liaison", "office"):
        page = client_of(who).get(address(case, "complaint_step", verb=verb))
        assert page.status_code == 200
        assert str(verbs.VERBS[verb].label) in text_of(page)
    part = client_of("liaison").get(address(case, "complaint_step", verb=verb), headers={"HX-Request": "true"})
    assert "<html" not in text_of(part)


def test_steps_are_done_by_their_forms(flow, bank, client_of):
    case = flow.opened()
    desk = client_of("complaints")
    assert desk.post(address(case, "complaint_step", verb="accept"), {}).status_code == 302
    wrong = desk.post(address(case, "complaint_step", verb="assign"), {"handler": ""})
    assert wrong.status_code == 422
    desk.post(address(case, "complaint_step", verb="assign"), {"handler": bank["liaison"].pk})
    case.refresh_from_db()
    assert case.handler == bank["liaison"]
    mine = client_of("liaison")
    mine.post(address(case, "complaint_step", verb="investigate"), {"kind": "call", "text": "已联系"})
    assert case.records.count() == 1
    refused = mine.post(
        address(case, "complaint_step", verb="ask_extension"), {"kind": "special", "reason": "需要外部鉴定"}
    )
    assert refused.status_code == 422
    assert "先认定情况复杂" in text_of(refused)
    assert client_of("liaison").get(address(case, "complaint_step", verb="fly")).status_code == 404


def test_raw_data_opens_on_purpose_and_leaves_a_trace(flow, client_of):
    case = flow.handled()
    assert client_of("liaison").post(address(case, "complaint_personal"), {}).status_code == 422
    shown = text_of(client_of("liaison").post(address(case, "complaint_personal"), {"purpose": "回电"}))
    assert "13800001234" in shown
    assert journal.events_of(case).filter(type="complaints.personal_read").count() == 1
    assert client_of("branch_head").post(address(case, "complaint_personal"), {"purpose": "看"}).status_code == 403
    assert client_of("other_branch").post(address(case, "complaint_personal"), {"purpose": "看"}).status_code == 404


def test_who_was_offered_is_taken_though_many_are_fitter_by_now(flow, bank, client_of):
    case, desk = flow.opened(), client_of("complaints")
    desk.post(address(case, "complaint_step", verb="accept"), {})
    for number in range(35):
        clerk = make_person(username=f"clerk{number}", name=f"金{number}", unit=bank["liaison"].unit, by=bank["admin"])
        appoint(person=clerk, role="complaints", organisation=bank["liaison"].unit, by=bank["admin"])
    last = services.candidates(case)[-1].person
    assert desk.post(address(case, "complaint_step", verb="assign"), {"handler": last.pk}).status_code == 302
    case.refresh_from_db()
    assert case.handler == last


def test_the_letter_page_checks_as_one_types_and_refuses_what_lacks(flow, client_of):
    case = flow.handled()
    mine = client_of("liaison")
    assert "救济途径" in text_of(mine.get(address(case, "complaint_letter")))
    checked = text_of(mine.post(address(case, "complaint_letter_check"), {**GOOD, "reasons": ""}))
    assert "3/4" in checked
    wrong = mine.post(address(case, "complaint_letter"), {**GOOD, "reasons": "", "action": "submit"})
    assert wrong.status_code == 422
    assert "依据和理由" in text_of(wrong)
    assert "录音" in text_of(wrong), "what was typed is kept"
    assert mine.post(address(case, "complaint_letter"), {**GOOD, "action": "submit"}).status_code == 302
    sent = mine.post(address(case, "complaint_letter"), {"action": "send", "mode": "post", "proof": "EMS 1"})
    assert sent.status_code == 302
    case.refresh_from_db()
    assert case.state == "answered"
    document = mine.get(address(case, "complaint_letter_document", version=1))
    assert read(document)[:2] == b"PK"
    assert mine.get(address(case, "complaint_letter_document", version=2)).status_code == 404


def test_a_clerk_registers_a_call_and_it_is_a_case(flow, bank, client_of):
    given = {
        "channel": "call", "text": "分期没说手续费", "customer_name": "周可欣", "phone": "13800001234",
        "kind": "complaint",
        "urgency": "normal", "people_count": "1", "business_type": "信用卡",
        "cause": "信息披露与告知不足", "demands": ["退款退费"],
    }  # fmt: skip
    answer = client_of("liaison").post(reverse("complaint_register"), given)
    case = Case.objects.get()
    assert answer.url == case.get_absolute_url()
    assert (case.phone, case.title) == ("13800001234", "信用卡：信息披露与告知不足，要求退款退费")
    assert case.more_tracks == []
    given["track"] = "insurance_claim"
    client_of("liaison").post(reverse("complaint_register"), given)
    beside = Case.objects.latest("pk")
    assert beside.more_tracks == ["insurance_claim"], "what runs beside the complaint is said where it is taken down"
    assert "立案时带来" in client_of("liaison").get(beside.get_absolute_url()).content.decode()
    page = client_of("liaison").get(reverse("complaint_register")).content.decode()
    assert "并行时限" in page
    assert 'value="credit_objection"' in page
    wrong = client_of("liaison").post(reverse("complaint_register"), {**given, "kind": "inquiry"})
    assert wrong.status_code == 422
    client_of("service").post(reverse("complaint_register"), given)
    waiting = Contact.objects.latest("pk")
    assert waiting.state == "new", "a call centre's clerk registers, others tell apart"
    screen = client_of("complaints").get(waiting.get_absolute_url()).content.decode()
    assert '<option value="insurance_claim" selected>' in screen
    assert "登记时选定" in screen


def test_a_contact_is_told_apart_and_checked_on_its_page(flow, bank, client_of):
    row = services.register(channel="call", text="问利率", by=bank["liaison"])
    page = reverse("complaint_contact", kwargs={"pk": row.pk})
    assert client_of("liaison").post(page, {"action": "screen_kind", "kind": "inquiry"}).status_code == 422
    done = client_of("liaison").post(page, {"action": "screen_kind", "kind": "inquiry", "reason": "只问利率"})
    assert done.status_code == 302
    assert client_of("complaints").post(page, {"action": "check_kind", "agree": "0"}).status_code == 302
    assert Case.objects.count() == 1
    assert client_of("liaison").post(page, {"action": "fly"}).status_code == 422


def test_a_unit_sees_its_task_and_not_the_case(flow, bank, client_of):
    case = flow.handled()
    task = services.task_out(case, by=bank["liaison"], unit=bank.units["retail"], request="核实收费依据")
    page = reverse("complaint_task", kwargs={"pk": task.pk})
    assert "核实收费依据" in text_of(client_of("submitter").get(page))
    assert client_of("submitter").get(address(case)).status_code == 404
    assert client_of("other_branch").get(page).status_code == 404
    assert client_of("submitter").post(page, {"action": "answer", "reply": ""}).status_code == 422
    assert client_of("submitter").post(page, {"action": "answer", "reply": "未说明"}).status_code == 302
    assert client_of("sender_head").post(page, {"action": "approve"}).status_code == 302
    task.refresh_from_db()
    assert task.state == "approved"


def test_a_transfer_is_registered_and_reported_on_its_pages(flow, bank, client_of):
    given = {
        "source": "12378", "bureau": "江城监管局", "number": "JG-7", "text": "反映分期收费", "due_on": "2026-03-12",
        "unit": bank.units["branch"].pk, "customer_name": "周可欣",
    }  # fmt: skip
    desk = client_of("complaints")
    assert desk.post(reverse("complaint_transfer_new"), {**given, "text": ""}).status_code == 422
    assert desk.post(reverse("complaint_transfer_new"), given).status_code == 302
    row = Case.objects.get().transfers_in.get()
    page = reverse("complaint_transfer", kwargs={"pk": row.pk})
    assert desk.get(page).status_code == 200
    parts = dict.fromkeys(services.draft_report(row), "如上。")
    assert desk.post(page, {**parts, "basis": ""}).status_code == 422
    assert desk.post(page, parts).status_code == 302
    assert read(desk.get(reverse("complaint_transfer_document", kwargs={"pk": row.pk})))[:2] == b"PK"


def test_the_ticket_is_corrected_on_a_page(flow, client_of):
    case = flow.handled()
    page = address(case, "complaint_correct")
    mine = client_of("liaison")
    assert "13800001234" in text_of(mine.get(page))
    given = {
        "title": "改过的", "summary": "摘要", "customer_name": "周可欣", "phone": "13900000000", "urgency": "high",
        "people_count": "1", "demands": ["道歉"],
    }  # fmt: skip
    assert mine.post(page, given).status_code == 302
    case.refresh_from_db()
    assert (case.phone, case.demands, case.urgency) == ("13900000000", ["道歉"], "high")
    assert client_of("branch_head").get(page).status_code == 403


def test_the_desk_shows_what_waits(flow, bank, client_of):
    case = flow.handled()
    assert case.number in text_of(client_of("liaison").get(reverse("desk")))


def test_queries_of_the_list_do_not_grow(flow, client_of, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    browser = client_of("complaints")
    for number in (2, 8):
        for n in range(number):
            flow.opened(text=f"第 {number} 批第 {n} 件")
        browser.get(reverse("complaints"), {"view": "all"})
        with CaptureQueriesContext(
            connection,
        ) as seen:
            browser.get(reverse("complaints"), {"view": "all"})
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_whoever_may_not_open_the_files_is_not_sent_for_them(flow, client_of):
    case = flow.handled()
    asked = reverse("files_of", args=["complaints.case", case.pk])
    assert asked in client_of("liaison").get(case.get_absolute_url()).content.decode()
    body = client_of("branch_head").get(case.get_absolute_url()).content.decode()
    assert asked not in body
    assert "0 个附件" in body
