"""The sentence that sums a complaint up reads well whatever of it is known."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from xiaobao.intake import BUSINESS_TYPES, CAUSES, DEMANDS, Amount
from xiaobao.intake.summary import write


def said(**known: Any) -> str:
    nothing = {"name": None, "institution": None, "product": None, "business": None, "cause": None}
    return write(**{**nothing, "amounts": (), "demand": (), **known})


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({}, "客户反映问题。"),
        ({"name": "周可欣", "business": "信用卡", "cause": "定价收费"}, "客户周可欣对信用卡收费有异议。"),
        ({"name": "王女士", "business": "存款", "cause": "服务态度与质量"}, "王女士反映存款服务态度或质量差。"),
        ({"business": "理财", "cause": "误导销售/营销宣传"}, "客户反映办理理财时受到误导宣传或销售。"),
        (
            {"institution": "江城分行", "product": "稳享", "cause": "误导销售/营销宣传"},
            "客户反映在江城分行办理“稳享”时受到误导宣传或销售。",
        ),
        ({"institution": "江城分行", "cause": "适当性"}, "客户反映江城分行产品与风险承受能力不匹配。"),
        ({"business": "信用卡", "cause": "其他"}, "客户就信用卡提出意见建议。"),
        ({"business": "其他", "cause": "其他"}, "客户提出意见建议。"),
        ({"business": "债务催收", "cause": "催收方式与手段"}, "客户反映债务催收行为不当。"),
        ({"business": "征信", "cause": "征信异议"}, "客户反映征信记录有误。"),
        (
            {"business": "借记卡与账户", "cause": "账户管控(冻结/限额)", "demand": ["恢复账户功能"]},
            "客户反映借记卡账户被管控，要求恢复账户功能。",
        ),
        (
            {
                "business": "信用卡",
                "cause": "定价收费",
                "amounts": [Amount(Decimal(360), "refund_demand")],
                "demand": ["退款退费", "道歉", "其他"],
            },
            "客户对信用卡收费有异议，要求退还 360.00 元、道歉。",
        ),
        (
            {"business": "保险", "amounts": [Amount(Decimal(52000), "loss")], "demand": ["解除合同/退保"]},
            "客户反映保险有问题，损失 52,000.00 元，要求解除合同或退保。",
        ),
    ],
)
def test_a_sentence(known: dict[str, Any], sentence: str) -> None:
    assert said(**known) == sentence


def test_no_word_is_said_twice_and_no_slash_is_left() -> None:
    for business in BUSINESS_TYPES:
        for cause in CAUSES:
            sentence = said(business=business, cause=cause, demand=DEMANDS)
            begun = sentence.partition("，")[0]
            assert sentence.endswith("。")
            assert "/" not in sentence.replace("互联网/助贷贷款", ""), sentence
            tail = business[-2:]
            assert business == "其他" or begun.count(tail) < 2, sentence
