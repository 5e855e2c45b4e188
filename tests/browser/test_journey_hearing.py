"""Words, clusters, maps, the control chart, a warning: each number opens its rows; files and filters keep to it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, labelled, looked_at, weeks_of
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

__all__ = ["journal_may_be_flushed", "journey"]
CAUSE = "系统与渠道故障"
FIGURE = re.compile(r"^[\d,]+( 件)?$")
TABS = ".tabs[aria-label='{}'] a[aria-current]"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


@pytest.fixture
def heard(journey: Journey) -> Any:
    """Fill a year with complaints of two branches, one of which has an outlet, and let a topic arise in the first."""
    from django.utils import timezone

    from xiaobao_web.insights import services

    weeks, units, office = weeks_of(journey.bank), journey.bank.units, journey.bank["office"]
    weeks.usual(weeks=4, a_day=8)
    weeks.topic(days=3, a_day=9)
    now = timezone.now()
    places = (
        ("branch", "信用卡", "定价收费", 30),
        ("sub_branch", "信用卡", CAUSE, 12),
        ("branch_two", "贷款", CAUSE, 24),
    )
    rows = []
    for unit, business, cause, count in places:
        for n in range(count):
            at = now - timedelta(days=2 + n * 5)
            text = f"{business}年费扣了{100 + n}元，没有提前告知，要求退还年费"
            case = weeks.case(at, text, unit, business_type=business, cause=cause)
            rows.append(weeks.contact(at, text, unit, case=case, kind="complaint"))
    rows[0].__class__.objects.bulk_create(rows)
    for unit, outlets, province in (("branch", 40, "湖北"), ("branch_two", 25, "海南")):
        services.set_base(
            unit=units[unit], year=now.year, by=office, outlets=outlets, customers=90_000, province=province
        )
    assert services.look()
    return weeks


def figures(page: Page, within: str) -> list[tuple[str, int]]:
    """Return the addresses of a page's numbers with what each says."""
    links = page.locator(f"{within} a[href]")
    told = [(links.nth(n).get_attribute("href"), links.nth(n).inner_text().strip()) for n in range(links.count())]
    return [(href, int(re.sub(r"\D", "", text))) for href, text in told if href and FIGURE.match(text)]


def rows_of(page: Page) -> int:
    """Return how many complaints the page says that it shows."""
    total = page.locator(".list-total strong")
    text = total.first.inner_text() if total.count() else page.locator("h1").inner_text()
    return int(re.sub(r"\D", "", text))


def opens_its_rows(journey: Journey, page: Page, within: str, most: int = 12) -> None:
    """Fail where a number of a page opens other rows than it says, or where there is none."""
    found = figures(page, within)
    assert found, f"{page.url} has no numbers"
    for href, number in found[:most]:
        page.goto(journey.url + href, wait_until="networkidle")
        if "/insights/places/" in page.url:  # a place shows its branches first
            page.click("main a:has-text('全部投诉')")
            page.wait_for_url(re.compile("/insights/rows/"))
        assert rows_of(page) == number, f"{href} says {number}"
        labelled(page)


def sheets_of(journey: Journey, page: Page) -> dict[str, list[list[Any]]]:
    """Return the workbook that the page's own button gives, rows by sheet."""
    file = journey.downloaded(page, page.locator(".page-head a:has-text('导出'), main a.btn:has-text('导出')").first)
    book = CalamineWorkbook.from_path(file.path())
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_words_and_clusters_open_their_complaints(journey: Journey, heard: Any) -> None:
    page = journey.at("office", "/insights/words/")
    looked_at(page, phone=True)
    labelled(page)
    journey.picture(page, "insight-words")
    fastest = page.locator(".figure-charts .card", has_text="上升最快")
    assert "闪退" in fastest.locator("tbody").inner_text()
    sheets = sheets_of(journey, page)
    assert len(sheets["热词"]) > 2
    assert sheets["上升最快"][0][:2] == ["短语", "本期件数"]
    opens_its_rows(journey, page, ".figure-charts")
    page = journey.at("office", "/insights/clusters/")
    looked_at(page, phone=True)
    journey.picture(page, "insight-clusters")
    assert len(sheets_of(journey, page)["主题"]) == page.locator(".card-head-actions a.num").count() + 1
    page.locator("details summary").first.click()
    first = page.locator("details[open] li a").first
    title = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_contain_text(title)
    page.go_back()
    opens_its_rows(journey, page, ".card-head-actions")
    assert len(sheets_of(journey, page)["投诉明细"]) == rows_of(page) + 1
    journey.well()


def test_maps_open_their_complaints_and_keep_what_was_chosen(journey: Journey, heard: Any) -> None:
    page = journey.at("office", "/insights/map/")
    looked_at(page, phone=True)
    journey.picture(page, "insight-map")
    page.click(".tabs[aria-label='维度'] a:has-text('业务类别 × 投诉原因')")
    page.click(".tabs[aria-label='时间范围'] a:has-text('近一年')")
    expect(page.locator(TABS.format("维度"))).to_have_text("业务类别 × 投诉原因")
    lines = page.locator(".heat tbody tr").count()
    (shown,) = (rows for name, rows in sheets_of(journey, page).items() if "×" in name)
    assert len(shown) == lines + 1
    page.click("button:has-text('查看')")  # the days by hand
    expect(page.locator(TABS.format("维度"))).to_have_text("业务类别 × 投诉原因")
    opens_its_rows(journey, page, ".heat")
    page = journey.at("office", "/insights/map/?period=days365")
    opens_its_rows(journey, page, ".heat")  # a branch without its outlets, as its line says
    page = journey.at("office", "/insights/places/")
    looked_at(page, phone=True)
    page.click(".tabs[aria-label='口径'] a:has-text('每千网点')")
    page.locator("svg.tiles a", has_text="鄂").click()
    page.click(".tabs[aria-label='时间范围'] a:has-text('近一年')")
    expect(page.locator(TABS.format("口径"))).to_have_text("每千网点")
    expect(page.locator("main")).to_contain_text("江城分行")
    expect(page.locator(".branch-tiles")).not_to_contain_text("海州分行")
    journey.picture(page, "insight-places")
    assert {"各省", "各机构"} <= set(sheets_of(journey, page))
    opens_its_rows(journey, page, "main .card:has(h2:text-is('各机构'))")
    branch = journey.at("branch_head", "/insights/places/?period=days365")
    expect(branch.locator("main")).not_to_contain_text("海州分行")
    journey.well()


def test_the_control_chart_and_a_warning_open_their_complaints(journey: Journey, heard: Any) -> None:
    page = journey.at("office", "/insights/control/")
    looked_at(page, phone=True)
    page.select_option("select[name=cause]", CAUSE)
    page.select_option("select[name=unit]", label=re.compile("海州分行").pattern)
    page.click("form:has(select[name=cause]) button")
    page.click(".tabs[aria-label='时间范围'] a:has-text('近一年')")
    expect(page.locator("select[name=cause]")).to_have_value(CAUSE)
    expect(page.locator("select[name=unit] option:checked")).to_have_text(re.compile("海州分行"))
    page.locator(".chart canvas").wait_for()
    journey.picture(page, "insight-control")
    book = sheets_of(journey, page)
    assert ["投诉原因", CAUSE] in book["说明"]
    page.click("summary:has-text('看数据')")
    assert len(book["控制图"]) == page.locator(".chart-data tbody tr").count() + 1
    opens_its_rows(journey, page, ".chart-data", most=4)
    page = journey.at("office", "/insights/warnings/")
    page.locator("tbody tr").locator("a").first.click()
    page.wait_for_url(re.compile(r"/warnings/\d+/$"))
    page.locator(".chart canvas").wait_for()
    journey.picture(page, "insight-warning")
    page.click("summary:has-text('看数据')")
    days = figures(page, ".chart-data")
    page.click("text=四周内同一主题的投诉")
    page.wait_for_url(re.compile("/insights/rows/"))
    expect(page.locator(".page-sub")).to_contain_text("的主题")
    assert rows_of(page) >= sum(number for _href, number in days) * 0.8
    assert len(sheets_of(journey, page)["投诉明细"]) == rows_of(page) + 1
    looked_at(page, phone=True)
    journey.well()
