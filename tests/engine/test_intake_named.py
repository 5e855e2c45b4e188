"""Who and what is named, by where the name stands: companies, branches, customers, products, staff and sums."""

from __future__ import annotations

import pytest

from xiaobao.intake import Ticket, fill


def web(text: str) -> Ticket:
    return fill(channel="web", received_at="2025-05-06", text=text)


def call(*said: str) -> Ticket:
    """Fill from a call in which agent and customer speak in turn, the agent first."""
    turns = [{"role": ("agent", "customer")[i % 2], "text": text} for i, text in enumerate(said)]
    return fill(channel="call", received_at="2025-05-06", turns=turns)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("去年冬天我到贵行枫树湾支行取款,柜员让我排了三次队", "枫树湾支行"),
        ("4月11日在你们古槐支行买的理财,到今天没有到账", "古槐支行"),
        ("部分支行不收硬币,你们能不能统一一下", None),
        ("南苇健康险理赔部:我3月住院的费用至今没有赔", "南苇健康险"),
        ("在“飞星点”APP借了五千,到手四千二", "飞星点"),
        ("贵行的“乐捷贷”利息太高,请给我降", None),
        ("尊敬的槐江理财公司:净值说明与短信不一致", "槐江理财"),
        ("海棠消金的催收一天打我二十个电话", "海棠消金"),
        ("把8万元直接打给了装修公司“美家筑”,我要退贷,贷款是云桥银行放的", "云桥银行"),
        ("我买了一份养老保险,收益和说的不一样", None),
        ("致白鹤镇信用社主任:存折丢了补不了", "白鹤镇信用社"),
        ("我的云桥银行卡绑在“省心付”上,“省心付”每月乱扣费", "省心付"),
        ("瀚海农村信用合作联社收了我两次工本费", "瀚海农村信用合作联社"),
        ("西岸银行的自助机吞了我的卡", "西岸银行"),
        ("9月3日在清湖银行办的卡,当天隔壁支行说办不了", "清湖银行"),
    ],
)
def test_respondent_by_its_place(text: str, name: str | None) -> None:
    assert web(text).institution_branch == name


@pytest.mark.parametrize(
    ("greeting", "name"),
    [
        ("您好,南苇健康险客服,请讲", "南苇健康险"),
        ("您好,这里是驰付商务,请问有什么可以帮您", "驰付商务"),
        ("您好,请问有什么可以帮您", None),
        ("您好,智能客服为您服务", None),
    ],
)
def test_respondent_by_the_greeting(greeting: str, name: str | None) -> None:
    assert call(greeting, "我要退保,材料交了一个月了").institution_branch == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("多收的利息请退给我。涂思远,云桥银行", "涂思远"),
        ("要求书面答复。上官岚 13800138001", "上官岚"),
        ("请把扣款记录发给我。管弦", "管弦"),
        ("这件事是我一个人办的,跟她没关系。——吴", "吴"),
        ("他们给我道歉。明年见。", None),
        ("我父亲(柏长河,78岁)在云桥银行被劝着买了保险。女儿 柏雪 13800138001", "柏长河"),
        ("12378转:舒女士投诉云桥银行信用卡年费", "舒女士"),
        ("诉求人常大姐,66岁,反映存单提前支取被拒", "常大姐"),
        ("口述人:房来顺;代笔:社区小肖。请把存款还给我", "房来顺"),
        ("郑小姐(郑如月)4月4日购买基金时没有看到风险提示", "郑如月"),
        ("我和前夫早就离婚了,催收还找我。尤可 13800138001", "尤可"),
        ("我妈连手机都不会用,怎么会自己买基金", None),
        ("帮我奶奶问的,包红包要连号", None),
        ("我是全盲用户,验证码念不出来", None),
        ("定损员姓毕,电话打不通", None),
        ("你们把我的姓名和小区名字告诉了中介", None),
        ("我替我姐反映,她叫萧若兰,卡被人冒用了", "萧若兰"),
        ("来电人自称姓龚,在云桥银行的存款被转走", "龚"),
        ("我(褚卫东)在云桥银行开的卡被冻结", "褚卫东"),
        ("代丈夫褚卫东投诉贵行信用卡中心", "褚卫东"),
        ("多扣的年费请退还,回电13800138001,找褚女士", "褚女士"),
        ("残疾人褚秀兰来信,网点没有坡道", "褚秀兰"),
        ("沈小山是我弟弟,智力残疾,银行卡他自己办不了", "沈小山"),
    ],
)
def test_customer_by_its_place(text: str, name: str | None) -> None:
    assert web(text).customer_name == name


@pytest.mark.parametrize(
    ("answer", "name"),
    [("姓尉 尉迟恭那个尉", "尉"), ("姓钮 钮文涛 13800138001", "钮文涛"), ("我姓雒 电话13800138001", "雒")],
)
def test_family_name_in_answer(answer: str, name: str) -> None:
    assert call("您好", "我的钱被多扣了", "您贵姓", answer).customer_name == name


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("柜员劝我买了12万“锐远成长”股票型基金,现在亏了两成", "锐远成长"),
        ("去年投了6万“禾享一年”,说好保底", "禾享一年"),
        ("我在云桥银行申请“税融贷”,批下来利率翻了一倍", "税融贷"),
        ("借款时默认勾了一个“康护管家”,每月扣29元", "康护管家"),
        ("支行的周经理让我买30万远山成长混合基金,测评是稳健型", "远山成长混合基金"),
        ("被业务员推销买了元寿终身寿险,年交3万", "元寿终身寿险"),
        ("其在某助贷平台“捷易花”借款1万元", None),
        ("地址写的是“滨湖路九号”,信还是寄错", None),
        ("还款日给我“请改回20号”就行", None),
        ("买了一份“宠物医疗险”,看病不赔", None),
        ("给我开了一个“员工薪享账户”,注销不了", None),
        ("合同有一份“账户资金监管协议”,没人解释", None),
        ("云桥银行把她列为“专业投资者”,她连字都不识", None),
        ("我们业主在云桥银行贷款买的“云水里”停工了", None),
    ],
)
def test_product(text: str, product: str | None) -> None:
    assert web(text).product_name == product


@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("被一个叫“小汤”的理财经理劝着做了测评", "小汤"),
        ("请处理该柜员(工牌“孟晓雨”)", "孟晓雨"),
        ("工号我记下了 3391,态度很差", "3391"),
        ("柜员牌号08,当众嘲笑我", "08"),
        ("把那个自称“高专员”的人查出来", "高专员"),
        ("云桥银行古槐支行吴经理指着屏幕说跟存单一样", "吴经理"),
        ("代理人朱某以返佣为名收了我两千", "朱某"),
        ("公司部邹总让我先存二十万", "邹总"),
        ("黎主管给我办的开户,什么也没讲", "黎主管"),
        ("我在你们小程序借了三千", None),
        ("云桥银行长江路支行的机器坏了", None),
        ("转办编号 20250617009,请答复", None),
    ],
)
def test_staff_by_its_place(text: str, staff: str | None) -> None:
    assert web(text).staff_mentioned == staff


@pytest.mark.parametrize(
    ("text", "value", "role"),
    [
        ("在支行买了12万的理财,到期没有到账", 120000, "disputed"),
        ("每个月多扣我88元,没人告诉我", 88, "fee"),
        ("扣了5次会员费,共145元", 145, "fee"),
        ("我10月申请提前还款20万,到现在没有扣款", 200000, "loan_principal"),
        ("骗子让我开屏幕共享,卡里四万九转出去了", 49000, "loss"),
        ("现在退保只能拿回7.4万", 74000, "other"),
        ("是你们系统的问题,请退68元", 68, "refund_demand"),
        ("每天只能转5000元,看病都不够", 5000, "other"),
    ],
)
def test_role_of_a_sum(text: str, value: float, role: str) -> None:
    assert [(float(a.value), a.role) for a in web(text).amounts] == [(value, role)]
