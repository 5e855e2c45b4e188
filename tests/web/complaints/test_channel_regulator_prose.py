"""Regulators' letters as prose: number, days, addressee and complainant stand in sentences, not behind labels."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from xiaobao_web.complaints.channels.named import unit_in
from xiaobao_web.complaints.channels.transferred import read_pasted
from xiaobao_web.complaints.services import transfer_tables

pytestmark = pytest.mark.django_db
LETTER = """国家金融监督管理总局海州监管分局
转 办 单
编号：海金监消转〔2026〕第 318 号
示例银行海州分行：
    我局于2026年3月2日收到消费者张桂芬（联系电话：13900001234，身份证号330106196011023345）来电投诉（12378热线工单号\
 12378-77），反映其于2026年2月20日前在你行办理提前还款，被收取违约金8,600元，要求退还违约金并道歉。
    请你行于2026年3月18日前将处理情况书面反馈我局，并抄送投诉人。
    联系人：王科 0571-87654321
                                2026年3月4日
"""
PEOPLES_BANK = """中国人民银行江城分行办公室
关于转送消费者投诉的函
江银办消转〔2026〕77号
示例银行江城分行：
　　2026年3月1日，我行收到群众赵铁柱来信，反映其在你行滨江支行办理的信用卡于2025年3月1日前被收取年费300元，要求退还。\
请于二〇二六年三月十五日前书面答复投诉人并将结果反馈我行。
中国人民银行江城分行办公室
二〇二六年三月三日
"""


@pytest.mark.parametrize(("text", "wanted"), [
    (LETTER, {"number": "海金监消转〔2026〕第318号", "due_on": date(2026, 3, 18), "forwarded_on": date(2026, 3, 4),
              "received_by_bureau": date(2026, 3, 2), "customer_name": "张桂芬", "phone": "13900001234",
              "unit": "示例银行海州分行", "source": "12378", "bureau": "国家金融监督管理总局海州监管分局"}),
    (PEOPLES_BANK, {"number": "江银办消转〔2026〕77号", "due_on": date(2026, 3, 15), "forwarded_on": date(2026, 3, 3),
                    "received_by_bureau": date(2026, 3, 1), "customer_name": "赵铁柱", "unit": "示例银行江城分行",
                    "source": "12363"}),
    ("市民王丽来电反映：3月1日前未能办理挂失，多次催促，请协调处理。", {"customer_name": "王丽", "due_on": None}),
    ("编号：JC20260302001 2026-03-02 转来", {"number": "JC20260302001"}),
])  # fmt: skip
def test_letters_are_read_sentence_by_sentence(flow, text, wanted):
    told = read_pasted(text)
    assert {name: told.value(name) for name in wanted} == wanted


def test_the_story_of_a_letter_is_its_long_lines(flow):
    words = read_pasted(LETTER).value("text")
    assert words.startswith("我局于2026年3月2日收到")
    assert "联系人" not in words


def test_a_letter_fills_the_form_with_the_outlet_that_its_story_names(bank, client_of):
    client = client_of("complaints")
    transfer_tables.set_bureau(
        source="12363", name="中国人民银行江城分行", unit=bank.units["branch"], by=bank["office"]
    )
    for letter, unit in ((LETTER, "branch_two"), (PEOPLES_BANK, "sub_branch")):
        shown = client.post(reverse("complaint_transfer_new"), {"action": "read", "pasted": letter})
        assert shown.context["form"]["unit"].value() == bank.units[unit].pk
    assert shown.context["form"]["due_on"].value() == date(2026, 3, 15)
    assert shown.context["form"]["text"].value()


@pytest.mark.parametrize(("words", "unit"), [
    ("在你们江城分行那个滨江支行买的", "sub_branch"),
    ("江 城 滨 江 支行的柜员", "sub_branch"),
    ("滨江支行的柜员态度差", None),
    ("海州的滨江支行", None),
    ("海州滨江支行", None),
    ("不是江城分行，是海州分行", None),
    ("海州分行的事，打客户服务中心没人管", "branch_two"),
    ("云帆助贷天天打电话", "partner"),
    ("没有说哪里", None),
])  # fmt: skip
def test_words_name_one_organisation_or_none(bank, words, unit):
    found = unit_in(words)
    assert (found and found.unit) == (bank.units[unit] if unit else None)
