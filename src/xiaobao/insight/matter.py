"""What a complaint is about, in numbers: how likely each business type and cause is, and the meaning of its words.

The classes are those of a ticket (`xiaobao.intake.classes`). Reading them takes longer than all other facts, so that
`Facts.matter` is read where it may tip the scale and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from xiaobao.embedding import default
from xiaobao.intake import classes

Row = NDArray[np.float32]

LEAST = 6
"""Characters below which words are about nothing that could be told."""
UNKNOWN = 0.5
"""Likeness of what is about nothing that could be told."""
_FAR, _NEAR = 0.25, 0.75
"""Cosines of texts that have nothing, and everything, to do with each other."""


@dataclass(frozen=True)
class Matter:
    """Probabilities of business types and causes, vector of meaning (None without an encoder), the likeliest cause."""

    business_type: Row
    cause: Row
    meaning: Row | None
    likely: tuple[str, float]

    def likeness(self, other: Matter) -> dict[str, float]:
        """Return how alike two matters are by business type, cause and meaning, 0..1 each."""
        out = {
            "business": float(np.sqrt(self.business_type * other.business_type).sum()),
            "cause": float(np.sqrt(self.cause * other.cause).sum()),
        }
        if self.meaning is not None and other.meaning is not None:
            cosine = float(self.meaning @ other.meaning)
            out["meaning"] = min(1.0, max(0.0, (cosine - _FAR) / (_NEAR - _FAR)))
        return out


def has_meaning() -> bool:
    """Tell whether a sentence encoder is installed that the classes were learnt with."""
    embedder = default()
    return not embedder.id.startswith("lexical") and embedder.dim == classes.MEANING


@lru_cache(maxsize=2048)
def matter_of(own: str, *, meaning: bool = True) -> Matter | None:
    """Return what a customer's own words are about, None where they are too few; names and numbers are to be blank."""
    words = own.strip(" ,，\n")
    if sum(map(str.isalnum, words)) < LEAST:
        return None
    rows = classes.meanings([words]) if meaning else None
    row = rows[0] if rows is not None else None
    found = classes.scores(words, meaning=row, encode=meaning)
    kinds = {kind: np.array(list(of.values()), dtype=np.float32) for kind, of in found.by_kind.items()}
    length = float(np.linalg.norm(row)) if row is not None else 0.0
    return Matter(
        kinds["business_type"], kinds["cause"], row / length if row is not None and length else None,
        found.ranked("cause")[0],
    )  # fmt: skip
