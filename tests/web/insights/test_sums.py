"""Figures that are kept by day equal those counted from the complaints, whatever changed and whoever changed it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Avg, Count, F, Q, Sum
from django.utils import timezone

from xiaobao_web.complaints.models import Case
from xiaobao_web.insights import change_triggers, statistics, sums
from xiaobao_web.insights.models import DayChange, DaySum, SummedDay
from xiaobao_web.kernel.models import Deadline
from xiaobao_web.kernel.periods import Period

pytestmark = pytest.mark.django_db
STATES = ("closed", "closed", "handling", "merged", "closed", "pending", "declined")


@pytest.fixture
def period(clock):
    today = timezone.localdate()
    return Period("custom", today - timedelta(days=9), today)


@pytest.fixture
def told(weeks):
    """Return seventy cases of ten days in all states, some late, some about to be."""
    rows = []
    for number in range(70):
        at = timezone.now() - timedelta(days=number % 10, hours=number % 9)
        state = STATES[number % len(STATES)]
        cause, unit = ("收费争议", "系统故障", "")[number % 3], ("branch", "branch_two", "retail")[number % 3]
        rows.append(weeks.case(
            at, "扣费", unit, state=state, cause=cause, region="江城" if number % 2 else "",
            fault=("full", "part", "none", "")[number % 4],
            closed_at=at + timedelta(hours=5 * number) if state == "closed" else None,
            paid=Decimal(number) if number % 5 == 0 else None,
        ))  # fmt: skip
        clock_of(rows[-1], due=at + timedelta(days=3), met=at + timedelta(days=number % 6) if number % 4 else None)
    return rows


def clock_of(case: Case, *, due, met=None, kind="statutory.notify") -> Deadline:
    return Deadline.objects.create(
        subject_type="complaints.case", subject_id=case.pk, kind=kind, label="告知", started_at=case.received_at,
        due_at=due, warn_at=due, met_at=met,
    )  # fmt: skip


def by_database(period: Period, part: str) -> dict:
    """Return the figures of a part as the database counts them, by value."""
    rows = Case.objects.filter(**period.within("received_at")).exclude(state__in=("merged", "declined"))
    done = Q(state="closed")
    found = rows.order_by().annotate(late=sums.is_late()).values(part).annotate(
        total=Count("pk"), closed=Count("pk", filter=done), met=Count("pk", filter=done & Q(late=False)),
        missed=Count("pk", filter=Q(late=True)), fault=Count("pk", filter=Q(fault__in=("full", "part"))),
        took=Avg(F("closed_at") - F("received_at"), filter=done), spent=Sum("paid"),
    )  # fmt: skip
    return {str(row.pop(part)): row for row in found}


def equal(period: Period) -> None:
    """Compare all parts with what the database counts."""
    kept = sums.of_all(period)
    for part in sums.PARTS:
        wanted = by_database(period, part)
        assert set(kept[part]) == set(wanted), part
        for value, row in wanted.items():
            mine = kept[part][value]
            assert [mine.total, mine.closed, mine.met, mine.missed, mine.fault, mine.paid] == [
                row[name] for name in ("total", "closed", "met", "missed", "fault", "spent")
            ], (part, value)
            assert mine.days == pytest.approx(row["took"].total_seconds() / 86_400 if row["took"] else None)


def test_kept_figures_equal_those_counted(told, period):
    equal(period)  # nothing is added up yet
    assert sums.add_up() >= period.days
    assert sums.due() == []
    assert not DayChange.objects.exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sums, "counted", lambda rows: pytest.fail("counted though it is kept"))
        equal(period)
    equal(Period("custom", period.first + timedelta(days=2), period.last - timedelta(days=3)))


def changes(told, weeks):
    """Yield what changes a figure, each in a way of its own."""
    clock = Deadline.objects.filter(subject_id=told[11].pk)
    yield lambda: Case.objects.filter(pk=told[1].pk).update(cause="系统故障", fault="full", paid=Decimal("8.80"))
    yield lambda: Case.objects.filter(pk=told[2].pk).update(state="merged")
    yield lambda: Case.objects.filter(pk=told[3].pk).update(received_at=told[3].received_at - timedelta(days=2))
    yield lambda: Case.objects.filter(pk=told[4].pk).update(unit=weeks.bank.units["audit"])
    yield lambda: clock.update(met_at=told[11].received_at + timedelta(days=9))
    yield lambda: clock.update(cancelled_at=timezone.now())
    yield lambda: clock_of(told[12], due=timezone.now() - timedelta(hours=1), kind="statutory.review")
    yield lambda: Deadline.objects.filter(subject_id=told[13].pk).delete()
    yield lambda: weeks.case(
        timezone.now() - timedelta(days=4), "新的", "branch", state="closed", closed_at=timezone.now()
    )
    yield lambda: told[14].delete()


def test_every_change_is_seen_at_once_and_added_up_by_the_job(told, weeks, period):
    sums.add_up()
    for number, change in enumerate(changes(told, weeks)):
        change()
        assert DayChange.objects.exists(), number
        equal(period)
        assert 1 <= sums.add_up() <= 2, number
        equal(period)
    assert not DayChange.objects.exists()


def test_what_no_figure_is_made_of_changes_nothing(told):
    sums.add_up()
    Case.objects.update(title="另一标题", phone="13900000000")
    Deadline.objects.update(warned_at=timezone.now())
    clock_of(told[0], due=timezone.now() - timedelta(days=1), kind="first_contact")
    assert not DayChange.objects.exists()


def test_a_clock_that_runs_out_changes_the_day_by_itself(told, clock, period):
    sums.add_up()
    before = sum(row.missed for row in sums.of_all(period)["track"].values())
    clock.shift(timedelta(days=4))
    equal(period)
    assert sum(row.missed for row in sums.of_all(period)["track"].values()) > before
    assert sums.add_up() > 4
    equal(period)


def test_the_table_of_one_who_sees_a_branch_is_counted(told, bank, period):
    sums.add_up()
    SummedDay.objects.all().delete()
    DaySum.objects.update(total=999)
    head = statistics.report(bank["branch_head"], period).stats[0].cell.value
    assert head == Case.objects.filter(
        **period.within("received_at"), unit=bank.units["branch"]
    ).exclude(state__in=("merged", "declined")).count()  # fmt: skip


def test_triggers_are_made_anew_where_they_are_gone(told):
    sums.add_up()
    drop = "DROP TRIGGER insights_complaints_case_update"
    with connection.cursor() as cursor:
        cursor.execute(drop if connection.vendor == "sqlite" else f"{drop} ON complaints_case")
    Case.objects.update(cause="系统故障")
    assert not DayChange.objects.exists()
    change_triggers.install()
    Case.objects.update(cause="收费争议")
    assert DayChange.objects.exists()
