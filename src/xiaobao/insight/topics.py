"""Groups of features that grew together: the candidates for an alert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from xiaobao.insight.memory import DAYS, WINDOWS, Hits, Memory, place_of
from xiaobao.insight.statistics import share_ratios
from xiaobao.insight.terms import worded
from xiaobao.insight.values import Text

LEAST_COUNT = 3
LEAST_RATIO = 5.0
LEAST_LIFT = 2.5
MOST_FEATURES = 400
MOST_TEXTS = 4_000
_TOGETHER = 0.5
_HARDLY = 0.2
_SHARP = 8.0
_SHARP_DAYS = 3


@dataclass(slots=True)
class Member:
    """A text of a candidate: its bin, the text and which of the growing features it holds."""

    bin: int
    text: Text
    features: frozenset[int]


@dataclass
class Topic:
    """Features that grew together, with their weights (log-likelihood ratios), words and the recent texts they mark."""

    features: dict[int, float] = field(default_factory=dict)
    words: dict[int, tuple[str, ...]] = field(default_factory=dict)
    members: list[Member] = field(default_factory=list)

    def vocabulary(self) -> dict[str, float]:
        """Return the words of the features with their greatest weight."""
        out: dict[str, float] = defaultdict(float)
        for number, parts in self.words.items():
            for word in parts:
                out[word] = max(out[word], self.features[number] / len(parts))
        return dict(out)

    def covers(self, features: Iterable[int]) -> int:
        """Return how many different words of this topic a text's features name."""
        return len({word for number in features for word in self.words.get(number, ())})


def growing(memory: Memory) -> dict[int, float]:
    """Return the features of the last day that came much more often than before, with their likelihood ratios."""
    sizes = memory.sizes()
    numbers = memory.recent_features()
    total, _ = memory.counts(numbers, WINDOWS[-1])
    numbers = numbers[total >= LEAST_COUNT]
    best = np.zeros(len(numbers))
    for days in WINDOWS:
        now, then = sizes[:days].sum(), sizes[days:].sum()
        if then < 100:
            continue
        counts, before = memory.counts(numbers, days)
        expected = (before + 0.5) / (then + 1.0) * now
        ratios = share_ratios(counts.astype(float), before.astype(float), float(now / (now + then)))
        ratios[(counts < LEAST_COUNT) | (counts < LEAST_LIFT * expected)] = 0.0
        best = np.maximum(best, ratios)
    order = np.argsort(-best, kind="stable")[:MOST_FEATURES]
    return {int(numbers[i]): float(best[i]) for i in order if best[i] >= LEAST_RATIO}


class Namer:
    """Remember the words behind features."""

    def __init__(self, most: int = 20_000) -> None:
        self._words: dict[int, tuple[str, ...]] = {}
        self._most = most

    def words(self, text: str, numbers: frozenset[int]) -> dict[int, tuple[str, ...]]:
        """Return the words of features that a text holds."""
        if not all(number in self._words for number in numbers):
            if len(self._words) > self._most:
                self._words.clear()
            for number, parts in worded(text):
                if number in numbers:
                    self._words.setdefault(number, parts)
        return {number: self._words[number] for number in numbers if number in self._words}


def members(memory: Memory, hits: Hits, least: int) -> list[Member]:
    """Return the recent texts that hold at least `least` of some features, oldest first, the newest MOST_TEXTS."""
    out: list[Member] = []
    recent = np.flatnonzero([b.texts is not None for b in memory.bins])
    first = int(np.searchsorted(hits.texts, recent[0] << 32)) if recent.size else len(hits.texts)
    starts = hits.starts(first)
    ends = np.append(starts[1:], len(hits.texts))
    kept = np.flatnonzero(ends - starts >= least)[-MOST_TEXTS:]
    positions = hits.texts[starts[kept]] >> 32
    for position in np.unique(positions).tolist():
        each = memory.bins[position]
        assert each.texts is not None
        own = kept[positions == position]
        texts = each.texts.get([place_of(number)[1] for number in hits.texts[starts[own]].tolist()])
        for start, end, text in zip(starts[own].tolist(), ends[own].tolist(), texts, strict=True):
            out.append(Member(each.index, text, frozenset(hits.features[start:end].tolist())))
    return out


def topics(memory: Memory, namer: Namer, known: Iterable[set[int]] = ()) -> tuple[list[Topic], Hits]:
    """Return the groups of growing features, and the texts that hold these; topics already told are left out.

    A feature joins the group that most of its texts are in; groups start from the features that grew most.
    """
    grew = growing(memory)
    hits = memory.hits(grew)
    if not grew:
        return [], hits
    found = _not_of(known, members(memory, hits, 2))
    texts_of: dict[int, set[int]] = defaultdict(set)
    words: dict[int, tuple[str, ...]] = {}
    for index, member in enumerate(found):
        words |= namer.words(member.text.text, member.features)
        for number in member.features:
            texts_of[number].add(index)
    groups: list[tuple[Topic, set[int]]] = []
    for number, weight in grew.items():
        own = texts_of.get(number, set())
        if len(own) < LEAST_COUNT or number not in words:
            continue
        home = max(groups, key=lambda g: len(own & g[1]), default=None)
        if home is None or len(own & home[1]) < _TOGETHER * len(own):
            home = (Topic(), set())
            groups.append(home)
        home[0].features[number], home[0].words[number] = weight, words[number]
        home[1].update(own)
    return [_settled(topic, found, texts_of) for topic, _ in groups], hits


def _not_of(known: Iterable[set[int]], found: list[Member]) -> list[Member]:
    """Return the texts that hold no two features of one known topic."""
    known_by: dict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(known):
        for number in each:
            known_by[number].append(index)

    def is_new(member: Member) -> bool:
        seen: set[int] = set()
        for number in member.features:
            for index in known_by.get(number, ()):
                if index in seen:
                    return False
                seen.add(index)
        return True

    return [member for member in found if is_new(member)]


def _settled(topic: Topic, found: list[Member], texts_of: Mapping[int, set[int]]) -> Topic:
    """Leave out features that hardly grew, and keep as members the texts that name two words of the others."""
    least = _HARDLY * max(topic.features.values())
    for number in [n for n, weight in topic.features.items() if weight < least]:
        del topic.features[number], topic.words[number]
    naming = sorted(set().union(*(texts_of[number] for number in topic.words)))
    topic.members = [found[i] for i in naming if topic.covers(found[i].features) >= 2]
    return topic


def sharper(memory: Memory, topic: Topic) -> Topic | None:
    """Return a topic without the features that were common before; None where nothing or too little would be left."""
    numbers = np.array(sorted(topic.features), dtype=np.uint32)
    sizes = memory.sizes()
    counts, before = memory.counts(numbers, _SHARP_DAYS)
    expected = before / max(1.0, sizes[_SHARP_DAYS:].sum()) * sizes[:_SHARP_DAYS].sum()
    kept = set(numbers[counts + 0.5 >= _SHARP * (expected + 0.1)].tolist())
    if not kept or len(kept) == len(numbers):
        return None
    out = Topic(
        {n: w for n, w in topic.features.items() if n in kept}, {n: p for n, p in topic.words.items() if n in kept}
    )
    out.members = [m for m in topic.members if out.covers(m.features) >= 2]
    return out if len(out.members) >= LEAST_COUNT else None


def series(memory: Memory, topic: Topic, hits: Hits) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how many texts matched a topic by age in days, over all that is remembered; hits: of its features.

    A text matches where it holds a pair of the topic's words or two of its single words.
    """
    single = np.array([n for n, parts in topic.words.items() if len(parts) == 1], dtype=np.uint32)
    pairs = np.array([n for n, parts in topic.words.items() if len(parts) == 2], dtype=np.uint32)
    ones, times = np.unique(hits.texts[np.isin(hits.features, single)], return_counts=True)
    twos = hits.texts[np.isin(hits.features, pairs)]
    matched = np.union1d(ones[times >= 2], twos) >> 32
    return np.bincount(memory.ages[matched], minlength=DAYS)[:DAYS].astype(np.float64)
