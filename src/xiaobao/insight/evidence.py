"""Weigh what two complaints share and where they contradict each other: the evidence of `duplicates`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from math import log
from pathlib import Path

from xiaobao.checks.frequency import frequency
from xiaobao.insight.facts import Facts
from xiaobao.insight.matter import UNKNOWN, Matter

NEAR_DAYS = 1
_RARE = 6.5
_FEW = 5.5
"""How few complaints hold a word that is telling: about one in 250."""
_ENOUGH = 24.0
_MONTH, _QUARTER = log(1 + 30) / log(91), 1.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing for or against the same event: its name, how strongly it holds (0..1, or more) and a Chinese phrase."""

    name: str
    value: float
    phrase: str = ""


def signs(a: Facts, b: Facts) -> list[Sign]:
    """Return the evidence of two complaints that is read quickly; signs that do not hold have the value 0."""
    out = [*_who(a, b), *_what(a, b), *_how(a, b), *_said(a, b)]
    by = {s.name: s.value for s in out}
    who, facts = known(by), shared_facts(by)
    shared = facts + by["same_tail"] + by["same_account"] > 0
    late = max(0.0, min(2.0, (by["gap"] - _MONTH) / (_QUARTER - _MONTH)))
    told = max(by["themes"], min(1.0, 2 * by["words"]))
    out.append(Sign("who", who))
    out.append(Sign("who_and_matter", who * told))
    out.append(Sign("who_other_matter", who * max(0.0, 1 - 2 * told) * (1 - facts)))
    out.append(Sign("who_anew", who * by["anew"]))
    out.append(Sign("late_without_facts", 0.0 if shared else late))
    firm = who + facts + by["same_product"]
    out.append(Sign("nothing_firm", float(firm == 0)))
    # Of one event two long tellings would have more in common.
    length = min(len(a.details), len(b.details))
    out.append(Sign("long_strangers", (1 - who) * min(2.0, max(0, length - 10) / 20)))
    out.append(Sign("facts_and_matter", facts * told))
    out.append(Sign("amount_and_who", who * by["same_amount"]))
    out.append(Sign("date_and_who", who * by["same_date"]))
    return out


LIKENESSES = ("cause", "business", "meaning")
_ALIKE, _APART = 0.75, 0.4
"""Likeness of causes from which they are told as alike, and below which as different."""


def matter_signs(likeness: Mapping[str, float], by: Mapping[str, float]) -> dict[str, float]:
    """Return the signs of how alike two matters are, by itself and where the customer is the same.

    by holds the values of `signs`; what likeness does not know is left out.
    """
    who, out = known(by), dict[str, float]()
    for name in LIKENESSES:
        if name in likeness:
            out[name] = likeness[name] * (1 - who)
            out[f"who_{name}"] = likeness[name] * who
    return out


def likeness_of(a: Matter | None, b: Matter | None, *, meaning: bool = True) -> dict[str, float]:
    """Return how alike two matters are, UNKNOWN where one says nothing; meaning: where an encoder is installed."""
    if a is None or b is None:
        return {name: UNKNOWN for name in LIKENESSES if meaning or name != "meaning"}
    return a.likeness(b)


def matter_phrases(a: Matter | None, b: Matter | None, likeness: Mapping[str, float]) -> tuple[str, str]:
    """Return in Chinese how two matters are alike, and how they differ; "" where neither can be told."""
    if a is None or b is None:
        return "", ""
    (mine, sure), (theirs, as_sure) = a.likely, b.likely
    firm = min(sure, as_sure) >= _ALIKE / 2
    if mine == theirs and likeness["cause"] >= _ALIKE:
        return f"问题原因都像“{mine}”", ""
    if mine != theirs and likeness["cause"] < _APART and firm:
        return "", f"问题原因不同（“{mine}”／“{theirs}”）"
    return "", ""


def known(by: Mapping[str, float]) -> float:
    """Return how surely two complaints are of one customer: by number, card or name 1, by the family name alone 0.5."""
    sure = max(by["same_number"], by["same_account"], by["same_person"], by["same_tail"])
    return max(sure, 0.5 * by["same_surname"])


def shared_facts(by: Mapping[str, float]) -> float:
    """Return how much of sums and days two complaints share, 0 to 1."""
    return min(1.0, by["same_amount"] / 2 + by["same_date"] / 2)


def _both(
    name: str, mine: frozenset[str], theirs: frozenset[str], same: str, other: str,
    equal: Callable[[str, str], bool] | None = None, *, told: bool = True,
) -> list[Sign]:  # fmt: skip
    """Return same_<name> and other_<name>: both tell it and agree, or both tell it and none agrees.

    told: whether the reason names what differs.
    """
    match = equal or str.__eq__
    shared = frozenset(x for x in mine if any(match(x, y) for y in theirs))
    differ = bool(mine and theirs) and not shared
    hide = _initial if name in ("person", "staff") else _hidden
    shown = "、".join(sorted(hide(s) for s in shared)[:2])
    apart = f"{other}（{_sides(sorted(mine), sorted(theirs), hide)}）" if told else other
    return [
        Sign(f"same_{name}", float(bool(shared)), f"{same}（{shown}）" if shared else ""),
        Sign(f"other_{name}", float(differ), apart if differ else ""),
    ]


def _sides(mine: Sequence[str], theirs: Sequence[str], hide: Callable[[str], str]) -> str:
    """Return what either complaint says, at most two things each."""
    return "／".join("、".join(hide(x) for x in side[:2]) for side in (mine, theirs))


def _hidden(text: str) -> str:
    """Return a number with all but its last four digits hidden."""
    return "*" * (len(text) - 4) + text[-4:] if len(text) > 6 and text[:-1].isdigit() else text


def _initial(name: str) -> str:
    """Return a name with all but its first character hidden, as pages show whom a complaint is about."""
    return name[:1] + "*" * (len(name) - 1)


def _inside(x: str, y: str) -> bool:
    return x.endswith(y) or y.endswith(x) or x.startswith(y) or y.startswith(x)


def _who(a: Facts, b: Facts) -> list[Sign]:
    out = [
        *_both("number", a.numbers, b.numbers, "联系电话相同", "联系电话不同", told=False),
        *_both("account", a.accounts, b.accounts, "证件或卡号相同", "证件或卡号不同", told=False),
        *_both("tail", a.tails, b.tails, "卡尾号相同", "卡尾号不同"),
        *_both("person", a.people, b.people, "姓名相同", "姓名不同", told=False),
        *_both("staff", a.staff, b.staff, "提到的员工相同", "提到的员工不同"),
    ]
    surnames = a.surnames & b.surnames
    # Relatives share a telephone or a card, not a name; names beside the customer's own contradict nothing.
    shared = any(s.value for s in out if s.name in ("same_number", "same_account", "same_tail", "same_person"))
    sure = len(a.customer) > 1 and len(b.customer) > 1 and not shared
    out = [s if s.name != "other_person" or sure else Sign(s.name, 0.0) for s in out]
    known = bool(a.customer and b.customer) and not shared and not surnames
    alone = surnames and not a.people & b.people
    out.append(Sign("same_surname", float(bool(surnames)), "姓氏相同" if alone else ""))
    out.append(Sign("other_surname", float(known), "姓氏不同" if known else ""))
    return out


def rarity(amount: Decimal) -> float:
    """Return how telling a sum is: 23.7万 and 1,234.56 are, 1,000 is not; 0.3 to 1."""
    digits = f"{amount.normalize():f}".replace(".", "").strip("0")
    return {1: 0.3, 2: 0.7}.get(len(digits), 1.0)


def _what(a: Facts, b: Facts) -> list[Sign]:
    amounts = a.amounts & b.amounts
    near = {x for x in a.amounts - amounts for y in b.amounts if x >= 1000 and abs(x - y) <= Decimal("0.01") * x}
    weight = sum(rarity(x) for x in amounts) + 0.5 * sum(rarity(x) for x in near)
    # Of many sums and days some are alike by chance.
    weight /= max(1, min(len(a.amounts), len(b.amounts))) ** 0.5
    told = bool(a.amounts and b.amounts)
    shown = "、".join(f"{x.normalize():f}元" for x in sorted(amounts | near)[:3])
    dates, exact = _shared_dates(a.dates, b.dates)
    held = min(2.0, len(dates) / max(1, min(len(a.dates), len(b.dates))) ** 0.5) * (1.0 if exact else 0.6)
    other = bool(a.dates and b.dates) and not dates
    sums = ([f"{x.normalize():f}元" for x in sorted(f.amounts, reverse=True)] for f in (a, b))
    days = ([str(x) for x in sorted(f.dates)] for f in (a, b))
    return [
        *_both("bank", a.banks, b.banks, "机构相同", "机构不同", _inside),
        *_both("branch", a.branches, b.branches, "网点相同", "网点不同", _inside),
        *_both("product", a.products, b.products, "产品相同", "产品不同", _inside),
        Sign("same_amount", min(2.0, weight), f"金额相同（{shown}）" if weight else ""),
        Sign("other_amount", float(told and not weight), _apart("金额不同", *sums) if told and not weight else ""),
        Sign("same_date", held, f"日期相同（{'、'.join(map(str, dates[:2]))}）" if dates else ""),
        Sign("other_date", float(other), _apart("日期不同", *days) if other else ""),
    ]


def _apart(what: str, mine: Sequence[str], theirs: Sequence[str]) -> str:
    return f"{what}（{_sides(mine, theirs, _hidden)}）"


def _shared_dates(mine: Iterable[date], theirs: Iterable[date]) -> tuple[list[date], bool]:
    """Return days that both name, and whether exactly; a day apart counts less, as people count 昨天 differently."""
    others = set(theirs)
    if exact := sorted(d for d in mine if d in others):
        return exact, True
    return sorted(d for d in mine if any(abs((d - o).days) <= NEAR_DAYS for o in others))[:1], False


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of elements that two sets have in common; 0 where both are empty."""
    return len(a & b) / len(a | b) if a or b else 0.0


def telling(a: frozenset[str], b: frozenset[str]) -> tuple[float, float, float]:
    """Return how much of the smaller set of words the other holds, how many rare and how many telling words they share.

    Words weigh by how few complaints hold them, so that 公证 or 柜员 weigh little; rare are those of the language. Of
    these the first does not count: one is shared by chance.
    """
    shared = a & b
    (mine, _), (theirs, _) = _weighed(a), _weighed(b)
    few = sum(told_by_few(word) >= _FEW for word in shared)
    rare = sum(weight_of(word) >= _RARE for word in shared)
    told = sum(map(told_by_few, shared))
    # Two short texts are alike by chance: what they share must be something in itself.
    held = told / min(mine, theirs) * min(1.0, told / _ENOUGH) if mine and theirs else 0.0
    return held, min(3.0, max(0.0, rare - 1)), min(3.0, max(0.0, few - 1))


@lru_cache(maxsize=4096)
def _weighed(words: frozenset[str]) -> tuple[float, int]:
    """Return how much words weigh together and how many of them few complaints hold."""
    weights = [told_by_few(word) for word in words]
    return sum(weights), sum(weight >= _FEW for weight in weights)


def told_by_few(word: str) -> float:
    """Return how few complaints hold a word: the negative logarithm of its share of our narratives."""
    held, texts = _held()
    return log((texts + 1) / (held.get(word, 0) + 1))


@cache
def _held() -> tuple[dict[str, int], int]:
    """Return how many of our narratives hold each word that several hold, and how many narratives there are."""
    lines = Path(__file__).with_name("complaint_words.txt").read_text(encoding="utf-8").split()
    return {word: int(count) for word, count in zip(lines[1::2], lines[2::2], strict=True)}, int(lines[0])


def weight_of(word: str) -> float:
    """Return how rare a word of the language is: the negative logarithm of its frequency."""
    return -log(max(frequency(word), 1e-4))


def _said(a: Facts, b: Facts) -> list[Sign]:
    """Return what the later of two complaints says of itself: that it was told before, that it is another matter."""
    if a.received and b.received and a.received != b.received:
        later: tuple[Facts, ...] = (a,) if a.received > b.received else (b,)
    else:
        later = (a, b)
    again, anew = any(f.again for f in later), any(f.anew for f in later)
    return [
        Sign("again", float(again), "后一件自称再次反映" if again else ""),
        Sign("anew", float(anew), "后一件自称是另一件事" if anew else ""),
    ]


def _share(few: float, a: frozenset[str], b: frozenset[str]) -> float:
    """Return which part of the rare words of the shorter text the other has."""
    least = min(_weighed(a)[1], _weighed(b)[1])
    return few / max(6, least)


def _how(a: Facts, b: Facts) -> list[Sign]:
    themes, grams = jaccard(a.themes, b.themes), jaccard(a.grams, b.grams)
    words, rare, few = telling(a.details, b.details)
    apart = bool(a.themes and b.themes) and not a.themes & b.themes
    shared = "、".join(sorted(a.themes & b.themes)[:3])
    gap = abs((a.received - b.received).days) if a.received and b.received else 30
    return [
        Sign("themes", themes, f"事由相同（{shared}）" if shared else ""),
        Sign("other_theme", float(apart), _apart("事由不同", sorted(a.themes), sorted(b.themes)) if apart else ""),
        Sign("words", words, "用词相近" if words >= 0.4 else ""),
        Sign("rare_words", rare / 3, "细节用词相同" if rare >= 2 else ""),
        Sign("few_words", few / 3),
        Sign("rare_share", _share(few, a.details, b.details)),
        Sign("wording", grams, "行文几乎相同" if grams >= 0.6 else ""),
        Sign("gap", min(1.5, log(1 + gap) / log(91)), f"相隔 {gap} 天" if gap > 60 else ""),
    ]
