"""Groups of features that grew together: the candidates for an alert."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from xiaobao.insight.memory import BINS_A_DAY, DAYS, DAYS_OF_TEXT, WINDOWS, Memory
from xiaobao.insight.statistics import share_ratios
from xiaobao.insight.terms import Ids, word_number, worded
from xiaobao.insight.values import Text

LEAST_COUNT = 3
LEAST_RATIO = 5.0
LEAST_LIFT = 2.5
MOST_FEATURES = 400
MOST_TEXTS = 4_000
_TOGETHER = 0.5


@dataclass
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

    def __init__(self, most: int = 50_000) -> None:
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


def members(memory: Memory, numbers: Iterable[int], least: int) -> list[Member]:
    """Return the recent texts that hold at least `least` of some features, oldest first, the newest MOST_TEXTS."""
    sought = np.fromiter(numbers, dtype=np.uint32)
    wanted = set(sought.tolist())
    out: list[Member] = []
    for each, places, _ in memory.holding(sought, DAYS_OF_TEXT, least):
        if each.texts is None:
            continue
        for place in places.tolist():
            held = frozenset(wanted.intersection(each.features.of(place).tolist()))
            out.append(Member(each.index, each.texts[place], held))
    return out[-MOST_TEXTS:]


def topics(memory: Memory, namer: Namer, known: Iterable[Ids] = ()) -> list[Topic]:
    """Return the groups of growing features; texts that belong to topics already told are left out.

    A feature joins the group that most of its texts are in; groups start from the features that grew most.
    """
    grew = growing(memory)
    if not grew:
        return []
    found = members(memory, grew, 2)
    told = [set(each.tolist()) for each in known]
    found = [m for m in found if not any(len(m.features & each) >= 2 for each in told)]
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
    return [_settled(topic, found) for topic, _ in groups]


def _settled(topic: Topic, found: list[Member]) -> Topic:
    """Keep as members the texts that name at least two different words of the topic."""
    topic.members = [m for m in found if topic.covers(m.features) >= 2]
    return topic


def series(memory: Memory, topic: Topic) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how many texts matched a topic by age in days, over all that is remembered.

    A text matches where it holds a pair of the topic's words or two of its single words.
    """
    single = {n for n, parts in topic.words.items() if len(parts) == 1}
    pairs = set(topic.words) - single
    out = np.zeros(DAYS, dtype=np.float64)
    seen: dict[int, set[int]] = defaultdict(set)
    for chosen, least in ((single, 2), (pairs, 1)):
        if len(chosen) < least:
            continue
        for each, places, _ in memory.holding(np.fromiter(chosen, dtype=np.uint32), DAYS, least):
            seen[each.index].update(places.tolist())
    for index, places_seen in seen.items():
        out[(memory.now - index) // BINS_A_DAY] += len(places_seen)
    return out


def named_words(topic: Topic) -> list[str]:
    """Return the topic's words that mean something alone, heaviest first."""
    vocabulary = topic.vocabulary()
    return sorted((w for w in vocabulary if word_number(w) & 1 == 0), key=lambda w: (-vocabulary[w], w))
