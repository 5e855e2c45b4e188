"""Numbers as people give them: in groups, spoken, with fillers between, over several turns, put right half-way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.intake.narrative import Narrative

_SPOKEN = dict(zip("〇零洞幺一两二三四五六七八九拐勾", "0001122345678979", strict=True))
_DIGIT = "0-9〇零洞幺一二三四五六七八九拐勾"
_REPEAT = re.compile(r"([两二三四2-4])个([0-9零〇幺一二三四五六七八九])(?![十百千万月年天日])")
_TIMES = {"两": 2, "二": 2, "三": 3, "四": 4, "2": 2, "3": 3, "4": 4}
_GROUP = re.compile(rf"[两二三四2-4]个[0-9零〇幺一二三四五六七八九](?![十百千万月年天日])|[0-9]+|[{_DIGIT}]+")
_FILLER = re.compile(
    r"(?:[\s,，。、.\-~…!?:;()\"“”·•_/|—－]|嗯+|啊|呃|额|哦|噢|唔|诶|哎|呀|吧|嘛|呢|哈|哦对|对的?|好的?|那个"
    r"|这个|然后|再来?|后面|前面"
    r"|中间|最后|后边|接着|接下来|完了|就是|是|晓得不|记下了?[没吗]?|记到了?[没吗]?|记一下|记好|记住"
    r"|听清了?[没吗]?|您记|你记"
    r"|等一下|等下|等等|等我看看?|我看看|我看一下|我想想|我想一下|慢点|慢慢|重复一遍|再说一遍|一共|杠|转|空格|横杠|尾巴"
    r"|剩下的?|还有|接到|一个|我戴个?眼镜|稍等)*"
)
_WRONG = re.compile(r"不对|不是|错了|说错|讲错|打错|写错|更正|应该是|重说|重来")
_REPLACED = re.compile(r"不对|错了|说错|讲错|打错|写错|更正|重说|重来")
_NOD = re.compile(
    r"(?:[\s,，。、.\-~…!?:]|嗯+|啊|哦|好的?|对的?|是的?|您说|您?请说|你说|请讲|您讲|继续|您?继续"
    r"|然后呢?|后面呢?|后面的?呢?|还有呢?|请继续"
    r"|记了|记下了?|收到|明白|后四位|后几位|中间四位|接着|您慢点说?|不急|慢慢来?|剩下的?呢?|再往后呢?|往下)*"
)
_LONGEST_GAP = 14


@dataclass(frozen=True, slots=True)
class Group:
    """Some digits said in one breath: their value and their place in the joined text."""

    digits: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Number:
    """Digits put together from one or more groups."""

    digits: str
    groups: tuple[Group, ...]

    @property
    def start(self) -> int:
        """Return where the first group begins."""
        return self.groups[0].start

    @property
    def end(self) -> int:
        """Return where the last group ends."""
        return self.groups[-1].end


def numbers(narrative: Narrative, lengths: frozenset[int], least: int = 7) -> Iterator[Number]:
    """Yield digits that some neighbouring groups make up to one of the lengths; longer ones before shorter ones.

    A group said again by the other side, or put right (“不对，是…”), is counted once.
    """
    most = max(lengths)
    for chain in _chains(narrative):
        if sum(len(group.digits) for group in chain) < least:
            continue
        found = []
        for first in range(len(chain)):
            digits = ""
            for last in range(first, min(first + most, len(chain))):
                digits += chain[last].digits
                if len(digits) > most:
                    break
                if len(digits) in lengths:
                    found.append(Number(digits, tuple(chain[first : last + 1])))
        yield from sorted(found, key=lambda number: -len(number.groups))


def _chains(narrative: Narrative) -> Iterator[list[Group]]:
    groups = list(_groups(narrative))
    chain: list[Group] = []
    for group in groups:
        if not chain:
            chain = [group]
            continue
        joined = _gap(narrative, chain[-1], group)
        if joined == "join":
            chain.append(group)
        elif joined == "echo":
            continue
        elif joined == "instead" and (ended := _with_end(chain, group)):
            # Only the last digits were wrong, and are told again: what was said first is not the number.
            chain = ended
        elif joined == "instead" and len(group.digits) == 11 and _REPLACED.search(
            narrative.plain, chain[-1].end, group.start
        ):
            chain = [group]
        elif joined == "instead" and len(chain) > 1:
            yield chain
            chain = [*_without_last(chain, group), group]
        else:
            yield chain
            chain = [group]
    if chain:
        yield chain


def _with_end(chain: list[Group], group: Group) -> list[Group]:
    """Return the groups of a mobile number whose last digits are replaced, none where that makes no such number."""
    said = "".join(g.digits for g in chain)
    first = next((i for i in range(len(chain)) if len("".join(g.digits for g in chain[i:])) == 11), None)
    if first is None or len(group.digits) > 4 or not re.match("1[3-9]", "".join(g.digits for g in chain[first:])):
        return []
    kept, left = list(chain[first:]), len(group.digits)
    while left and kept:
        last = kept.pop()
        if len(last.digits) > left:
            kept.append(Group(last.digits[:-left], last.start, last.end))
            left = 0
        else:
            left -= len(last.digits)
    return [*kept, group] if len(said) >= 11 else []


def _without_last(chain: list[Group], group: Group) -> list[Group]:
    """Drop what a correction takes back: the whole number where a whole one follows, else its last group."""
    return [] if len(group.digits) >= 11 else chain[:-1]


def _groups(narrative: Narrative) -> Iterator[Group]:
    text = narrative.plain
    for match in _GROUP.finditer(text):
        shown = match[0]
        repeat = _REPEAT.fullmatch(shown)
        if repeat:
            digits = _SPOKEN.get(repeat[2], repeat[2]) * _TIMES[repeat[1]]
        else:
            digits = "".join(_SPOKEN.get(c, c) for c in shown)
        if not shown.isdigit() and len(shown) == 1 and shown not in "幺洞拐":
            around = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
            # A single Chinese digit is one of a number only between blanks or signs; 一个 and 第三 are words.
            if re.search("[一-龥]", around):
                continue
        yield Group(digits, match.start(), match.end())


def _gap(narrative: Narrative, last: Group, group: Group) -> str:
    """Tell what stands between two groups: join, echo (the agent repeats), instead (a correction), or apart."""
    text = narrative.plain[last.end : group.start]
    turn, next_turn = narrative.turn_at(last.start), narrative.turn_at(group.start)
    role = narrative.roles[next_turn]
    if narrative.is_dialogue and turn != next_turn:
        if role == "agent" and narrative.roles[turn] != "agent":
            return "echo" if last.digits.endswith(group.digits) or group.digits.endswith(last.digits) else "apart"
        between = range(turn + 1, next_turn)
        said = [narrative.plain[slice(*narrative.turn_span(t))] for t in between]
        if not all(_is_nod(s, last) for s in said):
            return "apart"
        start, end = narrative.turn_span(turn)[1], narrative.turn_span(next_turn)[0]
        text = narrative.plain[last.end : start] + " " + narrative.plain[end : group.start]
    if _WRONG.search(text) and len(text) <= 2 * _LONGEST_GAP:
        return "instead"
    return "join" if len(text) <= 2 * _LONGEST_GAP and _FILLER.fullmatch(text) else "apart"


def _is_nod(said: str, last: Group) -> bool:
    """Tell whether an agent only nods, or repeats the digits just given."""
    rest = said if _NOD.fullmatch(said) else _GROUP.sub("", said)
    return len(rest) <= _LONGEST_GAP and _NOD.fullmatch(rest) is not None
