"""Names as people tell them aloud: spelt by words, said again behind the family name, in answer to a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import rjieba

from xiaobao.intake.names import FAMILY, SURNAME, is_label, is_person, is_word, may_be_person, name_at
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.signatures import LEADS, TITLE, Name
from xiaobao.privacy.surnames import COMMON, COMPOUND

_END = r"(?=[\s,，。.、…!！?？:：;；(（)）0-9]|[幺一二三四五六七八九零]{3}|$)"
_SPELT = re.compile(
    r"(?:(?P<called>叫|姓名是?|名字是?|我是)[ :：]?|(?<![一-龥]))(?P<name>(?P<head>[一-龥])[一-龥]{1,2}?)"
    r"(?(called)[,，。 ]{0,2}|[,，。 ]{1,2})[一-龥]{1,4}的(?P=head)(?![一-龥]{0,2}[款钱卡])"
)
"""图雅，图画的图…: the first character is explained right behind the name."""
_READ = re.compile(r"(?P<name>[一-龥]{2,4})[(（](?P<head>[一-龥])字?(?:读|念|音|发音?|同)")
"""仇志（仇读求）: how the family name is read stands in brackets."""
_PARTS = re.compile(rf"姓(?P<head>{SURNAME})[,，、 ]{{0,2}}名(?:字?叫|为|是)?[ :：]?(?P<given>[一-龥]{{1,3}}){_END}")
_NAMED = re.compile(rf"(?:^|[,，。;；\n ])名(?:叫|为|唤)?(?P<name>[一-龥]{{2,3}}){_END}")
KIN = (
    r"(?:[老先]?父亲?|[老先]?母亲?|[老亲]?爸爸?|妈妈?|[老亲]?[爹娘]|[公婆]爹|爷爷?|奶奶?|外公|外婆|姥姥|姥爷|岳[父母]|老?丈人|丈母娘|公公|婆婆|老公|丈夫"
    r"|老婆|妻子?|媳妇|爱人|对象|男人|那?口子|老伴儿?|老头子?|儿子|女儿|闺女|姑娘|娃|孩子|哥哥?|姐姐?|弟弟?|妹妹?|[大二三小亲堂表]?(?:叔叔?|伯父?|舅舅?"
    r"|姨妈?|姑姑?|婶|哥|姐|弟|妹)|侄[子女]|孙[子女]|外孙女?|外甥女?|[子女妻夫父母])"
)
_CHILD = (
    r"(?:[长大二三小老独养次]?(?:儿子|女儿|闺女|小子|姑娘|女婿|儿媳妇?|媳妇|儿|子|女|孙子|孙女|外孙女?|侄[子女]|外甥女?)婿?"
    r"|老伴|老公|老婆|妻子?|丈夫|家属|亲属|[哥姐弟妹]{1,2}|监护人|父亲|母亲|爸爸?|妈妈?|受托人|代理人|法定代理人)"
)
_RANK = r"(?:[一-龥]{0,4}(?:客户|储户|持卡人|投保人|户主|存款人|借款人|老人|居民|村民|卡主))?"
_THEIR_KIN = re.compile(
    rf"(?:[我俺咱其]|本人|[他她])的?家?的?(?P<kin>{KIN})[,，(（ ]{{0,2}}(?:[叫是]|名叫)?(?={SURNAME}[一-龥]{{1,2}})"
)
_YOUNG = frozenset(("子", "女", "儿子", "女儿", "孙子", "孙女", "外孙", "外孙女", "侄子", "侄女", "外甥", "外甥女"))
_VERBS = frozenset("和连全包干都从向有费时支经成容管加通要能会就说让别后应解安")
_KIN_BEHIND = re.compile(
    rf"(?:^|[^一-龥]){_RANK}(?P<name>{SURNAME}[一-龥]{{1,2}})(?:[是系为]|[,，(（ ]{{1,2}}[是系]?)"
    rf"(?:[我俺咱]|本人)的?家?的?{KIN}(?![一-龥]{{0,3}}(?:的话|[替代帮]))"
)
"""岑大山是我父亲, 岑大山（我爸）: the other way round."""
_KIN_OF = re.compile(
    rf"(?:(?:[我俺]|本人)[是系为]{_RANK}(?P<own>{SURNAME}[一-龥]{{1,2}})(?:的|家的?)"
    rf"|[是系为,，(（]{_RANK}(?P<other>{SURNAME}[一-龥]{{1,2}})之){_CHILD}(?![一-龥]?[说讲])"
)
_ENTRUSTS = re.compile(rf"受{_RANK}(?P<name>{SURNAME}[一-龥]{{1,2}})(?:委托|之托|所托)")
_ON_PAPER = re.compile(
    rf"(?:存单|存折|折子|卡|账户|保单|合同)(?:上|里)?的?(?:户名|名字|名下|开户人|户主)?(?:上|是|为|写的?是?|在|登记的?是?)"
    rf"(?P<name>{SURNAME}[一-龥]{{1,2}})(?:的名[字下]?|名下|的[,，。 ])"
)
_KIN_CALLED = re.compile(
    rf"[我俺咱]家?(?:的)?{KIN}(?P<between>[^。;；!！?？\n]{{0,24}}?)[,，、 ](?:今年)?[他她]?"
    r"(?:大名|名字)?(?:名|就)?叫(?=[一-龥])"
)
_OF_OTHERS = re.compile(r"员|柜台|大堂|经理|主任|行长|顾问|讲师|客服|骗|对方|那[个人]|产品|理财|保险|网友|朋友|老板")
_HOLDER_IS_ME = re.compile(
    rf"(?:投保人|持卡人|户主|卡主|借款人|储户|户名|机主|车主)(?:就?是|为)(?:我|本人|俺)[,，、 ]{{1,2}}"
    rf"(?:[一-龥]{{1,4}}[,，、 ]{{1,2}})?(?P<name>{SURNAME}[一-龥]{{1,2}}){_END}"
)
_ASKED = re.compile(r"贵姓|称呼|姓名|名字|叫什么|哪位|姓什么|尊姓|您是\?|客户本人")
_ASKED_OF_OTHERS = re.compile(
    r"(?:销售|业务员|经理|办理的?人|那位|那个人|对方|收款|推荐|催收|柜员|员工|卖)[^,，。?？]{0,14}"
    r"(?:叫什么|姓名|名字|姓什么|怎么称呼)"
    r"|(?:叫什么|姓名|名字)[^。?？]{0,4}(?:销售|业务员|经理|员工)"
)
_ASKED_OF_HOLDER = re.compile(
    rf"(?:您|你)的?(?:家)?的?{KIN}[^,，。?？]{{0,6}}(?:姓名|名字|叫什么|怎么称呼|贵姓)"
    r"|(?:持卡人|户主|卡主|投保人|被保险人|借款人|储户|老人家?)[^,，。?？]{0,6}(?:姓名|名字|叫什么|怎么称呼|贵姓)"
)
"""A question for the name of whose case it is, where somebody else calls."""
_HOLDER = 0.965
"""The score of a name that answers such a question."""
_GLYPH = re.compile(
    r"(?:弓长|立早|耳东|木子|口天|双口|双木|言午|古月|三横一竖的?|三横|走肖|草头|禾呈|人可|文武|水工"
    r"|干勾于的?|双人|古文的?|美女|十八子)([一-龥])"
)
_LEAD = re.compile(
    r"(?:\s|嗯|哦|啊|哎|呃|那个|我免贵|免贵|[我俺]?姓|[我俺]叫|叫|名字是|姓名是?|我是|[我俺]|本人|是|[,，。:：…])*"
)
_CONFIRMED = re.compile(
    r"[\s,，。、]{1,2}(?:\d{4}|1[3-9]\d|[幺一][3-9三五七八九]|尾号|卡号|电话|手机|身份证|就?这?[两三俩仨]个?字"
    r"|[一-龥]{1,4}的[一-龥])"
)
"""What shows an unusual word in an answer to be the name asked for: a number behind it, or how it is written."""


def told(text: str) -> Iterator[Name]:
    """Yield names that the words around them spell, read, or part into family and given name."""
    for match in _SPELT.finditer(text):
        if could_be(match["name"]):
            yield Name(match["name"], *match.span("name"), 0.95)
    for match in _READ.finditer(text):
        if (at := match["name"].rfind(match["head"])) >= 0 and at + 2 <= len(match["name"]):
            yield Name(match["name"][at:], match.start("name") + at, match.end("name"), 0.94)
    for match in _PARTS.finditer(text):
        given, head = match["given"], match["head"]
        if given.startswith(head) and len(given) > 1:
            yield Name(given, *match.span("given"), 0.95)
        elif len(given) < 3:
            yield Name(head + given, match.start("head"), match.end("given"), 0.95)
    for match in _NAMED.finditer(text):
        if is_person(match["name"]):
            yield Name(match["name"], *match.span("name"), 0.86)
    for match in _KIN_CALLED.finditer(text):
        if not _OF_OTHERS.search(match["between"]) and (name := name_at(text, match.end())):
            yield Name(name, match.end(), match.end() + len(name), 0.93)
    yield from _whose(text)
    for match in _HOLDER_IS_ME.finditer(text):
        if is_person(match["name"]):
            yield Name(match["name"], *match.span("name"), 0.97)


def _whose(text: str) -> Iterator[Name]:
    """Yield names of relatives whose case it is: 岑大山是我父亲, 我系岑大山之子, 其母岑秀珍."""
    for match in _THEIR_KIN.finditer(text):
        name = name_at(text, match.end())
        if name and name[0] in COMMON and name[0] not in _VERBS:
            # Who is someone's child is more often called back than the customer.
            score = 0.6 if match[0][0] == "其" and match["kin"] in _YOUNG else 0.92
            yield Name(name, match.end(), match.end() + len(name), score)
    for pattern, score in ((_KIN_BEHIND, 0.93), (_KIN_OF, 0.95), (_ENTRUSTS, 0.94), (_ON_PAPER, 0.92)):
        for match in pattern.finditer(text):
            key = next(key for key, value in match.groupdict().items() if value)
            if is_person(match[key]) and not is_word(match[key][:2]):
                yield Name(match[key], *match.span(key), score)


def again(text: str, family: str, start: int) -> Name | None:
    """Return the full name said within the next words behind a family name: 姓历，日历的历，历小川."""
    near = re.compile(rf"[\s,，。、…]({family}[一-龥]{{1,2}}){_END}")
    for match in near.finditer(text, start, min(len(text), start + 20)):
        name = match[1]
        if name[-1] not in "的那字姓" and "的" not in name and not re.search(f"{TITLE}$", name):
            return Name(name, *match.span(1), 0.96)
    return None


def answers(narrative: Narrative) -> Iterator[Name]:
    """Yield names given in answer to the agent's question."""
    for turn, role in enumerate(narrative.roles):
        if role == "agent" or turn == 0 or narrative.roles[turn - 1] != "agent":
            continue
        asked = narrative.plain[slice(*narrative.turn_span(turn - 1))]
        if _ASKED.search(asked) and not _ASKED_OF_OTHERS.search(asked):
            of_holder = _ASKED_OF_HOLDER.search(asked)
            for name in _answer(narrative, *narrative.turn_span(turn)):
                yield replace(name, score=max(name.score, _HOLDER)) if of_holder else name


def _answer(narrative: Narrative, start: int, end: int) -> Iterator[Name]:
    lead = _LEAD.match(narrative.plain, start, end)
    at = lead.end() if lead else start
    glyph = _GLYPH.match(narrative.plain, at)
    if glyph:
        yield Name(glyph[1], glyph.start(1), glyph.end(1), 0.85)
        return
    word = re.match(r"[一-龥·]{1,9}", narrative.plain[at:end])
    if word is None:
        return
    titled = re.match(rf"{SURNAME}{TITLE}", word[0])
    if titled:
        yield Name(titled[0], at, at + len(titled[0]), 0.9)
        return
    whole = word[0]
    name = whole if is_person(whole) or ("·" in whole and len(whole) >= 4) else name_at(narrative.plain, at)
    family = whole[0] if whole[0] in FAMILY else whole if whole in COMPOUND else ""
    if family and len(whole) == len(family) and (full := again(narrative.plain[:end], family, at + len(family))):
        yield full
    elif name and not (len(name) == 2 and len(whole) == 3 and is_person(whole)):
        yield Name(name, at, at + len(name), 0.92)
    elif 2 <= len(whole) <= 6 and could_be(whole) and _CONFIRMED.match(narrative.plain, at + len(whole), end):
        yield Name(whole, at, at + len(whole), 0.88)
    elif family and (len(whole) == 1 or not is_word(whole[:2])):
        yield Name(whole[0], at, at + len(whole[0]), 0.85)


def could_be(name: str) -> bool:
    """Tell whether characters where only a name is looked for may be one: a word only with a family name in front."""
    if is_label(name) or name[0] in LEADS:
        return False
    return may_be_person(name) or not any(is_word(name[i : i + 2]) for i in range(len(name) - 1))


def is_long_name(name: str) -> bool:
    """Tell whether four to six characters may be a name of another people: a word of its own, or none of ours in it."""
    return 4 <= len(name) <= 6 and not is_label(name) and (rjieba.tag(name)[0][0] == name or could_be(name))
