"""Working days: counted by hand, read from the official notices, and explained day by day."""

from __future__ import annotations

import pickle
import timeit
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.calendar import FIRST_YEAR, LAST_YEAR, Calendar, DayCount, DueDate, beijing_date, mainland
from xiaobao.errors import InputError, LimitExceeded, UsageError

DAYS = st.dates(date(FIRST_YEAR + 3, 1, 1), date(2060, 12, 31))


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("day", "working", "kind", "reason"),
    [
        ("2026-09-18", True, "weekday", "周五"),
        ("2026-09-19", False, "weekend", "周六"),
        ("2026-09-20", True, "makeup", "周日调休上班"),
        ("2026-09-25", False, "holiday", "中秋节"),
        ("2026-09-27", False, "weekend", "周日（中秋节假期）"),
        ("2026-10-01", False, "holiday", "国庆节"),
        ("2026-10-05", False, "holiday", "国庆节（补假）"),
        ("2026-10-06", False, "holiday", "国庆节（调休）"),
        ("2026-02-16", False, "holiday", "春节"),  # New Year's Eve is a festival day since 2025
        ("2024-02-09", True, "weekday", "周五"),  # and was none in 2024
        ("2018-12-29", True, "makeup", "周六调休上班"),  # moved by the notice of 2019
        ("2018-12-31", False, "holiday", "元旦（调休）"),
        ("2020-01-31", False, "holiday", "春节延长假期"),
        ("2019-05-05", True, "makeup", "周日上班（劳动节调休）"),
        ("2015-09-03", False, "holiday", "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日"),
    ],
)
def test_a_day_says_whether_it_is_worked_and_why(day: str, working: bool, kind: str, reason: str) -> None:
    answer = mainland().is_working(d(day))
    assert (bool(answer), answer.working, answer.kind, answer.reason, answer.provisional) == (
        working, working, kind, reason, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-03-02", 7, "2026-03-11"),  # Monday; no festival: two weekend days
        ("2026-09-18", 7, "2026-09-29"),  # worked Sunday 20th; Mid-Autumn 25th to 27th off
        ("2026-09-23", 7, "2026-10-10"),  # 24, 28, 29, 30, then 8, 9 and the worked Saturday
        ("2026-02-12", 7, "2026-02-28"),  # 13, worked 14, then 24, 25, 26, 27 and worked 28
        ("2025-01-24", 6, "2025-02-08"),  # worked Sunday 26, 27; festival to 4 February; 5, 6, 7 and worked 8
        ("2025-09-26", 15, "2025-10-23"),  # worked 28, 29, 30; National Day to the 8th; worked 11
        ("2018-12-27", 3, "2019-01-02"),  # 28, worked Saturday 29, then past New Year
        ("2026-10-01", 1, "2026-10-08"),  # starts on a holiday
        ("2026-10-04", 2, "2026-10-09"),
        ("2026-03-11", -7, "2026-03-02"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-03", 0, "2026-10-08"),
        ("2026-10-09", 0, "2026-10-09"),
    ],
)
def test_counting_by_hand(start: str, n: int, due: str) -> None:
    answer = mainland().add_working_days(d(start), n)
    assert answer.date == d(due)
    assert not answer.provisional


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2026-03-02", 7, "2026-03-10"),
        ("2026-10-01", 1, "2026-10-08"),
        ("2026-10-08", 1, "2026-10-08"),
        ("2026-03-10", -7, "2026-03-02"),
    ],
)
def test_counting_from_the_same_day(start: str, n: int, due: str) -> None:
    assert mainland().add_working_days(d(start), n, counting_from="same").date == d(due)


def test_rolling_out_of_days_off() -> None:
    calendar = mainland()
    assert calendar.roll_forward(d("2026-10-02")).date == d("2026-10-08")
    assert calendar.roll_forward(d("2026-09-20")).date == d("2026-09-20")
    assert calendar.roll_backward(d("2026-10-02")).date == d("2026-09-30")
    assert calendar.roll_backward(d("2026-09-20")).date == d("2026-09-20")


def test_a_due_day_on_an_unannounced_holiday_rolls_provisionally() -> None:
    rolled = Calendar().roll_forward(d("2026-11-02") + timedelta(days=60))
    assert rolled.start == d("2027-01-01")
    assert rolled.date == d("2027-01-04")
    assert rolled.provisional
    assert rolled.unpublished == (2027,)
    assert rolled.explain() == (
        "1月1日 元旦",
        "1月2日 周六（元旦假期）",
        "1月3日 周日（元旦假期）",
        "2027年放假安排尚未公布，结果为暂定，公布后重算",
    )
    assert Calendar().roll_backward(d("2027-01-31")).date == d("2027-01-29")


def test_the_last_week_before_an_unannounced_year_is_provisional() -> None:
    calendar = Calendar()
    after = calendar.published_until + 1
    assert not calendar.day(date(after - 1, 12, 24)).provisional
    assert calendar.day(date(after - 1, 12, 25)).provisional
    assert calendar.day(date(after, 6, 1)).provisional
    answer = calendar.add_working_days(date(after - 1, 12, 20), 8)
    assert answer.provisional
    assert answer.unpublished == (after,)
    assert not calendar.add_working_days(date(after - 1, 12, 1), 3).provisional
    assert calendar.working_days_between(date(after - 1, 12, 1), date(after, 1, 15)).provisional


def test_an_answer_shows_every_day_of_its_count() -> None:
    answer = mainland().add_working_days(d("2026-09-23"), 7)
    assert answer.explain() == (
        "9月25日 中秋节",
        "9月26日 周六（中秋节假期）",
        "9月27日 周日（中秋节假期）",
        "10月1日 国庆节",
        "10月2日 国庆节",
        "10月3日 国庆节",
        "10月4日 周日（国庆节假期）",
        "10月5日 国庆节（补假）",
        "10月6日 国庆节（调休）",
        "10月7日 国庆节（调休）",
        "10月10日 周六调休上班",
    )
    numbers = {step.day.date.day: step.number for step in answer.steps() if step.number}
    assert numbers == {24: 1, 28: 2, 29: 3, 30: 4, 8: 5, 9: 6, 10: 7}
    assert [day.date.day for day in answer.skipped] == [25, 26, 27, 1, 2, 3, 4, 5, 6, 7]
    assert [day.date.day for day in answer.made_up] == [10]
    assert all("2026年部分节假日安排" in day.source and "gov.cn" in day.source for day in answer.skipped)
    shown = answer.as_dict()
    assert (shown["date"], shown["version"]) == ("2026-10-10", mainland().version)
    assert shown["skipped"][0] == {
        "date": "2026-09-25", "working": False, "kind": "holiday", "reason": "中秋节", "provisional": False,
        "source": answer.skipped[0].source,
    }  # fmt: skip


def test_a_count_over_new_year_names_the_year() -> None:
    assert mainland().add_working_days(d("2025-12-31"), 1).explain() == (
        "2026年1月1日 元旦",
        "2026年1月2日 元旦（调休）",
        "2026年1月3日 周六（元旦假期）",
        "2026年1月4日 周日调休上班",
    )


@pytest.mark.parametrize(
    ("start", "end", "number"),
    [
        ("2026-09-30", "2026-10-12", 4),
        ("2026-10-12", "2026-09-30", -4),
        ("2026-10-01", "2026-10-07", 0),
        ("2026-10-09", "2026-10-09", 0),
        ("2026-10-10", "2026-10-11", 0),
        ("2026-10-11", "2026-10-10", -1),
    ],
)
def test_working_days_between(start: str, end: str, number: int) -> None:
    answer = mainland().working_days_between(d(start), d(end))
    assert (answer.number, int(answer)) == (number, number)
    assert sum(step.number is not None for step in answer.steps()) == abs(number)


@given(DAYS, st.integers(-600, 600), st.sampled_from(["next", "same"]))
@settings(max_examples=200, deadline=None)
def test_counting_agrees_with_walking(start: date, n: int, counting_from: str) -> None:
    calendar = mainland()
    answer = calendar.add_working_days(start, n, counting_from=counting_from)
    step = timedelta(days=-1 if n < 0 else 1)
    at = start + step if counting_from == "next" and n else start
    left = max(abs(n), 1)
    while left := left - bool(calendar.day(at)):
        at += step
    assert answer.date == at
    assert answer.provisional == any(day.provisional for day in answer.days)
    assert sum(s.number is not None for s in answer.steps()) == max(abs(n), 1)


@given(DAYS, st.integers(1, 600))
@settings(max_examples=200, deadline=None)
def test_between_undoes_adding(start: date, n: int) -> None:
    calendar = mainland()
    assert int(calendar.working_days_between(start, calendar.add_working_days(start, n).date)) == n
    assert int(calendar.working_days_between(start, calendar.add_working_days(start, -n).date)) == -n


@given(DAYS, st.integers(0, 900))
@settings(max_examples=100, deadline=None)
def test_between_agrees_with_walking(start: date, length: int) -> None:
    calendar, end = mainland(), start + timedelta(days=length)
    answer = calendar.working_days_between(start, end)
    walked = [calendar.day(start + timedelta(days=k)) for k in range(1, length + 1)]
    assert answer.number == sum(day.working for day in walked)
    assert answer.days == tuple(walked)
    assert answer.provisional == any(day.provisional for day in walked)


def test_moments_fall_on_their_day_in_beijing() -> None:
    assert beijing_date(datetime(2026, 10, 8, 23, 59)) == d("2026-10-08")
    assert beijing_date(datetime(2026, 10, 8, 16, 0, tzinfo=UTC)) == d("2026-10-09")
    assert beijing_date(datetime(2026, 10, 9, 1, 0, tzinfo=timezone(timedelta(hours=9)))) == d("2026-10-09")
    assert beijing_date(" 2026-10-08 ") == d("2026-10-08")
    assert beijing_date("2026-10-08T23:30:00Z") == d("2026-10-09")
    assert mainland().is_working(datetime(2026, 10, 7, 16, 0, tzinfo=UTC)).date == d("2026-10-08")
    assert mainland().add_working_days("2026-09-30T18:00:00+00:00", 1).start == d("2026-10-01")


@pytest.mark.parametrize(
    "bad", ["", "昨天", "2026-02-30", 20261001, None, datetime.max.replace(tzinfo=timezone(-timedelta(hours=9)))]
)
def test_what_is_no_date_is_refused_in_chinese(bad: object) -> None:
    with pytest.raises(InputError, match=r"日期|时间"):
        mainland().is_working(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize("day", [date(FIRST_YEAR - 1, 12, 31), date(LAST_YEAR + 1, 1, 1), date.min, date.max])
def test_days_outside_the_calendar_are_refused(day: date) -> None:
    calendar = mainland()
    for ask in (calendar.day, calendar.roll_forward, calendar.roll_backward):
        with pytest.raises(InputError, match=f"只有{FIRST_YEAR}年至{LAST_YEAR}年，没有{day.year}年"):
            ask(day)
    with pytest.raises(InputError, match="没有"):
        calendar.add_working_days(day, 1)
    with pytest.raises(InputError, match="没有"):
        calendar.working_days_between(d("2026-01-05"), day)
    with pytest.raises(InputError, match="没有"):
        calendar.working_days_between(day, d("2026-01-05"))
    with pytest.raises(InputError, match="没有"):
        calendar.days(day, d("2026-01-05"))


def test_counts_that_leave_the_calendar_or_are_none_are_refused() -> None:
    calendar = mainland()
    with pytest.raises(InputError, match="没有2100年"):
        calendar.add_working_days(date(LAST_YEAR, 12, 31), 5)
    with pytest.raises(InputError, match="没有2007年"):
        calendar.add_working_days(date(FIRST_YEAR, 1, 2), -5)
    with pytest.raises(LimitExceeded, match="上限"):
        calendar.add_working_days(d("2026-01-05"), 10_001)
    for n in (1.5, "7", True, None):
        with pytest.raises(InputError, match="整数"):
            calendar.add_working_days(d("2026-01-05"), n)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="起算方式"):
        calendar.add_working_days(d("2026-01-05"), 1, counting_from="tomorrow")  # type: ignore[arg-type]


def test_answers_are_values() -> None:
    calendar = mainland()
    answer = calendar.add_working_days(d("2026-09-23"), 7)
    assert answer == Calendar().add_working_days(d("2026-09-23"), 7)
    assert isinstance(answer, DueDate)
    assert isinstance(calendar.working_days_between("2026-01-05", "2026-01-09"), DayCount)
    assert pickle.loads(pickle.dumps(answer)).explain() == answer.explain()


def test_every_year_of_the_calendar_can_be_made() -> None:
    calendar = mainland()
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        days = calendar.days(date(year, 1, 1), date(year, 12, 31))
        assert len(days) in (365, 366)
        assert 240 < sum(day.working for day in days) < 256, year
        assert all(day.reason for day in days)


def test_adding_is_fast() -> None:
    calendar, start = mainland(), d("2026-09-18")
    calendar.add_working_days(start, 250)
    assert min(timeit.repeat(lambda: calendar.add_working_days(start, 250), number=200, repeat=20)) / 200 < 50e-6
