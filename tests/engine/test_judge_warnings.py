"""The warnings that advertisements must carry are no promise, and no cover for one."""

from __future__ import annotations

import pytest

from xiaobao.judge.model import default_judge
from xiaobao.model import Material, Passage, Verdict
from xiaobao.screening.screen import Screener

LAWFUL = (
    "稳享添利理财产品。理财非存款，产品有风险，投资须谨慎。",
    "稳享添利，理财非存款，产品有风险，投资须谨慎",
    "稳享添利A款，理财非存款，产品有风险，投资须谨慎。",
    "稳享一号净值型理财，理财非存款，产品有风险，投资须谨慎。",
    "稳享系列理财上新：理财非存款，产品有风险，投资须谨慎。",
    "稳享季季盈，90天起，理财非存款，产品有风险，投资须谨慎。",
    "稳享增利 R2级 起购1万元 理财非存款 产品有风险 投资须谨慎",
    "稳享理财新品发售，详情咨询网点。理财非存款，产品有风险，投资须谨慎。",
    "稳享…理财非存款，产品有风险，投资须谨慎",
    "安心享理财：理财非存款，产品有风险，投资须谨慎",
    "稳盈宝基金有风险，投资须谨慎",
    "稳健成长一号，理财非存款，产品有风险，投资须谨慎",
    "鑫稳利定开理财，理财非存款，产品有风险，投资须谨慎。",
    "日日盈现金管理类理财，理财非存款，产品有风险，投资须谨慎。",
    "稳享添利每月开放申赎，理财非存款，产品有风险，投资须谨慎",
    "尊享理财周末上新，理财非存款，产品有风险，投资须谨慎",
    "稳享来了，理财非存款，产品有风险，投资须谨慎",
    "稳享，让理财更简单。理财非存款，产品有风险，投资须谨慎",
    "基金有风险，投资须谨慎",
    "理财有风险，投资需谨慎",
    "市场有风险，投资需谨慎。过往业绩不预示未来表现。",
    "增利宝混合基金，基金有风险，投资须谨慎",
    "月月鑫理财计划，产品有风险，投资须谨慎",
    "天天盈理财产品不是存款，存在本金亏损可能",
    "周周享理财今日开放，理财非存款，产品有风险，投资须谨慎",
    "增盈双月持有期，R2，理财非存款、产品有风险、投资须谨慎",
    "灵活申赎，随时可查净值。理财非存款，产品有风险，投资须谨慎。",
    "稳享中国红债券型理财，10月8日起售，理财非存款，产品有风险，投资须谨慎",
    "新客专享理财专区已上线，理财不是存款，产品有风险，投资须谨慎",
    "安盈成长，本产品由某某理财公司发行与管理，理财非存款，产品有风险，投资须谨慎",
    "丰利债基，基金有风险，投资需谨慎",
)
OFFENDING = (
    "稳享添利，稳赚不赔，理财非存款，产品有风险，投资须谨慎",
    "稳享添利年年稳稳8%，理财非存款，产品有风险，投资须谨慎",
    "稳享收益翻倍，产品有风险，投资须谨慎",
    "稳享高收益，只涨不跌，理财非存款，产品有风险，投资须谨慎。",
    "稳享添利收益秒杀存款，躺着赚钱。理财非存款，产品有风险，投资须谨慎",
    "稳享添利，收益一路长虹，明年至少再涨三成，产品有风险，投资须谨慎",
    "保本理财稳享添利，产品有风险，投资须谨慎",
    "稳享财富自由，一年顶三年存款，投资须谨慎",
    "稳盈宝基金，半年收益必达10%，投资有风险",
    "稳享添利，跑赢所有银行理财，全国收益第一，产品有风险，投资须谨慎",
    "安享盈，买了就赚，产品有风险，投资须谨慎",
    "稳享添利，比存款多赚三倍，理财非存款，产品有风险，投资须谨慎",
    "稳享添利闭眼入，产品有风险，投资须谨慎",
    "理财非存款，但我们比存款还稳，产品有风险，投资须谨慎",
    "稳享添利，躺平也能换车，产品有风险，投资须谨慎",
    "增盈双月，行情起飞，早买早享福，产品有风险，投资须谨慎",
    "聚鑫基金，牛市来了谁都挡不住，基金有风险，投资须谨慎",
    "稳享添利，一年后感谢今天的自己，钱自己会生钱，产品有风险，投资须谨慎",
    "金满利，三年翻两番，理财非存款，产品有风险，投资须谨慎",
    "丰利债基，亏不了的好产品，基金有风险，投资须谨慎",
    "安盈成长，收益稳稳跑赢通胀，产品有风险，投资须谨慎",
    "稳享人生，生病全报，一分不用自己掏，保险产品有风险，投保须谨慎",
)


@pytest.fixture(scope="module")
def screener() -> Screener:
    """Return the screener with the judge that ships."""
    return Screener(judge=default_judge())


def _verdict(screener: Screener, text: str) -> Verdict:
    return screener.screen(Material("one", (Passage(text),)))


@pytest.mark.parametrize("text", LAWFUL)
def test_a_name_with_its_warnings_is_lawful(screener: Screener, text: str) -> None:
    verdict = _verdict(screener, text)
    assert verdict.verdict == "clear", [finding.rule for finding in verdict.findings]


@pytest.mark.parametrize("text", OFFENDING)
def test_warnings_excuse_no_promise(screener: Screener, text: str) -> None:
    assert _verdict(screener, text).verdict in ("violation", "review")
