"""The sentence on a case: written of what the case holds, without its complainant, readable where it is masked."""

from __future__ import annotations

import pytest

from xiaobao_web.complaints import services
from xiaobao_web.complaints.models import Case
from xiaobao_web.complaints.services.personal import masked

pytestmark = pytest.mark.django_db


def ticket(**fields) -> dict:
    told = {"customer_name": "王女士", "institution_branch": "石景山支行", "business_type": "信用卡",
            "cause": "定价收费", "product_name": "金葵花联名卡", "demand": ["退款退费"],
            "amounts": [{"value": 360.0, "role": "refund_demand"}], **fields}  # fmt: skip
    return {"ticket": {**told, "summary": f"客户{told['customer_name']}反映石景山支行“金葵花联名卡”收费有异议。"}}


def filed(flow, **fields) -> Case:
    contact = {"ticket": ticket(**fields)}
    values = {"channel": "call", "text": "我姓王，石景山支行的金葵花联名卡乱收费。", "by": flow.bank["liaison"]}
    return services.open_directly(**values, unit=flow.bank.units["branch"], contact=contact)


@pytest.mark.parametrize("name", ["王女士", "周可欣", "欧阳先生", "老王"])
def test_the_sentence_names_neither_the_complainant_nor_stars(flow, name):
    case = filed(flow, customer_name=name)
    assert case.summary == "客户对石景山支行“金葵花联名卡”收费有异议，要求退还360元。"
    assert case.customer_name == name, "who it is stands in its own field"


def test_the_sentence_follows_what_the_clerk_says(flow):
    values = {"channel": "call", "text": "扣款不对", "by": flow.bank["liaison"], "unit": flow.bank.units["branch"]}
    case = services.open_directly(**values, contact={"ticket": ticket()}, cause="信息披露与告知不足", demands=["道歉"])
    assert case.summary == "客户反映石景山支行“金葵花联名卡”告知不足，要求退还360元、道歉。"


def test_numbers_in_a_products_name_are_hidden(flow):
    assert "13800001234" not in filed(flow, product_name="卡13800001234").summary


def test_words_without_a_ticket_are_masked_and_read_well(flow):
    values = {"channel": "call", "by": flow.bank["liaison"], "unit": flow.bank.units["branch"]}
    case = services.open_directly(**values, text="客户王女士来电：周可欣经理态度差，电话 13800001234。")
    assert case.summary == "客户某女士来电：周**经理态度差，电话 138****1234。"


@pytest.mark.parametrize(
    ("text", "shown"),
    [("客户王女士来电", "客户某女士来电"), ("请找欧阳先生", "请找某先生"), ("我叫周可欣", "我叫周**"), ("", "")],
)
def test_a_surname_with_a_title_is_told_as_people_tell_it(text, shown):
    assert masked(text) == shown


def test_correcting_another_field_leaves_the_sentence_as_it_is(flow, bank):
    case = filed(flow)
    before = case.summary
    case = services.correct(case, by=bank["liaison"], values={"summary": case.summary, "phone": "13900000000"})
    assert case.summary == before
    case = services.correct(case, by=bank["liaison"], values={"summary": "客户王女士要求退费"})
    assert case.summary == "客户某女士要求退费"
