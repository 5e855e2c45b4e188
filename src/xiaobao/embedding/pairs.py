"""How alike two texts are in meaning: the embedding's cosine blended with likeness in wording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xiaobao.embedding.embedder import Embedder, default
from xiaobao.text.similarity import similarity

_SHARES = {"use": 0.4, "lexical": 0.2, "endpoint": 0.5}
"""The embedding's share of the score by family of model: measured on bank customers' question pairs."""


def scores(pairs: Sequence[tuple[str, str]], embedder: Embedder | None = None) -> list[float]:
    """Return a likeness 0..1 for each pair; equal texts give 1, a text without words 0, order within a pair is free."""
    if not pairs:
        return []
    model = embedder or default()
    vectors = model.embed([text for pair in pairs for text in pair])
    cosines = np.einsum("ij,ij->i", vectors[0::2], vectors[1::2])
    share = _SHARES.get(model.id.split("-")[0], 0.5)
    return [_blend(a, b, float(cosine), share) for (a, b), cosine in zip(pairs, cosines, strict=True)]


def _blend(a: str, b: str, cosine: float, share: float) -> float:
    wording = similarity(a, b)
    if a == b and a.strip():
        return 1.0
    if not a.strip() or not b.strip():
        return 0.0
    return min(1.0, max(0.0, share * max(0.0, cosine) + (1 - share) * wording))
