"""Risk flags in wordings of foreign authors: ages behind names, the dead, figures of speech, letters written before."""

from __future__ import annotations

import pytest

from xiaobao.intake import flags
from xiaobao.intake.narrative import narrative


@pytest.mark.parametrize(
    ("text", "flag", "told"),
    [
        ("我妈在柜台被人劝着买了保险，叫 黄桂芬 六十七，要退", "老年人", True),
        ("老朽今年八十有三，定期存款到期取不出", "老年人", True),
        ("此致，落款 时年七十八，存折换新被剪坏", "老年人", True),
        ("销售说保证续保到80岁，合同却写六年", "老年人", False),
        ("我骑车撞了个老太太，垫付通知到现在没发", "老年人", False),
        ("爷爷走了才三天，你们还发短信催他的账", "老年人", False),
        ("我弟弟有自闭症，附属卡限额被调高，钱刷没了", "残障", True),
        ("升级以后app里的保单全看不见了", "残障", False),
        ("女儿9岁，拿我手机刷脸在直播间打赏两千", "未成年人", True),
        ("我是幼儿园老师，征信上多了一笔担保，影响借贷", "未成年人", False),
        ("今天再不给结果，我告你们", "诉讼", True),
        ("我告诉你们，年费不能这么收", "诉讼", False),
        ("合同里有一页放弃诉讼权利的声明，请作废", "诉讼", False),
        ("我的要求和前两封信一样，前两封都没有回音", "重复投诉", True),
        ("要求更正记录，寄过两次判决书都没下文", "重复投诉", True),
        ("上门三次都没修好打印机", "重复投诉", False),
        ("被修复征信的骗了3500，人跑了", "涉嫌违法犯罪线索", True),
        ("账户被停，理由写疑似诈骗，我只是卖了房", "涉嫌违法犯罪线索", False),
        ("酒店前台以为我是骗子，卡拒了五次", "涉嫌违法犯罪线索", False),
        ("不答复的话，我们十二户一道去县里反映", "扬言上访/聚集", True),
        ("周一九点我们去分行门口等答复", "扬言上访/聚集", True),
        ("小区里七个老人都扫了那个码", "群体性", True),
        ("替同事担保过一张联名卡，被划走四千", "群体性", False),
        ("账单贴在门上，全小区都知道我欠钱", "群体性", False),
        ("我不是要上访，也不会去投诉到银保监，就想听个解释", "监管投诉", False),
        ("再不会算账我就打12378投诉", "监管投诉", True),
        ("客服居然说我“你去媒体曝光啊，你去起诉啊”，要求道歉", "媒体曝光", False),
        ("客服居然说我“你去媒体曝光啊，你去起诉啊”，要求道歉", "诉讼", False),
        ("经理说有本事你去银保监投诉，要求处理", "监管投诉", False),
        ("客服说“等通知”，那我就找媒体曝光", "媒体曝光", True),
        ("客服回我“不归我管”，我已向12378投诉", "监管投诉", True),
        ("孩子车祸在抢救室，卡里的钱刷不出来", "自伤自杀", False),
        ("夹在存折里的先父遗像被剪坏了", "自伤自杀", False),
    ],
)
def test_flags(text: str, flag: str, told: bool) -> None:
    found = flags.find(narrative("web", "2025-05-06", text, None), cause=None)
    assert (found is not None and flag in found.value) is told
