"""What a loan costs, in a browser: typed, kept, compared, made out; and the public calculator on the smallest phone.

XIAOBAO_PICTURES=docs/user keeps the pictures taken on the way. axe-core finds no serious or critical fault.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey
from playwright.sync_api import Page, expect
from reachable import faults

__all__ = ["journal_may_be_flushed", "journey"]
GOLDEN = "principal=12000&periods=12&rate=0.6&rate_kind=monthly_rate&method=flat"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def wide(page: Page) -> bool:
    """Tell whether the page is wider than its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def product(bank: Any) -> Any:
    from xiaobao_web.products.models import Product

    return Product.objects.create(code="DK401", name="惠民消费贷", kind="loan", unit=bank.units["retail"])


def test_a_loan_is_reckoned_kept_and_made_out(journey: Journey) -> None:
    loan = product(journey.bank)
    page = journey.at("submitter", f"/credit/?for_product={loan.pk}")
    expect(page.locator("[data-nominal]")).to_have_text("7.20%")
    page.evaluate("window.stayed = true")
    page.fill("#id_rate", "12")
    page.fill("#id_principal", "10,000")
    page.fill("#id_periods", "12")
    expect(page.locator("[data-nominal]")).to_have_text("12.00%")
    expect(page).to_have_url(re.compile(r"principal=10000&.*for_product="))
    page.click(".credit-form summary:has-text('费用') >> nth=0")
    page.click("text=添加一项费用")
    page.fill("#id_fee-0-name", "服务费")
    page.fill("#id_fee-0-amount", "300")
    page.select_option("#id_fee-0-timing", "deducted")
    page.fill("#id_fee-0-collector", "示例服务")
    expect(page.locator("[data-nominal]")).to_have_text("17.83%")
    page.fill("#id_periods", "很多")
    expect(page.locator("#outcome")).to_contain_text("期数应为数字")
    page.fill("#id_periods", "12")
    expect(page.locator("[data-effective]")).to_have_text("19.36%")
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    journey.picture(page, "credit")
    assert not faults(page)
    page.click("[data-dialog-open=keep]")
    page.fill("#id_title", "惠民消费贷 12 期")
    page.click("#keep-form .btn-primary")
    page.wait_for_url("**/credit/costings/*/")
    expect(page.locator("main")).to_contain_text("惠民消费贷（DK401）")
    journey.picture(page, "costing")
    assert not faults(page)
    page.click("text=重新测算")
    page.click("[data-remove-row]")
    expect(page.locator("[data-nominal]")).to_have_text("12.00%")
    page.click("[data-dialog-open=keep]")
    page.fill("#id_note", "取消服务费")
    page.click("#keep-form .btn-primary")
    page.wait_for_url("**/credit/costings/*/")
    expect(page.locator("main")).to_contain_text("第 2 版")
    page = journey.at("submitter", f"/products/{loan.pk}/")
    expect(page.locator("main")).to_contain_text("惠民消费贷 12 期")
    journey.well()


def test_statement_comparison_and_quotes(journey: Journey) -> None:
    page = journey.at("reviewer", f"/credit/statement/?{GOLDEN}&lender=示例银行&late_share=150")
    expect(page.locator("main")).to_contain_text("单利 13.03%")
    page.fill("#id_borrower", "张三")
    assert journey.downloaded(page, page.locator("text=下载明示表")).suggested_filename == "综合融资成本明示表.pdf"
    journey.picture(page, "credit-statement")
    wrong = faults(page)
    both = "a-principal=10000&a-rate=12&a-periods=12&b-principal=10000&b-rate=0.6&b-rate_kind=monthly_rate&b-periods=12"
    page = journey.at("reviewer", f"/credit/compare/?{both}&b-method=flat")
    expect(page.locator("#outcome")).to_contain_text("“方案甲”资金成本较低")
    page.fill("#id_a-rate", "18")
    expect(page.locator("#outcome")).to_contain_text("“方案乙”资金成本较低")
    journey.picture(page, "credit-compare")
    wrong += faults(page)
    page = journey.at("reviewer", "/credit/convert/")
    page.fill("#id_quote", "月费率0.6%，分12期，年化利率7.2%")
    expect(page.locator("#outcome")).to_contain_text("与所写 7.2% 不符")
    journey.picture(page, "credit-convert")
    wrong += faults(page)
    assert not wrong + journey.trouble, "\n".join(wrong + journey.trouble)


def test_staff_pages_on_a_phone(journey: Journey) -> None:
    page = journey.page("submitter")
    page.set_viewport_size({"width": 390, "height": 844})
    wrong = []
    loan = f"/credit/?{GOLDEN}", f"/credit/statement/?{GOLDEN}"
    for path in (*loan, "/credit/compare/", "/credit/convert/?quote=日息万五"):
        page = journey.at("submitter", path)
        wrong += faults(page) + ([f"{path} is wider than the screen"] if wide(page) else [])
    assert not wrong + journey.trouble, "\n".join(wrong + journey.trouble)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [320, 390])
def test_the_public_calculator_on_a_phone(journey: Journey, width: int, scripts: bool) -> None:
    context = journey.browser.new_context(
        locale="zh-CN", viewport={"width": width, "height": 700}, java_script_enabled=scripts
    )
    page = journey._listened(context, "citizen")
    page.goto(f"{journey.url}/public/credit")
    page.fill("#id_amount", "12000")
    page.fill("#id_months", "12")
    page.select_option("#id_price_kind", "fee")
    page.fill("#id_price", "0.6")
    page.click("button.main")
    expect(page.locator("[data-nominal]")).to_have_text("13.03%")
    expect(page.locator("[data-effective]")).to_have_text("13.84%")
    expect(page.locator("#id_amount")).to_have_value("12000")
    if width == 390 and scripts:
        journey.picture(page, "public-credit")
        expect(page.locator("[data-print]")).to_be_visible()
    page.click("header .size")
    expect(page.locator("html")).to_have_class("is-large")
    expect(page.locator("[data-nominal]")).to_have_text("13.03%")
    page.click("text=只记得一句话")
    page.fill("#quote", "日息万五")
    page.click("button.main")
    expect(page.locator(".answer")).to_contain_text("18.25%")
    expect(page.locator("html")).to_have_class("is-large")
    if scripts:
        wrong = faults(page) + (["wider than the screen"] if wide(page) else [])
        page.goto(f"{journey.url}/public/credit?amount=12000&months=12&price_kind=fee&price=0.6&size=large")
        wrong += faults(page) + (["wider than the screen"] if wide(page) else [])
        assert not wrong, "\n".join(wrong)
    assert not page.context.cookies()
    context.close()
    journey.well()
