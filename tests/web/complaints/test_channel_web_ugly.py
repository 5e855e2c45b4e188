"""What citizens type wrong is told beside the field in plain words and kept; nothing shows them the staff's pages."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from xiaobao_web.complaints.forms.public import WhatForm, WhereForm, WhoForm
from xiaobao_web.complaints.models import Contact, Inbound
from xiaobao_web.complaints.views import public

pytestmark = pytest.mark.django_db
STORY = "3月2日在江城滨江支行办理信用卡分期，没有人告诉我要收手续费，现在每月多扣95元，要求退还。"
STEPS: dict[str, dict[str, object]] = {
    "what": {"text": STORY}, "where": {"place": "滨江支行"}, "wish": {"demands": ["退款退费"]}, "proof": {},
    "who": {"customer_name": "宋安宁", "phone": "13800004321"},
}  # fmt: skip


@pytest.fixture(autouse=True)
def unhurried():
    cache.clear()


def at(step: str) -> str:
    return reverse("public_complaint_step", kwargs={"step": step})


def words(answer: object) -> str:
    return answer.content.decode()  # type: ignore[attr-defined]


def filled(**changes: dict[str, object]) -> Client:
    client = Client()
    client.post(reverse("public_complaint"))
    for step, data in {**STEPS, **changes}.items():
        assert client.post(at(step), data).status_code == 302, step
    return client


def who(phone: str) -> WhoForm:
    return WhoForm({"customer_name": "宋安宁", "phone": phone, "email": ""})


@pytest.mark.parametrize(
    "phone",
    [
        "-----",
        "abcde",
        "0",
        "00000000",
        "11111111111",
        "12345678901",
        "123456",
        "电话13800000000",
        "1" * 40,
        "+()转",
        "  ",
        "①②③",
        "138 0000",
    ],
)
def test_what_nobody_can_call_is_refused(phone):
    form = who(phone)
    assert not form.is_valid()
    assert "电话" in form.errors["phone"][0]


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("13800004321", "13800004321"), ("１３８ ００００ ４３２１", "138 0000 4321"),
        ("+86 138-0000-4321", "+86 138-0000-4321"), ("13800004321转2", "13800004321转2"),
        ("010－12345678转801", "010-12345678转801"), ("（0571）8888 7777", "(0571)8888 7777"),
        ("+1 212 555 0100", "+1 212 555 0100"),
        ("٠١٣٨٠٠٠٠٤٣٢١", "013800004321"), ("4008001234", "4008001234"), ("87654321", "87654321"),
    ],
)  # fmt: skip
def test_what_can_be_called_is_taken_in_plain_digits(phone, kept):
    form = who(phone)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone"] == kept


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("0001-01-01", "年份不对"),
        ("1949-12-31", "年份不对"),
        ("9999-12-31", "还没有到"),
        ("2026-02-30", "2026-03-02"),
        ("昨天", "记不清"),
        ("2" * 5000, "记不清"),
    ],
)
def test_days_that_cannot_be_are_told(day, told):
    form = WhereForm({"day": day})
    assert told in form.errors["day"][0]


def test_today_is_taken_and_tomorrow_is_not():
    today = timezone.localdate()
    assert WhereForm({"day": f"{today:%Y-%m-%d}"}).is_valid()
    assert not WhereForm({"day": f"{today + timedelta(days=1):%Y-%m-%d}"}).is_valid()
    assert WhereForm({"day": "１９９８-06-01"}).is_valid()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("3,000元", "3000"),
        ("￥3000.50", "3000.50"),
        ("３０００", "3000"),
        ("3万", "30000"),
        ("1.25 万元", "12500"),
        ("500块钱", "500"),
        ("0", "0"),
    ],
)
def test_sums_are_understood_with_their_marks(typed, value):
    form = WhereForm({"amount": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Decimal(value)


@pytest.mark.parametrize(
    "typed", ["三百多到五百", "-5", "nan", "inf", "1e999", "1" * 40, "3.14159", "万", "..万", "0x10"]
)
def test_sums_that_are_none_are_told_in_chinese(typed):
    told = WhereForm({"amount": typed}).errors["amount"][0]
    assert any(word in told for word in ("数字", "小数", "大于"))


def test_marks_that_turn_or_hide_words_are_gone_and_emoji_stay():
    form = WhatForm({"text": "他们\u202e骗我\u0007的钱\ud800，气死了😡👍"})
    assert form.is_valid()
    assert form.cleaned_data["text"] == "他们 骗我 的钱 ，气死了😡👍"
    assert not WhatForm({"text": "\u202e\u200b\u0000 \ud800"}).is_valid()


def test_a_megabyte_is_refused_beside_the_field_with_another_way_and_shown_whole():
    client = Client()
    client.post(reverse("public_complaint"))
    answer = client.post(at("what"), {"text": "长" * 330_000})
    assert answer.status_code == 422
    told = words(answer)
    assert "现在有 330000 字" in told
    assert "图片和材料" in told
    assert "长" * 330_000 in told
    assert "maxlength" not in words(client.get(at("what")))  # a browser would cut what is pasted and say nothing


def test_emoji_and_arabic_go_all_the_way(bank):
    client = filled(
        what={"text": STORY + "😡 مرحبا \u202eabc"},
        who={"customer_name": "买买提😀", "phone": "１３８００００４３２１"},
    )
    assert 'dir="auto"' in words(client.get(at("check")))
    assert client.post(at("check"), follow=True).status_code == 200
    row = Contact.objects.get()
    assert "😡 مرحبا" in row.text
    assert "\u202e" not in row.text
    assert row.details["phone"] == "13800004321"


def test_what_the_service_refuses_leads_back_to_the_field_with_everything_kept(bank, monkeypatch):
    client = filled()
    limit = public.Contact._meta.apps.get_model("complaints", "Case")._meta.get_field("customer_name")
    monkeypatch.setattr(limit, "max_length", 2)
    answer = client.post(at("check"))
    assert (answer.status_code, answer.headers["Location"]) == (302, at("who"))
    told = words(client.get(at("who")))
    assert "最多 2 字，现有 3 字" in told
    assert "customer_name：" not in told
    assert 'value="宋安宁"' in told
    assert 'value="13800004321"' in told
    assert client.get(at("check")).headers["Location"] == at("who")  # not handed in past it
    assert client.post(at("who"), {"customer_name": "宋宁", "phone": "13800004321"}).status_code == 302
    assert "最多 2 字" not in words(client.get(at("who")))
    client.post(at("check"))
    row = Contact.objects.get()
    assert row.details["customer_name"] == "宋宁"
    assert STORY in row.text
    assert Inbound.objects.filter(contact=row).count() == 1


def test_what_the_bank_cannot_take_at_all_is_told_on_the_citizens_page():
    answer = filled().post(at("check"))  # no organisation is registered
    assert answer.status_code == 409
    told = words(answer)
    assert "回到工作台" not in told
    assert "回到投诉" in told


@pytest.mark.parametrize(
    "name", ["public_complaint", "public_feedback", "public_progress", "public_credit", "public_credit_quote"]
)
def test_refusals_of_the_frame_are_told_on_the_citizens_page(name):
    strict = Client(enforce_csrf_checks=True)
    answers = [
        Client().put(reverse(name)),
        strict.post(reverse(name), {"text": STORY}),
        Client().post(reverse(name), {"x": "\0"}),
    ]
    assert [answer.status_code for answer in answers] in ([405, 403, 422], [405, 403, 405])
    for answer in answers:
        told = words(answer)
        assert "回到工作台" not in told
        assert "回到投诉" in told or "回到计算器" in told


def test_a_page_of_the_form_that_is_not_there_is_told_on_the_citizens_page():
    answer = Client().get(at("nowhere"))
    assert answer.status_code == 404
    assert "回到投诉" in words(answer)


def test_staff_keep_their_own_error_page(bank, client_of):
    assert "回到工作台" in words(client_of("office").get("/complaints/nowhere/"))


def test_a_session_that_ran_out_loses_no_answer():
    client = Client()
    answer = client.post(at("what"), {"text": STORY})
    assert answer.status_code == 302
    assert STORY in words(client.get(at("what")))


def test_an_opinion_begun_beside_a_complaint_does_not_push_it_out():
    client = filled()
    client.post(reverse("public_feedback"))
    client.post(
        reverse("public_feedback_step", kwargs={"step": "what"}), {"said": "suggestion", "text": "建议多开窗口"}
    )
    assert STORY in words(client.get(at("check")))


def test_who_mistypes_the_code_is_told_how_often_it_may_be_tried(bank):
    client = filled()
    client.post(at("check"))
    number = Contact.objects.get().number
    told = [
        words(client.post(reverse("public_progress"), {"number": number, "code": "WRONG234"})) for _try in range(10)
    ]
    assert "还可以再试" not in told[5]
    assert [f"还可以再试 {left} 次" in page for left, page in zip((3, 2, 1), told[6:9], strict=True)] == [True] * 3
    assert "已经错了太多次" in told[9]
    answer = client.post(reverse("public_progress"), {"number": number, "code": "WRONG234"})
    assert answer.status_code == 429
    assert "查询码输错次数太多" in words(answer)
    assert "回到工作台" not in words(answer)


@pytest.mark.parametrize(
    "given",
    [{"number": "甲" * 5000, "code": "x"}, {"number": "", "code": ""}, {"number": "LX\u202e2026", "code": "1" * 5000}],
)
def test_receipts_that_are_none_are_refused_in_plain_words(given):
    answer = Client().post(reverse("public_progress"), given)
    assert answer.status_code == 422
    assert "回执" in words(answer)


def test_the_calculator_tells_its_faults_in_chinese():
    for given in (
        {"amount": "abc", "months": "-1", "price": "1e999"},
        {"amount": "1" * 400, "months": "9" * 400, "price": "nan"},
        {"amount": "😀", "price": "\u202e5"},
    ):
        answer = Client().get(reverse("public_credit"), given)
        assert answer.status_code == 422
        assert "回到工作台" not in words(answer)
        assert 'role="alert"' in words(answer)
