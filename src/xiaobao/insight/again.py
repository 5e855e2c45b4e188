"""Tell texts that came in again: a batch of old ones, imported within hours, word for word as they were before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zlib import crc32

from xiaobao.insight.memory import BINS_A_DAY, Memory, place_of
from xiaobao.insight.topics import Member, Topic

_BATCH = timedelta(hours=2)
_LEAST = 8
_MOSTLY = 0.6


def imported(memory: Memory, topic: Topic, members: Sequence[Member]) -> int:
    """Return how many of a topic's texts are a batch of old ones, 0 where there is none.

    A batch: what came within the two hours that brought most, at least eight texts, where most have the very words of
    texts that came a day or more before. Numbers and function words do not count as words.
    """
    batch = _densest(members)
    if len(batch) < _LEAST:
        return 0
    hits = memory.hits(topic.features)
    edge = batch[0].bin - BINS_A_DAY
    before: set[int] = set()
    own: list[int] = []
    ids = {m.text.id for m in batch}
    for bin_at, place in map(place_of, hits.texts[hits.starts()].tolist()):
        each = memory.bins[bin_at]
        if each.index < edge:
            before.add(crc32(each.features.of(place).tobytes()))
        elif each.texts is not None and each.texts.ids[place] in ids:
            own.append(crc32(each.features.of(place).tobytes()))
    old = sum(words in before for words in own)
    return len(batch) if old > _MOSTLY * len(batch) else 0


def _densest(members: Sequence[Member]) -> list[Member]:
    """Return the members of the two hours that brought most."""
    ordered = sorted(members, key=lambda m: m.text.at)
    best: list[Member] = []
    start = 0
    for end, member in enumerate(ordered):
        while member.text.at - ordered[start].text.at > _BATCH:
            start += 1
        if end - start + 1 > len(best):
            best = ordered[start : end + 1]
    return best
