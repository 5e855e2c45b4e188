"""What a complaint says that tells one event from another: who, when, how much, which card, where, what about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from xiaobao.errors import InputError
from xiaobao.insight.terms import is_content, tokens
from xiaobao.insight.values import moment
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
    r"|年金|办了|理财|医疗|社会|养老|[的了个家去在到找和]$"
)
_BARE = re.compile(
    r"(?<![\d.:：\-/年月第零一二三四五六七八九十])"
    r"(?:[\d.]{1,8}|[零一二两三四五六七八九十百]{1,6}) ?[千万wWkK](?:[\d零一二两三四五六七八九]{1,4}百?)?"
)
_NAMED = re.compile(r"[“\"「『《]([^“”\"「」『』《》]{2,12})[”\"」』》]")
_KIND_OF_PRODUCT = re.compile(r"[一-龥A-Za-z0-9]{2,6}?(?:贷|宝|花|盈|卡|保|险|金|理财|存单|年金|分期)")
_RELATIVE = {"大前天": 3, "前天": 2, "昨天": 1, "昨晚": 1, "昨日": 1, "今天": 0, "今早": 0, "今日": 0}
_WEEK = re.compile(r"(上上|上|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_LAST_MONTH = re.compile(r"(上上?)个?月([\d一二三四五六七八九十廿]{1,3})[号日]")
_DAY_ALONE = re.compile(
    r"(?<![月\d一二三四五六七八九十第])([\d]{1,2}|[一二三四五六七八九十廿]{1,3})[号日](?!线|楼|院|窗|柜|门)"
)
_OFFICE_AFTER = re.compile(r"^ ?(?:经理|行长|主任|柜员|客服|主管|专员|警官|律师|队长)")
_OFFICE_BEFORE = re.compile(r"(?:经理|行长|主任|柜员|客服|主管|专员|警官|律师|工号\d*|催收员?|叫)$")
_PAUSE = re.compile(r"^(?:[，。,. \n]|$)")
_PLACE_AFTER = re.compile(r"^(?:支行|分行|路|街|网点|营业|区|镇|村|里)")
_AGENT = re.compile(r"坐席[:：][^\n]*")
_SPEAKER = re.compile(r"(?:客户|坐席|客服|消费者)[:：]$")
_CALLED = re.compile(
    r"(?:我是|我叫|本人|本人是|消费者|客户|投诉人|姓名[:：]?|我姓.，叫)"
    r"([一-龥]{2,3})(?=[，。（(, \n]|的?(?:女儿|儿子|爱人|妻子|丈夫|母亲|父亲))"
)
_DOTTED = re.compile(r"(?<![\d.])(1[0-2]|0?[1-9])\.(3[01]|[12]\d|0?[1-9])(?![\d.%％]| ?[万千元块折倍个亿])")
_TITLES = re.compile(r"(?:先生|女士|老师|师傅|小姐|大爷|大妈|阿姨|老太太?|老伯)$")


@dataclass(frozen=True)
class Facts:
    """The facts of one complaint; sets are empty where it says nothing.

    numbers: phones and e-mail addresses; accounts: whole card and identity numbers; tails: last four digits;
    people: full names of customers; surnames: of all called by it; amounts in yuan; dates of events, resolved against
    the day of receipt; themes: keys of themes.yaml; words: content words; grams: pairs of characters.
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


@cache
def _themes() -> dict[str, re.Pattern[str]]:
    read = yaml.safe_load(Path(__file__).with_name("themes.yaml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(map(re.escape, words))) for name, words in read.items()}


def narrative(obj: Mapping[str, Any]) -> str:
    """Return the text of a complaint {"text"} or {"turns"}; raise InputError where it has neither."""
    text = obj.get("text")
    if isinstance(text, str):
        return text
    turns = obj.get("turns")
    if isinstance(turns, list):
        return "\n".join(f"{t.get('role', '')}:{t.get('text', '')}" for t in turns if isinstance(t, dict))
    raise InputError("缺少字段“text”", code="input.missing")


def facts_of(obj: Mapping[str, Any]) -> Facts:
    """Return the facts of a complaint {"id","received_at","text"}; raise InputError where there is no text."""
    text = narrative(obj)
    received = None
    if obj.get("received_at") or obj.get("ts"):
        received = moment(obj.get("received_at") or obj.get("ts"), "received_at").date()
    entities = recognise(text, _KINDS)
    numbers = {_digits(e.text) for e in entities if e.kind in ("mobile", "landline")}
    numbers |= {e.text.lower() for e in entities if e.kind == "email"}
    accounts = {_digits(e.text) for e in entities if e.kind in ("id_card", "bank_card")}
    tails = {_digits(m[1]) for m in _TAIL.finditer(text)}
    tails |= {_digits(e.text)[-4:] for e in entities if e.kind == "bank_card"}
    people, surnames = _people(text, entities)
    own = _AGENT.sub("", text)
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
    )


def _plain(name: str) -> str:
    return normalise(name).text


def _digits(text: str) -> str:
    return "".join(_DIGIT.get(c, c) for c in text if c.isdigit() or c in _DIGIT or c in "xX").upper()


def _people(text: str, entities: list[Entity]) -> tuple[frozenset[str], frozenset[str]]:
    """Return full names of customers and the surnames of all who are named as such; staff are left out."""
    people, surnames = set(), set()
    for entity in entities:
        if entity.kind != "person":
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
        if len(name) >= 2:
            people.add(name)
        if name:
            surnames.add(name[0])
    people |= {_plain(m[1]) for m in _CALLED.finditer(text) if m[1][0] in RARE}
    return frozenset(people), frozenset(surnames | {name[0] for name in people})


def _amounts(text: str, entities: list[Entity]) -> frozenset[Decimal]:
    """Return the sums of money a text names, in yuan; numbers that belong to cards, phones and dates are left out."""
    blank = list(text)
    for entity in entities:
        if entity.kind in ("mobile", "landline", "id_card", "bank_card"):
            blank[entity.start : entity.end] = "#" * (entity.end - entity.start)
    plain = "".join(blank)
    out = {v.value for v in values(plain) if v.kind == "money" and v.unit == "CNY" and isinstance(v.value, Decimal)}
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


def _grams(text: str) -> frozenset[str]:
    plain = "".join("0" if c.isdigit() else c for c in normalise(text).text if c.isalnum())
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))
