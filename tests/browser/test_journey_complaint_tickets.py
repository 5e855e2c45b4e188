"""A clerk has all that a ticket holds filled from a call and corrects it; a unit's task is handed on and answered."""

from __future__ import annotations

import re

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, looked_at
from playwright.sync_api import Locator, Page, expect

__all__ = ["journal_may_be_flushed", "journey"]
CALL = (
    "您好我叫宋安宁，电话13800004321，邮箱song.an@example.com，2月3日你们江城分行理财经理李敏给我推荐“稳享添利”理财，"
    "说保本，我买了5万元，亏了3000元，我要求赔偿，不处理我就去银保监投诉。"
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def sums(page: Page) -> list[tuple[str, str]]:
    """Return the sums of a ticket's form, each with what it is."""
    rows = page.locator("[data-sum-rows] .sum-row").all()
    told = [(row.locator("input").input_value(), row.locator("select").input_value()) for row in rows]
    return [row for row in told if row[0]]


def fact(page: Page, label: str) -> Locator:
    """Return what a case tells under a label."""
    return page.locator("main dt", has_text=re.compile(f"^{label}$")).locator("xpath=following-sibling::dd[1]")


def test_all_of_a_ticket_is_filled_corrected_and_told(journey: Journey) -> None:
    page = journey.at("liaison", "/complaints/take-down/")
    page.fill("#id_text", CALL)
    page.click("button:has-text('填单')")
    for name, value in (("email", "song.an@example.com"), ("institution", "江城分行"), ("staff", "李敏"),
                        ("product_name", "稳享添利")):  # fmt: skip
        expect(page.locator(f"#id_{name}")).to_have_value(value)
        expect(page.locator(f"[data-machine={name}] q").first).to_contain_text(value)
    assert [role for _sum, role in sums(page)] == ["disputed", "loss"]
    expect(page.locator("#id_event_dates")).to_have_value(re.compile(r"^\d{4}-02-03$"))
    expect(page.locator("#id_summary")).to_have_value(re.compile("稳享添利"))
    page.locator("[data-machine=staff]").focus()
    page.keyboard.press("e")
    page.keyboard.type("李敏、王强")
    page.keyboard.press("Enter")
    expect(page.locator("[data-machine=staff]")).to_have_class(re.compile("is-accepted"))
    looked_at(page, phone=True)
    journey.picture(page, "take-down-all")
    page.click("button:has-text('登记')")
    page.wait_for_url("**/complaints/*/")
    expect(fact(page, "所称机构")).to_have_text("江城分行")
    expect(fact(page, "涉及员工")).to_have_text("李*、王*")
    expect(fact(page, "涉及金额")).to_contain_text("损失")
    page.click("a:has-text('更正填单')")
    page.fill("#id_product_name", "稳享添利 2 号")
    looked_at(page, phone=True)
    page.click("button:has-text('保存更正')")
    page.wait_for_url("**/complaints/*/")
    expect(fact(page, "产品")).to_have_text("稳享添利 2 号")
    told = page.locator(".timeline li, .timeline-item", has_text="更正").first
    expect(told).to_contain_text("稳享添利")
    expect(told).to_contain_text("稳享添利 2 号")
    looked_at(page, phone=True)
    page = journey.at("complaints", "/complaints/intake-figures/")
    for label, right in (("涉及员工", 0), ("邮箱", 1)):
        figures = page.locator("main tr", has_text=label).first.locator("td")
        expect(figures.nth(0)).to_have_text("1")  # so often the words tell it
        expect(figures.nth(1)).to_have_text(str(right))
    looked_at(page, phone=True)
    journey.well()


def handled(journey: Journey) -> str:
    """Return the address of a complaint about the head of the branch that its liaison handles."""
    from xiaobao_web.complaints import services

    bank = journey.bank
    case = services.open_directly(
        channel="call", text=CALL, by=bank["complaints"], unit=bank.units["head"], customer_name="宋安宁",
        business_type="自营理财", cause="信息披露与告知不足", demands=["赔偿损失"],
    )  # fmt: skip
    case = services.accept(case, by=bank["complaints"])
    case = services.assign(case, by=bank["complaints"], handler=bank["complaints"])
    services.add_party(case, by=bank["complaints"], kind="respondent", name="", person=bank["branch_head"])
    return case.get_absolute_url()


def offered(page: Page, name: str) -> str:
    """Return what a choice offers, as one text."""
    return " ".join(page.locator(f"[name={name}] option").all_inner_texts())


def test_a_task_is_given_out_handed_on_and_answered(journey: Journey) -> None:
    page = journey.at("complaints", handled(journey))
    page.locator(".verbs").get_by_role("link", name="请业务单位协办", exact=True).click()
    form = page.locator("#step form")
    expect(form).to_be_visible()
    assert "海州分行" in offered(page, "unit")
    assert "江城" not in offered(page, "unit"), "the head of the branch is complained of"
    form.locator("[name=unit]").select_option(label="零售金融部")
    form.locator("[name=request]").fill("请说明产品风险等级和销售话术。")
    looked_at(page, phone=True)
    form.locator("button").click()
    expect(page.locator("body")).to_contain_text("协办任务已派发。")
    page = journey.at("sender_head", "/complaints/tasks/")
    page.locator("main tbody a").first.click()
    page.wait_for_url(re.compile(r"/tasks/\d+/$"))
    address = page.url.removeprefix(journey.url)
    assert "云帆助贷" not in offered(page, "unit"), "nobody of the partner answers here"
    assert "陈行长" not in offered(page, "assignee")
    looked_at(page, phone=True)
    page.locator("[name=assignee]").select_option(label="周送审（零售金融部）")
    page.click("button:has-text('转交')")
    expect(page.locator("body")).to_contain_text("任务已转给周送审。")
    journey.picture(page, "complaint-task")
    page = journey.at("submitter", address)
    page.fill("[name=reply]", "产品为中低风险，话术中没有保本字样。")
    page.click("button:has-text('提交负责人审批')")
    expect(page.locator("body")).to_contain_text("等待负责人审批")
    page = journey.at("sender_head", address)
    page.click("button[value=approve]")
    expect(page.locator("body")).to_contain_text("已审批。")
    page = journey.at("complaints", "/")
    expect(page.locator("body")).to_contain_text("协办已有结果")
    journey.well()
