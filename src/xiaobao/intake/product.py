"""The product a customer names: a proper name, never a mere kind (房贷, 信用卡)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from xiaobao.intake.found import Found
from xiaobao.intake.names import is_person
from xiaobao.intake.narrative import Narrative

_ENDS = (
    "分红险|护理险|两全保险|终身寿险|混合基金|股票基金|债券基金|目标基金|指数基金|短债|纯债|固收增强|实物金定投|指数定投|纪念银条|金砖|纪念金章|万能账户|养老目标|年金险|年金保险|年金|终身寿险|终身寿|增额寿|两全保险|两全险|两全|万能险|医疗险|百万医疗"
    "|重疾险|重疾|意外险|教育金|混合[ABCabc]?|债券[ABCabc]?|ETF联接[ABCabc]?|联接[ABCabc]?"
    "|指数[ABCabc]?|成长混合|[一二三六九]个?月?年?持有(?:期)?|一年持有|[0-9一二三四五六七八九十]+号"
    "|季季盈|月月盈|周周盈|日日盈|天天盈|季季红|月月红|年年红|定开|一年期|半年期|季添利|月添利"
    "|添利|添鑫|添益|增利|稳享|享赢|优选|优享|进取|精选|尊享|专享款|财富宝|理财宝|增盈宝|安心盈"
    "|满金生|福满堂|年年享|一生福|稳得福|贷无忧|享债|金生|鑫享|臻享"
)
_QUOTED = re.compile(r"[《“\"「『]([一-龥a-z0-9·\-+]{3,16})[》”\"」』]")
_NAMED = re.compile(
    r"(?:产品(?:名称|名字)?|保险|理财|基金|险种|一款|一份|一种)[^,，。]{0,2}(?:叫做?|名为"
    r"|名叫|叫什么|就是叫)[ :：]?([一-龥a-z0-9]{4,14})(?=[\s,，。.!！?？;；(（]|$)"
)
_SUFFIX = re.compile(rf"(?:{_ENDS})(?![一-龥]?[银支]行)", re.IGNORECASE)
_BEFORE_SUFFIX = re.compile(r"[一-龥a-z0-9]{2,10}$", re.IGNORECASE)
_LABELLED = re.compile(r"产品(?:名称)?[:：]\s?([一-龥a-z0-9·\-]{3,18})", re.IGNORECASE)
_ASKED = re.compile(r"(?:什么|哪个|哪款)(?:产品|保险|理财|基金|名字)|产品名|保险名|叫什么|名称")
_BOUGHT = re.compile(
    r"(?:赎回?|买|购|投|保|办|推荐|推销|卖|认购|申购|持有|签|叫|存|是|成|的|份|款|种|财|金"
    r"|险)[了过的给我一入下份款个只支种是成 :：《“\"「]*$"
)
_LEAD = re.compile(
    r"^.*(?:买的?了?|购买的?了?|推荐的?了?|推销的?了?|叫做?|名为|办的?了?|投保的?了?|一款|一份|一只"
    r"|一种|这款|那款|那个|这个|认购的?了?|申购的?了?|持有的?|银行的?|支行的?|我妈|我爸|让我|给我|是"
    r"|在|的|了)"
)
_GENERIC = re.compile(
    r"^(?:信用卡|房贷|贷款|理财产品?|基金|保险|存款|定期|大额存单|分红险|年金险?|万能险|重疾险?"
    r"|医疗险|意外险|百万医疗|终身寿险|手机银行|消费贷|经营贷|现金分期|网贷|教育金|"
    r"投诉|客服|不良记录|免费|保本|稳赚|综合评分|系统|安全账户|欠债|骗人|你|我|他|没|不|老赖|[0-9]+号"
    r"|[一二三四五六七八九十]+号|.{0,3}(?:月|日|年|天).{0,4}号)"
)
_ALL_GENERIC = re.compile(
    r"(?:个人|商业|公积金|信用|组合|养老|教育|两全|终身|定期|增额|宠物|少儿|成人|老人|学生|公众|火灾|首月|[0-9]+元|雇主|航班|延误|碎屏|退货|运费|门诊"
    r"|防癌|癌症|旅游|交强|车损|三者|三责|账户安全|盗刷|用卡|增信|融资|租赁|积存|备用|意外|百万|医疗|住院|重大?疾病?|健康|年金|分红"
    r"|万能|消费|经营|装修|抵押"
    r"|住房|房|车|驾乘|保证|借款人|责任|团体|护理|财产|家财|理财|大额|存|结构性|智能|活期|通知|组合|现金|账单|专项"
    r"|新型|混合|股票"
    r"|债券|指数|货币|纯债|固收"
    r"|定投|高端|储蓄|人身|人寿|投连|投资连结|型|性|类|的|附加|综合|普通|小额|网络|互联网|线上|助学|农户|惠农)*"
    r"(?:保险|险|年金|贷款?|理财|基金|存款|存单|寿险?|产品|金|分期|信托|计划|卡|型|单)?"
)
_CLAUSE = re.compile(
    r"说|时|第.次|银行|公司|人寿|支行|平台|客服|[还免收]|自动|提前|结清|审批|字第|开通|同意|本金|收益|承诺|亏"
)
"""Words of an institution or a sentence, which no product is called by."""
_SOLD = re.compile(
    r"(?:这|那)?[一]?[款只份个种]?(?:的|类)?[^,，。]{0,3}(?:产品|理财|基金|保险|险|年金|信托|存款|借款|贷款|信用卡"
    r"|联名卡|计划|分期|保单)"
)
_SOLD_SURELY = re.compile(
    r"(?:这|那)?[款只份个种]?的?(?:股票型|混合型|债券型|指数型|增额|终身|分红型|互联网|少儿|百万)?(?:理财|基金|重疾险|医疗险|意外险|寿险"
    r"|年金|两全|分红险|万能险|护理险|保险(?!公司|经纪)|信托|存款|白银|黄金|住院津贴)"
)
"""What stands right behind the name of a product and is its kind."""
_BOUGHT_AHEAD = re.compile(
    r"(?:买|购买|认购|申购|投保|转入|赎回?|存入|持有|推荐|推销|代销|卖|团购|续保)[了过的给我入下他她们妈爸一只款份个那这条套枚]*(?:[\d.,]+|[一-十百千两几]+)?"
    r"[万千]?元?块?(?:的|那个|这个)?[“\"「『《]?$|(?:产品|基金|理财|保险)(?:名?叫|名称是?)[“\"「『《]$|名下(?:有|那|的)?[一那这]?[只款份个]?[“\"「『《]?$|我的[“\"「『《]?$|投了[\d.,一-十万千元]+[“\"「『《]?$"
)
_THERE_IS = re.compile(r"有(?:个|一?[份只款])$")
_SELLER = re.compile(r"(?:银行|人寿|保险|基金|理财|财险|健康险|养老)(?:的|销售的|代销的|推出的| )?[“\"「『《]?$")
_APPLIED = re.compile(r"(?:申请|办|办理|贷|关于|银行|你们|贵行)的?了?[“\"「『《]?$")
_SWITCHED = re.compile(
    r"(?:勾选?了?|开通|办了|办理|点过|点了|扣|试用|加了|送了|绑定?)[^,，。;；]{0,8}[“\"「『《]?$|[个份种]什么[“\"「『《]?$"
)
_PACKAGE = re.compile(r"[一-龥]{2}(?:管家|保障包|服务包|会员|守护|无忧|保障计划)$")
_PLATFORM = re.compile(r"(?:平台|公司|app|软件|小程序|中介|在|通过|从|对公户|户名)[“\"「『《]?$")
_PLATFORM_NEXT = re.compile(r"(?:app|平台|公司|小程序|软件|网贷|客服|催收|账户|借了|借款)")
_WHOSE = re.compile(r"(?:者|人|管理|客户|里|苑|府|城|国际|查询|新股|优惠|升级|群|家园|后付|送米)$")
_STREET = re.compile(r"[路街巷村镇改到请]|\d年|[楼栋期]\d*号|[上下]个?月|某")
_MEASURED = re.compile(r"(?:入|个|份|款|套|只|了|回|一[套份个只款]|[\d.]+万?元?|[一-十百千]+[万块]元?)+(?=[一-龥]{2})")
_KIND = re.compile(r"保险|理财|基金|险|年金|寿|盈|利|宝|混合|债|持有|号|金|鑫|福|享|存|红|益|稳|财|贷")


def find(narrative: Narrative) -> Found[str] | None:
    """Return the name of the product as written, without quotation marks; None where only its kind is told."""
    best = max(_names(narrative), key=lambda item: (item[2], -item[0], item[1]), default=None)
    if best is None:
        return None
    start, end, score = best
    return Found(narrative.text[start:end], ((start, end),), score)


def _names(narrative: Narrative) -> Iterator[tuple[int, int, float]]:
    text = narrative.own
    for match in _LABELLED.finditer(text):
        if not _GENERIC.match(match[1]) and not _ALL_GENERIC.fullmatch(match[1]):
            yield *match.span(1), 0.9
    for match in _QUOTED.finditer(text):
        if score := _quoted(text, match):
            yield *match.span(1), score
    for match in _NAMED.finditer(text):
        if not _GENERIC.match(match[1]) and _KIND.search(match[1]) and _fits(match[1]):
            yield *match.span(1), 0.85
    for match in _SUFFIX.finditer(text):
        yield from _trimmed(text, match)
    if narrative.is_dialogue:
        yield from _answers(narrative)


def _quoted(text: str, match: re.Match[str]) -> float:
    """Return how surely a name in quotation marks is a product's, 0 where it is none."""
    name = match[1]
    before, after = text[max(0, match.start() - 14) : match.start()], text[match.end() : match.end() + 8]
    if _PACKAGE.search(name) and _SWITCHED.search(before) and not _ALL_GENERIC.fullmatch(name):
        return 0.8
    if _GENERIC.match(name) or _ALL_GENERIC.fullmatch(name) or _CLAUSE.search(name) or _NO_PRODUCT.search(name):
        return 0.0
    if before.endswith("叫") and is_person(name):
        return 0.0
    sold = _SOLD.match(after) is not None
    surely = _SOLD_SURELY.match(after) is not None
    if _STREET.search(name) or (not surely and (_PLATFORM.search(before) or _PLATFORM_NEXT.match(after))):
        return 0.0
    led = _BOUGHT.search(before[-8:]) is not None
    kind = _KIND.search(name) is not None
    known = (led and kind) or (sold and (kind or led)) or (kind and _SUFFIX.search(name) is not None)
    if known and (_is_proper(name) or ((sold or kind) and len(name) <= 10)):
        return 0.85 if sold else 0.8
    if not _is_proper(name) or _WHOSE.search(name):
        return 0.0
    if surely or _BOUGHT_AHEAD.search(before) or _SELLER.search(before):
        return 0.78
    return 0.76 if name.endswith(("贷", "贷通")) and _APPLIED.search(before) else 0.0


def _trimmed(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, float]]:
    """Cut from the front what leads up to the name (在银行买的…)."""
    ahead = _BEFORE_SUFFIX.search(text[max(0, match.start() - 10) : match.start()])
    if ahead is None:
        return
    start = match.start() - len(ahead[0])
    name = text[start : match.end()]
    lead = _LEAD.match(name)
    if lead and len(name) - lead.end() >= 3:
        start, name = start + lead.end(), name[lead.end() :]
    if measured := _MEASURED.match(name):
        start, name = start + measured.end(), name[measured.end() :]
    end = match.end()
    if kind := re.compile("结构性存款|大额存单").match(text, end):
        end, name = kind.end(), name + kind[0]
    if text.startswith("基金", end) and re.search(r"(?:混合|股票|债券|指数|联接|目标)$", name):
        end, name = end + 2, name + "基金"
    ahead_of = text[max(0, start - 14) : start]
    bought = (
        _BOUGHT.search(ahead_of[-6:]) is not None
        or _BOUGHT_AHEAD.search(ahead_of) is not None
        or _THERE_IS.search(ahead_of) is not None
    )
    closed = re.match(r"[^一-龥]|理财|保险|基金|$", text[end : end + 2]) is not None
    led = re.search(r"(?:的|基金|理财|保险|产品|[,，。 :：])$", text[max(0, start - 2) : start]) is not None
    head = text[start : match.start()]
    if (
        len(name) >= 3
        and (bought or (closed and led))
        and not _GENERIC.match(name)
        and not _ALL_GENERIC.fullmatch(name)
        and not _CLAUSE.search(name)
        and not (name.endswith("号") and _STREET.search(name))
        and (_is_proper(name) or (2 <= len(head) <= 4 and _is_proper(head)))
    ):
        yield start, end, 0.75


def _fits(name: str) -> bool:
    return not _ALL_GENERIC.fullmatch(name) and not _CLAUSE.search(name) and _is_proper(name)


def _answers(narrative: Narrative) -> Iterator[tuple[int, int, float]]:
    for turn, role in enumerate(narrative.roles):
        start, end = narrative.turn_span(turn)
        if role == "agent" or not _ASKED.search(narrative.said_before(start)):
            continue
        said = re.match(
            r"(?:\s|嗯|哦|好像|是|叫做?|就是|那个|什么)*([一-龥a-z0-9]{4,14})(?=[\s,，。]|$)",
            narrative.plain[start:end],
        )
        if said and _KIND.search(said[1]) and not _GENERIC.match(said[1]):
            yield start + said.start(1), start + said.end(1), 0.85


_NO_PRODUCT = re.compile(
    r"(?:卡|账户|户|咨询|补偿金|优抚金|补贴|服务|活动|权益|会员|分期|贷款|系统|协议|合同|公司|银行|平台|客服|费)$"
)


def _is_proper(name: str) -> bool:
    """Tell whether a name is more than words of the language: the tagger knows no sentence in it."""
    if _NO_PRODUCT.search(name):
        return False
    words = list(rjieba.tag(name))
    return not any(tag[:1] in ("r", "p", "u", "c", "y", "d") for _, tag in words)
