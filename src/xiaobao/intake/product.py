"""The product a customer names: a proper name, never a mere kind (房贷, 信用卡)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import rjieba

from xiaobao.intake.found import Found
from xiaobao.intake.names import is_person
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.product_kinds import (
    ALL_GENERIC,
    END,
    GENERIC,
    HOUSE_SORT,
    NO_NAME,
    NO_PRODUCT,
    ORDINARY,
    PLATFORMS,
    SORT,
)

_ENDS = (
    "分红险|护理险|两全保险|终身寿险|混合基金|股票基金|债券基金|目标基金|指数基金|短债|纯债|固收增强|实物金定投|指数定投|纪念银条|金砖|纪念金章|万能账户|养老目标|年金险|年金保险|年金|终身寿险|终身寿|增额寿|两全保险|两全险|两全|万能险|医疗险|百万医疗"
    "|重疾险|重疾|意外险|教育金|混合[ABCabc]?|债券[ABCabc]?|ETF联接[ABCabc]?|联接[ABCabc]?"
    "|指数[ABCabc]?|成长混合|[一二三六九]个?月?年?持有(?:期)?|一年持有|[0-9一二三四五六七八九十]+号"
    "|季季盈|月月盈|周周盈|日日盈|天天盈|季季红|月月红|年年红|定开|一年期|半年期|季添利|月添利"
    "|添利|添鑫|添益|增利|稳享|享赢|优选|优享|进取|精选|尊享|专享款|财富宝|理财宝|增盈宝|安心盈"
    "|满金生|福满堂|年年享|一生福|稳得福|贷无忧|享债|金生|鑫享|臻享"
)
_QUOTED = re.compile(r"[《“\"「『【‘']\s?([一-龥a-z0-9·\-+()&%.]{3,20})\s?[》”\"」』】’']")
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
_CLAUSE = re.compile(
    r"说|时|第.次|银行|公司|人寿|支行|平台|客服|[还免收]|自动|提前|结清|审批|字第|开通|同意|本金|收益|承诺|亏"
)
"""Words of an institution or a sentence, which no product is called by."""
_SOLD = re.compile(
    r"(?:这|那)?[一]?[款只份个种]?(?:的|类)?[^,，。]{0,3}(?:产品|理财|基金|保险|险|年金|信托|存款|借款|贷款|信用卡"
    r"|联名卡|计划|分期|保单)"
)
_SOLD_SURELY = re.compile(
    r"(?:这|那)?[款只份个种]?的?(?:股票型|混合型|债券型|指数型|增额|终身|分红型|互联网|少儿|百万)?(?:理财|基金"
    r"|重疾险|医疗险|意外险|寿险"
    r"|年金|两全|分红险|万能险|护理险|保险(?!公司|经纪)|信托|存款|白银|黄金|住院津贴)"
)
"""What stands right behind the name of a product and is its kind."""
_BOUGHT_AHEAD = re.compile(
    r"(?:买|购买|认购|申购|投保|转入|赎回?|存入|持有|推荐|推销|代销|卖|团购"
    r"|续保)[了过的给我入下他她们妈爸一只款份个那这条套枚]*(?:[\d.,]+|[一-十百千两几]+)?"
    r"[万千]?元?块?(?:的|那个|这个)?[“\"「『《]?$|(?:产品|基金|理财|保险)(?:名?叫|名称是?)[“\"「『《]$|名下(?:有|那"
    r"|的)?[一那这]?[只款份个]?[“\"「『《]?$|我的[“\"「『《]?$|投了[\d.,一-十万千元]+[“\"「『《]?$"
)
_THERE_IS = re.compile(r"有(?:个|一?[份只款])$")
_SELLER = re.compile(r"(?:银行|人寿|保险|基金|理财|财险|健康险|养老)(?:的|销售的|代销的|推出的| )?[“\"「『《]?$")
_APPLIED = re.compile(r"(?:申请|办|办理|贷|关于|银行|你们|贵行)的?了?[“\"「『《]?$")
_SWITCHED = re.compile(
    r"(?:勾选?了?|开通|办了|办理|点过|点了|扣|试用|加了|送了|绑定?)[^,，。;；]{0,8}[“\"「『《]?$"
    r"|[个份种]什么[“\"「『《]?$"
)
_PACKAGE = re.compile(r"[一-龥]{2}(?:管家|保障包|服务包|会员|守护|无忧|保障计划)$")
_PLATFORM = re.compile(r"(?:平台|公司|app|软件|小程序|中介|在|通过|从|对公户|户名)[“\"「『《]?$")
_PLATFORM_NEXT = re.compile(r"(?:app|平台|公司|小程序|软件|网贷|客服|催收|账户|借了|借款)")
_WHOSE = re.compile(r"(?:者|人|管理|客户|里|苑|府|城|国际|查询|新股|优惠|升级|群|家园|后付|送米)$")
_STREET = re.compile(r"[路街巷村镇改到请]|\d年|[楼栋期]\d*号|[上下]个?月|某")
_NUMBER_SIGN = "[0-9零一二三四五六七八九十百]+"
_ADDRESS = re.compile(rf"[路街巷弄道村里]{_NUMBER_SIGN}号|^[一-龥]?{_NUMBER_SIGN}[号天期]$|批文")
"""Houses, days and papers by number, which no product is called."""
_MEASURED = re.compile(r"(?:入|个|份|款|套|只|了|回|一[套份个只款]|[\d.]+万?元?|[一-十百千]+[万块]元?)+(?=[一-龥]{2})")
_KIND = re.compile(r"保险|理财|基金|险|年金|寿|盈|利|宝|混合|债|持有|号|金|鑫|福|享|存|红|益|稳|财|贷")


_TOLD = re.compile(
    r"(?:说|称|讲|问|写着?的?|答复?|回复?|提示|显示|理由[是为]?|以|因为?|标志|状态|改为|变为|变成|限成"
    r"|勾[了的选]?是?|设置的?是?|点击?了?|承诺"
    r"|所谓的?|弹|吐|喊|哼|回|骂|收到|保证|声称|备注|名目[是为]?|冒充|类似|活动|广告|标题|中的是|账上|公司|商户"
    r"|中介|户名|群名?|小区|楼盘|领)[:： ,，]?$"
)
"""What stands before words that are quoted, not before a name."""
_SAYING = re.compile(
    r"[的了吗呢吧啊哦是在把被给让跟就都也又还没不无未才请您你我他她它谁们哪怎只已]|可以|必须|需要|应当|[0-9]元"
    r"|.{16}"
)
_MODEST = "啥的是了也我你他她它们在和与跟或被把给让向对从到去来要想就都又还再不没说用欠办买有扣收退交拿这那个张份款只"
"""Words before, behind and inside of which a name stands."""
_HOUSE = re.compile(
    r"(?P<core>[一-龥]{2,3})(?:农村商业银行|农商银行|村镇银行|农商行|银行|信合|信用社|农信|消费金融|消金|人寿"
    r"|财产?保?险|健康险?|养老险?"
    r"|保险|寿险|财险|车险|产险|金融|小贷|证券|信托|分行|信用卡)"
)
_NO_CORE = frozenset(_MODEST + "们其每各某本贵家行点诉让通过元万千百") - set("和家")
_HOUSE_NEXT = re.compile(
    r"(?:农村|农商|村镇|银行|商业|信合|信用社|农信|消费金融|消金|人寿|财险|财产|健康|养老保险|保险|金融|小贷"
    r"|基金(?:公司|管理)|证券|信托"
    r"|支付|分行|支行|信用卡|客服|公司|理财(?:公司|经理))"
)
_CLEAR = "卡|贷|宝|险"
_MARKED = (
    "卡|贷|险|宝|两全|年金|寿|重疾|医疗|[0-9一二三四五六七八九十]+[号天期]|年年|一生|满堂|百年好合"
    "|[月季天周年双](?:[月季天周年])?[盈丰享红添利旺]|卫士|护航|保障|白条|钱包|稳健|添金|聚财|量化|成长|价值"
    "|蓝筹|先锋|领航|回报|双利|优选|精选|etf|fof|qdii|lof|金条|银条|[金银]章|纪念币|[金银]币|短债|纯债|联接"
    "|混合|股票|增强|定存|第[0-9]+期|[0-9]+期|[年月]持有|净值"
)
_OURS = re.compile(
    rf"(?:你们|贵行|贵司|贵公司|你行|该行|恁家|你家|银行|支行|人寿|金融|信用社)"
    rf"(?:的|那个|这个|那|这|有?一?[张个款笔份]|有|申请|办理?|开|买"
    rf"|,)*(?P<name>[一-龥a-z]{{2,6}}?(?:{_CLEAR}))(?=[^一-龥]|[{_MODEST}能可咋怎为才刚没是里上下什能逾到年利额]|$)"
)
_LED = re.compile(
    rf"(?:买|购买|购入|投保|办的|办了|办理了?|申购|认购|赎回|定投|持有|保单是|叫什么|叫啥|[叫名]|名下有?|那个|这款"
    rf"|那款|签约|存的|续保)(?:的|了|过|是|我|叫|有|那个|这个|一?[个份款张只笔套])*\s?"
    rf"(?P<name>[一-龥a-z][一-龥a-z0-9]{{1,11}}?(?:{_MARKED}))(?=[^一-龥a-z0-9]|一?[份款张笔][,，。]"
    rf"|[0-9一二两三四五六七八九十]+[万元]|到期|为啥|怎么|送|亏|$|那个|已|扣|因|的|在|被|是|要|有)"
)
"""A name without quotation marks behind what a customer does with a product."""
_FREE = re.compile(
    rf"(?:^|[^一-龥a-z0-9]"
    rf"|[的是了我你们把买办投个份张叫扣入回卖退])(?=(?P<name>[一-龥a-z](?:(?![{_MODEST}])[一-龥a-z0-9]){{1,9}}?"
    r"(?:[一-龥a-z](?<![车房网助经营信消费校押商前批可])贷|[一-龥](?<![财产寿车])险"
    r"|[一-龥](?<![信借储银工社医副联原旧新某])卡|宝"
    r"|[月季天周年双日](?:[月季天周年日])?[盈丰享红添利旺鑫增]|年金|重疾|无忧|两全|终身寿|混合[abc]?|债券?[abc]"
    r"|联接[abc]?|添利|稳[盈享]"
    rf"|[0-9一二三四五六七八九十]+号|年年))(?=[^一-龥a-z0-9]"
    rf"|[{_MODEST}被已到里上中因为怎咋送亏涨跌赎续期第条这现今去明份前后]"
    r"|[0-9一二两三四五六七八九十]+[万元]|$))"
)
"""A name without quotation marks that nothing leads up to: an unknown compound that ends in its kind."""
_WANTED = re.compile(
    r"(?:什么|哪[个款张种份只]?|啥|哪一[款个张种])[^,，。?？]{0,2}(?:产品|保险|险种|理财|基金|卡|贷款|机具|业务"
    r"|名字|保单|额度|分期|存款|盾)"
    r"|险种|产品名|保险名|叫什么|名称|哪款|卡种|末四位|卡号"
)
"""What an agent asks by for the name of a product."""
_ANSWER = re.compile(
    r"(?:\s|[0-9]{4}|嗯|哦|对|好像|是|叫做?|叫什么|啥|就|那个|这个|什么|我的|我那|你们的?"
    r"|[,，“\"])*(?P<name>[一-龥a-z0-9]{3,14})(?=[\s,，。;；”\"(（]|$|的?那)"
)


def candidates(narrative: Narrative, respondent: str | None = None) -> list[tuple[int, int, float]]:
    """Return where names of products may stand, and how sure the pattern is that finds each.

    What the respondent itself is called is a platform, no product.
    """
    return [
        (start, end, score)
        for start, end, score in (*_names(narrative, respondent), *_houses_own(narrative))
        if narrative.plain[start:end] not in (respondent or "").lower()
    ]


def find(narrative: Narrative, names: Sequence[tuple[int, int, float]]) -> Found[str] | None:
    """Return the name of the product as written, without quotation marks, of some `candidates`; None of none."""
    text = narrative.plain
    best = max(names, key=lambda item: (item[2], -item[0], item[1]), default=None)
    if best is None:
        return None
    start, end, score = best
    if led := re.match(r"(?:叫|是|个|那个|这个|[了一]?份)(?=.{3})", text[start:end]):
        start += led.end()
    for first, last, _ in names:
        if text[start:end] in text[first:last] and last - first > end - start:
            # One name told short and in full is the full one.
            start, end = first, last
    return Found(narrative.text[start:end], ((start, end),), score)


def may_be(name: str, respondent: str | None) -> bool:
    """Tell whether a run of plain characters can be a product's name: more than a kind, not the respondent's own."""
    if name in (respondent or "").lower() or not re.search("[一-龥a-z]", name) or _ADDRESS.search(name):
        return False
    return not (GENERIC.match(name) or ALL_GENERIC.fullmatch(name) or ORDINARY.fullmatch(name) or NO_NAME.search(name))


def _names(narrative: Narrative, respondent: str | None) -> Iterator[tuple[int, int, float]]:
    text = narrative.own
    for match in _LABELLED.finditer(text):
        if not GENERIC.match(match[1]) and not ALL_GENERIC.fullmatch(match[1]):
            yield *match.span(1), 0.9
    for match in _QUOTED.finditer(text):
        if score := _quoted(text, match, respondent):
            yield *match.span(1), score
    for match in _NAMED.finditer(text):
        if not GENERIC.match(match[1]) and _KIND.search(match[1]) and _fits(match[1]):
            yield *match.span(1), 0.85
    for match in _SUFFIX.finditer(text):
        yield from _trimmed(text, match)
    for match in (*_OURS.finditer(text), *_LED.finditer(text)):
        name = match["name"]
        alone = not (respondent or _LENDER.search(text))
        if _PLATFORM_NEXT.match(text, match.end()) or (PLATFORMS.search(name) and alone):
            continue
        if _is_own(name) and not _LEANS.search(name) and (len(name) == 3 or not _verbal(name)):
            yield *match.span("name"), 0.72
    for match in _FREE.finditer(text):
        name = match["name"]
        if PLATFORMS.search(name) and not (respondent or _LENDER.search(text)):
            continue
        if (
            _is_own(name)
            and not _LEANS.search(name)
            and not _verbal(name)
            and not _STREET.search(name)
            and len(name) > (3 if name.endswith("险") else 2)
            and not _PLATFORM_NEXT.match(text, match.end("name"))
        ):
            yield *match.span("name"), 0.65
    if narrative.is_dialogue:
        yield from _answers(narrative)


def _quoted(text: str, match: re.Match[str], respondent: str | None) -> float:
    """Return how surely a name in quotation marks is a product's, 0 where it is none."""
    name = match[1]
    if score := _called(text, match, respondent):
        return score
    before, after = text[max(0, match.start() - 14) : match.start()], text[match.end() : match.end() + 8]
    if _PACKAGE.search(name) and _SWITCHED.search(before) and not ALL_GENERIC.fullmatch(name):
        return 0.8
    if GENERIC.match(name) or ALL_GENERIC.fullmatch(name) or _CLAUSE.search(name) or NO_PRODUCT.search(name):
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


def _called(text: str, match: re.Match[str], respondent: str | None) -> float:
    """Return how surely a name in quotation marks that ends as products do is one, 0 for words said and platforms."""
    name, before = match[1], text[max(0, match.start() - 14) : match.start()]
    after = text[match.end() : match.end() + 8]
    if not END.search(name) or not _is_own(name) or _SAYING.search(name) or _TOLD.search(before):
        return 0.0
    if _PLATFORM.search(before) or _PLATFORM_NEXT.match(after) or _STREET.search(name):
        return 0.0
    if PLATFORMS.search(name) and not (respondent or _LENDER.search(text)):
        # Without a bank or a lender beside it, such a name is the platform itself.
        return 0.0
    sold = _SOLD.match(after) is not None or after.startswith(("按揭", "信用卡", "银章", "金章"))
    sort = SORT.search(name) is not None
    if not sort and not sold and (_verbal(name) or _WHOSE.search(name)):
        return 0.0
    sure = sort or sold or _POSSESSED.search(before) is not None
    return 0.79 if sure else 0.0


def _houses_own(narrative: Narrative) -> Iterator[tuple[int, int, float]]:
    """Yield names that begin as the institution's own does: 云桥银行 sells 云桥随心贷."""
    text, own = narrative.plain, narrative.own
    cores = {m["core"][-width:] for m in _HOUSE.finditer(text) for width in (2, 3) if len(m["core"]) >= width}
    for core in cores:
        if set(core) & _NO_CORE or (rjieba.has_word(core) and rjieba.tag(core)[0][1][:1] in "vdpcrutms"):
            continue
        for match in re.finditer(rf"{core}(?=(?P<rest>[一-龥a-z0-9\-]{{2,14}}))", own):
            rest = match["rest"]
            if _HOUSE_NEXT.match(rest):
                continue
            stop = re.search(rf"[{_MODEST}借逾]", rest)
            rest = rest[: stop.start()] if stop else rest
            for length in range(len(rest), 1, -1):
                part = rest[:length]
                if END.search(part) and (length == len(rest) or SORT.search(part)):
                    plain = HOUSE_SORT.fullmatch(part) or ALL_GENERIC.fullmatch(part)
                    if not plain and not _CLAUSES.search(part):
                        yield match.start(), match.start("rest") + length, 0.77
                    break


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
        and not GENERIC.match(name)
        and not ALL_GENERIC.fullmatch(name)
        and not _CLAUSE.search(name)
        and not (name.endswith("号") and _STREET.search(name))
        and (_is_proper(name) or (2 <= len(head) <= 4 and _is_proper(head)))
    ):
        yield start, end, 0.75


def _fits(name: str) -> bool:
    return not ALL_GENERIC.fullmatch(name) and not _CLAUSE.search(name) and _is_proper(name)


def _answers(narrative: Narrative) -> Iterator[tuple[int, int, float]]:
    for turn, role in enumerate(narrative.roles):
        start, end = narrative.turn_span(turn)
        if role == "agent":
            continue
        asked = narrative.said_before(start)
        answer = _ANSWER.match(narrative.plain[start:end]) if _WANTED.search(asked) else None
        if (
            answer
            and _is_own(answer["name"])
            and not _SAYING.search(answer["name"])
            and (SORT.search(answer["name"]) or (END.search(answer["name"]) and not _verbal(answer["name"])))
        ):
            yield start + answer.start("name"), start + answer.end("name"), 0.8
        if not _ASKED.search(asked):
            continue
        said = re.match(
            r"(?:\s|嗯|哦|好像|是|叫做?|就是|那个|什么)*([一-龥a-z0-9]{4,14})(?=[\s,，。]|$)",
            narrative.plain[start:end],
        )
        if said and _KIND.search(said[1]) and not GENERIC.match(said[1]):
            yield start + said.start(1), start + said.end(1), 0.85


_LENDER = re.compile(
    r"银行|支行|农商|信用社|信合|农信|消费金融|消金|金融公司|贵行|你行|该行|贵社|你社|分社|联社|人寿|财险|保险公司"
    r"|基金公司"
)
_CLAUSES = re.compile(
    r"说|时|第.次|银行|公司|支行|平台|客服|自动|提前|结清|审批|字第|开通|同意|本金|收益|承诺|亏|展期|逾期|权益|免费"
    r"|催收|续贷"
)
_POSSESSED = re.compile(
    r"(?:办理?|开通?|持有?|名下有?|欠|投保?|买|购|签约?|叫[啥作]?|叫什么|款|(?:你们|贵行|银行|支行|金融|社"
    r"|司)[的那个]*|我的|那个|这个|什么|一[张个款份笔只]|把|按揭|用|贷|关于|主题[:：]|购买|推荐|推销|绑|挂|存)"
    r"[了过的入下]?(?:是|个|张|份|款|笔)?[“\"「『《]?$"
)
"""What a customer does with a product, right before its name."""
_LEANS = re.compile(
    r"[的了是在把被给让我你他她它说没不就都也又还要去来到怎哪什吗呢吧啊谁和与跟向从对因所以为且但或这那各每某几本办买退扣刷还欠存取借贷交投签催查销换补开用成转问找有可恢升拒以字](?=.)"
    r"|^.{0,2}纪念|人意外|门急诊|^今年"
)
"""Characters that what is only read on behind “你们” must not have: it is a sentence then."""


def _verbal(name: str) -> bool:
    """Tell whether a run of characters is a sentence: the tagger sees a verb or an adverb of the language in it."""
    return any(tag[:1] in "vdm" and len(name) > 2 and rjieba.has_word(word) for word, tag in rjieba.tag(name))


def _is_own(name: str) -> bool:
    """Tell whether a name is more than kinds of products and holds no words of a sentence."""
    if re.search(r"[,，。;；\s]", name):
        return False
    if GENERIC.match(name) or ALL_GENERIC.fullmatch(name) or ORDINARY.fullmatch(name) or _CLAUSES.search(name):
        return False
    if is_person(name) or NO_NAME.search(name):
        return False
    end = END.search(name)
    head = name[: end.start()] if end else name
    return len(head) >= 2 and not any(tag[:1] in ("r", "p", "u", "c", "y") for _, tag in rjieba.tag(head))


def _is_proper(name: str) -> bool:
    """Tell whether a name is more than words of the language: the tagger knows no sentence in it."""
    if NO_PRODUCT.search(name):
        return False
    words = list(rjieba.tag(name))
    return not any(tag[:1] in ("r", "p", "u", "c", "y", "d") for _, tag in words)
