"""A customer files a complaint on the smallest phone and follows it; a clerk fills one in from a call, key by key."""

from __future__ import annotations

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, looked_at
from playwright.sync_api import expect

__all__ = ["journal_may_be_flushed", "journey"]
CALL = "您好我叫宋安宁，电话13800004321，3月2日你们江城分行信用卡账单分期没说手续费，扣了285元，我要求退给我。"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def test_a_customer_files_on_a_phone_and_follows_the_case(journey: Journey) -> None:
    page = journey.page("nobody")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(journey.url + "/public/complaints?size=large")
    looked_at(page)
    journey.picture(page, "complaint-begin")
    page.click("button.main")
    page.fill("#id_text", CALL)
    page.reload()
    expect(page.locator("#id_text")).to_have_value(CALL)  # typed and not yet sent
    looked_at(page)
    journey.picture(page, "complaint-what")
    page.click("button.main")
    page.fill("#id_place", "江城分行")
    page.click("button.main")
    page.check("text=退款退费")
    looked_at(page)
    page.click("button.main")
    expect(page.locator("h1")).to_contain_text("图片和材料")
    looked_at(page)
    page.click("button.main")
    page.fill("#id_customer_name", "宋安宁")
    page.fill("#id_phone", "13800004321")
    page.click("button.main")
    expect(page.locator("main")).to_contain_text("信用卡账单分期")
    looked_at(page)
    page.click("button.main")
    number, code = page.inner_text("[data-number]"), page.inner_text("[data-code]")
    looked_at(page)
    journey.picture(page, "complaint-received")
    page.click("text=查询办理进度")
    page.fill("#id_number", number)
    page.fill("#id_code", code)
    page.click("button.main")
    expect(page.locator("[data-standing]")).to_have_text("已收到")
    assert code not in page.url
    looked_at(page)
    journey.well()


def test_a_clerk_fills_from_a_call_key_by_key(journey: Journey) -> None:
    page = journey.at("liaison", "/complaints/take-down/")
    page.fill("#id_text", CALL)
    page.click("button:has-text('填单')")
    expect(page.locator("mark[data-field=phone]")).to_have_text("13800004321")
    first = page.locator("[data-machine=customer_name]")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-machine=phone]")).to_be_focused()
    expect(page.locator("mark[data-field=phone]")).to_have_class("is-now")
    page.keyboard.press("e")
    expect(page.locator("#id_phone")).to_be_focused()
    page.keyboard.type("13800004322")
    page.keyboard.press("Enter")
    expect(page.locator("[data-machine=id_number]")).to_be_focused()
    journey.picture(page, "take-down")
    looked_at(page)
    page.click("button:has-text('登记')")
    page.wait_for_url("**/complaints/*/")
    expect(page.locator("main")).to_contain_text("TS2026")
    journey.well()
