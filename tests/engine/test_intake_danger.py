"""Cases that cannot wait: a life, money a fraud takes just now, treatment held up; hyperbole and the past are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from xiaobao.intake import danger, fill
from xiaobao.intake.narrative import narrative

WORDED = Path(__file__).parents[2] / "evaluation/intake/danger.jsonl"
DAY = "2025-06-03T10:00:00"


def _is_read(text: str) -> bool:
    own = narrative("web", DAY, text, None).own
    return any(danger.own_life(own)) or danger.theft_now(own) or danger.treatment_held_up(own)


@pytest.mark.parametrize(
    "text",
    [
        "信用卡欠四万，催收一天三十个电话。昨晚我坐在天台边上，死了倒干净，你们别再打我妈了。",
        "网贷还不上了，对不起爸妈，我实在走不下去了，药就在手边。",
        "刚刚接到自称客服的电话，十分钟前我把九千块转过去了，银行快帮我拦一下！",
        "银行卡被限额，我爸明天上午做心脏支架，住院押金五万转不出来，求你们解开。",
    ],
)
def test_cannot_wait(text: str) -> None:
    assert fill(channel="web", received_at=DAY, text=text).urgency == "critical"


@pytest.mark.parametrize(
    "text",
    [
        "手机银行卡得要死，转账转了半天，气死我了，建议你们优化一下。",
        "上个月信用卡被盗刷三千，已经报案，你们到今天还没有回复。",
        "去年做过手术没有收入，信用卡逾期，想问能不能分期还款。",
    ],
)
def test_can_wait(text: str) -> None:
    assert fill(channel="web", received_at=DAY, text=text).urgency != "critical"


def test_own_wordings() -> None:
    rows = [json.loads(line) for line in WORDED.read_text(encoding="utf-8").splitlines()]
    read = {row["id"] for row in rows if _is_read(row["text"])}
    dangers = {row["id"] for row in rows if row["critical"]}
    assert len(dangers & read) >= 0.85 * len(dangers)
    assert not read - dangers


def test_words_of_two_matters_never_add_up() -> None:
    far = "今天上午十点我到网点办业务。" + "柜员让我填了许多表格。" * 60 + "请马上给我退款。"
    assert not danger.theft_now(far)


def test_flag_of_sideways_words() -> None:
    ticket = fill(channel="web", received_at=DAY, text="欠了三家网贷，你们等着给我收尸吧，我撑不住了。")
    assert "自伤自杀" in ticket.risk_flags
