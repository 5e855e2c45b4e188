"""What a hotline's greeting and the root of an overdue record say of business type, cause and demand."""

from __future__ import annotations

from xiaobao.intake import fill, hints, narrative

DAY = "2025-05-06T09:00:00"


def told(*said: str) -> hints.Hints:
    turns = [{"role": ("agent", "customer")[i % 2], "text": text} for i, text in enumerate(said)]
    return hints.of(narrative.narrative("call", DAY, None, turns), None)


def test_product_of_the_greeting_counts_where_the_customer_names_none() -> None:
    greeted = told("您好，柏溪银行信用卡中心", "我的额度怎么从两万变成五百了")
    named = told("您好，柏溪银行", "我信用卡的额度怎么从两万变成五百了")
    assert 0 < greeted["business_type", "信用卡"] < named["business_type", "信用卡"]
    assert ("business_type", "信用卡") not in told("您好，柏溪银行", "我的额度怎么从两万变成五百了")


def test_failure_of_systems_is_the_root_of_the_record_it_leaves() -> None:
    text = "5号还款日当晚你们手机银行打不开，第二天才还上，现在征信上有一条逾期，请更正。"
    ticket = fill(channel="web", received_at=DAY, text=text)
    assert ticket.cause == "系统与渠道故障"
    assert "修改征信" in ticket.demand


def test_record_without_a_failure_stays_a_disputed_record() -> None:
    text = "我从来没有贷过款，征信上却有一条逾期，请更正。"
    assert fill(channel="web", received_at=DAY, text=text).cause == "征信异议"
