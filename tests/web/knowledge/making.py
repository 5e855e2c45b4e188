"""A rule of one's own, and what is made of it through the services."""

from __future__ import annotations

from typing import Any

from xiaobao_web.knowledge import backtesting, drafting
from xiaobao_web.knowledge.models import RuleDraft
from xiaobao_web.materials import screening, services

RULE = "wealth/only_today"
TEXT = """title: 用“仅限今天”制造紧迫
version: 1
category: false_urgency
severity: high
basis: ["广告法#28"]
when:
  words: [仅限今天, 只限今天, 今日清仓]
message: 没有依据的限时说法会催促消费者仓促决定。
remedy: 活动期间为×月×日至×月×日。
examples:
  hit: [理财优惠仅限今天，错过不再有, 只限今天开户有礼, 今日清仓，先到先得]
  no_hit: [活动期间为3月1日至3月31日, 每天都可以办理, 今天起施行新的收费标准]
"""
POSTER = "稳健理财新品上市，优惠仅限今天，错过不再有，请尽快到网点办理。"


def screened(bank: Any, text: str = POSTER, *, unit: str = "retail", product: Any = None, by: str = "submitter") -> Any:
    """Return the finished screening of a text handed in as a poster."""
    material = services.add_material(
        title="理财海报", kind="poster", unit=bank.units[unit], by=bank[by], **({"product": product} if product else {})
    )
    row = services.screen(services.add_version(material, by=bank[by], text=text), bank[by])
    screening.run(row.pk)
    row.refresh_from_db()
    return row


def published(draft: RuleDraft, bank: Any) -> Any:
    """Return the version of a draft that was proposed, compared and published by somebody else."""
    drafting.propose(draft, by=bank["reviewer"])
    backtesting.run(backtesting.ask(draft, wanted=50, by=bank["office"]).pk)
    return drafting.publish(draft, by=bank["office"])
