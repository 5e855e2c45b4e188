"""What looks like a new topic and is none: one writer's flood, a renamed product, a marketing day, the calendar."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xiaobao.calendar import mainland
from xiaobao.errors import InputError
from xiaobao.insight.topics import Member, Topic

COMPLAINT = re.compile(
    r"投诉|举报|维权|上访|曝光|起诉|无法|不能|失败|打不开|登不上|用不了|被扣|多扣|乱扣|扣了|误导|欺骗|骗|坑|拒|不给|不退|不让|不认|不到账|没到|没收到"
    r"|没人|没解决|没法|还没|一直没|仍未|未到|未经|不明|错|丢|盗|故障|报错|卡住|闪退|崩|逾期|违约|凭什么|为什么|怎么回事|要求|赔|道歉|解释|严重|太差"
    r"|恶劣|推诿|敷衍|忽悠|不合理|霸王|不满|气愤|离谱|糟|退款|退还|损失|停用|异常|突然|限制|冻结|催|骚扰|泄露|不符|虚假|收费|说法"
)
PROMOTION = re.compile(
    r"活动|抽奖|优惠|礼品|礼包|领取|参加|参与|报名|周年|促销|开门红|满减|秒杀|中奖|福利|折扣|红包|立减|返现|赠|积分|名额|规则|点赞|表扬|感谢|满意"
    r"|推荐|好评|很方便|很划算|不错|实惠|给力|点个赞|领到|抽到|邀请|好友|领券|门票|攻略|首发"
)
INQUIRY = re.compile(
    r"请问|咨询|想了解|了解一下|想问|问一下|怎么办理|如何办理|怎么申请|怎么开通|怎么参加|怎么报名|什么条件|需要什么|什么时候|在哪|哪里|几点|能办|可以办"
    r"|能不能办|是否可以|多少钱|吗(?:[？?。!！]|$)"
)
SALARY = re.compile(r"工资|薪|代发|奖金|养老金|退休金|月初|月末|月底|账单日|还款日|季末|季度末|年末|年底|结息|决算")
SEASON = re.compile(
    r"新钞|零钱|换零|压岁|年货|年夜|团圆|月饼|粽子|祭扫|踏青|出游|旅游|节假日|假期|放假|长假|节前|节后|节日|过节|春节|过年"
    r"|元旦|清明|五一|劳动节|端午|中秋|国庆|元宵|双十一|双11|双十二|六一八|返乡|黄金周|春运|周末|周一|礼拜"
)
_PAYDAYS = frozenset({1, 5, 8, 10, 15, 20, 25, 28})
_DIGITS = re.compile(r"[0-9０-９]+")
_MOST_COMPARED = 160
SAME_WORDING = 0.6


@dataclass(frozen=True)
class Voices:
    """Who stands behind texts: independent wordings and the share of the commonest; first: one text of each."""

    wordings: int
    commonest: float
    first: tuple[int, ...]


def wordings(texts: Sequence[str], least: float = SAME_WORDING) -> list[list[int]]:
    """Return groups of indices of texts that say nearly the same, numbers aside, the largest group first.

    Nearly the same: the pairs of characters they share are at least `least` of all they have (Jaccard).
    """
    pairs = [_pairs(text) for text in texts]
    rows = np.repeat(np.arange(len(pairs)), [len(own) for own in pairs])
    known, places = np.unique(np.concatenate(pairs or [np.empty(0, np.uint64)]), return_inverse=True)
    held = np.zeros((len(pairs), max(1, len(known))), dtype=np.float32)
    held[rows, places] = 1.0
    shared = held @ held.T
    sizes = np.maximum(held.sum(axis=1), 1.0)
    near = shared >= least * (sizes[:, None] + sizes[None, :] - shared)
    groups: list[list[int]] = []
    free = set(range(len(pairs)))
    while free:
        start = min(free)
        group, edge = {start}, [start]
        while edge:
            more = set(np.flatnonzero(near[edge.pop()]).tolist()) & free - group
            group |= more
            edge += sorted(more)
        free -= group
        groups.append(sorted(group))
    return sorted(groups, key=lambda g: (-len(g), g[0]))


@lru_cache(maxsize=4_096)
def _pairs(text: str) -> NDArray[np.uint64]:
    """Return the pairs of neighbouring letters of a text as numbers, any number being one digit; or its lone letter."""
    plain = "".join(filter(str.isalnum, _DIGITS.sub("0", text)))
    letters = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    if len(letters) < 2:
        return letters if len(letters) else np.zeros(1, np.uint64)
    return letters[:-1] << np.uint64(32) | letters[1:]


def voices(members: Sequence[Member]) -> Voices:
    """Return who stands behind the newest texts of a topic, the commonest wording first."""
    offset = max(0, len(members) - _MOST_COMPARED)
    seen = members[offset:]
    groups = wordings([m.text.text for m in seen])
    first = tuple(offset + group[0] for group in groups)
    return Voices(len(groups), len(groups[0]) / len(seen) if groups else 0.0, first)


def share(pattern: re.Pattern[str], members: Sequence[Member]) -> float:
    """Return the share of texts in which a pattern occurs."""
    return sum(pattern.search(m.text.text) is not None for m in members) / max(1, len(members))


def friendly(members: Sequence[Member]) -> float:
    """Return the share of texts that ask, praise or speak of an offer, and complain of nothing."""
    held = [m.text.text for m in members]
    asking = [PROMOTION.search(text) is not None or INQUIRY.search(text) is not None for text in held]
    return sum(a and COMPLAINT.search(t) is None for a, t in zip(asking, held, strict=True)) / max(1, len(held))


def beyond_name(topic: Topic) -> float:
    """Return the share of texts in which something other than one new name grew as well.

    A renamed product brings one new name into the sentences that were always there; a new problem brings words of its
    own. The name is the commonest word of the topic with what nearly always stands next to it.
    """
    texts_of: dict[int, list[int]] = defaultdict(list)
    for index, member in enumerate(topic.members):
        for number in member.features:
            texts_of[number].append(index)
    held: dict[str, set[int]] = defaultdict(set)
    beside: dict[frozenset[str], set[int]] = defaultdict(set)
    for number, texts in texts_of.items():
        parts = topic.words.get(number, ())
        for word in parts:
            held[word].update(texts)
        if len(parts) == 2:
            beside[frozenset(parts)].update(texts)
    if not held:
        return 0.0
    core = max(held, key=lambda w: (len(held[w]), w))
    name = {core}
    for pair, both in beside.items():
        if core in pair and len(both) >= 0.6 * len(held[core]):
            name |= pair
    other = [number for number, parts in topic.words.items() if name.isdisjoint(parts)]
    said = set().union(*(texts_of[number] for number in other if number in texts_of))
    return len(said) / max(1, len(topic.members))


@lru_cache(maxsize=1_024)
def near_holiday(day: date) -> bool:
    """Tell whether a day is a statutory holiday, the day after one, or at most four days before one."""
    try:
        return any(mainland().day(day + timedelta(days=n)).kind == "holiday" for n in range(-1, 5))
    except InputError:
        return False


def closes(day: date) -> bool:
    """Tell whether banks close a period on a day: a month's last three, or 20 to 22 where a quarter's interest is paid.

    Interest on demand deposits is settled on the 20th of the last month of a quarter and paid the day after.
    """
    return (day + timedelta(days=3)).day <= 3 or (day.month % 3 == 0 and 20 <= day.day <= 22)


@lru_cache(maxsize=1_024)
def is_special(day: date) -> bool:
    """Tell whether the calendar alone explains a crowd: payday or the day after, a period's end, holidays."""
    before = day - timedelta(days=1)
    return day.day in _PAYDAYS or before.day in _PAYDAYS or closes(day) or near_holiday(day)
