"""What a complaint says that tells one event from another: who, when, how much, which card, where, what about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from xiaobao.errors import InputError
from xiaobao.insight.matter import Matter, matter_of
from xiaobao.insight.terms import is_content, tokens
from xiaobao.insight.values import moment
from xiaobao.intake import people as asked
from xiaobao.intake import staff
from xiaobao.intake.names import is_person, may_be_person
from xiaobao.intake.narrative import LONGEST, Narrative
from xiaobao.intake.narrative import narrative as read
from xiaobao.privacy import Entity, recognise
from xiaobao.privacy.surnames import RARE
from xiaobao.text.dates import DATE, date_parts
from xiaobao.text.normalise import normalise
from xiaobao.text.numerals import fold, parse_number
from xiaobao.text.values import values

_KINDS = ("person", "mobile", "landline", "id_card", "bank_card", "organisation", "email")
_DIGIT = dict(zip("零〇洞幺一两二三四五六七八九拐勾", "00011223456789" + "79", strict=True))
_TAIL = re.compile(
    r"(?:尾号|末四位|后四位|最后四位|尾数)[^\d零一二三四五六七八九幺]{0,4}([\d零一二三四五六七八九幺]{4})(?!\d)"
)
_BANK = re.compile(
    r"([一-龥]{2})(银行|信用社|农商行|消费金融|金融公司|保险|人寿|财险|信托|证券|基金|小贷)(?!卡|账户|工作人员|客服)"
)
_BRANCH = re.compile(r"([一-龥]{2})(?:支行|分行|营业部|营业厅|分理处|储蓄所|网点)")
_NO_NAME = re.compile(
    r"你们|贵行|我们|这家|这个|那个|那家|其他|别的|附近|一家|去了|到了|你行|各家|所有|什么|手机|网上|网点|商业|买的|买了"
    r"|年金|办了|理财|医疗|社会|养老|银行|贷款|存款|管辖|上级|开户|两全|期缴|万能|分红|汽车|搭售|[份售卖打买退]"
    r"|[的了个家去在找和是及给让说等把向问由被按]$|[到跟]"
)
_BARE = re.compile(
    r"(?<![\d.\-/年月第零一二三四五六七八九十])(?<!\d[:：])"
    r"(?:[\d.]{1,8}|[零一二两三四五六七八九十百]{1,6}) ?[千万wWkK](?:[\d零一二两三四五六七八九]{1,4}百?)?"
)
_NAMED = re.compile(r"[“\"「『《]([^“”\"「」『』《》]{2,12})[”\"」』》]")
_KIND_OF_PRODUCT = re.compile(r"[一-龥A-Za-z0-9]{2,6}?(?:贷|宝|花|盈|卡|保|险|金|理财|存单|年金|分期)")
_RELATIVE = {"大前天": 3, "前天": 2, "昨天": 1, "昨晚": 1, "昨日": 1, "今天": 0, "今早": 0, "今日": 0}
_WEEK = re.compile(r"(上上|上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_LAST_MONTH = re.compile(r"(上上?)个?月([\d一二三四五六七八九十廿]{1,3})[号日]")
_DAY_ALONE = re.compile(
    r"(?<![月\d一二三四五六七八九十第])([\d]{1,2}|[一二三四五六七八九十廿]{1,3})[号日](?!线|楼|院|窗|柜|门|[之以]内|内(?!部))"
)
_OFFICE_AFTER = re.compile(r"^ ?(?:经理|行长|主任|柜员|客服|主管|专员|警官|律师|队长)")
_OFFICE_BEFORE = re.compile(r"(?:经理|行长|主任|柜员|客服|主管|专员|警官|律师|工号\d*|催收员?|叫)$")
_PAUSE = re.compile(r"^(?:[，。,. \n]|$)")
_PLACE_AFTER = re.compile(r"^(?:行|支行|分行|路|街|网点|营业|区|镇|村|里)")
_EMPTY = re.compile(
    r"[一二三四五六七八九十百千万两几半\d]|.?阵子|前[些几]|[上下]次|从前|以前|前后|工作日|之日|相关|监管|本函|来函|来信|举报|依法|请贵|属实"
    r"|联系|姓名|本人|[先女][生士]|消费者|投诉人|转办|致电|来电|书面|答复|核实|.月|.号"
)
"""Words that tell when, how many, to whom and in which form a complaint is, not what it is about."""
_LINE = re.compile(r"^ *(?P<role>坐席|座席|客服|客户|来电人|用户|agent|customer)[:：](?P<text>.*)$")
_TURN = {"agent": "坐席", "坐席": "坐席", "座席": "坐席", "客服": "坐席"}
"""Whose turn it is: all others are the customer's side."""
_AGENT = re.compile(r"坐席[:：][^\n]*")
_LABELLED = re.compile(r"^客户[:：]", re.MULTILINE)
_AGAIN = re.compile(
    r"再(?:一)?次(?:反映|投诉|来电|致电|来信|来函|提出|申诉|问)|再(?:问|催|反映|投诉)一?[次遍]|(?:第[二三四五]|[二三四])[次回](?:反映|投诉|来电|致电|来信|来函|催)"
    r"|催(?:办|一下|促|问)|催第|(?:上[次回]|之前|此前|先前|前几天|前些天|前两天|早前|曾)(?:我|就|已经?|在?网上|电话|来函)?(?:投诉|反映|来电|打电话|报修|登记|留言|说)过?"
    r"|(?:反映|投诉|登记|留言)过|复议|(?:屡次|多次|[两三四五六]次)(?:反映|投诉|来电|去信)|还是(?:我|上次|之前)?(?:那|这)(?:张|个|件|笔|事)"
    r"|(?:上[次回]|之前|此前)的?(?:单子|工单|投诉)|没(?:有)?下文|去信|(?:没|无)人(?:管|理|回复|答复|联系|找我)|第[二三四五]次了"
)
_ANEW = re.compile(
    r"另(?:外)?(?:一|还有|有)(?:件|张|笔|个|份|家|条)|另外(?:再)?(?:反映|投诉|说|一|还)|还有(?:一|个)(?:件|个)?事|这(?:次|回)(?:是|说|又|不是|换|的)"
    r"|不是(?:那|上次|上回|之前|原来)(?:个|件|次|的)?(?:事)?|又(?:来了|出(?:毛病|问题|事|岔)|一(?:次|回|笔)|是(?!说))|(?:跟|和|与)(?:上次|上回|之前)(?:的|那)?(?:不|无)"
    r"|(?:上次|上回|之前|那件|那个|那事)[^。！？!?\n]{0,14}(?:刚(?:了结|解决|处理|退|道歉|办)|总算|已经(?:解决|处理|退|赔|道歉|了结|办)|(?:解决|了结|处理)(?:完|好)了)|新(?:的)?问题"
)
_SPEAKER = re.compile(r"(?:客户|坐席|客服|消费者)[:：]$")
_CALLED = re.compile(
    r"(?:我是|我叫|本人|本人是|消费者|客户|投诉人|姓名[:：]?|我姓.，叫)"
    r"([一-龥]{2,3})(?=[，。（(, \n]|的?(?:女儿|儿子|爱人|妻子|丈夫|母亲|父亲))"
)
_DOTTED = re.compile(r"(?<![\d.])(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0?[1-9])(?![\d.%％]| ?[万千元块折倍个亿])")
_SIGNED = re.compile(
    r"(?:^|[。！？!?;；\s])(?P<end>[一-龥]{2,4})(?:敬上|谨上|呈)?[\s。]*$|^\s*(?P<begin>[一-龥]{2,3}?)(?=再|又|[来致]电|来信)"
)
"""A name that stands alone at the end, or begins with what its bearer does."""
_VERB_SUM = re.compile(
    r"[扣收刷借欠充交退][了我走掉过]{0,2}(?P<sum>[1-9]\d{1,6})(?![\d.%％年月日号点次个天笔期分小张岁人])"
)
_NO_PERSON = re.compile(r"贵[行司]|你[行们]|支行|分行")
_BRAND_AFTER = re.compile(
    r"(?:手机|网上|电子|个人)?(?:银行|app|支付(?!了)|钱包|消费金融|金融|人寿|财险|证券|保险公司|基金公司)", re.I
)
"""What follows the name of an institution or of its things, not a person's."""
_NUMERAL = re.compile(r"^[一二三四五六七八九][十百千万]|整$")
_HOTLINE = 5
"""Digits of a number that may be called; a bare one is no sum."""
_SURE = 0.7
"""Score of a name from which it is one without another sign."""
_TITLES = re.compile(r"(?:先生|女士|老师|师傅|小姐|大爷|大妈|阿姨|老太太?|老伯)$")


@dataclass(frozen=True)
class Facts:
    """The facts of one complaint; sets are empty where it says nothing.

    numbers: phones and e-mail addresses; accounts: whole card and identity numbers; tails: last four digits;
    people: full names of customers; surnames: of all called by it; amounts in yuan; dates of events, resolved against
    the day of receipt; themes: keys of themes.yaml; words: content words; grams: pairs of characters; customer:
    whose case it is, by full or family name, "" where not told; staff: family names of staff; again: says that it was
    told before; anew: says that this is another matter; own: the customer's side's words with names and numbers blank.
    """

    id: str
    text: str
    received: date | None
    numbers: frozenset[str]
    accounts: frozenset[str]
    tails: frozenset[str]
    people: frozenset[str]
    surnames: frozenset[str]
    banks: frozenset[str]
    branches: frozenset[str]
    amounts: frozenset[Decimal]
    dates: frozenset[date]
    products: frozenset[str]
    themes: frozenset[str]
    words: frozenset[str]
    grams: frozenset[str]
    customer: str = ""
    staff: frozenset[str] = frozenset()
    again: bool = False
    anew: bool = False
    own: str = ""

    @cached_property
    def details(self) -> frozenset[str]:
        """Return the words that name neither people nor places, nor times and forms of complaining."""
        places = (*self.banks, *self.branches)
        names = "\n".join((*self.people, *places))
        kept = (word for word in self.words if word not in names and not _EMPTY.match(word))
        return frozenset(word for word in kept if not any(place in word for place in places))

    @cached_property
    def matter(self) -> Matter | None:
        """Return what it is about, None where the words are too few; read when it is asked for first."""
        return matter_of(self.own)


@cache
def _themes() -> dict[str, re.Pattern[str]]:
    read = yaml.safe_load(Path(__file__).with_name("themes.yaml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(map(re.escape, words))) for name, words in read.items()}


def narrative(obj: Mapping[str, Any]) -> str:
    """Return the text of a complaint {"text"} or {"turns"}; raise InputError where it has neither.

    Turns become lines with 坐席 or 客户 in front.
    """
    text = obj.get("text")
    if isinstance(text, str):
        return text
    turns = obj.get("turns")
    if isinstance(turns, list):
        told = [t for t in turns if isinstance(t, dict)]
        return "\n".join(f"{_TURN.get(str(t.get('role')), '客户')}：{t.get('text', '')}" for t in told)
    raise InputError("缺少字段“text”", code="input.missing")


def _story(text: str, received: date | None) -> Narrative | None:
    """Return a text as intake reads it, lines with speakers in front as turns; None for a blank one."""
    lines = [match for line in text[:LONGEST].split("\n") if (match := _LINE.match(line))]
    is_dialogue = len(lines) > 1 and any(a["role"] != b["role"] for a, b in pairwise(lines))
    if is_dialogue:
        roles = {"坐席": "agent"}
        turns = [{"role": roles.get(_TURN.get(m["role"], ""), "customer"), "text": m["text"]} for m in lines]
        return read("call", received, None, turns) if any(m["text"].strip() for m in lines) else None
    return read("web", received, text[:LONGEST], None) if text[:LONGEST].strip() else None


def facts_of(obj: Mapping[str, Any]) -> Facts:
    """Return the facts of a complaint {"id","received_at","text"}; raise InputError where there is no text."""
    text = narrative(obj)
    received = None
    if obj.get("received_at") or obj.get("ts"):
        received = moment(obj.get("received_at") or obj.get("ts"), "received_at").date()
    story = _story(text, received)
    if story is not None and story.text == text:
        entities = [e for e in story.entities if e.kind in _KINDS]
    else:
        entities = recognise(text, _KINDS)
    numbers = {_digits(e.text) for e in entities if e.kind in ("mobile", "landline")}
    numbers |= {e.text.lower() for e in entities if e.kind == "email"}
    accounts = {_digits(e.text) for e in entities if e.kind in ("id_card", "bank_card")}
    tails = {_digits(m[1]) for m in _TAIL.finditer(text)}
    tails |= {_digits(e.text)[-4:] for e in entities if e.kind == "bank_card"}
    customer = _customer(story)
    people, surnames = _people(text, entities, customer)
    posted = _staff(story)
    surnames -= posted - {name[0] for name in people}
    own, blank = _AGENT.sub("", text), _LABELLED.sub("", _AGENT.sub("", _blank(text, entities)))
    return Facts(
        id=str(obj.get("id") or obj.get("source_id") or ""),
        text=text,
        received=received,
        numbers=frozenset(numbers),
        accounts=frozenset(accounts),
        tails=frozenset(tails),
        people=people,
        surnames=surnames,
        banks=frozenset(m[0] for m in _BANK.finditer(text) if not _NO_NAME.search(m[1])),
        branches=frozenset(m[1] for m in _BRANCH.finditer(text) if not _NO_NAME.search(m[1])),
        amounts=_amounts(text, entities),
        dates=_dates(text, received),
        products=_products(own),
        themes=frozenset(name for name, pattern in _themes().items() if pattern.search(own)),
        words=frozenset(w for w in tokens(normalise(own).text) if len(w) > 1 and is_content(w)),
        grams=_grams(own),
        customer=customer,
        staff=posted,
        again=_AGAIN.search(blank) is not None,
        anew=_ANEW.search(blank) is not None,
        own=normalise(blank).text,
    )


def _blank(text: str, entities: list[Entity]) -> str:
    """Return a text with names and numbers of people, cards and institutions blank."""
    out = list(text)
    for entity in entities:
        out[entity.start : entity.end] = "，" * (entity.end - entity.start)
    return "".join(out)


def _staff(story: Narrative | None) -> frozenset[str]:
    """Return the family names of staff and their numbers."""
    found = staff.find(story) if story is not None else None
    if found is None:
        return frozenset()
    return frozenset(x[:1] if x[:1] in RARE else x for x in re.split("[、，,/]", str(found.value)) if x)


def _plain(name: str) -> str:
    return normalise(name).text


def _digits(text: str) -> str:
    return "".join(_DIGIT.get(c, c) for c in text if c.isdigit() or c in _DIGIT or c in "xX").upper()


def _customer(story: Narrative | None) -> str:
    """Return the full or family name of whose case it is, "" where it is not told."""
    if story is None:
        return ""
    found = asked.find(story)
    if found is None or found.value[:1] not in RARE or _NO_PERSON.search(found.value):
        signed = _SIGNED.search(story.plain) if not story.is_dialogue else None
        name = (signed["end"] or signed["begin"]) if signed else ""
        return name if name and is_person(name) else ""
    name = _plain(_TITLES.sub("", found.value))
    if len(name) > 1 and any(map(_BRAND_AFTER.match, story.plain.split(name)[1:])):
        return ""
    return name if may_be_person(name) and not name.endswith("某") else name[:1]


def _people(text: str, entities: list[Entity], customer: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return full names of customers and the surnames of all who are named as such; staff are left out."""
    people, surnames = set(), set()
    for entity in entities:
        if entity.kind != "person" or entity.score < _SURE:
            continue
        before, after = text[max(0, entity.start - 5) : entity.start], text[entity.end : entity.end + 4]
        if _SPEAKER.search(before) and not _PAUSE.match(after):
            continue
        if (
            _PLACE_AFTER.match(after)
            or _OFFICE_AFTER.match(after)
            or (_OFFICE_BEFORE.search(before) and not before.endswith(("我叫", "本人叫")))
        ):
            continue
        name = _plain(_TITLES.sub("", entity.text))
        if len(name) > 1 and _BRAND_AFTER.match(text, entity.end):
            continue
        if len(name) >= 2 and may_be_person(name) and not _NUMERAL.search(name):
            people.add(name)
        if len(name) == 1 or name in people:
            surnames.add(name[0])
    people |= {_plain(m[1]) for m in _CALLED.finditer(text) if m[1][0] in RARE and may_be_person(m[1])}
    if customer:
        surnames.add(customer[0])
    if len(customer) > 1:
        people.add(customer)
    return frozenset(people), frozenset(surnames | {name[0] for name in people})


def _amounts(text: str, entities: list[Entity]) -> frozenset[Decimal]:
    """Return the sums of money a text names, in yuan; numbers that belong to cards, phones and dates are left out."""
    blank = list(text)
    for entity in entities:
        if entity.kind in ("mobile", "landline", "id_card", "bank_card"):
            blank[entity.start : entity.end] = "#" * (entity.end - entity.start)
    plain = "".join(blank)
    out = {v.value for v in values(plain) if v.kind == "money" and v.unit == "CNY" and isinstance(v.value, Decimal)}
    out |= {Decimal(match["sum"]) for match in _VERB_SUM.finditer(plain) if len(match["sum"]) != _HOTLINE}
    for match in _BARE.finditer(fold(plain)):
        try:
            out.add(parse_number(match[0].replace(" ", "")))
        except InputError:
            continue
    return frozenset(v for v in out if v >= 1)


def _dates(text: str, received: date | None) -> frozenset[date]:
    """Return the days a text names; without a year, the last such day before the receipt (weeks start on Monday)."""
    out: set[date] = set()
    folded = fold(text)
    rest = folded
    for match in DATE.finditer(folded):
        parts = date_parts(match)
        rest = rest.replace(match[0], "，", 1)
        if parts is None or parts.month is None or parts.day is None:
            continue
        out |= _day(parts.year or (received.year if received else 2000), parts.month, parts.day, received, parts.year)
    if received is None:
        return frozenset(out)
    for match in _DOTTED.finditer(rest):
        out |= _day(received.year, int(match[1]), int(match[2]), received, None)
    for word, days in _RELATIVE.items():
        if days and word in rest:
            out.add(received - timedelta(days=days))
            rest = rest.replace(word, "")
    for match in _WEEK.finditer(rest):
        day = "一二三四五六日天".index(match[2]) % 7 if match[2] != "天" else 6
        monday = received - timedelta(days=received.weekday())
        back = {"上上": 14, "上": 7}.get(match[1] or "", 0)
        found = monday + timedelta(days=day - back)
        out.add(found if found <= received else found - timedelta(days=7))
    for match in _LAST_MONTH.finditer(rest):
        first = received.replace(day=1)
        for _ in match[1]:
            first = (first - timedelta(days=1)).replace(day=1)
        out |= _day(first.year, first.month, _number(match[2]), received, first.year)
        rest = rest.replace(match[0], "")
    for match in _DAY_ALONE.finditer(rest):
        day = _number(match[1])
        base = received if day <= received.day else received.replace(day=1) - timedelta(days=1)
        out |= _day(base.year, base.month, day, received, base.year)
    return frozenset(out)


def _number(text: str) -> int:
    try:
        return int(parse_number(text.replace("廿", "二十")))
    except InputError:
        return 0


def _day(year: int, month: int, day: int, received: date | None, given: int | None) -> set[date]:
    try:
        found = date(year, month, day)
    except ValueError:
        return set()
    if given is None and received is not None and found > received + timedelta(days=1):
        try:
            found = found.replace(year=year - 1)
        except ValueError:
            return set()
    return {found}


def _products(text: str) -> frozenset[str]:
    """Return names in quotation marks that look like products."""
    return frozenset(m[1] for m in _NAMED.finditer(text) if _KIND_OF_PRODUCT.search(m[1]))


def pairs_of(text: str) -> frozenset[str]:
    """Return the pairs of characters of a complaint's words, an agent's turns left out: the `grams` of its facts."""
    return _grams(_AGENT.sub("", text))


def _grams(text: str) -> frozenset[str]:
    plain = "".join("0" if c.isdigit() else c for c in normalise(text).text if c.isalnum())
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))
