"""Read the bracketed words a text opens with: whose words follow (a customer's letter, a news item, a case, a lesson).

Such a heading is no sender, and what it announces are another's words: put at a distance by quotation marks, by who is
said to have said them, or by what became of it. A heading alone excuses nothing: what goes on to address its reader, or
speaks in the institution's own voice, is an offer whatever stands above it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from xiaobao.text.normalise import normalise

CUSTOMER = re.compile(
    r"(?:客户|顾客|用户|读者|网友|网民|消费者|投资者|投资人|储户|市民|群众|居民|观众|听众|老人|家属|持卡人|投保人|保户|车主|老乡)的?"
    r"(?:来信|来电|来访|来函|来稿|反映|反馈|投诉|留言|评论|爆料|吐槽|自述|口述|讲述|提问|咨询|求助|原话|信件|经历|遭遇|故事|声音|之声)"
    r"|(?:投诉|信访|举报|来信|来电|留言|工单|回访|诉求|信件)(?:摘录|摘要|摘登|选登|选编|内容|原文|实录|记录|节选|件|事由|工单)"
    r"|来信(?:照登|选登|一则)|(?:一封)?(?:投诉信|举报信|求助信)"
)
TOLD = re.compile(
    r"新闻|媒体|报道|报载|简讯|资讯|转载|摘录|摘编|摘报|剪报|案例|案情|案件|以案|判例|庭审|判决|裁判|裁定|宣判|审判|开庭"
    r"|行政处罚|处罚(?:通报|公示|信息|案例)|通报|曝光|警情|警方|公安提示|暗访|记者|焦点|315|3·15|舆情|旧闻|事件|真事|实录|回顾"
)
TAUGHT = re.compile(
    r"课堂|小课|讲堂|课程|学堂|科普|知识|培训|学员|提问|问答|答疑|q&a|faq|反面教材|反面典型|反例|错误示范|误区|辟谣|谣言|求真|粉碎机"
    r"|提示|提醒|警示|预警|防骗|反诈|防诈|教训|考题|测验|测试题|练习|辨析|找茬|排雷|避坑|揭秘|起底|说法|说险|普法|学法|宣教|消保"
)
SENDERS = re.compile(
    r"(?:银行|支行|分行|农信|农商|信用社|消金|消费金融|金融|保险|人寿|财险|证券|期货|基金|信托|理财|小贷|贷款?|集团|公司|科技|平台"
    r"|信用卡|卡中心|客服|分期|钱包|官方|商城)$|^某"
)
"""What a name of who speaks ends with, or begins with."""
ADDRESSED = re.compile(
    r"立即|马上|赶紧|赶快|快来|速来|速抢|从速|点击|戳(?:我|下|链)|扫码|扫一扫|扫描|二维码|加(?:我|个?微信|个?v|q)|\+v|私信|私聊|进群|入群|报名|预约|抢购|抢先|认购"
    r"|名额|限时|限量|先到先得|送完即止|欢迎|机会难得|不容错过|不要错过|别错过|错过|放心(?:买|存|投|贷|借)|跟着|带(?:您|你|大家)|[您你大家]{1,2}(?:也|都|一起)"
    r"|大家快|推荐(?:给)?(?:您|你|大家)|联系(?:我|电话|方式)|拨打|热线|垂询|详询|在售|热销|热卖|开售|发售|起购|起投|火爆|额度已|获批|已为[您你]"
    r"|[您你](?:已经?|可以?|只需|只要|名下|的(?:账户|欠款|贷款|额度))|(?:还|结|付)清|还款|处理完?毕|后果自负|感谢贵|选我们|找我们|找我|来我"
    r"|没亏过|从[没未]亏|后悔没|没早点|真香|(?:强烈|真心|力荐|放心|值得)(?:推荐|买|投|存|入手|信赖|拥有)|推荐(?=[。!,~]|$)|好评|选对|赚了不少|赚翻"
)
"""What turns to the reader: an offer, a demand, praise or thanks for one."""
DENIED = re.compile(
    r"(?:勿|别|不要|不得|不可|不能|不应|不随意|莫|谨防|警惕|当心|小心|拒绝|切忌|禁止|慎)[^,。!?;:]{0,6}$"
)
SELF = re.compile(
    r"我行|本行|我司|本司|本公司|我公司|我们(?:行|公司|的|家|这|可以|保证|承诺|提供)|本(?:款|期|产品|理财|基金|计划|平台|店|机构|中心)|我店|咱们?行|旗下"
)
SPEAKER = (
    r"经理|业务员|催收(?:员|方|公司)?|推销员|销售|专员|员工|工作人员|人员|客服|坐席|柜员|柜台|大堂|代理人|中介|掮客|对方|[他她](?:们)?|有人|骗子|群主|老师|主播|博主|网友|被告人?"
    r"|公司|平台|机构|银行|行里|网点|门店|你们|亲戚|朋友|邻居|同事|师傅|助理|经纪人|导师|专家|老板|广告|传单|宣传单|单页|海报|短信|推文|视频|男子|女子|某某?"
    r"|嫌疑人|团伙|分子"
)
SAID = (
    r"说|讲|称|道|承诺|许诺|允诺|保证|告诉|告知|介绍|吹|夸|拍(?:着)?胸|推荐|答应|回答|劝|骗|忽悠|宣传|写[着的]|打[着出]|推销|鼓吹|喊|声称|号称|谎称|自称|表示|强调"
    r"|解释|[让叫要逼催](?=我|他|她|老人|客户)"
)
SPOKEN = re.compile(
    rf"(?:{SPEAKER})[^。!?;,]{{0,14}}?(?:,(?:还|就|又|并|竟|都|反复)?(?=说|称|讲|宣称|自称))?(?:{SAID})|(?:客户|顾客|用户|消费者|老人|学员)[^。!?;,]{{0,6}}问"
)
OUTCOME = re.compile(
    r"结果|血本无归|被骗|上当|受骗|骗了|骗局|诈骗|失联|跑路|爆雷|卷款|被(?:罚|查|抓|判|捕|立案|责令|处)|处罚|罚款|判处|获刑|犯罪|违法|违规|投诉|举报|报警"
    r"|怎么办|后悔|维权|讨(?:要|回)|要(?:求)?(?:退|赔|说法)|退不(?:了|出)|取不(?:了|出)|亏(?:了|损|掉|进去|得)?(?:[0-9一二三四五六七八九十百几数半大好]|只剩)|只剩|只拿回|打了水漂"
    r"|[信]吗|可信|靠谱吗|对吗|合规吗|违规吗|真的吗|(?:能|可以|该|要不要)信|不(?:实|符|靠谱)|虚假|误导|陷阱|套路|警惕|谨防|当心|捂好|收了我"
)
"""What became of the words, or the doubt of who passes them on."""
HEADING = re.compile(
    r"(?:^|(?<=[。!?;\n】]))[ \n]{0,3}(?:[#■●◆▲★*·]|[0-9一二三四五六七八九十]{1,2}[、.])? {0,2}"
    r"(?:【([^】\n]{2,16})】|\[([^\]\n]{2,16})\]|〔([^〕\n]{2,16})〕|〖([^〗\n]{2,16})〗|\(([^)\n]{2,16})\)|([一-龥a-z&·0-9]{2,10}):)"
)
QUOTATION = re.compile('“[^”]{0,200}”|「[^」]{0,200}」|『[^』]{0,200}』|"[^"]{0,200}"')
BEFORE = 40
"""Characters before a hit in which who is said to have spoken counts."""
AROUND = 200
"""Characters on either side of a hit in which it is quoted, or in which what became of it is told."""
FIRST = 24
"""Characters of a text in which what it opens with stands."""
KINDS = (("customer", CUSTOMER), ("reported", TOLD), ("education", TAUGHT))


class Opening(NamedTuple):
    """A heading, the stance its words give to what follows, and the stretch it stands over (normalised, end exclusive).

    offers tells that the stretch turns to its reader.
    """

    kind: str
    text: str
    start: int
    end: int
    until: int
    offers: bool


def kind_of(heading: str) -> str:
    """Return the stance that a heading gives to what follows: customer, reported, education; "" for any other."""
    inner = heading.strip(" 【】[]〔〕〖〗():")
    if SENDERS.search(inner):
        return ""
    return next((kind for kind, words in KINDS if words.search(inner)), "")


def openings(text: str) -> tuple[Opening, ...]:
    """Return the headings of a normalised text that announce another's words, in order."""
    if not any(mark in text for mark in "【[〔〖(:"):
        return ()
    places = [(m, kind_of(next(filter(None, m.groups())))) for m in HEADING.finditer(text)]
    # A label within a section (问:, 答:) neither opens nor ends one.
    places = [(m, kind) for m, kind in places if kind or m[6] is None]
    out = []
    for place, (match, kind) in enumerate(places):
        until = places[place + 1][0].start() if place + 1 < len(places) else len(text)
        if kind:
            offers = _offers(text[match.end() : until])
            out.append(Opening(kind, match[0].strip(), match.start(), match.end(), until, offers))
    return tuple(out)


def is_sender(text: str) -> bool:
    """Tell whether the brackets a message opens with name who sends it: true of all that announce nothing else."""
    found = openings(text)
    return not found or text[: found[0].start].strip() != "" or found[0].offers


def announced(text: str, known: tuple[Opening, ...], start: int, end: int) -> Opening | None:
    """Return the heading by which the words at a span are another's, or None where nothing but the heading says so."""
    place = bisect_right(known, start, key=lambda o: o.end) - 1
    opening = known[place] if place >= 0 else None
    if opening is None or start >= opening.until or opening.offers:
        return None
    low, high = max(opening.end, start - AROUND), min(opening.until, end + AROUND)
    if SELF.search(_own_voice(text[max(low, start - BEFORE) : min(end + BEFORE, high)])):
        return None
    quoted = any(q.start() < start and end <= q.end() for q in QUOTATION.finditer(text, low, high))
    spoken = SPOKEN.search(text, max(low, start - BEFORE), start) is not None
    outcome = OUTCOME.search(text, low, start) or OUTCOME.search(text, end, high)
    return opening if quoted or spoken or outcome is not None else None


def kind_of_all(text: str) -> str:
    """Return the stance that headings give to all of a text as it stands, "" where any of it is the text's own."""
    if not any(words.search(text, 0, FIRST) for _, words in KINDS):
        return ""
    told = normalise(text).text
    known = openings(told)
    if not known or told[: known[0].start].strip() or len({o.kind for o in known}) > 1:
        return ""
    if any(o.offers for o in known) or sum(o.until - o.start for o in known) < len(told) - known[0].start:
        return ""
    own = _own_voice(told)
    distant = QUOTATION.search(told) or SPOKEN.search(told, known[0].end) or OUTCOME.search(told, known[0].end)
    return known[0].kind if distant and not SELF.search(own) else ""


def without_pretext(text: str) -> str:
    """Return a text with the heading it opens with blanked, where what follows turns to its reader all the same."""
    if not any(words.search(text, 0, FIRST) for _, words in KINDS):
        return text
    match = HEADING.match(text)
    if match is None or match[6] is not None or not kind_of(next(filter(None, match.groups()))):
        return text
    known = openings(normalise(text).text)
    return " " * match.end() + text[match.end() :] if known and known[0].offers else text


def _offers(section: str) -> bool:
    """Tell whether a section turns to its reader outside quotation marks, warnings and what somebody is said to say."""
    own = _own_voice(section)
    return any(
        not DENIED.search(own, max(0, m.start() - 10), m.start()) and not _told(own, m.start())
        for m in ADDRESSED.finditer(own)
    )


def _told(own: str, at: int) -> bool:
    """Tell whether the clause before a place says who speaks."""
    low = max(at - BEFORE, *(own.rfind(mark, max(0, at - BEFORE), at) + 1 for mark in ",。!?;:\n"), 0)
    return SPOKEN.search(own, low, at) is not None


def _own_voice(text: str) -> str:
    return QUOTATION.sub("“”", text)
