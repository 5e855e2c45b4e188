"""How soon a case must be taken up: critical, high, normal or low, by the conventions of the labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

import numpy as np

from xiaobao.intake import danger, degrees
from xiaobao.intake.alarms import Alarm
from xiaobao.intake.attentive import Row
from xiaobao.intake.farewells import Place
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.ticket import URGENCIES, Amount
from xiaobao.intake.wishes import Matrix

HIGH_LOSS = Decimal(30_000)
"""Yuan lost or blocked from which any case is high."""
FRAIL_LOSS = Decimal(10_000)
"""Yuan from which the case of an old, disabled or minor person is high."""
TRIVIAL = Decimal(30)
"""Yuan up to which a case without anything else is low."""
BESIDE = 0.2
"""Weight of what the transformer says of the whole beside `degrees` (of the logarithms of their probabilities).

The least that gains nearly all of what is gained on the held-out narratives and costs nothing on the others.
"""
AT_EASE = 0.7
"""From which probability of no hurry on the transformer overrules an alarm: thanks and suggestions hold words of need
(of 65 critical held-out narratives none is above 0.45; one ordinary of them and three friendly contacts are)."""
CANNOT_WAIT = 0.7
"""From which probability on the transformer alone calls a case critical (chosen on the held-out narratives)."""

_NOW = re.compile(
    r"刚刚|刚才|刚被|就在刚|现在(?:正|还|就)?(?:在)?(?:转|往外|扣)|正在(?:转|往外|扣|被)"
    r"|[几\d一二三四五六七八九十]{1,3}(?:多)?分钟前|(?:半|一|两|\d)(?:个)?小时前|往外走"
    r"|马上(?:帮我)?(?:止付|冻结|锁)|紧急止付|快(?:点)?(?:帮我)?(?:冻|止付|拦|锁)|还在(?:转|扣|走|打)"
    r"|还在[^,，。]{0,8}通(?:电话|话)|说还在扣"
    r"|立刻(?:帮我)?(?:冻|锁|止付|拦)|把我?(?:账户|卡|账号)[^,，。]{0,4}锁|钱还没(?:出去|转走|到账)|不受我?控制"
    r"|(?:今天|现在)[^,，。]{0,4}(?:不|没)[^,，。]{0,3}(?:冻|拦)"
    r"|\d{1,2}[:点]\d{0,2}[^,，。]{0,3}转的"
)
_TODAY = re.compile(r"(?<!到)(?<!至)今天(?!写|来信|投诉|反映|是想|才写)|今早|今晨|今日|今上午|今下午|今晚|上午刚|今儿")
_FRAUD = re.compile(r"转错|屏幕自己|自称|骗|盗|安全账户|转走|链接|屏幕共享|远程|诈|冒充|木马|验证码")
_SENT = re.compile(
    r"正在转|转的|转错|念(?:给|了)|绑定新|扣[!！]|少了|转(?:了|走|出|给|账|到)|盗刷|没了|扣了|走了|刷了|汇(?:了|给)"
    r"|被转|往外"
)
_SURGERY = re.compile(
    r"手术|搭桥|支架|移植|进仓|换(?:人工)?(?:髋|膝|关节|晶体)|抢救|救命|化疗|放疗|透析|住院|重症|icu|病危|急救|急诊"
    r"|开刀|救治"
)
_HOSPITAL_MONEY = re.compile(
    r"押金|手术费|医药费|医疗费|药费|费药|住院费|催费|交钱|缴费|交费|救命(?:的)?钱|等着(?:用|钱|交|买)"
    r"|要(?:做)?手术|手术(?:是|排|在|定)|药都停|停药"
)
_BLOCKED = re.compile(
    r"取不|拿不|用不|付不|交不|转不|刷不|冻|限制|受限|降级|限额|锁|不给取|不让取|不支持|停办|在途|支取|提前取|垫付"
    r"|没人接|未到账|没到账"
    r"|退(?:给|出来|款)|赎不|取消不了|办不"
)
_SOON = re.compile(
    r"今天|明天|明后天|后天|大后天|马上|立即|立刻|现在就|急|等着|下周|下个?礼拜|本周|这周|天内|只剩|再不|救命"
    r"|\d{1,2}[号日](?:就?要|前|手术|之前|须)|催"
)
_RECOVERED = re.compile(
    r"(?:现在|已经|目前)(?:都|也|是)?(?:好多了|没事|想通|好了|想开|稳定)|不会了|想通了|走回来|救(?:了)?(?:回|过)来"
    r"|又回来了|(?:送|去)(?:到|了)?[^,，。]{0,3}医院"
    r"|住(?:了)?[^,，。]{0,5}院|(?:不会|没有?|没想)(?:要)?(?:去)?(?:死|寻短)|怎么不去死|没想死"
)
_PAST = re.compile(
    r"(?:吃过|喝过|自杀过|抢救过|曾经?|以前|之前|去年|上个?月|上周)[^,，。]{0,12}(?:安眠药|自杀|轻生"
    r"|抢救|跳|割)|已经(?:想开|没事|不想死)|(?:安眠药|自杀|轻生)[^,，。]{0,6}(?:抢救|救回|未遂|救过来)"
    r"|气话|说说而已|想通"
    r"|(?:前年|去年)[^。\n]{0,24}(?:喝|吃|跳|割)过[^。\n]{0,12}(?:救[^,，。]{0,2}[回过]|没死|未遂)"
)
_AT_IT = re.compile(r"楼顶|天台|现在就|今晚就|今天就|遗书|安眠药在|药在手|刀在")
_DEADLINE = re.compile(
    r"(?:过户|首付|定金|违约|签约|合同|开标|手术|学费|开学|交房|发工资|工资|到期|交易"
    r"|房子)[^。]{0,20}(?:月底|明天|后天|下周|这周|本周|\d{1,2}[号日]|天内|日前|之前|急)|(?:月底|明天"
    r"|后天|下周|本周|\d{1,2}[号日]前?)[^。]{0,14}(?:过户|签约|交房|开标|手术|开学|付款|交易|放款|首付)"
)
_ACCESS = re.compile(
    r"取不|用不了|冻|限制|生活费|办不成|办不了|不给办|没法|进不去|领不了|领不到|登不上|看不见|听不见"
    r"|不让"
)
_ASKING = re.compile(
    r"建议|想问|问一下|咨询|请问一下|希望(?:你们|贵行|能)?(?:改进|提醒|增加|开|多)|能不能(?:提前|给"
    r"|弄|搞|帮忙反映)|就是(?:想)?问|帮忙反映"
)
_SERIOUS = frozenset(("扬言上访/聚集", "媒体曝光", "群体性", "涉嫌违法犯罪线索"))
_HELD = frozenset(("理财", "存款", "借记卡与账户", "支付结算", "个人经营贷款", "保险代销", "贵金属", "电子银行"))
"""Business in which a sum told is money kept or invested there."""
_SHUT_OUT = frozenset(("无障碍与适老", "账户管控(冻结/限额)", "系统与渠道故障", "制度流程与业务规则"))
_FRAIL = frozenset(("老年人", "残障", "未成年人"))


def heeded(alarm: Alarm | None, whole: Row) -> Alarm | None:
    """Return an alarm, None where the transformer (its row of `attentive.read`) is sure that nothing presses."""
    return None if _told(whole)["low"] > AT_EASE else alarm


def _told(whole: Row) -> dict[str, float]:
    odds = np.exp(whole - whole.max())
    return dict(zip(URGENCIES, (odds / odds.sum()).tolist(), strict=True))


def decide(
    narrative: Narrative,
    *,
    flags: Sequence[str],
    amounts: Sequence[Amount],
    business: str | None,
    cause: str | None,
    demand: Sequence[str],
    alarm: Alarm | None,
    meaning: Matrix | None,
    whole: Row,
) -> Found[str]:
    """Return the urgency with how sure it is, and the words that cannot wait where it is critical.

    meaning is the row of `classes.meanings` where a sentence encoder is installed; whole is what `attentive.read` says
    of the urgency.

    Critical is what the rules, the alarm or the transformer call so; the rest is weighed by `degrees` and the latter.
    """
    told = _told(whole)
    places = tuple(_critical(narrative.own, flags))
    raised = alarm is not None and alarm.is_raised
    if places or raised or told["critical"] > CANNOT_WAIT:
        heard = (alarm.place,) if alarm is not None else ()
        return Found("critical", places or heard, 0.9 if places and raised else 0.75)
    level = ruled(narrative, flags=flags, amounts=amounts, business=business, cause=cause, demand=demand)
    known = degrees.facts(narrative, ruled=level, flags=flags, amounts=amounts, demand=demand)
    said = degrees.likely(known, meaning)
    weighed = {name: said[name] ** (1 - BESIDE) * told[name] ** BESIDE for name in said}
    best = max(weighed, key=lambda name: weighed[name])
    return Found(best, (), weighed[best] / sum(weighed.values()))


def ruled(
    narrative: Narrative,
    *,
    flags: Sequence[str],
    amounts: Sequence[Amount],
    business: str | None,
    cause: str | None,
    demand: Sequence[str],
) -> str:
    """Return the level of a case that can wait, by the rules alone."""
    text = narrative.own
    frail = bool(_FRAIL & set(flags))
    if _SERIOUS & set(flags) or "自伤自杀" in flags or _is_high(text, _at_stake(amounts, business), frail, cause):
        return "high"
    if "重复投诉" in flags and narrative.channel == "regulator_transfer":
        return "high"
    return "low" if _is_low(text, flags, amounts, cause, demand) else "normal"


def _critical(text: str, flags: Sequence[str]) -> Iterator[Place]:
    """Yield the places of what cannot wait by the rules."""
    past = _PAST.search(text)
    if not past:
        yield from danger.own_life(text)
    if "自伤自杀" in flags and (_AT_IT.search(text) or not (past or _RECOVERED.search(text))):
        yield from danger.suicidal(text)
    yield from danger.theft_now(text)
    yield from danger.treatment_held_up(text)
    now, fraud = _NOW.search(text), _FRAUD.search(text)
    if fraud and _SENT.search(text):
        fresh = now or (_TODAY.search(text) if "涉嫌违法犯罪线索" in flags else None)
        if fresh:
            yield fresh.span()
    met = [pattern.search(text) for pattern in (_SURGERY, _HOSPITAL_MONEY, _BLOCKED, _SOON)]
    if all(met):
        yield from (match.span() for match in met if match)


def _at_stake(amounts: Sequence[Amount], business: str | None) -> Decimal:
    """Return the largest sum lost, disputed, charged or asked back; where none is, what is kept or was invested."""
    told = [a.value for a in amounts if a.role in ("loss", "disputed", "refund_demand", "fee")]
    if any(a.role == "loss" for a in amounts):
        told = [a.value for a in amounts if a.role in ("loss", "refund_demand")]
    if not told and business in _HELD:
        told = [a.value for a in amounts if a.role == "other"]
    return max(told, default=Decimal(0))


def _is_high(text: str, lost: Decimal, frail: bool, cause: str | None) -> bool:
    if lost >= HIGH_LOSS or _DEADLINE.search(text):
        return True
    if not frail:
        return False
    shut_out = cause in _SHUT_OUT and _ACCESS.search(text) is not None and not _ASKING.search(text)
    return lost >= FRAIL_LOSS or shut_out


def _is_low(
    text: str, flags: Sequence[str], amounts: Sequence[Amount], cause: str | None, demand: Sequence[str]
) -> bool:
    if cause == "其他" or (
        _ASKING.search(text) and not set(demand) & {"退款退费", "赔偿", "停止催收/骚扰", "修改征信", "解除合同/退保"}
    ):
        return True
    most = max((a.value for a in amounts), default=None)
    return not flags and most is not None and most <= TRIVIAL and "停止催收/骚扰" not in demand
