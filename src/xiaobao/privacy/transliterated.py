"""Names joined by an interpunct that stand without a label: both sides are spelt with the characters of such names."""

from __future__ import annotations

import re
from collections.abc import Iterator

import rjieba

from xiaobao.privacy.source import Source

_SPELT = (
    "阿艾爱安巴班拜贝比别宾波伯布措达丹德迪蒂东顿尔恩尕盖甘哥格古哈海汗杭合赫黑胡吉加江姜杰卡开凯坎康科克库拉莱兰里力丽列林卢鲁伦罗洛"
    "吕马玛麦买曼美米木穆娜纳南内尼涅努诺欧帕培佩皮普奇其恰切琼热仁日肉茹萨赛桑森沙莎山什史司斯苏素孙索塔台太坦唐提铁图土吐托瓦玩旺逊"
    "威维魏沃乌吾武西希夏肖谢辛牙亚延叶耶依伊衣以英尤玉约扎再泽则旦祖孜佐翰密迦菲娅雅蕾妮瑞琳"
)
"""Characters that spell names from other languages; those that often stand beside one in a sentence are left out."""
_POINTS = "·•‧・∙⋅"
_POINT = re.compile(f"[{_POINTS}]")
_NAME = re.compile(f"(?<![{_SPELT}])[{_SPELT}]{{2,8}}(?:[{_POINTS}][{_SPELT}]{{1,8}}){{1,3}}(?![{_SPELT}{_POINTS}])")
_PART = re.compile("[一-龥]{1,10}")
_MOSTLY = 0.6
_LEAST = 5
"""Characters of such a name beside its interpuncts: brands and places joined by one are mostly shorter."""
_PLACES = ("ns", "nt", "nz")
"""Tags of places, organisations and other proper names that are no persons."""


def transliterated(source: Source) -> Iterator[tuple[int, int]]:
    """Yield the spans of names such as 阿依古丽·买买提 that no label tells."""
    text = source.folded
    if _POINT.search(text) is None:
        return
    for match in _NAME.finditer(text):
        parts = _POINT.split(match[0])
        if sum(map(len, parts)) >= _LEAST and not any(map(_is_place, parts)):
            yield match.span()


def joined_end(text: str, point: int, closes: re.Pattern[str]) -> int:
    """Return where a name ends whose first interpunct is known, given what may close a name.

    The last part is all that stands there where most of it is spelt with characters of such names, else what begins so
    and up to three characters more that something closes.
    """
    end = point
    while end < len(text) and text[end] in _POINTS and (part := _PART.match(text, end + 1)) is not None:
        following = part.end()
        if text[following : following + 1] in _POINTS and following < len(text):
            end = following
            continue
        spelt = end + 1
        while spelt < following and text[spelt] in _SPELT:
            spelt += 1
        if spelt > end + 2 and closes.match(text, spelt):
            return spelt
        if sum(character in _SPELT for character in part[0]) >= _MOSTLY * len(part[0]):
            return following
        ends = range(max(spelt, end + 2), min(following, spelt + 3) + 1)
        return next((place for place in ends if closes.match(text, place)), max(spelt, end + 2))
    return end


def _is_place(part: str) -> bool:
    return rjieba.has_word(part) and rjieba.tag(part)[0][1] in _PLACES
