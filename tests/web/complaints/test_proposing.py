"""What a contact looks like: complaints are never proposed as questions."""

from __future__ import annotations

import pytest
from evaluation import intake_page, kinds

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
    ("帮我查一下名下有几张卡", "inquiry"),
    ("我想改手机号", "inquiry"),
    ("把我的地址改成新的", "inquiry"),
    ("生日当天办业务有礼品吗", "inquiry"),
    ("周日上不上班", "inquiry"),
    ("雨伞架旁边放个垫子吧", "suggestion"),
    ("客服小林特别耐心，谢谢她", "suggestion"),
    ("希望多开几个窗口", "suggestion"),
    ("有人打着你们银行的牌子吸储", "report"),
    ("我们公司会计跟柜员勾结套取贷款", "report"),
    ("恳请行长过问此事", "petition"),
    ("四十户村民联名，请求上级派人", "petition"),
    ("信访件：反映理财亏损", "petition"),
    ("怎么又扣我年费", "complaint"),
    ("能不能别再打了", "complaint"),
    ("窗口没有人管，什么时候开", "complaint"),
    ("有人冒充客服骗走我的存款", "complaint"),
    ("办了张影视联名信用卡，年费没免", "complaint"),
    ("换个经理吧，这个拖了两周不办", "complaint"),
    ("你们反洗钱查得也太细，员工翻我聊天", "complaint"),
])  # fmt: skip
def test_kinds(text, kind):
    found = propose(text)
    assert (found.kind, text) == (kind, text)
    assert found.why
    assert 0 < found.confidence < 1


def test_somebody_hurt_complains_whatever_the_form():
    asked, told = "能查到什么时候到账吗", "实名举报某经理，我买的产品是飞单"
    assert propose(asked).kind == "inquiry"
    assert propose(asked, ticket={"demand": ["赔偿"]}).kind == "complaint"
    assert propose(asked, ticket={"urgency": "critical"}).kind == "complaint"
    assert propose(told).kind == "report"
    assert propose(told, ticket={"demand": ["退款退费"]}).kind == "complaint"
    assert propose("村民联名，请求书记接待", ticket={"demand": ["退款退费"]}).kind == "complaint"
    assert propose("柜台的花换成绿植吧").kind == "suggestion"
    assert propose("柜台的花换成绿植吧" + "，我每个星期都来办业务" * 5).kind == "complaint"


def test_a_grave_risk_makes_a_question_a_complaint():
    assert propose("请问怎么办理延期", ticket={"risk_flags": ["自伤自杀"]}).kind == "complaint"
    assert propose("请问怎么恢复", ticket={"demand": ["恢复账户功能"]}).kind == "inquiry"
    assert propose("关于网点服务的情况", source="petition").kind == "petition"


def test_a_measure_tells_both_errors_around_complaints(tmp_path):
    told = (("a", "怎么又扣我年费"), ("b", "周日上不上班"), ("z", "存折上的数字对不上"))
    rows = [(i, text, "inquiry" if i == "z" else "complaint") for i, text in told]
    path = tmp_path / "kinds.jsonl"
    path.write_text("\n".join(f'{{"id": "{i}", "text": "{t}", "kind": "{k}"}}' for i, t, k in rows), encoding="utf-8")
    found = kinds.evaluate(path)
    assert (found["used"]["complaints_missed"], found["used"]["misses"]) == (1, ["b"])
    assert found["held_out"]["taken_for_complaints"] == [1, 1]
    assert "未判对：z" in intake_page.kinds(found)[-1]
