"""Cases that cannot wait: a life, money a fraud takes just now, treatment held up; hyperbole and the past are not."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from xiaobao.errors import ModelUnavailable
from xiaobao.intake import alarms, danger, degrees, fill, urgency
from xiaobao.intake.alarms import Alarm
from xiaobao.intake.found import Found
from xiaobao.intake.narrative import narrative
from xiaobao.intake.ticket import URGENCIES

CORPUS = Path(__file__).parents[2] / "evaluation/intake"
DAY = "2025-06-03T10:00:00"


def _is_read(text: str) -> bool:
    story = narrative("web", DAY, text, None)
    own, alarm = story.own, alarms.read(story)
    ruled = (danger.suicidal(own), danger.theft_now(own), danger.treatment_held_up(own))
    return any(map(any, ruled)) or (alarm is not None and alarm.is_raised)


def _rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


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
        "我不会跳楼，我只要你们把多扣的三十元退回来。",
        "买的基金跌得像跳楼一样，当初说稳健，请给个说法。",
    ],
)
def test_can_wait(text: str) -> None:
    assert fill(channel="web", received_at=DAY, text=text).urgency != "critical"


def test_own_wordings() -> None:
    rows = _rows("danger.jsonl")
    read = {row["id"] for row in rows if _is_read(row["text"])}
    dangers = {row["id"] for row in rows if row["critical"]}
    assert len(dangers & read) >= 0.92 * len(dangers)
    assert len(read - dangers) <= 0.03 * len(rows)


def test_urgent_narratives() -> None:
    critical = {True: 0, False: 0}
    rows = _rows("w9.jsonl")
    for row in rows:
        ticket = fill(
            channel=row["channel"], received_at=row["received_at"], text=row.get("text"), turns=row.get("turns")
        )
        if ticket.urgency == "critical":
            critical[row["gold"]["urgency"] == "critical"] += 1
            assert ticket.evidence["urgency"]
    assert critical[True] >= 0.85 * sum(row["gold"]["urgency"] == "critical" for row in rows)
    assert critical[False] <= 0.07 * sum(row["gold"]["urgency"] != "critical" for row in rows)


def test_agents_words_are_no_evidence() -> None:
    turns = [
        {"role": "agent", "text": "您千万别做傻事，您是站在楼顶准备跳下去吗？"},
        {"role": "customer", "text": "没有没有，我是问信用卡年费六百元怎么减免。"},
    ]
    ticket = fill(channel="call", received_at=DAY, turns=turns)
    assert ticket.urgency != "critical"
    assert "自伤自杀" not in ticket.risk_flags


def test_stretches_cover_every_clause() -> None:
    story = narrative("web", DAY, "我要投诉，" + "柜员让我填了许多表格。" * 40 + "请退款", None)
    pieces = alarms.stretches(story)
    assert pieces[0][0] == 0
    assert pieces[-1][1] == len(story.own)
    assert all(second[0] <= first[1] for first, second in pairwise(pieces))


def test_nothing_said_raises_no_alarm() -> None:
    assert alarms.read(narrative("call", DAY, None, [{"role": "agent", "text": "您好"}])) is None


@pytest.mark.parametrize("load", [alarms.load, degrees.load])
def test_damaged_models_are_refused(tmp_path: Path, load: Callable[[Path], object]) -> None:
    with pytest.raises(ModelUnavailable, match="make train"):
        load(tmp_path / "none.npz")


def test_levels_of_what_can_wait() -> None:
    small = "昨天在超市扫码付了两次，多扣十二块，不急，退一笔就行，谢谢。"
    assert fill(channel="web", received_at=DAY, text=small).urgency == "low"
    large = "我母亲七十二岁，客户经理说保本，买了三十万理财亏了八万，要求赔偿。"
    assert fill(channel="web", received_at=DAY, text=large).urgency == "high"


def test_words_of_two_matters_never_add_up() -> None:
    far = "今天上午十点我到网点办业务。" + "柜员让我填了许多表格。" * 60 + "请马上给我退款。"
    assert not any(danger.theft_now(far))


def test_flag_of_sideways_words() -> None:
    ticket = fill(channel="web", received_at=DAY, text="欠了三家网贷，你们等着给我收尸吧，我撑不住了。")
    assert "自伤自杀" in ticket.risk_flags


def said(text: str, **odds: float) -> Found[str]:
    """Return the urgency where the transformer says the levels with these probabilities."""
    story = narrative("web", "2026-06-01T09:00:00", text, None)
    whole = np.log(np.array([odds.get(level, 0.01) for level in URGENCIES], np.float32))
    return urgency.decide(
        story, flags=(), amounts=(), business=None, cause=None, demand=(), alarm=None, meaning=None, whole=whole
    )


def test_the_transformer_alone_may_call_a_case_critical_but_only_when_sure() -> None:
    text = "钥匙我放门垫底下了，猫托给楼下的，账单你们自己去算吧"
    assert said(text, critical=0.95).value == "critical"
    assert said(text, critical=0.5, normal=0.45).value != "critical"


def test_what_the_transformer_says_tips_a_case_that_stands_on_edge() -> None:
    text = "年费多收了，请退给我"
    likely = {level: said(text, **{level: 0.97}).value for level in ("low", "normal", "high")}
    alone = said(text, low=0.25, normal=0.25, high=0.25).value
    assert likely[alone] == alone
    sure = said(text, **{alone: 0.97}).confidence
    assert sure > said(text, low=0.25, normal=0.25, high=0.25).confidence


def test_what_rules_call_critical_stays_whatever_the_transformer_says() -> None:
    found = said("骗子还在线上，正在转我卡里的钱，快冻结", normal=0.97)
    assert found.value == "critical"
    assert found.places


@pytest.mark.parametrize(
    "text",
    ["取号机旁边放几把老花镜就好了，我每次都忘带", "你们那个小周姑娘真好，下大雨把我送到车站，谢谢她"],
)
def test_thanks_and_suggestions_are_no_alarm(text: str) -> None:
    ticket = fill(channel="web", received_at=DAY, text=text)
    assert ticket.urgency != "critical"
    assert "自伤自杀" not in ticket.risk_flags


def test_an_alarm_stands_unless_the_transformer_is_sure_that_nothing_presses() -> None:
    alarm = Alarm("life", (0, 4), 0.5)
    whole = {share: np.log(np.array([share, *[(1 - share) / 3] * 3], np.float32)) for share in (0.3, 0.95)}
    assert urgency.heeded(alarm, whole[0.3]) == alarm
    assert urgency.heeded(alarm, whole[0.95]) is None
