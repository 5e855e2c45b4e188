"""The clocks of a case: an authority's own term beside ours, and those that were replaced, opened by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from journeys import VENDOR, Journey, journal_may_be_flushed, journey, looked_at
from playwright.sync_api import expect

__all__ = ["journal_may_be_flushed", "journey"]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not VENDOR.is_dir(), reason="浏览器资源还没有取得：make assets"),
]


def prepared(bank: Any) -> str:
    """Return the address of a case that was extended, transferred by 12315, and given new facts."""
    from xiaobao_web.complaints import services
    from xiaobao_web.complaints.models import Case

    by, clerk = bank["complaints"], bank["liaison"]
    case = services.open_directly(
        channel="call", text="办卡送的礼品没有给，分期也没有说手续费。", by=clerk, unit=bank.units["branch"],
        business_type="信用卡", cause="信息披露与告知不足", demands=["退款退费"],
    )  # fmt: skip
    case = services.assign(services.accept(case, by=by), by=by, handler=clerk)
    asked = services.ask_extension(case, by=clerk, kind="complex", reason="需调取异地录音核对")
    services.decide_extension(asked, by=bank["branch_head"], approve=True)
    services.receive_transfer(source="12315", bureau="江城市场监管局", number="SJ2026-18", text="", by=by, case=case)
    services.new_facts(Case.objects.get(pk=case.pk), by=clerk, text="投诉人补充了短信截图。")
    return str(Case.objects.get(pk=case.pk).get_absolute_url())


def test_whose_term_it_is_and_what_was_replaced_is_seen(journey: Journey) -> None:
    page = journey.at("liaison", prepared(journey.bank))
    card = page.locator(".card", has=page.get_by_text("法定期限", exact=True)).first
    expect(card.get_by_text("行政部门的期限").first).to_be_visible()
    gone = card.locator(".clocks-gone")
    expect(gone.locator("s").first).to_be_hidden()
    gone.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(gone.get_by_text("需调取异地录音核对")).to_be_visible()
    gone.locator(".clock-days summary").first.focus()
    page.keyboard.press("Enter")
    expect(gone.locator(".clock-table").first).to_be_visible()
    for theme in ("light", "dark"):
        page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
        looked_at(page, phone=True)
        journey.picture(page, f"clocks-{theme}")
    journey.well()
