"""Maps of long texts, whose positions are counted along, are those that looking each up gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from xiaobao.text import normalise as module
from xiaobao.text.normalise import MANY, normalise, normalise_batch

PIECES = ("保本", "㍿", "保·本", "啊啊啊啊", "ａ１", "\u200b", "1，000", "\n", "萬", "！！！", "\U0001f4b0")


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=12), st.integers(0, 3))
def test_counted_along_is_looked_up(pieces: list[str], others: int) -> None:
    text = "".join(pieces)
    long = text * (2 * MANY // len(text) + 1)
    batch = normalise_batch(["前㍿面"] * others + [long])
    starts, ends = batch.spans(others)
    some = range(0, len(starts), 97)
    assert [(int(starts[i]), int(ends[i])) for i in some] == [batch.original(others, i, i + 1) for i in some]


@given(st.lists(st.integers(0, 3 * MANY), max_size=80).map(sorted), st.integers(0, MANY), st.integers(1, 5))
def test_values_up_to_each_position(values: list[int], start: int, step: int) -> None:
    positions = np.concatenate((np.arange(start, start + MANY), [start + step * MANY]))
    table = np.array(values, dtype=np.int64)
    counted = np.broadcast_to(module._up_to(table, positions), positions.shape)
    assert counted.tolist() == np.searchsorted(table, positions, side="right").tolist()


def test_a_million_expanded_characters_map_back() -> None:
    normal = normalise("㍿" * 200_000 + "保本")
    size = len(normal.text)
    looked_up = [normal.original(size - 2, size), normal.original(size, size), normal.original(0, 4)]
    assert looked_up == [(200_000, 200_002), (200_002, 200_002), (0, 1)]
    assert (int(normal.starts[-2]), int(normal.ends[-1])) == looked_up[0] == normal.original(size - 2, size)
