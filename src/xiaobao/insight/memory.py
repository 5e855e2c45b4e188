"""What trends remember of a stream: the last weeks in bins of six hours, and sketches of how often each feature came.

Memory is bounded by the days kept and by MOST_A_BIN texts a bin; of a stream that is faster, every second, third …
text is looked at, which keeps shares as they are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.kept import Texts
from xiaobao.insight.sketch import Sketch
from xiaobao.insight.terms import Counts, Features, Ids, features
from xiaobao.insight.values import Text

BINS_A_DAY = 4
WINDOWS = (1, 3, 7, 14)
"""Days of the windows in which features are counted."""
DAYS_OF_TEXT = 14
DAYS = 42
MOST_A_BIN = 6_000
_EPOCH = datetime(2000, 1, 1)


def bin_of(at: datetime) -> int:
    """Return the number of the six hours in which a moment lies."""
    return int((at - _EPOCH).total_seconds() // (86_400 // BINS_A_DAY))


def _halves(numbers: Ids) -> NDArray[np.uint16]:
    """Return half of the bits of each number, without copying: few enough to look up in a table that stays near."""
    return numbers.view(np.uint16)[::2]


@dataclass
class Bin:
    """The texts of six hours; texts are dropped (None) once they are older than DAYS_OF_TEXT."""

    index: int
    features: Features
    texts: Texts | None
    size: int


@dataclass(frozen=True)
class Hits:
    """Pairs of a text and a feature it holds, in the order of the texts.

    texts: the position of a text's bin, shifted by 32 bits, and its place in it; ascending.
    """

    texts: NDArray[np.int64]
    features: Ids

    @property
    def bins(self) -> NDArray[np.int64]:
        """Return the position of the bin of each pair's text."""
        return self.texts >> 32

    def starts(self, first: int = 0) -> NDArray[np.int64]:
        """Return where each text's pairs begin, from one pair on."""
        own = self.texts[first:]
        return np.flatnonzero(np.concatenate([np.ones(min(1, len(own)), np.bool_), own[1:] != own[:-1]])) + first


class Memory:
    """Keep bins and counts; the newest bin is the last."""

    def __init__(self, bits: int = 20) -> None:
        self.bins: deque[Bin] = deque()
        self._past = Sketch(bits)
        self._recent = {days: Sketch(bits) for days in WINDOWS}
        self.ages: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        """How many days (of 24 hours back from the end of the newest bin) each bin is old, 0 for the newest."""
        self._sizes: NDArray[np.float64] = np.zeros(DAYS, dtype=np.float64)
        self._marks = np.zeros(1 << 16, dtype=np.bool_)

    def add(self, index: int, texts: Sequence[Text]) -> None:
        """Remember the texts of one bin, later than all before; forget what is too old."""
        kept = list(texts) if len(texts) <= MOST_A_BIN else list(texts[:: -(-len(texts) // MOST_A_BIN)])
        found = features([t.text for t in kept])
        self._forget(index)
        for sketch in (self._past, *self._recent.values()):
            sketch.add(*found.counted)
        self.bins.append(Bin(index, found, Texts.of(kept), len(kept)))
        self._measure()

    def take_back(self, bins: Iterable[Bin]) -> None:
        """Remember bins that another memory had, in their order: as if their texts had been added here."""
        for each in bins:
            self.bins.append(each)
            self._past.add(*each.features.counted)
        for each in self.bins:
            age = self.now - each.index
            for days, sketch in self._recent.items():
                if age < days * BINS_A_DAY:
                    sketch.add(*each.features.counted)
            if age >= DAYS_OF_TEXT * BINS_A_DAY:
                each.texts = None
        if self.bins:
            self._measure()

    def _measure(self) -> None:
        self.ages = (self.now - np.array([b.index for b in self.bins], dtype=np.int64)) // BINS_A_DAY
        held = np.array([b.size for b in self.bins], dtype=np.float64)
        self._sizes = np.bincount(self.ages, weights=held, minlength=DAYS)[:DAYS].astype(np.float64)

    def _forget(self, now: int) -> None:
        before = self.bins[-1].index if self.bins else now
        for each in self.bins:
            for days, sketch in self._recent.items():
                edge = days * BINS_A_DAY
                if before - each.index < edge <= now - each.index:
                    sketch.add(*each.features.counted, -1)
            if now - each.index >= DAYS_OF_TEXT * BINS_A_DAY:
                each.texts = None
        while self.bins and now - self.bins[0].index >= DAYS * BINS_A_DAY:
            self._past.add(*self.bins.popleft().features.counted, -1)

    @property
    def now(self) -> int:
        """Return the number of the newest bin."""
        return self.bins[-1].index

    def sizes(self) -> NDArray[np.float64]:
        """Return the number of texts by age in days."""
        return self._sizes

    def counts(self, numbers: Ids, days: int) -> tuple[Counts, Counts]:
        """Return how many texts of the last `days` (one of WINDOWS) had each feature, and how many before them."""
        recent = self._recent[days].get(numbers)
        return recent, np.maximum(self._past.get(numbers) - recent, 0)

    def recent_features(self, days: int = 1) -> Ids:
        """Return each feature of the last days once."""
        return np.unique(
            np.concatenate([b.features.counted[0] for b, age in zip(self.bins, self.ages, strict=True) if age < days])
        )

    def hits(self, numbers: Iterable[int], days: int = DAYS) -> Hits:
        """Return every text of the last days that holds one of some features, with the features it holds."""
        sought = np.unique(np.fromiter(numbers, dtype=np.uint32))
        texts, found = [], []
        self._marks[_halves(sought)] = True
        for position, each in enumerate(self.bins):
            if self.ages[position] >= days:
                continue
            own = each.features
            maybe = np.flatnonzero(self._marks.take(_halves(own.numbers)))
            if not maybe.size:
                continue
            values = own.numbers[maybe]
            at = np.minimum(np.searchsorted(sought, values), len(sought) - 1)
            exact = sought[at] == values
            texts.append(own.owners_at(maybe[exact]) | position << 32)
            found.append(values[exact])
        self._marks[_halves(sought)] = False
        if not found:
            return Hits(np.empty(0, np.int64), np.empty(0, np.uint32))
        return Hits(np.concatenate(texts), np.concatenate(found))


def place_of(text: int) -> tuple[int, int]:
    """Return the position of a text's bin and its place in it, from the number that hits have of it."""
    return text >> 32, text & 0xFFFFFFFF
