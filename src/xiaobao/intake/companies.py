"""Insurers, funds, payment firms and platforms, known by where their name stands and by what is said around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from xiaobao.intake.insults import is_insult
from xiaobao.intake.narrative import Narrative

_SURE = (
    "健康险|财险|寿险|人寿|养老保险|养老险|保险经纪|保险代理"
    "|融资租赁|汽融|金租|消金|小贷|小额贷款|农信|融资担保|资管|数科|金科|金服"
)
"""Kinds of companies that are hardly a word of a sentence."""
_LOOSE = "基金|理财|养老|租赁|担保|商务|支付|钱包|科技|典当|保"
"""Kinds that are words of the language too: a place for a name or a second mention has to vouch for them."""
_KIND = f"{_SURE}|{_LOOSE}"
_OFFICE = (
    r"客服|客户服务|客户|热线|智能|人工|在线|理赔|续保|风控|服务|车险|投诉|工单|无障碍|贷后|业务|信用卡|回访|消保|个人信息"
    r"|信访|领导|负责人|总经理|董事长|总部|总公司|相关|有关|管理|财富|柜面|公司|平台|app"
)
_GREETED = re.compile(
    r"(?:您好|你好|早上好|下午好|晚上好|这里是|欢迎致电|欢迎来到|感谢致电|感谢您致电|我是|^)[,，。!！~ ]{0,2}"
    rf"(?:这里是|欢迎致电)?(?P<name>[一-龥]{{2,4}}?(?:{_KIND}))(?=(?:{_OFFICE})|[\s,，。!！?？的]|$)"
)
_ANSWERED = re.compile(
    r"^(?:您好|你好|早上好|下午好|晚上好|上午好)[,，。!！~ ]{1,2}(?:这里是|欢迎致电|感谢致电"
    r"|我是)?(?P<name>[一-龥a-z]{2,7}?)"
    r"(?=(?:客服|客户服务|服务热线|热线|专线|智能客服|智能小|理赔|出险|服务中心|风控|贷后|催收|反诈|为您服务"
    r"|基金销售|类产品)|[,，。!！ ]|$)"
)
"""Who answers a call names the firm first, whatever it is called."""
_NO_FIRM = re.compile(
    r"贷后|信用卡|夜间|值班|国庆|春节|^理财|投诉|中心|请|您|你|我|他|什么|有|很|高兴|工号|智能|人工|在线|专属|机器人"
    r"|客服|欢迎|服务|经理|先生|女士|小姐|专员|主任"
    r"|顾问|女儿|儿子|是|的|吗|呢|啊|银行|支行|农商|信用社|人寿|财险"
)
_ADDRESSED = re.compile(
    r"(?:^|\n|主题[:：]\s?)(?:尊敬的|敬爱的|致|关于|给|投诉|举报|反映)?[:：“ ]{0,2}"
    rf"(?P<name>[一-龥]{{2,4}}?(?:{_KIND}))(?=(?:{_OFFICE})|[:：,，”])"
)
_BY_NAME = re.compile(
    rf"(?:^|[\s,，。;；:：!！?？、“(（]|(?:被|在|从|向|跟|给|让|去|到|由|用|叫|是|着|问|的|和|与|及|找|开|里|说|们"
    rf"|[日号点天称]))"
    rf"(?P<name>(?:(?![在从向被的我你把给让跟是了叫称])[一-龥]){{2,4}}?(?P<kind>{_KIND}))(?![一-龥]?(?:[品额期户率]"
    rf"|产品|经理人))"
)
_SUBJECT = re.compile(
    r"[”\"]?(?:的(?:业务员|客服|外包|收款|理赔|代理|直销|人|app|条款|员工)|app|平台|公司|给我|把我|让我|寄|客服|说"
    r"|催|退|扣|拒|物业|又|不|亲情卡|\s"
    r"|[(（]|[,，][^,，。]{0,4}(?:工号|客服|uid|账号)|上(?:买|投|借|开)|买的|借了|贷了)"
)
_PLACED = re.compile(r"平台|app|买|投|开|办|申请|借|。|[,，]")
_CLOSED = re.compile(r"[\s,，。;；!！]|$")
_BANK = re.compile(r"(?:在|从|向)(?P<name>(?P<proper>[一-龥]{2})行)(?=申请|办|贷|存|开|买)")
_QUOTED = re.compile(r"[“\"「『《](?P<name>[一-龥a-z0-9]{2,6})[”\"」』》]")
_COMPANY_BEFORE = re.compile(r"(?<!助贷)(?<!贷款)(?<!金融)(?<!担保)(?:公司|中介|机构)(?:[是叫名为]{1,2})?[:：]?$")
_PLATFORM_BEFORE = re.compile(r"(?:平台|公司|app|软件|小程序)(?:[是叫名为]{1,2})?[:：]?$")
_PLATFORM_NEXT = re.compile(r"(?:app|平台|公司|小程序|软件|网贷|客服|催收|账户|注销)")
_LENT_BEFORE = re.compile(r"(?:在|通过|从|向|跟|用|找|被)$")
_LENT_NEXT = re.compile(r"(?:上|里|那)?(?:面|边)?(?:借|贷|申请|下款|注册|分期|办|开通|充|消费|付款|买)")
_LENDS = re.compile(r"(?:借|贷|花|付|呗|分期|白条|金条|钱包|周转)$")
_BRACKETED = re.compile(
    r"(?:公司|平台|机构|贵司|该司|对方|出租人|贷款方|出借方|保险人|机构方)[(（](?P<name>[一-龥]{3,8})[)）]"
)
_NO_NAME = re.compile(
    r"[的了在是有不没你我他她它您们这那哪个么吗呢吧啊说让把被给向请要想会能就都也还又再很与和及或]"
    r"|银行|支行|贵行|我行|本行|贵司|某|先生|女士|客服|信息|会员|风险|安全|服务包|协议|合同|声明|通知|还款|扣款|自动"
    r"|成功|失败"
)
_COMMON_KIND = re.compile(
    r"^(?:货币|股票|债券|混合|指数|公募|私募|对冲|一只|公积|互联|移动|快捷|免密|微信|扫码|刷脸|在线|银联|数字|电子"
    r"|分期|定期|家庭"
    r"|线上|线下|网上|银行|自动|手机|境外|跨境|购买|申购|赎回|稳健|个人|机构|社会|基本|职业|企业|城乡|居民|退休|商业"
    r"|补充|医疗"
    r"|年金|汽车|车辆|设备|房屋|住房|贷款|提供|第三方|连带|反|互相|他人|无|个体|电商|高新|金融|生物|医疗|虚拟|零钱"
    r"|余额|卡|皮"
    r"|客户|账户|交易|身份|通讯|登记|查询|百行|人行|央行|社|医|参|投|担|退|续|承|确|难|环|增|农|车|团|劳|低|五|三|商"
    r"|失|公|留)"
)
_PARTICLES = frozenset(
    "的了在是有不没你我他她它您们这那哪个么吗呢吧啊说让把被给向请要想会能就都也还又再很与和及或只款份买卖投购选"
    "一二两三四五六七八九十几每各从到去由跟问找用叫为其该本贵笔张办推荐着过下上里做得收交存取查看"
)


def named(narrative: Narrative) -> Iterator[tuple[int, int, float]]:
    """Yield start, end and a score above that of a mere mention for every company a place of the text speaks for."""
    text = narrative.plain
    for turn, role in enumerate(narrative.roles[:3]):
        start, end = narrative.turn_span(turn)
        if role == "agent" and (match := _GREETED.search(text[start:end])) and _may_be_called(match["name"]):
            yield start + match.start("name"), start + match.end("name"), 1.8
        elif (
            role == "agent"
            and turn < 2
            and (match := _ANSWERED.search(text[start:end]))
            and not _NO_FIRM.search(match["name"])
        ):
            yield start + match.start("name"), start + match.end("name"), 1.6
    for match in _ADDRESSED.finditer(text):
        if match.start() < 12 and _may_be_called(match["name"]):
            yield *match.span("name"), 2.2
    for match in _BY_NAME.finditer(text):
        yield from _by_name(text, match)
    for match in _BANK.finditer(text):
        proper = match["proper"]
        if not (_PARTICLES | set("支分总银农商款户卡他外异同跨代原")) & set(proper):
            yield *match.span("name"), 0.9
    for match in _BRACKETED.finditer(text):
        if re.search(rf"(?:{_KIND}|公司)$", match["name"]) and not _NO_NAME.search(match["name"]):
            yield *match.span("name"), 1.6


def quoted(narrative: Narrative) -> Iterator[tuple[int, int, float]]:
    """Yield platforms called by a name in quotation marks, whatever it ends with: 在“…”借, “…”APP."""
    text = narrative.plain
    for match in _QUOTED.finditer(text):
        before, after = text[max(0, match.start() - 8) : match.start()], text[match.end() : match.end() + 8]
        if _NO_NAME.search(match["name"]):
            continue
        if _COMPANY_BEFORE.search(before):
            yield *match.span("name"), 1.0
        elif _PLATFORM_BEFORE.search(before) or _PLATFORM_NEXT.match(after):
            yield *match.span("name"), 1.5
        elif _LENT_BEFORE.search(before) and _LENT_NEXT.match(after):
            yield *match.span("name"), 1.0
        elif text.count(match["name"]) > 1 and _LENDS.search(match["name"]):
            yield *match.span("name"), 1.5
        elif match.start() < 3 and _LENDS.search(match["name"]):
            yield *match.span("name"), 0.8


def _by_name(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, float]]:
    name, kind = match["name"], match["kind"]
    proper = name[: -len(kind)]
    if not _may_be_called(name):
        return
    often = text.count(name) > 1
    unknown = len(proper) <= 3 and not rjieba.has_word(proper) and not rjieba.has_word(proper[-2:])
    acts = _SUBJECT.match(text, match.end()) is not None
    opens = match.start("name") < 3
    if text[match.start("name") - 1 : match.start("name")] in ("在", "叫") and _PLACED.match(text, match.end()):
        yield *match.span("name"), 1.0
    elif kind in _SURE.split("|"):
        if unknown or often or acts or opens or _CLOSED.match(text, match.end()):
            yield *match.span("name"), 1.0
    elif (acts and (unknown or often or opens)) or (often and unknown and kind != "保"):
        yield *match.span("name"), 0.9


def _may_be_called(name: str) -> bool:
    """Tell whether what stands before the kind may be a name: no word of a sentence, and no sort of the kind itself."""
    kind = re.search(rf"(?:{_KIND})$", name)
    proper = name[: kind.start()] if kind else name
    if len(proper) < 2 or is_insult(proper) or _PARTICLES & set(proper) or _COMMON_KIND.match(proper):
        return False
    return not rjieba.has_word(name) and all(tag[:1] in "nxzgbailvst" and tag != "u" for _, tag in rjieba.tag(proper))
