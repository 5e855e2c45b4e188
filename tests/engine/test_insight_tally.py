"""Counts kept by day add up to the counts of the texts, and a phrase's count is that of the texts that hold it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.errors import InputError
from xiaobao.insight.clustering import grouped
from xiaobao.insight.tally import Day, Tally, named, number_of, pack_counts, phrases_of, tally, unpack_counts
from xiaobao.insight.terms import Counts, Ids
from xiaobao.insight.values import Text

WORDS = ("手机银行闪退", "信用卡年费", "提前还款违约金", "理财亏损", "催收电话", "新版本更新", "转账限额", "柜面排队")


def _texts(count: int, seed: int, extra: str = "") -> list[tuple[int, str]]:
    rng = random.Random(seed)
    return [(seed * 100_000 + n, "，".join(rng.sample(WORDS, 3)) + (extra if n % 4 == 0 else "")) for n in range(count)]


def _counted(days: list[list[tuple[int, str]]]) -> Tally:
    now = [Day.of(day) for day in days[1:]]
    before = [Day.of(day) for day in days[:1]]

    def source(parts: list[Day]) -> Iterator[tuple[Ids, Counts]]:
        return (part.features.counted for part in parts)

    sizes = [sum(map(len, parts)) for parts in (now, before)]
    return tally(lambda: source(now), lambda: source(before), *sizes)


def test_counts_of_days_are_the_counts_of_their_texts() -> None:
    days = [_texts(40, 1), _texts(30, 2), _texts(50, 3, "，云帆分期扣费")]
    found = _counted(days)
    texts = [text for day in days[1:] for _key, text in day]
    told = Counter(phrase for text in texts for phrase in phrases_of(text))
    for phrase, count in told.items():
        if count >= 2:
            assert found.of(number_of(phrase)) == (count, sum(phrase in phrases_of(text) for _k, text in days[0]))
    common, risen = named(found, texts)
    assert risen[0].text in "云帆分期扣费"
    assert {p.text for p in common} <= set(told)
    for shown in (*common, *risen):
        held = [key for day in days[1:] for key in Day.of(day).holding(number_of(shown.text)).tolist()]
        assert len(held) == shown.count == told[shown.text]


@given(st.lists(st.tuples(st.integers(1, 10**12), st.text("银行掌纹盗刷利息手续费，。ab1\n", max_size=30)), max_size=9,
                unique_by=lambda pair: pair[0]))  # fmt: skip
def test_days_come_back_as_they_were_kept(texts: list[tuple[int, str]]) -> None:
    day = Day.of(texts)
    back = Day.unpack(day.pack())
    assert back.keys.tolist() == sorted(key for key, _text in texts)
    assert back.features.numbers.tolist() == day.features.numbers.tolist()
    counted = unpack_counts(pack_counts(day.features.counted))
    assert [part.tolist() for part in counted] == [part.tolist() for part in day.features.counted]
    half = back.only(np.sort(np.array([key for key, _text in texts[::2]], dtype=np.int64)))
    again = Day.joined([back.only(np.setdiff1d(back.keys, half.keys)), half])
    assert again.keys.tolist() == back.keys.tolist()
    assert again.features.numbers.tolist() == back.features.numbers.tolist()
    assert [len(part) for part in (back.every(2), back.every(2, 1))] == [-(-len(back) // 2), len(back) // 2]


@pytest.mark.parametrize("data", [b"", b"\x07" * 20, Day.of([(1, "年费")]).pack()[:-2]])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        Day.unpack(data)
    with pytest.raises(InputError):
        unpack_counts(data)


def test_sorting_texts_into_clusters_agrees_with_the_clusters() -> None:
    rng = random.Random(4)
    kinds = (
        ("征信逾期记录有误", "征信上报错误", "逾期记录没消除"),
        ("提前还款排队", "房贷提前还款预约不上", "提前还款没额度"),
    )
    at = datetime(2026, 1, 1)
    texts = [(n, rng.choice(kinds[n % 2]) + rng.choice(("，请处理", "，急", "。谢谢"))) for n in range(60)]
    day = Day.of(texts)
    made, centres = grouped([Text(str(key), at, text) for key, text in texts], day.short())
    homes = centres.homes(day.short()).tolist()
    assert len(made) == len(centres) >= 2
    for place, cluster in enumerate(made):
        assert sorted(map(int, cluster.ids)) == [key for (key, _text), home in zip(texts, homes, strict=True)
                                                 if home == place]  # fmt: skip
    assert centres.homes(Day.of([]).short()).tolist() == []
    assert centres.homes(Day.of([(1, "完全无关")]).short()).tolist() == [-1]
