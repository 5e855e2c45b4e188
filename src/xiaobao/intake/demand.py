"""What the customer asks for: explicit wishes first, those clearly implied by the cause where nothing is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xiaobao.intake import voices, wishes
from xiaobao.intake.classes import Scores
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.ticket import DEMANDS

Place = tuple[int, int]

_RULES: dict[str, re.Pattern[str]] = {
    "退款退费": re.compile(
        r"退(?!休|役|出|订|税|步|市|保(?!费|险费)|群|学|伍|路|让|缩|货币|居|职|化|耕|还期|票手续)|返还"
        r"|归还我|还我(?:的)?(?:钱|血汗|[\d一二两三四五六七八九])"
        r"|(?:撤销|撤回|冲正|拒付|拒绝支付|取消)[^,，。]{0,8}(?:交易|盗刷|扣款|账单|消费|这笔)"
        r"|免除[^,，。]{0,6}还款责任|折现|把[^,，。]{0,12}(?:还给我|还我|转回来?|补给我|给我补上)"
        r"|要回(?:我)?[^,，。]{0,6}(?:钱|款)|全额退"
    ),
    "减免息费": re.compile(
        r"减免|减掉|减去|减一?点|免除?(?:掉|去|了)?[^,，。]{0,8}(?:利息|罚息|违约金|手续费|息费|滞纳金"
        r"|费用|年费)|(?:利息|罚息|违约金|手续费|息费|滞纳金|费用|年费)[^,，。]{0,8}(?:免(?:掉|了|除"
        r"|去)?(?!费)|减(?:掉|了|免)?|停(?:掉|了|止)?|取消|去掉|不认|不交|不付|不该收)"
        r"|停息|停(?:止|掉|了)?计息|停(?:止|掉|了)罚息|没收的(?:免|不)|只认[\d一二两三四五六七八九]|后面的?[^,，。]{0,6}(?:别|不要|不许)再?收"
        r"|只(?:想|愿|愿意|能|肯|认)?(?:还|认)(?:剩余)?本金|(?:利率|利息|月供"
        r"|费率)[^,，。]{0,10}(?:降(?:下来|低|到|一降|点)|调(?:下来|低|回|到|整)|下调|重新(?:计算|核算))"
        r"|(?:降|下调|调低|调整|重新计算|重新核算)[^,，。]{0,8}(?:利率|利息|月供|息费)|调下来|调回来"
        r"|能免吗|少收|少还[^,，。]{0,4}(?:利|息)|按(?:法律|国家|LPR|lpr|24|四倍)[^,，。]{0,10}(?:算|计"
        r"|执行)"
    ),
    "道歉": re.compile(r"道歉|赔礼|赔个?不是|认错|致歉"),
    "停止催收/骚扰": re.compile(
        r"(?:停止|停下|停了?|不要|别|不许|禁止|不得|莫|勿|制止|杜绝|拒绝)[^,，。!！?？;；\n]{0,10}(?:骚扰"
        r"|催收|催|打电话|拨打|打扰|打了|打给|打(?=[!！。,，\s]|$)|发短信|联系(?:我)?(?:家|父|母|同事|单位"
        r"|亲|朋友|第三方|无关)|爆通讯录|推销|营销|威胁|恐吓|上门|辱骂)"
        r"|停手|(?:把|将)我(?:的)?(?:号码|电话|手机号)[^,，。]{0,6}(?:删|移除|拉)|不(?:要|准)再(?:打|骚扰"
        r"|联系|催|发)|别(?:再|他们|给|老|总|往)?[^,，。]{0,6}(?:打了|骚扰|催|打电话|逼)|莫打|让(?:他|他们"
        r"|她|催收)[^,，。]{0,4}(?:停|别|不要)|马上停(?:止)?|立即停(?:止)?|(?:不要|别)再?逼"
        r"|管管[^,，。]{0,6}催收"
    ),
    "修改征信": re.compile(
        r"(?:删除|撤销|消除|修改|更正|更新|恢复|抹掉|去掉|清除|修正|改掉|处理好?|撤下|消掉"
        r"|删掉)[^,，。!！?？;；\n]{0,14}(?:征信|逾期记录|不良|查询记录|贷款记录|记录)"
        r"|征信[^,，。!！?？;；\n]{0,14}(?:删|撤|消|改|更新|更正|恢复|去掉|处理(?:掉|好)|弄掉)"
        r"|非恶意[^,，。]{0,4}证明|(?:别|不要|不能|不得)[^,，。]{0,4}上(?:报)?征信|还我清白"
    ),
    "解除合同/退保": re.compile(
        r"退保(?!费|险费|需|要扣|只|损失)|(?:解除|终止|撤销|解约|作废)[^,，。!！?？;；\n]{0,10}(?:合同"
        r"|分期|贷款|协议|业务|会员|保险|保单|订单|服务|信用卡|借款)"
        r"|(?:要求|给我|马上|立即|请|帮我|想|我要|必须|尽快)[^,，。!！?？;；\n]{0,6}(?:取消|注销|关闭"
        r"|退掉)[^,，。!！?？;；\n]{0,8}(?:合同|分期|贷款|协议|业务|会员|保险|保单|服务|信用卡|卡|扣款)"
        r"|(?:合同|分期|贷款|协议|会员|保险|保单|业务)[^,，。!！?？;；\n]{0,6}(?:解除|终止|取消|作废|退掉"
        r"|解约|退了)|销卡|(?:卡|保险|分期)(?:我)?(?:都)?不(?:要|办|想要)了|取消并退|给我退掉|给我取消"
    ),
    "赔偿": re.compile(
        r"赔偿|补偿|赔(?:我|钱|损失|付|给|一|点|多|[\d一二两三四五六七八九])|谁赔|谁来?负责"
        r"|承担[^,，。]{0,8}(?:损失|责任|费用|后果)|弥补|(?:银行|你们|平台|公司|保险)[^,，。]{0,6}(?:要|得"
        r"|应该?|必须|来)[^,，。]{0,4}(?:负责|赔|承担|补)"
        r"|损失[^,，。]{0,8}(?:谁|怎么办|算谁|你们|银行|补)|(?:误工费?|差价|差额"
        r"|精神损失)[^,，。]{0,8}(?:给|补|赔|谁|怎么)|补(?:上|足|回)?[^,，。]{0,4}(?:差价|差额|损失)"
        r"|要求[^,，。]{0,6}(?:理赔|赔付)|按合同[^,，。]{0,4}赔|负责到底"
    ),
    "解释说明": re.compile(
        r"(?:要|请|给|求|望|没|个|做|作|予以|书面|合理|不)[^,，。!！?？]{0,8}(?:解释|说明|说法|答复|交代"
        r"|交待)|说明[^,，。]{0,6}(?:理由|原因|情况|依据|清楚|为何|一下)"
        r"|给(?:个|我|出|我个)?[^,，。]{0,6}(?:理由|原因|说法|解释|答复|回复|交代|交待|依据)|(?:讲"
        r"|说)(?:清楚|明白)|(?:书面|正式)(?:答复|回复|说明|解释)"
        r"|告知[^,，。]{0,10}(?:原因|理由|依据|结果|机关|明细|怎么)|请(?:贵行|你们|银行)?(?:答复|回复"
        r"|告知|明示)|依据(?:是什么|在哪|何在)|什么原因|(?:我想|想)(?:知道|了解|问清)"
    ),
    "恢复账户功能": re.compile(
        r"(?:解冻|解封|解开)|(?:恢复|放开|解限)[^,，。!！?？;；\n征]{0,10}(?:额度|账户|卡|使用|功能|正常"
        r"|转账|交易|限额|权限|登录|收款)?|解除[^,，。!！?？;；\n]{0,8}(?:限制|冻结|管控|止付|风控|锁定"
        r"|管制|所有账户)|(?:给我|快|赶快|马上|什么时候|啥时候)[^,，。]{0,4}(?:解开|解冻|能用|能好)"
        r"|让我[^,，。]{0,4}(?:能用|正常使用|登录)"
    ),
    "处理员工": re.compile(
        r"(?:处分|处罚|开除|严惩|辞退|追责|问责|查处|严肃处理|处理(?!结果|好|完|一下|时|进度|方案|方式|中"
        r"|器|这|我|不|了|过))[^,，。!！?？;；\n]{0,10}(?:员工|人员|客服|柜员|经理|催收员?|责任人|他|她"
        r"|这个人|那个人|保安|业务员|坐席|工作人员|领导)"
        r"|(?:这种|这个|该|那个)[^,，。]{0,5}(?:人|员工|客服|柜员|经理|催收员?)[^,，。]{0,8}(?:处理|处分"
        r"|处罚|开除|滚|下岗|走人)|(?:要求|必须|应该|请|把)[^,，。]{0,12}(?:开除|处分|处罚|严惩|辞退"
        r"|追究[^,，。]{0,8}责任)|举报[^,，。]{0,8}(?:经理|员工|柜员|催收员)|开除|开掉|撤职|停职|停岗|查处[^,，。]{0,4}(?:这|那|该|他|她|帮)|处理(?:他|她)"
        r"|下岗|换人|查办|(?:扣|罚)(?:他|她)|管(?:一)?管(?:你们|他们|这些|手下|一下)"
        r"|追究[^,，。]{0,8}(?:员工|人员|经理|客服|柜员|个人|当事人|相关人)"
    ),
    "协商还款": re.compile(
        r"(?:申请|想|希望|要求|能不能|可不可以|能否|可否|请|恳请|愿意|给我|让我|接受|办|打算|只能"
        r"|同意)[^,，。!！?？;；\n]{0,14}(?:分期(?:还|偿|归|付清|结清)|分\d+期|延期|展期|宽限|延长"
        r"|缓(?:一)?缓|续贷|停息|挂账"
        r"|协商|慢慢还|暂缓|个性化|期还|每月还|减少月供|少还点|只还本金|还本)"
        r"|停息挂账|停息分期|个性化分期|分\s?(?:\d{1,3}|[一二三四五六七八九十]+)\s?(?:期|个月|年)(?:还"
        r"|归还|偿还|结清)?|无还本续贷|(?:延|展)期[^,，。]{0,6}(?:还款|一年|半年|[三六]个月)|协商(?:还款"
        r"|一个|出|处理|方案|解决)|慢慢还|给(?:我)?(?:一)?[点些]时间|宽限|最多(?:只能)?还"
    ),
}
_ASKED_OTHER = re.compile(
    r"(?:放款|解押|解除抵押|注销抵押|止付|追回|拦截|补发|补录|补寄|补券|受理|结清证明|调(?:取|看"
    r"|出)?(?:录音|录像|监控)|录音|监控录像|开(?:具)?[^,，。]{0,6}证明|删除[^,，。]{0,8}(?:信息|资料"
    r"|号码)|解绑|派个?人|通融|给我办|(?:注销|删除)[^,，。]{0,4}(?:账号|账户|信息)|联系(?:对方|商户|收款人)|尽快(?:安排|办理"
    r"|处理|定损|到账|修复)|安排|帮(?:我|忙)(?:反映|登记|查|联系|追|办)|改进|改善|优化|增加|适配|整改"
    r"|加强|(?:提前|发)[^,，。]{0,6}提醒)"
)
_SUGGEST = re.compile(
    r"建议|希望(?:贵行|你们|银行|以后|能|平台|尽快)?[^,，。]{0,12}(?:改|开|加|提供|多|简化|增|弄|考虑"
    r"|优化|办|放|查|处理)|能不能(?:给|弄|搞|提前|简化|你们|帮|有别的|想)|有没有(?:别的|其他)?办法"
)
_LABEL = re.compile(r"\s*[一-龥]{1,6}:\s*(?=\S)")
_PAST = re.compile(
    r"(?:已|已经|客服|他们?|她|银行|平台|对方|说|称|只|不给|不肯|不能|不让|拒绝|无法|没有|没|不予"
    r"|不)[^,，。!！?？;；\n]{0,5}$"
)
_QUESTION = re.compile(
    r"为什么|为啥|凭什么|凭啥|怎么回事|什么原因|什么规定|怎么(?:算|收|能|会)|合理吗|合法吗|核实|查清"
    r"|查明|查一下|[?？]"
)
_IMPLIED: dict[str, tuple[str, ...]] = {
    "催收方式与手段": ("停止催收/骚扰",),
    "个人信息保护": ("停止催收/骚扰",),
    "征信异议": ("修改征信",),
    "退保退费": ("退款退费",),
    "定价收费": ("退款退费",),
    "利率与费用争议": ("退款退费",),
    "误导销售/营销宣传": ("退款退费",),
    "账户管控(冻结/限额)": ("恢复账户功能",),
    "还款与提前结清": ("协商还款",),
}
_UNABLE = re.compile(
    r"还不(?:上|起|了)|无力|失业|裁员|困难|没钱|没有能力|周转不|负债|破产|生病|重病|住院|停产|亏本"
    r"|倒闭|没收入|没有收入"
)
_ALWAYS = {"催收方式与手段": "停止催收/骚扰", "征信异议": "修改征信"}
"""What complaints of a cause ask for whatever else they ask for."""
_FAILURE, _RECORD = "系统与渠道故障", "征信异议"
_ON_RECORD = re.compile(r"征信|逾期(?!违约|费)")
"""Where a failure of systems left an overdue record, wishes are those of a disputed record."""
_ASKS = frozenset(("信息披露与告知不足", "制度流程与业务规则", "合同条款争议"))
"""Causes in which a bare question is a wish to be told."""
_INVESTED = frozenset(("理财", "基金代销"))
_INSURED = frozenset(("保险代销", "保险"))


def find(
    narrative: Narrative,
    *,
    cause: str,
    business: str,
    scores: Scores | None = None,
    meaning: wishes.Matrix | None = None,
    meant: wishes.Matrix | None = None,
    whole: wishes.Matrix | None = None,
) -> Found[tuple[str, ...]]:
    """Return the demands in the order of the closed set: likely by rules, clauses and cause.

    scores of the classes and the row of `classes.meanings` let the nets be heard as well, and the clauses one by one
    (meant: their rows of `voices.meanings` where they are known); whole is what `attentive.read` says of the demands.
    """
    cause = bearing(narrative, cause)
    rules = ruled(narrative, cause=cause, business=business)
    leaning = None if scores is None else wishes.leaning(scores)
    spoken = None if leaning is None or meaning is None else voices.hear(narrative, leaning, meant=meant)
    heard = None if spoken is None else voices.gathered(spoken[1])
    likely = wishes.likely(narrative.own, rules.value, cause, leaning=leaning, meaning=meaning, heard=heard)
    if whole is not None:
        likely = wishes.beside(likely, whole)
    counted = wishes.counted(likely)
    chosen = tuple(name for name in DEMANDS if name in counted)
    words = said(narrative)
    loud = {} if spoken is None else {name: _unlabelled(narrative, voices.loudest(*spoken, name)) for name in chosen}
    places = tuple(p for name in chosen for p in loud.get(name) or words.get(name, [])[:2])
    return Found(chosen, places, min((likely[name] for name in chosen), default=0.5))


def _unlabelled(narrative: Narrative, places: Sequence[Place]) -> list[Place]:
    """Return places without who speaks in front (客户：…), as pasted transcripts have it."""
    labels = [(_LABEL.match(narrative.plain, start, end), start, end) for start, end in places]
    return [(label.end() if label else start, end) for label, start, end in labels]


def bearing(narrative: Narrative, cause: str) -> str:
    """Return the cause that bears on the wishes: that of a disputed record where a failure of systems left one."""
    return _RECORD if cause == _FAILURE and _ON_RECORD.search(narrative.own) else cause


def ruled(narrative: Narrative, *, cause: str, business: str) -> Found[tuple[str, ...]]:
    """Return the demands the rules alone read: those said, else those that follow from the case."""
    met = said(narrative)
    if not met:
        implied = _implied(narrative, cause, business)
        return Found(implied, (), 0.45)
    if cause == "还款与提前结清" and _UNABLE.search(narrative.own):
        met.setdefault("协商还款", [])
    if cause in _ALWAYS:
        met.setdefault(_ALWAYS[cause], [])
    chosen = tuple(name for name in DEMANDS if name in met)
    return Found(chosen, tuple(p for name in chosen for p in met[name][:2]), 0.75)


def told(narrative: Narrative) -> Found[tuple[str, ...]] | None:
    """Return the demands that words name, where nothing is known of the case; None where they name none."""
    met = said(narrative)
    chosen = tuple(name for name in DEMANDS if name in met)
    return Found(chosen, tuple(p for name in chosen for p in met[name][:2]), 0.75) if chosen else None


def said(narrative: Narrative) -> dict[str, list[Place]]:
    """Return the demands that the words of a narrative name, with their places."""
    met: dict[str, list[Place]] = {}
    for name in _RULES:
        places = list(_met(narrative, name))
        if places:
            met[name] = places
    strong = [m.span() for m in _STRONG_OTHER.finditer(narrative.own)]
    weak = [m.span() for p in (_ASKED_OTHER, _SUGGEST) for m in p.finditer(narrative.own)]
    if strong or (weak and not met):
        met["其他"] = strong or weak
    return met


def _implied(narrative: Narrative, cause: str, business: str) -> tuple[str, ...]:
    """Return what a complaint that asks for nothing in words asks for."""
    if cause in ("误导销售/营销宣传", "适当性"):
        if business in _INVESTED:
            return ("赔偿",)
        if business in _INSURED:
            return ("退款退费", "解除合同/退保")
    if cause in _ASKS and _QUESTION.search(narrative.own):
        return ("解释说明",)
    if cause == "还款与提前结清" and not _UNABLE.search(narrative.own):
        return ("其他",)
    return _IMPLIED.get(cause, ("其他",))


_STRONG_OTHER = re.compile(
    r"(?<!不)(?<!没)(?:(?:尽快|马上|赶紧|快|要求|请|给我|什么时候|何时)[^,，。]{0,6}放款|解押"
    r"|解除抵押|止付|追回|追查|调(?:取|看|出)|补发|补录|删除[^,，。]{0,8}(?:信息|资料|号码)|结清证明"
    r"|受理|联系(?:对方|收款人))"
)


def _met(narrative: Narrative, name: str) -> Iterator[Place]:
    text = narrative.own
    for match in _RULES[name].finditer(text):
        shown = match[0]
        before = text[max(0, match.start() - 8) : match.start()]
        if name == "退款退费" and (re.search(r"退(?:休|役|出|订|税|步|市)", shown) or re.search(r"退保$", shown)):
            continue
        if name in ("减免息费", "协商还款", "解除合同/退保", "恢复账户功能") and _PAST.search(before):
            continue
        yield match.span()
