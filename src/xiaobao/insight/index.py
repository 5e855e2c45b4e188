"""Find, among a million complaints, the few that may be of the same event: keys that such complaints share.

Keys are 63-bit numbers: of telephones and cards, of names, tails and telling sums, of sums, days and surnames with each
other and with the place, and of min-hashed words (bands), so that near-identical letters meet as well. A platform may
store the keys of `keys()` in an indexed column; `Index` keeps them in sorted segments, 12 bytes a key.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.evidence import rarity
from xiaobao.insight.facts import Facts
from xiaobao.insight.terms import word_number

BANDS = 6
ROWS = 2
CROWDED = 400
"""A key that more complaints share says nothing: a hotline's number, a common sum."""
_BUFFER = 4_096
_SEEDS = np.random.default_rng(20_260_101).integers(1, 2**31, size=(BANDS * ROWS, 2), dtype=np.uint64) | np.uint64(1)


def _key(*parts: object) -> int:
    digest = blake2b("\x1f".join(map(str, parts)).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def keys(facts: Facts) -> list[int]:
    """Return the keys of a complaint, positive 63-bit numbers, each once; equal facts give equal keys for ever."""
    out = {_key("n", number) for number in (*facts.numbers, *facts.accounts)}
    out |= {_key("p", name) for name in facts.people}
    out |= {_key("t", tail) for tail in facts.tails}
    places = (*facts.banks, *facts.branches, *facts.products)
    for amount in facts.amounts:
        value = f"{amount.normalize():f}"
        if rarity(amount) >= 0.7 and amount >= 100:
            out.add(_key("a", value))
        out |= {_key("a", value, other) for other in (*facts.surnames, *places)}
        out |= {_key("d", value, day.toordinal() // 3 + step) for day in facts.dates for step in (0, 1)}
    for day in facts.dates:
        out |= {_key("d", day.toordinal(), other) for other in (*facts.surnames, *places, *facts.themes)}
    out |= {_key("s", surname, place) for surname in facts.surnames for place in places}
    return sorted(out | set(_bands(facts)))


def _bands(facts: Facts) -> list[int]:
    """Return a key a band of min-hashes of the words: texts with half their words alike mostly share one."""
    if len(facts.words) < 4:
        return []
    numbers = np.array([word_number(word) for word in facts.words], dtype=np.uint64)
    hashed = (numbers[:, None] * _SEEDS[:, 0] + _SEEDS[:, 1]) & np.uint64(0xFFFFFFFF)
    least = hashed.min(axis=0).reshape(BANDS, ROWS)
    return [_key("m", band, *row) for band, row in enumerate(least.tolist())]


class _Segment:
    """Keys in ascending order with the complaints that have them."""

    def __init__(self, found: NDArray[np.uint64], places: NDArray[np.uint32]) -> None:
        order = np.argsort(found, kind="stable")
        self.keys, self.places = found[order], places[order]

    def of(self, key: int) -> NDArray[np.uint32]:
        low = int(np.searchsorted(self.keys, np.uint64(key), "left"))
        high = int(np.searchsorted(self.keys, np.uint64(key), "right"))
        return self.places[low:high]

    def joined(self, other: _Segment) -> _Segment:
        return _Segment(np.concatenate([self.keys, other.keys]), np.concatenate([self.places, other.places]))


class Index:
    """Remember complaints by their keys and find those that share some; ids are kept in the order of adding."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._segments: list[_Segment] = []
        self._recent: dict[int, list[int]] = {}
        self._waiting = 0

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, identity: str, facts: Facts) -> None:
        """Add a complaint."""
        self.add_keys(identity, keys(facts))

    def add_keys(self, identity: str, found: list[int]) -> None:
        """Add a complaint whose keys are known."""
        place = len(self.ids)
        self.ids.append(identity)
        for key in found:
            self._recent.setdefault(key, []).append(place)
        self._waiting += len(found)
        if self._waiting >= _BUFFER:
            self._settle()

    def _settle(self) -> None:
        """Turn what is buffered into a segment and join segments of like size, so that there are few of them."""
        count = [len(places) for places in self._recent.values()]
        found = np.repeat(np.fromiter(self._recent, dtype=np.uint64), count)
        places = np.array([p for each in self._recent.values() for p in each], dtype=np.uint32)
        self._segments.append(_Segment(found, places))
        self._recent, self._waiting = {}, 0
        while len(self._segments) > 1 and len(self._segments[-1].keys) * 2 > len(self._segments[-2].keys):
            last = self._segments.pop()
            self._segments[-1] = self._segments[-1].joined(last)

    def candidates(self, facts: Facts, *, most: int = 50) -> list[str]:
        """Return the ids of complaints that share keys, the rarest and most first, at most `most` of them."""
        shared: dict[int, float] = defaultdict(float)
        for key in keys(facts):
            places = [*self._recent.get(key, ())]
            for segment in self._segments:
                places += segment.of(key).tolist()
            if len(places) <= CROWDED:
                for place in places:
                    shared[place] += 1 / (1 + len(places)) ** 0.5
        ranked = sorted(shared.items(), key=lambda item: (-item[1], -item[0]))
        return [self.ids[place] for place, _ in ranked[:most]]
