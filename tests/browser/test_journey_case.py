"""A complaint from acceptance to the call-back by the people of a bank, and an early warning that enters the ledger.

XIAOBAO_PICTURES=docs/user keeps the pictures taken on the way.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, of_web_tests
from playwright.sync_api import Locator, Page, expect

__all__ = ["journal_may_be_flushed", "journey"]
SAID = "我叫周可欣，电话 13800001234。上个月在江城滨江支行办信用卡分期，没说要收手续费，扣了 360 元，不退我就起诉。"
PARTS = {
    "facts": "我行调取了办理录音和交易记录，核实到办理时没有说明分期手续费。",
    "decision": "我行决定退还分期手续费 360 元，三日内退回原卡。",
    "reasons": "依据《信用卡分期业务协议》第四条关于费用告知的约定，因办理时没有履行告知义务，所以作出上述决定。",
}
REMEDIES = "如有异议，可以自收到本告知书之日起 30 日内书面申请核查，也可以申请调解、仲裁或者向法院提起诉讼。"
DECIDED_BY = "作出处理决定"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def ago(days: int) -> str:
    """Return the morning some days ago as a field of a moment takes it."""
    from django.utils import timezone

    return f"{timezone.localdate() - timedelta(days=days)}T09:30"


def filled(form: Locator, values: dict[str, str]) -> None:
    """Fill a form in by the names of its fields."""
    for name, value in values.items():
        field = form.locator(f"[name={name}]").first
        kind = field.evaluate("field => field.type")
        if kind == "radio":
            form.locator(f"[name={name}][value='{value}']").check()
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)


def step(journey: Journey, who: str, address: str, label: str, told: str, **values: str) -> Page:
    """Do a step of a case as a person, and see that it was done."""
    page = journey.at(who, address)
    page.locator(".verbs").get_by_role("link", name=label, exact=True).click()
    form = page.locator("#step form")
    expect(form).to_be_visible()
    filled(form, values)
    form.locator("button").click()
    expect(page.locator("body")).to_contain_text(told)
    assert page.url == journey.url + address, page.url
    return page


def refused(page: Page, label: str, reason: str) -> None:
    """See that a step is not possible and says why."""
    button = page.locator(".verbs button[aria-disabled=true]", has_text=label).first
    expect(button).to_have_attribute("aria-label", re.compile(f"^{label}：.*{reason}"))


def clock(page: Page) -> Locator:
    """Return the clock by which the decision must be made."""
    return page.locator(".point:has(.clock-day)", has_text=DECIDED_BY).first


def due(page: Page) -> date:
    """Return the day on which that clock ends."""
    return date.fromisoformat(clock(page).locator(".clock-day").inner_text())


def counted(page: Page) -> list[str]:
    """Open the count of that clock day by day; return its lines."""
    clock(page).locator("summary").click()
    rows = clock(page).locator(".clock-table tbody tr")
    expect(rows.first).to_be_visible()
    return rows.all_inner_texts()


def registered(journey: Journey) -> str:
    """Take a complaint of ten days ago down, accept and assign it; return its address."""
    page = journey.at("liaison", "/complaints/register/")
    form = page.locator("form[data-keep=complaint-register]")
    filled(form, {"channel": "branch", "received_at": ago(10), "text": SAID, "customer_name": "周可欣",
                  "phone": "13800001234", "business_type": "信用卡", "cause": "信息披露与告知不足"})  # fmt: skip
    form.locator("[name=flags][value=诉讼]").check()
    form.locator("[name=demands][value=退款退费]").check()
    form.locator("button.btn-primary").click()
    page.wait_for_url(re.compile(r"/complaints/\d+/$"))
    expect(page.locator("main")).to_contain_text("待受理")
    address = page.url.removeprefix(journey.url)
    step(journey, "complaints", address, "受理", "已受理。")
    page = journey.at("complaints", address)
    page.locator(".verbs").get_by_role("link", name="派单", exact=True).click()
    expect(page.locator("#step form")).to_be_visible()
    offered = page.locator("#step [name=handler] option").all_inner_texts()
    name = next(item for item in offered if "王联络" in item)
    page.locator("#step [name=handler]").select_option(label=name)
    page.locator("#step form button").click()
    expect(page.locator("body")).to_contain_text("已派单")
    return address


def extended(journey: Journey, address: str) -> None:
    """Ask for a longer term, have it approved by another before the day; the clock shows the new day and why."""
    page = step(journey, "liaison", address, "申请延期", "延期申请已提交。", kind="complex",
                reason="分期协议签署于外省网点，须调取档案核对")  # fmt: skip
    before = due(page)
    assert len(counted(page)) >= 15
    page = journey.at("liaison", address)
    refused(page, "审批延期", "")
    page = step(journey, "branch_head", address, "审批延期", "延期已审批。", approve="1", note="情况属实")
    assert due(page) - before == timedelta(days=15)
    lines = counted(page)
    assert len(lines) >= 30
    assert "30" in lines[-1]
    journey.picture(page, "complaint-clocks")
    page = step(journey, "liaison", address, "登记延期告知", "已登记告知。", mode="sms", proof="短信回执 20881")
    expect(page.locator("main")).to_contain_text("短信回执 20881")


def mediated(journey: Journey, address: str) -> None:
    """Mediate with consent: the clock stands still until the agreement, and its days are added."""
    page = step(journey, "liaison", address, "建议调解", "已登记调解建议。", organisation="江城金融纠纷调解中心",
                mediator="李调解", at=ago(7))  # fmt: skip
    before = due(page)
    page = step(journey, "liaison", address, "登记是否同意调解", "已登记。", consents="1", proof="签字申请书扫描件",
                at=ago(6))  # fmt: skip
    expect(page.locator("main")).to_contain_text("期限中止")
    expect(clock(page)).to_contain_text("中止中")
    step(journey, "liaison", address, "登记调解场次", "已登记。", at=ago(3), place="调解中心二室", note="双方到场")
    page = step(journey, "liaison", address, "登记调解结果", "已登记，期限继续计算。", agreed="1",
                agreement="退还手续费 360 元，三日内到账。", at=ago(1))  # fmt: skip
    expect(page.locator("main")).to_contain_text("处理中")
    expect(clock(page)).to_contain_text("不计入 5 日")
    assert due(page) - before == timedelta(days=5)
    assert any("调解" in line for line in counted(page))
    journey.picture(page, "complaint-mediated")


def answered(journey: Journey, address: str) -> None:
    """Hand in a letter without its remedies, see it refused, amend it; a second person agrees, it is sent by post."""
    page = journey.at("liaison", f"{address}letter/")
    filled(page.locator("#letter"), {**PARTS, "remedies": "如有异议请与我行联系。"})
    expect(page.locator("#elements")).to_contain_text("3/4")
    expect(page.locator("#elements .is-missing")).to_contain_text("申请核查")
    heard = len(journey.trouble)
    page.click("button[value=submit]")
    expect(page.locator("main .form-note.tone-red")).to_contain_text("救济途径")
    told = journey.trouble[heard:]
    assert all("422" in line for line in told), told
    del journey.trouble[heard:]
    expect(page.locator("[name=facts]")).to_have_value(PARTS["facts"])
    journey.picture(page, "complaint-letter")
    page.fill("[name=remedies]", REMEDIES)
    expect(page.locator("#elements")).to_contain_text("4/4")
    page.click("button[value=submit]")
    expect(page.locator("body")).to_contain_text("已提交复核。")
    assert page.locator("button[value=approve]").count() == 0, "the handler may not be the second person"
    page = journey.at("legal", f"{address}letter/")
    page.fill("[name=note]", "依据充分")
    page.click("button[value=approve]")
    expect(page.locator("body")).to_contain_text("复核通过，可以送达。")
    page = journey.at("liaison", f"{address}letter/")
    link = page.locator("a[href*='/document/']").first.get_attribute("href")
    word = page.request.get(journey.url + str(link))
    assert word.ok
    assert word.body()[:2] == b"PK"
    page.select_option("[name=mode]", "post")
    page.fill("[name=proof]", "EMS 1234567890")
    page.click("button[value=send]")
    page.wait_for_url(f"**{address}")
    expect(page.locator("main")).to_contain_text("EMS 1234567890")
    expect(clock(page)).to_contain_text("已完成")


def concluded(journey: Journey, address: str) -> None:
    """Find responsibility, without which it does not close; close, call back."""
    page = journey.at("liaison", address)
    refused(page, "办结", "责任认定还没有作出或正在复核，认定后才能办结。")
    step(journey, "branch_head", address, "责任认定", "责任认定已登记。", fault="full", cause="办理时没有说明费用",
         reason="录音显示没有说明手续费。")  # fmt: skip
    page = step(journey, "liaison", address, "办结", "已办结。", outcome="mediated", note="退费已到账")
    expect(page.locator("main")).to_contain_text("已办结")
    page = step(journey, "liaison", address, "登记回访", "回访已登记。", reached="1", score="5", done="true",
                note="已到账，客户认可")  # fmt: skip
    expect(page.locator("main")).to_contain_text("5/5")
    journey.picture(page, "complaint-closed")


def test_a_complaint_from_acceptance_to_the_call_back(journey: Journey) -> None:
    from xiaobao_web.kernel import journal

    address = registered(journey)
    extended(journey, address)
    mediated(journey, address)
    answered(journey, address)
    concluded(journey, address)
    journey.well()
    assert journal.verify().sound


def warned(bank: Any) -> str:
    """Let a topic grow in the last days of some weeks, and have the machine look; return the warning's number."""
    from django.utils import timezone

    from xiaobao_web.insights import services

    weeks_of: Any = of_web_tests("weeks_of_tests", "insights/conftest.py")
    weeks_of.NOW = timezone.now()
    weeks = weeks_of.Weeks(bank)
    weeks.usual()
    weeks.topic()
    return str(services.look()[0].number)


def test_an_early_warning_is_acknowledged_and_enters_the_ledger(journey: Journey) -> None:
    number = warned(journey.bank)
    page = journey.at("liaison", "/insights/warnings/")
    page.locator("tbody tr", has_text=number).locator("a").first.click()
    page.wait_for_url(re.compile(r"/warnings/\d+/$"))
    expect(page.locator("main")).to_contain_text("待签收")
    expect(page.locator("main")).to_contain_text("系统故障")
    journey.picture(page, "complaint-warning")
    page.click("button[value=acknowledge]")
    expect(page.locator("main")).to_contain_text("已签收")
    page.fill("[name=measure]", "电子银行部回退到上一版本，今日发布公告")
    page.click("button[value=act]")
    expect(page.locator("main")).to_contain_text("处置中")
    address = page.url
    page.click("button[value=issue]")
    page.wait_for_url(re.compile(r"/issues/\d+/$"))
    expect(page.locator("main")).to_contain_text("手机银行")
    page.goto(address, wait_until="networkidle")
    expect(page.locator("main")).to_contain_text("问题台账")
    assert page.locator("button[value=issue]").count() == 0
    journey.well()
