"""Faults that fresh eyes found: abuse for a name, two people in a letter, days of other years, spoken sums."""

from __future__ import annotations

import pytest

from xiaobao.intake import Ticket, fill
from xiaobao.intake.insults import is_insult


def web(text: str) -> Ticket:
    return fill(channel="web", received_at="2025-05-06", text=text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("垃圾银行，扣我年费不退。", None),
        ("傻逼银行乱扣钱。", None),
        ("黑心银行坑人，给我退钱。", None),
        ("什么破银行，转账转了三天没到。", None),
        ("黑心保险公司拒赔，太气人了", None),
        ("无良消费金融公司天天催", None),
        ("流氓银行！青禾银行滨江支行扣我三百块年费", "青禾银行滨江支行"),
        ("你们这个破银行，云桥银行算是见识了，卡又被锁。", "云桥银行"),
    ],
)
def test_abuse_is_no_name(text: str, name: str | None) -> None:
    assert web(text).institution_branch == name


@pytest.mark.parametrize(
    ("greeting", "name"),
    [
        ("您好，晴空付客服，请讲", "晴空付"),
        ("您好，这里是松果车险", "松果车险"),
        ("早上好，融易家为您服务", "融易家"),
        ("您好，信用卡专线", None),
        ("您好，很高兴为您服务", None),
        ("您好，请问您办理什么业务", None),
    ],
)
def test_who_answers_names_the_firm(greeting: str, name: str | None) -> None:
    turns = [{"role": "agent", "text": greeting}, {"role": "customer", "text": "我这个月的钱扣了两遍，退我一遍"}]
    assert fill(channel="call", received_at="2025-05-06", turns=turns).institution_branch == name


def test_whose_family_name_is_told() -> None:
    ticket = web("是后面那个穿黑西装的，姓鲍，他把我的材料扔回来。")
    assert ticket.customer_name is None
    ticket = web("你们二楼有个小伙子 姓桑的，催我签字，要道歉")
    assert (ticket.customer_name, ticket.staff_mentioned) == (None, "桑")
    assert web("其向某农商行申请农房贷被拒").institution_branch is None


@pytest.mark.parametrize("words", ["云桥", "青禾", "长沙", "恒岳", "破浪", "锦屏"])
def test_names_are_no_abuse(words: str) -> None:
    assert not is_insult(words)


LETTER = (
    "本人张小明代父亲张大山投诉：父亲身份证110105195003072315，电话13800138001；"
    "我的身份证110105198003071232，手机13900139002，请联系我。"
)
OTHER_ORDER = "本人受父亲刘建国委托投诉，本人刘洋，身份证号110105198003071232，父亲身份证号110105195003072315，卡被冻。"


def test_two_people_of_one_letter() -> None:
    ticket = web(LETTER)
    assert (ticket.customer_name, ticket.id_number, ticket.phone) == ("张大山", "110105195003072315", "13900139002")
    ticket = web(OTHER_ORDER)
    assert (ticket.customer_name, ticket.id_number) == ("刘建国", "110105195003072315")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我是客户赵德海的女儿赵敏，我爸的卡被冻结，我的手机号13512345678。", "赵德海"),
        ("代母亲投诉。投诉人：孙丽，联系电话13611112222，卡主：周秀英，存折取不出钱", "周秀英"),
        ("投诉人：孙丽，联系电话13611112222，存折取不出钱", "孙丽"),
    ],
)
def test_whose_account_it_is(text: str, name: str) -> None:
    assert web(text).customer_name == name


@pytest.mark.parametrize("text", ["我想咨询一下。", "我要投诉，但是我不想说原因", "我要投诉"])
def test_no_matter_no_class(text: str) -> None:
    ticket = web(text)
    assert (ticket.business_type, ticket.cause) == (None, None)


def test_no_collection_without_a_word_of_it() -> None:
    assert web("网点的空调坏了一个月，办业务热得受不了，没人修").business_type != "债务催收"
    assert web("催收天天打我单位电话骂人，还说要上门，赶紧停").business_type == "债务催收"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("去年今天我在你行存了五万。", ("2024-05-06",)),
        ("上个月今天扣的款。", ("2025-04-06",)),
        ("前年的昨天办的卡", ("2023-05-05",)),
        ("上周今天去的网点", ("2025-04-29",)),
        ("今天去的网点", ("2025-05-06",)),
        ("4.28那天我去的网点", ("2025-04-28",)),
        ("我12.30转的账", ("2024-12-30",)),
        ("日期：4.28", ("2025-04-28",)),
        ("利率4.28太高", ()),
        ("从3.5涨到4.2的利率", ()),
        ("净值1.05买的，现在跌了", ()),
    ],
)
def test_days(text: str, days: tuple[str, ...]) -> None:
    assert web(text).event_dates == days


def test_the_last_of_february_has_no_fellow() -> None:
    assert fill(channel="web", received_at="2024-02-29", text="去年今天扣的款").event_dates == ("2023-02",)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("借了万八块钱", [18000]),
        ("被骗万二，追不回来", [12000]),
        ("股票佣金万三太高", []),
        ("千八块钱", [1800]),
        ("万一扣钱了咋办", []),
        ("百八十块的事", []),
        ("扣了5000新台币", []),
        ("转了300港纸", []),
        ("刷了200美刀", []),
        ("美元300被扣", []),
        ("被刷五千块", [5000]),
        ("4.28扣了29.9", [29.9]),
        ("收我9.9会员费", [9.9]),
        ("会员29.9一个月", [29.9]),
        ("利率从3.5涨到4.2", []),
        ("在4.28被扣9.9", [9.9]),
    ],
)
def test_sums(text: str, values: list[float]) -> None:
    assert [float(amount.value) for amount in web(text).amounts] == values


@pytest.mark.parametrize(
    ("text", "old"),
    [
        ("俺娘74咧，存折取不出钱", True),
        ("我妈今年七十三啦，被忽悠买保险", True),
        ("我爷79哩", True),
        ("家父年逾七十", True),
        ("本人1950年生人", True),
        ("我今年三十八咧", False),
        ("余额74咧", False),
        ("每月扣我80，扣了半年", False),
        ("我娘74块钱被扣", False),
        ("本人1990年生人", False),
    ],
)
def test_spoken_ages(text: str, old: bool) -> None:
    assert ("老年人" in web(text).risk_flags) is old


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("对方自称工号10086，说我涉嫌洗钱。", None),
        ("骗子发来工作证，工号3321，说是监管局的。", None),
        ("您好，工号8812为您服务。你们年费退不退。", None),
        ("你们客服工号8812态度差。", "8812"),
        ("客服说：“我的工号是8812，您可以投诉我”，态度嚣张。", "8812"),
    ],
)
def test_whose_staff(text: str, number: str | None) -> None:
    assert web(text).staff_mentioned == number


def test_the_agents_number_is_no_card_of_the_customer() -> None:
    turns = [
        {"role": "agent", "text": "您好，工号8812为您服务，请说一下卡号后四位"},
        {"role": "customer", "text": "8812是吧，我记下你了"},
        {"role": "agent", "text": "请问卡号后四位"},
        {"role": "customer", "text": "3071"},
    ]
    ticket = fill(channel="call", received_at="2025-05-06", turns=turns)
    assert (ticket.card_or_account, ticket.staff_mentioned) == ("3071", None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("邮箱：ｌｉｓｉ＠１２６．ｃｏｍ，请回复", "lisi@126.com"),
        ("联系wang@163。com", "wang@163.com"),
        ("邮箱Zhao.Liu@163.com", "Zhao.Liu@163.com"),
    ],
)
def test_full_width_addresses(text: str, address: str) -> None:
    assert web(text).email == address


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("借条我都整理好了放在抽屉里，密码写在信封上，明天起这个手机是空号，别找我了", True),
        ("存折压在枕头下，密码是孩子生日，我不回来了", True),
        ("我已经吃了一半，你们把钱退回来我就不接着吃", True),
        ("燃气灶我拧开了，窗户也关上了，欠你们的就这样吧", True),
        ("我在支行门口，我爸在里面要转六万给网上认识的人，说是假的他不听，柜员已经在办，快让他们停", True),
        ("存折压在枕头下被虫咬了，密码是孩子生日，请换一本", False),
        ("把存折里的七万转过去，第二天回拨对方是空号，去年的事了", False),
        ("支行门口写着跳楼大甩卖，不稳重，建议换个词", False),
        ("我爸去年因为理财亏损喝过一次农药，当时救回来了，现在种地，想要合同复印件", False),
    ],
)
def test_what_cannot_wait(text: str, urgent: bool) -> None:
    assert (web(text).urgency == "critical") is urgent
