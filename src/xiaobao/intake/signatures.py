"""Names as letters and messages are signed: before a number to call, beside an institution, at the end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.intake.names import (
    SURNAME,
    is_label,
    is_noun,
    is_person,
    is_tagged_person,
    is_word,
    may_be_person,
)
from xiaobao.intake.narrative import Narrative
from xiaobao.privacy.surnames import COMMON, RARE

TITLE = (
    "(?:先生|女士|小姐|太太|大爷|大妈|大娘|大叔|大姐|大哥|阿姨|老太太|老太|老汉|老师傅|师傅|老师"
    "|奶奶|爷爷|伯伯|叔叔|婆婆|阿婆|阿公|大伯|大嫂|老先生|老人"
    "|同志|老伯|女生|同学|某某?)"
)
_FOLLOW = (
    r"(?=[^一-龥0-9a-z幺]{0,4}(?:$|(?:本人)?(?:手印|签名|签字|签章|盖章|亲笔|印)|写于|[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]|卡?后四位|@|\d{6}|(?<=\n)|于\d|于今|于去|系贵|是贵|现年|现住|今年\d|\d{2}岁"
    r"|家住|敬上|敬启|谨启|留|呈上|拜托|谢谢|男[,，、 ]|女[,，、 ]"
    r"|手机|电话|联系|tel|身份证|证件|卡号|账号|卡尾|尾号"
    r"|邮箱|邮件|微信|保单|v信|致电|回电|1[3-9]\d[ \-]?[\d*x]|幺[3-9三五七八九]|0\d{2,3}|86|\+|[a-z0-9._]+@"
    r"|id[ :：]|请[发回联]|20\d\d"
    r"|二〇))"
)
_SIGNED = re.compile(rf"(?:^|[^一-龥·0-9a-z])(?P<name>[一-龥·]{{2,5}}){_FOLLOW}")
_JOINED = re.compile(r"[于系称说是把被现]$")
_CLOSING = re.compile(r"(?:敬上|敬启|谨启|谨上|呈上|拜上|留言|谢谢|[上留])$")
_BY_ITSELF = re.compile(r"(?<=[\s,，。!！;；:：])(?P<name>[一-龥]{2,3})(?=[\s,，。!！;；:：]|$)")
_THANKED = re.compile(
    r"(?:顾客|签名|签字|在下|敬礼|此致|谢谢|感谢|拜托|盼复|回复|答复|业主|学生"
    r"|老人)(?P<name>[一-龥]{2,3})[\s。.!！~]*$"
)
_RUN_BEFORE = re.compile(
    r"([一-龥]{3,10})[\s,，:：(（]{0,3}(?:(?:手机|电话|联系电话"
    r"|联系方式)[号码是:： ]{0,3})?(?=1[3-9]\d[ \-]?[\d*x]|\+?86)"
)
_NUMBER_NEXT = re.compile(
    r"[\s,，:：(（]{0,3}(?:(?:手机|电话|联系电话|联系方式)[号码是:： ]{0,3})?(?:1[3-9]\d[ \-]?[\d*x]"
    r"|\+?86[ \-]?1[3-9]\d|[幺0]\d|[a-z0-9._]+@)"
)
_BESIDE = re.compile(
    r"(?:[。.!！?？;；\n]|\s)\s?(?P<name>[一-龥]{2,4})[,，、 ]{1,2}"
    r"(?=[一-龥]{2,8}?(?:银行|农商行|支行|保险|人寿|金融|分期|借款|贷|基金"
    r"|支付|钱包|平台|信用社)|[一-龥]{2}[,，、 ]{0,2}$)"
)
"""A name beside that of the institution, as letters end: 王某某，某某银行某某支行."""
_WITH_PLACE = re.compile(
    r"(?:^|[。.!！?？;；\n])\s?(?P<name>[一-龥]{2,3})[,，、 ]{1,2}"
    r"(?:(?P<place>[一-龥]{2,8})[,，、 ]{1,2}(?:手机|电话)?[ :：]?1[3-9]\d|(?:卡?尾号)?[ :：]?\d{4}[。.\s]*$)"
)
"""A name with where one lives before the number, or with the last digits of the card."""
_AFTER_NUMBER = re.compile(
    r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}[ ,，、]{1,2}(?:请?(?:找|联系))?(?P<name>[一-龥]{2,4})(?=[\s,，。.!！]|$)"
)
_LAST = re.compile(r"[。.!！?？;；\n]\s?(?P<name>[一-龥]{2,3})[\s。.]*$")
_LAST_FAMILY = re.compile(r"(?:[-—]{1,2}|[。!！\n])\s?(?P<name>[一-龥])[\s。.]*$")
_UNUSUAL = re.compile(r"(?:[。.!！?？;；\n]|\s)(?P<name>[有都别从向后能练全][一-龥]{1,2})(?=[^一-龥]|$)")
"""Names whose first character is more often a particle or verb than a family name."""
_NUMBER_LAST = re.compile(r"[0-9]{4}[ ,，]{0,2}$")
LEADS = frozenset(
    "我你他她它的了在是有不没请望盼希要求把被给向对从这那就都也还会能可以及并且但却因为所如若当再最很太更"
)


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    start: int
    end: int
    score: float


def _signed(match: re.Match[str], *, closing: bool) -> Iterator[Name]:
    """Yield a name that stands alone before a number or at the end."""
    name = match["name"]
    if not is_person(name) and (bare := _CLOSING.sub("", name)) != name and is_person(bare):
        yield Name(bare, match.start("name"), match.start("name") + len(bare), 0.72)
        return
    if len(name) == 3 and _JOINED.search(name) and is_person(name[:2]):
        yield Name(name[:2], match.start("name"), match.start("name") + 2, 0.72)
        return
    ahead = 0.72 if match.end() < len(match.string.rstrip(" \n。.")) else 0.66
    if is_person(name) or ("·" in name and len(name) >= 4):
        yield Name(name, *match.span("name"), ahead)
    elif titled := re.fullmatch(rf"{SURNAME}{TITLE}", name):
        yield Name(titled[0], *match.span("name"), ahead - 0.1)
    elif may_be_person(name) and _NUMBER_NEXT.match(match.string, match.end()):
        yield Name(name, *match.span("name"), 0.55)
    elif (
        closing
        and not is_label(name)
        and 2 <= len(name) <= 4
        and (match.end() >= len(match.string.rstrip(" \n。.!！~")) or _NUMBER_NEXT.match(match.string, match.end()))
        and (is_noun(name) or _NUMBER_NEXT.match(match.string, match.end()))
        and not any(is_word(name[i : i + 2]) for i in range(len(name) - 1))
        and name[0] not in LEADS
    ):
        yield Name(name, *match.span("name"), 0.46)


def by_itself(narrative: Narrative) -> Iterator[Name]:
    """Yield a name that is a clause of its own near the end, or ends a letter behind a word of thanks."""
    text = narrative.own
    for match in _BY_ITSELF.finditer(text):
        name = match["name"]
        late = match.start("name") > 0.6 * len(text)
        if late and name[0] in COMMON and is_person(name) and is_tagged_person(name, name):
            yield Name(name, *match.span("name"), 0.5)
    if (last := _THANKED.search(text)) and is_person(last["name"]):
        yield Name(last["name"], *last.span("name"), 0.6)


def before_numbers(text: str) -> Iterator[Name]:
    """Yield a name that ends a run of words right before a number to call (请联系姚远 138…)."""
    for match in _RUN_BEFORE.finditer(text):
        run = match[1]
        for width in (3, 2):
            name = run[-width:]
            if len(run) > width and name[0] in COMMON and is_person(name):
                yield Name(name, match.end(1) - width, match.end(1), 0.6 if width == 3 else 0.5)
                break


def signatures(narrative: Narrative) -> Iterator[Name]:
    """Yield the names a letter or message may be signed with, the likelier the clearer their place."""
    text = narrative.own
    for match in _SIGNED.finditer(text):
        yield from _signed(match, closing=not narrative.is_dialogue)
    yield from by_itself(narrative)
    yield from before_numbers(text)
    for match in _BESIDE.finditer(text):
        late = match.start() > 0.4 * len(text)
        if late and (is_person(match["name"]) or (may_be_person(match["name"]) and not is_label(match["name"]))):
            yield Name(match["name"], *match.span("name"), 0.7)
    for match in _WITH_PLACE.finditer(text):
        if is_person(match["name"]) and not is_person(match["place"] or ""):
            yield Name(match["name"], *match.span("name"), 0.72)
    for match in _AFTER_NUMBER.finditer(text):
        if is_person(match["name"]) or re.fullmatch(f"{SURNAME}{TITLE}", match["name"]):
            yield Name(match["name"], *match.span("name"), 0.68)
    for match in _UNUSUAL.finditer(text):
        name = match["name"]
        numbered = _NUMBER_NEXT.match(text, match.end()) or _NUMBER_LAST.search(text, 0, match.start("name"))
        ends = numbered or (not narrative.is_dialogue and not text[match.end() :].strip(" \n。.!！~"))
        if ends and name[0] in RARE and not is_label(name[1:]) and not any(map(is_word, (name[:2], name[1:]))):
            yield Name(name, *match.span("name"), 0.55)
    if narrative.is_dialogue:
        return
    last = _LAST.search(text)
    if last and not is_label(last["name"]) and may_be_person(last["name"]) and not _has_words(last["name"]):
        yield Name(last["name"], *last.span("name"), 0.5)
    if (last := _LAST_FAMILY.search(text)) and last["name"] in COMMON:
        yield Name(last["name"], *last.span("name"), 0.5)


def _has_words(name: str) -> bool:
    """Tell whether three characters hold an ordinary word of two, as those of a sentence do."""
    return len(name) == 3 and any(map(is_word, (name[:2], name[1:])))
