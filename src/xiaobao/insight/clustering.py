"""Sort texts into groups that are about the same thing, and name the groups by what only they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.phrases import rising
from xiaobao.insight.terms import Features, features
from xiaobao.insight.values import Cluster, Text

MOST_TEXTS = 3_000
_MOST_COLUMNS = 4_000
_OTHERS = 400
_ALIKE = 0.3
_JOIN = 0.22

Matrix = NDArray[np.float32]


def clusters(texts: Sequence[Text], *, least: int = 5, most: int = 30) -> list[Cluster]:
    """Return groups of at least `least` texts, the largest first, at most `most` of them; a text is in one or none.

    Of more than MOST_TEXTS texts, evenly chosen ones are looked at. Texts are bags of words and word pairs, rare ones
    weighing more; a group starts around the text that has most others near it (cosine), then takes what is near its
    mean. Equal input gives equal groups.
    """
    step = -(-len(texts) // MOST_TEXTS) or 1
    seen = list(texts[::step])
    if len(seen) < least:
        return []
    vectors = _vectors(features([t.text for t in seen]))
    out = [_named(seen, members, vectors) for members in _groups(vectors, least)]
    return sorted(out, key=lambda c: (-c.size, c.ids))[:most]


def _vectors(found: Features) -> Matrix:
    """Return unit vectors, a column a feature that at least two texts and at most a third of them hold."""
    numbers, counts = found.counted
    fit = (counts >= 2) & (counts <= max(2, len(found) // 3))
    numbers, counts = numbers[fit], counts[fit]
    if len(numbers) > _MOST_COLUMNS:
        chosen = np.sort(np.argsort(-counts, kind="stable")[:_MOST_COLUMNS])
        numbers, counts = numbers[chosen], counts[chosen]
    out = np.zeros((len(found), max(1, len(numbers))), dtype=np.float32)
    if len(numbers):
        at = np.minimum(np.searchsorted(numbers, found.numbers), len(numbers) - 1)
        held = numbers[at] == found.numbers
        weights = np.log(len(found) / counts).astype(np.float32)
        out[found.owners[held], at[held]] = weights[at[held]]
    lengths = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(out / np.maximum(lengths, 1e-9), dtype=np.float32)


def _groups(vectors: Matrix, least: int) -> list[NDArray[np.int64]]:
    """Return the members of each group."""
    near = vectors @ vectors.T >= _ALIKE
    free = np.ones(len(vectors), dtype=np.bool_)
    centres: list[Matrix] = []
    while True:
        neighbours = (near & free).sum(axis=1) * free
        start = int(np.argmax(neighbours))
        if neighbours[start] < max(2, least // 2):
            break
        members = near[start] & free
        centres.append(_unit(vectors[members].mean(axis=0)))
        free &= ~members
    if not centres:
        return []
    for _ in range(2):
        scores = vectors @ np.array(centres, dtype=np.float32).T
        home = np.where(scores.max(axis=1) >= _JOIN, scores.argmax(axis=1), -1)
        kept = [n for n in range(len(centres)) if (home == n).sum() >= least]
        centres = [_unit(vectors[home == n].mean(axis=0)) for n in kept]
        if not centres:
            return []
    return [np.flatnonzero(home == n) for n in kept]


def _unit(vector: Matrix) -> Matrix:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)


def _named(texts: list[Text], members: NDArray[np.int64], vectors: Matrix) -> Cluster:
    """Return a cluster with its name and its ids, the texts nearest its mean first."""
    scores = vectors[members] @ _unit(vectors[members].mean(axis=0))
    order = members[np.argsort(-scores, kind="stable")]
    inside = set(members.tolist())
    others = [i for i in range(len(texts)) if i not in inside]
    others = others[:: -(-len(others) // _OTHERS) or 1]
    phrases = rising([texts[i].text for i in order.tolist()], [texts[i].text for i in others], top=8)
    terms = tuple(p.text for p in phrases)
    return Cluster("、".join(terms[:3]) or texts[int(order[0])].text[:12], terms, tuple(texts[i].id for i in order))
