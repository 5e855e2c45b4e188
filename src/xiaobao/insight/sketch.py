"""Count-min sketches: how many texts had a feature, in memory that does not grow with the number of features."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.terms import Counts, Ids

_MULTIPLIERS = (np.uint32(0x9E3779B1), np.uint32(0xC2B2AE3D))


class Sketch:
    """Counts of features, never too low; 2 rows of 2**bits counters (Cormode and Muthukrishnan 2005).

    Counts may be taken back, as long as what is taken was added before.
    """

    def __init__(self, bits: int = 20) -> None:
        self._shift = np.uint32(32 - bits)
        self._rows: NDArray[np.int32] = np.zeros((len(_MULTIPLIERS), 1 << bits), dtype=np.int32)

    def _places(self, numbers: Ids, row: int) -> NDArray[np.uint32]:
        return (numbers * _MULTIPLIERS[row]) >> self._shift

    def add(self, numbers: Ids, counts: Counts, sign: int = 1) -> None:
        """Add counts (take them back where sign is -1); each feature stands once in `numbers`."""
        for row, table in enumerate(self._rows):
            np.add.at(table, self._places(numbers, row), (sign * counts).astype(np.int32))

    def get(self, numbers: Ids) -> Counts:
        """Return the counts of features."""
        found = [table[self._places(numbers, row)] for row, table in enumerate(self._rows)]
        return np.asarray(np.minimum(*found), dtype=np.int64)
