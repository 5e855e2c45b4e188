"""Find, among a million complaints, the few that may be of the same event: keys that such complaints share.

Keys are 63-bit numbers: of telephones and cards, of names, tails and telling sums, of sums, days and surnames with each
other and with the place, and of min-hashed words (bands), so that near-identical letters meet as well. A platform may
store the keys of `keys()` in an indexed column; `Index` keeps them in sorted segments, 12 bytes a key. Complaints of
about the same time are also found by rare words and matters (`near_keys`), which are kept for some months only.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.evidence import rarity, weight_of
from xiaobao.insight.facts import Facts
from xiaobao.insight.terms import word_number

BANDS = 6
ROWS = 2
CROWDED = 400
"""A key that more complaints share says nothing: a hotline's number, a common sum."""
MOST = 200
"""Candidates of one complaint, each of which `compare` then weighs."""
NEAR_DAYS, KEPT_SPANS = 30, 4
RARE_WORDS = 8
NEAR_WEIGHT = 0.5
"""What a key of `near_keys` counts beside one of `keys`."""
_BUFFER = 4_096
_SEEDS = np.random.default_rng(20_260_101).integers(1, 2**31, size=(BANDS * ROWS, 2), dtype=np.uint64) | np.uint64(1)


def _key(*parts: object) -> int:
    digest = blake2b("\x1f".join(map(str, parts)).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def number_key(number: str) -> int:
    """Return the key of a telephone, card or identity number or e-mail address, as facts have it."""
    return _key("n", number)


def person_key(name: str) -> int:
    """Return the key of a full name."""
    return _key("p", name)


def keys(facts: Facts) -> list[int]:
    """Return the keys of a complaint, positive 63-bit numbers, each once; equal facts give equal keys for ever."""
    out = {number_key(number) for number in (*facts.numbers, *facts.accounts)}
    out |= {person_key(name) for name in facts.people}
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
    return sorted(out | set(wording_keys(facts)))


def near_keys(facts: Facts) -> list[int]:
    """Return keys of what tells events apart only among complaints of about the same time: rare words and matters."""
    rare = sorted(facts.words, key=lambda word: (-weight_of(word), word))[:RARE_WORDS]
    places = (*facts.banks, *facts.branches, *facts.products)
    out = {_key("w", word) for word in rare} | {_key("h", theme) for theme in facts.themes}
    out |= {_key("h", theme, place) for theme in facts.themes for place in places}
    out |= {_key("x", name) for name in (*facts.branches, *facts.products, *facts.surnames)}
    return sorted(out)


def wording_keys(facts: Facts) -> list[int]:
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


class _Postings:
    """Which complaints have a key, in sorted segments."""

    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self._recent: dict[int, list[int]] = {}
        self._waiting = 0

    def add(self, place: int, found: list[int]) -> None:
        """Add the keys of a complaint."""
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

    def of(self, key: int) -> list[int]:
        """Return the complaints that have a key, the oldest first."""
        places = [place for segment in self._segments for place in segment.of(key).tolist()]
        return places + self._recent.get(key, [])


class Index:
    """Remember complaints by their keys and find those that share some; ids are kept in the order of adding.

    What two tellings say alike by chance (rare words, matters) counts only within two months and is then forgotten, so
    that this part of the memory does not grow with the number of complaints.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._ever = _Postings()
        self._near: dict[int, _Postings] = {}

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, identity: str, facts: Facts) -> None:
        """Add a complaint."""
        place = len(self.ids)
        self.add_keys(identity, keys(facts))
        if facts.received is None:
            return
        span = facts.received.toordinal() // NEAR_DAYS
        if span > max(self._near, default=span) - KEPT_SPANS:
            self._near.setdefault(span, _Postings()).add(place, near_keys(facts))
        for old in [n for n in self._near if n <= max(self._near) - KEPT_SPANS]:
            del self._near[old]

    def add_keys(self, identity: str, found: list[int]) -> None:
        """Add a complaint whose keys are known."""
        self._ever.add(len(self.ids), found)
        self.ids.append(identity)

    def candidates(self, facts: Facts, *, most: int = MOST) -> list[str]:
        """Return the ids of complaints that share keys, the rarest and most first, at most `most` of them."""
        shared: dict[int, float] = defaultdict(float)
        for key in keys(facts):
            _weigh(shared, self._ever.of(key), 1.0)
        if facts.received is not None:
            span = facts.received.toordinal() // NEAR_DAYS
            spans = [self._near[n] for n in (span - 1, span, span + 1) if n in self._near]
            for key in near_keys(facts) if spans else ():
                _weigh(shared, [place for each in spans for place in each.of(key)], NEAR_WEIGHT)
        ranked = sorted(shared.items(), key=lambda item: (-item[1], -item[0]))
        return [self.ids[place] for place, _ in ranked[:most]]


def _weigh(shared: dict[int, float], places: list[int], weight: float) -> None:
    if len(places) <= CROWDED:
        for place in places:
            shared[place] += weight / (1 + len(places)) ** 0.5
