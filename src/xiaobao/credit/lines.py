"""One JSON object in, one out: what each of the credit commands does with a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from xiaobao.credit import fields, read
from xiaobao.credit.actuarial import from_dated, from_units, unit_period
from xiaobao.credit.compare import Comparison, Offer, WhatIf, compare, offer, what_if
from xiaobao.credit.cost import Cost
from xiaobao.credit.overdue import Owed, owed
from xiaobao.credit.periods import add_months, whole_months
from xiaobao.credit.quotes import annualise, parse_quotes
from xiaobao.credit.rates import DAYS, MONTHS, AnnualRate, from_dates, from_single, from_timed
from xiaobao.credit.references import PACKAGED, references
from xiaobao.credit.schedule import Schedule
from xiaobao.credit.statement import Statement, aloud, statement
from xiaobao.credit.terms import CENT, cent
from xiaobao.errors import InputError

Object = dict[str, Any]
CONVENTIONS = ("effective-365", "nominal-monthly", "us-actuarial")
RATE_KEYS = frozenset(
    {"id", "terms", "drawdowns", "payments", "convention", "unit_period", "quote", "quote_periods", *read.TERM_KEYS}
)
SCHEDULE_KEYS = frozenset({"id", "terms", "what_if", "overdue_days", *read.TERM_KEYS})
COMPARE_KEYS = frozenset({"id", "a", "b"})
STATEMENT_KEYS = frozenset({"id", "terms", "borrower", "product", "on", *read.TERM_KEYS})


def rates(obj: Object) -> Object:
    """Return both annual rates in percent of flows, of contract terms, or of a quoted price, with the working."""
    _one_of_three(obj)
    if "quote" in obj:
        return _quoted(obj)
    if "payments" not in obj and "drawdowns" not in obj:
        if obj.get("convention") is not None:
            raise InputError("convention 只用于现金流（drawdowns、payments）", code="input.field")
        made = offer(read.terms(obj))
        return {**_rate(made.cost.rate), **_cost(made.cost), "schedule": _rows(made.schedule)}
    return {**_rate(_of_flows(obj)), "schedule": None}


def _one_of_three(obj: Object) -> None:
    """Raise InputError where flows, terms and a quote stand beside each other: one of them would go unheard."""
    kinds = {
        "现金流（drawdowns、payments）": ("drawdowns", "payments"), "报价（quote）": ("quote",),
        "条款": ("terms", *read.TERM_KEYS),
    }  # fmt: skip
    found = [name for name, keys in kinds.items() if any(obj.get(key) is not None for key in keys)]
    if len(found) > 1:
        raise InputError(f"{'与'.join(found)}不能同时给出，请只留一种", code="input.field")


def scheduled(obj: Object) -> Object:
    """Return the schedule of contract terms with its cost; what_if adds one prepayment, overdue_days lateness."""
    terms = read.terms(obj)
    made = offer(terms)
    out = {**_rate(made.cost.rate), **_cost(made.cost), "schedule": _rows(made.schedule)}
    if obj.get("what_if") is not None:
        out["what_if"] = _what_if(what_if(terms, read.prepayment(obj["what_if"], "what_if")))
    if obj.get("overdue_days") is not None:
        days = fields.whole(obj["overdue_days"], "overdue_days")
        numbers = sorted({row.number for row in made.schedule.rows if row.kind == "instalment"})
        out["overdue"] = [{"number": n, **_owed(owed(made.schedule, n, days=days))} for n in numbers]
    return out


def compared(obj: Object) -> Object:
    """Return two offers beside each other, and which costs less."""
    return comparison_line(comparison(obj))


def comparison(obj: Object) -> Comparison:
    """Return the comparison of the offers `a` and `b` of a line."""
    return compare(_offer(obj, "a", "方案甲"), _offer(obj, "b", "方案乙"))


def comparison_line(made: Comparison) -> Object:
    """Return a comparison as JSON."""
    lines = [{"label": x.label, "unit": x.unit, "a": float(x.values[0]), "b": float(x.values[1]),
              "better": None if x.better is None else "ab"[x.better]} for x in made.lines]  # fmt: skip
    return {"answer": made.answer, "lines": lines, "notes": list(made.notes)}


def stated(obj: Object, table: Path = PACKAGED) -> Object:
    """Return the statement of all costs, as data and as words to be read aloud."""
    return statement_line(statement_of(obj, table))


def statement_of(obj: Object, table: Path = PACKAGED) -> Statement:
    """Return the statement of a line."""
    on = fields.day(obj["on"], "on") if obj.get("on") is not None else None
    words = {key: fields.text(obj[key], key) for key in ("borrower", "product") if obj.get(key) is not None}
    return statement(read.terms(obj), on=on, table=references(table), **words)


def statement_line(made: Statement) -> Object:
    """Return a statement as JSON."""
    charged = [{"name": x.name, "amount": _yuan(x.amount), "how": x.how, "collector": x.collector,
                "compulsory": x.compulsory, **(_figures(x.rate) if x.rate else {})} for x in made.charged]  # fmt: skip
    return {
        "lender": made.lender, "borrower": made.borrower, "product": made.product, "on": made.on.isoformat(),
        "principal": _yuan(made.principal), "received": _yuan(made.received), "repayment": made.repayment,
        "items": charged, "total": _yuan(made.total), **_rate(made.rate),
        "contingent": [{"name": x.name, "standard": x.standard, "collector": x.collector} for x in made.contingent],
        "references": [{"name": x.name, "percent": None if x.percent is None else float(x.percent),
                        "over_nominal": x.over_nominal, "over_effective": x.over_effective, "text": x.sentence}
                       for x in made.lines],
        "notes": list(made.notes), "declaration": made.declaration, "spoken": aloud(made),
        "schedule": _rows(made.schedule),
    }  # fmt: skip


def _of_flows(obj: Mapping[str, Any]) -> AnnualRate:
    drawn, paid = read.flows(obj, "drawdowns"), read.flows(obj, "payments")
    if type(drawn[0][0]) is not type(paid[0][0]):
        raise InputError("drawdowns 与 payments 的时间应同为日期或同为年数", code="input.type")
    convention = obj.get("convention") or "effective-365"
    fields.choice(convention, "convention", CONVENTIONS)
    dated = isinstance(drawn[0][0], date)
    signed: list[tuple[Any, Decimal]] = [*drawn, *((time, -amount) for time, amount in paid)]
    if max(time for time, _ in signed[len(drawn) :]) < min(time for time, _ in signed[: len(drawn)]):
        raise InputError("还款都早于放款，请核对日期", code="input.rate")
    if convention == "us-actuarial":
        return _actuarial(obj, drawn, paid, signed, dated=dated)
    if obj.get("unit_period") is not None:
        raise InputError("unit_period 只用于 us-actuarial", code="input.field")
    if convention == "nominal-monthly":
        return from_timed([(t / MONTHS, a) for t, a in _months(signed)], working=("时间按月计，零头天数 ÷ 30",))
    if len(drawn) == len(paid) == 1 and drawn[0][1] and paid[0][1] and drawn[0][0] != paid[0][0]:
        return _once(drawn[0], paid[0])
    return from_dates(signed) if dated else from_timed([(float(t), a) for t, a in signed])


def _once(drawn: tuple[Any, Decimal], paid: tuple[Any, Decimal]) -> AnnualRate:
    """Return the rate of one payment for one advance, whose simple rate is the cost by the time, as of terms."""
    start, end = drawn[0], paid[0]
    if isinstance(start, date):
        days = (end - start).days
        return from_single(drawn[1], paid[1], days / DAYS, term=f"{DAYS} ÷ {days}")
    return from_single(drawn[1], paid[1], end - start)


def _actuarial(obj: Mapping[str, Any], drawn: Any, paid: Any, signed: Any, *, dated: bool) -> AnnualRate:
    if obj.get("unit_period") is None:
        raise InputError("us-actuarial 需要 unit_period，如 month、2weeks、quarter", code="input.unit")
    unit = fields.text(obj["unit_period"], "unit_period")
    if dated:
        return from_dated([(d, float(a)) for d, a in drawn], [(d, float(a)) for d, a in paid], unit)
    per_year = unit_period(unit).per_year
    first = min(t for t, _ in signed)
    places = []
    for time, amount in signed:
        # Years such as 0.0833333 stand for whole periods: what is nearer to one than their digits tell is one.
        units = float(time - first) * per_year
        units = round(units) if abs(units - round(units)) < 1e-4 else units
        places.append((int(units), units - int(units), float(amount)))
    return from_units(places, per_year, unit)


def _months(signed: Sequence[tuple[Any, Decimal]]) -> list[tuple[float, Decimal]]:
    """Return flows by months from the first: calendar months and days of thirty, or twelve times the years."""
    first = min(time for time, _ in signed)
    if not isinstance(first, date):
        return [(float(time - first) * MONTHS, amount) for time, amount in signed]
    out = []
    for day, amount in signed:
        months = whole_months(first, day)
        out.append((months + (day - add_months(first, months)).days / 30, amount))
    return out


def _quoted(obj: Mapping[str, Any]) -> Object:
    text = fields.text(obj["quote"], "quote")
    periods = fields.whole(obj["quote_periods"], "quote_periods") if obj.get("quote_periods") is not None else None
    if periods is not None and not 1 <= periods <= 1200:
        raise fields.wrong("quote_periods", "1 到 1200 的整数", periods)
    found = parse_quotes(text)
    if len(found) != 1:
        raise InputError(f"“{text[:40]}”中找到 {len(found)} 个报价，应为一个", code="input.rate")
    return {**_rate(annualise(found[0], periods=periods)), "quote": found[0].text, "schedule": None}


def _offer(obj: Mapping[str, Any], key: str, usual: str) -> Offer:
    value = fields.mapping(obj.get(key), key, ("name", "terms", *sorted(read.TERM_KEYS)))
    return offer(read.terms(value), fields.text(value.get("name", usual), f"{key}.name"))


def _figures(rate: AnnualRate) -> Object:
    return {"annual_effective": float(rate.effective_percent), "annual_nominal": float(rate.nominal_percent)}


def _rate(rate: AnnualRate) -> Object:
    return {**_figures(rate), "labels": {"annual_effective": "复利", "annual_nominal": "单利"}, "method": rate.method,
            "working": [*rate.working, *rate.assumptions]}  # fmt: skip


def _cost(made: Cost) -> Object:
    items = [{"name": x.name, "kind": x.kind, "collector": x.collector, "amount": _yuan(x.amount),
              "compulsory": x.compulsory, **(_figures(x.rate) if x.rate else {})} for x in made.items]  # fmt: skip
    return {"received": _yuan(made.received), "paid": _yuan(made.paid), "total_cost": _yuan(made.total),
            "interest_only": _figures(made.interest_rate), "items": items}  # fmt: skip


def _rows(plan: Schedule) -> list[Object]:
    return [
        {"number": r.number, "due": r.due.isoformat() if r.due else None, "kind": r.kind, "payment": _yuan(r.payment),
         "principal": _yuan(r.principal), "interest": _yuan(r.interest),
         "charges": [{"name": c.name, "amount": _yuan(c.amount)} for c in r.charges], "balance": _yuan(r.balance)}
        for r in plan.rows
    ]  # fmt: skip


def _what_if(made: WhatIf) -> Object:
    return {"interest_saved": _yuan(made.interest_saved), "fee": _yuan(made.fee), "net": _yuan(made.net),
            "periods_saved": made.periods_saved, "text": made.sentence, "schedule": _rows(made.after.schedule),
            **_figures(made.after.cost.rate)}  # fmt: skip


def _owed(made: Owed) -> Object:
    return {"days": made.days, "penalty": _yuan(made.penalty), "compound": _yuan(made.compound),
            "late_fee": _yuan(made.late_fee), "total": _yuan(made.total), "working": list(made.working)}  # fmt: skip


def _yuan(amount: Decimal) -> float:
    return float(cent(amount)) if amount % CENT == 0 else float(amount)
