"""The number to call back: the customer's side's own, never a collector's, a merchant's or the police's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.intake import owners
from xiaobao.intake.digits import numbers
from xiaobao.intake.found import Found
from xiaobao.intake.names import is_person
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.numbers import identities

_MINE = re.compile(
    r"我的?(?:手机|电话|号码|联系)|座机|固话|家里电话|打我(?:家|闺女|姑娘|孩子|爱人|老伴)的|联系(?:我|方式|电话|手机|号码|人)|本人(?:手机|电话|联系)"
    r"|回(?:个)?(?:电|话|我电话)|打(?:给我|我(?:这个|手机|电话)?|这个|这)"
    r"|致电(?:本人|我)?|手机号?码?(?:是|为|:|：)|手机[ :：]|电话(?:是|为|:|：)|电话[ :：]?$|^ ?tel"
    r"|(?:tel|phone|mobile|手机|电话|号码)[ .:：(]*$|打我的|联系(?:他|她)?$"
    r"|^[\s(（]*(?:[你您]们?|就|还是|以后|请|麻烦|直接|都|只)*(?:打|拨|拨打)[ :：]?$"
    r"|预留|来电人|投诉人|联系本人|有事打|请打|请拨|回复(?:我|至|到)|短信(?:通知|回复)我|手机尾"
    r"|儿子(?:的)?(?:手机|电话)|女儿(?:的)?(?:手机|电话)"
    r"|家属(?:电话|联系)|微信同号|同号"
)
_THEIRS = re.compile(
    r"(?:骚扰我的|打我的|打给我的|催收|骚扰|打(?:过)?来(?:的)?|来电(?:显示|号码)|对方|骗子|商家|商户"
    r"|店家|店里|民警|警官|警察"
    r"|派出所|公安|法院|律师|中介|冒充|自称|客服(?:电话|热线)?|业务员|销售|推销|陌生|用的?是|用(?:号码"
    r"|手机号)|发(?:来)?(?:的)?短信|短信(?:来自|号码)|[他她](?:的)?(?:手机|电话|号码|微信)|经理(?:的)?(?:手机|电话|号码)|主管|专员|坐席|停用|旧号|老号|原(?:来|手机|号)"
    r"|以前的|之前(?:的|用)|换(?:号|成了)|被叫|主叫|热线(?!转)|官方|代理人|机构|公司电话|显示(?:是"
    r"|号码|为)?|号码为|对接人|收款人|责任人|物业|快递|同事|朋友|邻居|前妻|前夫|第三方|村支书|门卫"
    r"|店长|接待)(?:(?!经办|财务|会计|负责|联系)[^我本俺咱,，。\s0-9]{0,4}?的?(?:手机号?码?|电话号?码?|号码|联系方式)|的)?(?:是|为"
    r"|[:： ])*"
)
_TAKEN_BACK = re.compile(
    r"不用|不再用|停机|停用|注销|打不通|(?:别|不要|莫|勿|甭|休)(?:再)?(?:打|拨|联系)"
    r"(?![我他她你您]|本人|[爸妈爹娘父母老丈公婆奶爷座家单给扰])"
    r"|空号|不是我的|没用了|作废|已停|换掉了"
)
_ANOTHER_PERSON = re.compile(
    r"[他她](?:的?名字)?(?:叫|姓|自称)|(?<!电人)(?<!诉人)(?<!客户)(?<!写信人)自称|备注(?:叫|名|是|写)|冒充"
    r"|(?:那|这|有|一)(?:一)?[个位名](?!卡|号|电话|手机|事|钱|问题|月)[^,，。;；]{0,6}?"
    r"(?:人|男的|女的|家伙|小伙子?|姑娘|经理|专员|业务员|骗子|老师|师傅|老板|中介)"
    r"|(?:的|那)人(?![民行])|(?:推荐|介绍|经办|办卡|收款|转账|卖)[^,，。;；]{0,4}人(?![民行员])"
    r"|(?:骗子|催收|对方|他们)[^,，。;；]{0,3}打(?:来|过来|给我)的"
    r"|(?:经理|主任|主管|顾问|专员|柜员|业务员|定损员|理赔员|催收员|销售员|信贷员|推销员|人员|坐席)"
    r"[一-龥]{1,4}[(（,，] ?(?:手机|电话|微信|联系)"
)
"""Who is brought in before a number without an owner (他叫…，电话是…): it is theirs."""
_DENIED = re.compile(r"(?:手机|电话|号码?|方式)[也并]?不是 ?$")
_DAY_WITHIN = re.compile(r"(?:19|20)\d\d[-./]\d{1,2}[-./]\d")
_THEIR_PAPERS = re.compile(r"律师函|传票|立案通知|催收短信|恐吓短信|诈骗短信|勒索|催收函")
_ME = re.compile(r"(?:我|俺|咱)(?:叫|姓|是|的?(?:手机|电话|号码|联系))|本人|联系(?:方式|电话|手机)|回(?:电|拨|复)")
_CALL_THERE = re.compile(
    r"(?:(?<![在被来])(?<!他们)(?:[你您]们?|请|就|麻烦|还是|直接|改|可以|先)(?:打|拨打?|联系|打给|回给?)"
    r"|(?:^|[,，。 ])(?:打|拨打?|打给))(?:我|俺|到我)?(?:家)?(?:的)?[一-龥]{0,4}的?(?:手机|电话|座机|号码?|那个)?"
    r"[ :：是]{0,2}$"
)
"""The customer tells which number to call: 你打我丈夫的…."""
_RELAYED = re.compile(r"转告|转达|代接|代转|转交|带话|传话|(?:找|联系)得?到我|[叫喊]我(?:接|听|过)")
_FOR_REPLIES = re.compile(
    r"(?:只|请|均|仅|统一|一律)(?:与|向|和|跟|同)[^,，。;；]{0,8}(?:代理人|代办人|受托人|律师)[^,，。;；]{0,2}联系[^。;；0-9]{0,8}$|"
    r"(?:请|可|只|均|统一|一律|直接|后续)[^,，。;；]{0,4}(?:联系|致电|拨打|回复|打给?|找)(?:我的?)?"
    r"(?:委托)?(?:代理人|代办人|受托人|律师|邻居|老师|村支书|门卫|朋友|同事)[^,，。;；0-9]{0,8}$"
)
_CALLED_BACK = re.compile(
    r"(?:回拨|回访|回电|致电|拨打|联系您|给您(?:打|回)|登记(?:为|的是)|记录(?:为|的是)|更[新改]为)[^,，。?？]{0,6}$"
)
_ASKED_THEIRS = re.compile(
    r"(?:该|对方|催收|骗子|那个人|[他她]|打(?:来|给您)的|骚扰|陌生|短信)[^,，。?？您]{0,8}(?:号码|电话|手机)"
    r"|(?:哪个|什么)(?:号码|电话)打"
)
_ASKED_YOURS = re.compile(r"您[^,，。?？]{0,8}(?:手机|电话|号码|联系)|回拨|回访|回电|联系您|联系(?:电话|方式)")
_SIGNED = re.compile(
    r"(?:^|[。.!！?？;；\n )）]|[我俺]叫|(?:姓名|投诉人|联系人)[:：])(?P<name>[一-龥]{2,4})[,，、 :：]{0,2}"
    r"(?:手机|联系电话|电话|联系方式)?号?码?[:： ]{0,2}$"
)
_ASKED = re.compile(r"手机|电话|号码|联系方式|怎么联系|回访|回电|联系您")
_LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))[\s\-)）]{0,3}([2-8][0-9]{6,7})$")
_KEEP = 0.3
_CONFIRM = re.compile(r"[?？]|对吗|对吧|对不对|是吗|是吧|没错吧|可以吗|没变吧|吗$|吧$")
_CONFIRM_FIRST = re.compile(r"核对|确认|复述|重复|跟您核|是不是")
_YES = re.compile(r"[\s哎嗯诶,，]*(?:对|是(?!不)|嗯|没错|没变|可以|行|中|好|就?这个|就打|能|成|正确|不变|不错|ok)")
"""How a customer agrees to the number that the agent reads out."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    digits: str
    start: int
    end: int
    places: tuple[tuple[int, int], ...]


def find(narrative: Narrative) -> Found[str] | None:
    """Return the customer's number, digits only (a landline with one hyphen), or None where none is theirs."""
    best: dict[str, tuple[float, _Candidate]] = {}
    for order, candidate in enumerate(_candidates(narrative)):
        score = _score(narrative, candidate) - 0.01 * order + (1.5 if _agreed(narrative, candidate) else 0)
        held = best.get(candidate.digits)
        if held is None or score > held[0]:
            best[candidate.digits] = (score, candidate)
    if not best:
        return None
    score, candidate = max(best.values(), key=lambda pair: pair[0])
    if score < _KEEP:
        return None
    return Found(candidate.digits, candidate.places, min(0.98, 0.55 + 0.15 * score))


def _agreed(narrative: Narrative, candidate: _Candidate) -> bool:
    """Tell whether the agent asks for a number to be confirmed, and the customer does."""
    turn = narrative.turn_at(candidate.start)
    if not narrative.is_dialogue or narrative.roles[turn] != "agent" or turn + 1 >= len(narrative.roles):
        return False
    start, end = narrative.turn_span(turn)
    asked = _CONFIRM.search(narrative.plain, candidate.end, end)
    asked = asked or _CONFIRM_FIRST.search(narrative.plain, start, candidate.start)
    return bool(asked) and _YES.match(narrative.plain, narrative.turn_span(turn + 1)[0]) is not None


def _candidates(narrative: Narrative) -> Iterator[_Candidate]:
    seen: list[tuple[int, int]] = []
    longer = [
        (number.start, number.end)
        for number in numbers(narrative, frozenset((15, 16, 17, 18, 19)))
        if len(number.groups) == 1 and not number.digits.startswith(("86", "0086"))
    ]
    longer += [(places[0][0], places[-1][1]) for _, places, _ in identities(narrative)]
    for number in numbers(narrative, frozenset((11, 12, 13, 15))):
        digits = re.sub(r"^(?:0086|86|0(?=1[3-9]))", "", number.digits) if len(number.digits) > 11 else number.digits
        if len(digits) != 11 or not re.match(r"1[3-9]", digits):
            continue
        if any(start <= number.start < end for start, end in (*seen, *longer)) or _is_other(narrative, number.start):
            continue
        if _DAY_WITHIN.search(narrative.plain[number.start : number.end]):
            continue
        seen.append((number.start, number.end))
        yield _Candidate(digits, number.start, number.end, tuple((g.start, g.end) for g in number.groups))
    for entity in narrative.entities:
        if entity.kind == "landline" and not any(s <= entity.start < e for s, e in seen):
            shown = narrative.plain[entity.start : entity.end]
            match = _LANDLINE.search(
                re.sub(r"(?<=[0-9]{3})[\s\-](?=[0-9]{4}$)", "", shown.strip("( ")).replace("(", "")
            )
            if match:
                seen.append((entity.start, entity.end))
                yield _Candidate(f"{match[1]}-{match[2]}", entity.start, entity.end, ((entity.start, entity.end),))
    for number in numbers(narrative, frozenset((10, 11, 12)), 10):
        match = _LANDLINE.fullmatch(number.digits)
        if not match or len(number.groups) == 1 or any(s <= number.start < e for s, e in (*seen, *longer)):
            continue
        # Said in groups, it is one where its first group is the code, or the words before say so.
        called = re.search("座机|固话|固定|电话|家里", narrative.before(number.start, 8))
        if number.groups[0].digits == match[1] or called:
            seen.append((number.start, number.end))
            places = tuple((g.start, g.end) for g in number.groups)
            yield _Candidate(f"{match[1]}-{match[2]}", number.start, number.end, places)


def _is_other(narrative: Narrative, start: int) -> bool:
    """Tell whether what stands before calls the digits an order, policy or card number."""
    return (
        re.search(
            r"(?:订单|流水|保单|合同|工单|单号|编号|卡号|账号|受理)[号码是为:： ]{0,4}$", narrative.before(start, 10)
        )
        is not None
    )


def _score(narrative: Narrative, candidate: _Candidate) -> float:
    """Weigh whose number it is by the words before it, most of all by the nearest."""
    whole = narrative.before(candidate.start, 60)
    before, after = _lead(whole[-26:]), narrative.after(candidate.end, 10)
    score = 1.0 if narrative.role_at(candidate.start) != "agent" else 0.2
    mine = [m.end() for m in _MINE.finditer(before)]
    theirs = [m.end() for m in _THEIRS.finditer(before)]
    if mine:
        score += 1.0 if not theirs or mine[-1] > theirs[-1] else 0.3
    if "@" not in whole and re.search(
        r"(?:或者?|也可以?|实在不行|不行就|要么)[^,，。]{0,3}(?:找|打|联系)[^0-9]{0,12}$", before
    ):
        score -= 0.8
    if theirs:
        score -= 1.6 if not mine or theirs[-1] >= mine[-1] else 0.5
    asked = narrative.said_before(candidate.places[0][0]) if narrative.is_dialogue else ""
    if asked and _ASKED_THEIRS.search(asked) and not _ASKED_YOURS.search(asked):
        score -= 1.2
    elif asked and _ASKED.search(asked):
        score += 1.0
    score += _by_what_is_told(narrative, candidate, whole, before)
    if owners.is_for_another(narrative):
        # Who writes is who is called back, whosever the case is.
        score += {"writer": 0.4, "relative": -0.2, None: 0.0}[owners.owner(narrative, candidate.start)]
    if _DENIED.search(whole) and not re.match(r"[\s,，]*[吗么嘛]", after):
        score -= 2.5
    if _TAKEN_BACK.search(re.split("[。;；!！?？]", after)[0]) or re.search(r"(?:^|[,，。 ])(?:打|给我打)", after):
        score -= 1.2
    elif re.search(r"^[\s)）,，]{0,2}(?:这个(?:号|电话)|联系我|找我|机主|是我|请?打我的|我的(?!手机|电话|号))", after):
        score += 0.6
    return score


def _by_what_is_told(narrative: Narrative, candidate: _Candidate, whole: str, before: str) -> float:
    """Weigh the sentence before: whom it brings in, whom it bids to call, who signs; and who passes things on."""
    if narrative.role_at(candidate.start) == "agent":
        return 0.7 if _CALLED_BACK.search(whole) else 0.0
    score = 0.0
    sentence = re.split(r"[。;；!！?？\n]", whole)[-1]
    others = [m.end() for m in _ANOTHER_PERSON.finditer(sentence)]
    mine = [m.end() for m in _ME.finditer(sentence)]
    bidden = re.search(r"(?:打|联系|找|回)(?:给)?我(?:家|的)?[一-龥]{1,3}的?[,，]", sentence)
    if others and not bidden and not _ME.search(before) and (not mine or mine[-1] <= others[-1]):
        score -= 2.0
    elif not mine and _THEIR_PAPERS.search(sentence):
        score -= 1.0
    if _CALL_THERE.search(before):
        score += 0.9
    if _FOR_REPLIES.search(whole):
        score += 1.3
    if _RELAYED.search(narrative.after(candidate.end, 20)) or _RELAYED.search(before[-6:]):
        score += 1.2
    signed = _SIGNED.search(whole)
    if signed and is_person(signed["name"]):
        score += 0.5
    return score


def _lead(before: str) -> str:
    """Return the words of the clause the number closes; where a mark parts it from them, those of the clause before."""
    parts = re.split(r"[,，。;；!！?？、~\n]|(?<=[一-龥]) +(?=[一-龥])", before)
    last = parts[-1]
    return last if last.strip(" :：(（") or len(parts) == 1 else parts[-2]
