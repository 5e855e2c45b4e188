"""Whose case it is and by which numbers, as people tell it: spelt, for a relative, put right, confirmed."""

from __future__ import annotations

import pytest

from xiaobao.intake import Ticket, fill


def web(text: str, channel: str = "web") -> Ticket:
    return fill(channel=channel, received_at="2026-05-06", text=text)


def call(*said: str) -> Ticket:
    """Fill from a call in which agent and customer speak in turn, the agent first."""
    turns = [{"role": ("agent", "customer")[i % 2], "text": text} for i, text in enumerate(said)]
    return fill(channel="call", received_at="2026-05-06", turns=turns)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是退休教师，姓岑，名桂兰，住在西关", "岑桂兰"),
        ("投诉人贝永康（贝读被），手机13800138001", "贝永康"),
        ("我姐夫有点糊涂，大名叫谷兴旺，卡被人套走了", "谷兴旺"),
        ("俺叫茹满仓，茹苦含辛的茹。卡里的钱没了", "茹满仓"),
        ("来信人：萨仁高娃，电话13800138001，反映草场贷款多扣利息", "萨仁高娃"),
        ("客户妥建军来行反映存折被停用", "妥建军"),
        ("请把保险退给我。迟凤英，大连，13800138001", "迟凤英"),
        ("年费不应该收。甘霖，6612", "甘霖"),
        ("本人高山，45岁，电话13800138001，理财亏了", "高山"),
        ("投诉人冯爱国等六人，购买的产品没有兑付", "冯爱国"),
        ("理财经理柳青让我买的基金亏了，柳青电话关机。请赔我。路明远，13800138001", "路明远"),
        ("我儿子十五岁，在读初中，叫汪子墨，拿我的手机充了三千", "汪子墨"),
        ("我叫其其格，其他的其，格子的格，在旗里养羊", "其其格"),
        ("现在叫舒展，以前叫舒小毛，账户姓名不符取不出钱", "舒展"),
        ("本人系退伍军人，名邓家礼，反映网点不让现役军人优先", "邓家礼"),
        ("投保人就是我，他爱人，焦玉兰，保险公司拒赔", "焦玉兰"),
        ("我奶奶包红包喜欢连号的", None),
        ("本人原籍河南，在贵行存了五万", None),
        ("本人的名字，柜员写错了，改不了", None),
        ("我要投诉，官方客服电话打不通", None),
    ],
)
def test_names_spelt_or_told_by_parts(text: str, name: str | None) -> None:
    assert web(text).customer_name == name


@pytest.mark.parametrize(
    ("asked", "answer", "name"),
    [
        ("您怎么称呼？", "谭，言西早谭，谭志勇", "谭志勇"),
        ("您的姓名？", "苏日娜，13800138001", "苏日娜"),
        ("您的姓名和卡后四位？", "方圆，3321", "方圆"),
        ("您的姓名？", "麦麦提·艾力，电话13800138001", "麦麦提·艾力"),
        ("请问贵姓？", "全，全部的全，全永福", "全永福"),
        ("您的姓名？", "安静，安静的安静，就两个字", "安静"),
        ("请问您的姓名？", "你先别管姓名，把钱退我", None),
        ("请问您的姓名？", "为什么要姓名", None),
        ("您怎么称呼？", "不用称呼，听我说，1月3号的事", None),
        ("怎么称呼您？", "时间不多，13800138001", None),
        ("留下姓名和电话", "方便面厂的，13800138001", None),
    ],
)
def test_names_in_answers(asked: str, answer: str, name: str | None) -> None:
    assert call("您好", "钱少了", asked, answer).customer_name == name


@pytest.mark.parametrize(
    "lead",
    [
        "我父亲岑大山今年七十二",
        "岑大山是我父亲",
        "岑大山，我父亲，72岁",
        "我是岑大山的大儿子",
        "我是储户岑大山的长子岑小亮",
        "岑大山（我爸）今年七十二",
        "我爸，岑大山，七十二了",
        "存款人岑大山系本人父亲",
        "本人系岑大山之子岑小亮",
        "我二叔岑大山",
        "受岑大山委托",
        "委托人岑大山",
        "存单户名岑大山",
        "我家那口子岑大山",
    ],
)
def test_the_relative_whose_case_it_is_and_not_who_signs(lead: str) -> None:
    text = f"{lead}。他前年在你们网点存的八万变成了保险，请退回。儿子岑小亮 13800138001"
    assert web(text).customer_name == "岑大山"


@pytest.mark.parametrize(
    ("end", "name"),
    [
        ("岑桂山（手印）", "岑桂山"),
        ("岑桂山，五月一日", "岑桂山"),
        ("岑桂山 写于病床", "岑桂山"),
        ("岑桂山，卡后四位3321", "岑桂山"),
        ("落款人岑桂山", "岑桂山"),
    ],
)
def test_signatures(end: str, name: str) -> None:
    assert web(f"尊敬的领导：我的存款被扣了一千元，请退还。{end}", "letter").customer_name == name


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        (("电话多少", "一三八零零一三八零零幺……哎错了，最后是零零二"), "13800138002"),
        (("电话多少", "一三八，零零一三，八零零幺。不对，八零零二"), "13800138002"),
        (("电话多少", "13800138001，说错了，13900139002"), "13900139002"),
        (("来电13800138001是本人吗？", "是我"), "13800138001"),
        (("用来电号码13800138001可以吗？", "中"), "13800138001"),
        (("用来电号码13800138001可以吗？", "不行，那是单位的，打13900139002"), "13900139002"),
    ],
)
def test_numbers_put_right_or_confirmed(said: tuple[str, str], phone: str) -> None:
    assert call("您好", "钱少了", *said).phone == phone


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("电话一三八·零零一三·八零零幺", "13800138001"),
        ("儿子岑飞13800138001，别打我爸的。", "13800138001"),
        ("我没有手机，座机0352-4076618，或找我儿子岑平13800138001。", "0352-4076618"),
        ("13800138001这个号别打了，已停机", None),
    ],
)
def test_numbers_in_letters(text: str, phone: str | None) -> None:
    assert web(text).phone == phone


@pytest.mark.parametrize(
    ("asked", "answer", "value"),
    [
        ("保单号？", "AB-30071199 投保人郝静", "AB-30071199"),
        ("请提供保单号", "00771234，你查", "00771234"),
        ("存折账号您念一下", "8010 3302 0045 99", "80103302004599"),
        ("保单号？", "不知道，打13800138001", None),
    ],
)
def test_policies_in_answers(asked: str, answer: str, value: str | None) -> None:
    assert call("您好", "要退保", asked, answer).card_or_account == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("保险凭证号 QX20250011223，至今没有赔", "QX20250011223"),
        ("持本人存单（号码 NX00112233，三年）取款被拒", "NX00112233"),
        ("云桥银行卡8831，交易失败", "8831"),
        ("平白多了管理费。佘雨，2639", "2639"),
        ("我把钱打到骗子说的那个账号里，尾数9903", None),
        ("柜员让我等了30分钟。", None),
    ],
)
def test_accounts_in_letters(text: str, value: str | None) -> None:
    assert web(text).card_or_account == value


def test_an_identity_number_with_a_misheard_digit_is_kept() -> None:
    said = "一四零六零二，一九六一，零三零三，一零一二"
    assert call("您好", "卡不是我办的", "您的身份证号？", said).id_number == "140602196103031012"
