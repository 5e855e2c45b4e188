"""What a contact looks like: complaints are never proposed as questions."""

from __future__ import annotations

import pytest

from xiaobao_web.complaints.proposing import propose


@pytest.mark.parametrize(("text", "kind"), [
    ("请问信用卡怎么激活，需要带什么材料？", "inquiry"),
    ("想咨询一下你们现在三年期存款利率是多少", "inquiry"),
    ("建议网点增加轮椅坡道", "suggestion"),
    ("柜员小李服务耐心，特地来表扬", "suggestion"),
    ("举报某支行客户经理收受贷款中介好处费", "report"),
    ("信访件：来信人反映当地网点撤并后取养老金不便", "petition"),
    ("请问为什么无故冻结我的卡？我要求恢复", "complaint"),
    ("你们乱扣年费，退给我", "complaint"),
    ("建议你们好好管管员工，态度极差还骂人，我要投诉", "complaint"),
    ("我不是投诉，就是问问网点几点下班", "inquiry"),
    ("存折上的数字对不上", "complaint"),
])  # fmt: skip
def test_kinds(text, kind):
    found = propose(text)
    assert (found.kind, text) == (kind, text)
    assert found.why
    assert 0 < found.confidence < 1


def test_a_grave_risk_makes_a_question_a_complaint():
    assert propose("请问怎么办理延期", ticket={"risk_flags": ["自伤自杀"]}).kind == "complaint"
    assert propose("请问怎么恢复", ticket={"demand": ["恢复账户功能"]}).kind == "inquiry"
    assert propose("关于网点服务的情况", source="petition").kind == "petition"
