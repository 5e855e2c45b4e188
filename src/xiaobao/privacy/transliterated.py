"""Names joined by an interpunct (阿依古丽·买买提): of a person as a whole, of a brand not at all, never in part."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import rjieba

from xiaobao.privacy.source import Source
from xiaobao.privacy.surnames import COMMON, COMPOUND, PARTICLES, SURNAME_LIKE_ENDS

_SPELT = (
    "阿艾爱安巴班拜贝比别宾波伯布措达丹德迪蒂东顿尔恩尕盖甘哥格古哈海汗杭合赫黑胡吉加江姜杰卡开凯坎康科克库拉莱兰里力丽列林卢鲁伦罗洛"
    "吕马玛麦买曼美米木穆娜纳南内尼涅努诺欧帕培佩皮普奇其恰切琼热仁日肉茹萨赛桑森沙莎山什史司斯苏素孙索塔台太坦唐提铁图土吐托瓦玩旺逊"
    "威维魏沃乌吾武西希夏肖谢辛牙亚延叶耶依伊衣以英尤玉约扎再泽则旦祖孜佐翰密迦菲娅雅蕾妮瑞琳"
)
"""Characters that spell names from other languages; those that often stand beside one in a sentence are left out."""
_ALSO = frozenset(_SPELT + "让夫特治黛汀路易登奥莫梅妮梵芬芙茜薇诗劳默圣云雪露莲帝蓉乔瑟弗埃隆茨鲍勃朗雷摩蒙")
"""Characters that may spell a part whose borders are known."""
_NAME = re.compile(f"(?<![{_SPELT}])[{_SPELT}]{{2,8}}(?:·[{_SPELT}]{{1,8}}){{1,3}}(?![{_SPELT}·])")
_PART = re.compile("[一-龥]{1,10}")
_MOSTLY = 0.6
_LEAST = 5
"""Characters of such a name beside its interpuncts: brands and places joined by one are mostly shorter."""
_PLACES = ("ns", "nt", "nz")
"""Tags of places, organisations and other proper names that are no persons."""
_SHORT = 4
"""Characters up to which a part that no dictionary knows may be a name."""
_HOUSES = re.compile(
    "海尔|海信|美的|格力|小米|华为|荣耀|阿里|腾讯|百度|京东|苏宁|万科|万达|保利|绿地|碧桂园|龙湖|融创|比亚迪|吉利|长安|奇瑞|蒙牛|伊利"
)
"""Houses whose own brands follow an interpunct (海尔·卡萨帝)."""
_GOODS = (
    "香水|香氛|香薰|口红|唇膏|唇釉|眼影|粉底|粉饼|气垫|面膜|面霜|精华|眼霜|护肤|彩妆|美妆|化妆品|洗发|沐浴|男装|女装|童装|服装|服饰|西装|西服|衬衫|大衣|外套|羽绒"
    "|裙|裤|鞋|靴|帽|围巾|丝巾|皮带|腰带|领带|手袋|手包|钱包|背包|箱包|皮具|皮包|双肩|行李箱|太阳镜|眼镜|墨镜|手表|腕表|名表|珠宝|首饰|项链|戒指|耳环|耳钉"
    "|手镯|手链|钻戒|礼盒|礼遇|礼品|套装|单品|新品|新款|同款|限量|限定|正品|系列|家居|家电|家具|床品|巧克力|咖啡|冰淇淋|蛋糕|汉堡|套餐|饮料|啤酒|红酒|葡萄酒"
    "|威士忌|轿车|跑车|汽车|车型"
)
_SHOPS = (
    "专柜|专卖|柜台|门店|旗舰|官网|官方|直营|精品店|专营|折扣店|奥莱|奥特莱斯|店|餐厅|酒店|商场|商城|品牌|牌子|牌|联名(?!账户|户|人|存|开)|(?<!的)(?:集团|公司)|代金券"
    "|优惠券|礼品卡|购物卡|储值卡|满减|立减|满[0-9]|打折|折扣|促销|积分"
)
_BRAND_AFTER = re.compile(rf" ?的? ?[”」』》]? ?(?:[一-龥]{{0,2}}?)(?:{_GOODS}|{_SHOPS})")
_BRAND_BEFORE = re.compile(
    r"(?:品牌|大牌|名牌|奢侈品|联名|(?:[一两三几这那]|[0-9])(?:瓶|支|件|双|套|盒|款|副|条|只)|(?:买|购买|购入|入手|选购|下单|试穿|代购)(?:了|的|过)?"
    r")[“「『《 ]{0,2}$"
)


@dataclass(frozen=True, slots=True)
class Joined:
    """A name joined by interpuncts: its place in the text, and whether the words around tell a brand.

    It is doubtful where a part of it is known to nobody: then something else must tell that it is a name.
    """

    start: int
    end: int
    brand: bool
    doubtful: bool


def joined(source: Source) -> list[Joined]:
    """Return the joined names of a text in order: what a label, title or tagger tells of a part goes for the whole.

    Chains whose parts are ordinary words, places, or full names in Chinese (张伟·客户经理, 张三·李四) are none.
    """
    text = source.folded
    if "·" not in text:
        return []
    out: list[Joined] = []
    for chain in _chains(source):
        parts = [source.words[place] for place in chain]
        if not _is_name(parts):
            continue
        start, end = _first(source, chain[0]), _last(source, chain[-1])
        brand = _BRAND_AFTER.match(text, end) or _BRAND_BEFORE.search(source.before(start, 8))
        out.append(Joined(start, end, brand is not None or not all(map(_is_personal, parts)), not _is_sure(parts)))
    return out


def overlapping(names: Sequence[Joined], start: int, end: int) -> Joined | None:
    """Return the first of names in order that a stretch of the text touches, or None."""
    place = bisect_right(names, start, key=lambda name: name.end)
    return names[place] if place < len(names) and names[place].start < end else None


def transliterated(source: Source) -> Iterator[tuple[int, int]]:
    """Yield the spans of names such as 阿依古丽·买买提 that no label tells."""
    text = source.folded
    if "·" not in text:
        return
    for match in _NAME.finditer(text):
        parts = match[0].split("·")
        if sum(map(len, parts)) >= _LEAST and not any(map(_is_place, parts)):
            yield match.span()


def joined_end(text: str, point: int, closes: re.Pattern[str]) -> int:
    """Return where a name ends whose first interpunct is known, given what may close a name.

    The last part is all that stands there where most of it is spelt with characters of such names, else what begins so
    and up to three characters more that something closes.
    """
    end = point
    while text[end : end + 1] == "·" and (part := _PART.match(text, end + 1)) is not None:
        following = part.end()
        if text[following : following + 1] == "·":
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


def _chains(source: Source) -> Iterator[list[int]]:
    """Yield the places of the words that stand left and right of interpuncts, a run of them at a time."""
    words, starts, text = source.words, source.word_starts, source.folded
    chain: list[int] = []
    for point in re.finditer("(?<=[一-龥])·(?=[一-龥])", text):
        right = bisect_left(starts, point.end())
        left = bisect_left(starts, point.start()) - 1
        if right >= len(starts) or left < 0 or starts[right] != point.end():
            continue
        if starts[left] + len(words[left][0]) != point.start():
            continue
        if chain and chain[-1] == left:
            chain.append(right)
            continue
        if chain:
            yield chain
        chain = [left, right]
    if chain:
        yield chain


def _is_name(parts: list[tuple[str, str]]) -> bool:
    """Tell whether the parts of a chain make one name: one is a person's to the tagger, the others may be."""
    tags = {tag for _, tag in parts}
    if _HOUSES.fullmatch(parts[0][0]) or not any(tag.startswith("nr") for tag in tags):
        return False
    if not all(_may_name(word, tag, foreign="nrt" in tags) for word, tag in parts):
        return False
    return not all(_is_chinese(word) for word, _ in parts)


def _may_name(word: str, tag: str, *, foreign: bool) -> bool:
    """Tell whether a word may be a part of a joined name: a name, a spelling, or nothing that is known."""
    if tag.startswith("nr"):
        return True
    bare = word.rstrip("".join(PARTICLES))
    spelt = bool(bare) and all(c in _ALSO for c in bare)
    if len(bare) > 1 and bare == word and rjieba.has_word(word):
        return spelt and foreign and tag not in _PLACES
    return spelt or (bare in COMMON if len(bare) == 1 else len(bare) <= _SHORT)


def _is_personal(part: tuple[str, str]) -> bool:
    """Tell whether a part that the tagger takes for a name begins as one in Chinese, or is spelt (阳光 is neither)."""
    word, tag = part
    return tag != "nr" or word[0] in COMMON or not _ALSO.isdisjoint(word)


def _is_sure(parts: list[tuple[str, str]]) -> bool:
    """Tell whether each part is a name to the tagger or mostly spelt as one."""
    return all(
        tag.startswith("nr") or sum(c in _ALSO for c in w) >= _MOSTLY * len(w) or w[0] in COMMON for w, tag in parts
    )


def _is_chinese(word: str) -> bool:
    """Tell whether a word is a full name in Chinese rather than one spelt in its characters."""
    head = 2 if word[:2] in COMPOUND else 1
    given = word[head:]
    return 1 <= len(given) <= 2 and (head == 2 or word[0] in COMMON) and not any(c in _ALSO for c in given)


def _first(source: Source, place: int) -> int:
    """Return where the first part of a chain begins: a spelling may have been cut in two (克里斯|汀)."""
    words, starts = source.words, source.word_starts
    while place > 0 and len(words[place][0]) <= 2 and words[place - 1][1] == "nrt":
        if starts[place - 1] + len(words[place - 1][0]) != starts[place]:
            break
        place -= 1
    return starts[place]


def _last(source: Source, place: int) -> int:
    """Return where the last part of a chain ends, without the particle or verb that the tagger took along."""
    words, starts = source.words, source.word_starts
    word = words[place][0]
    end = len(word)
    while end > 1 and (word[end - 1] in SURNAME_LIKE_ENDS or word[end - 1] in PARTICLES):
        end -= 1
    at = starts[place] + end
    while end == len(word) and place + 1 < len(words) and starts[place + 1] == at:
        word, tag = words[place + 1]
        end = len(word)
        if tag not in ("nrt", "nr") or not all(c in _SPELT for c in word):
            break
        at, place = at + end, place + 1
    return at


def _is_place(part: str) -> bool:
    return rjieba.has_word(part) and rjieba.tag(part)[0][1] in _PLACES
