"""Tell a renamed product from a new topic: a name came, another went, and what is said of it stayed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import log

import numpy as np

from xiaobao.insight.memory import BINS_A_DAY, DAYS_OF_TEXT, Memory, place_of
from xiaobao.insight.terms import Counts, Ids
from xiaobao.insight.topics import Member, Topic

LEAST_GONE = 3.0
"""Texts that should have named the old product since the new name came."""
STILL_THERE = 0.5
SAME_CONTEXT = 0.22
_MOST_NAMES = 30
_HASHED = 18
_LOW = np.uint32((1 << _HASHED) - 1)
_MOST_TEXTS = 200


def bag_of(memory: Memory, members: list[Member], most: int = 150) -> dict[int, float]:
    """Return the share of a topic's texts that holds each feature, the `most` commonest features."""
    held = _bag(memory, {m.text.id for m in members})
    return dict(sorted(held.items(), key=lambda item: (-item[1], item[0]))[:most])


def likeness(memory: Memory, mine: dict[int, float], theirs: dict[int, float]) -> float:
    """Return how alike what two topics' texts say is (cosine, rare features weighing more), 0 to 1."""
    common = _shares(memory, list({*mine, *theirs}))
    return _alike(mine, theirs, common, set(), sum(b.size for b in memory.bins))


def old_name(memory: Memory, topic: Topic, members: list[Member], days: int) -> int | None:
    """Return the feature of a name that went as the topic came and was spoken of alike; None where there is none.

    days: the window in which the topic came, up to half the days of which texts are kept.
    """
    days = min(days, DAYS_OF_TEXT // 2)
    mine = _bag(memory, {m.text.id for m in members})
    texts = sum(b.size for b in memory.bins)
    common = _shares(memory, list(mine))
    came = sum(memory.now - m.bin < days * BINS_A_DAY for m in members)
    gone = _gone(memory, days, came)
    for number, theirs in _bags_of(memory, gone, days).items():
        drop = {*topic.features, number}
        if _alike(mine, theirs, common, drop, texts) >= SAME_CONTEXT:
            return number
    return None


def _gone(memory: Memory, days: int, came: int) -> list[int]:
    """Return features that came steadily before the window and hardly in it, with about as many texts as `came`."""
    sizes = memory.sizes()
    edge = days * BINS_A_DAY
    now, then = sizes[:days].sum(), max(1.0, sizes[days:].sum())
    old = [each.features.counted for each in memory.bins if memory.now - each.index >= edge]
    new = [each.features.counted for each in memory.bins if memory.now - each.index < edge]
    numbers, before = _added(old, LEAST_GONE * then / max(1.0, now))
    expected = before * now / then
    left = _counts_of(numbers, new)
    gone = (expected >= LEAST_GONE) & (left <= STILL_THERE * expected) & (came + left <= 2.0 * expected + 3)
    numbers, expected, left = numbers[gone], expected[gone], left[gone]
    order = np.lexsort((numbers, left / expected - expected / 1000))
    return [int(number) for number in numbers[order[:_MOST_NAMES]]]


def _added(counted: list[tuple[Ids, Counts]], least: float) -> tuple[Ids, Counts]:
    """Return the features whose counts add up to about `least` or more, ascending, with their sums.

    Most features are rare: sums of the hashes of all features tell which cannot be among those, so that few are sorted.
    """
    sums = np.zeros(1 << _HASHED, dtype=np.int64)
    for numbers, counts in counted:
        np.add.at(sums, numbers & _LOW, counts)
    often = sums >= int(least)
    kept = [often[numbers & _LOW] for numbers, _ in counted]
    named = [numbers[own] for (numbers, _), own in zip(counted, kept, strict=True)]
    numbers, places = np.unique(np.concatenate([np.empty(0, np.uint32), *named]), return_inverse=True)
    many = [counts[own] for (_, counts), own in zip(counted, kept, strict=True)]
    added = np.zeros(len(numbers), dtype=np.int64)
    np.add.at(added, places, np.concatenate([np.empty(0, np.int64), *many]))
    return numbers, added


def _counts_of(sought: Ids, counted: list[tuple[Ids, Counts]]) -> Counts:
    """Return how often each of some features, ascending, was counted."""
    out = np.zeros(len(sought), dtype=np.int64)
    for numbers, counts in counted if len(sought) else ():
        at = np.minimum(np.searchsorted(numbers, sought), max(0, len(numbers) - 1))
        out += np.where(numbers[at] == sought, counts[at], 0) if len(numbers) else 0
    return out


def _bag(memory: Memory, ids: set[str]) -> dict[int, float]:
    """Return the share of some texts that holds each feature."""
    found: list[Ids] = []
    for each in memory.bins:
        if each.texts is not None:
            found += [each.features.of(i) for i, identity in enumerate(each.texts.ids) if identity in ids]
    return _share(found)


def _bags_of(memory: Memory, numbers: list[int], days: int) -> dict[int, dict[int, float]]:
    """Return the same for the texts of before the window that hold a feature, for each of some features."""
    hits = memory.hits(numbers)
    old = (memory.ages >= days)[hits.bins]
    out = {}
    for number in numbers:
        held = hits.texts[(hits.features == number) & old][-_MOST_TEXTS:].tolist()
        out[number] = _share(memory.bins[at].features.of(place) for at, place in map(place_of, held))
    return out


def _share(texts: Iterable[Ids]) -> dict[int, float]:
    count: Counter[int] = Counter()
    total = 0
    for numbers in texts:
        count.update(numbers.tolist())
        total += 1
    return {number: n / total for number, n in count.items()}


def _shares(memory: Memory, numbers: list[int]) -> dict[int, float]:
    """Return how many texts of all that is remembered hold each feature."""
    counts, before = memory.counts(np.array(numbers, dtype=np.uint32), 1)
    return dict(zip(numbers, (counts + before).tolist(), strict=True))


def _alike(
    mine: dict[int, float], theirs: dict[int, float], common: dict[int, float], drop: set[int], texts: int
) -> float:
    """Return the cosine of two bags, rare features weighing more; the names themselves are left out."""

    def weight(number: int) -> float:
        return log(max(1.0, texts / max(1.0, common.get(number, 1.0))))

    a = {n: v * weight(n) for n, v in mine.items() if n not in drop and v >= 0.05}
    b = {n: v * weight(n) for n, v in theirs.items() if n not in drop and v >= 0.05}
    shared = sum(v * b[n] for n, v in a.items() if n in b)
    norm = (sum(v * v for v in a.values()) * sum(v * v for v in b.values())) ** 0.5
    return shared / norm if norm else 0.0
