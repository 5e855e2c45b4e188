"""Contract terms and flows out of one JSON object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from xiaobao.credit import fields
from xiaobao.credit.methods import method
from xiaobao.credit.terms import (
    DAY_COUNTS,
    FEE_KINDS,
    MOST_PERIODS,
    TIMINGS,
    At,
    Contingent,
    Drawdown,
    Extension,
    Fee,
    Overdue,
    Prepayment,
    RateChange,
    Terms,
)  # fmt: skip
from xiaobao.errors import InputError

Read = Callable[[Any, str], Any]
RATES = {"annual_rate": 1, "monthly_rate": 12, "daily_rate": 365}
BASES = {"fixed": "固定金额", "principal": "借款本金", "balance": "剩余本金"}
_AT: dict[str, Read] = {"on": fields.day, "after": fields.whole}


def _one_of(known: Mapping[Any, str] | tuple[str, ...]) -> Read:
    return lambda value, where: fields.choice(value, where, known)


_FEE: dict[str, Read] = {
    "name": fields.text, "kind": _one_of(FEE_KINDS), "collector": fields.text, "timing": _one_of(TIMINGS),
    "base": _one_of(BASES), "amount": fields.decimal, "percent": fields.decimal, "yearly": fields.flag,
    "compulsory": fields.flag,
}  # fmt: skip
_OVERDUE: dict[str, Read] = {
    "rate_share_percent": fields.decimal, "compound": fields.flag, "grace_days": fields.whole,
    "fee_percent": fields.decimal, "fee_least": fields.decimal, "days_a_year": fields.whole,
}  # fmt: skip
_PREPAYMENT: dict[str, Read] = {
    "amount": fields.decimal, "effect": _one_of({"shorten": "缩短期限", "lower": "减少月供"}), "fee": fields.decimal,
    "fee_percent": fields.decimal,
}  # fmt: skip
_TERMS: dict[str, Read] = {
    "principal": fields.decimal, "periods": fields.whole, "method": lambda v, w: method(fields.text(v, w)).name,
    "start": fields.day, "first_due": fields.day, "due_day": fields.whole, "every": fields.whole,
    "unit": _one_of({"month": "月", "day": "天"}), "day_count": _one_of(DAY_COUNTS), "rounded": fields.flag,
    "first_interest": _one_of({"spread": "摊入各期", "added": "加在首期"}), "grace": fields.whole,
    "grace_interest": _one_of({"paid": "只还利息", "capitalised": "利息计入本金"}), "lender": fields.text,
}  # fmt: skip
_LISTS = ("plan", "fees", "rate_changes", "further_drawdowns", "prepayments", "extensions", "overdue", "contingent")
_MOST_ENTRIES = 100
TERM_KEYS = frozenset({*_TERMS, *RATES, *_LISTS})


def terms(obj: Mapping[str, Any]) -> Terms:
    """Return the contract in an object, under `terms` or at its top; a wrong or missing field raises InputError."""
    if "terms" in obj:
        twice = [key for key in obj if key in TERM_KEYS]
        if twice:
            raise InputError(f"条款已写在 terms 中，外面不应再写：{'、'.join(twice[:5])}", code="input.field")
        obj = fields.mapping(obj["terms"], "terms", sorted(TERM_KEYS))
    for key in ("principal", "periods"):
        if obj.get(key) is None:
            raise fields.missing(obj, key)
    made = {key: read(obj[key], key) for key, read in _TERMS.items() if obj.get(key) is not None}
    made["annual_percent"] = _annual(obj, made)
    made["plan"] = tuple(fields.decimal(v, f"plan[{i}]") for i, v in enumerate(_list(obj, "plan")))
    made["fees"] = tuple(_fee(v, w) for v, w in _each(obj, "fees"))
    made["rate_changes"] = tuple(_rate_change(v, w) for v, w in _each(obj, "rate_changes"))
    made["drawdowns"] = tuple(_drawdown(v, w) for v, w in _each(obj, "further_drawdowns"))
    made["prepayments"] = tuple(prepayment(v, w) for v, w in _each(obj, "prepayments"))
    made["extensions"] = tuple(_extension(v, w) for v, w in _each(obj, "extensions"))
    made["contingent"] = tuple(_contingent(v, w) for v, w in _each(obj, "contingent"))
    if obj.get("overdue") is not None:
        made["overdue"] = Overdue(**_values(obj["overdue"], "overdue", _OVERDUE, ("rate_share_percent",)))
    return Terms(**made)


def flows(obj: Mapping[str, Any], key: str) -> list[tuple[Decimal, Decimal]] | list[tuple[date, Decimal]]:
    """Return the (years, amount) or (date, amount) pairs under a key, amounts in yuan and above zero or zero."""
    if obj.get(key) is None:
        raise fields.missing(obj, key)
    found: list[tuple[Any, Decimal]] = []
    for i, pair in enumerate(fields.listing(obj.get(key), key)):
        where = f"{key}[{i}]"
        if not isinstance(pair, list) or len(pair) != 2:
            raise fields.wrong(where, "[时间, 金额]", pair)
        time = fields.day(pair[0], where) if isinstance(pair[0], str) else fields.decimal(pair[0], where)
        amount = fields.decimal(pair[1], where)
        if amount < 0:
            raise InputError(
                f"“{where}”的金额不应为负；付给借款人写在 drawdowns，借款人付出写在 payments", code="input.rate"
            )
        if isinstance(time, Decimal) and not 0 <= time <= 1000:
            raise InputError(f"“{where}”的时间应在 0 到 1000 年之间", code="input.rate")
        found.append((time, amount))
    if not found:
        raise InputError(f"“{key}”中没有现金流", code="input.missing")
    if len({type(time) for time, _ in found}) > 1:
        raise InputError(f"“{key}”中日期与年数不能混用", code="input.type")
    return found


def prepayment(value: Any, where: str) -> Prepayment:
    """Return one prepayment: on or after, amount (absent settles the loan), effect, fee, fee_percent."""
    made = _values(value, where, {**_AT, **_PREPAYMENT})
    return Prepayment(_at(made), **made)


def _annual(obj: Mapping[str, Any], made: Mapping[str, Any]) -> Decimal:
    """Return percent a year from whichever rate is given; daily rates multiply by the contract's days of a year."""
    given = [key for key in RATES if obj.get(key) is not None]
    if len(given) != 1:
        problem = "缺少利率" if not given else "利率只能写一种"
        raise InputError(f"{problem}：annual_rate、monthly_rate、daily_rate（%）", code="input.missing")
    key = given[0]
    times = 360 if key == "daily_rate" and made.get("day_count") in ("actual/360", "30/360") else RATES[key]
    return fields.decimal(obj[key], key) * times


def _fee(value: Any, where: str) -> Fee:
    made = _values(value, where, _FEE, ("name",))
    if made.get("percent") and "base" not in made:
        made["base"] = "principal"
    return Fee(**made)


def _rate_change(value: Any, where: str) -> RateChange:
    made = _values(value, where, {**_AT, "annual_rate": fields.decimal}, ("annual_rate",))
    return RateChange(_at(made), made["annual_rate"])


def _drawdown(value: Any, where: str) -> Drawdown:
    made = _values(value, where, {**_AT, "amount": fields.decimal}, ("amount",))
    return Drawdown(_at(made), made["amount"])


def _extension(value: Any, where: str) -> Extension:
    known: dict[str, Read] = {"after": fields.whole, "periods": fields.whole, "annual_rate": fields.decimal}
    made = _values(value, where, known, ("after", "periods"))
    return Extension(made["after"], made["periods"], made.get("annual_rate"))


def _contingent(value: Any, where: str) -> Contingent:
    known: dict[str, Read] = {"name": fields.text, "standard": fields.text, "collector": fields.text}
    return Contingent(**_values(value, where, known, ("name", "standard")))


def _at(made: dict[str, Any]) -> At:
    return At(made.pop("on", None), made.pop("after", None))


def _values(value: Any, where: str, known: Mapping[str, Read], needed: tuple[str, ...] = ()) -> dict[str, Any]:
    obj = fields.mapping(value, where, tuple(known))
    for key in needed:
        if obj.get(key) is None:
            raise InputError(f"缺少字段“{where}.{key}”", code="input.missing")
    return {key: known[key](v, f"{where}.{key}") for key, v in obj.items() if v is not None}


def _list(obj: Mapping[str, Any], key: str) -> list[Any]:
    most = MOST_PERIODS if key == "plan" else _MOST_ENTRIES
    return [] if obj.get(key) is None else fields.listing(obj[key], key, most)


def _each(obj: Mapping[str, Any], key: str) -> list[tuple[Any, str]]:
    return [(value, f"{key}[{i}]") for i, value in enumerate(_list(obj, key))]
