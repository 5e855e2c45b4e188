"""Whose case it is: the consumer's name where it is told, else the writer's; never staff, collectors or others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from opencc import OpenCC

from xiaobao.intake.found import Found
from xiaobao.intake.names import (
    SURNAME,
    is_label,
    is_noun,
    is_person,
    is_tagged_person,
    is_word,
    may_be_person,
    name_at,
)
from xiaobao.intake.narrative import Narrative
from xiaobao.privacy.surnames import COMMON, COMPOUND, RARE

_TITLE = (
    "(?:先生|女士|小姐|太太|大爷|大妈|大娘|大叔|大姐|大哥|阿姨|老太太|老太|老汉|老师傅|师傅|老师"
    "|奶奶|爷爷|伯伯|叔叔|婆婆|阿婆|阿公|大伯|大嫂|老先生|老人"
    "|同志|老伯|女生|同学|某)"
)
_LABEL = re.compile(
    r"(?:投诉人|申诉人|举报人|反映人|来电人|来信人|来访人|信访人|申请人|当事人|持卡人|借款人|投保人"
    r"|被保险人|储户|消费者|联系人|户主|户名"
    r"|客户姓名|名字|写信人|来函人|申述人|投诉者|报案人|受害人|客户|市民|群众|用户|姓名|署名|落款"
    r"|代表|经办人?|本人姓名|真名|监护人|委托人|卡主|机主|车主|账户主|开户人|法人|法定代表人|负责人)"
    r"(?:\(|（)?(?:姓名|名字|叫|是|为|[:：])*[ :：]{0,3}(?=[一-龥])"
)
_AS = re.compile(
    r"(?:我是|本人是|本人系|本人为|我系|我们是)(?P<what>[^\s,，。!！?？;；:：]{0,14}?(?:客户|村民|居民|业主|商户"
    r"|学生|老师|教师|职工|农民"
    r"|储户|用户|持卡人|老板|个体户|店主|退休工人|工人|司机|会员|养殖户|种植户|农户|社员|市民|群众|人士|消费者"
    r"|投资者|投保人|借款人))(?=[一-龥])"
)
"""What one is, before the name: 我是石桥村村民农世昌."""
_MYSELF = re.compile(
    r"(?:^|[\s,，。!！?？;；])(?:我|本人|俺) ?(?=(?P<name>[一-龥]{2,4})[,，、 (（]{0,2}(?:今年|现年|系(?!统|列)"
    r"|男[,，、 ]|女[,，、 ]"
    r"|\d{2}岁|家住|身份证|1[3-9]\d|电话|手机|\d{4}年))"
)
_SELF = re.compile(
    r"(?:我的?名字(?:叫|是)|我本人叫|我叫|本人叫|我是|本人|我名叫|名字叫|名叫|全名叫?|(?:^"
    r"|[,，。 ])叫)[ :：,，]{0,2}(?=[一-龥])"
)
_RELATIVE = re.compile(
    r"(?:(?:我|家)?(?:老?母亲?|老?父亲?|妈妈?|老?爸爸?|老?娘|爹|奶奶|爷爷|外婆|外公|姥姥|姥爷|岳父"
    r"|岳母|公公|婆婆|老伴|老人|丈母娘|舅舅|姑姑|姨妈|伯父|女儿|儿子|侄子|孩子)"
    r"|(?:我|家)(?:老公|老婆|丈夫|妻子|爱人|媳妇|先生|太太|弟弟|妹妹|哥哥|姐姐|弟|妹|哥"
    r"|姐))(?:的?名字|姓名)?(?:叫|是|名叫|[:：])?[ :：]{0,2}(?=[一-龥])"
)
_OTHER = re.compile(
    r"(?:前夫|前妻|前男友|前女友|同事|朋友|邻居|同学|亲戚|室友|老乡|中介|骗子|对方|冒充|自称|找什么"
    r"|什么|认识|转给|打给|转账给|经理|主任|柜员|客服|业务员"
    r"|推销员|催收员?|律师|民警|警官|坐席|专员|行长|保安|大堂|员工|信贷员|理赔员|代理人|收款人"
    r"|(?:收款|对方|转入|他的?)[^,，。]{0,4}户名为?|登记人|记录人|受理人|工号)[叫是姓: ]{0,3}$"
    r"|[一那这有][个位名][叫姓][叫是 ]?$|[个位](?:女的|男的|人)?[叫姓]$"
)
_FAMILY = re.compile(rf"(?:免贵姓|我姓|本人姓|贵姓|他姓|她姓|老人姓|姓)[ ,，]?({SURNAME})(?:{_TITLE})?")
_GIVEN = re.compile(r"(?:单名一?个?|单字一?个?|名字就?一个|就一个)[ ,，]?([一-龥])(?:字|[, 。]|$)")
_GLYPH = re.compile(
    r"(?:弓长|立早|耳东|木子|口天|双口|双木|言午|古月|三横一竖的?|三横|走肖|草头|禾呈|人可|文武|水工"
    r"|干勾于的?|双人|古文的?|美女|十八子)([一-龥])"
)
_ASKED = re.compile(r"贵姓|称呼|姓名|名字|叫什么|哪位|姓什么|尊姓|您是\?|客户本人")
_FOLLOW = (
    r"(?=[^一-龥0-9a-z幺]{0,4}(?:$|\d{6}|(?<=\n)|于\d|于今|于去|系贵|是贵|现年|现住|今年\d|\d{2}岁"
    r"|家住|敬上|敬启|谨启|留|呈上|拜托|谢谢|男[,，、 ]|女[,，、 ]"
    r"|手机|电话|联系|tel|身份证|证件|卡号|账号|卡尾|尾号"
    r"|邮箱|邮件|微信|保单|v信|致电|回电|1[3-9]\d[ \-]?[\d*x]|幺[3-9三五七八九]|0\d{2,3}|86|\+|[a-z0-9._]+@|20\d\d"
    r"|二〇))"
)
_SIGNED = re.compile(rf"(?:^|[^一-龥·0-9a-z])(?P<name>[一-龥·]{{2,5}}){_FOLLOW}")
_JOINED = re.compile(r"[于系称说是把被现]$")
_CLOSING = re.compile(r"(?:敬上|敬启|谨启|谨上|呈上|拜上|留言|谢谢|[上留])$")
_OF = re.compile(
    rf"我是(?P<name>{SURNAME}[一-龥]{{1,2}})的(?:儿子|女儿|女婿|儿媳|媳妇|孙子|孙女|老伴|老公|老婆"
    rf"|妻子|丈夫|家属|侄子|外甥|爱人)"
)
_NOT_OWN = re.compile(r"[^\s,，。]{0,2}(?:的|啥|什么|氏)|(?:经理|主任|柜员|客服|律师|警官|催收)")
_BY_ITSELF = re.compile(r"(?<=[\s,，。!！;；:：])(?P<name>[一-龥]{2,3})(?=[\s,，。!！;；:：]|$)")
_THANKED = re.compile(
    r"(?:顾客|签名|签字|在下|敬礼|此致|谢谢|感谢|拜托|盼复|回复|答复|业主|学生"
    r"|老人)(?P<name>[一-龥]{2,3})[\s。.!！~]*$"
)
_OPENS = re.compile(r"(?:^|[。\n!！?？]|(?:客户|市民|储户|持卡人|投诉人))\s*(?=[一-龥])")
_REPORTS = re.compile(
    r"[,，]?\s?(?:投诉|反映|来电|来访|来信|致电|称|表示|举报|诉|要求|系|于(?:\d|今|去|上|昨|前)"
    r"|在(?:贵|你|我行))"
)
_RUN_BEFORE = re.compile(
    r"([一-龥]{3,10})[\s,，:：(（]{0,3}(?:(?:手机|电话|联系电话"
    r"|联系方式)[号码是:： ]{0,3})?(?=1[3-9]\d[ \-]?[\d*x]|\+?86)"
)
_NUMBER_NEXT = re.compile(
    r"[\s,，:：(（]{0,3}(?:(?:手机|电话|联系电话|联系方式)[号码是:： ]{0,3})?(?:1[3-9]\d[ \-]?[\d*x]"
    r"|\+?86[ \-]?1[3-9]\d|[幺0]\d)"
)
_LEADS = frozenset(
    "我你他她它的了在是有不没请望盼希要求把被给向对从这那就都也还会能可以及并且但却因为所如若当再最很太更"
)


_LABELLED, _CALLED = 0.9, 0.85
"""Scores of a name behind a label (投诉人) and behind 我叫."""


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    start: int
    end: int
    score: float


def find(narrative: Narrative) -> Found[str] | None:
    """Return the consumer's name in simplified characters, as called where only a family name is told; else None."""
    names = [_weighed(narrative, name) for name in _names(narrative)]
    best = max(names, key=lambda name: (name.score, -name.start), default=None)
    if best is None or best.score < 0.45:
        return None
    best = _fuller(best, names)
    # Only the script is changed: printed variants that matching folds (仝, 帐) stay as the person writes them.
    shown = narrative.text[best.start : best.end] if len(best.text) == best.end - best.start else best.text
    return Found(_simplified(shown), ((best.start, best.end),), min(0.97, best.score))


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(name: str) -> str:
    # Character by character: of whole words the converter would make others (沈默 is not 沉默).
    return "".join(str(_converter().convert(character)) for character in name)


def _names(narrative: Narrative) -> Iterator[_Name]:
    text = narrative.own
    for match in _LABEL.finditer(text):
        yield from _run(text, match.end(), _LABELLED, strong=match[0].rstrip().endswith((":", "：")))
    for match in _SELF.finditer(text):
        yield from _run(text, match.end(), _CALLED if "叫" in match[0] else 0.75, strong="叫" in match[0])
    for match in _AS.finditer(text):
        yield from _run(text, match.end(), 0.86, strong=False)
    for match in _MYSELF.finditer(text):
        yield from _run(text, match.end(), 0.84, strong=False)
    for match in _RELATIVE.finditer(text):
        if match[0][-1] not in "叫是:： " and text[match.end()] not in COMMON and len(name_at(text, match.end())) < 3:
            continue
        yield from _run(text, match.end(), 0.93, strong=False)
    for match in _OF.finditer(text):
        yield _Name(match["name"], *match.span("name"), 0.96)
    yield from _families(text)
    for match in _SIGNED.finditer(text):
        yield from _signed(match, closing=not narrative.is_dialogue)
    told = narrative.channel in ("regulator_transfer", "branch")
    for match in _OPENS.finditer(text):
        if aged := re.compile(rf"{SURNAME}老(?:先生|太太|师傅|人家)").match(text, match.end()):
            yield _Name(aged[0], *aged.span(), 0.85)
            continue
        name = name_at(text, match.end())
        if not name or is_word(name[:2]):
            continue
        if _REPORTS.match(text, match.end() + len(name)):
            yield _Name(name, match.end(), match.end() + len(name), 0.8)
        elif told and name[0] in COMMON and is_tagged_person(text[match.end() : match.end() + 6], name):
            yield _Name(name, match.end(), match.end() + len(name), 0.6)
    for match in re.finditer(rf"(?:叫我|喊我)({SURNAME}{_TITLE})", text):
        yield _Name(match[1], *match.span(1), 0.9)
    yield from _alone(narrative)
    yield from _before_numbers(text)
    if narrative.is_dialogue:
        yield from _answers(narrative)
        yield from _addressed(narrative)


def _alone(narrative: Narrative) -> Iterator[_Name]:
    """Yield a name that is a clause of its own near the end, or ends a letter behind a word of thanks."""
    text = narrative.own
    for match in _BY_ITSELF.finditer(text):
        name = match["name"]
        late = match.start("name") > 0.6 * len(text)
        if late and name[0] in COMMON and is_person(name) and is_tagged_person(name, name):
            yield _Name(name, *match.span("name"), 0.5)
    if (last := _THANKED.search(text)) and is_person(last["name"]):
        yield _Name(last["name"], *last.span("name"), 0.6)


def _before_numbers(text: str) -> Iterator[_Name]:
    """Yield a name that ends a run of words right before a number to call (请联系姚远 138…)."""
    for match in _RUN_BEFORE.finditer(text):
        run = match[1]
        for width in (3, 2):
            name = run[-width:]
            if len(run) > width and name[0] in COMMON and is_person(name):
                yield _Name(name, match.end(1) - width, match.end(1), 0.6 if width == 3 else 0.5)
                break


def _families(text: str) -> Iterator[_Name]:
    for match in _FAMILY.finditer(text):
        start, end = match.start(1), match.end(1)
        given = _GIVEN.search(text, match.end(), match.end() + 40)
        titled = re.match(_TITLE, text[end:])
        again = re.compile(
            rf"(?:{_TITLE})?[ ,，、。:：]{{1,2}}(?:我?叫|全名|名字[叫是]?)?(?={match[1]}(?!总|行长|经理|主任|某))"
        ).match(text, end)
        if again and (full := name_at(text, again.end())) and not text.startswith("的", again.end() + len(full)):
            # 我姓王，王建国: the name in full follows the family name.
            yield _Name(full, again.end(), again.end() + len(full), 0.96)
        if given:
            yield _Name(match[1] + given[1], start, end, 0.95)
        elif titled:
            yield _Name(match[1] + titled[0], start, end + len(titled[0]), 0.7)
        elif not _NOT_OWN.match(text, end) or match[0].startswith(("免贵", "我", "本人")):
            yield from _run(text, start, 0.8, strong=False, single=True)


def _signed(match: re.Match[str], *, closing: bool) -> Iterator[_Name]:
    """Yield a name that stands alone before a number or at the end."""
    name = match["name"]
    if not is_person(name) and (bare := _CLOSING.sub("", name)) != name and is_person(bare):
        yield _Name(bare, match.start("name"), match.start("name") + len(bare), 0.72)
        return
    if len(name) == 3 and _JOINED.search(name) and is_person(name[:2]):
        yield _Name(name[:2], match.start("name"), match.start("name") + 2, 0.72)
        return
    ahead = 0.72 if match.end() < len(match.string.rstrip(" \n。.")) else 0.66
    if is_person(name) or ("·" in name and len(name) >= 4):
        yield _Name(name, *match.span("name"), ahead)
    elif titled := re.fullmatch(rf"{SURNAME}{_TITLE}", name):
        yield _Name(titled[0], *match.span("name"), ahead - 0.1)
    elif may_be_person(name) and _NUMBER_NEXT.match(match.string, match.end()):
        yield _Name(name, *match.span("name"), 0.55)
    elif (
        closing
        and not is_label(name)
        and 2 <= len(name) <= 4
        and (match.end() >= len(match.string.rstrip(" \n。.!！~")) or _NUMBER_NEXT.match(match.string, match.end()))
        and (is_noun(name) or _NUMBER_NEXT.match(match.string, match.end()))
        and not any(is_word(name[i : i + 2]) for i in range(len(name) - 1))
        and name[0] not in _LEADS
    ):
        yield _Name(name, *match.span("name"), 0.46)


def _run(text: str, at: int, score: float, *, strong: bool, single: bool = False) -> Iterator[_Name]:
    """Yield the name that begins at a place: a known family name and a given one, or a family name with a title."""
    run = re.match(r"[一-龥·]{1,10}", text[at:])
    if run is None:
        return
    word = run[0]
    titled = re.match(rf"({SURNAME}{_TITLE})", word)
    name = name_at(text, at)
    if titled:
        yield _Name(titled[1], at, at + len(titled[1]), score)
    elif name:
        yield _Name(name, at, at + len(name), score)
    elif strong and 2 <= len(word) <= 4 and not is_word(word) and word[0] not in _LEADS:
        yield _Name(word, at, at + len(word), score - 0.1)
    elif len(word) in (2, 3) and may_be_person(word) and score in (_LABELLED, _CALLED):
        # A word that stands where only a name does is one: 投诉人高峰，….
        yield _Name(word, at, at + len(word), score - 0.25)
    elif single and (word[:2] in COMPOUND or word[0] in RARE):
        width = 2 if word[:2] in COMPOUND else 1
        yield _Name(word[:width], at, at + width, score)
    elif 4 <= len(word) <= 9 and is_person(word[-3:]) and is_word(word[:2]) and not is_word(word[-3:-1]):
        # 我是养殖户农世昌: what one is stands before the name.
        yield _Name(word[-3:], at + len(word) - 3, at + len(word), score - 0.1)


def _answers(narrative: Narrative) -> Iterator[_Name]:
    """Yield names given in answer to the agent's question."""
    for turn, role in enumerate(narrative.roles):
        if role == "agent" or turn == 0 or narrative.roles[turn - 1] != "agent":
            continue
        asked = narrative.plain[slice(*narrative.turn_span(turn - 1))]
        if not _ASKED.search(asked):
            continue
        start, end = narrative.turn_span(turn)
        lead = re.match(r"(?:\s|嗯|哦|啊|我?免贵|我?姓|我叫|叫|我是|我|本人|是|[,，。])*", narrative.plain[start:end])
        at = start + (lead.end() if lead else 0)
        glyph = _GLYPH.match(narrative.plain, at)
        if glyph:
            yield _Name(glyph[1], glyph.start(1), glyph.end(1), 0.85)
            continue
        word = re.match(r"[一-龥·]{1,5}", narrative.plain[at:end])
        if word is None:
            continue
        titled = re.match(rf"{SURNAME}{_TITLE}", word[0])
        if titled:
            yield _Name(titled[0], at, at + len(titled[0]), 0.9)
            continue
        name = word[0] if is_person(word[0]) else name_at(narrative.plain, at)
        if name:
            yield _Name(name, at, at + len(name), 0.92)
        elif word[0] in RARE or word[0] in COMPOUND:
            yield _Name(word[0], at, at + len(word[0]), 0.85)


def _addressed(narrative: Narrative) -> Iterator[_Name]:
    """Yield how the agent addresses the customer, where nothing better is told."""
    for turn, role in enumerate(narrative.roles):
        if role != "agent":
            continue
        start, end = narrative.turn_span(turn)
        for match in re.finditer(
            rf"(?:^|[\s,，。是的])(?P<name>{SURNAME}(?P<given>[一-龥]{{1,2}}?)?)(?P<title>先生|女士|小姐|阿姨|大爷"
            rf"|老师)",
            narrative.plain[start:end],
        ):
            given = match["given"] is not None
            if given and not is_person(match["name"]):
                continue
            last = match.end("name") if given else match.end("title")
            name = narrative.plain[start + match.start("name") : start + last]
            yield _Name(name, start + match.start("name"), start + last, 0.58 if given else 0.55)


def _weighed(narrative: Narrative, name: _Name) -> _Name:
    before = narrative.before(name.start, 8)
    if _OTHER.search(before):
        return replace(name, score=name.score - 0.6)
    after = narrative.after(name.end, 4)
    if re.match(r"(?:经理|主任|行长|柜员|警官|律师|客服|主管|科长|法官|组长|总(?:[,，。 ]|$))", after):
        return replace(name, score=name.score - 0.6)
    return name


def _fuller(best: _Name, names: list[_Name]) -> _Name:
    """Prefer the full name where the best is a family name, alone or with a title, of someone named elsewhere."""
    head = best.text[:2] if best.text[:2] in COMPOUND else best.text[:1]
    if len(best.text) > len(head) and not re.search(rf"{_TITLE}$", best.text):
        return best
    full = [
        n
        for n in names
        if n.score >= 0.45
        and n.text.startswith(head)
        and len(n.text) > len(head)
        and not re.search(rf"{_TITLE}$", n.text)
    ]
    return max(full, key=lambda n: n.score, default=best)
