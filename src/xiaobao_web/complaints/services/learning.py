"""What people confirmed and corrected comes back: how sure a value is shown to be, and the names that this bank knows.

Everything is derived from the checks of the machine's values and held for minutes in the cache; no name is kept
twice, so that what is erased on a contact is known no more. Names of customers, numbers and confidential contacts are
not learnt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from unicodedata import normalize

from django.core.cache import cache
from django.db.models import F, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone
from django.utils.translation import gettext as _

from xiaobao.insight import wilson
from xiaobao.intake import BUSINESS_TYPES
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.product_kinds import ALL_GENERIC, GENERIC
from xiaobao_web.complaints.models import CheckCount, FieldCheck

FATE = FieldCheck.Fate
SURE, LIKELY = 0.85, 0.6
"""From which confidence a value reads 确定, and from which 较确定, until enough was checked; where they change, the
counts of `check_counts` are made anew with the next `migrate`."""
DAYS, NAMED_DAYS = 90, 365
ENOUGH = 20
"""Checks of a field at a level from which they say how sure it is."""
MOST_CHECKS, MOST_NAMED = 200_000, 5_000
"""The latest checks that are looked at for names."""
LONGEST = 40
"""Characters of a name."""
KEPT_SECONDS = 600
Z = 1.2816
"""One-sided 90 %: at least so many are right."""
NAMES = {"product_name": "product_name", "institution": "institution_branch", "staff": "staff_mentioned"}
"""The fields whose names are learnt, and where the engine's ticket has them."""
AWAY = 3
"""How often a name must have been taken away before it is not filled in any more."""
_NUMBER = re.compile(r"[0-9]{6,}|@")
_PLACE = re.compile(r"行|公司|中心|部|网点|营业厅|营业室|柜台")
_POINTS = re.compile(r"^(?:你|您|我|他|她|它|咱|贵|该|某|这|那|哪|有|各|本|当地|附近)")
_OFFICE = re.compile(r"^(?:银行|.?行|支行|分行|总行|网点|营业厅|营业部|客服(?:中心)?|信用卡中心|[^的]{2}银行)$")
TITLES = (
    "客户经理|理财经理|大堂经理|产品经理|经理|副?行长|主任|柜员|主管|客服|专员|坐席|工作人员|员工|职员|业务员|销售|"
    "顾问|催收员|保安|组长|店长|老师|先生|女士|小姐"
)
_TITLE = re.compile(TITLES)
_BESIDE = re.compile(rf"(?:{TITLES})(?:叫|是|姓名|名字叫|：|:)?$")
_AFTER = re.compile(rf"^(?:{TITLES})")
_DENIED = re.compile(r"(?:不是|并非|不叫|没有?买过?|没在|不在)(?:你们|您们|你|您)?(?:的|叫)?$")


@dataclass(frozen=True)
class Measured:
    """How many values of a field that were read at a level stood in the end."""

    right: int
    checked: int

    @property
    def enough(self) -> bool:
        """Tell whether they are enough to go by."""
        return self.checked >= ENOUGH

    @property
    def lower(self) -> float:
        """Return the share that is right at least."""
        return wilson(self.right, self.checked, Z)[0]

    @property
    def told(self) -> str:
        """Return it as a sentence, empty while it is not gone by."""
        if not self.enough:
            return ""
        facts = {"days": DAYS, "checked": self.checked, "right": self.right}
        return _("近 %(days)d 天同类取值 %(checked)d 条中 %(right)d 条正确") % facts


@dataclass
class Known:
    """A name as people left it: how often it stood, how often it was taken away."""

    kept: int = 0
    away: int = 0

    @property
    def dropped(self) -> bool:
        """Tell whether it is not filled in any more."""
        return self.away >= AWAY and self.away > self.kept

    @property
    def confidence(self) -> float:
        """Return how sure it is, by how often it stood; a name that stood once is doubtful still."""
        return round(min(0.9, max(0.5, wilson(self.kept, self.kept + self.away, Z)[0])), 3)


# How sure


def level_of(confidence: float) -> str:
    """Return the level of a confidence by the thresholds."""
    return "sure" if confidence >= SURE else "likely" if confidence >= LIKELY else "doubtful"


def measured(name: str, confidence: float | None) -> Measured | None:
    """Return what became of the values of a field that were as sure as this one; None where none was checked."""
    if confidence is None:
        return None
    return levels().get((name, level_of(confidence)))


def shown_level(confidence: float, found: Measured | None) -> str:
    """Return the level a value is shown at: by what was checked where that is enough, by the thresholds otherwise."""
    return level_of(found.lower if found is not None and found.enough else confidence)


def label_of_level(level: str) -> str:
    """Return a level in words."""
    return str({"sure": _("确定"), "likely": _("较确定"), "doubtful": _("疑似")}[level])


def levels() -> dict[tuple[str, str], Measured]:
    """Return what became of the values of each field at each level over ninety days; minutes old at most."""
    found: dict[tuple[str, str], Measured] | None = cache.get("complaints.learning.levels")
    if found is None:
        found = _levels(timezone.localdate() - timedelta(days=DAYS - 1))
        cache.set("complaints.learning.levels", found, KEPT_SECONDS)
    return found


def _levels(first: date) -> dict[tuple[str, str], Measured]:
    names = [(level, f"{level}_right") for level in ("sure", "likely", "doubtful")]
    sums = [Sum(name) for pair in names for name in pair]
    found = CheckCount.objects.filter(day__gte=first).order_by().values("field").annotate(*sums)
    rows: list[dict[str, Any]] = [dict(row) for row in found]
    return {
        (row["field"], level): Measured(row[f"{right}__sum"], row[f"{level}__sum"])
        for row in rows for level, right in names if row[f"{level}__sum"]
    }  # fmt: skip


def _latest(most: int) -> Any:
    last = FieldCheck.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return FieldCheck.objects.filter(pk__gt=last - most).order_by()


# Known names


def names() -> dict[tuple[str, str], Known]:
    """Return the names that people left or took away, by field and name; minutes old at most."""
    found: dict[tuple[str, str], Known] | None = cache.get("complaints.learning.names")
    if found is None:
        found = _names(timezone.now() - timedelta(days=NAMED_DAYS))
        cache.set("complaints.learning.names", found, KEPT_SECONDS)
    return found


def _names(since: datetime) -> dict[tuple[str, str], Known]:
    told: dict[str, Any] = {f"given_{name}": KeyTextTransform(name, "contact__details") for name in NAMES}
    told |= {f"corrected_{name}": F(f"contact__case__{name}") for name in NAMES}
    read = {
        f"read_{name}": KeyTextTransform(key, KeyTextTransform("machine", "contact__ticket"))
        for name, key in NAMES.items()
    }
    rows = (
        _latest(MOST_CHECKS).filter(field__in=NAMES, at__gte=since, contact__confidential=False)
        .exclude(fate=FATE.EMPTY.value).exclude(contact__case__confidential=True)
        .annotate(customer=KeyTextTransform("customer_name", "contact__details"), **told, **read)
        .order_by("-pk").values("field", "fate", "customer", "contact__case__customer_name", "corrected_at",
                                *told, *read)[:MOST_NAMED]
    )  # fmt: skip
    out: dict[tuple[str, str], Known] = {}
    for row in rows:
        name, customer = row["field"], plainly(_words(row["customer"]) or row["contact__case__customer_name"])
        said = "corrected" if row["corrected_at"] else "given"
        given, machine = (_pieces(name, row[f"{way}_{name}"], customer) for way in (said, "read"))
        for one in given:
            out.setdefault((name, one), Known()).kept += 1
        for one in machine:
            if one not in given:
                out.setdefault((name, one), Known()).away += 1
    return out


def _pieces(name: str, told: str | None, customer: str) -> list[str]:
    found = re.split(r"[、，,；;/]", _words(told)) if name == "staff" else [_words(told)]
    pieces = list(dict.fromkeys("".join(normalize("NFKC", piece).split()) for piece in found))
    return [piece for piece in pieces if 0 < len(piece) <= LONGEST and not _personal(plainly(piece), customer)]


def _words(told: str | None) -> str:
    """Return a value of JSON as words; SQLite tells its null as one."""
    return "" if told is None or told == "null" else told


def _personal(plain: str, customer: str) -> bool:
    """Tell whether words are or hold a number, an address of mail, or what the customer is called."""
    return bool(_NUMBER.search(plain)) or bool(customer and (customer in plain or plain in customer))


def may_be_filled(name: str, words: str, customer: str = "") -> bool:
    """Tell whether words can be a name of this bank: no kind of thing, no pronoun, no customer, no number."""
    plain = plainly(words)
    if _personal(plain, customer) or _POINTS.match(plain):
        return False
    if name == "product_name":
        generic = plain in BUSINESS_TYPES or GENERIC.fullmatch(plain) or ALL_GENERIC.fullmatch(plain)
        return 3 <= len(plain) <= LONGEST and not generic
    if name == "institution":
        return 4 <= len(plain) <= LONGEST and bool(_PLACE.search(plain)) and not _OFFICE.match(plain)
    return 2 <= len(plain) <= 12 and bool(_TITLE.sub("", plain))


def plainly(words: str | None) -> str:
    """Return words without blanks, in plain signs and lower case."""
    return "".join(normalize("NFKC", words or "").split()).lower()


def applied(
    read: dict[str, Any], *, channel: str, received_at: datetime, text: str, turns: list[dict[str, Any]] | None
) -> dict[str, Any]:
    """Return the engine's ticket after what was learnt; where it says more, `learned` has the reason by field.

    A name that was taken away several times is offered, not filled in; where nothing is read, or nothing sure, a known
    name that stands in the customer's words is, with its place. Several known names are offered.
    """
    known = names()
    if not known or not read["ticket"]:
        return read
    story = narrative(channel, received_at, None if turns else text, turns or None)
    ticket, evidence, sure = dict(read["ticket"]), dict(read["evidence"]), dict(read["confidence"])
    learned: dict[str, dict[str, Any]] = {}
    customer = plainly(ticket.get("customer_name")) if sure.get("customer_name", 1.0) >= LIKELY else ""
    for name, key in NAMES.items():
        value, others = str(ticket.get(key) or ""), []
        was = known.get((name, "".join(normalize("NFKC", value).split())))
        if value and was is not None and was.dropped:
            learned[name] = {"why": _("“%(name)s”以往 %(n)d 次被改正，不再自动填入") % {"name": value, "n": was.away}}
            others, value, ticket[key] = [value], "", None
            evidence.pop(key, None)
            sure.pop(key, None)
        if value and sure.get(key, 0.0) >= LIKELY:
            continue
        found = _found(name, known, story, customer)
        if len(found) == 1:
            words, places = next(iter(found.items()))
            item = known[name, words]
            if value and plainly(value) != plainly(words):
                others = [value]
            ticket[key], evidence[key] = words, [story.span(*place).as_dict() for place in places]
            sure[key] = max(item.confidence, sure.get(key, 0.0) if value and not others else 0.0)
            learned[name] = {"why": _("与以往更正一致（%d 次）") % item.kept}
        elif found:
            others += [words for words in found if words != value]
            learned[name] = {"why": _("原话里有以往更正过的多个名称，请选择")}
        if others:
            learned[name]["others"] = others[:3]
    if not learned:
        return read
    return {**read, "ticket": ticket, "evidence": evidence, "confidence": sure, "learned": learned}


def _found(
    name: str, known: Mapping[tuple[str, str], Known], story: Narrative, customer: str
) -> dict[str, list[tuple[int, int]]]:
    """Return the known names that stand in the customer's words with their places; the longest goes first."""
    words = sorted((one for of, one in known if of == name), key=lambda one: (-len(one), one))
    taken: list[tuple[int, int]] = []
    out: dict[str, list[tuple[int, int]]] = {}
    for one in words:
        item, plain = known[name, one], plainly(one)
        if item.dropped or not item.kept or plain not in story.own or not may_be_filled(name, one, customer):
            continue
        for start in _places(plain, story.own):
            end = start + len(plain)
            if any(first < end and start < last for first, last in taken):
                continue
            taken.append((start, end))
            if not _DENIED.search(story.before(start)) and _stands(name, plain, story, start, end):
                out.setdefault(one, []).append((start, end))
    return out


def _places(words: str, text: str) -> Iterator[int]:
    """Return where words begin."""
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + len(words))


def _stands(name: str, plain: str, story: Narrative, start: int, end: int) -> bool:
    """Tell whether a name stands by itself: a name of two characters needs a title beside it."""
    if name != "staff" or len(plain) > 2 or _TITLE.search(plain):
        return True
    return bool(_BESIDE.search(story.before(start)) or _AFTER.match(story.after(end)))
