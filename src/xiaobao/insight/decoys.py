"""What looks like a new topic and is none: one writer's flood, a renamed product, a marketing day, the calendar."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from xiaobao.calendar import mainland
from xiaobao.errors import InputError
from xiaobao.insight.topics import Member, Topic
from xiaobao.privacy import recognise

COMPLAINT = re.compile(
    r"投诉|举报|维权|上访|曝光|起诉|无法|不能|失败|打不开|登不上|用不了|被扣|多扣|乱扣|扣了|误导|欺骗|骗|坑|拒|不给|不退|不让|不认|不到账|没到|没收到"
    r"|没人|没解决|没法|还没|一直没|仍未|未到|未经|不明|错|丢|盗|故障|报错|卡住|闪退|崩|逾期|违约|凭什么|为什么|怎么回事|要求|赔|道歉|解释|严重|太差"
    r"|恶劣|推诿|敷衍|忽悠|不合理|霸王|不满|气愤|离谱|糟|退款|退还|损失|停用|异常|突然|限制|冻结|催|骚扰|泄露|不符|虚假|收费|说法"
)
PROMOTION = re.compile(
    r"活动|抽奖|优惠|礼品|礼包|领取|参加|参与|报名|周年|促销|开门红|满减|秒杀|中奖|福利|折扣|红包|立减|返现|赠|积分|名额|规则|点赞|表扬|感谢|满意"
    r"|推荐|好评|很方便|很划算|不错"
)
INQUIRY = re.compile(
    r"请问|咨询|想了解|了解一下|想问|问一下|怎么办理|如何办理|怎么申请|怎么开通|怎么参加|怎么报名|什么条件|需要什么|什么时候|在哪|哪里|几点|能办|可以办"
    r"|能不能办|是否可以|多少钱|吗(?:[？?。!！]|$)"
)
SALARY = re.compile(r"工资|薪|代发|奖金|养老金|退休金|月初|月末|月底|账单日|还款日")
SEASON = re.compile(
    r"新钞|零钱|换零|压岁|年货|年夜|团圆|月饼|粽子|祭扫|踏青|出游|旅游|节假日|假期|放假|长假|节前|节后|节日|过节|春节|过年"
    r"|元旦|清明|五一|劳动节|端午|中秋|国庆|元宵|双十一|双11|双十二|六一八|返乡|黄金周|春运|周末|周一|礼拜"
)
_PAYDAYS = frozenset({1, 5, 8, 10, 15, 20, 25, 28})
_DIGITS = re.compile(r"[0-9０-９]+")
_MOST_COMPARED = 160
_MOST_READ = 40
_IDENTIFYING = ("person", "mobile", "landline", "id_card", "bank_card", "email", "social_account")
_TAIL = re.compile(r"尾号[为是:： ]{0,2}(\d{4})")
_OFFICE = re.compile(r"经理|行长|主任|柜员|客服|主播|老师|顾问|总监|董事|法人|老板|工号|主管|专员")
SAME_WORDING = 0.6
_MARK = 7
"""Letters of a clause at the beginning or end of texts that may be somebody's habit."""
_CLAUSE = re.compile(r"[，。！？；,.!?;\n ]+")
_LEAST_HANDS, _LEAST_OTHERS = 6, 30
_HARDLY = 0.05
_LEAST_WRITERS = 3


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
    grams: list[set[str]] = []
    for text in texts:
        plain = "".join(c for c in _DIGITS.sub("0", text) if c.isalnum())
        grams.append({plain[i : i + 2] for i in range(max(1, len(plain) - 1))})
    places = {gram: i for i, gram in enumerate(sorted(set().union(*grams)))} if grams else {}
    held = np.zeros((len(grams), max(1, len(places))), dtype=np.float32)
    for row, own in enumerate(grams):
        held[row, [places[gram] for gram in own]] = 1.0
    shared = held @ held.T
    sizes = np.maximum(held.sum(axis=1), 1.0)
    near = shared >= least * (sizes[:, None] + sizes[None, :] - shared)
    groups: list[list[int]] = []
    free = set(range(len(grams)))
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


def voices(members: Sequence[Member]) -> Voices:
    """Return who stands behind the newest texts of a topic, the commonest wording first."""
    offset = max(0, len(members) - _MOST_COMPARED)
    seen = members[offset:]
    groups = wordings([m.text.text for m in seen])
    first = tuple(offset + group[0] for group in groups)
    return Voices(len(groups), len(groups[0]) / len(seen) if groups else 0.0, first)


def one_writer(members: Sequence[Member]) -> float:
    """Return the share of texts of the writer who wrote most: by the stream's own key, else by name or number told."""
    seen = members[-_MOST_READ:]
    named = {name for m in seen if not m.text.author for name in _identities(m.text.text)}
    writers = Counter(m.text.author for m in seen if m.text.author)
    # A name told once beside a number stands alone in the next text.
    writers.update({name: sum(name in m.text.text for m in seen) for name in named})
    return max(writers.values(), default=0) / max(1, len(seen))


def _identities(text: str) -> set[str]:
    """Return the personal names and numbers of a text; staff are named by many, with their office beside the name."""
    out = {found.group(1) for found in _TAIL.finditer(text)}
    for entity in recognise(text, _IDENTIFYING):
        around = text[max(0, entity.start - 4) : entity.start] + text[entity.end : entity.end + 3]
        if not (entity.kind == "person" and _OFFICE.search(around)):
            out.add(entity.text)
    return out


def one_hand(members: Sequence[Member], others: Sequence[str]) -> float:
    """Return the share of a topic's texts that begin or end with one clause that hardly any other text has.

    Who writes again and again in new words keeps to a greeting or a closing of some length; one that many use tells
    nothing, nor does a short one, which may name the matter. 0 where there are too few texts on either side, or where
    the stream's own keys tell of several writers: a slogan that a crowd shares is worth an alert.
    """
    if len({m.text.author for m in members} - {""}) >= _LEAST_WRITERS:
        return 0.0
    seen = [_clauses(m.text.text) for m in members[-_MOST_COMPARED:]]
    beside = [_clauses(text) for text in others]
    if len(seen) < _LEAST_HANDS or len(beside) < _LEAST_OTHERS:
        return 0.0
    best = 0.0
    for place in (0, -1):
        marks = Counter(clauses[place] for clauses in seen if len(clauses) > 1)
        for mark, count in marks.most_common(1):
            usual = sum(mark in clauses for clauses in beside)
            if len(mark) >= _MARK and usual <= _HARDLY * len(beside):
                best = max(best, count / len(seen))
    return best


def _clauses(text: str) -> list[str]:
    """Return the clauses of a text, letters alone."""
    bare = ("".join(c for c in part if c.isalpha()) for part in _CLAUSE.split(text))
    return [part for part in bare if part] or [""]


def share(pattern: re.Pattern[str], members: Sequence[Member]) -> float:
    """Return the share of texts in which a pattern occurs."""
    return sum(pattern.search(m.text.text) is not None for m in members) / max(1, len(members))


def beyond_name(topic: Topic) -> float:
    """Return the share of texts in which something other than one new name grew as well.

    A renamed product brings one new name into the sentences that were always there; a new problem brings words of its
    own. The name is the commonest word of the topic with what nearly always stands next to it.
    """
    held: dict[str, set[int]] = defaultdict(set)
    beside: dict[frozenset[str], set[int]] = defaultdict(set)
    for index, member in enumerate(topic.members):
        for number in member.features:
            parts = topic.words.get(number, ())
            for word in parts:
                held[word].add(index)
            if len(parts) == 2:
                beside[frozenset(parts)].add(index)
    if not held:
        return 0.0
    core = max(held, key=lambda w: (len(held[w]), w))
    name = {core}
    for pair, texts in beside.items():
        if core in pair and len(texts) >= 0.6 * len(held[core]):
            name |= pair
    other = [number for number, parts in topic.words.items() if not name & set(parts)]
    sought = set(other)
    return sum(bool(sought & m.features) for m in topic.members) / max(1, len(topic.members))


def near_holiday(day: date) -> bool:
    """Tell whether a day is a statutory holiday, the day after one, or at most four days before one."""
    try:
        return any(mainland().day(day + timedelta(days=n)).kind == "holiday" for n in range(-1, 5))
    except InputError:
        return False


def is_special(day: date) -> bool:
    """Tell whether the calendar alone explains a crowd: a payday or the day after, a holiday or the days around it."""
    before = day - timedelta(days=1)
    if day.day in _PAYDAYS or before.day in _PAYDAYS or (day + timedelta(days=1)).day == 1:
        return True
    return near_holiday(day)
