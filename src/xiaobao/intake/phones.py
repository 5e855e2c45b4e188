"""The number to call back: the customer's side's own, never a collector's, a merchant's or the police's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.intake import owners
from xiaobao.intake.digits import numbers
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative

_MINE = re.compile(
    r"我的?(?:手机|电话|号码|联系)|座机|固话|家里电话|打我(?:家|闺女|姑娘|孩子|爱人|老伴)的|联系(?:我|方式|电话|手机|号码|人)|本人(?:手机|电话|联系)"
    r"|回(?:个)?(?:电|话|我电话)|打(?:给我|我(?:这个|手机|电话)?|这个|这)"
    r"|致电(?:本人|我)?|手机号?码?(?:是|为|:|：)|手机[ :：]|电话(?:是|为|:|：)|电话[ :：]?$|^ ?tel"
    r"|(?:tel|phone|mobile|手机|电话|号码)[ .:：(]*$|打我的|联系(?:他|她)?$"
    r"|预留|来电人|投诉人|联系本人|有事打|请打|请拨|回复(?:我|至|到)|短信(?:通知|回复)我|手机尾"
    r"|儿子(?:的)?(?:手机|电话)|女儿(?:的)?(?:手机|电话)"
    r"|家属(?:电话|联系)|微信同号|同号"
)
_THEIRS = re.compile(
    r"(?:骚扰我的|打我的|打给我的|催收|骚扰|打(?:过)?来(?:的)?|来电(?:显示|号码)|对方|骗子|商家|商户"
    r"|店家|店里|民警|警官|警察"
    r"|派出所|公安|法院|律师|中介|冒充|自称|客服(?:电话|热线)?|业务员|销售|推销|陌生|用的?是|用(?:号码"
    r"|手机号)|发(?:来)?(?:的)?短信|短信(?:来自|号码)|他(?:的)?(?:手机|电话|号码|微信)|她的(?:手机"
    r"|电话|号码|微信)|经理(?:的)?(?:手机|电话|号码)|主管|专员|坐席|停用|旧号|老号|原(?:来|手机|号)"
    r"|以前的|之前(?:的|用)|换(?:号|成了)|被叫|主叫|服务热线|热线|官方|代理人|机构|公司电话|显示(?:是"
    r"|号码|为)?|号码为|对接人|收款人|责任人|物业|快递|同事|朋友|邻居|前妻|前夫|第三方|村支书|门卫"
    r"|店长|接待)(?:的)?(?:手机号?码?|电话号?码?|号码|联系方式)?(?:是|为"
    r"|[:： ])*"
)
_TAKEN_BACK = re.compile(
    r"(?:不用|停机|注销|打不通|(?:别|不要)打(?!我?[爸妈爹娘父母老丈公婆奶爷他她座家单])|空号|不是我的|没用了|作废|已停)"
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
    for number in numbers(narrative, frozenset((11, 12, 13, 15))):
        digits = re.sub(r"^(?:0086|86|0(?=1[3-9]))", "", number.digits) if len(number.digits) > 11 else number.digits
        if len(digits) != 11 or not re.match(r"1[3-9]", digits):
            continue
        if any(start <= number.start < end for start, end in (*seen, *longer)) or _is_other(narrative, number.start):
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
                yield _Candidate(f"{match[1]}-{match[2]}", entity.start, entity.end, ((entity.start, entity.end),))


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
    before, after = _lead(narrative.before(candidate.start, 26)), narrative.after(candidate.end, 10)
    score = 1.0 if narrative.role_at(candidate.start) != "agent" else 0.2
    mine = [m.end() for m in _MINE.finditer(before)]
    theirs = [m.end() for m in _THEIRS.finditer(before)]
    if mine:
        score += 1.0 if not theirs or mine[-1] > theirs[-1] else 0.3
    if re.search(r"(?:或者?|也可以?|实在不行|不行就|要么)[^,，。]{0,3}(?:找|打|联系)[^0-9]{0,12}$", before):
        score -= 0.8
    if theirs:
        score -= 1.6 if not mine or theirs[-1] >= mine[-1] else 0.5
    if narrative.is_dialogue and _ASKED.search(narrative.said_before(candidate.places[0][0])):
        score += 1.0
    if owners.is_for_another(narrative):
        # Who writes is who is called back, whosever the case is.
        score += {"writer": 0.4, "relative": -0.2, None: 0.0}[owners.owner(narrative, candidate.start)]
    if _TAKEN_BACK.search(after) or re.search(r"(?:^|[,，。 ])(?:打|给我打)", after):
        score -= 1.2
    elif re.search(r"^[\s)）,，]{0,2}(?:这个(?:号|电话)|联系我|找我|机主|是我|我的)", after):
        score += 0.6
    return score


def _lead(before: str) -> str:
    """Return the words of the clause the number closes; where a mark parts it from them, those of the clause before."""
    parts = re.split(r"[,，。;；!！?？、~\n]", before)
    last = parts[-1]
    return last if last.strip(" :：(（") or len(parts) == 1 else parts[-2]
