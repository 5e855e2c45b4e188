"""Find many words at once in normalised text with Hyperscan, over two-byte characters.

Han characters as UTF-8 share few lead bytes, which floods the filter with false candidates; two-byte units do not.
Words are written as escaped bytes because the literal interface stops at zero bytes. A match that ends on an odd
byte lies across two characters and is dropped. Scratch space may not be shared by running scans and short-lived
threads must not rebuild it, so it is lent from a pool.
"""

from __future__ import annotations

from collections.abc import Sequence
from queue import Empty, LifoQueue
from threading import Lock
from typing import Any

import hyperscan
import numpy as np
from numpy.typing import NDArray

from xiaobao.screening import stored


class WordMatcher:
    """Find every occurrence of a fixed set of words; thread-safe."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self.lengths = np.array([len(w) for w in self.words], dtype=np.int64)
        self._pool: LifoQueue[Any] = LifoQueue()
        self._lock = Lock()
        self._built: Any = None

    def _database(self) -> Any:
        """Return the compiled words, built once at the first scan."""
        with self._lock:
            if self._built is None:
                self._built = stored.load(self.words) or self._compile()
            return self._built

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
            database = self._database()
            try:
                scratch = self._pool.get_nowait()
            except Empty:
                scratch = hyperscan.Scratch(database)
            try:
                database.scan(units.tobytes(), match_event_handler=_collect, context=flat, scratch=scratch)
            finally:
                self._pool.put(scratch)
        pairs = np.array(flat, dtype=np.int64).reshape(-1, 2)
        pairs = pairs[pairs[:, 1] % 2 == 0]
        ids = pairs[:, 0]
        return ids, pairs[:, 1] // 2 - self.lengths[ids]


def _collect(id: int, start: int, end: int, flags: int, found: list[int]) -> None:
    found.append(id)
    found.append(end)


def _escaped(word: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in word.encode("utf-16-le", "surrogatepass"))
