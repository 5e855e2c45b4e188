"""Work out for many rows at once which goals are met by the items found in them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Needs:
    """Goals, each of which needs some clauses, and of each clause one item; the first clause should be the rarest."""

    def __init__(self, goals: Sequence[Sequence[Iterable[Hashable]]], ids: Mapping[Hashable, int]) -> None:
        clauses: dict[frozenset[int], int] = {}
        needed = [[clauses.setdefault(frozenset(ids[i] for i in c), len(clauses)) for c in goal] for goal in goals]
        # Goals with fewer clauses are filled up with one that every row meets.
        self._met_by_all = len(clauses)
        width = max(map(len, needed), default=0)
        filled = [[*own, *[self._met_by_all] * (width - len(own))] for own in needed]
        self._needed = np.array(filled, dtype=np.int64).reshape(len(goals), width)
        members = list(clauses)
        self._clauses = _Table([(item, n) for clause, n in clauses.items() for item in clause], len(ids))
        self._first = _Table([(i, goal) for goal, own in enumerate(needed) for i in members[own[0]]], len(ids))

    def met(self, rows: Ints, items: Ints, size: int) -> tuple[Ints, Ints]:
        """Return sorted (row, goal) pairs of rows below size: every clause of the goal has one of its items there."""
        holds = np.zeros((size, self._met_by_all + 1), dtype=bool)
        holds[:, self._met_by_all] = True
        holds[self._clauses.spread(rows, items)] = True
        rows, goals = self._first.spread(rows, items)
        for clauses in self._needed.T[1:]:
            kept = holds[rows, clauses[goals]]
            rows, goals = rows[kept], goals[kept]
        keys = np.unique(rows * max(1, len(self._needed)) + goals)
        return keys // max(1, len(self._needed)), keys % max(1, len(self._needed))


class _Table:
    """From each number to its numbers, as two flat arrays."""

    def __init__(self, pairs: Sequence[tuple[int, int]], size: int) -> None:
        table = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        self._targets = table[:, 1].copy()
        self._begins = np.searchsorted(table[:, 0], np.arange(size + 1))

    def spread(self, rows: Ints, numbers: Ints) -> tuple[Ints, Ints]:
        """Return each row with every target of its number."""
        begins = self._begins[numbers]
        counts = self._begins[numbers + 1] - begins
        shift = np.repeat(begins - np.cumsum(counts) + counts, counts)
        return np.repeat(rows, counts), self._targets[shift + np.arange(len(shift))]


class Marks:
    """Goals, each of which needs some sets of characters, and of each set one character; kept as bits."""

    def __init__(self, goals: Sequence[Sequence[Iterable[str]]]) -> None:
        characters = sorted({c for goal in goals for mark in goal for c in mark})
        self._width = -(-max(1, len(characters)) // 64) * 64
        self._column = np.full(1 << 16, -1, dtype=np.int64)
        self._column[[ord(c) for c in characters]] = np.arange(len(characters))
        depth = max(map(len, goals), default=0)
        wanted = np.zeros((depth, len(goals), self._width), dtype=bool)
        self._asked = np.zeros((depth, len(goals)), dtype=bool)
        for index, goal in enumerate(goals):
            for level, mark in enumerate(goal):
                wanted[level, index, self._column[[ord(c) for c in mark]]] = True
                self._asked[level, index] = True
        self._wanted = _bits(wanted)

    def kept(self, units: NDArray[np.uint16], bounds: Ints, rows: Ints, goals: Ints) -> tuple[Ints, Ints]:
        """Return those (row, goal) pairs whose row, units[bounds[row]:bounds[row + 1]], holds what the goal needs."""
        columns = self._column[units]
        at = np.flatnonzero(columns >= 0)
        present = np.zeros((len(bounds), self._width), dtype=bool)
        # Both are sorted: there are far fewer rows than characters to look up.
        shares = np.diff(np.searchsorted(at, bounds), append=len(at))
        present[np.repeat(np.arange(len(bounds)), shares), columns[at]] = True
        bits = _bits(present)
        for wanted, asked in zip(self._wanted, self._asked, strict=True):
            fits = (bits[rows] & wanted[goals]).any(axis=1) | ~asked[goals]
            rows, goals = rows[fits], goals[fits]
        return rows, goals


def _bits(table: NDArray[np.bool_]) -> NDArray[np.uint64]:
    return np.packbits(table, axis=-1).view(np.uint64)
