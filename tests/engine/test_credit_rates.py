"""Rates of flows: by years, by dates, by unit periods; none or several; both figures always."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from xiaobao.credit.actuarial import UnitPeriod, from_dated, unit_period, units_between
from xiaobao.credit.card import instalment, minimum_payments
from xiaobao.credit.compare import compare, offer, what_if
from xiaobao.credit.cost import both_rates
from xiaobao.credit.overdue import owed
from xiaobao.credit.rates import from_dates, from_flows, from_single, from_timed
from xiaobao.credit.schedule import schedule
from xiaobao.credit.terms import At, Overdue, Prepayment, Terms
from xiaobao.errors import InputError

D = Decimal
BESIDE = Path(__file__).parents[3].glob("*/data/apr-reg-z.jsonl")
EXAMPLES = Path(os.environ.get("XIAOBAO_DATA") or next((p.parent for p in BESIDE), "absent")) / "apr-reg-z.jsonl"


def test_worked_examples_of_the_unit_period_method() -> None:
    if not EXAMPLES.exists():
        pytest.skip("no worked examples here")
    lines = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    assert lines
    for x in lines:
        start = date.fromisoformat(x["advance_date"])
        payments = [(date.fromisoformat(day), amount) for day, amount in x["payments"]]
        rate = from_dated([(start, x["amount"])], payments, x["unit_period"])
        assert round(rate.nominal_percent, 2) == D(str(x["expected_apr_percent"])), x["id"]


@pytest.mark.parametrize(
    ("start", "end", "unit", "whole", "part"),
    [
        ("2026-01-10", "2026-02-10", "month", 1, 0),
        ("2026-01-10", "2026-02-20", "month", 1, 10 / 30),
        ("2026-01-31", "2026-02-28", "month", 0, 28 / 30),
        ("2026-01-01", "2026-01-16", "semimonth", 1, 0),
        ("2026-01-01", "2026-04-01", "quarter", 1, 0),
        ("2026-01-01", "2026-03-02", "2months", 1, 1 / 60),
        ("2026-01-01", "2026-01-16", "2weeks", 1, 1 / 14),
        ("2026-01-01", "2028-07-01", "year", 2, 0.5),
        ("2026-01-01", "2027-01-11", "year", 1, 10 / 365),
        ("2026-01-01", "2026-01-31", "day", 30, 0),
    ],
)
def test_units_between(start: str, end: str, unit: str, whole: int, part: float) -> None:
    found = units_between(date.fromisoformat(start), date.fromisoformat(end), unit_period(unit))
    assert found == (whole, pytest.approx(part))


def test_the_term_is_the_unit_of_one_advance_and_one_payment() -> None:
    rate = from_dated([(date(2026, 1, 1), 1000)], [(date(2026, 7, 1), 1060)], "term")
    assert rate.nominal_percent == D("12.0000")
    rate = from_dated([(date(2026, 1, 1), 1000)], [(date(2026, 3, 15), 1020)], "term")
    assert rate.nominal_percent == D("10.0000")


@pytest.mark.parametrize("text", ["parsec", "", "0months", "12months", "2years", "2semimonth"])
def test_unit_periods_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="单位期间"):
        unit_period(text)


def test_unit_periods_a_year() -> None:
    assert (UnitPeriod("week", 2).per_year, UnitPeriod("month", 3).per_year) == (26, 4)


@given(st.lists(st.tuples(st.integers(1, 3000), st.floats(1, 10_000)), min_size=1, max_size=20), st.floats(1, 100_000))
def test_dated_rates_agree_with_pyxirr(payments: list[tuple[int, float]], lent: float) -> None:
    start = date(2026, 1, 1)
    flows = [(start, lent), *((start + timedelta(days=d), -a) for d, a in payments)]
    reference = pyxirr.xirr([d for d, _ in flows], [a for _, a in flows], silent=True)
    assume(reference is not None and -0.9 < reference < 100)
    assert float(from_dates(flows).effective_percent) == pytest.approx(100 * reference, rel=1e-6, abs=1e-4)


@given(st.floats(-0.5, 5), st.lists(st.tuples(st.floats(0.1, 30), st.floats(1, 1000)), min_size=1, max_size=10))
def test_flows_in_years_give_their_rate_back(rate: float, payments: list[tuple[float, float]]) -> None:
    lent = sum(amount / (1 + rate) ** years for years, amount in payments)
    found = from_timed([(0, lent), *((years, -amount) for years, amount in payments)])
    assert float(found.effective_percent) == pytest.approx(rate * 100, abs=1e-4)
    assert (1 + float(found.nominal_percent) / 1200) ** 12 == pytest.approx(1 + rate, rel=1e-4)


@pytest.mark.parametrize(
    ("flows", "published"),
    [
        ([(0, 1000), (1.5, -1200)], "12.9243"),
        ([(0, 950), (1.5, -1200)], "16.8526"),
        ([(0, 1000), (1, -600), (2, -600)], "13.06623"),
        ([(0, 1000), (0.25, -272), (0.5, -272), (1, -544)], "13.1855"),
    ],
)
def test_worked_examples_of_the_consumer_credit_directive(flows: list[tuple[float, float]], published: str) -> None:
    """Directive 98/7/EC, annex II: equal months and years."""
    assert abs(from_timed(flows).effective_percent - D(published)) <= D("0.0001")


def test_a_worked_example_by_calendar_days() -> None:
    """The same directive's first example by days: 546 of them, 12.96 %."""
    rate = from_dates([(date(1994, 1, 1), 1000), (date(1995, 7, 1), -1200)])
    assert round(rate.effective_percent, 2) == D("12.96")


def test_several_drawdowns_have_one_rate() -> None:
    flows = [(0, 1000), (0.25, -300), (0.5, 1000), (1, -1000), (1.5, -900)]
    rate = float(from_timed(flows).effective_percent) / 100
    assert sum(a / (1 + rate) ** t for t, a in flows) == pytest.approx(0, abs=1e-2)


@pytest.mark.parametrize(
    ("flows", "words"),
    [
        ([(0, 100), (1, 5)], "一个方向"),
        ([(0, 0)], "一个方向"),
        ([(0, 1000), (1, -3600), (2, 4310), (3, -1716)], "3 个内部收益率"),
        ([(0, 100), (1, -200), (2, 101)], "没有内部收益率"),
        ([(0, float("nan")), (1, -1)], "无效的数字"),
        ([(float("inf"), 1), (1, -1)], "时间"),
        ([(0, 1), (0.001, -1000)], "没有内部收益率|利率过大"),
    ],
)
def test_no_rate_or_several_is_an_error(flows: list[tuple[float, float]], words: str) -> None:
    with pytest.raises(InputError, match=words):
        from_timed(flows)


def test_a_single_payment_by_years() -> None:
    rate = from_single(10_000, 10_200, D(30) / 365)
    assert (rate.nominal_percent, rate.effective_percent) == (D("24.3333"), D("27.2434"))
    with pytest.raises(InputError, match="大于零"):
        from_single(100, 110, 0)


def test_both_rates_of_a_schedule() -> None:
    whole, interest = both_rates(schedule(Terms(D(12000), D("7.2"), 12, method="flat")))
    assert whole == interest == from_flows(12000, [1072] * 12)


def test_card_instalments_are_dearer_than_they_sound() -> None:
    each = offer(instalment(D(12000), 24, D("0.6"))).cost.rate
    assert (each.nominal_percent, each.effective_percent) == (D("13.2656"), D("14.1026"))
    once = offer(instalment(D(12000), 12, D("7.2"), upfront=True)).cost.rate
    assert once.nominal_percent > D("13.0342")


def test_minimum_payments_take_years() -> None:
    found = minimum_payments(D(10000), D("0.05"), D(10))
    assert found.months[-1].balance == 0
    assert sum(month.principal for month in found.months) == 10000
    assert sum(month.interest for month in found.months) == found.interest
    assert abs(found.rate.nominal_percent - D("18.25")) < D("0.01")
    assert len(found.months) > 24
    with pytest.raises(InputError, match="还不清"):
        minimum_payments(D(10) ** 12, D("0.05"), D("0.001"), least=D("0.01"))


def test_overdue_by_hand() -> None:
    late = Overdue(D(150), compound=True, grace_days=3, fee_percent=D(5), fee_least=D(10))
    plan = schedule(Terms(D(10000), D(12), 12, start=date(2026, 1, 1), overdue=late))
    found = owed(plan, 3, paid_on=date(2026, 4, 21))
    assert (found.days, found.penalty, found.compound) == (20, D("8.04"), D("0.84"))  # 804.34 and 84.15 × 0.05 % × 20
    assert found.late_fee == D("44.42")
    assert found.total == D("888.49") + found.contingent
    assert owed(plan, 3, days=3).contingent == 0
    for bad in ({"days": -1}, {}, {"days": 1, "paid_on": date(2026, 5, 1)}):
        with pytest.raises(InputError):
            owed(plan, 3, **bad)
    with pytest.raises(InputError, match="360 或 365"):
        Overdue(D(150), days_a_year=0)
    with pytest.raises(InputError, match="没有第 99 期"):
        owed(plan, 99, days=1)


def test_the_cheaper_offer_is_told_by_its_rate() -> None:
    level = offer(Terms(D(10000), D(12), 12), "甲")
    flat = offer(instalment(D(10000), 12, D("0.6")), "乙")
    for made in (compare(level, flat), compare(flat, level)):
        assert "“甲”资金成本较低" in made.answer
    assert "相同" in compare(level, level).answer
    longer = offer(Terms(D(10000), D(11), 36), "丙")
    assert "合计多" in compare(level, longer).answer


def test_what_paying_ahead_saves() -> None:
    terms = Terms(D(10000), D(12), 12)
    made = what_if(terms, Prepayment(At(after=3), D(3000), fee_percent=D(1)))
    assert made.interest_saved == made.before.schedule.interest - made.after.schedule.interest
    assert (made.fee, made.periods_saved) == (30, 3)
    assert made.net == made.interest_saved - 30
    dear = what_if(terms, Prepayment(At(after=11), fee=D(500)))
    assert dear.net < 0
    assert "多付" in dear.sentence
