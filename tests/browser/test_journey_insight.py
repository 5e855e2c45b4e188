"""A warning becomes the removal of a cause, whose effect is proven.

One step from a complaint: an inspection, a rule, another look at what was approved.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, labelled, looked_at, reviews_of, weeks_of
from playwright.sync_api import Page, expect

__all__ = ["journal_may_be_flushed", "journey"]
CAUSE = "系统与渠道故障"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def chosen(page: Page, field: str, name: str) -> None:
    """Choose a person, who stands in the list with an organisation."""
    label = page.locator(f"{field} option", has_text=name).inner_text()
    assert label.startswith(f"{name}（"), label
    page.select_option(field, label=label)


def opened(journey: Journey, number: str) -> str:
    """Open the removal of a warning's cause as the branch, with an action that is done; return its address."""
    page = journey.at("liaison", "/insights/warnings/")
    page.locator("tbody tr", has_text=number).locator("a").first.click()
    page.wait_for_url(re.compile(r"/warnings/\d+/$"))
    looked_at(page, phone=True)
    page.click("button[value=acknowledge]")
    expect(page.locator("main")).to_contain_text("已签收")
    page.click("main a:has-text('根因整改')")
    page.wait_for_url(re.compile(r"/rectifications/new/\?warning=\d+"))
    page.fill("[name=title]", "新版本上线前没有旧机型回归测试")
    page.select_option("[name=cause]", CAUSE)
    chosen(page, "[name=owner]", "王联络")
    page.fill("[name=whys]", "新版本登录即闪退\n- 旧机型不兼容\n-- 发布清单没有机型覆盖\n- 灰度比例过大")
    looked_at(page, phone=True)
    page.click("button:has-text('立项')")
    page.wait_for_url(re.compile(r"/rectifications/\d+/$"))
    expect(page.locator(".cause-tree li")).to_have_count(4)
    expect(page.locator(".cause-tree .depth-2")).to_contain_text("根因")
    page.select_option("[name=kind]", "preventive")
    page.fill("[name=text]", "发布清单加入机型覆盖")
    chosen(page, "form[data-keep^=rectification] [name=owner]", "王联络")
    page.fill("[name=due_on]", f"{datetime.now() + timedelta(days=7):%Y-%m-%d}")
    page.click("button[value=add]")
    expect(page.locator("main")).to_contain_text("发布清单加入机型覆盖")
    page.fill("[name=proof]", "清单已修订，台账附后")
    page.click("button[value=done]")
    expect(page.locator("main")).to_contain_text("清单已修订")
    labelled(page)
    page.click("button[value=finish]")
    expect(page.locator("main")).to_contain_text("待确认成效")
    expect(page.locator("main")).to_contain_text("样本不足")
    return page.url.removeprefix(journey.url)


def passed(weeks: Any, address: str, days: int = 40) -> None:
    """Let days go by since it was done, in which the cause fell here and stayed elsewhere."""
    from django.utils import timezone

    from xiaobao_web.insights.models import Rectification

    now, row = timezone.now(), Rectification.objects.get(pk=int(address.split("/")[-2]))
    Rectification.objects.filter(pk=row.pk).update(
        created_at=now - timedelta(days=days), effective_on=timezone.localdate() - timedelta(days=days)
    )
    business = row.business_type or "电子银行"
    for unit, before, after in (("branch", 40, 4), ("branch_two", 40, 40)):
        for count, at in ((before, days + 10), (after, days - 10)):
            for _place in range(count):
                weeks.case(now - timedelta(days=at), "闪退", unit, cause=CAUSE, business_type=business)


def test_a_warnings_cause_is_removed_and_its_effect_proven(journey: Journey) -> None:
    from xiaobao_web.insights import services

    weeks = weeks_of(journey.bank)
    weeks.usual()
    weeks.topic()
    address = opened(journey, str(services.look()[0].number))
    passed(weeks, address)
    page = journey.at("complaints", address)
    expect(page.locator("main")).to_contain_text("同因投诉明显下降")
    looked_at(page, phone=True)
    journey.picture(page, "complaint-effect")
    page.fill("[name=conclusion]", "同因投诉明显少于其他分行")
    page.click("button[value=prove]")
    expect(page.locator("main")).to_contain_text("成效已确认")
    page.click("main a:has-text('WT')")
    page.wait_for_url(re.compile(r"/issues/\d+/$"))
    journey.well()


def test_one_step_from_a_complaint_to_an_inspection_a_rule_and_another_look(journey: Journey) -> None:
    from xiaobao_web.products.models import Product

    weeks = weeks_of(journey.bank)
    contact = weeks.topic(days=1, a_day=1)[0]
    case = contact.case
    case.product = Product.objects.create(code="A1", name="手机银行", kind="other", unit=journey.bank.units["retail"])
    case.save()
    address = case.get_absolute_url()
    page = journey.at("office", address)
    page.click(".verbs button[value=inspection]")
    page.wait_for_url(re.compile(r"/issues/\d+/$"))
    expect(page.locator("main")).to_contain_text("专项检查")
    looked_at(page, phone=True)
    inspected = page.url
    page = journey.at("office", address)
    page.click(".verbs button[value=inspection]")
    page.wait_for_url(inspected)
    page = journey.at("office", address)
    page.click(".verbs button[value=rule]")
    page.wait_for_url(re.compile(r"/drafts/\d+/"))
    expect(page.locator("main")).to_contain_text("闪退")
    expect(page.locator("main")).to_contain_text(case.number)
    page = journey.at("office", address)
    step = page.locator(".verbs").get_by_role("link", name="提请回溯评估", exact=True)
    expect(step).to_have_count(0)  # nothing of this product was approved yet
    review = reviews_of(journey.bank).issued("手机银行五一期间照常服务。", "pass", product=case.product)
    assert review.state == "concluded"
    page = journey.at("office", address)
    step.click()
    page.locator("#step [name=reason]").fill("短期内多件投诉指向同一宣传")
    page.locator("#step form button").click()
    expect(page.locator("main")).to_contain_text("提请回溯评估：短期内多件投诉指向同一宣传")
    assert review.reevaluations.get().trigger.startswith(f"投诉 {case.number}")
    page = journey.at("office", f"/insights/graph/{case.pk}/")
    expect(page.locator("main")).to_contain_text("手机银行")
    looked_at(page, phone=True)
    labelled(page)
    journey.well()
