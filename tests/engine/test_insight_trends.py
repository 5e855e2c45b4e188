"""Trends: what emerges is told from the past alone, and what only looks like it is not."""

from __future__ import annotations

import importlib
import json
import random
import sys
from datetime import datetime, timedelta
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from xiaobao.cli import main
from xiaobao.errors import InputError
from xiaobao.insight import Alert, Text, Trends, text_of, trends
from xiaobao.insight.again import imported
from xiaobao.insight.decoys import closes, near_holiday, wordings
from xiaobao.insight.memory import DAYS, DAYS_OF_TEXT, Memory, bin_of
from xiaobao.insight.terms import worded
from xiaobao.insight.topics import Member, Topic
from xiaobao.insight.writers import likeness

ROOT = Path(__file__).parents[2]
START = datetime(2026, 3, 2)
USUAL = (
    "房贷提前还款排队太久", "信用卡年费不该收", "理财亏损没人解释", "客服电话一直占线", "转账三天没到账",
    "催收打给我的家人", "手机银行登录不上", "定期存款利率又降了", "分期手续费太高", "积分兑换不了礼品",
    "网点排队两小时", "征信逾期记录有误", "保险退保只退一半", "银行卡被限额影响发货", "短信退订了还在发",
)  # fmt: skip
ENDS = (
    "请处理",
    "等回复",
    "太失望",
    "要求解释",
    "我要投诉",
    "怎么回事",
    "希望改进",
    "急用",
    "不合理",
    "无法接受",
    "说法不一",
    "拖了很久",
)


def stream(days: int = 24, rate: int = 60, seed: int = 1) -> list[Text]:
    """Return texts on the usual matters."""
    rng = random.Random(seed)
    out = []
    for day in range(days):
        for _ in range(rate):
            at = START + timedelta(days=day, seconds=rng.randrange(86_400))
            out.append(Text("", at, f"{rng.choice(USUAL)}，{rng.choice(ENDS)}，{rng.choice(ENDS)}", "web"))
    return out


def ordered(texts: list[Text]) -> list[Text]:
    texts = sorted(texts, key=lambda t: t.at)
    return [Text(f"T{n}", t.at, t.text, t.channel, t.author) for n, t in enumerate(texts)]


PROBLEM = (
    "刷掌支付被盗刷了八百", "掌纹信息被别人绑定盗刷", "没开过刷掌却扣款", "刷掌盗刷要求赔付", "便利店刷掌支付多扣一笔",
    "掌纹泄露银行不认", "凌晨刷掌支付被扣钱", "关不掉刷掌支付怕盗刷", "地铁刷掌之后出现陌生扣款", "掌纹录入没经过同意",
)  # fmt: skip


PAUSED = (
    "积存金突然暂停赎回", "积存金报价停了卖不出", "克重对不上积存金少了", "暂停积存金没有公告", "金价跌了积存金赎不了",
    "积存金赎回报错", "克重锁死动不了", "积存金提货暂停", "买的积存金报价不动",
)  # fmt: skip


def planted(
    seed: int, days: tuple[int, ...], rate: int, *, author: str = "", texts: tuple[str, ...] = PROBLEM
) -> list[Text]:
    rng = random.Random(seed)
    return [
        Text(
            "", START + timedelta(days=day, seconds=rng.randrange(86_400)),
            f"{rng.choice(texts)}，{rng.choice(ENDS)}", "app", author,
        )
        for day in days
        for _ in range(rate)
    ]  # fmt: skip


def test_a_new_problem_is_told_soon_with_its_words_and_its_own_examples() -> None:
    texts = ordered(stream() + planted(2, (15, 16, 17, 18), 6))
    found = list(trends(texts))
    assert [a.kind for a in found] == ["emerging"]
    alert = found[0]
    assert alert.at <= START + timedelta(days=18)
    assert any("刷掌" in term for term in alert.terms)
    by_id = {t.id: t for t in texts}
    assert all(by_id[i].channel == "app" and by_id[i].at <= alert.at for i in alert.examples)
    assert alert.onset is not None
    assert alert.onset >= START + timedelta(days=15)
    assert "此前几乎没有" in alert.why


def test_nothing_is_told_of_what_was_always_there() -> None:
    assert list(trends(ordered(stream(days=40)))) == []


@pytest.mark.parametrize("signed", ["", "。我叫武建新，电话13812345678"])
def test_one_writers_flood_is_no_topic(signed: str) -> None:
    texts = PROBLEM if signed else PROBLEM[:1]
    flood = planted(3, (15, 16, 17), 15, texts=tuple(t + signed for t in texts))
    watch = Trends()
    assert [a for t in ordered(stream() + flood) for a in watch.add(t)] == []
    assert {reason for _, reason, _ in watch.refused} & {"同一人反复来件", "多为雷同文本"}


def test_the_streams_own_author_tells_a_flood_in_ever_new_words() -> None:
    assert list(trends(ordered(stream() + planted(4, (15, 16, 17), 8, author="C1")))) == []
    assert list(trends(ordered(stream() + planted(4, (15, 16, 17), 8)))) != []


def test_one_writers_closing_tells_a_flood_in_ever_new_words_without_a_name() -> None:
    flood = planted(4, (15, 16, 17), 8, texts=tuple(f"{text}，一个被你们坑苦的老储户" for text in PROBLEM))
    flood = [Text(t.id, t.at, t.text.rsplit("，", 1)[0], t.channel) for t in flood]  # without the usual endings
    watch = Trends()
    assert [a for t in ordered(stream() + flood) for a in watch.add(t)] == []
    assert "同一口吻的反复来件" in {reason for _, reason, _ in watch.refused}
    crowd = [Text(t.id, t.at, t.text, t.channel, f"C{n % 9}") for n, t in enumerate(flood)]
    assert list(trends(ordered(stream() + crowd))) != []


def test_a_topic_in_other_words_is_told_once() -> None:
    first = tuple(f"新版授权弹窗，{text}" for text in ("不同意就退出", "强制勾选", "点叉也算同意", "关不掉", "没法用"))
    later = (
        "打开就跳授权弹窗，勾选了才让用",
        "授权弹窗不勾选就退",
        "弹窗要授权通讯录，强制同意",
        "授权书弹窗挡着查余额",
    )
    texts = stream(days=26) + planted(8, (14, 15, 16), 6, texts=first) + planted(9, (20, 21, 22), 8, texts=later)
    assert len([a for a in trends(ordered(texts)) if a.kind != "hot"]) == 1


def test_a_renamed_product_is_no_topic() -> None:
    rng = random.Random(5)
    usual = [
        Text("", t.at, f"{t.text}，我用的是{'安逸贷' if t.at < START + timedelta(days=14) else '悦逸通'}")
        if rng.random() < 0.15 else t
        for t in stream(days=28)
    ]  # fmt: skip
    watch = Trends()
    assert [a for t in ordered(usual) for a in watch.add(t)] == []
    assert any(reason == "只是名称变了" for _, reason, _ in watch.refused)


def test_a_marketing_day_is_no_topic() -> None:
    praise = (
        "请问周年庆抽奖怎么参加",
        "周年庆礼包很不错",
        "锦鲤抽奖名单何时公布",
        "抽奖活动真好",
        "新客能参加周年庆吗",
        "一人能抽几次奖",
    )
    assert list(trends(ordered(stream() + planted(6, (15,), 60, texts=praise)))) == []


def test_a_topic_told_once_is_told_again_only_when_it_has_grown_to_three_times_its_size() -> None:
    growing = [t for day in range(15, 24) for t in planted(day, (day,), 3 + 4 * (day - 15), texts=PAUSED)]
    kinds = [a.kind for a in trends(ordered(stream(days=26) + growing))]
    assert kinds.count("emerging") == 1
    assert kinds.count("hot") == 1


@cache
def _whole() -> tuple[list[Text], list[Alert]]:
    texts = ordered(
        stream(days=22, rate=40) + planted(2, (12, 13, 14), 7) + planted(9, (17, 18), 9, texts=PAUSED)
    )  # fmt: skip
    return texts, list(trends(texts))


def test_the_stream_of_the_property_has_alerts() -> None:
    assert len(_whole()[1]) >= 2


@settings(max_examples=12, deadline=None)
@given(st.floats(0.3, 1.0))
def test_the_alerts_of_a_prefix_are_a_prefix_of_the_alerts(part: float) -> None:
    texts, alerts = _whole()
    cut = int(len(texts) * part)
    found = list(trends(texts[:cut]))
    assert found == alerts[: len(found)]
    assert all(a.at > texts[cut - 1].at for a in alerts[len(found) :])


def test_memory_holds_only_the_last_weeks() -> None:
    memory = Memory(bits=12)
    for number in range(4 * (DAYS + 30)):
        memory.add(number, [Text(str(number), START, "房贷提前还款排队")])
    assert len(memory.bins) == 4 * DAYS
    assert sum(b.texts is not None for b in memory.bins) == 4 * DAYS_OF_TEXT
    numbers = memory.bins[-1].features.numbers
    recent, before = memory.counts(numbers, 14)
    assert set(recent.tolist()) == {4 * 14}
    assert set(before.tolist()) == {4 * (DAYS - 14)}


def test_generated_streams_find_their_topics_and_raise_no_decoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    module: Any = importlib.import_module("evaluation.trends")
    try:
        found = module.measure((41,), texts=5000, days=40)
        harder = module.measure((5,), kind="harder", texts=4000, days=34)
    finally:
        for name in ("evaluation.trends", "evaluation.streams_harder", "evaluation.streams", "evaluation"):
            sys.modules.pop(name, None)
    assert found["of_eight"] >= 7
    assert found["decoys_raised"] == 0
    assert found["false_alarms_a_week"] <= 1
    assert harder["of_eight"] >= 6
    assert harder["decoys_raised"] == 0


def test_the_command_writes_alerts_and_an_error_line_for_each_bad_line(tmp_path: Path) -> None:
    lines = [
        json.dumps({"id": t.id, "ts": t.at.isoformat() + "+08:00", "channel": "web", "text": t.text})
        for t in ordered(stream() + planted(2, (15, 16, 17, 18), 6))
    ]
    lines[5:5] = [
        '{"id":"x","text":"没有时间"}',
        '{"id":"y","ts":"明天","text":"时间不对"}',
        "not json",
        '{"id":"z","ts":"2026-03-03"}',
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = CliRunner().invoke(
        main, ["trends", "--input", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out.jsonl")]
    )
    assert done.exit_code == 1
    out = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [o["error"]["code"] for o in out if "error" in o] == [
        "input.missing",
        "input.time",
        "input.json",
        "input.missing",
    ]
    alerts = [o for o in out if "error" not in o]
    assert [a["kind"] for a in alerts] == ["emerging"]
    assert {"at", "kind", "terms", "strength", "count", "examples"} <= set(alerts[0])


def test_times_are_beijing_times_and_late_texts_count_as_now() -> None:
    assert text_of({"id": 1, "ts": "2026-03-01T16:00:00Z", "text": ""}).at == datetime(2026, 3, 2)
    assert text_of({"id": 1, "ts": 1_772_380_800, "text": ""}).at == datetime(2026, 3, 2)
    with pytest.raises(InputError, match="ts"):
        text_of({"id": 1, "ts": [], "text": ""})
    watch = Trends()
    assert [watch.add(t) for t in (Text("a", START, "一"), Text("b", START - timedelta(days=9), "二"))] == [[], []]


def test_one_wrong_year_does_not_deafen_the_watch() -> None:
    texts = ordered(stream() + planted(2, (15, 16, 17, 18), 6))
    for place in (300, 0):
        wrong = [*texts[:place], Text("wrong", START.replace(year=2099), "网点排队两小时"), *texts[place:]]
        assert [a.kind for a in trends(wrong)] == ["emerging"]


def test_a_gap_of_months_is_believed_at_the_second_text() -> None:
    watch = Trends()
    later = START + timedelta(days=200)
    for at in (START, later, later + timedelta(hours=1), later + timedelta(hours=9)):
        assert watch.add(Text("", at, "网点排队两小时")) == []
    assert watch._last == later + timedelta(hours=9)


def test_ugly_texts_stop_nothing() -> None:
    ugly = ["", "\ud800\udfff", "😀" * 50, "a" * 10_000, "１２３", "\x00", "。。。", "。" * 3000 + "刷掌"]
    texts = [Text(str(n), START + timedelta(hours=n), ugly[n % len(ugly)]) for n in range(24 * 12)]
    assert list(trends(texts)) == []


@given(st.lists(st.text("银行掌纹盗刷利息手续费。", max_size=12), max_size=12))
def test_each_text_is_in_exactly_one_wording(texts: list[str]) -> None:
    groups = wordings(texts)
    assert sorted(i for group in groups for i in group) == list(range(len(texts)))
    assert [len(g) for g in groups] == sorted((len(g) for g in groups), reverse=True)


@pytest.mark.parametrize(
    ("day", "near"), [("2026-09-28", True), ("2026-10-01", True), ("2026-10-09", False), ("2026-03-18", False)]
)
def test_days_around_holidays_are_known(day: str, near: bool) -> None:
    assert near_holiday(datetime.fromisoformat(day).date()) is near


def _varied(texts: list[Text], seed: int) -> list[Text]:
    """Return texts of writers with habits of their own: marks, endings, channels."""
    rng = random.Random(seed)
    return [
        Text(t.id, t.at, t.text.replace("，", rng.choice("，，,；")) + rng.choice(("", "。", "！！", "……", "~")),
             rng.choice(("web", "call", "chat", "email", "branch")), t.author)
        for t in texts
    ]  # fmt: skip


def test_one_writers_habits_tell_a_flood_in_ever_new_words_and_a_crowds_do_not() -> None:
    flood = planted(4, (15, 16, 17), 8)
    crowd = _varied(flood, 6)
    one = [
        Text(t.id, t.at.replace(hour=22, minute=n % 50), t.text.replace("，", "；") + "……", "chat")
        for n, t in enumerate(flood)
    ]
    watch = Trends()
    assert [a for t in ordered(_varied(stream(), 5) + one) for a in watch.add(t)] == []
    assert "同一口吻的反复来件" in {reason for _, reason, _ in watch.refused}
    assert [a.kind for a in trends(ordered(_varied(stream(), 5) + crowd))][:1] == ["emerging"]


def test_a_fault_told_in_one_channel_alone_is_a_topic() -> None:
    told = [Text(t.id, t.at, t.text, "app") for t in _varied(planted(4, (15, 16, 17), 8), 6)]
    assert list(trends(ordered(_varied(stream(), 5) + told))) != []


def test_three_writers_by_their_keys_are_no_topic_however_often_they_write() -> None:
    few = [Text(t.id, t.at, t.text, t.channel, f"C{n % 3}") for n, t in enumerate(planted(4, (15, 16, 17), 8))]
    watch = Trends()
    assert [a for t in ordered(stream() + few) for a in watch.add(t)] == []
    assert "少数人反复来件" in {reason for _, reason, _ in watch.refused}


def test_a_batch_of_old_texts_imported_again_is_no_topic_and_heats_none() -> None:
    first = planted(4, (12, 13, 14), 9)
    again = [Text("", START + timedelta(days=21, hours=9, seconds=40 * n), t.text, "app") for n, t in enumerate(first)]
    texts = ordered(stream() + first + again)
    assert len(list(trends(texts))) == 1
    topic = Topic(dict.fromkeys(words := _numbers("刷掌支付"), 1.0), {n: (str(n),) for n in words})
    memory = Memory()
    for number in sorted({bin_of(t.at) for t in texts}):
        memory.add(number, [t for t in texts if bin_of(t.at) == number])
    late = [
        Member(bin_of(t.at), t, frozenset()) for t in texts if t.at >= START + timedelta(days=21) and t.channel == "app"
    ]
    assert imported(memory, topic, late) == len(late) == 27
    assert imported(memory, topic, [Member(m.bin, m.text, m.features) for m in late[:5]]) == 0


def _numbers(text: str) -> list[int]:
    return [number for number, _words in worded(text)]


def test_a_campaign_of_days_is_no_topic_and_what_one_branch_does_is() -> None:
    asked = ("春耕节种子券怎么领", "种子券每户几张，要带户口本吗", "春耕节领到种子券，实惠", "种子券和优惠能叠加吗")
    assert list(trends(ordered(stream() + planted(6, (15, 16, 17), 25, texts=asked)))) == []
    place = [Text(t.id, t.at, f"在城东支行，{t.text}", t.channel) for t in stream(seed=3, rate=12)]
    here = planted(7, (15, 16, 17, 18), 5, texts=tuple(f"在城东支行，{text}" for text in PAUSED))
    found = list(trends(ordered(_varied(stream() + place + here, 9))))
    assert any("积存" in term for alert in found for term in alert.terms)
    assert not any("城东" in alert.terms[0] for alert in found)


@pytest.mark.parametrize(
    ("day", "closing"),
    [("2026-06-20", True), ("2026-06-23", False), ("2026-05-21", False), ("2026-02-26", True), ("2026-05-28", False)],
)
def test_days_on_which_banks_close_a_period_are_known(day: str, closing: bool) -> None:
    assert closes(datetime.fromisoformat(day).date()) is closing


@given(st.lists(st.text("投诉，。！… ~银行", max_size=9), min_size=2, max_size=8))
def test_habits_are_told_of_any_texts(texts: list[str]) -> None:
    some = [Text(str(n), START + timedelta(hours=n), text) for n, text in enumerate(texts)]
    others = stream(days=1)
    assert isfinite(likeness(some, others))
    assert likeness(some, others[:5]) == 0.0
