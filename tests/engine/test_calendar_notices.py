"""The national table against the official notices; tables of an institution on top of it."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from xiaobao.calendar import Calendar, Notice, Override, mainland, read_table
from xiaobao.errors import InputError, UnreadableFile, XiaobaoError

BESIDE = Path(__file__).parents[3].glob("*/data/holidays")
FILES = Path(os.environ.get("XIAOBAO_DATA") or next((p.parent for p in BESIDE), "absent")) / "holidays"
YEARS = range(2018, 2027)


def official() -> dict[date, tuple[bool, str]]:
    """Return what the official notices say of single days: off or not, and the festival."""
    paths = [FILES / f"{year}.json" for year in YEARS]
    if not all(path.exists() for path in paths):
        pytest.skip("the official holiday files are not here: set XIAOBAO_DATA to the folder that holds holidays/")
    entries = [entry for path in paths for entry in json.loads(path.read_text(encoding="utf-8"))["days"]]
    return {date.fromisoformat(e["date"]): (e["isOffDay"], e["name"]) for e in entries}


def test_every_day_of_the_published_years_is_as_the_notices_say() -> None:
    notices, calendar = official(), mainland()
    days = calendar.days(date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31))
    wrong = [day for day in days if day.working == notices.get(day.date, (day.date.weekday() >= 5, ""))[0]]
    assert wrong == []
    assert len(days) == 3287
    assert [day for day in days if day.provisional and day.date < date(2026, 12, 25)] == []


def test_every_special_day_bears_the_festival_of_its_notice() -> None:
    notices, calendar = official(), mainland()
    # Ordinary Mondays may be named too, where a notice says when work begins again.
    days = [d for d in map(calendar.day, notices) if d.date.year in YEARS and d.kind != "weekday"]
    assert len(days) > 300
    wrong = [
        (day, notices[day.date][1])
        for day in days
        if not day.name or not any(name in day.name or day.name in name for name in notices[day.date][1].split("、"))
    ]
    assert wrong == []
    assert all(day.source for day in days)


def test_counting_over_the_notices_agrees_with_walking_them() -> None:
    notices, calendar = official(), mainland()
    end = date(YEARS[-1], 12, 31)
    worked = [
        day
        for n in range((end - date(YEARS[0], 1, 1)).days + 1)
        for day in [date(YEARS[0], 1, 1) + timedelta(days=n)]
        if not notices.get(day, (day.weekday() >= 5, ""))[0]
    ]
    for n in (1, 7, 15):
        assert [calendar.add_working_days(day, n).date for day in worked[:-n]] == worked[n:]


def test_the_packaged_table_is_whole() -> None:
    calendar = Calendar()
    assert calendar.published_until >= 2026
    assert all(calendar.published(year) for year in range(2008, 2027))
    assert not calendar.published(2007)
    for year in range(2008, calendar.published_until + 1):
        marked = [d for d in calendar.days(date(year, 1, 1), date(year, 12, 31)) if d.kind in ("holiday", "makeup")]
        assert any(d.kind == "makeup" for d in marked), f"{year}: the library holds no exchanged days"
        assert all(d.source.startswith("国务院办公厅关于") and "https://" in d.source for d in marked)


TABLE = """
notices:
  - year: 2027
    number: 测试1号
    source: 虚构的安排，仅供测试
    rest:
      元旦: [2026-12-31/2027-01-02]
      春节: [2027-02-06/2027-02-12]
      中秋节: [2027-09-15]
    work:
      元旦: [2026-12-27]
      春节: [2027-01-31]
overrides:
  - {date: 2026-07-15, working: false, name: 民族节日, source: 某自治区政府公告}
  - {date: 2026-07-18, working: true, name: 补班, source: 某自治区政府公告}
  - {date: 2026-10-06, working: true, name: 值守, source: 机构通知}
"""


def test_a_table_publishes_a_year_and_adds_local_days(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(TABLE, encoding="utf-8")
    calendar = Calendar.load(path)
    assert calendar.published_until == 2027
    answer = calendar.add_working_days(date(2026, 12, 25), 3)
    assert (answer.date, answer.provisional) == (date(2026, 12, 29), False)
    assert answer.explain() == ("12月26日 周六", "12月27日 周日调休上班")
    assert calendar.roll_forward(date(2026, 12, 31)).date == date(2027, 1, 4)
    assert "测试1号" in calendar.day(date(2026, 12, 31)).source
    assert not calendar.day(date(2027, 5, 3)).provisional
    assert calendar.day(date(2027, 5, 3)).working  # the guess of an unpublished year no longer counts
    assert calendar.day(date(2027, 12, 28)).provisional  # the notice of 2028 may still move it
    assert [calendar.day(date(2026, 7, n)).working for n in (15, 18)] == [False, True]
    assert calendar.day(date(2026, 7, 15)).sentence(2026) == "7月15日 民族节日"
    assert calendar.day(date(2026, 7, 18)).reason == "周六上班（补班）"
    assert calendar.day(date(2026, 10, 6)).sentence(2026) == "10月6日 周二（值守）"
    assert "10月6日 周二（值守）" in calendar.working_days_between(date(2026, 9, 30), date(2026, 10, 8)).explain()


def test_a_published_year_written_out_again_keeps_its_neighbours() -> None:
    again = Notice(2018, source="测试", rest={date(2018, 1, 1): "元旦"}, work={date(2018, 2, 24): "春节"})
    calendar = Calendar(notices=[again])
    assert calendar.day(date(2018, 5, 1)).working
    assert not calendar.day(date(2018, 12, 31)).working
    assert calendar.day(date(2018, 12, 29)).working


def test_a_guess_is_never_taken_for_a_published_year() -> None:
    calendar = Calendar(notices=[Notice(2031, source="测试")])
    with pytest.raises(InputError, match="2031年放假安排没有写明日期"):
        calendar.is_working(date(2031, 5, 6))
    assert calendar.day(date(2030, 5, 6)).provisional


def test_the_version_changes_with_the_table() -> None:
    plain = Calendar().version
    local = Calendar([Override(date(2026, 7, 15), False, "民族节日", "公告")]).version
    ahead = Calendar(notices=[Notice(2027, source="公告", rest={date(2027, 1, 1): "元旦"})]).version
    assert plain == Calendar().version == mainland().version
    assert len({plain, local, ahead}) == 3
    assert plain.startswith("CN-2026-")
    assert ahead.startswith("CN-2027-")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- 1", "应为键值结构"),
        ("holidays: []", "不认识的键“holidays”"),
        ("notices: {2027: x}", "notices 应为列表"),
        ("notices: [{year: 二〇二七, source: x}]", "第1份通知：year 应为四位年份"),
        ("notices: [{year: 2027}]", "缺少 source"),
        ("notices: [{year: 2027, source: x, rest: [2027-01-01]}]", "节日: "),
        ("notices: [{year: 2027, source: x, rest: {元旦: [2027-01-03/2027-01-01]}}]", "起止颠倒"),
        ("notices: [{year: 2027, source: x, rest: {元旦: [元月一日]}}]", "日期应写作"),
        ("notices: [{year: 2027, source: x, rest: {元旦: [2028-01-01]}}]", "不在该年"),
        ("notices: [{year: 2027, source: x, work: {元旦: [2027-01-04]}}]", "不是周六、周日"),
        ("notices: [{year: 2027, source: x, rest: {元旦: [2027-01-02]}, work: {元旦: [2027-01-02]}}]", "既放假又上班"),
        ("notices: [{year: 2027, source: x}, {year: 2027, source: y}]", "2027 写了两次"),
        ("overrides: [{date: 2026-07-15, working: 否, name: x, source: y}]", "working 应为 true 或 false"),
        ("overrides: [{date: 2026-07-15, working: false, source: y}]", "第1条调整：缺少 name"),
        ("overrides: [{date: 2026-07-15, working: false, name: x}]", "缺少 source"),
        ("overrides: [{working: false, name: x, source: y}]", "日期应写作"),
        ("overrides: [", "无法读取"),
    ],
)
def test_a_wrong_table_says_what_is_wrong_and_where(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(XiaobaoError, match=r"ours\.yaml|2027年放假安排") as caught:
        read_table(path)
    assert says in caught.value.message


def test_an_absent_or_binary_table_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="无法读取"):
        read_table(tmp_path / "absent.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(UnreadableFile, match="无法读取"):
        read_table(tmp_path / "binary.yaml")


def test_an_override_needs_its_source() -> None:
    with pytest.raises(InputError, match="依据"):
        Override(date(2026, 7, 15), False, "民族节日", " ")
