"""Products, staff and institutions as yet other people would name them, and what looks like a name and is none."""

from __future__ import annotations

import pytest

from xiaobao.intake import Ticket, fill


def web(text: str) -> Ticket:
    return fill(channel="web", received_at="2026-05-06", text=text)


def call(*said: str) -> Ticket:
    """Fill from a call in which agent and customer speak in turn, the agent first."""
    turns = [{"role": ("agent", "customer")[i % 2], "text": text} for i, text in enumerate(said)]
    return fill(channel="call", received_at="2026-05-06", turns=turns)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我在碧潭银行办的“碧潭银杏白金卡”，4月被扣年费680元，请退", "碧潭银杏白金卡"),
        ("名下“茶乡联名卡”被降了额度，之前没有任何通知，是碧潭银行的卡", "茶乡联名卡"),
        ("我欠你们碧潭银行“潮汐卡”两万三，想分期还", "潮汐卡"),
        ("去年在碧潭银行办了“春耕贷”十万元，提前还款要收违约金", "春耕贷"),
        ("我投的是碧潭财险“碧潭电动车守护保”，撞了不赔", "碧潭电动车守护保"),
        ("碧潭银行的“鸿雁稳盈2026-08期”到期三天没有到账", "鸿雁稳盈2026-08期"),
        ("碧潭银行卖我的“鸿雁月月盈365天第7期”亏了", "鸿雁月月盈365天第7期"),
        ("碧潭人寿的代理人让我买了碧潭岁岁安康两全保险，说三年能取", "碧潭岁岁安康两全保险"),
        ("我在碧潭银行手机银行买的碧潭日日宝，取不出来", "碧潭日日宝"),
        ("主题：碧潭银行“潭薪贷”重复扣款。5月3日扣了两次1200元", "潭薪贷"),
        ("碧潭银行给我办的“潭安居”按揭，提前还款预约不上", "潭安居"),
        ("碧潭银行的信用卡年费太高，请你们退", None),
        ("我的工资卡被碧潭银行限额了，房贷扣不了", None),
        ("给孩子在碧潭银行办的“儿童成长卡”收了年费", None),
        ("柜员说要先买“意外险”才放款，碧潭银行这是捆绑", None),
        ("客服答复“系统升级”，让我等，碧潭银行到底管不管", None),
        ("我在“海豚花”平台借款5000元，到手4200元", None),
        ("碧潭银行把我的账户改为“只收不付”，货款付不出去", None),
        ("收到短信中了“50元立减金”，到碧潭银行兑不了", None),
    ],
)
def test_product(text: str, name: str | None) -> None:
    assert web(text).product_name == name


@pytest.mark.parametrize(
    ("asked", "said", "name"),
    [
        ("请问是哪张卡呢？", "碧潭银发卡，扣了我短信费", "碧潭银发卡"),
        ("请问您咨询的是哪款产品？", "潭金宝，买了五万", "潭金宝"),
        ("请问您的险种？", "碧潭长者防癌险，去年交的八百", "碧潭长者防癌险"),
        ("请问是什么产品？", "不知道叫什么，反正是理财", None),
        ("请问是哪张卡？", "就是信用卡", None),
    ],
)
def test_product_told_when_asked(asked: str, said: str, name: str | None) -> None:
    assert call("您好，碧潭银行，请讲。", "我要投诉。", asked, said).product_name == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("碧潭银行一个姓郝的给我打电话，说话很难听", "郝"),
        ("5月2日两个催收上门，男的姓邱，站在门口喊", "邱"),
        ("办卡时姓欧阳的那个柜员没说要年费", "欧阳"),
        ("信贷科李科长答复要收违约金", "李科长"),
        ("到碧潭支行找马副主任，他说等上面的函", "马副主任"),
        ("大堂那个叫简宁的经理说随时能取", "简宁"),
        ("信贷员叫全志浩，材料都是他代签的", "全志浩"),
        ("柜员（胸牌温雅）让我妈用手机银行", "温雅"),
        ("催收员工号BT-771，一天打七个电话", "BT-771"),
        ("你们工号三零六的说好宽限三天", "三零六"),
        ("信贷科那个司徒大姐说她做不了主", "司徒大姐"),
        ("你们那个叫老Q的催收给我家里人发图", "老Q"),
        ("贷后专员叫小宋的答应减免，工号5521", "小宋"),
        ("我姓郝，叫我郝大爷就行，你们的机器太难用", None),
        ("钱转给了一个姓廖的账户，请帮我止付", None),
        ("客服小程序里回复不予退费", None),
        ("我是你们的老储户了，利息算错了", None),
        ("派出所的小田警官给立的案，银行还催我还", None),
        ("投诉转办通知（编号AB-260311），请处理", None),
    ],
)
def test_staff(text: str, name: str | None) -> None:
    assert web(text).staff_mentioned == name


@pytest.mark.parametrize(
    ("asked", "said", "name"),
    [
        ("请问催收人员叫什么？", "她说她叫小范，工号没听清", "小范"),
        ("卖您这份的销售叫什么？", "4S店的，叫韩冰", "韩冰"),
        ("请问被保险人姓名？", "孙一诺，七岁", None),
        ("您贵姓？", "姓杭", None),
    ],
)
def test_staff_told_when_asked(asked: str, said: str, name: str | None) -> None:
    assert call("您好，碧潭人寿，请讲。", "我要投诉。", asked, said).staff_mentioned == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("碧潭银行安泽分行云岗路支行的柜员不给办", "碧潭银行安泽分行云岗路支行"),
        ("海碧潭银行扣了我三次费", "海碧潭银行"),
        ("致碧潭银行：我的卡被冻结了", "碧潭银行"),
        ("在碧潭农商行云岗那个支行办的卡，密码锁了", "碧潭农商行云岗支行"),
        ("碧潭信合云岗分社的贷款多收了利息", "碧潭信合云岗分社"),
        ("青桐借款app 借了8000，到手7400", "青桐借款"),
    ],
)
def test_respondent(text: str, name: str | None) -> None:
    assert web(text).institution_branch == name


def test_small_branch_joins_the_greeting() -> None:
    ticket = call("您好，碧潭银行安泽分行。", "你们云岗路红星支行不给我取钱，等了两个钟头。")
    assert ticket.institution_branch == "碧潭银行安泽分行云岗路红星支行"
