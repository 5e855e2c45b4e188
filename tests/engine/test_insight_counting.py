"""What trends count in a hurry is what plain counting gives."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.insight.decoys import wordings
from xiaobao.insight.memory import Memory, place_of
from xiaobao.insight.phrases import Grams
from xiaobao.insight.renamed import _added, _counts_of
from xiaobao.insight.terms import features
from xiaobao.insight.topics import Member, _not_of
from xiaobao.insight.values import Text

LETTERS = st.text("退款手续费 扣了12，!a\ud800", max_size=12)
START = datetime(2026, 3, 2)


def pairs(text: str) -> set[str]:
    plain = "".join(c for c in "".join("0" if c.isdigit() else c for c in text).replace("00", "0") if c.isalnum())
    return {plain[i : i + 2] for i in range(max(1, len(plain) - 1))}


@given(st.lists(LETTERS, max_size=8))
def test_wordings_are_groups_of_texts_that_share_most_pairs(texts):
    held = [pairs(text) for text in texts]
    found = wordings(texts)
    assert sorted(i for group in found for i in group) == list(range(len(texts)))
    for group in found:
        for i in range(len(texts)):
            near = [j for j in group if j != i and len(held[i] & held[j]) >= 0.6 * len(held[i] | held[j])]
            assert i in group or not near
            assert not (i in group and len(group) > 1 and not near)


@given(
    st.lists(st.lists(st.sampled_from(["手续费", "扣款", "退还", "银行卡", "的", "，"]), max_size=9), max_size=9),
    st.integers(1, 4),
)
def test_phrases_that_enough_texts_hold_are_counted_as_all_are(words, least):
    texts = ["".join(run) for run in words]
    every, often = Grams(texts), Grams(texts, least)
    assert often.total == every.total == len(texts)
    for gram, count in every.texts.items():
        if count >= least:
            assert often.texts[gram] == count
            assert (often.left[gram], often.right[gram]) == (every.left[gram], every.right[gram])
            assert often.holds_together(gram) == every.holds_together(gram)
    assert set(often.texts) <= set(every.texts)


COUNTED = st.lists(st.dictionaries(st.integers(0, 2**32 - 1) | st.integers(0, 9), st.integers(1, 50), max_size=9))


@given(COUNTED, st.floats(0, 120))
def test_counts_of_features_add_up_over_bins(bins, least):
    counted = [
        (np.array(sorted(each), dtype=np.uint32), np.array([each[n] for n in sorted(each)], dtype=np.int64))
        for each in bins
    ]
    plain = sum((Counter(each) for each in bins), Counter())
    numbers, sums = _added(counted, least)
    assert (
        dict(zip(numbers.tolist(), sums.tolist(), strict=True)).items()
        >= {n: count for n, count in plain.items() if count >= least}.items()
    )
    assert all(plain[n] == count for n, count in zip(numbers.tolist(), sums.tolist(), strict=True))
    sought = np.array(sorted({*numbers.tolist(), 3, 2**32 - 1}), dtype=np.uint32)
    assert _counts_of(sought, counted).tolist() == [plain[n] for n in sought.tolist()]


@given(st.lists(st.sets(st.integers(0, 9)), max_size=5), st.lists(st.frozensets(st.integers(0, 9)), max_size=6))
def test_texts_of_what_is_known_are_left_out(known, held):
    found = [Member(0, Text(str(i), START, ""), own) for i, own in enumerate(held)]
    assert _not_of(known, found) == [m for m in found if not any(len(m.features & each) >= 2 for each in known)]


def test_hits_are_the_texts_that_hold_the_features():
    memory = Memory()
    for index in range(6):
        at = START + timedelta(hours=6 * index)
        said = [f"信用卡扣了年费第{'甲乙丙丁戊'[n]}笔，要求退还手续费" for n in range(index)]
        memory.add(index, [Text(f"{index}-{n}", at, text) for n, text in enumerate(said)])
    every = [
        (place, n, number)
        for place, each in enumerate(memory.bins)
        for n in range(len(each.features))
        for number in each.features.of(n).tolist()
    ]
    sought = set(features(["信用卡年费"]).numbers.tolist()) | set(features(["退还手续费"]).numbers.tolist()) | {7}
    hits = memory.hits(sought)
    told = [(*place_of(text), number) for text, number in zip(hits.texts.tolist(), hits.features.tolist(), strict=True)]
    assert told
    assert told == [each for each in every if each[2] in sought]
    starts = hits.starts()
    assert [place_of(text) for text in hits.texts[starts].tolist()] == sorted({each[:2] for each in told})
    assert (hits.starts(1).tolist(), memory.hits([]).starts().size) == ([1, *[n for n in starts.tolist() if n > 1]], 0)
