"""A watch that goes on from what it kept tells what one uninterrupted watch tells."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from xiaobao.errors import InputError
from xiaobao.insight import Alert, Text, Trends
from xiaobao.insight.kept import Texts, pack, unpack
from xiaobao.insight.memory import bin_of
from xiaobao.insight.terms import features

START = datetime(2026, 3, 2)
USUAL = (
    "房贷提前还款排队太久", "信用卡年费不该收", "理财亏损没人解释", "客服电话一直占线", "转账三天没到账",
    "催收打给我的家人", "手机银行登录不上", "定期存款利率又降了", "分期手续费太高", "积分兑换不了礼品",
)  # fmt: skip
ENDS = ("请处理", "等回复", "太失望", "要求解释", "我要投诉", "怎么回事", "希望改进", "不合理", "拖了很久")
FIRST = ("刷掌支付被盗刷了八百", "掌纹信息被别人绑定盗刷", "没开过刷掌却扣款", "刷掌盗刷要求赔付", "掌纹泄露银行不认",
         "凌晨刷掌支付被扣钱", "关不掉刷掌支付怕盗刷", "地铁刷掌之后出现陌生扣款")  # fmt: skip
SECOND = ("积存金突然暂停赎回", "积存金报价停了卖不出", "克重对不上积存金少了", "暂停积存金没有公告", "积存金赎回报错",
          "买的积存金报价不动", "积存金提货暂停")  # fmt: skip


def _stream() -> list[Text]:
    rng = random.Random(3)
    rows: list[tuple[datetime, str]] = []

    def put(day: int, words: Sequence[str], count: int) -> None:
        for _ in range(count):
            at = START + timedelta(days=day, seconds=rng.randrange(86_400))
            rows.append((at, f"{rng.choice(words)}，{rng.choice(ENDS)}，{rng.choice(ENDS)}"))

    for day in range(52):
        put(day, USUAL, 30)
    for day in (12, 13, 14, 15, 45, 46):
        put(day, FIRST, 6)
    for number, day in enumerate(range(30, 40)):
        put(day, SECOND, 3 + 4 * number)
    return [Text(f"T{n}", at, text) for n, (at, text) in enumerate(sorted(rows))]


def _followed(texts: Sequence[Text]) -> tuple[list[Alert], list[tuple[int, str]], dict[int, bytes]]:
    """Return the alerts of one watch, its heads by the bin they go on from, and its bins."""
    heads: list[tuple[int, str]] = []
    bins: dict[int, bytes] = {}

    def turned(watch: Trends) -> None:
        newest = watch.newest()
        if newest is not None:
            bins[newest[0]] = newest[1]
        heads.append((watch.bin, json.dumps(watch.head())))

    watch = Trends(turned=turned)
    return [alert for text in texts for alert in watch.add(text)], heads, bins


def test_going_on_from_any_six_hours_tells_what_an_uninterrupted_watch_tells() -> None:
    texts = _stream()
    by_id = {text.id: text for text in texts}
    asked: list[str] = []

    def read(ids: Sequence[str]) -> Mapping[str, Text]:
        asked.extend(ids)
        return {identity: by_id[identity] for identity in ids}

    alerts, heads, bins = _followed(texts)
    assert {alert.kind for alert in alerts} >= {"emerging", "hot"}
    for index, head in heads[1::17]:
        watch = Trends()
        watch.go_on(json.loads(head), [(n, bins[n]) for n in sorted(bins) if n < index], read)
        rest = [text for text in texts if bin_of(text.at) >= index]
        found = [alert for text in rest for alert in watch.add(text)]
        assert found == [alert for alert in alerts if alert.at > rest[0].at], index
    assert 0 < len(set(asked)) < len(texts) / 2


def test_bins_keep_no_words_and_what_is_gone_has_none() -> None:
    texts = [Text("a", START, "刷掌支付被盗刷"), Text("b", START + timedelta(seconds=1, microseconds=5), "")]
    found = features([text.text for text in texts])
    data = pack(found, Texts.of(texts))
    assert "刷掌".encode() not in data
    back, held = unpack(data, lambda ids: {})
    assert back.numbers.tolist() == found.numbers.tolist()
    assert back.starts.tolist() == found.starts.tolist()
    assert held.ats == [text.at for text in texts]
    assert [text.text for text in held.get([0, 1])] == ["", ""]


@pytest.mark.parametrize("data", [b"", b"\x09" + b"\x00" * 12, pack(features(["盗刷"]), None)[:-3]])
def test_what_another_version_kept_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="从头计算"):
        unpack(data)
    head: dict[str, Any] = Trends().head() | {"version": 0}
    with pytest.raises(InputError, match="从头计算"):
        Trends().go_on(head, [], lambda ids: {})
