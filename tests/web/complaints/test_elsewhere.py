"""A call centre's clerk is told that a caller has complaints at branches, and whom to ask, not what is in them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case
from xiaobao_web.kernel.models import Event

pytestmark = pytest.mark.django_db
CALL = "您好我叫周可欣，电话138-0000-1234，上次投诉的分期手续费还没有退给我，我要求尽快退。"
WORDS = "秘密的一句话：客户经理替我勾选了自动分期。"


def read(client, text: str = CALL):
    return client.post(reverse("complaint_take_down"), {"text": text, "channel": "call", "action": "read"})


def told(case) -> int:
    return Event.objects.filter(type="complaints.told_elsewhere", subject_id=str(case.pk)).count()


def test_the_call_centre_is_told_of_a_branchs_case_without_its_words(flow, bank, client_of):
    case = flow.handled(text=WORDS)
    clerk = client_of("service")
    assert clerk.get(case.get_absolute_url()).status_code == 404, "out of reach as before"
    page = read(clerk).content.decode()
    assert "共 1 件不在您的查看范围内" in page
    assert case.number in page
    assert case.get_state_display() in page
    assert "江城分行" in page
    assert "信息披露与告知不足" in page
    assert f"请凭投诉编号联系 {case.handler.unit}" in page
    assert case.get_absolute_url() not in page
    for secret in (case.title, WORDS[:8], str(case.handler)):
        assert secret not in page
    event = Event.objects.get(type="complaints.told_elsewhere", subject_id=str(case.pk))
    assert event.actor_id == bank["service"].pk
    assert "13800001234" not in str(event.__dict__)


def test_by_account_and_document_too_and_a_stranger_to_the_case_is_told_nothing_of_others(flow, client_of):
    flow.opened(phone="13900009999", account="6222020200112233445")
    clerk = client_of("service")
    other = "我叫柳洋，电话17012345678，账户年费450元没有告知，要求退还。"
    assert "不在您的查看范围内" not in read(clerk, other).content.decode()
    same = "我叫周可欣，电话17012345678，卡号6222020200112233445，年费450元没有告知，要求退还。"
    assert "共 1 件不在您的查看范围内" in read(clerk, same).content.decode()


def test_what_one_may_open_is_linked_and_not_told_twice(flow, client_of):
    case = flow.opened()
    page = read(client_of("liaison")).content.decode()
    assert case.get_absolute_url() in page
    assert "不在您的查看范围内" not in page
    assert not told(case)


def test_confidential_cases_and_those_against_the_clerk_are_not_told(flow, bank, client_of):
    hidden = flow.opened(confidential=True)
    against = flow.handled()
    services.add_party(against, by=against.handler, kind="respondent", name="", person=bank["service"])
    page = read(client_of("service")).content.decode()
    assert "不在您的查看范围内" not in page
    assert hidden.number not in page
    assert against.number not in page
    assert not told(hidden)
    assert not told(against)
    services.set_confidential(hidden, by=bank["office"], confidential=False)
    assert hidden.number in read(client_of("service")).content.decode()


def test_many_are_counted_and_the_latest_told(flow, bank, client_of):
    case = flow.opened()
    Case.objects.bulk_create([
        Case(number=f"T{n}", title="题", channel="call", received_at=timezone.now(), unit=bank.units["branch"],
             phone="13800001234") for n in range(11)
    ])  # fmt: skip
    page = read(client_of("service")).content.decode()
    assert "共 12 件不在您的查看范围内，下面是最近 10 件" in page
    assert case.number not in page


def test_a_program_is_told_the_same(flow, client_of):
    case = flow.opened()
    told = client_of("service").post("/api/complaints/read", {"text": CALL}, content_type="application/json").json()
    assert told["earlier"] == []
    assert told["elsewhere_count"] == 1
    (row,) = told["elsewhere"]
    assert (row["number"], row["unit"], row["cause"]) == (case.number, str(case.unit), case.cause)
    assert set(row) == {"number", "received_at", "state", "unit", "cause"}


def test_a_transfer_pasted_by_a_branch_is_told_too(flow, bank, client_of):
    case = flow.opened()
    Case.objects.filter(pk=case.pk).update(unit=bank.units["branch_two"], registered_by=None)
    words = "转办编号：X-1\n投诉人：周可欣\n联系电话：13800001234\n投诉内容：分期手续费没有告知，要求退还。"
    page = client_of("liaison").post(reverse("complaint_transfer_new"), {"pasted": words, "action": "read"})
    assert case.number in page.content.decode()
    assert "海州分行" in page.content.decode()
