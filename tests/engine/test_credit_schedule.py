"""Schedules: principal adds up, the balance ends at zero, and the contract's rate comes back out of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.credit.cost import cost, rate_of
from xiaobao.credit.methods import METHODS
from xiaobao.credit.rates import from_flows
from xiaobao.credit.schedule import Schedule, schedule
from xiaobao.credit.terms import (
    At,
    Drawdown,
    Extension,
    Fee,
    Prepayment,
    RateChange,
    Terms,
)
from xiaobao.errors import InputError

D = Decimal
START = date(2026, 1, 31)


def terms(**more: object) -> Terms:
    return Terms(**{"principal": D(10000), "annual_percent": D(12), "periods": 12, **more})


@st.composite
def contracts(draw: st.DrawFn, *, dated: bool | None = None, methods: list[str] | None = None) -> Terms:
    periods = draw(st.integers(1, 60))
    method = draw(st.sampled_from(methods or sorted(METHODS)))
    principal = D(draw(st.integers(periods * 100, 10**9))) / 100
    plan: tuple[Decimal, ...] = ()
    if method == "free":
        cuts = sorted(draw(st.lists(st.integers(0, int(principal * 100)), min_size=periods - 1, max_size=periods - 1)))
        edges = [0, *cuts, int(principal * 100)]
        plan = tuple(D(b - a) / 100 for a, b in pairwise(edges))
    with_dates = draw(st.booleans()) if dated is None else dated
    return Terms(
        principal=principal, annual_percent=D(draw(st.integers(0, 36000))) / 1000, periods=periods, method=method,
        plan=plan, grace=draw(st.integers(0, periods - 1)) if draw(st.booleans()) else 0,
        grace_interest=draw(st.sampled_from(["paid", "capitalised"])),
        start=date(2026, 1, 1) + timedelta(days=draw(st.integers(0, 400))) if with_dates else None,
        day_count=draw(st.sampled_from(["monthly", "actual/360", "actual/365", "30/360"])) if with_dates else "monthly",
    )  # fmt: skip


def sound(plan: Schedule, lent: Decimal) -> None:
    """Assert what holds of every schedule: rows chain, payments add up, principal is repaid, nothing is left."""
    assert sum(row.principal for row in plan.repayments) == lent == plan.drawn
    assert plan.rows[-1].balance == 0
    for before, after in pairwise(plan.rows):
        assert after.opening == before.balance
    for row in plan.rows:
        assert row.balance == row.opening - row.principal
        assert row.payment == row.principal + row.interest + sum(c.amount for c in row.charges)
        assert row.balance >= 0
    if plan.terms.rounded:
        assert all(row.payment == row.payment.quantize(D("0.01")) for row in plan.rows)


@given(contracts())
def test_principal_adds_up_and_the_balance_ends_at_zero(made: Terms) -> None:
    plan = schedule(made)
    sound(plan, made.principal)
    assert plan.repayments[-1].number == made.periods or plan.repayments[-1].balance == 0


@given(contracts(), st.data())
def test_nothing_that_happens_on_the_way_loses_a_cent(made: Terms, data: st.DataObject) -> None:
    after = st.integers(0, made.periods - 1)
    drawn = D(data.draw(st.integers(1, 10**6))) / 100
    happened = replace(
        made,
        plan=(*made.plan[:-1], made.plan[-1] + drawn) if made.plan else (),
        rate_changes=(RateChange(At(after=data.draw(after)), D(data.draw(st.integers(0, 30)))),),
        drawdowns=(Drawdown(At(after=data.draw(st.integers(0, made.periods - 1))), drawn),),
        prepayments=(
            Prepayment(At(after=0), made.principal / 2 // D("0.01") * D("0.01"),
                       data.draw(st.sampled_from(["shorten", "lower"])), fee_percent=D(1)),
        ),
        extensions=(Extension(data.draw(after), data.draw(st.integers(1, 12)), D(9)),) if not made.plan else (),
    )  # fmt: skip
    sound(schedule(happened), made.principal + drawn)


MONTHLY = ["equal_instalment", "equal_principal", "interest_first", "free", "bullet"]


@given(contracts(dated=False, methods=MONTHLY))
def test_an_unrounded_schedule_gives_its_rate_back(made: Terms) -> None:
    plan = schedule(replace(made, rounded=False, grace=0 if made.method == "bullet" else made.grace))
    rate = rate_of(plan, lambda row: row.interest)
    assert abs(rate.nominal_percent - made.annual_percent) <= D("0.0001")


def slope(flows: list[Decimal], i: float) -> tuple[float, float]:
    """Return how much a rounding of half a cent a period is worth, and how the present value moves with the rate."""
    v = [(1 + i) ** -k for k in range(len(flows))]
    return 0.005 * sum(v[1:]), sum(k * float(f) * v[k] / (1 + i) for k, f in enumerate(flows))


@given(contracts(dated=False, methods=MONTHLY[:4]))
def test_a_rounded_schedule_gives_its_rate_back_within_its_rounding(made: Terms) -> None:
    """B(k) = B(k−1) + I(k) − c(k) with I(k) within half a cent of B(k−1)·i bounds the present value's error."""
    plan = schedule(made)
    rate = rate_of(plan, lambda row: row.interest)
    flows = [D(0)] * (plan.rows[-1].number + 1)
    for row in plan.repayments:
        flows[row.number] += row.payment
    i = float(made.annual_percent) / 1200
    error, moved = slope(flows, i)
    bound = 1200 * error / moved
    # The curve bends: the bound is first order, so a little more is allowed where the bound itself is large.
    assert abs(float(rate.nominal_percent - made.annual_percent)) <= bound * (1 + bound / 50) + 0.0001


@given(contracts(dated=True, methods=["equal_instalment", "equal_principal", "interest_first"]))
def test_dated_day_counts_stay_near_the_contract_rate(made: Terms) -> None:
    plan = schedule(replace(made, rounded=False))
    rate = rate_of(plan, lambda row: row.interest).nominal_percent
    low, high = made.annual_percent * D("0.89"), made.annual_percent * D("1.05") + D("0.01")
    if made.day_count == "monthly":
        assert abs(rate - made.annual_percent) <= D("0.0001")
    else:
        assert low <= rate <= high


def test_equal_instalments_to_the_cent() -> None:
    plan = schedule(terms())
    payments = [row.payment for row in plan.repayments]
    assert payments[:11] == [D("888.49")] * 11
    assert payments[11] == D("888.47")
    assert plan.interest == D("661.86")


def test_equal_principal_interest_falls_by_the_same_step() -> None:
    plan = schedule(terms(principal=D(12000), method="等额本金"))
    assert [row.interest for row in plan.repayments] == [D(120 - 10 * k) for k in range(12)]
    assert {row.principal for row in plan.repayments} == {D(1000)}


def test_interest_first_and_bullet_and_flat() -> None:
    assert [r.payment for r in schedule(terms(method="先息后本", periods=3)).repayments] == [100, 100, 10100]
    (only,) = schedule(terms(method="bullet", periods=3)).repayments
    assert (only.number, only.payment) == (3, 10300)
    flat = schedule(terms(annual_percent=D("7.2"), principal=D(12000), method="等本等息"))
    assert {row.payment for row in flat.repayments} == {D(1072)}
    assert cost(flat).rate.nominal_percent == D("13.0342")


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [("actual/360", "103.33"), ("actual/365", "101.92"), ("30/360", "100.00"), ("monthly", "100.00")],
)
def test_january_by_each_day_count(day_count: str, interest: str) -> None:
    plan = schedule(terms(start=date(2026, 1, 1), day_count=day_count, method="interest_first"))
    assert plan.repayments[0].interest == D(interest)


def test_due_dates_keep_the_day_where_the_month_has_it() -> None:
    due = [row.due for row in schedule(terms(start=START, periods=4)).repayments]
    assert due == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
    due = [row.due for row in schedule(terms(start=date(2026, 1, 10), due_day=20, periods=2)).repayments]
    assert due == [date(2026, 2, 20), date(2026, 3, 20)]


def test_a_long_first_period_is_paid_for_day_by_day() -> None:
    made = terms(start=date(2026, 1, 10), first_due=date(2026, 2, 20), periods=3)
    spread = schedule(made)
    added = schedule(replace(made, first_interest="added"))
    assert spread.repayments[0].interest == added.repayments[0].interest == D("133.33")
    assert len({row.payment for row in spread.repayments[:2]}) == 1
    first, second, third = (row.payment for row in added.repayments)
    assert first - second == D("33.33")
    assert abs(third - second) < D("0.05")
    assert not spread.regular
    sound(added, made.principal)


def test_a_rate_change_reckons_the_instalment_anew() -> None:
    plan = schedule(terms(start=date(2026, 1, 1), rate_changes=(RateChange(At(on=date(2026, 7, 1)), D(6)),)))
    payments = [row.payment for row in plan.repayments]
    assert len(set(payments[:6])) == 1
    assert len(set(payments[6:11])) == 1
    assert payments[6] < payments[5]
    assert plan.rows[7].interest == (plan.rows[7].opening * D("0.005")).quantize(D("0.01"))


def test_a_rate_change_within_a_period_counts_each_part() -> None:
    made = terms(start=date(2026, 4, 1), method="interest_first", day_count="actual/360", periods=2,
                 rate_changes=(RateChange(At(on=date(2026, 4, 11)), D(6)),))  # fmt: skip
    plan = schedule(made)
    assert plan.repayments[0].interest == D("66.67")  # 10000 × (12 % × 10 + 6 % × 20) ÷ 360
    assert plan.regular


def test_prepayment_shortens_or_lowers() -> None:
    usual = schedule(terms())
    shorter = schedule(terms(prepayments=(Prepayment(At(after=3), D(3000)),)))
    lower = schedule(terms(prepayments=(Prepayment(At(after=3), D(3000), "lower"),)))
    assert shorter.repayments[4].payment == usual.repayments[0].payment
    assert shorter.rows[-1].number == 9
    assert lower.rows[-1].number == 12
    assert lower.repayments[4].payment < usual.repayments[0].payment
    assert shorter.interest < lower.interest < usual.interest


def test_settling_within_a_period_pays_interest_to_the_day_and_the_fee() -> None:
    made = terms(start=date(2026, 4, 1), method="interest_first", day_count="actual/360",
                 prepayments=(Prepayment(At(on=date(2026, 4, 16)), fee_percent=D(1)),))  # fmt: skip
    (row,) = schedule(made).repayments
    assert (row.principal, row.interest, row.charges[0].amount, row.payment) == (10000, 50, 100, 10150)
    assert cost(schedule(made)).rate.effective_percent > 12


def test_grace_pays_interest_or_adds_it() -> None:
    paid = schedule(terms(grace=2)).repayments
    added = schedule(terms(grace=2, grace_interest="capitalised"))
    assert [row.payment for row in paid[:2]] == [100, 100]
    assert [row.payment for row in added.repayments[:2]] == [0, 0]
    assert added.repayments[1].balance == D("10201.00")
    sound(added, D(10000))


def test_an_extension_puts_off_what_was_due_last() -> None:
    plan = schedule(terms(method="interest_first", periods=3, extensions=(Extension(3, 2, D(24)),)))
    assert [row.payment for row in plan.repayments] == [100, 100, 100, 200, 10200]
    longer = schedule(terms(extensions=(Extension(6, 6),)))
    assert longer.rows[-1].number == 18


def test_several_drawdowns() -> None:
    plan = schedule(terms(start=date(2026, 1, 1), drawdowns=(Drawdown(At(on=date(2026, 2, 15)), D(5000)),)))
    sound(plan, D(15000))
    assert not plan.regular
    assert abs(cost(plan).rate.nominal_percent - 12) < D("0.1")


def test_fees_by_timing_and_base() -> None:
    made = terms(fees=(
        Fee("服务费", "service", "平台", "deducted", amount=D(300)),
        Fee("担保费", "guarantee", "担保公司", "each_period", "balance", percent=D("0.2")),
        Fee("会员费", "membership", "平台", "first_period", amount=D(50)),
        Fee("意外险", "insurance", "保险公司", "upfront", amount=D(99), compulsory=False),
        Fee("结清费", "handling", "平台", "last_period", "principal", percent=D(1)),
    ))  # fmt: skip
    plan = schedule(made)
    sound(plan, D(10000))
    found = cost(plan)
    assert found.received == D(9700)
    assert plan.rows[1].charges[0].amount == D("20.00")
    assert [c.name for c in plan.rows[-1].charges] == ["担保费", "结清费"]
    assert found.total == plan.interest + sum(c.amount for c in plan.charges if c.name != "意外险")
    assert found.total == found.paid - found.received
    assert found.rate.nominal_percent > found.interest_rate.nominal_percent


def test_golden_vector_of_a_deducted_fee() -> None:
    plan = schedule(terms(rounded=False, fees=(Fee("服务费", timing="deducted", amount=D(300)),)))
    rate = cost(plan).rate
    assert (rate.nominal_percent, rate.effective_percent) == (D("17.8249"), D("19.3557"))


def test_golden_vector_of_a_guarantee_fee() -> None:
    made = terms(annual_percent=D(12), periods=6, method="flat", rounded=False,
                 fees=(Fee("担保费", "guarantee", timing="each_period", amount=D(50)),))  # fmt: skip
    rate = cost(schedule(made)).rate
    assert (rate.nominal_percent, rate.effective_percent) == (D("30.2306"), D("34.7918"))


def test_weekly_periods() -> None:
    plan = schedule(terms(start=date(2026, 1, 1), unit="day", every=7, day_count="actual/365", periods=4))
    assert [row.due for row in plan.repayments][-1] == date(2026, 1, 29)
    assert abs(cost(plan).rate.nominal_percent - 12) < D("0.01")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"principal": D(0)}, "本金"),
        ({"principal": D("1.001")}, "精确到分"),
        ({"annual_percent": D("NaN")}, "年利率"),
        ({"annual_percent": D(-1)}, "年利率"),
        ({"periods": 0}, "期数"),
        ({"day_count": "actual/360"}, "放款日"),
        ({"unit": "day", "start": START}, "计息方式"),
        ({"start": START, "first_due": START}, "晚于放款日"),
        ({"method": "随心还"}, "没有还款方式"),
        ({"method": "free", "plan": (D(1),)}, "还款计划应有 12 期"),
        ({"method": "free", "plan": (D(1),) * 12}, "不符"),
        ({"grace": 12}, "宽限期"),
        ({"prepayments": (Prepayment(At(after=3), D(99999)),)}, "超过剩余本金"),
        ({"prepayments": (Prepayment(At(after=12)),)}, "已经还清"),
        ({"prepayments": (Prepayment(At(after=13)),)}, "期次"),
        ({"rate_changes": (RateChange(At(on=START), D(1)),)}, "放款日"),
        ({"start": START, "rate_changes": (RateChange(At(on=date(2020, 1, 1)), D(1)),)}, "早于放款日"),
        ({"drawdowns": (Drawdown(At(after=12), D(1)),)}, "不早于最后一个还款日"),
        ({"start": START, "drawdowns": (Drawdown(At(on=date(2030, 1, 1)), D(1)),)}, "不早于最后一个还款日"),
        ({"annual_percent": D(1000), "periods": 1200, "grace": 1199, "grace_interest": "capitalised"}, "过大"),
    ],
)
def test_terms_that_make_no_sense_say_so(more: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        schedule(terms(**more))


def test_every_method_has_a_module_and_two_names() -> None:
    assert set(METHODS) == {"equal_instalment", "equal_principal", "interest_first", "bullet", "flat", "free"}
    for made in METHODS.values():
        assert type(made.principal_due).__name__ == "function"
        assert made.label


@settings(max_examples=30)
@given(st.integers(1, 36), st.floats(0.001, 0.03))
def test_rates_of_level_schedules_agree_with_the_formula(periods: int, monthly: float) -> None:
    plan = schedule(terms(annual_percent=D(repr(monthly * 1200)), periods=periods, rounded=False))
    level = 10000 * monthly / (1 - (1 + monthly) ** -periods)
    assert float(plan.repayments[0].payment) == pytest.approx(level)
    assert from_flows(10000, [level] * periods).nominal_percent == pytest.approx(
        cost(plan).rate.nominal_percent, abs=D("0.0002")
    )


@pytest.mark.parametrize("way", ["equal_instalment", "equal_principal", "interest_first", "flat", "bullet"])
@pytest.mark.parametrize("effect", ["shorten", "lower"])
def test_prepaying_on_the_day_an_extension_begins_still_closes_the_loan(
    way: str, effect: Literal["shorten", "lower"]
) -> None:
    plan = schedule(
        Terms(
            Decimal("99.99"), Decimal(36), 2, method=way,
            prepayments=(Prepayment(At(after=2), Decimal(10), effect),), extensions=(Extension(2, 3),),
        )
    )  # fmt: skip
    assert plan.rows[-1].balance == 0
    assert sum(row.principal for row in plan.rows) == 0
    assert plan.rows[-1].number == 5


def test_an_extension_after_the_end_is_refused() -> None:
    with pytest.raises(InputError, match="第 30 期后，而贷款到第 12 期"):
        Terms(Decimal(100), Decimal(5), 12, extensions=(Extension(30, 3),))
    assert Terms(Decimal(100), Decimal(5), 12, extensions=(Extension(14, 1), Extension(12, 3))).periods == 12
