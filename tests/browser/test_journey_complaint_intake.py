"""Complaints that come on paper, from a regulator, from a payment platform and as a table, each to its case.

Everything is done on the pages; the payment platform is a server of its own.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, looked_at, of_web_tests
from playwright.sync_api import Page, expect

__all__ = ["journal_may_be_flushed", "journey"]
HEAD = "件号,投诉内容,投诉时间,客户姓名,联系电话,责任机构,业务类别\n"
FIRST = (
    "G1,信用卡年费没有告诉我就扣了，要求退还,2026-03-02 09:30,宋安宁,13800004321,江城分行,信用卡\n"
    "G2,理财到期没有按时到账，要求解释,2026/3/3,陶一鸣,13900005678,江城分行,理财\n"
    "G3,催收打电话到单位，要求停止,三月三号,许多,13700000000,江城分行,债务催收\n"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def test_a_letter_is_read_beside_its_picture_and_becomes_a_case(journey: Journey) -> None:
    letters: Any = of_web_tests("letters_of_tests", "complaints/test_channel_letter.py")
    upload = letters.file_of(letters.sheet(letters.FIRST), letters.sheet(letters.SECOND))
    page = journey.at("liaison", "/complaints/letters/new/")
    looked_at(page)
    page.set_input_files(
        "input[type=file]", {"name": "来信.pdf", "mimeType": "application/pdf", "buffer": upload.read()}
    )
    page.click("button:has-text('登记并识别')")
    page.wait_for_url(re.compile(r"/letters/\d+/$"))
    expect(page.locator(".scan-page")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#text-1")).to_have_value(re.compile("宋安宁"))
    first = page.locator(".scan-leaf img").first
    first.evaluate("image => image.decode()")
    assert first.evaluate("image => image.naturalWidth > 300")
    box, words = first.bounding_box(), page.locator("#text-1").bounding_box()
    assert box is not None
    assert words is not None
    assert words["x"] >= box["x"] + box["width"] - 1, "the words stand beside the picture"
    looked_at(page)
    journey.picture(page, "complaint-scan")
    page.fill("#text-2", "另外客服态度很差，请书面答复。")
    page.click("button[value=fill]")
    page.wait_for_url(re.compile(r"/take-down/"))
    expect(page.locator("#id_phone")).to_have_value("13800004321")
    page.click("button:has-text('登记')")
    page.wait_for_url(re.compile(r"/complaints/\d+/$"))
    expect(page.locator("main")).to_contain_text("来信")
    expect(page.locator("main")).to_contain_text("138****4321")
    journey.well()


def test_a_regulators_sheet_is_pasted_and_keeps_its_number_and_day(journey: Journey) -> None:
    from datetime import timedelta

    from django.utils import timezone

    today = timezone.localdate()
    due = today + timedelta(days=18)
    pasted = (
        "国家金融监督管理总局江城监管局消费投诉转办单\n转办编号：江金投转〔2026〕118号\n"
        f"转办日期：{today:%Y年%-m月%-d日}　　反馈期限：{due:%Y年%-m月%-d日}\n投诉人：宋安宁　联系电话：13800004321\n"
        "被投诉机构：示例银行江城分行\n投诉内容：办理信用卡分期，未说明手续费。\n投诉请求：退还手续费285元。\n"
    )
    page = journey.at("complaints", "/complaints/transfers/new/")
    page.fill("#pasted", pasted)
    page.click("button[value=read]")
    expect(page.locator("#id_number")).to_have_value("江金投转〔2026〕118号")
    expect(page.locator("#id_due_on")).to_have_value(due.isoformat())
    expect(page.locator("[data-machine=phone] q")).to_contain_text("13800004321")
    looked_at(page)
    journey.picture(page, "complaint-transfer-pasted")
    form = page.locator("form[data-keep=transfer-new]")
    if not form.locator("[name=unit]").input_value():
        option = form.locator("[name=unit] option", has_text="江城分行").first
        form.locator("[name=unit]").select_option(value=option.get_attribute("value"))
    form.locator("button.btn-primary").click()
    page.wait_for_url(re.compile(r"/complaints/\d+/$"))
    main = page.locator("main")
    for words in ("金融监管转办", "江金投转〔2026〕118号", "待反馈", "向转送部门报告"):
        expect(main).to_contain_text(words)
    looked_at(page)
    journey.well()


@pytest.fixture
def platform(settings: Any) -> Iterator[Any]:
    """Serve a payment platform with one complaint."""
    settings.WEBHOOK_NETWORKS = ["127.0.0.0/8"]
    tests: Any = of_web_tests("platform_of_tests", "complaints/test_channel_platform.py")
    with tests.Server() as server:
        server.complaints = [tests.complaint(1)]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def set_up(journey: Journey, server: Any) -> None:
    """Set the platform up as an administrator does, and try the connection."""
    page = journey.at("admin", "/complaints/platforms/new/")
    values = {
        "name": "某支付平台", "code": "pay", "base": f"http://127.0.0.1:{server.server_address[1]}",
        "key": "sk-0001", "list_path": "/complaints", "size": "2", "items": "data.items", "next_cursor": "data.next",
        "more": "data.more", "callback": "whsec_Y2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2M=",
        "fields_of": "number = id\ntext = detail\nphone = payer.phone\namount = amount",
    }  # fmt: skip
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    page.select_option("[name=unit]", label="客户服务中心")
    page.select_option("[name=amount_unit]", "fen")
    page.check("[name=active]")
    looked_at(page)
    page.click("button.btn-primary:has-text('保存')")
    page.wait_for_url(re.compile(r"/platforms/\d+/$"))
    page.click("button[value=try]")
    expect(page.locator("body")).to_contain_text("已连通，取到 1 件")
    journey.picture(page, "complaint-platform")


def test_a_payment_platforms_complaint_is_fetched_and_answered_there(journey: Journey, platform: Any) -> None:
    from xiaobao_web.complaints.services import platforms

    set_up(journey, platform)
    assert platforms.pull_all() == 1
    page = journey.at("complaints", "/complaints/contacts/")
    page.locator("tbody tr", has_text="支付平台").locator("a").first.click()
    page.wait_for_url(re.compile(r"/contacts/\d+/$"))
    expect(page.locator("main")).to_contain_text("扣年费没有告知")
    page.select_option("[name=kind]", "complaint")
    page.click("button[value=screen_kind]")
    expect(page.locator("body")).to_contain_text("已甄别。")
    page.click("a:has-text('打开投诉')")
    page.wait_for_url(re.compile(r"/complaints/\d+/$"))
    address = page.url
    page.locator(".verbs").get_by_role("link", name="受理", exact=True).click()
    page.locator("#step form button").click()
    expect(page.locator("body")).to_contain_text("已受理。")
    page.locator(".verbs").get_by_role("link", name="派单", exact=True).click()
    expect(page.locator("#step [name=handler]")).to_be_visible()
    offered = page.locator("#step [name=handler] option").all_inner_texts()
    own = next(name for name in offered if "尤投诉" in name)
    page.locator("#step [name=handler]").select_option(label=own)
    page.locator("#step form button").click()
    expect(page.locator("body")).to_contain_text("已派单")
    page.goto(address, wait_until="networkidle")
    page.locator(".verbs").get_by_role("link", name="回复支付平台", exact=True).click()
    page.locator("#step [name=text]").fill("年费已退还到您的账户。")
    page.locator("#step form button").click()
    expect(page.locator("body")).to_contain_text("回复已交给平台")
    assert [words for _number, words in platform.replies.values()] == ["年费已退还到您的账户。"]
    page.locator(".said a").first.click()
    expect(page.locator("main")).to_contain_text("已送出")
    looked_at(page)
    journey.well()


def given(page: Page, name: str, text: str) -> None:
    """Choose another system's table and look at what it would do."""
    page.fill("[name=system]", "旧投诉系统")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": text.encode("gb18030")})
    page.click("button:has-text('查看')")


def test_a_table_is_tried_dry_taken_in_and_updated_the_next_day(journey: Journey) -> None:
    page = journey.at("office", "/complaints/import/")
    looked_at(page)
    given(page, "日报.csv", HEAD + FIRST)
    expect(page.locator("main")).to_contain_text("还没有对应的列：投诉编号")
    assert page.locator("button[value=import]").count() == 0
    page.get_by_label("件号", exact=True).select_option("number")
    page.click("button[value=headings]")
    expect(page.locator("body")).to_contain_text("列名对应已记住")
    expect(page.locator("main")).to_contain_text("读不懂“三月三号”")
    looked_at(page)
    journey.picture(page, "complaint-import")
    page.click("button[value=import]")
    page.wait_for_url(re.compile(r"/import/\d+/$"))
    main = page.locator("main")
    expect(main).to_contain_text("与旧报表核对")
    expect(main.locator(".stat", has_text="新登记")).to_contain_text("2")
    looked_at(page)
    page = journey.at("office", "/complaints/import/")
    later = FIRST.replace("要求解释", "要求赔偿").replace("三月三号", "2026-03-04")
    given(page, "次日.csv", HEAD + later)
    expect(page.locator("button[value=import]")).to_contain_text("导入 3 行")
    page.click("button[value=import]")
    page.wait_for_url(re.compile(r"/import/\d+/$"))
    for label, count in (("新登记", "1"), ("更新", "1"), ("未变", "1")):
        expect(page.locator("main .stat", has_text=label).first).to_contain_text(count)
    page.locator("input[name=told]").first.fill("3")
    page.click("button:has-text('核对')")
    expect(page.locator("main")).to_contain_text("一致")
    assert journey.downloaded(page, page.locator("text=下载回写文件")).suggested_filename.endswith(".xlsx")
    journey.well()
