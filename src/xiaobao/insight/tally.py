"""Phrases of many texts as numbers, kept by day: a period's counts are added up, not read anew, in flat memory.

A phrase is a run of one to four content words; its number depends on its letters alone, so that the count of a phrase
and the texts that hold it are told by the same numbers, wherever the dictionary cuts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from math import log
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import InputError
from xiaobao.insight.bounds import Bounds
from xiaobao.insight.phrases import LONGEST, Grams, is_plea, mended, runs, without_parts
from xiaobao.insight.sketch import Sketch
from xiaobao.insight.statistics import poisson_ratio, share_ratios
from xiaobao.insight.terms import Counts, Features, Ids
from xiaobao.insight.values import Phrase

VERSION = 1
"""Raise it whenever phrases or their numbers change: what was kept before is then made again."""
SHORT = 6
"""Characters of a phrase up to which it counts for clusters."""
_BITS = 21
_HEAD = struct.Struct("<BII")
Keys = NDArray[np.int64]
Source = Callable[[], Iterable[tuple[Ids, Counts]]]
"""Gives the counts of each day anew whenever it is asked."""


def number_of(phrase: str) -> int:
    """Return the number of a phrase; those of more than SHORT characters are odd."""
    return (crc32(phrase.encode("utf-8", "replace")) & 0xFFFFFFFE) | (len(phrase) > SHORT)


def phrases_of(text: str) -> set[str]:
    """Return the runs of one to four content words of a text, as they are written."""
    out: set[str] = set()
    for run in runs(text):
        for at in range(len(run)):
            for size in range(1, min(LONGEST, len(run) - at) + 1):
                out.add("".join(run[at : at + size]))
    return {phrase for phrase in out if len(phrase) > 1}


@dataclass(frozen=True)
class Day:
    """The phrases of the texts of a day: keys of the texts in ascending order, and their numbers."""

    keys: Keys
    features: Features

    @classmethod
    def of(cls, texts: Iterable[tuple[int, str]]) -> Day:
        """Return the day of some texts with their keys."""
        keys, sizes, found = [], [], []
        for key, text in sorted(texts):
            numbers = sorted({number_of(phrase) for phrase in phrases_of(text)})
            keys.append(key)
            sizes.append(len(numbers))
            found += numbers
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return cls(np.array(keys, dtype=np.int64), Features(np.array(found, dtype=np.uint32), starts))

    def __len__(self) -> int:
        return len(self.keys)

    def only(self, keys: Keys) -> Day:
        """Return the part of it whose keys are among some in ascending order."""
        if not len(keys):
            return Day.of([])
        at = np.minimum(np.searchsorted(keys, self.keys), len(keys) - 1)
        kept = keys[at] == self.keys
        sizes = np.diff(self.features.starts)
        starts = np.concatenate([[0], np.cumsum(sizes[kept])]).astype(np.int64)
        return Day(self.keys[kept], Features(self.features.numbers[np.repeat(kept, sizes)], starts))

    def every(self, step: int, offset: int = 0) -> Day:
        """Return every so many-th text of it from a place on."""
        return self.only(self.keys[offset::step])

    @classmethod
    def joined(cls, days: Sequence[Day]) -> Day:
        """Return the texts of several days, in the order of their keys."""
        if not days:
            return cls.of([])
        keys = np.concatenate([day.keys for day in days])
        sizes = np.concatenate([np.diff(day.features.starts) for day in days])
        numbers = np.concatenate([day.features.numbers for day in days])
        firsts = np.concatenate([[0], np.cumsum(sizes)[:-1]]) if len(sizes) else sizes
        order = np.argsort(keys, kind="stable")
        starts = np.concatenate([[0], np.cumsum(sizes[order])]).astype(np.int64)
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], sizes[order])
        return cls(keys[order], Features(numbers[np.repeat(firsts[order], sizes[order]) + within], starts))

    def holding(self, number: int) -> Keys:
        """Return the keys of the texts that hold a phrase."""
        found: Keys = self.keys[self.features.owners[self.features.numbers == np.uint32(number)]]
        return found

    def short(self) -> Features:
        """Return its features without long phrases, for clusters."""
        fit = (self.features.numbers & np.uint32(1)) == 0
        sizes = np.bincount(self.features.owners[fit], minlength=len(self))
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return Features(self.features.numbers[fit], starts)

    def pack(self) -> bytes:
        """Return it as bytes."""
        numbers, starts = self.features.numbers, self.features.starts
        body = self.keys.astype("<i8").tobytes() + starts.astype("<u4").tobytes() + numbers.astype("<u4").tobytes()
        return _HEAD.pack(VERSION, len(self), len(numbers)) + zlib.compress(body, 1)

    @classmethod
    def unpack(cls, data: bytes) -> Day:
        """Return what `pack` made bytes of; raises InputError for bytes of another version or other bytes."""
        size, total, body = _opened(data)
        try:
            keys = np.frombuffer(body, "<i8", size).astype(np.int64)
            starts = np.frombuffer(body, "<u4", size + 1, 8 * size).astype(np.int64)
            numbers = np.frombuffer(body, "<u4", total, 8 * size + 4 * (size + 1)).astype(np.uint32)
        except ValueError as error:
            raise _damaged() from error
        return cls(keys, Features(numbers, starts))


def pack_counts(counted: tuple[Ids, Counts]) -> bytes:
    """Return the counts of a day as bytes."""
    numbers, counts = counted
    body = numbers.astype("<u4").tobytes() + counts.astype("<u4").tobytes()
    return _HEAD.pack(VERSION, 0, len(numbers)) + zlib.compress(body, 1)


def unpack_counts(data: bytes) -> tuple[Ids, Counts]:
    """Return what `pack_counts` made bytes of; raises InputError as `Day.unpack` does."""
    _size, total, body = _opened(data)
    try:
        numbers = np.frombuffer(body, "<u4", total).astype(np.uint32)
        return numbers, np.frombuffer(body, "<u4", total, 4 * total).astype(np.int64)
    except ValueError as error:
        raise _damaged() from error


def _opened(data: bytes) -> tuple[int, int, bytes]:
    try:
        version, size, total = _HEAD.unpack_from(data)
        if version != VERSION:
            raise _damaged()
        return size, total, zlib.decompress(data[_HEAD.size :])
    except (struct.error, zlib.error) as error:
        raise _damaged() from error


def _damaged() -> InputError:
    return InputError("保存的短语计数属于其他版本或已损坏，须重新统计", code="input.version")


@dataclass(frozen=True)
class Tally:
    """The phrases of a period that may matter: numbers in ascending order, counts now and before, sizes of both."""

    numbers: Ids
    now: Counts
    before: Counts
    texts: int
    texts_before: int

    def of(self, number: int) -> tuple[int, int] | None:
        """Return the counts of a phrase, None where it is not among those that may matter."""
        at = int(np.searchsorted(self.numbers, np.uint32(number)))
        if at == len(self.numbers) or self.numbers[at] != number:
            return None
        return int(self.now[at]), int(self.before[at])


def tally(now: Source, before: Source, texts: int, texts_before: int, *, most: int = 1_500) -> Tally:
    """Return the `most` commonest and the `most` fastest-rising phrases with their exact counts.

    The days are read three times and never held together: sketches tell which phrases may matter, then those alone are
    counted.
    """
    present, past = Sketch(_BITS), Sketch(_BITS)
    for source, sketch in ((now, present), (before, past)):
        for numbers, counts in source():
            sketch.add(numbers, counts)
    exposure = texts / (texts + texts_before) if texts_before else 0.0
    chosen: Ids = np.empty(0, dtype=np.uint32)
    for numbers, _counts in now():
        chosen = _leading(np.union1d(chosen, numbers), present, past, exposure, most)
    found = [_exactly(chosen, source) for source in (now, before)]
    return Tally(chosen, found[0], found[1], texts, texts_before)


def _leading(numbers: Ids, present: Sketch, past: Sketch, exposure: float, most: int) -> Ids:
    """Return the numbers that are among the `most` commonest or fastest-rising."""
    counts = present.get(numbers)
    numbers, counts = numbers[counts >= 2], counts[counts >= 2]
    if len(numbers) <= most:
        return numbers
    ratios = share_ratios(counts.astype(np.float64), past.get(numbers).astype(np.float64), exposure)
    kept = np.zeros(len(numbers), dtype=np.bool_)
    kept[np.argsort(-counts, kind="stable")[:most]] = True
    kept[np.argsort(-ratios, kind="stable")[:most]] = True
    return numbers[kept]


def _exactly(chosen: Ids, source: Source) -> Counts:
    out = np.zeros(len(chosen), dtype=np.int64)
    if not len(chosen):
        return out
    for numbers, counts in source():
        at = np.minimum(np.searchsorted(chosen, numbers), len(chosen) - 1)
        held = chosen[at] == numbers
        out[at[held]] += counts[held]
    return out


def named(found: Tally, sample: Sequence[str], *, top: int = 20, least: int = 3) -> tuple[list[Phrase], list[Phrase]]:
    """Return the commonest phrases of a tally and those that rose fastest; counts are the tally's.

    sample: texts that hold its phrases, from which one sees what holds together as one phrase.
    """
    grams = Grams(sample, 2)
    common: dict[str, Phrase] = {}
    risen: dict[str, Phrase] = {}
    for gram, count in grams.texts.items():
        text = "".join(gram)
        counts = found.of(number_of(text)) if len(text) > 1 and count >= 2 else None
        if counts is None or counts[0] < 2 or is_plea(text) or not grams.holds_together(gram):
            continue
        part = 0.5 if len(gram) == 1 else 1.0
        expected = (counts[1] + 0.5) / (found.texts_before + 1) * found.texts
        common[text] = Phrase(text, *counts, round(counts[0] * log(1 + len(text)) * part, 3))
        risen[text] = Phrase(text, *counts, round(poisson_ratio(counts[0], expected) * part, 3))
    bounds = Bounds(sample)
    common_names = _mended(without_parts(list(common.values()), 2 * top), found, bounds)
    fastest = [p for p in without_parts(list(risen.values()), 10 * top) if p.count >= least and p.score > 0]
    return without_parts(common_names, top), without_parts(_mended(fastest[: 2 * top], found, bounds), top)


def _mended(phrases: list[Phrase], found: Tally, bounds: Bounds) -> list[Phrase]:
    """Return phrases by names that begin and end with words, counted as the tally counts these."""
    out = []
    for phrase in mended(phrases, bounds):
        counts = found.of(number_of(phrase.text))
        if counts is not None:
            out.append(replace(phrase, count=counts[0], before=counts[1]))
    return out
