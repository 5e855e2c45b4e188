"""Find many words at once in normalised text with Hyperscan, over two-byte characters.

Han characters as UTF-8 share few lead bytes, which floods the filter with false candidates; two-byte units do not.
Words are written as escaped bytes because the literal interface stops at zero bytes. A match that ends on an odd
byte lies across two characters and is dropped. Scratch space may not be shared by running scans and short-lived
threads must not rebuild it, so it is lent from a pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from queue import Empty, LifoQueue
from threading import Lock
from typing import Any

import hyperscan
import numpy as np
from numpy.typing import NDArray

from xiaobao.screening import stored

WORTH = 200_000
"""Characters from which compiling many words pays: up to then they are looked up one place after another."""


class WordMatcher:
    """Find every occurrence of a fixed set of words; thread-safe."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.lengths = np.array([len(w) for w in self.words], dtype=np.int64)
        self._pool: LifoQueue[Any] = LifoQueue()
        self._lock = Lock()
        self._built: Any = None
        self._scanned = 0

    def _database(self, characters: int) -> Any:
        """Return the compiled words, or None while they are not worth compiling for so many more characters."""
        with self._lock:
            if self._built is None:
                self._built = stored.load(self.words) if not self._scanned else None
                self._scanned += characters
                if self._built is None and (self._scanned > WORTH or len(self.words) < stored.SMALL):
                    self._built = self._compile()
            return self._built

    @cached_property
    def _starts(self) -> dict[str, list[tuple[str, int]]]:
        """Return by their first two characters the words with their indexes."""
        out: dict[str, list[tuple[str, int]]] = {}
        for index, word in enumerate(self.words):
            out.setdefault(word[:2], []).append((word, index))
        return out

    def _compile(self) -> Any:
        database = hyperscan.Database()
        database.compile(
            expressions=[_escaped(w) for w in self.words],
            ids=list(range(len(self.words))),
            elements=len(self.words),
            flags=hyperscan.HS_FLAG_DOTALL,
        )
        stored.save(self.words, database)
        return database

    def scan(self, units: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return word indexes and start positions (in units) of all occurrences, in order of their ends."""
        flat: list[int] = []
        if self.words and len(units):
            database = self._database(len(units))
            if database is None:
                flat = self._looked_up(units)
            else:
                self._scan(database, units, flat)
        pairs = np.array(flat, dtype=np.int64)
        ends = pairs & _END
        kept = ends % 2 == 0
        ids = pairs[kept] >> _BITS
        return ids, ends[kept] // 2 - self.lengths[ids]

    def _scan(self, database: Any, units: NDArray[np.uint16], found: list[int]) -> None:
        try:
            scratch = self._pool.get_nowait()
        except Empty:
            scratch = hyperscan.Scratch(database)
        try:
            database.scan(units.tobytes(), match_event_handler=_collect, context=found, scratch=scratch)
        finally:
            self._pool.put(scratch)

    def _looked_up(self, units: NDArray[np.uint16]) -> list[int]:
        """Return what a scan would, from a table of how words begin: ready at once where compiling takes seconds."""
        text = "".join(map(chr, units.tolist()))
        starts = self._starts
        found = [
            (index, 2 * (at + len(word)))
            for at in range(len(text))
            for pair in ((text[at : at + 2], text[at]) if text[at] in starts else (text[at : at + 2],))
            for word, index in starts.get(pair, ())
            if text.startswith(word, at)
        ]
        return [index << _BITS | end for index, end in sorted(found, key=lambda pair: pair[1])]


_BITS = 40
_END = (1 << _BITS) - 1


def _collect(id: int, start: int, end: int, flags: int, found: list[int]) -> None:
    found.append(id << _BITS | end)


def _escaped(word: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in word.encode("utf-16-le", "surrogatepass"))
