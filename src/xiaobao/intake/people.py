"""Whose case it is: the consumer's name where it is told, else the writer's; never staff, collectors or others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from opencc import OpenCC

from xiaobao.intake.found import Found
from xiaobao.intake.names import (
    FAMILY,
    SURNAME,
    goes_on,
    is_label,
    is_person,
    is_place,
    is_tagged_person,
    is_word,
    may_be_person,
    name_at,
)
from xiaobao.intake.narrative import Narrative
from xiaobao.intake.owners import is_for_another
from xiaobao.intake.signatures import LEADS, TITLE, Name, signatures
from xiaobao.intake.told import KIN, answers, is_long_name, told
from xiaobao.intake.told import again as told_again
from xiaobao.privacy.surnames import COMMON, COMPOUND

_LABEL = re.compile(
    r"(?:落款人|微信名|存款人|失主|死者|逝者|被继承人|残疾人|客户名|诉求人|反馈人|口述人|主诉人|控告人|求助人|来访者|来电者|投诉人|申诉人"
    r"|举报人|反映人|来电人|来信人|来访人|信访人|申请人|当事人|持卡人|借款人|投保人"
    r"|被保险人|储户|消费者|联系人|户主|户名"
    r"|客户姓名|名字|写信人|来函人|申述人|投诉者|报案人|受害人|客户|市民|群众|用户|姓名|署名|落款"
    r"|代表|经办人?|本人姓名|真名|监护人|委托人|卡主|机主|车主|账户主|开户人|法人|法定代表人|负责人)"
    r"(?:\(|（)?(?:姓名|名字|叫|是|为|[:：])*[ :：]{0,3}[“\"「『]?"
    r"(?:(?:视障|听障|听力障碍|残疾|盲|聋|老年|退休)(?:人士?|客户|老人|职工)(?= ?[一-龥]{2}))?(?=[一-龥])"
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
_I = re.compile(r"(?:我|本人)[(（](?:姓名[:：]?)?(?P<name>[一-龥]{2,4})[)）,，]")
_SELF = re.compile(
    r"(?:我的?名字(?:叫|是)|我本人叫|[我俺咱]叫|本人叫|我是|本人|我名叫|名字叫|名叫|全名叫?|(?:现在|现|如今|后来|改名)叫"
    r"|[大本学真现]名叫?|大号叫?|改名(?:为|成)|(?:^"
    r"|[,，。 ])叫)[ :：,，]{0,2}(?=[一-龥])"
)
_RELATIVE = re.compile(
    r"(?:(?:我|家)?(?:老?母亲?|老?父亲?|妈妈?|老?爸爸?|老?娘|爹|老爷子|老太太|老头子?|奶奶|爷爷|外婆|外公|姥姥|姥爷"
    r"|岳父"
    r"|岳母|公公|婆婆|老伴|老人|丈母娘|舅舅|姑姑|姨妈|伯父|女儿|儿子|侄子|孩子)"
    r"|(?:我|家|代|替|帮|为)(?:老公|老婆|丈夫|妻子|爱人|媳妇|先生|太太|弟弟|妹妹|哥哥|姐姐|弟|妹|哥"
    r"|姐))(?:的?名字|姓名)?(?:叫|是|名叫|[:：])?[ :：(（]{0,2}(?=[一-龥])"
)
_OTHER = re.compile(
    r"(?:前夫|前妻|前男友|前女友|同事|朋友|邻居|同学|亲戚|室友|老乡|中介|骗子|对方|冒充"
    r"|(?<!来电人)(?<!来访人)(?<!客户)(?<!市民)自称|找什么"
    r"|什么|认识|转给|打给|转账给|经理|主任|柜员|客服|业务员"
    r"|推销员|催收员?|法务|团队|对接|定损员|查勘员|顾问|管家|讲师|助理|店员|营销员|小伙子|小姑娘|男的|女的|律师|民警"
    r"|警官|坐席|专员|行长|保安|大堂|员工|信贷员|理赔员|代理人|收款人"
    r"|(?:收款|对方|转入|他的?)[^,，。]{0,4}户名为?|登记人|记录人|受理人|工号)[叫是姓: ]{0,3}$"
    r"|[一那这有][个位名][叫姓][叫是 ]?$|[个位](?:女的|男的|人)?[叫姓]$"
)
_STAFF_BEFORE = (
    "(?:业务员|经理|主任|柜员|客服|推销员|催收员|顾问|讲师|专员|代理人|信贷员|理赔员|定损员|员工|骗子)[叫是姓: ]{0,3}"
)
_BADGE = re.compile(r"[(（][^()（）。]{0,20}(?:工牌|工号|编号|胸牌)[^()（）。]{0,16}$")
"""In brackets with the number of a badge: whose it is."""
_VERBLIKE = frozenset("和连全包干都从向有费时支经成容管加通要能会就说让别后应解")
"""Family names that behind a relative (我妈连…) are a verb or particle of the sentence."""
_KIN = re.compile(
    r"(?:我|替|帮|代)(?:老)?(?:妈|爸|母|父|娘|爹|姐|哥|弟|妹|爷|奶|外|岳|公公|婆|老公|老婆|爱人|丈夫|妻|儿|女|孙|侄"
    r"|叔|姑|舅|姨|伯)"
    r"|丈人|丈母娘|闺女|老伴|投保人|持卡人|户主|被保险人|借款人|老人|老汉|大娘|大爷"
    r"|(?:替|帮|代)[^,，。]{0,12}(?:打|问|说|写|反映|投诉|来电|咨询)"
)
_THEY = re.compile(r"[他她](?:的?名字)?叫(?=[一-龥])")
_BRACKETED = re.compile(rf"{SURNAME}{TITLE}[(（](?=[一-龥]{{2,4}}[)）,，])")
_TWICE = re.compile(
    rf"姓(?P<head>[一-龥])[ ,，。]{{1,2}}(?:全?名?叫)?(?P<name>(?P=head)(?:{TITLE}|[一-龥]{{1,2}}))"
    r"(?=[\s,，。.!！?？]|\d|$)"
)
_IS_MINE = re.compile(
    r"(?:^|[\s,，。;；])(?P<name>[一-龥]{2,4})是(?:我|俺)(?:家)?(?:老?[爸妈爹娘父母]|[哥姐弟妹]|爷|奶|外|岳|公公|婆"
    r"|老公"
    r"|老婆|爱人|丈夫|妻|儿|女儿|孙|侄|叔|姑|舅|姨|伯)"
)
_FAMILY_ONLY = re.compile(r"(?:免贵|我|本人)姓(?P<name>[一-龥])(?=[\s,，。.!！]|$)")
_FAMILY = re.compile(rf"(?:免贵姓|我姓|本人姓|贵姓|他姓|她姓|老人姓|姓)[ ,，]?({SURNAME})(?:{TITLE})?")
_GIVEN = re.compile(r"(?:单名一?个?|单字一?个?|名字就?一个|就一个)[ ,，]?([一-龥])(?:字|[, 。]|$)")
_OF = re.compile(
    rf"我是(?:客户|储户|持卡人|用户|投保人|老人|老客户|借款人|户主|卡主)?(?P<name>{SURNAME}[一-龥]{{1,2}})的(?:儿子"
    rf"|女儿|女婿|儿媳|媳妇|孙子|孙女|老伴|老公|老婆"
    rf"|妻子|丈夫|家属|侄子|外甥|爱人)"
)
_WHOSE_CHILD = re.compile(
    rf"(?:[我俺咱](?:名?叫|是)|本人(?:叫|是)?)[一-龥]{{2,4}}[,，、 ]{{1,2}}(?:我|本人)?[是系]"
    rf"(?:客户|储户|持卡人|投保人|老人|户主)?(?P<name>{SURNAME}[一-龥]{{1,2}})的(?:[长大二小养继独]?(?:儿子|女儿|女婿|儿媳|媳妇|孙子|孙女|侄子|侄女"
    rf"|外甥女?|外孙女?)|老伴|老公|老婆|妻子|丈夫|爱人|家属|亲属|母亲|父亲|哥哥|姐姐|弟弟|妹妹|监护人|护工|邻居|代理人|委托人)"
)
"""我叫何雨晴，是周素芬的女儿: whose child the writer is."""
_ON_BEHALF = re.compile(
    rf"(?:替|帮|代|受|为)(?:我|俺|本人)?(?:家|们)?的?(?:邻居|同事|朋友|同学|老乡|房东|战友|工友|闺蜜|亲戚|老师|师傅|徒弟|室友|[表堂][哥姐弟妹]"
    rf"|婶婶?|舅妈|姨父|姑父|伯母|嫂子|姐夫|妹夫)(?P<name>{SURNAME}(?:{TITLE}|[一-龥]{{1,2}}?))"
    rf"(?=的?(?:委托|来|打|反映|投诉|咨询|问|申诉|写|说|讨|办理|维权|处理)|[,，。 (（])"
)
"""替邻居薛秀英来投诉: for whom one speaks that is no next of kin."""
_INTRODUCES = re.compile(
    r"(?:[我俺咱]的?(?:名字)?(?:名?叫|是|姓[一-龥]?)|本人(?:叫|是|系|姓名)?"
    r"|(?:代理人|代办人|来信人|写信人|联系人|代诉人|经办人)(?:是|叫|姓名)?)[:： ,，]{0,2}$"
)
"""Right before the name of who speaks."""
_FOR_THEM = re.compile(rf"(?:替|帮|代|给|为|陪)(?:我|俺|本人)?(?:家|们)?的?{KIN}")
_WRITES_FOR = re.compile(
    r"代(?:笔|写|书|诉|记|办)人?[:：]?[^,，。;；]{0,3}$|[和跟与像]我?家?[老父母爸妈哥姐弟妹亲]{1,2}的?$"
)
"""Who writes for the customer, or is only compared with."""
_OF_STAFF = re.compile(
    r"(?:员|经理|主任|主管|客服|坐席|师傅?|小伙子?|姑娘|男的|女的|女同志|男同志|穿[^,，。\n]{1,6}的|大堂|柜台|信审"
    r"|讲师|顾问)[^。;；!！?？]{0,8}$"
)
"""Who else than the customer is told of right before 姓."""
_NOT_OWN = re.compile(r"[^\s,，。]{0,2}(?:的|啥|什么|氏)|(?:经理|主任|柜员|客服|律师|警官|催收)")
_OPENS = re.compile(r"(?:^|[。\n!！?？】:：]|(?:客户|市民|储户|持卡人|投诉人))\s*(?=[一-龥])")
_TITLED_NEXT = re.compile(r"[,，(（:：]|\d|投诉|反映|来电|来访|来信|致电|称|表示|举报|诉|要求|于|在|系|到|的|今年")
_REPORTS = re.compile(
    r"[,，]?\s?(?:投诉|反映|来电|来访|来信|致电|称|表示|举报|诉|要求|系|于(?:\d|今|去|上|昨|前)"
    r"|在(?:贵|你|我行))"
)
_SIGNED_FOR = re.compile(
    r"[一-龥]{2,3}[\s,，。.:：(（]{0,3}(?:(?:手机|电话|联系电话)[号码是:： ]{0,3})?(?:$|1[3-9]\d|0\d{2,3})"
)
_HOLDS = re.compile("失主|死者|逝者|被继承人|持卡人|投保人|被保险人|储户|户主|户名|卡主|账户主|开户人")
"""Labels of the one whose account or contract it is, whoever else writes."""
_HELPS_BEFORE = re.compile(
    rf"(?:找|联系|联络|打给?|回电?给?|[和跟同与]|让|托|问|告诉|转告|带着|陪|叫上|麻烦|通知|转给|汇给|打到)"
    rf"(?:[我俺]|本人|其)?的?家?(?:大|小|二)?{KIN}[叫是:：(（,， ]{{0,2}}$"
)
_HELPS = re.compile(
    r"[)）]?[,，]?(?:就?(?:陪|帮我|替我|代我|代笔|代写|代为|扶|带我|领我|送我|开车|发现|告诉|劝|说|看到?了?|查|打电话|上网|一查)"
    r"|(?:的)?(?:联系)?(?:电话|手机|号码)|[ :：]?1[3-9]\d)"
)
"""A relative who helps, tells or is called back, and whose case it is not where the writer tells an own name."""
_SIGNER = 0.7
"""The score of a relative's name who signs for another."""
_BEHALF = 0.935
"""The score of a name for whom somebody else than kin speaks."""
_OWNS = 0.965
"""The score of a relative's name told apart from the relative, where it is said that one speaks for them."""
_HOLDER, _LABELLED, _CALLED, _STATED = 0.91, 0.9, 0.85, 0.84
"""Scores of a name behind a label of a holder (卡主), behind another label (投诉人), behind 我叫, and behind 本人 with
what a person is known by (age, number)."""


GREETS = re.compile(r"[,，。 ]{0,2}(?:很?高兴|竭诚|在线)?(?:为您(?:服务|解答)|请问您?有什么[^,，。]{0,4}帮)")
"""Behind the name of whoever answers for the institution, as pasted transcripts have it."""


def find(narrative: Narrative) -> Found[str] | None:
    """Return the consumer's name in simplified characters, as called where only a family name is told; else None."""
    read = [name for name in _names(narrative) if not GREETS.match(narrative.own, name.end)]
    others = {name.text for name in read if re.search(_STAFF_BEFORE + re.escape(name.text), narrative.own)}
    names = [_weighed(narrative, name, others) for name in read]
    best = max(names, key=lambda name: (name.score, -name.start), default=None)
    if best is None or best.score < 0.45:
        return None
    best = _fuller(best, names)
    # Only the script is changed: printed variants that matching folds (仝, 帐) stay as the person writes them.
    shown = narrative.text[best.start : best.end] if len(best.text) == best.end - best.start else best.text
    return Found(_simplified(shown), ((best.start, best.end),), min(0.97, best.score))


def is_of_speaker(narrative: Narrative, start: int, found: Found[str] | None) -> bool:
    """Tell whether the name at a place is of who speaks for the customer that was found: the case is not theirs."""
    if found is None or found.confidence < _HOLDER or not is_for_another(narrative):
        return False
    if any(first <= start < last for first, last in found.places):
        return False
    return _INTRODUCES.search(narrative.plain[max(0, start - 12) : start]) is not None


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


def _simplified(name: str) -> str:
    # Character by character: of whole words the converter would make others (沈默 is not 沉默).
    return "".join(str(_converter().convert(character)) for character in name)


def _names(narrative: Narrative) -> Iterator[Name]:
    # A printed variant that matching folds is a family name of its own.
    text = "".join(c if o != "仝" else o for c, o in zip(narrative.own, narrative.text, strict=True))
    yield from _labelled(text)
    yield from told(text)
    for match in _RELATIVE.finditer(text):
        if match[0][-1] not in "叫是:： (（" and not _full_at(text, match.end()):
            if text[match.end()] in _VERBLIKE:
                continue
            if text[match.end()] not in COMMON and len(name_at(text, match.end())) < 3:
                continue
        yield from _run(text, match.end(), _SIGNER if _signs(text, match) else 0.93, strong=False)
    for match in _OF.finditer(text):
        yield Name(match["name"], *match.span("name"), 0.96)
    for match in _WHOSE_CHILD.finditer(text):
        yield Name(match["name"], *match.span("name"), 0.96)
    for match in _ON_BEHALF.finditer(text):
        yield Name(match["name"], *match.span("name"), _BEHALF)
    yield from _families(text)
    yield from signatures(narrative)
    noted = narrative.channel in ("regulator_transfer", "branch")
    for match in _OPENS.finditer(text):
        if aged := re.compile(rf"{SURNAME}老(?:先生|太太|师傅|人家)").match(text, match.end()):
            yield Name(aged[0], *aged.span(), 0.85)
            continue
        if titled := re.compile(f"{SURNAME}{TITLE}").match(text, match.end()):
            if _TITLED_NEXT.match(text, titled.end()):
                yield Name(titled[0], *titled.span(), 0.78)
            continue
        name = name_at(text, match.end())
        if not name or is_word(name[:2]):
            continue
        if _REPORTS.match(text, match.end() + len(name)):
            yield Name(name, match.end(), match.end() + len(name), 0.8)
        elif noted and name[0] in COMMON and is_tagged_person(text[match.end() : match.end() + 6], name):
            yield Name(name, match.end(), match.end() + len(name), 0.6)
    yield from _spelt(text)
    for match in re.finditer(rf"(?:叫我|喊我)({SURNAME}{TITLE}|[老小](?!公|伯|叔){SURNAME})", text):
        yield Name(match[1], *match.span(1), 0.9)
    if narrative.is_dialogue:
        yield from answers(narrative)
        yield from _addressed(narrative)


def _labelled(text: str) -> Iterator[Name]:
    """Yield names behind a label (投诉人), behind 我叫 or behind what one is (石桥村村民)."""
    for match in _LABEL.finditer(text):
        strong = match[0].rstrip().endswith((":", "："))
        if not strong and text[match.end()] in _VERBLIKE and not _full_at(text, match.end()):
            continue
        yield from _run(text, match.end(), _HOLDER if _HOLDS.match(match[0]) else _LABELLED, strong=strong)
    for match in _SELF.finditer(text):
        yield from _run(text, match.end(), _CALLED if "叫" in match[0] else 0.75, strong="叫" in match[0])
    for match in _AS.finditer(text):
        yield from _run(text, match.end(), 0.86, strong=False)
    for match in _MYSELF.finditer(text):
        yield from _run(text, match.end(), _STATED, strong=False)


def _signs(text: str, match: re.Match[str]) -> bool:
    """Tell whether a relative signs what is written for another: 儿子岑亮 138… at the end."""
    if match[0].startswith(("我", "家", "代", "替", "帮", "为")):
        return False
    return _SIGNED_FOR.match(text, match.end()) is not None


def _full_at(text: str, at: int) -> bool:
    """Tell whether a family name with a title, or three characters before a sign, number or age, stand at a place."""
    if re.compile(f"{SURNAME}{TITLE}").match(text, at):
        return True
    name = re.compile(r"[一-龥]{3}(?=[,，(（:：。 ]|\d|今年|现年|于|系|来)").match(text, at)
    return name is not None and is_person(name[0]) and not is_word(name[0][1:])


def _spelt(text: str) -> Iterator[Name]:
    """Yield names told with a title or a relative before them: 丁小姐(丁…), 我妈…她叫…, 姓雒，雒…."""
    for match in _BRACKETED.finditer(text):
        if name := name_at(text, match.end()):
            yield Name(name, match.end(), match.end() + len(name), 0.9)
    for match in _THEY.finditer(text):
        if _KIN.search(text, max(0, match.start() - 80), match.start()):
            speaks_for = _FOR_THEM.search(text, max(0, match.start() - 80), match.start())
            yield from _run(text, match.end(), _OWNS if speaks_for else 0.9, strong=False)
    for match in _I.finditer(text):
        if is_person(match["name"]):
            yield Name(match["name"], *match.span("name"), 0.88)
    for match in _IS_MINE.finditer(text):
        name = name_at(text, match.start("name"))
        if len(name) == match.end("name") - match.start("name"):
            yield Name(name, *match.span("name"), 0.9)
    for match in _TWICE.finditer(text):
        if text[match.end("name") - 1] not in "那的":
            yield Name(match["name"], *match.span("name"), 0.96)
    for match in _FAMILY_ONLY.finditer(text):
        yield Name(match["name"], *match.span("name"), 0.7)


def _families(text: str) -> Iterator[Name]:
    for match in _FAMILY.finditer(text):
        start, end = match.start(1), match.end(1)
        if match[0].startswith(("姓", "他姓", "她姓")) and _OF_STAFF.search(
            text, max(0, match.start() - 24), match.start()
        ):
            continue
        given = _GIVEN.search(text, match.end(), match.end() + 40)
        if full_name := told_again(text, match[1], end):
            yield full_name
        titled = re.match(TITLE, text[end:])
        again = re.compile(
            rf"(?:{TITLE})?[ ,，、。:：]{{1,2}}(?:我?叫|全名|名字[叫是]?)?(?={match[1]}(?!总|行长|经理|主任|某|老))"
        ).match(text, end)
        if (
            again
            and (full := name_at(text, again.end()))
            and not text.startswith(("的", "那个"), again.end() + len(full))
        ):
            # 我姓王，王建国: the name in full follows the family name.
            yield Name(full, again.end(), again.end() + len(full), 0.96)
        if given:
            yield Name(match[1] + given[1], start, end, 0.95)
        elif titled:
            yield Name(match[1] + titled[0], start, end + len(titled[0]), 0.7)
        elif not _NOT_OWN.match(text, end) or match[0].startswith(("免贵", "我", "本人")):
            yield from _run(text, start, 0.8, strong=False, single=True)


def _run(text: str, at: int, score: float, *, strong: bool, single: bool = False) -> Iterator[Name]:
    """Yield the name that begins at a place: a known family name and a given one, or a family name with a title."""
    run = re.match(r"[一-龥·]{1,10}", text[at:])
    if run is None:
        return
    word = run[0]
    titled = re.match(rf"({SURNAME}{TITLE})", word)
    name = name_at(text, at)
    if titled:
        yield Name(titled[1], at, at + len(titled[1]), score)
    elif (
        score >= _CALLED
        and text[at - 1] in " :：叫"
        and name != word
        and not goes_on(text, at + len(name))
        and is_long_name(word)
    ):
        # Names of other peoples are longer, and no word of the sentence follows: 来信人乌云其木格，….
        yield Name(word, at, at + len(word), score - 0.02)
    elif name:
        yield Name(name, at, at + len(name), score)
    elif strong and 2 <= len(word) <= 4 and not is_label(word) and not is_word(word) and word[0] not in LEADS:
        yield Name(word, at, at + len(word), score - 0.1)
    elif len(word) in (2, 3) and may_be_person(word) and score in (_HOLDER, _LABELLED, _CALLED, _STATED):
        # A word that stands where only a name does is one: 投诉人高峰，….
        yield Name(word, at, at + len(word), score - 0.25)
    elif single and (word[:2] in COMPOUND or word[0] in FAMILY):
        width = 2 if word[:2] in COMPOUND else 1
        yield Name(word[:width], at, at + width, score)
    elif (
        4 <= len(word) <= 9
        and word[-3] not in _VERBLIKE
        and is_person(word[-3:])
        and is_word(word[:2])
        and not is_word(word[-3:-1])
        and not is_place(word[-2:])
    ):
        # 我是养殖户农世昌: what one is stands before the name.
        yield Name(word[-3:], at + len(word) - 3, at + len(word), score - 0.1)


def _addressed(narrative: Narrative) -> Iterator[Name]:
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
            yield Name(name, start + match.start("name"), start + last, 0.58 if given else 0.55)


def _weighed(narrative: Narrative, name: Name, others: set[str]) -> Name:
    before = narrative.before(name.start, 8)
    if name.score == _BEHALF:
        return name
    if (name.text in others and name.score < _STATED) or _BADGE.search(narrative.before(name.start, 24)):
        return replace(name, score=name.score - 0.6)
    if _WRITES_FOR.search(before):
        return replace(name, score=name.score - 0.25)
    if _OTHER.search(before):
        return replace(name, score=name.score - 0.6)
    if name.score > _HOLDER - 0.01 and (
        _HELPS_BEFORE.search(narrative.before(name.start, 16)) or _HELPS.match(narrative.after(name.end, 12))
    ):
        return replace(name, score=name.score - 0.2)
    after = narrative.after(name.end, 4)
    if re.match(
        r"(?:银行|支行|保险|人寿|信用卡|金融|经理|主任|行长|柜员|警官|律师|客服|主管|科长|法官|组长|总(?:[,，。 ]|$))",
        after,
    ):
        return replace(name, score=name.score - 0.6)
    return name


def _fuller(best: Name, names: list[Name]) -> Name:
    """Prefer the full name where the best is a family name, alone or with a title, of someone named elsewhere."""
    head = best.text[:2] if best.text[:2] in COMPOUND else best.text[:1]
    if len(best.text) > len(head) and not re.search(rf"{TITLE}$", best.text):
        return best
    full = [
        n
        for n in names
        if n.score >= 0.45
        and n.text.startswith(head)
        and len(n.text) > len(head)
        and not re.search(rf"{TITLE}$", n.text)
    ]
    return max(full, key=lambda n: n.score, default=best)
