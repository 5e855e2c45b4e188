"""The clerk's intake form: the machine's values with their words, and what became of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints.models import Contact, FieldCheck
from xiaobao_web.complaints.services import taking_down

pytestmark = pytest.mark.django_db
CALL = "您好我叫宋安宁，电话13800004321，3月2日你们江城分行信用卡账单分期没说手续费，扣了285元，我要求退给我。"


@pytest.fixture
def clerk(client_of):
    return client_of("liaison")


def form_of(answer, **changes):
    form = answer.context["form"]
    values = {}
    for field in form:
        value = field.value()
        if value not in (None, False, ""):
            values[field.name] = value
    values.pop("received_at", None)
    return {**values, "text": CALL, "action": "save", **changes}


def test_the_words_are_marked_and_the_fields_filled(clerk):
    answer = clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})
    shown = answer.content.decode()
    assert '<mark data-field="phone">13800004321</mark>' in shown
    assert answer.context["form"]["customer_name"].value() == "宋安宁"
    assert Contact.objects.count() == 0, "reading keeps nothing"


@pytest.mark.parametrize("moment", ["0141-06-12T01:14", "9999-12-31T23:59", "昨天下午"])
def test_words_are_read_whatever_time_stands_beside_them(clerk, moment):
    data = {"text": CALL, "channel": "call", "action": "read", "received_at": moment}
    answer = clerk.post(reverse("complaint_take_down"), data)
    assert answer.status_code == 200
    assert answer.context["form"]["customer_name"].value() == "宋安宁"
    told = clerk.post(
        "/api/complaints/read", {"text": CALL, "received_at": "0141-06-12T01:14:41Z"}, content_type="application/json"
    )
    assert told.status_code == 422
    assert "2000" in told.json()["error"]["fields"]["received_at"]


def test_markup_in_the_words_stays_words(clerk):
    bad = CALL + "<script>alert(1)</script>"
    shown = clerk.post(
        reverse("complaint_take_down"), {"text": bad, "channel": "call", "action": "read"}
    ).content.decode()
    assert "<script>alert(1)" not in shown


def test_saved_it_is_filed_and_every_value_has_its_fate(clerk, bank):
    answer = clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})
    data = form_of(answer, customer_name="宋安凝", id_number="", kind="complaint", unit=bank.units["branch"].pk)
    saved = clerk.post(reverse("complaint_take_down"), data)
    assert saved.status_code == 302, saved.content.decode()[:3000]
    contact = Contact.objects.get()
    assert contact.case is not None
    assert contact.case.customer_name == "宋安凝"
    fates = dict(contact.field_checks.values_list("field", "fate"))
    assert fates["customer_name"] == "changed"
    assert fates["phone"] == "kept"
    assert fates["id_number"] == "empty"
    assert "宋安宁" not in str(FieldCheck.objects.values_list()), "no value is kept twice"
    rows = {row.field: row for row in taking_down.accuracy(timezone.now() - timedelta(days=1), timezone.now())}
    assert (rows["phone"].share, rows["customer_name"].share) == (1.0, 0.0)
    assert rows["id_number"].invented_share == 0.0


def test_earlier_complaints_and_same_events_are_shown_with_reasons(clerk, bank):
    answer = clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})
    clerk.post(reverse("complaint_take_down"), form_of(answer, kind="complaint", unit=bank.units["branch"].pk))
    case = Contact.objects.get().case
    again = "我是宋安宁13800004321，上次3月2日信用卡分期手续费285元还没退。"
    shown = clerk.post(reverse("complaint_take_down"), {"text": again, "channel": "call", "action": "read"})
    assert case.number in shown.content.decode()
    near = shown.context["reading"].near
    assert near
    assert near[0]["why"]


def test_a_repeat_goes_into_the_case_that_is_shown_instead_of_a_second_one(clerk, bank):
    answer = clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})
    clerk.post(reverse("complaint_take_down"), form_of(answer, kind="complaint", unit=bank.units["branch"].pk))
    case = Contact.objects.get().case
    again = "我是宋安宁13800004321，上次3月2日信用卡分期手续费285元还没退。"
    shown = clerk.post(reverse("complaint_take_down"), {"text": again, "channel": "call", "action": "read"})
    assert f'data-into="{case.number}"' in shown.content.decode()
    unknown = clerk.post(reverse("complaint_take_down"), form_of(shown, kind="complaint", into="TS2026-999999"))
    assert unknown.status_code == 422
    assert "没有这个编号的投诉" in unknown.content.decode()
    data = form_of(shown, kind="complaint", into=case.number.lower())
    saved = clerk.post(reverse("complaint_take_down"), data, follow=True)
    assert f"已并入 {case.number}" in saved.content.decode()
    assert [row.case for row in Contact.objects.order_by("pk")] == [case, case]
    given = {"channel": "branch", "text": "又来问：手续费285元什么时候退", "kind": "complaint", "people_count": "1",
             "urgency": "normal", "into": case.number}  # fmt: skip
    page = clerk.post(reverse("complaint_register"), given, follow=True)
    assert f"已并入 {case.number}" in page.content.decode()
    assert case.contacts.count() == 3


@pytest.mark.parametrize(("machine", "given", "fate"), [
    ("a", "a", "kept"), ("a", "b", "changed"), ("a", "", "cleared"), (None, "b", "added"), (None, "", "empty"),
    (["x", "y"], ["y", "x"], "kept"), (285, "285", "kept"),
])  # fmt: skip
def test_fates(machine, given, fate):
    from decimal import Decimal

    value = Decimal(given) if isinstance(machine, int) else given
    assert taking_down.fate_of(machine, value) == fate


def test_the_figures_page(client_of, clerk, bank):
    answer = clerk.post(reverse("complaint_take_down"), {"text": CALL, "channel": "call", "action": "read"})
    clerk.post(reverse("complaint_take_down"), form_of(answer, kind="complaint"))
    shown = client_of("office").get(reverse("complaint_intake_figures")).content.decode()
    assert "准确率" in shown
    assert "100.00%" in shown


@pytest.mark.parametrize("typed", ["138 0000-4321", "+86 13800004321", "１３８００００４３２１", "138·0000·4321"])
def test_whoever_calls_again_is_known_however_the_number_was_typed(flow, bank, client_of, typed):
    case = flow.opened(customer_name="宋安宁", phone=typed)
    assert case.phone == "13800004321"
    page = client_of("complaints").post(
        reverse("complaint_take_down"),
        {"action": "read", "channel": "call", "text": "我叫宋安宁，电话13800004321，手机银行打不开。"},
    )
    assert [row.pk for row in page.context["reading"].earlier] == [case.pk]


@pytest.mark.parametrize("told", ["010-6543 2100", "13800004321（妻子）", "13800004321转5", "138000043210"])
def test_what_is_no_mobile_number_alone_is_kept_as_it_was_told(flow, bank, told):
    assert flow.opened(phone=told).phone == told


LEAK = "你们行把我的身份证和贷款信息泄露给了助贷公司，天天有人打电话，要求查清楚并赔偿。"


@pytest.mark.parametrize("words", ["", "  \n "])
def test_without_words_the_page_says_what_to_do(clerk, words):
    answer = clerk.post(reverse("complaint_take_down"), {"text": words, "channel": "call", "action": "read"})
    assert answer.status_code == 422
    assert "请先粘贴或录入投诉人说的话" in answer.content.decode()


def test_a_track_is_proposed_with_its_reason_and_opened_with_the_case(clerk):
    answer = clerk.post(reverse("complaint_take_down"), {"text": LEAK, "channel": "call", "action": "read"})
    shown = answer.content.decode()
    assert '<option value="info_leak" selected>' in shown
    assert "建议“信息泄露”：投诉原因是“个人信息保护”，原话提到“泄露”" in shown
    clerk.post(reverse("complaint_take_down"), form_of(answer, text=LEAK, track="info_leak"))
    assert Contact.objects.get().case.more_tracks == ["info_leak"]
    answer = clerk.post(reverse("complaint_take_down"), {"text": LEAK + "又来电", "channel": "call", "action": "read"})
    clerk.post(reverse("complaint_take_down"), form_of(answer, text=LEAK + "又来电", track=""))
    assert Contact.objects.latest("pk").case.more_tracks == [], "what the clerk takes away is not counted"
