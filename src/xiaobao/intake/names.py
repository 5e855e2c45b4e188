"""Tell a person's name from words of the language, and where a name that begins at a place ends."""

from __future__ import annotations

import re
from functools import lru_cache

import rjieba

from xiaobao.privacy.surnames import COMPOUND, NOT_NAMES, RARE

_FEW = (
    "迟丛冮锁降贝历佘睢蹇妫姒呙郇綦禚菅郄粘忻妥冶铁虎矫茆隰税慈苫粟骞衣衷赛闭宛旷瓮牙仵苌俎鲜萨玄揣智芈昂禤隽肇郅郯皋竹"
    "栋尧贠奉渠靳崇招笪"
)
FAMILY = RARE | frozenset(_FEW)
"""Family names as complainants bear them, with those of a few."""
SURNAME = f"(?:{'|'.join(sorted(COMPOUND))}|[{''.join(sorted(FAMILY))}])"
"""A pattern of one family name, compound ones first."""
_FUNCTION = re.compile(r"[的了吗呢吧啊哦嘛是我你他她它们这那哪您啥没么]|^[有都别从向后没在到被把给说跟]|[过着]$")
_LABELS = re.compile(
    r"敬启|邮箱|电话|手机|号码|身份|卡号|账号|尾号|市值|联系|地址|退款|投诉|银行|支行|客服|客户|谢谢|您好"
    r"|你好|本人|领导|经理|柜员|要求"
    r"|麻烦|帮忙|尽快|马上|赶紧|急|反映|如题|此致|敬礼|以上|一共|目前|估计|请|退货|退钱|赔钱|一下|[百千万亿几多]元|块钱"
    r"|贷款|信用卡|公司|银联|微信|支付宝|会员|保险|理财|基金|系统|查询|查$|名单|人士|人员|门口|广场|报案|白跑"
    r"|高[一二三考中]"
    r"|前[夫妻]|老公|老婆|朋友|同事|邻居|[全半]盲|顾问|^(.)[一了]\1$|[退扣催贷骗欠购税冻刷诉账帐款]"
    r"|(?<!^)[费息钱母父妈爸]|(?<!^)身份"
)
_TRADE = re.compile(
    r"飞单|刷单|拼单|爆单|跑分|代持|顶名|冒名|揽储|冲量|返佣|返点|回扣|私售|双录|代签|砍头息|倒贷|转贷|过桥|垫资|套现|养卡|断卡"
    r"|萝卜章|阴阳合同|挂账|存单变|资金池|杀猪盘|套路贷|职务侵占"
)
"""Words of the trade and of its misdeeds that no dictionary has and nobody is called."""
_AFTER_NAME = re.compile(
    r"(?:$|[^一-龥]|等(?:\d|[一二三四五六七八九十几多数]|共)|反映|投诉|来电|来访|来信|致电|系|自|诉|表示|咨询|住|身|持|啊|呀|呢|哈|嘛|吧|说|称|在|于|是|的"
    r"|把|给|让|向|对|跟|和|与|从|到|去|来|就|也"
    r"|都|又|还|没|不|拍|推"
    r"|介|忽|骗|帮|代|用|哄|口|当|态|骂|打|叫|要|接"
    r"|告|承|保|先生|女士|小姐|经理|电话|手机|联系|身份|男|女|年|今年|现|已|曾|因|由|及|及其|本人|跑"
    r"|失|辞|离|调|做|办|卖|写|发|签|操|建|误|诱|谎)"
)

_ENDS = re.compile(r"$|[^一-龥]|等(?:\d|[一二三四五六七八九十几多数]|共)|反映|投诉|来电|来访|来信|致电|表示")
"""What stands behind a name and is no part of one."""
_SEX = re.compile(
    r"[男女][,，、 ]{0,2}(?:\d{1,3}(?:周?岁|[,，。])|汉族|[一-龥]{1,4}族|[一二三四五六七八九十]{1,3}岁|生于)"
)
_JOINS = re.compile(r"[于系称说是把被]$")
"""Words right behind a name that no given name ends with."""


@lru_cache(maxsize=4096)
def is_person(name: str) -> bool:
    """Tell whether two to four characters can be a name: a family name in front, no ordinary word, no particles."""
    if not may_be_person(name):
        return False
    head = 2 if name[:2] in COMPOUND else 1
    return (name[:2] not in NOT_NAMES or head == 2) and name not in NOT_NAMES and not is_word(name)


@lru_cache(maxsize=4096)
def may_be_person(name: str) -> bool:
    """Tell whether characters have the shape of a name, even where they are an ordinary word as well (牧野, 夏至)."""
    head = 2 if name[:2] in COMPOUND else 1 if name[:1] in FAMILY else 0
    is_town = len(name) > 2 and name[-1] in "市县"
    return bool(head) and head < len(name) <= head + 2 and not is_label(name) and not is_town


@lru_cache(maxsize=4096)
def is_word(text: str) -> bool:
    """Tell whether a text is an ordinary word of the dictionary rather than a name."""
    return bool(rjieba.has_word(text)) and not rjieba.tag(text)[0][1].startswith(("nr", "ns", "nz"))


def is_place(text: str) -> bool:
    """Tell whether the tagger sees a place in a text (山东)."""
    return bool(rjieba.tag(text)[0][1].startswith("ns")) and rjieba.tag(text)[0][0] == text


def _inside(text: str) -> frozenset[int]:
    """Return the places inside the ordinary words of a run, its first word apart: no name ends there."""
    out, at = set[int](), 0
    for word, _ in rjieba.tag(text):
        if at and len(word) > 1 and is_word(word):
            out.update(range(at + 1, at + len(word)))
        at += len(word)
    return frozenset(out)


def is_noun(text: str) -> bool:
    """Tell whether the tagger sees nothing but nouns and unknown words in a text."""
    return all(tag[:1] in ("n", "x", "g", "j", "i", "z") for _, tag in rjieba.tag(text))


def is_label(text: str) -> bool:
    """Tell whether a text holds a word of the trade, or one that labels or closes a letter, which no name does."""
    return any(pattern.search(text) for pattern in (_LABELS, _FUNCTION, _TRADE))


def is_tagged_person(text: str, name: str) -> bool:
    """Tell whether the tagger sees a person of that name at the beginning of a text."""
    word, tag = rjieba.tag(text)[0]
    return word == name and tag.startswith("nr")


def name_at(text: str, at: int) -> str:
    """Return the name that begins at a place, "" where none does; the words behind it decide between two lengths."""
    run = re.match(r"[一-龥]{1,6}", text[at:])
    if run is None:
        return ""
    word = run[0]
    head = 2 if word[:2] in COMPOUND else 1
    best, score = "", 0
    cuts = _inside(word)
    for length in (head + 2, head + 1):
        name = word[:length]
        if len(name) < length or not is_person(name) or length in cuts:
            continue
        own = 4 if _ENDS.match(text, at + length) else 3 if _AFTER_NAME.match(text, at + length) else 0
        if length > head + 1 and _SEX.match(text, at + length - 1):
            own -= 4
        if length > head + 1 and _JOINS.search(name):
            own -= 4
        rest = word[length:]
        if rest and rjieba.tag(rest)[0][0] != rest[0]:
            own += 1
        if not rest:
            own += 1
        if rjieba.tag(word)[0][0] == name:
            own += 2
        if own > score:
            best, score = name, own
    return best


def goes_on(text: str, at: int) -> bool:
    """Tell whether at a place words stand that follow a name."""
    return _AFTER_NAME.match(text, at) is not None
