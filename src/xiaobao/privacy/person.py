"""Names of persons: behind a label, before a title, as speakers, and as the tagger knows them, all by family name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice

import rjieba

from xiaobao.privacy.anchored import Anchored, by_first
from xiaobao.privacy.entities import Entity, recogniser
from xiaobao.privacy.source import Source
from xiaobao.privacy.surnames import COMMON, COMPOUND, NOT_NAMES, PARTICLES, RARE, SURNAME_LIKE_ENDS, VERB_LIKE
from xiaobao.privacy.transliterated import Joined, joined, joined_end, overlapping, transliterated

Sign = tuple[float, str]
"""How sure a name is, 0..1, and what makes it one."""
_ROLES = (
    "客户|用户|投诉|申诉|举报|申请|借款|贷款|投保|被保险|担保|保证|抵押|出质|收款|付款|汇款|转账|收件|收货|寄件"
    "|联系|持卡|经办|复核|来电|来信|来访|致电|去电|负责|消费|代理|委托|受托|受益|监护|当事|报案|驾驶|出租|承租|买受|出卖|签收|被投诉|被举报"
    "|实际控制|债务|权利|法定代表|开户|紧急联系|共同借款"
)
_LABELS = (
    rf"(?:(?:{_ROLES})[人者]?(?:的)?(?:姓名|名称|名字)|(?:{_ROLES})[人者]|姓 {{0,3}}名"
    r"|名字|家长|真实姓名|中文姓名|全名|户名|户主|法人|股东"
    r"|柜员|催收员|信贷员|业务员|理财经理|客户经理|大堂经理|员工|客户|用户|律师|医生|甲 ?方|乙 ?方|丙 ?方|复核|经办"
    r"|联系人填的|开户名|卡主|车主|房东|本名|签名|签字|(?<![A-Za-z])(?i:name|username|realname|customer))"
)
_TOLD = 0.95
"""How sure a name is that a label or its bearer tells."""
_RUN = r"[一-龥]{1,10}(?:·[一-龥]{1,10}){1,3}|[一-龥] {1,3}[一-龥](?: {1,3}[一-龥])?(?![一-龥])|[一-龥]{2,6}"
_LABELLED = Anchored(rf"{_LABELS}(\(.{{0,6}}\))?([\"' ]{{0,2}}[:=|][\"' ]{{0,2}}|[ 是为叫]{{0,2}})(?={{?({_RUN}))")
_LATIN = Anchored(
    r"(?:姓名|户名|持卡人|收款人|付款人|客户|(?i:name)|cardholder|CARDHOLDER)[\"' ]{0,2}[:= ][\"' ]{0,2}"
    r"([A-Z][A-Za-z]{0,15}(?:[ /][A-Z][A-Za-z]{1,15}){1,2})(?![A-Za-z])"
)
_SELF = Anchored(
    r"(?:我叫|名叫|我的名字是|本人叫|我名字叫|名字叫|[妈爸妻夫儿女弟妹姐哥婆公爷奶]叫|叫做|全名叫?|免贵姓|我姓|贵姓|姓)([一-龥]{1,5})"
)
_KIN = Anchored(
    r"(?:我是|本人|我妈|我爸|我儿子|我女儿|我老公|我老婆|我丈夫|我妻子|我母亲|我父亲|我爱人|我弟|我哥|我姐|我妹|母亲|父亲|不是|请问是|您是|我和|我跟|找|我|转账给|打给|是)([一-龥]{2,4}?)(?=本人|在|于|今年|已经|去年|的(?:爱人|妻|丈夫|儿|女|父|母|家属|代理|监护|孩子|老公|老婆)|[^一-龥·]|$)"
)
_SPEAKER = re.compile(r"(?:^|\n)[ \t]*(?:\[[^\]\n]{1,20}\] ?)?([一-龥]{2,4}) ?:")
_TITLES = (
    r"先生|女士|小姐|太太|夫人|阿姨|叔叔|大叔|大爷|大妈|大娘|奶奶|爷爷|伯伯|老师|经理|主任|行长|总监|总|律师|医生|大夫|警官|姐|哥|妹|嫂|婶|老太|老太太|老人|同志|科长|处长|局长|师傅|柜员|女生|老先生|"
    r"主管|坐席|专员|氏|老板|院长|校长|书记|法官|检察官|客服|行员|顾问|组长|课长"
)
_TITLED = re.compile(
    rf"([一-龥]{{1,4}})(?= ?({_TITLES})"
    r"(?!(?<=总)[理计额共部行是之公结和裁数价台资量得会方要有体监觉不]|(?<=[姐哥妹])[姐哥妹夫]))"
)
_TITLE_BEGINS = re.compile(by_first(_TITLES.split("|"), "(?={})"))
_TITLE_ENDS = frozenset(title[-1] for title in _TITLES.split("|") if title)
_CLOSE = re.compile(
    rf"(?:$|[^一-龥]|{_TITLES}|身份证|手机|电话|联系|性别|证件|卡号|账号"
    r"|于|在|的|说|反映|来电|致电|称|因|与|和|及|跟|实名|女|男|来|要求|投诉|到|向|本人|那|打|把|态|住|现|也|都|是|推|知|表示)"
)
_CONTACT = (
    r"(?=[ ,;(]{0,3}(?:\+?86|1[3-9][0-9 \-]|[0-9]{6}|联系|电话|手机|身份证|微信"
    r"|卡号|(?:贷款)?账号|工号|[A-Za-z]{3}|[0-9]{1,3}岁))"
)
_OPENS = re.compile("[。!?，,;:\\n)~…  ]")
_SIGNED = re.compile(rf"([一-龥]{{2,4}})(?:{_CONTACT}|(?=[ 。]*$|[ ]*\n[ ]*(?:[12][0-9]{{3}}|$)))")
_ANSWER = Anchored(
    r"(?:贵姓|怎么称呼[您你]?|称呼|姓名|名字)[^\n]{0,8}\n(?:[^\n:]{1,6}:)? ?"
    r"(?:我?免贵)?(?:我?姓|我叫|我是)?([一-龥]{1,4})(?![一-龥])"
)
_STRONG = frozenset(":=|")
_NICK = frozenset("小老阿")
_NOUN_LIKE = RARE - VERB_LIKE
_DOUBTFUL = VERB_LIKE | frozenset("付向应古安易牟权于后陆高张路凌童盛")
_FIELD_ENDS = frozenset("号名称址期额率码型式表间人方度别点数")
_COUNTED = frozenset("张项段房车金包万")
_MEASURED = frozenset("一两二三四五六七八九十几多每这那半0123456789")
_TITLE_AT_END = re.compile(rf"(?:{_TITLES})$")
_SIGNS = {t: ((0.9, f"“{t}”之前的姓名"), (0.75, f"“{t}”之前的姓氏")) for t in _TITLES.split("|") if t}
_COMPOUND_HEADS = frozenset(name[0] for name in COMPOUND)
_HEADS = COMMON | _COMPOUND_HEADS
_PLACES = 64
"""One more than the characters of the longest name: a start and a length are one number, which is quick to look up."""
_WORD_HEADS = frozenset(word[:2] for word in NOT_NAMES)
_BREAK = frozenset("的了是在与和及或从向被把给对说称让找跟请问叫由这那我你他她个名位员客户人因而但就到住")


_FIELD = re.compile(r"[名字]|户主|法人|股东|家长|[A-Za-z]")
"""What only a form says before a name; other labels also stand before what somebody says."""
_CLAUSE = re.compile("[一-龥]{1,10}")
_CONTACTED = re.compile(_CONTACT)
_TURN = re.compile(r"(?:坐席|客服|客户|用户|柜员|经理|工作人员|经办|机器人)(?:\(.{0,6}\))?:")
_UNNAMED = frozenset("没不的了吗呢吧要就也都还被把给我你他她这那怎么哪谁很太又但却让什得")
"""Letters that stand in no name behind the family name."""
_FUNCTIONS = frozenset({"d", "c", "r", "p", "u", "y", "m"})
_GOES_ON = frozenset("那也都是")
_NOUNS = frozenset("nazjgti")
_NAMED_BY = frozenset("飞来生立建发进成兴升达起扬开昌荣清亮")
"""Verbs that end names."""


@recogniser("person")
def find(source: Source) -> Iterator[Entity]:
    """Yield names of persons without their titles; a full name found once counts wherever it stands.

    What is found of a name joined by interpuncts goes for all of it, and for none of it where it is a brand's.
    """
    found: dict[int, Sign] = {}
    text, names = source.text, joined(source)
    for start, end, sign in _whole(names, chain(_by_cue(source), _by_title(source), _by_tag(source))):
        if text[end - 1] in _TITLE_ENDS:
            end = _before_title(text, start, end)
        if sign[0] < _TOLD and text[start : start + 2] in _WORD_HEADS and _begins_a_word(text, start):
            continue
        place = start * _PLACES + end - start
        known = found.get(place)
        if known is None or known[0] < sign[0]:
            found[place] = sign
    surest: dict[str, float] = {}
    for place, (score, why) in found.items():
        start, length = divmod(place, _PLACES)
        name = text[start : start + length]
        if "某" in name:
            continue
        if surest.get(name, 0.0) < score:
            surest[name] = score
        yield Entity("person", start, start + length, name, None, score, why)
    yield from _unbranded(names, _again(text, found, surest))


def _whole(names: Sequence[Joined], found: Iterable[tuple[int, int, Sign]]) -> Iterator[tuple[int, int, Sign]]:
    """Yield what is found, parts of joined names widened to the whole, without those of brands that no label tells."""
    for start, end, sign in found:
        name = overlapping(names, start, end)
        if name is None or sign[0] >= _TOLD:
            yield start, end, sign
        elif not name.brand:
            yield min(start, name.start), max(end, name.end), sign
    for name in names:
        if not name.brand and not name.doubtful:
            yield name.start, name.end, (0.6, "间隔号相连的人名")


def _unbranded(names: Sequence[Joined], found: Iterable[Entity]) -> Iterator[Entity]:
    """Yield what is found beside the names of brands."""
    brands = [name for name in names if name.brand]
    return (entity for entity in found if overlapping(brands, entity.start, entity.end) is None)


def _begins_a_word(text: str, start: int) -> bool:
    """Tell whether a word that only looks like a name begins at a place."""
    return (
        text[start : start + 2] in NOT_NAMES
        or text[start : start + 3] in NOT_NAMES
        or text[start : start + 4] in NOT_NAMES
    )


def _before_title(text: str, start: int, end: int) -> int:
    """Return where a name ends without the title a label or tagger took along (于大爷 → 于)."""
    title = _TITLE_AT_END.search(text[start:end])
    if title is None or not title.start() or (len(title[0]) == 1 and title.start() > 1):
        return end
    return start + title.start()


@lru_cache(maxsize=256)
def name_length(run: str, known: frozenset[str]) -> int:
    """Return how many characters at the start of a run are a full name by its family name; 0 where none are."""
    if not run or "某" in run[:3]:
        return 0
    head = 2 if run[:2] in COMPOUND else 1 if run[0] in known else 0
    if not head or len(run) <= head:
        return 0
    for length in (head + 2, head + 1):
        ends = PARTICLES if len(run) == length else SURNAME_LIKE_ENDS
        if len(run) >= length and _CLOSE.match(run, length) and run[length - 1] not in ends:
            return length
    length = min(len(run), head + 2)
    while length > head + 1 and run[length - 1] in SURNAME_LIKE_ENDS:
        length -= 1
    return 0 if run[length - 1] in SURNAME_LIKE_ENDS else length


def _by_cue(source: Source) -> Iterator[tuple[int, int, Sign]]:
    text = source.folded
    for match in _LABELLED.finditer(text):
        yield from _labelled(match, text)
    for match in _LATIN.finditer(text):
        yield *match.span(1), (0.8, "标签之后的拉丁字母姓名")
    for match in _SELF.finditer(text):
        run, start = match[1], match.start(1)
        if text[match.end() : match.end() + 1] == "·":
            yield start, joined_end(text, match.end(), _CLOSE), (_TOLD, "自称或介绍姓名")
            continue
        length = name_length(run, RARE)
        if match[0].endswith("姓" + run) and not (length and run[:2] in COMPOUND):
            length = 2 if run[:2] in COMPOUND else int(run[0] in RARE and (len(run) == 1 or run[1] in _BREAK))
        if length and not _is_word(run[:length]):
            yield start, start + length, (0.9, "自称或介绍姓名")
    for match in _KIN.finditer(text):
        run, start = match[1], match.start(1)
        sure = match[0].startswith(("本人", "我父", "我母", "我爱", "我丈", "我妻", "我儿", "我女"))
        known = RARE - VERB_LIKE if sure and not _in_dictionary(run) else COMMON - VERB_LIKE
        if name_length(run, known) == len(run) and len(run) - (run[:2] in COMPOUND) <= 3 and not _is_word(run):
            yield start, start + len(run), (0.7, "称谓之后的姓名")
    for start, end in transliterated(source):
        yield start, end, (0.7, "间隔号相连的音译姓名")
    yield from _signed(text)
    for match in _SPEAKER.finditer(text):
        run = match[1]
        if name_length(run, COMMON) == len(run) and not _is_word(run) and run[-1] not in _FIELD_ENDS:
            yield *match.span(1), (0.75, "对话的说话人")


def _opening(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of _SIGNED, tried only where a text or a stretch of it opens."""
    done = 0
    for at in (0, *(place.end() for place in _OPENS.finditer(text))):
        match = _SIGNED.match(text, at) if at >= done else None
        if match is not None:
            yield match
            done = match.end()


def _signed(text: str) -> Iterator[tuple[int, int, Sign]]:
    for match in _opening(text):
        run = match[1]
        known = _NOUN_LIKE if len(run) == 3 or text[match.end() : match.end() + 1] else COMMON
        if name_length(run, known) == len(run) and not _is_word(run) and not _in_dictionary(run):
            yield *match.span(1), (0.8, "落款或紧接联系方式的姓名")
    for match in _ANSWER.finditer(text):
        run = match[1]
        single = run in COMPOUND or (len(run) == 1 and run in RARE)
        if single or (name_length(run, RARE) == len(run) and not _is_word(run) and not _in_dictionary(run)):
            yield *match.span(1), (0.85, "回答称呼的姓名")


def _in_dictionary(run: str) -> bool:
    """Tell whether a run is an ordinary word to the tagger rather than a name or unknown."""
    return rjieba.has_word(run) and not rjieba.tag(run)[0][1].startswith("nr")


def _labelled(match: re.Match[str], text: str) -> Iterator[tuple[int, int, Sign]]:
    run, start = match[3], match.start(3)
    strong = not _STRONG.isdisjoint(match[2])
    if "·" in run:
        end = joined_end(text, start + run.index("·"), _CLOSE)
        yield start, end, (_TOLD if strong else 0.9, "标签之后的姓名")
        return
    if " " in run:
        if run[0] in (RARE if strong else COMMON):
            yield start, start + len(run), (0.9, "标签之后的姓名")
        return
    length = name_length(run, RARE)
    if not length or (run[:length] in NOT_NAMES and not (strong and length == len(run))):
        return
    if strong and not _FIELD.search(text, match.start(), match.start(2)) and _is_said(text, start, length):
        return
    if not strong and (run[0] in VERB_LIKE or not _CLOSE.match(run, length)) and run[:2] not in COMPOUND:
        return
    if not strong and run[0] not in COMMON and (_in_dictionary(run[:length]) or _in_dictionary(run[:2])):
        return
    if not strong and (_is_word(run[:length]) or (_is_word(run[:2]) and length == 2)):
        return
    yield start, start + length, (_TOLD if strong else 0.8, "标签之后的姓名")


def _is_said(text: str, start: int, length: int) -> bool:
    """Tell whether what stands behind the label of a speaker is said by them (客户：全额退款) rather than their name.

    Names hold no function words, and words are no names: but those that end there and could be one (高峰, 黄金龙).
    """
    clause = _CLAUSE.match(text, start)
    if clause is None or clause[0][:2] in COMPOUND:
        return False
    said, name = clause[0], text[start : start + length]
    ends, closed = said == name, _CLOSE.match(text, start + length) is not None
    if not _UNNAMED.isdisjoint(name[1:]):
        return True
    if length == 2 and ends:
        return name in NOT_NAMES and _CONTACTED.match(text, start + length) is None and _is_talk(text)
    (word, tag), *others = rjieba.tag(said)
    if len(word) == 1:
        after, kind = others[0] if others else ("", "")
        plain = len(after) > 1 and rjieba.has_word(after) and not kind.startswith("nr")
        return plain and (tag in _FUNCTIONS or (tag[0] == "v" and kind in _FUNCTIONS)) and not ends
    if not (name[:2] in NOT_NAMES or (rjieba.has_word(word) and not tag.startswith("nr"))):
        return False
    if ends and word == name:
        return name[:2] in NOT_NAMES
    if len(word) > 2 or not closed or (not ends and tag[0] not in _NOUNS) or said[length : length + 1] in _GOES_ON:
        return True
    last = name[-1]
    return length == 3 and last not in _NAMED_BY and rjieba.tag(last)[0][1][0] not in _NOUNS


def _is_talk(text: str) -> bool:
    """Tell whether a text has several turns."""
    return len(list(islice(_TURN.finditer(text), 2))) > 1


def _before_titles(text: str) -> Iterator[re.Match[str]]:
    """Yield the matches of _TITLED, tried only within five characters before a title."""
    done = tried = 0
    titled = _TITLED.match
    for place in _TITLE_BEGINS.finditer(text):
        title = place.start()
        for start in range(max(done, tried, title - 5), title):
            match = titled(text, start) if start >= done else None
            if match is not None:
                yield match
                done = match.end()
        tried = title


def _by_title(source: Source) -> Iterator[tuple[int, int, Sign]]:
    text = source.folded
    starts = frozenset(source.word_starts)
    for match in _before_titles(text):
        run, title = match.groups()
        end = match.end(1)
        for width in range(len(run), 1, -1):
            if run[-width] in _HEADS and end - width in starts and _fits(name := run[-width:]) and not _is_word(name):
                yield end - width, end, _SIGNS[title][0]
                break
        else:
            width = 2 if run[-2:] in COMPOUND else 1
            start = end - width
            if start not in starts or (run[-width:] not in COMPOUND and run[-1] not in _NOUN_LIKE):
                continue
            if not _is_word(text[start : match.end(2)]):
                yield start, end, _SIGNS[title][1]


def _by_tag(source: Source) -> Iterator[tuple[int, int, Sign]]:
    words, starts = source.words, source.word_starts
    known: dict[str, int] = {}
    for place, (word, tag) in enumerate(words):
        if tag != "nr" and word not in _NICK:
            continue
        at = starts[place]
        if word[0] == word[-1] and len(word) > 1 and _runs_on(source.text, at, at + len(word)):
            continue
        if word in _NICK and _is_nick(source, place):
            yield at, at + 2, (0.55, "昵称加姓氏")
        if tag != "nr" or len(word) < 2:
            continue
        length = known.get(word)
        if length is None:
            length = known[word] = 0 if word in NOT_NAMES else _tagged_length(word)
        if not length or (word[0] in _COUNTED and source.text[max(0, at - 1) : at] in _MEASURED):
            continue
        yield at, at + length, (0.6, "词性为人名且以常见姓氏开头")


def _runs_on(text: str, start: int, end: int) -> bool:
    """Tell whether a stretch is part of one character said again and again (张张张张), which names nobody."""
    run = text[max(0, start - 1) : end + 1]
    return len(run) > end - start and run.count(run[0]) == len(run)


def _is_nick(source: Source, place: int) -> bool:
    """Tell whether a word like 小 or 老 stands before a family name that is called by it."""
    words, starts = source.words, source.word_starts
    if place + 1 >= len(words) or words[place + 1][0] not in COMMON:
        return False
    at = starts[place]
    after = source.text[at + 2 : at + 3]
    alone = starts[place + 1] + 1 == starts[min(place + 2, len(words) - 1)]
    return not "一" <= after <= "龥" or after in _BREAK or alone


def _tagged_length(word: str) -> int:
    """Return how many characters at the start of a word that the tagger takes for a name are one; 0 where none are."""
    named = _TITLE_AT_END.sub("", word) or word
    length = name_length(named, COMMON)
    if word[0] in _NICK and len(word) == 2 and word[1] in COMMON:
        length = 2
    if named[0] in _DOUBTFUL and length == 3 and _in_dictionary(named[1:3]):
        return 0
    return length if length >= 2 and word[:length] not in NOT_NAMES and word[:2] not in NOT_NAMES else 0


def _again(text: str, found: Mapping[int, Sign], surest: Mapping[str, float]) -> Iterator[Entity]:
    names = {n for n, score in surest.items() if len(n) >= 3 or (len(n) == 2 and score >= 0.8 and n[0] in RARE)}
    if not names:
        return
    lengths = sorted({len(name) for name in names}, reverse=True)
    done = 0
    for place in re.finditer(f"[{''.join(re.escape(c) for c in sorted({name[0] for name in names}))}]", text):
        at = place.start()
        if at < done:
            continue
        for length in lengths:
            name = text[at : at + length]
            if name in names:
                done = at + len(name)
                if at * _PLACES + len(name) not in found:
                    yield Entity("person", at, done, name, None, 0.6, "同一姓名在文中别处出现")
                break


def _fits(name: str) -> bool:
    head = 1 if name[0] in COMMON else 0
    head = 2 if name[0] in _COMPOUND_HEADS and name[:2] in COMPOUND else head
    return head > 0 and 1 <= len(name) - head <= 2 and SURNAME_LIKE_ENDS.isdisjoint(name[head:])


def _is_word(run: str) -> bool:
    return run in NOT_NAMES or run[:2] in NOT_NAMES
