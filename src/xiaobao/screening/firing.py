"""Work out, for many rows at once, which patterns have all their words and which rules may therefore be met.

Words meet clauses of patterns; a pattern whose clauses are all met fires. Words and fired patterns meet conditions of
rules; a rule whose conditions are all met is a candidate. Both steps are the same sparse product and count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Product:
    """A sparse map from items to the parts of owners that they meet; an owner is met when all its parts are."""

    offsets: Ints
    parts: Ints
    owner: Ints
    sizes: Ints

    @classmethod
    def build(cls, items: int, owners: Sequence[Sequence[frozenset[int]]]) -> Product:
        """Build the map from each owner's parts: sets of items of which one is enough."""
        pairs: list[tuple[int, int]] = []
        owner: list[int] = []
        for index, parts in enumerate(owners):
            for part in parts:
                pairs.extend((item, len(owner)) for item in sorted(part))
                owner.append(index)
        pairs.sort()
        table = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        offsets = np.searchsorted(table[:, 0], np.arange(items + 1))
        return cls(
            offsets,
            table[:, 1].copy(),
            np.array(owner, dtype=np.int64),
            np.array([len(parts) for parts in owners], dtype=np.int64),
        )

    def met(self, rows: Ints, items: Ints) -> tuple[Ints, Ints]:
        """Return the (row, owner) pairs all of whose parts the (row, item) pairs meet; owners without parts never."""
        counts = self.offsets[items + 1] - self.offsets[items]
        total = int(counts.sum())
        if not total:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        begins = np.repeat(self.offsets[items] - np.concatenate(([0], np.cumsum(counts)[:-1])), counts)
        parts = self.parts[begins + np.arange(total)]
        width = max(len(self.owner), 1)
        pairs = np.unique(np.repeat(rows, counts) * width + parts)
        owners = len(self.sizes)
        keys, seen = np.unique(pairs // width * owners + self.owner[pairs % width], return_counts=True)
        keys = keys[seen == self.sizes[keys % owners]]
        return keys // owners, keys % owners
