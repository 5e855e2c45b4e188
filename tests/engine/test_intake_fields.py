"""Whose data it is, which numbers count, what is money, and which words raise a flag."""

from __future__ import annotations

import pytest

from xiaobao.intake import BUSINESS_TYPES, CAUSES, DEMANDS, FIELDS, RISK_FLAGS, Ticket, fill

ID = "110101195003070011"


def web(text: str) -> Ticket:
    return fill(channel="web", received_at="2025-05-06", text=text)


def call(*said: str) -> Ticket:
    """Fill from a call in which agent and customer speak in turn, the agent first."""
    turns = [{"role": ("agent", "customer")[i % 2], "text": text} for i, text in enumerate(said)]
    return fill(channel="call", received_at="2025-05-06", turns=turns)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("请回电138 0013 8001", "13800138001"),
        ("我的电话+86-13800138001", "13800138001"),
        ("手机号是幺三八零零幺三八零零幺", "13800138001"),
        ("座机027-88001234联系我", "027-88001234"),
        ("催收13800138009打给我,我的手机13800138001", "13800138001"),
        ("骚扰我的号码是13800138009", None),
        ("民警电话010-66001234,联系我13800138001", "13800138001"),
        ("订单号13800138001一直没到账", None),
        ("我的手机号不是13800138001，你们打错了", None),
        ("登记的电话不是13800138001，是13900138002", "13900138002"),
        ("我电话不是13800138001吗，怎么没人打", "13800138001"),
        ("26.13.45、2025-2-29各扣费一次", None),
    ],
)
def test_phone(text: str, phone: str | None) -> None:
    assert web(text).phone == phone


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        (("您的电话", "幺三八 嗯", "嗯", "零零幺三", "您说", "八零零幺"), "13800138001"),
        (("您的电话", "幺三八零零幺三", "幺三八零零幺三 继续", "八零零幺"), "13800138001"),
        (("您的电话", "138 0013 不对 是0014 8001"), "13800148001"),
        (("您的电话", "幺三八零零 三个八 零零幺"), "13800888001"),
    ],
)
def test_number_over_turns(said: tuple[str, ...], phone: str) -> None:
    assert call(*said).phone == phone


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("我的卡尾号3308被冻结", "3308"),
        ("卡号6222021234567890123被盗刷", "6222021234567890123"),
        ("转错了,错的那张卡尾号9021", None),
        ("对方卡号6222021234567890123", None),
    ],
)
def test_card(text: str, card: str | None) -> None:
    assert web(text).card_or_account == card


@pytest.mark.parametrize(
    "said",
    [
        ("身份证号", "三三零幺零二 幺九九五零六幺五 零零二九"),
        ("身份证号", "三三零幺零二", "嗯", "幺九九五零六幺五", "后四位", "零零二九"),
        ("身份证号", "330102-19950615-0029"),
    ],
)
def test_identity_number_as_it_is_said(said: tuple[str, ...]) -> None:
    assert call(*said).id_number == "330102199506150029"


def test_an_identity_number_is_no_card_beside_it() -> None:
    ticket = web(
        "坐席：您母亲的身份证号码方便说一下吗？\n客户：三三零一零二一九五二零三零七四一二幺，卡尾号4321，被办成保险了。"
    )
    assert (ticket.id_number, ticket.card_or_account) == ("330102195203074121", "4321")


def test_identity_and_mail() -> None:
    ticket = web(f"我叫姚远,身份证{ID[:17]}x,邮箱yao_y@example.com13800138001")
    assert ticket.id_number in (None, ID[:17] + "X")
    assert ticket.email == "yao_y@example.com"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我叫姚远,要投诉", "姚远"),
        ("催收员姚远天天打电话骂我", None),
        ("多扣的钱请退还。姚远 13800138001", "姚远"),
        ("我妈叫戚桂芳,被人骗去买保险。我叫姚远", "戚桂芳"),
        ("我是郝玉珍的儿子", "郝玉珍"),
        ("投诉人:歐陽倩", "欧阳倩"),
        ("我姓滑,单名一个敏字", "滑敏"),
        ("你们银行乱收费", None),
    ],
)
def test_name(text: str, name: str | None) -> None:
    assert web(text).customer_name == name


def test_name_in_answer() -> None:
    assert call("请问您贵姓", "免贵姓储").customer_name == "储"
    assert call("怎么称呼您", "花先生").customer_name == "花先生"
    assert call("请问姓名", "容桂兰 容易的容").customer_name == "容桂兰"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("我在云桥银行滨江支行存钱", "云桥银行滨江支行"),
        ("投诉云桥银行,就是滨江支行那个网点", "云桥银行滨江支行"),
        ("云桥信用卡乱收年费", "云桥银行"),
        ("投诉民和村镇银行,钱是转到东篱银行的", "民和村镇银行"),
        ("星禾消费金融的贷款还清了", "星禾消费金融"),
        ("你们行服务太差", None),
        ("手机银行登录不上", None),
        ("工行年费乱扣，我去站前支行问了没人管", "工行站前支行"),
        ("建行客服推给站前支行", "建行站前支行"),
        ("钱从农行转出，云桥银行站前支行不认", "云桥银行站前支行"),
        ("员工行为太恶劣，站前支行不管", "站前支行"),
        ("其中行长态度最差", None),
    ],
)
def test_institution(text: str, name: str | None) -> None:
    assert web(text).institution_branch == name


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("存了三万五", [35000]),
        ("借了2w", [20000]),
        ("欠8千6", [8600]),
        ("贷款贰拾万元", [200000]),
        ("欠八千多", [8000]),
        ("亏了两三万", [20000]),
        ("扣了39.9元", [39.9]),
        ("收了1,980.50元", [1980.5]),
        ("每月还350手续费", [350]),
        ("额度从5万一下子降到3千", [50000, 3000]),
        ("利率从4.35涨到5.8", []),
        ("打12378投诉", []),
        ("又不是七千万", []),
        ("转了500美元", []),
        ("几十块钱的事", []),
        ("等了40分钟,打了10次,排在第100号", []),
        ("系统显示99999999999999元", []),
        ("扣了1e5元", []),
        ("每期1,0000元", []),
        ("写着1.2.3元", []),
        ("转给他1.5个w", [15000]),
        ("亏了两个多w", [20000]),
        ("亏了两三个w", [20000]),
        ("欠了一个半w", [15000]),
        ("公司欠1.2个亿", [120_000_000]),
        ("亏了2w5", [25000]),
        ("扣了3k5", [3500]),
        ("存了1万五", [15000]),
        ("存了一万大几", [10000]),
        ("花了三千来块", [3000]),
        ("扣了5百多", [500]),
        ("损失大概3-4万", [30000]),
        ("损失三到四万元", [30000]),
        ("亏了3、4万", [30000]),
        ("扣了300-400块", [300]),
        ("亏了2到3个w", [20000]),
        ("亏了两万五六", [25000]),
        ("亏了两万五六千", [25000]),
        ("月供从3000到4000元", [3000, 4000]),
        ("投了3万、4万两笔", [30000, 40000]),
        ("投了四万两笔", [40000]),
        ("3-4天没到账", []),
        ("来了2-3个人", []),
        ("3-4月没人管", []),
        ("走了三个月万里路", []),
        ("扣了好几千", []),
        ("亏了几个w", []),
        ("买了一个万能险", []),
        ("损失3-4万美元", []),
    ],
)
def test_amounts(text: str, values: list[float]) -> None:
    assert [float(a.value) for a in web(text).amounts] == values


@pytest.mark.parametrize(
    ("text", "staff"),
    [
        ("理财经理苗玉拍胸脯说保本", "苗玉"),
        ("你们客户经理小莘骗人", "小莘"),
        ("工号8127的客服挂我电话", "8127"),
        ("一个姓乔的催收员骂我", "乔"),
        ("客服态度很差", None),
        ("民警李警官可以作证", None),
    ],
)
def test_staff(text: str, staff: str | None) -> None:
    assert web(text).staff_mentioned == staff


@pytest.mark.parametrize(
    ("text", "flag", "raised"),
    [
        ("我要打12378投诉你们", "监管投诉", True),
        ("催收说再不还就打12378告我", "监管投诉", False),
        ("再不解决我就去法院起诉", "诉讼", True),
        ("催收说要起诉我", "诉讼", False),
        ("我不想活了", "自伤自杀", True),
        ("催收骂我叫我去死,让我去跳楼", "自伤自杀", False),
        ("气得我想杀人的心都有了", "自伤自杀", False),
        ("我今年六十九了", "老年人", True),
        ("我今年二十九岁", "老年人", False),
        ("希望出个老年版", "老年人", False),
        ("不解决我就发抖音曝光", "媒体曝光", True),
        ("我在抖音上看到的广告", "媒体曝光", False),
        ("上个月我就投诉过一次", "重复投诉", True),
        ("一切沟通只与代理人联系", "疑似黑产代理投诉", True),
        ("女儿15岁,用我手机借的", "未成年人", True),
        ("我们就去拉横幅", "扬言上访/聚集", True),
    ],
)
def test_flag(text: str, flag: str, raised: bool) -> None:
    assert (flag in web(text).risk_flags) is raised


def test_critical_cases() -> None:
    assert web("我现在就在楼顶,不想活了").urgency == "critical"
    assert web("刚刚被骗子转走八万,快帮我止付").urgency == "critical"
    assert web("去年被骗过三百块,想问问怎么办").urgency != "critical"


def test_every_ticket_holds_to_the_closed_sets() -> None:
    ticket = call("您好", "你们催收天天骂我 还打给我妈 我要打12378 欠八千六 给我道歉", "好的")
    assert ticket.business_type == "债务催收"
    assert ticket.cause == "催收方式与手段"
    assert {"停止催收/骚扰", "道歉"} <= set(ticket.demand)
    assert ticket.business_type in BUSINESS_TYPES
    assert set(ticket.cause_alternatives) <= set(CAUSES) - {ticket.cause}
    assert set(ticket.demand) <= set(DEMANDS)
    assert set(ticket.risk_flags) <= set(RISK_FLAGS)
    shape = ticket.as_dict()
    assert tuple(shape["ticket"]) == FIELDS
    assert all(0 <= value <= 1 for value in shape["confidence"].values())
    assert ticket.summary is not None
    assert ticket.summary.endswith("。")


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("办卡的是个男的，他叫小齐，电话13700001111。我的手机13811112222。", "13811112222"),
        ("收到律师函，号码17000001111。请停止骚扰。\n葛小川 13811112222 卡尾号4410", "13811112222"),
        ("打给我堂哥（他电话13700001111）胡说。钟晓，13811112222", "13811112222"),
        ("我手机13700001111丢了，请打我女儿的13811112222", "13811112222"),
        ("舅舅那个13700001111别打了，找我就打13811112222", "13811112222"),
        ("理赔员胡平（电话13700001111）不理人。\n葛小川 13811112222", "13811112222"),
        ("儿子电话13700001111，我的电话13811112222，请打我的。", "13811112222"),
        ("我同事周强电话13700001111可以作证，本人手机13811112222", "13811112222"),
        ("我没有手机，邻居电话13811112222，可以转告我", "13811112222"),
        ("没手机，座机零五七幺，八八二三，四四零九", "0571-88234409"),
        ("那个人自称小马，电话13700001111。", None),
    ],
)
def test_phone_among_those_of_others(text: str, phone: str | None) -> None:
    assert web(text).phone == phone


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        (("您的电话？", "13811112222。这单子必须作废。带我去的那个人姓曲，电话是13700001111。"), "13811112222"),
        (("对方的号码是多少？", "13700001111", "好的", "我叫葛小川 13811112222"), "13811112222"),
        (("您的身份证？", "330102，1985，0619，2054。", "联系电话？", "幺三八幺幺，幺幺二，二二二。"), "13811112222"),
        (("您的回电号码？", "打我媳妇的，她叫小曼，13811112222。"), "13811112222"),
    ],
)
def test_phone_told_in_answer(said: tuple[str, ...], phone: str) -> None:
    assert call(*said).phone == phone


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("我从来没办过尾号7702的卡", None),
        ("尾号7702的卡我不认识", None),
        ("收款人牛某，某某银行尾号7702。我的卡尾号4410", "4410"),
        ("钱记在我女儿的附属卡（尾号7702）名下，我自己的卡（尾号4410）没有销账", "4410"),
        ("存了20万的大额存单（编号KX20240102003）到期", "KX20240102003"),
        ("我的存款没了，投诉编号KX20240102003", None),
    ],
)
def test_card_among_those_of_others(text: str, card: str | None) -> None:
    assert web(text).card_or_account == card


@pytest.mark.parametrize("text", ["没问本人就挂失（我妈身份证330102194703052018）", "其母身份证330102194703052018"])
def test_identity_of_the_relative_whose_case_it_is(text: str) -> None:
    assert web(text).id_number == "330102194703052018"
