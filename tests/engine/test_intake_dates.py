"""Dates of a case: as written, relative to the day of receipt, by festival and by the lunar calendar."""

from __future__ import annotations

from datetime import date

import pytest
from holidays.calendars.chinese import _ChineseLunisolar

from xiaobao.intake import dates, fill, lunar
from xiaobao.intake.narrative import narrative

# 6 May 2025 is a Tuesday.
TABLE = [
    ("2025年4月18日扣了年费", ["2025-04-18"]),
    ("2025-04-18和2025.4.20各扣一次", ["2025-04-18", "2025-04-20"]),
    ("二〇二四年十二月三号办的卡", ["2024-12-03"]),
    ("去年12月3号办的卡", ["2024-12-03"]),
    ("12月3号办的卡", ["2024-12-03"]),
    ("4月30号提前还款", ["2025-04-30"]),
    ("上周五被扣了钱", ["2025-05-02"]),
    ("上上周一打的电话", ["2025-04-21"]),
    ("周五去的网点", ["2025-05-02"]),
    ("周二去的网点", ["2025-04-29"]),
    ("礼拜天转的账", ["2025-05-04"]),
    ("昨晚登不上去", ["2025-05-05"]),
    ("前天和大前天都打来", ["2025-05-04", "2025-05-03"]),
    ("三天前发现的", ["2025-05-03"]),
    ("3号还的款", ["2025-05-03"]),
    ("28号还的款", ["2025-04-28"]),
    ("上个月15号逾期", ["2025-04-15"]),
    ("今年3月办的分期", ["2025-03"]),
    ("8月份办的分期", ["2024-08"]),
    ("3月5日至8日打了几十个电话", ["2025-03-05", "2025-03-08"]),
    ("4月10号借的,第二天就还了", ["2025-04-10", "2025-04-11"]),
    ("正月十五那天存的", ["2025-02-12"]),
    ("大年初二到期", ["2025-01-30"]),
    ("去年中秋节那天买的", ["2024-09-17"]),
    ("国庆期间被盗刷", ["2024-10-01", "2024-10-07"]),
    ("除夕那天转走的", ["2025-01-28"]),
    ("双十一刷的", ["2024-11-11"]),
    ("十一那天刷的", ["2024-10-01"]),
    ("五一三天假里刷的", ["2025-05-01"]),
    ("清明节那天丢的卡", ["2025-04-04"]),
    ("3月2日、9日、16日各扣了一次", ["2025-03-02", "2025-03-09", "2025-03-16"]),
    ("4月7、11和20号去了三趟", ["2025-04-07", "2025-04-11", "2025-04-20"]),
    ("4月12-13日系统维护", ["2025-04-12", "2025-04-13"]),
    ("4月21日(周一)提交的申请", ["2025-04-21"]),
    ("去年腊月十八取走的", ["2025-01-17"]),
    ("4月3号……不对，是4月5号交的钱", ["2025-04-05"]),
    ("4月15日在网点买了稳盈宝3号，亏了2万元", ["2025-04-15"]),
    ("刚才卡里被转走五百", ["2025-05-06"]),
    ("我妈在网点，就刚刚，密码给人家了", ["2025-05-06"]),
    ("大前儿取的钱", ["2025-05-03"]),
    ("前个儿取的钱", ["2025-05-04"]),
    ("大上周五扣的年费", ["2025-04-25"]),
    ("大上个月15号扣的年费", ["2025-03-15"]),
    ("4月20号转的账，隔了三天才到", ["2025-04-20", "2025-04-23"]),
    ("4月20号转的账，三天后才到", ["2025-04-20", "2025-04-23"]),
    ("上周六去的，过了一天又去", ["2025-05-03", "2025-05-04"]),
    ("4月20号来电，第三天就没人接了", ["2025-04-20", "2025-04-22"]),
    ("4月20号扣的，第二天打电话没人接，第二天下午才有人接", ["2025-04-20", "2025-04-21"]),
    ("4月20号去取，翌日再去仍取不出", ["2025-04-20", "2025-04-21"]),
    ("4月20号催收上门，当晚又来", ["2025-04-20"]),
]
NONE = [
    "每月3号扣款",
    "到今天都没人管",
    "明天我就去银监局",
    "1990年5月6日出生",
    "两个多月前的事了",
    "去年底买的",
    "5月20日必须过户",
    "周一到周五都打不通",
    "拖到现在没人管",
    "电话幺三八零零一三八零零零",
    "利率百分之三八太高",
    "号码一共十一位你们登记错了",
    "转办单号CD20250331-0077",
    "12号发工资我就还上",
    "20号之前凑不齐首付房子就没了",
    "买的是“稳健成长三号”",
    "宽限我到6月20日",
    "都五月了还没有人管",
    "四月二十几号开始天天来催",
    "今天是还款日",
    "今日未到账",
    "刚才那位客服态度差",
    "刚刚好够还款",
    "刚才跟你们说了不要打",
    "不是刚才扣的",
    "说三天后退给我",
    "十天后给我答复",
    "头两天扣的钱",
    "前几天扣的钱",
    "第二天就没了",
    "买了稳盈宝3号，亏了2万元",
]


@pytest.mark.parametrize(("text", "days"), TABLE)
def test_day(text: str, days: list[str]) -> None:
    assert list(fill(channel="web", received_at="2025-05-06", text=text).event_dates) == days


@pytest.mark.parametrize(
    "text",
    [
        "4月20号买的，客服说三天后到账",
        "4月20号买的，如果三天后才到账就亏了",
        "4月20号转的，限额要次日生效",
        "4月20号还进去，准备第二天再提",
        "4月20号去的，让我次日再来",
        "4月20号起隔天打一次电话",
        "4月20号逾期，逾期第三天就催收",
        "4月20号存的，两周后才发现",
    ],
)
def test_a_day_only_promised_or_counted_vaguely_is_none(text: str) -> None:
    assert fill(channel="web", received_at="2025-05-06", text=text).event_dates == ("2025-04-20",)


def test_a_moment_ago_is_the_customers_word() -> None:
    said = [{"role": "agent", "text": "您刚才被扣了年费吗"}, {"role": "customer", "text": "4月20号扣的"}]
    assert fill(channel="call", received_at="2025-05-06", turns=said).event_dates == ("2025-04-20",)


@pytest.mark.parametrize("text", NONE)
def test_no_day(text: str) -> None:
    assert fill(channel="web", received_at="2025-05-06", text=text).event_dates == ()


def test_days_of_a_leap_month() -> None:
    for text in ("农历闰六月初三收的年费", "闰六月初三收的年费"):
        ticket = fill(channel="web", received_at="2025-10-08", text=text)
        assert (ticket.event_dates, ticket.risk_flags) == (("2025-07-27",), ())
    assert fill(channel="web", received_at="2024-10-08", text="农历闰六月初三收的年费").event_dates == ()
    assert lunar.solar(2025, 6, 3, leap=True) == date(2025, 7, 27)
    assert lunar.solar(2024, 6, 3, leap=True) is None


def test_signature_is_no_event() -> None:
    text = "贵行4月3日多扣我年费,请退还。投诉人:姚远\n2025年5月5日"
    assert fill(channel="letter", received_at="2025-05-06", text=text).event_dates == ("2025-04-03",)


def test_signature_before_a_note_in_brackets_is_no_event() -> None:
    text = "4月3日多扣我年费,请退还。姚远 二〇二五年五月四日\n(寄:消费者权益保护部)"
    assert fill(channel="letter", received_at="2025-05-06", text=text).event_dates == ("2025-04-03",)


def test_lunar_table_gives_the_festivals_of_the_holidays_package() -> None:
    known = _ChineseLunisolar()
    for year in range(lunar.FIRST, lunar.LAST + 1):
        for name, month, day in (
            ("lunar_new_year_date", 1, 1),
            ("buddha_birthday_date", 4, 8),
            ("dragon_boat_date", 5, 5),
            ("mid_autumn_date", 8, 15),
            ("double_ninth_date", 9, 9),
        ):
            assert lunar.solar(year, month, day) == getattr(known, name)(year)[0], (year, name)
    assert lunar.solar(1999, 1, 1) is None
    assert lunar.solar(2025, 1, 30) == date(2025, 2, 27)
    assert lunar.solar(2025, 2, 30) is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("住江城市滨江路8号3栋201，扣了年费要退", ()),
        ("我家在建设大道16号，信寄错了", ()),
        ("滨江支行8号扣了我年费", ("2026-11-08",)),
        ("8号我去了滨江路的网点", ("2026-11-08",)),
    ],
)
def test_a_house_number_is_no_day(text: str, days: tuple[str, ...]) -> None:
    found = dates.find(narrative("web", "2026-11-27T10:00:00+08:00", text, None))
    assert (found.value if found else ()) == days
