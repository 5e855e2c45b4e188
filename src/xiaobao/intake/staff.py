"""Staff the customer names: by name, family name or number; not who registers the case, police or “客服” at large."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xiaobao.intake.found import Found
from xiaobao.intake.names import SURNAME, is_noun, is_person, is_word, may_be_person, name_at
from xiaobao.intake.narrative import Narrative
from xiaobao.privacy.surnames import COMMON, RARE
from xiaobao.privacy.surnames import COMPOUND as _COMPOUND

_POST = (
    "客户经理|理财经理|大堂经理|产品经理|业务经理|信贷经理|贷款经理|个贷经理|营业经理|值班经理"
    "|网点负责人|柜员|柜台人员|业务员|推广员|推销员|信贷员|理赔员|定损员|催收员|催收专员|催收"
    "|客服人员|客服|坐席|座席|专员|主任|副?行长|主管|保险代理人|代理人员|销售|保安|员工"
    "|工作人员|销售人员|推销人员|营销员|代理人|查勘员|经办人|讲师|主播|店员|管家|信贷科|个贷部|权证岗|信贷岗|经办|代理|销售代表|核保员|审核员|调解员|营销员|见习经理|理财专员|贷后专员|理财室|顾问|理财师|经理|师傅"
)
_POSTED = re.compile(rf"(?:{_POST})(?:叫|姓|是个?|[:：\"“(（ ])*(?=[一-龥])")
_NUMBER = re.compile(
    r"(?:(?:工号|柜员号|员工号|工牌[(（]编号)(?:播报|尾号|好像)?(?:是|为|叫"
    r"|[:： ])*(?=[a-z]{0,4}-?[0-9零〇一二三四五六七八九幺])|编号(?:是|为|[:： ])*(?=[a-z]{0,3}[0-9]))"
    r"([a-z]{0,4}-?[0-9]{2,8}|[零〇一二三四五六七八九幺]{3,6})(?![0-9百千万\]】-])"
    r"|(?:工号|柜员号|员工号)[^0-9,，。;；]{1,6}[ ,，]{1,2}([0-9]{3,8})(?![0-9元块])"
    r"|(?:工牌|柜员牌|胸牌|牌)号?(?:是|为|[:： ])*([0-9]{2,8})(?![0-9元块%])"
    r"|(?<![0-9])([0-9]{2,6})号(?=(?:客服|柜员|坐席|座席|柜面|员工|催收))"
)
_NUMBER_AFTER = re.compile(rf"(?:{_POST})(?:是|工号)?[ :：(（]*([0-9]{{2,8}})号?(?![0-9元块%])")
_TITLED = re.compile(
    rf"(?=(?P<name>{SURNAME}[一-龥]{{0,2}}?)(?:客户|理财|大堂|信贷|业务|个贷)?(?P<post>副?经理|副?主任|副?行长|会计"
    rf"|柜长"
    rf"|柜员|专员|客服|业务员|主管|组长|顾问|总监|副?科长|副?部长|副?所长|站长|副?总经理|店长|督导|坐席))"
)
_FAMILY = re.compile(
    rf"姓(?P<name>{SURNAME})(?=(?:那个?|这个?)?(?:的|女?同志|男同志|姑娘|小伙|人|大姐|大哥)"
    rf"|[,，。;；)）!！?？\s说讲]|什么|$)"
)
"""One called by the family name alone; who it is the words ahead tell."""
_WHO = re.compile(
    r"催收|柜员|经理|专员|[业信理坐定销]?[务贷赔席损售]员|代理|坐席|客服|销售|主任|行长|小伙|姑娘|[男女]的"
    r"|[男女]同志|那人|的人|有人|一个|一位|勘员|来的|那个|这个|自称|人员|保安|大堂|你们|网点|上门|外包"
)
_NOT_OURS = re.compile(r"的?(?:账户|客户|业主|名字|机主|警官|民警|律师|骗子|同学|室友|老板|邻居)")
_BY_SIGN = re.compile(
    r"(?:工牌|胸牌|名牌|桌牌|牌子|工作证|名片)(?:上|号)?(?:写着|写的是|印着|印的是?|写的|挂着|是|上写着|姓名|名字"
    r"|叫|为)*[:： “\"「『]*"
    r"(?:[^。\n]{0,14}姓名[:： ]?"
    r"|[一-龥]{2,4}[ :：]+)?(?P<name>[一-龥]{2,4})(?=[\s,，。;；)）”\"」』的让说给]|$)"
)
_SO_CALLED = re.compile(
    rf"(?<!认识一个)(?<!骗子)叫(?P<name>{SURNAME}[一-龥]{{1,2}}|[小老阿][一-龥a-z])的(?:那?个?(?:{_POST}|小伙子?"
    rf"|姑娘|人|[男女]的?|女士|先生)|答|说|给|让|跟|告)"
)
_NICKED = re.compile(r"叫(?P<name>[老小阿大](?:[a-z]|[一-龥](?=的[,，。])))(?=的)")
_POST_CALLED = re.compile(
    rf"(?:{_POST})(?:的?名字)?(?:他|她)?[,， ]?叫(?:做|什么|个)?[“\"「『]?(?P<name>{SURNAME}[一-龥]{{1,2}}"
    rf"|[小老阿][一-龥a-z])(?=[\s,，。;；)）”\"」』的让说给]|$)"
)
_CARD = re.compile(rf"[\s、](?P<name>{SURNAME}[一-龥]{{1,2}})[ ](?:{_POST})")
_LISTED = re.compile(rf"(?:{_POST})(?:姓名)?[(（:：]+ ?(?P<name>{SURNAME}[一-龥]{{1,2}})(?=[\s,，。;；、)）]|$)")
_ELDER = re.compile(
    rf"(?:那个|那位|你们|员|部|科|室|柜台|的)(?P<name>{SURNAME}(?:大姐|大哥|姐|哥|老师|工"
    rf"|总))(?=[,，。\s说让给跟告办答]|他|她)"
)
_ALSO_CALLED = re.compile(r"(?:都叫|叫|管)(?:他|她)(?:叫)?(?P<name>[小老阿][一-龥])(?=[,，。;；\s]|的|$)")
_ASKED = re.compile(
    r"(?:员|经理|人|他|她|对方|销售|催收|客服|主任|谁|哪位)[^,，。?？]{0,8}(?:叫什么|姓名|名字|工号|姓什么|怎么称呼"
    r"|是谁|称呼)|哪位(?:工作人员|经理|柜员|员工|业务员|同事)|(?:姓名|名字|工号)[^,，。?？]{0,6}(?:记得|知道|提供"
    r"|留意|清楚)"
)
_ASKED_SELF = re.compile(
    r"您的?(?:姓名|名字|全名|贵姓)|怎么称呼您|您怎么称呼|您贵姓|贵姓|称呼您|您叫|您姓|老人|保险人|投保人|被保人"
    r"|持卡人|患者|孩子|母亲|父亲|客户|机主|家人|受益人|收款|对方户名|借款人"
)
_REPLIED = re.compile(
    rf"(?:[^,，。]{{0,8}}[,，。 ])?(?:她|他|好像|就|应该|记得|说|是|自称|都|嗯|哦|对|那个|[,， ])*(?:叫"
    rf"|名字是?)?(?:他|她|什么|个)?(?P<name>(?:(?<=自称)|(?<=[说是他她]))姓{SURNAME}|{SURNAME}[一-龥]{{1,2}}"
    rf"|[小老阿][一-龥])(?=[\s,，。;；、]|的|吧|$)"
)
_NICK = re.compile(
    rf"(?:那个|一个|叫|的|找|你们|是|员|理)[ ]?((?!小程序|老赖|小时|小区|老实|小费|老师|小满"
    rf"|老乡|老年|小程)[小老](?:{SURNAME}))(?![一-龥]?(?:板|师|人|家|孩|时"
    rf"|区|额|票|本|微|伙|姐|妹|爷|奶|赖|头|数|贷|费|心|公|婆|伴|乡|太|妈|爸|弟|哥|儿|店|卖|吃|组|米|学|程"
    rf"|红书|的))"
)
_NICK_SAYS = re.compile(
    rf"(?:^|[\s,，。;；:：!！?？、部室])([小]{SURNAME})(?=说|讲|告诉|承诺|让我|跟我|给我|推荐|拍胸|[,，。\s](?:说"
    rf"|讲|记))"
)
_ACTS = re.compile(r"说|给我|介绍|告诉|向我|让我|跟我|把我|推荐|承诺|讲|态度|收")
"""What one with a family name and a common post does: 王柜员说."""
_NICK_AT = re.compile(
    rf"(?:柜台|柜面|窗口|大堂|网点|支行|理财室|个贷部|公司部|营业部|银行"
    rf"|人寿)的?(?P<name>[小老]{SURNAME})(?=[,，。\s让说给把跟叫]|告诉|承诺|推荐|介绍|办)"
)
_TAGGED = re.compile(rf"(?:{_POST}|工牌|胸牌|名牌|自称|叫|名叫)[上写着是]*[“\"「『](?P<name>[一-龥]{{2,5}})[”\"」』]")
_BADGE = re.compile(
    r"(?:工牌|胸牌|名牌)上?(?:写着|写的是|是|上写着)?[^,，。;；]{0,6}[ :：](?P<name>[一-龥]{2,3})(?=[\s,，。;；]|$)"
)
_POINTED = re.compile(
    r"(?:小伙子|小姑娘|姑娘|女的|男的|那个人|那个|这位|有位|大堂|经办的?人?|定损员|查勘员|女同志|男同志|坐席|柜员"
    r"|专员|业务员|的人)"
    rf"[,， ]{{0,2}}[他她]?(?:姓|叫)(?P<name>{SURNAME})(?=[\s,，。;；!！的]|$)"
)
_ANONYMOUS = re.compile(rf"(?:贵公司|贵行|贵司|你司|你们公司|你行|{_POST})(?P<name>{SURNAME}某{{1,2}})(?!人)")
_BOSS = re.compile(rf"(?:部|司|[,，。\s的找是让])(?P<name>{SURNAME}总)(?=[,，。\s让说给把跟叫要答承]|那里|亲自)")
_NICK_POST = re.compile(rf"([小老]{SURNAME})(?:{_POST})")
_NAMED_SO = re.compile(
    rf"姓({SURNAME})的?(?:女?(?:客户|理财|大堂)?(?:经理|柜员|客服|业务员|主管|主任|工作人员|员工|女?同志"
    rf"|催收员?|人|男的|女的|小姐|先生|女士|小伙子|专员|大堂|柜姐))"
)
_SELF = re.compile(r"(?:免贵|我|本人|您|贵|客户|投诉人|来电人)$")
_NOT_STAFF = re.compile(
    r"民警|警官|警察|派出所|登记|记录|受理|填表|接待人|律师|法官|我叫|我是|本人|投诉人|客户|联系人"
    r"|经理[是叫]$|转接"
)
_IMPOSTOR = re.compile(
    r"(?:骗子|冒充|冒用|假冒|假客服|警[官号察]|民警|公安|法院|检察院|中介|诈骗|银监|金监|监管局"
    r"|(?<!客服)(?<!坐席)(?<!柜员)(?<!员工)(?<!经理)(?<!人员)自称)"
    r"[^。;；!！?？\n]{0,16}$"
)
"""Who gives a number of staff without being the institution's."""
_GREETS = re.compile(r"号?(?:客服|坐席|专员|的?我)?[,，、 ]?(?:很?高兴|竭诚|将|正在)?为您服务")
"""What follows the number of the one who only takes the call."""
_VERBS = frozenset("从都由向和于应解时支经成容强包管加连通要能会就说")
_JOINS = re.compile(r"^和|[部副正银]$|[后前]面$|[为的着过将]$")
_PLACES = re.compile(r"商城|平台|全国|东区|西区|前台|柜台|网点|银行|支行|分行|人工|智能|机器|在线|视频|电话")


def find(narrative: Narrative) -> Found[str] | None:
    """Return the first staff member named, by name or number as in the text; None where none is."""
    found = sorted(_mentions(narrative), key=lambda item: (-item[2], item[0]))
    if not found:
        return None
    start, end, score, shown = found[0]
    return Found(shown, ((start, end),), score)


def _mentions(narrative: Narrative) -> Iterator[tuple[int, int, float, str]]:
    text = narrative.own
    for match in _NUMBER.finditer(text):
        group = next(index for index in range(1, 5) if match[index])
        if _IMPOSTOR.search(text[max(0, match.start() - 24) : match.start()]) or _GREETS.match(text, match.end()):
            continue
        yield *match.span(group), 0.74, match[group].upper()
    for match in _NUMBER_AFTER.finditer(text):
        if not _GREETS.match(text, match.end()):
            yield *match.span(1), 0.73, match[1]
    for match in _POSTED.finditer(text):
        yield from _after_post(text, match)
    for match in _NAMED_SO.finditer(text):
        if not _SELF.search(text[max(0, match.start() - 3) : match.start()]):
            yield match.start(), match.end(1), 0.85, match[1]
    for match in _NICK.finditer(text):
        police = "派出所" in text[max(0, match.start() - 8) : match.start()]
        if police or re.compile(r"警官|民警|户|年").match(text, match.end()):
            continue
        yield *match.span(1), 0.75, match[1]
    for match in _NICK_SAYS.finditer(text):
        yield *match.span(1), 0.78, match[1]
    for match in _NICK_POST.finditer(text):
        yield *match.span(1), 0.8, match[1]
    for pattern, score in ((_NICK_AT, 0.78), (_POINTED, 0.8), (_ANONYMOUS, 0.79), (_BOSS, 0.76), (_BADGE, 0.8)):
        for match in pattern.finditer(text):
            if pattern is not _BADGE or is_person(match["name"]):
                yield *match.span("name"), score, match["name"]
    for match in _TAGGED.finditer(text):
        if _called_so(text, match):
            yield *match.span("name"), 0.82, match["name"]
    yield from _called(narrative)
    if narrative.is_dialogue:
        yield from _replied(narrative)
    for match in _TITLED.finditer(text):
        name = match["name"]
        before = text[max(0, match.start() - 1) : match.start()]
        weak = len(name) == 1 and match["post"] in ("客服", "柜员", "业务员", "专员", "顾问", "主管")
        weak = weak and before != "叫" and not (name in COMMON and _ACTS.match(text, match.end("post")))
        if (
            _fits(name)
            and not weak
            and (
                not re.match("[一-龥]", before)
                or before in "的是找叫个那和跟到给让对被由问说们,行处位部司寿室点台求诉心"
            )
        ):
            yield match.start(), match.end("post"), 0.8, name + match["post"]


def _called(narrative: Narrative) -> Iterator[tuple[int, int, float, str]]:
    """Yield those whom a sign, a list or how they are called names, and those told by their family name alone."""
    text = narrative.own
    for match in _FAMILY.finditer(text):
        before, after = narrative.plain[max(0, match.start() - 24) : match.start()], text[match.end() : match.end() + 4]
        own = narrative.before(match.start(), 16)
        asked = not _WHO.search(own) and _ASKED_SELF.search(narrative.said_before(match.start()))
        myself = _SELF.search(own[-3:]) or re.search(r"(?:我|本人)[^,，。说]{0,4}[,， ]?复?$", own)
        if myself or asked or _NOT_OURS.match(after):
            continue
        if (_WHO.search(before) or _WHO.search(after)) and not _IMPOSTOR.search(before):
            yield *match.span("name"), 0.76, match["name"]
    for pattern in (_BY_SIGN, _SO_CALLED, _NICKED, _POST_CALLED, _CARD, _LISTED, _ELDER, _ALSO_CALLED):
        for match in pattern.finditer(text):
            name, before = match["name"], text[max(0, match.start() - 16) : match.start()]
            if _NOT_STAFF.search(before[-6:]) or _IMPOSTOR.search(before):
                continue
            if pattern in (_ELDER, _NICKED) or re.fullmatch(r"[小老阿][一-龥a-z]", name) or may_be_person(name):
                yield *match.span("name"), 0.79, name.upper()


def _replied(narrative: Narrative) -> Iterator[tuple[int, int, float, str]]:
    """Yield whom the customer names when asked who of the staff it was."""
    for turn, role in enumerate(narrative.roles):
        start, end = narrative.turn_span(turn)
        asked = narrative.said_before(start)
        if role == "agent" or not _ASKED.search(asked) or _ASKED_SELF.search(asked):
            continue
        said = _REPLIED.match(narrative.plain[start:end])
        if said and (said["name"][0] in "小老阿姓" or is_person(said["name"])):
            yield start + said.start("name"), start + said.end("name"), 0.8, said["name"]


def _after_post(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, float, str]]:
    at = match.end()
    if _NOT_STAFF.search(text[max(0, match.start() - 6) : match.start()]):
        return
    run = re.match(r"[一-龥]{1,6}", text[at:])
    if run is None:
        return
    word = run[0]
    if re.match(r"[一-龥]{1,3}?(?:支行|分行|分理处|[路街]支)", word):
        # 银行长江路支行 holds no 行长.
        return
    nick = re.match(rf"(?!小程序|老储户|老客户|老年|小时)[小老]{SURNAME}", word)
    titled = re.match(rf"{SURNAME}(?:先生|女士|小姐|某某?|经理)", word)
    name = name_at(text, at)
    if nick:
        yield at, at + len(nick[0]), 0.85, nick[0]
    elif titled:
        yield at, at + len(titled[0]), 0.85, titled[0]
    elif (
        name
        and not (name[0] in _VERBS and is_word(word[:2]))
        and not _JOINS.search(name)
        and (name[0] in COMMON or is_noun(name))
    ):
        yield at, at + len(name), 0.85, name
    elif "姓" in match[0] and word[0] in RARE:
        yield at, at + 1, 0.8, word[0]


def _fits(name: str) -> bool:
    """Tell whether what stands before a post is a family name alone or a full name."""
    return (
        _PLACES.search(name) is None
        and _JOINS.search(name) is None
        and (name in COMMON or is_person(name) or name in _COMPOUND)
    )


def _called_so(text: str, match: re.Match[str]) -> bool:
    """Tell whether a name in quotation marks is one of staff: a person's, a nickname, or what a post calls itself."""
    name = match["name"]
    if re.fullmatch(rf"[小老]{SURNAME}|{SURNAME}(?:{_POST})|[一-龥]{{1,4}}(?:助理|管家)", name):
        return True
    led = re.match(rf"(?:{_POST}|工牌|胸牌|名牌)", match[0]) is not None
    near = re.match(rf"的?(?:那个|一位|这个)?(?:{_POST})", text[match.end() : match.end() + 8]) is not None
    return (led or near) and is_person(name)
