"""Judge how a text stands to the words found in it: said, denied, quoted, asked, warned of, forbidden, reported.

Each stance is found by cues in the hit's clause and sentence and comes with the words that show it. The order of
the findings does not matter: any stance the rule does not ignore takes a hit out of the violations.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from xiaobao.screening.openings import announced, openings

if TYPE_CHECKING:
    from xiaobao.screening.context import Context
    from xiaobao.screening.document import Profile

T = TypeVar("T")
NEGATION = re.compile(
    r"并不|并非|绝不|决不|从不|从未|不会|不能|不可以|不可能|不承诺|不保证|不作|不做|不提供|不存在"
    r"|不构成|不代表|不等于|不等同|不属于|不具有|不应|不宜|不得|不准|不许|不再|不是|不|非|未|无法|无"
    r"|没有|没|别|勿|禁止|严禁|杜绝|拒绝|切勿|请勿|避免|打破|消除|取消"
)
PSEUDO = re.compile(
    r"不用|不必|不需|无需|无须|不仅|不但|不光|不止|不只|不管|不论|无论|不如|不怕|不愁|不担心|别担心"
    r"|别怕|别犹豫|不要犹豫|不容错过|不要错过|别错过|不能错过|不可错过|不错|毫不|不一样|不同|不少|不断"
    r"|不限|不满意|不信|不得不|不妨|无不|非常|无限|未来|未投保|未成年|未婚|无忧|无论如何|不知道|不了解|没事|没关系|没问题"
    r"|没有门槛|不到|不过|不看|不查|不上"
)
DOUBLE = re.compile(
    r"不能说不|不能说没|不是不|不会不|没有不|没有哪.{0,4}不|无不|并非不|不可能不|不可能没|不得不"
    r"|未必不|哪有不|怎么会不|怎么可能不"
)
AFTER = re.compile(
    r"(?:都是|均是|均为|就是|属于|均属|是|为|系)?(?:骗|假的|虚假|谎言|谎话|忽悠|违规|违法|禁止|不合规"
    r"|不允许|不可信|不靠谱|不真实|不属实|误导|骗局|诈骗|套路|陷阱|犯罪|不存在|不可能|无效|错误|错的"
    r"|不对|不实)|(?:的)?(?:说法|承诺|宣传|话术|表述|用语|字样|信息|电话|短信|广告|噱头|幌子|旗号|名义"
    r"|借口)[^。!?]{0,10}(?:假|骗|违规|违法|误导|不可信|不要信|别信|勿信|警惕|谨防|小心|当心|禁止|不得"
    r"|不能|不允许)"
)
WARN = re.compile(
    r"警惕|谨防|严防|防范|当心|小心|提防|切勿|切莫|切忌|请勿|不要轻信|不轻信|莫轻信|勿轻信|别轻信|别信"
    r"|勿信|莫信|不要相信|不要被|别被|谨慎对待|远离|拒绝|抵制|识破|识别|揭穿|举报|报警|骗局|诈骗|骗子"
    r"|骗术|骗取|被骗|受骗|上当|套路|陷阱|圈套|不法分子|犯罪分子|犯罪团伙|非法中介|黑中介|不法中介"
    r"|黑产|黑灰产|幌子|打着|谎称|诱骗|蛊惑|诱导您|诱导消费者|凡是|但凡|遇到|要求您.{0,8}的都是"
)
PROHIBIT = re.compile(
    r"不得|禁止|严禁|不准|不许|不允许|不可(?!多得|错过|思议)|一律不|杜绝|红线|负面清单|禁语|禁用"
    r"|违规用语|不规范用语|不能(?:说|讲|出现|使用|承诺|宣传|用|写|对客户)|不可以(?:说|讲|出现|使用)"
    r"|不应(?:使用|出现|承诺|宣传)|违者|扣分|扣\d+分|问责|追责|整改|删除|撤下|下架|改为|改成|换成"
    r"|替换为|错误示范|反面|避免(?:使用|出现|说)|勿用|请勿使用|不要(?:说|用|写|承诺|出现)"
    r"|别(?:说|写|用)"
)
REPORT = re.compile(
    r"处罚|被罚|罚款|罚单|责令|通报|查处|立案|判决|裁定|法院|监管部门(?!已?(?:批准|认可|推荐|背书|核准))|涉嫌|违规案例|案例|被投诉"
    r"|客户(?:反映|投诉|表示|称|来电|说)|投诉人|消费者(?:反映|投诉|称|王|李|张)|当事人"
    r"|某(?:银行|公司|机构|平台|支行|员工|客户经理|男|女|先生|女士|某|保险|中介|助贷)|自称|声称|宣称"
    r"|谎称|号称|所谓|据称|曾(?:经)?(?:宣传|承诺|对客户)|其(?:宣传|广告|在)"
)
QUOTE_CUE = re.compile(
    r"等(?:表述|用语|字样|词|说法|话术|宣传|内容|行为|名义|口号|诱饵|语|承诺|广告)|(?:类似|诸如|例如"
    r"|比如|如|出现|使用|含有|包含|宣传|宣称|声称|自称|谎称|号称|所谓|以|打着|说|称|写|听信|轻信|相信"
    r"|听到|看到|遇到|见到|标注|承诺|喊出|话术|表述|字样|用语|转发|写有|写着|所说|反映|投诉|质疑|提到|反例|举牌|误区[一二三四五六七八九十\d]*"
    r"|错误(?:回答|说法|答法|示范|表述)|停用\)?)[:：]?$"
)
RESOLVED = re.compile(
    r"骗|假的|谎|忽悠|违规|违法|误导|不合规|不实|不属实|没有这|没这回事|别信|勿信|莫信|别碰|不要信|不可信|警惕|当心"
    r"|陷阱|套路|圈套|是坑|的坑|错在|错误|不对|毛病|点评|扣分|判[^,。]{0,4}不合格|属实|致歉|道歉|经查|核实|查明|调查"
    r"|整改|退回|删[除掉去]|下架|撤[下掉]|停用|叫停|停发|处罚|被罚|罚款|判决|法院|警方|民警|经侦|报警|报案|举报"
    r"|拉黑|失联|跑路|挂断|正确(?:说法|回答|答案|表述|做法)|改为|改成|改写|漏[讲说]|不是我[行们司]|无关|不能这么"
)
"""What settles after a quotation that its words are not the text's own."""
SENDER = re.compile(r"【某[^】]{1,18}】\s*")
"""A sender without a name before or after a message: who speaks, not who is spoken of."""
RESTATED = re.compile(r"您(?:来信|来电|反映|投诉|质疑|质问|所说|信中|转来|举报|提出)|(?:关于|针对|就)您")
REPLIED = re.compile(
    r"经查|核实|查实|属实|查到|致歉|道歉|退还|退回|撤销保单|赔付|停岗|停发|停了|调看|调取|移交|整改|封存|没有(?:这样的规定|这回事|此事)"
)
"""What shows after an accusation told again that it is answered."""
TAUGHT = re.compile(
    r"(?:就|统一|一律|只管|尽管|先|直接|照着|口径|开口|反问|标准(?:回答|说法)|推荐)[^。!?,]{0,6}(?:说|讲|答|回|称|写)?$"
)
"""What before a quotation hands its words on to be said."""
CHECK = re.compile(
    r"您(?:知道|知晓|了解|清楚|明白|是否|确认|理解|看到|认为|觉得)|请问您|跟您确认"
    r"|是否(?:有|向您|存在|承诺|告知|知晓|了解|清楚)|有没有(?:人|工作人员|客户经理|向您|跟您|承诺)"
)
ASKER = re.compile(r"\s*(?:\d+[.、]?)?(?:问|客户问|提问|q)\d*:", re.IGNORECASE)
CORRECT = re.compile(
    r"^(?:不是的?|不对|没有的?|不能这么|不可以的?|这个?不|您误会|误会|其实不|抱歉|不好意思|对不起"
    r"|不行)"
)
HEADING = re.compile(
    r"禁止用语|禁用|禁语|负面清单|错误示范|反面|违规(?:用语|话术|表述)|不规范用语|不得使用|骗局|诈骗|反诈"
    r"|(?:不能|不要|不可|不许|不准|不得|不该|别)(?:这[么样])?(?:说|讲|写|用|做|承诺)|忌[语讳用]|雷区|防骗|骗术|骗子"
    r"|(?:错误|不当|违规|误导)(?:的)?(?:说法|表述|做法|用语|宣传|话术|示例)|谣言"
)
LISTED = re.compile(r"[、,和或及与]?[“\"‘]")
QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", '"': '"', "《": "》"}
ANSWERED = 80
"""Characters after an accusation in which it may be answered."""
SETTLES = 40
"""Characters after a quotation in which it may be settled."""
WINDOW = 12
"""Characters before a hit in which a negation counts."""
REACH = 60
"""Characters on either side of a hit in which a cue of its sentence counts."""
TAUGHT_BY = 3
"""Words about fraud that make a document one that teaches of it."""


def _unbarred(cue: re.Pattern[str]) -> re.Pattern[str]:
    """Return a cue without what may not follow it: at the end of a stretch nothing does."""
    out, rest = "", cue.pattern
    while "(?!" in rest:
        kept, _, rest = rest.partition("(?!")
        out, depth = out + kept, 1
        while depth:
            depth += (rest[0] == "(") - (rest[0] == ")")
            rest = rest[1:]
    return re.compile(out + rest)


CUES = tuple((k, c, _unbarred(c)) for k, c in (("warned", WARN), ("prohibited", PROHIBIT), ("reported", REPORT)))
"""The kinds of cue, and what no stretch that holds one is without."""


class Stance(NamedTuple):
    """One stance and the words (normalised span) that show it."""

    kind: str
    text: str
    start: int
    end: int


def stances(context: Context, start: int, end: int) -> list[Stance]:
    """Return every stance of the text toward the hit at a normalised span."""
    text = context.text
    s_start, s_end = context.sentence(start)
    s_end = max(s_end, end)
    c_start, _ = context.clause(start, start + 1)
    out: list[Stance] = []
    negation = _negation(text, c_start, start)
    if negation is not None:
        out.append(negation)
    after = AFTER.search(text, end, min(s_end, end + 26))
    if after is not None:
        out.append(Stance("corrected", after[0], after.start(), after.end()))
    if context.role == "customer":
        out.append(Stance("customer", "客户的话", start, start))
    out += _quoted(context, start, end)
    out += _cues(context, s_end, start, end)
    out += _restated(context, start, end)
    out += _announced(context, start, end)
    out += _asked(context, s_start, s_end)
    out += _genres(context, start)
    return out


def _negation(text: str, clause_start: int, start: int) -> Stance | None:
    """Find a negation before the hit in its clause that nothing turns around."""
    low = max(clause_start, start - WINDOW)
    window = text[low:start]
    if DOUBLE.search(window):
        return None
    last = None
    for match in NEGATION.finditer(window):
        pseudo = PSEUDO.match(window, match.start())
        if pseudo is None and not _inside_pseudo(window, match.start()):
            last = match
    if last is None:
        return None
    return Stance("negated", last[0], low + last.start(), low + last.end())


def _inside_pseudo(window: str, at: int) -> bool:
    return any(m.start() <= at < m.end() for m in PSEUDO.finditer(window))


def _opened_by(text: str) -> list[str]:
    return [opening for opening in QUOTES if opening in text]


def _retells(text: str) -> bool:
    return RESTATED.search(text) is not None


def _once(context: Context, of: Callable[[str], T]) -> T:
    """Return what tells of a whole text whether its hits need to be asked, worked out once."""
    if of not in context.readings:
        context.readings[of] = of(context.text)
    known: T = context.readings[of]
    return known


def _quoted(context: Context, start: int, end: int) -> list[Stance]:
    """Find quotation marks around the hit with a cue that the words are another's or an example."""
    text = context.text
    for opening in _once(context, _opened_by):
        closing = QUOTES[opening]
        left = text.rfind(opening, max(0, start - 40), start + 1)
        if left < 0:
            continue
        right = text.find(closing, max(end - 1, left + 1), end + 40)
        inner_close = text.find(closing, left + 1, start) if opening != closing else -1
        if right < 0 or inner_close >= 0:
            continue
        before, after = text[max(0, left - 14) : left], text[right + 1 : right + 12]
        cited = QUOTE_CUE.search(before.rstrip(":,")) or QUOTE_CUE.match(after) or LISTED.match(after)
        named = before.rstrip(":,")
        settled = opening != "《" and not TAUGHT.search(named) and RESOLVED.search(text, right + 1, right + 1 + SETTLES)
        if opening == "《" or cited or settled:
            return [Stance("quoted", text[left : right + 1], left, right + 1)]
    return []


def _cues(context: Context, s_end: int, start: int, end: int) -> list[Stance]:
    """Find cues in the hit's sentence, or in the sentence before when that introduces a list."""
    text, out = context.text, []
    index = context.sentence_of(start)
    s_start = context.sentences[index][0] if context.sentences else 0
    low, high = max(s_start, start - REACH), min(s_end, end + REACH)
    for kind, cue, within, before in _cues_of(context, index):
        match = _first(cue, text, low, start) or _first(cue, text, end, high) if within else None
        if match is not None:
            out.append(Stance(kind, match[0], match.start(), match.end()))
        elif before is not None:
            out.append(before)
    return out


def _first(cue: re.Pattern[str], text: str, low: int, high: int) -> re.Match[str] | None:
    """Return the first cue between two places that is not the sender of the message."""
    match = cue.search(text, low, high)
    while match is not None and cue is REPORT and match[0].startswith("某") and _names_sender(text, match):
        match = cue.search(text, match.end(), high)
    return match


def _names_sender(text: str, match: re.Match[str]) -> bool:
    opening = match.start() - 1
    sender = SENDER.match(text, opening) if opening >= 0 and text[opening] == "【" else None
    return sender is not None and (not text[:opening].strip() or sender.end() == len(text))


CueOf = tuple[str, re.Pattern[str], bool, Stance | None]


def _cues_of(context: Context, index: int) -> list[CueOf]:
    """Return for each cue whether it may stand in a sentence and what the end of the one before says.

    Worked out once a sentence: many hits of a long text ask the same.
    """
    known: dict[int, list[CueOf]] = context.readings.setdefault(_cues_of, {})
    if index in known:
        return known[index]
    text, sentences = context.text, context.sentences
    start, end = sentences[index] if sentences else (0, len(text))
    out: list[CueOf] = []
    for kind, cue, possible in CUES:
        before = None
        if index > 0:
            low, high = sentences[index - 1]
            match = _first(cue, text, max(low, high - 30), high)
            before = Stance(kind, match[0], match.start(), match.end()) if match is not None else None
        out.append((kind, cue, possible.search(text, start, end) is not None, before))
    known[index] = out
    return out


def _restated(context: Context, start: int, end: int) -> list[Stance]:
    """Find a complaint told again by who answers it, with the answer after it."""
    text = context.text
    if context.role == "customer" or not _once(context, _retells):
        return []
    told = RESTATED.search(text, max(0, start - REACH), start)
    if told is None or REPLIED.search(text, end, end + ANSWERED) is None:
        return []
    return [Stance("reported", told[0], told.start(), told.end())]


def _announced(context: Context, start: int, end: int) -> list[Stance]:
    """Find a heading that announces the hit's words as a customer's, a report's or a lesson's."""
    opening = announced(context.text, _once(context, openings), start, end)
    return [] if opening is None else [Stance(opening.kind, opening.text, opening.start, opening.end)]


def _asked(context: Context, s_start: int, s_end: int) -> list[Stance]:
    """Find a question: the customer's own, or staff checking what the customer understands; once a sentence."""
    known: dict[tuple[int, int], list[Stance]] = context.readings.setdefault(_asked, {})
    if (s_start, s_end) not in known:
        known[s_start, s_end] = _question(context.text, s_start, s_end)
    return known[s_start, s_end]


def _question(text: str, s_start: int, s_end: int) -> list[Stance]:
    sentence = text[s_start:s_end]
    question = sentence.rstrip().endswith("?") or "吗" in sentence or re.search(r"么[?。,]?$", sentence[-2:])
    if not question:
        return []
    asker = ASKER.match(sentence)
    if asker is not None:
        return [Stance("asked", asker[0].strip(), s_start, s_start + asker.end())]
    check = CHECK.search(sentence)
    if check is not None:
        return [Stance("asked", check[0], s_start + check.start(), s_start + check.end())]
    follow = text[s_end : s_end + 20]
    if CORRECT.match(follow.lstrip()):
        return [Stance("asked", follow[:8], s_end, s_end + 8)]
    return []


def _genres(context: Context, start: int) -> list[Stance]:
    """Take education, warnings and exams as a stance of the whole text, unless it ends in a sales contact."""
    heading = HEADING.search(context.heading)
    if heading is not None:
        return [Stance("prohibited", context.heading, start, start)]
    profile, around = context.profile, context.around
    if around is not None and taught(around) and (opened := _opened(context, start)) is not None:
        return [opened]
    if profile.contact or (around is not None and around.contact) or len(context.text) > 400:
        return []
    for genre in ("antifraud", "penalty", "exam", "prohibit"):
        words = profile.genres.get(genre, ())
        if len(words) >= (1 if context.kind == "education" else 2):
            return [Stance("education", "、".join(words[:3]), start, start)]
    return []


def taught(around: Profile) -> bool:
    """Tell whether a document teaches about offences as a whole: many words of it, and nobody to get in touch with."""
    return (
        around.scenario == "education" and not around.contact and len(around.genres.get("antifraud", ())) >= TAUGHT_BY
    )


def _opened(context: Context, start: int) -> Stance | None:
    """Find the quotation that opens the hit's sentence; pictures often lose the mark that closes it."""
    first, end = context.sentence(start)
    opening = context.text[first:end].lstrip()[:1]
    return Stance("quoted", context.text[first:end], first, end) if opening in QUOTES and opening != "《" else None
