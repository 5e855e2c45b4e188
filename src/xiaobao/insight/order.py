"""A file of texts in the order of time, and what is told of lines that were out of it, there twice, or unreadable."""

from __future__ import annotations

from array import array
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

import numpy as np

from xiaobao import batch
from xiaobao.errors import InputError, XiaobaoError
from xiaobao.insight.memory import DAYS
from xiaobao.insight.statistics import Floats
from xiaobao.insight.trend import LEAP
from xiaobao.insight.values import Text, moment

_EPOCH = datetime(1970, 1, 1)
_FEW = 0.01
"""The share of a file's lines that may lie months from all others and is then taken for wrong times."""


_SAID = {
    "moved": "{n} 行的时间早于它之前的行，已按时间重新排列后计算",
    "apart": "{n} 行的时间与其余各行相差数月以上，疑为误填，没有计入",
    "late": "{n} 行的时间早于此前已经读入的行，按到达的时刻计入",
    "leapt": "{n} 行的时间与此前相差一个月以上而没有下一行佐证，按到达的时刻计入",
    "twice": "{n} 行与此前的行编号、内容相同，只计一次",
    "reworded": "{n} 行与此前的行编号相同而内容不同，均已计入",
    "failed": "{n} 行无法读取，没有计入，原因见各自的错误行",
}


@dataclass
class Account:
    """What a stream of lines had that is told: how many lines of each kind, and the number of the first."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def count(self, kind: str, number: int) -> None:
        """Count a line of a kind of `_SAID`."""
        self.counts[kind] += 1
        self.first.setdefault(kind, number)

    def all(self) -> list[str]:
        """Return a Chinese sentence for each kind there was."""
        return [self._sentence(kind) for kind in _SAID if kind in self.counts]

    def news(self) -> list[str]:
        """Return the sentences of the kinds that came up since this was last asked."""
        new = [kind for kind in _SAID if kind in self.counts and kind not in self._told]
        self._told.update(new)
        return [self._sentence(kind) for kind in new]

    def _sentence(self, kind: str) -> str:
        return f"{_SAID[kind].format(n=self.counts[kind])}（首例在第 {self.first[kind]} 行）"


class Seen:
    """The ids of the last weeks, to tell a line that is there twice; memory does not grow with the stream."""

    def __init__(self) -> None:
        self._words: dict[int, int] = {}
        self._days: deque[tuple[int, array[int]]] = deque()

    def before(self, text: Text) -> bool | None:
        """Tell whether a text with the same id had the same words, None where there was none; remember this one."""
        key, words = hash(text.id), crc32(text.text.encode("utf-8", "replace"))
        found = self._words.get(key)
        if found is not None:
            return found == words
        day = text.at.toordinal()
        if not self._days or day > self._days[-1][0]:
            self._days.append((day, array("q")))
            while day - self._days[0][0] > DAYS:
                for old in self._days.popleft()[1]:
                    del self._words[old]
        self._days[-1][1].append(key)
        self._words[key] = words
        return None


def in_time(source: str, account: Account) -> Iterator[batch.Line]:
    """Yield the lines of a file in the order of their times, those of one time as they stand; "-" as it comes.

    What few lines lie a month and more before or after all others are wrong times: they are left out and counted. A
    line that cannot be read stays behind the one before it.
    """
    if source == "-":
        yield from batch.read_lines(source)
        return
    numbers, times = _times(source)
    order = np.argsort(times, kind="stable")
    first, last = _together(times[order])
    kept, places = order[first:last], np.sort(order[first:last])
    moved = places[times[places] < np.maximum.accumulate(times[places])] if len(places) else places
    for kind, found in (("moved", moved), ("apart", np.sort(np.concatenate([order[:first], order[last:]])))):
        for place in found:
            account.count(kind, numbers[place])
    if not account.counts:
        yield from batch.read_lines(source)
        return
    yield from batch.read_lines_at(source, (numbers[place] for place in kept))


def _times(source: str) -> tuple[array[int], Floats]:
    """Return the numbers of a file's lines and their times in seconds: where it has none, that of the line before."""
    numbers, times = array("q"), array("d")
    waiting = 0
    for number, _, line in batch.read_lines(source):
        numbers.append(number)
        try:
            found = None if isinstance(line, XiaobaoError) else (moment(line.get("ts")) - _EPOCH).total_seconds()
        except InputError:
            found = None
        if found is None and not times:
            waiting += 1
            continue
        at = times[-1] if found is None else found
        times.extend([at] * (1 + waiting))
        waiting = 0
    times.extend([0.0] * waiting)
    return numbers, np.frombuffer(times, dtype=np.float64) if times else np.zeros(0)


def _together(times: Floats) -> tuple[int, int]:
    """Return the part of sorted times that is left without the few months away at either end."""
    few = max(1, int(_FEW * len(times)))
    if len(times) < 2 * few + 1:
        return 0, len(times)
    leaps = np.flatnonzero(np.diff(times) > LEAP / timedelta(seconds=1)) + 1
    first = max((int(n) for n in leaps if n <= few), default=0)
    last = min((int(n) for n in leaps if n >= len(times) - few), default=len(times))
    return first, last
