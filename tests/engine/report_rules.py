"""A small rulebook of its own, so that the tests of reports do not move with the rules that ship."""

from __future__ import annotations

from pathlib import Path

PROMISE = """
title: 承诺保本保收益
version: 3
families: [WM-01]
category: guaranteed_return
severity: high
basis: ["广告法#25(一)"]
when: {words: [保本保收益, 国家兜底]}
message: 不得承诺本金和收益。
remedy: 产品不保证本金和收益，请谨慎投资。
examples:
  hit: [{text: 本产品保本保收益，放心买}, {text: 这款国家兜底}]
  no_hit: [{text: 本产品不保证本金}, {text: 天气很好}]
"""
WARNING = """
title: 没有风险提示
version: 1
families: [WM-12]
category: missing_risk_warning
severity: medium
basis: ["广告法#25"]
when: {missing: {words: [投资须谨慎]}, if: {words: [年化收益]}}
message: 展示收益须提示风险。
remedy: 理财非存款，产品有风险，投资须谨慎。
examples:
  hit: [{text: 近一年年化收益百分之四}, {text: 年化收益高达五个点}]
  no_hit: [{text: 年化收益百分之四，投资须谨慎}, {text: 天气很好}]
"""


def write_rules(folder: Path) -> Path:
    """Write the two rules below a folder and return it."""
    (folder / "wealth").mkdir(parents=True)
    (folder / "wealth" / "promise.yaml").write_text(PROMISE, encoding="utf-8")
    (folder / "wealth" / "warning.yaml").write_text(WARNING, encoding="utf-8")
    return folder
