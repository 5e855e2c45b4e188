"""Weigh what two complaints share and where they contradict each other: the evidence of `duplicates`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log

from xiaobao.checks.frequency import frequency
from xiaobao.insight.facts import Facts

NEAR_DAYS = 1
_RARE = 6.5
_ENOUGH = 40.0
_MONTH, _QUARTER = log(1 + 30) / log(91), 1.0


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing for or against the same event: its name, how strongly it holds (0..1, or more) and a Chinese phrase."""

    name: str
    value: float
    phrase: str = ""


def signs(a: Facts, b: Facts) -> list[Sign]:
    """Return the evidence of two complaints; signs that do not hold have the value 0."""
    out = [*_who(a, b), *_what(a, b), *_how(a, b)]
    by = {s.name: s.value for s in out}
    who = max(by["same_number"], by["same_account"], by["same_person"], by["same_tail"])
    facts = min(1.0, by["same_amount"] / 2 + by["same_date"] / 2)
    shared = facts + by["same_tail"] + by["same_account"] > 0
    late = max(0.0, min(2.0, (by["gap"] - _MONTH) / (_QUARTER - _MONTH)))
    told = max(by["themes"], min(1.0, 2 * by["words"]))
    out.append(Sign("who_and_matter", who * told))
    out.append(Sign("who_other_matter", who * max(0.0, 1 - 2 * told) * (1 - facts)))
    out.append(Sign("late_without_facts", 0.0 if shared else late))
    firm = who + facts + by["same_surname"] + by["same_product"]
    out.append(Sign("nothing_firm", float(firm == 0)))
    out.append(Sign("facts_and_matter", facts * told))
    return out


def _both(
    name: str, mine: frozenset[str], theirs: frozenset[str], same: str, other: str,
    equal: Callable[[str, str], bool] | None = None,
) -> list[Sign]:  # fmt: skip
    """Return same_<name> and other_<name>: both tell it and agree, or both tell it and none agrees."""
    match = equal or str.__eq__
    shared = frozenset(x for x in mine if any(match(x, y) for y in theirs))
    known = bool(mine and theirs)
    shown = "、".join(sorted(_hidden(s) for s in shared)[:2])
    return [
        Sign(f"same_{name}", float(bool(shared)), f"{same}（{shown}）" if shared else ""),
        Sign(f"other_{name}", float(known and not shared), other if known and not shared else ""),
    ]


def _hidden(text: str) -> str:
    """Return a number with all but its last four digits hidden."""
    return "*" * (len(text) - 4) + text[-4:] if len(text) > 6 and text[:-1].isdigit() else text


def _inside(x: str, y: str) -> bool:
    return x.endswith(y) or y.endswith(x) or x.startswith(y) or y.startswith(x)


def _who(a: Facts, b: Facts) -> list[Sign]:
    out = [
        *_both("number", a.numbers, b.numbers, "联系电话相同", "联系电话不同"),
        *_both("account", a.accounts, b.accounts, "证件或卡号相同", "证件或卡号不同"),
        *_both("tail", a.tails, b.tails, "卡尾号相同", "卡尾号不同"),
        *_both("person", a.people, b.people, "姓名相同", "姓名不同"),
    ]
    surnames = a.surnames & b.surnames
    # Relatives share a telephone or a card, not a name.
    shared = any(s.value for s in out if s.name in ("same_number", "same_account", "same_tail"))
    if shared:
        out = [Sign(s.name, 0.0) if s.name == "other_person" else s for s in out]
    known = bool(a.surnames and b.surnames) and not shared
    out.append(Sign("same_surname", float(bool(surnames)), "姓氏相同" if surnames else ""))
    out.append(Sign("other_surname", float(known and not surnames), "姓氏不同" if known and not surnames else ""))
    return out


def rarity(amount: Decimal) -> float:
    """Return how telling a sum is: 23.7万 and 1,234.56 are, 1,000 is not; 0.3 to 1."""
    digits = f"{amount.normalize():f}".replace(".", "").strip("0")
    return {1: 0.3, 2: 0.7}.get(len(digits), 1.0)


def _what(a: Facts, b: Facts) -> list[Sign]:
    amounts = a.amounts & b.amounts
    near = {x for x in a.amounts - amounts for y in b.amounts if x >= 1000 and abs(x - y) <= Decimal("0.01") * x}
    weight = sum(rarity(x) for x in amounts) + 0.5 * sum(rarity(x) for x in near)
    told = bool(a.amounts and b.amounts)
    shown = "、".join(f"{x.normalize():f}元" for x in sorted(amounts | near)[:3])
    dates = _shared_dates(a.dates, b.dates)
    other = bool(a.dates and b.dates) and not dates
    return [
        *_both("bank", a.banks, b.banks, "机构相同", "机构不同", _inside),
        *_both("branch", a.branches, b.branches, "网点相同", "网点不同", _inside),
        *_both("product", a.products, b.products, "产品相同", "产品不同", _inside),
        Sign("same_amount", min(2.0, weight), f"金额相同（{shown}）" if weight else ""),
        Sign("other_amount", float(told and not weight), "金额不同" if told and not weight else ""),
        Sign("same_date", float(min(2, len(dates))), f"日期相同（{'、'.join(map(str, dates[:2]))}）" if dates else ""),
        Sign("other_date", float(other), "日期不同" if other else ""),
    ]


def _shared_dates(mine: Iterable[date], theirs: Iterable[date]) -> list[date]:
    """Return days that both name; a day apart counts, as people count 昨天 and 前天 differently."""
    others = set(theirs)
    exact = sorted(d for d in mine if d in others)
    return exact or sorted(d for d in mine if any(abs((d - o).days) <= NEAR_DAYS for o in others))[:1]


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the share of elements that two sets have in common; 0 where both are empty."""
    return len(a & b) / len(a | b) if a or b else 0.0


def telling(a: frozenset[str], b: frozenset[str]) -> tuple[float, float]:
    """Return how much of the smaller set of words the other holds, rare ones weighing more, and how many are rare."""
    shared = a & b
    mine, theirs = sum(map(weight_of, a)), sum(map(weight_of, b))
    rare = sum(weight_of(word) >= _RARE for word in shared)
    told = sum(map(weight_of, shared))
    # Two short texts are alike by chance: what they share must be something in itself.
    return (told / min(mine, theirs) * min(1.0, told / _ENOUGH) if mine and theirs else 0.0), float(min(6, rare))


def weight_of(word: str) -> float:
    """Return how rare a word of the language is: the negative logarithm of its frequency."""
    return -log(max(frequency(word), 1e-4))


def _how(a: Facts, b: Facts) -> list[Sign]:
    themes, grams = jaccard(a.themes, b.themes), jaccard(a.grams, b.grams)
    words, rare = telling(a.words, b.words)
    apart = bool(a.themes and b.themes) and not a.themes & b.themes
    shared = "、".join(sorted(a.themes & b.themes)[:3])
    gap = abs((a.received - b.received).days) if a.received and b.received else 30
    return [
        Sign("themes", themes, f"事由相同（{shared}）" if shared else ""),
        Sign("other_theme", float(apart), "事由不同" if apart else ""),
        Sign("words", words, "用词相近" if words >= 0.4 else ""),
        Sign("rare_words", rare / 3, "细节用词相同" if rare >= 3 else ""),
        Sign("wording", grams, "行文几乎相同" if grams >= 0.6 else ""),
        Sign("gap", min(1.5, log(1 + gap) / log(91)), f"相隔 {gap} 天" if gap > 60 else ""),
    ]
