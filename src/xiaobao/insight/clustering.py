"""Sort texts into groups that are about the same thing, and name the groups by what only they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xiaobao.insight.phrases import rising
from xiaobao.insight.terms import Features, Ids, features
from xiaobao.insight.values import Cluster, Text

MOST_TEXTS = 3_000
_MOST_COLUMNS = 4_000
_OTHERS = 400
_ALIKE = 0.3
_JOIN = 0.22

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class Centres:
    """The means of groups over some features (columns, ascending) with the weight of each feature."""

    columns: Ids
    weights: NDArray[np.float32]
    means: Matrix

    def __len__(self) -> int:
        return len(self.means)

    def homes(self, found: Features) -> NDArray[np.int64]:
        """Return the group that each text is in, -1 for none: the mean that is nearest, if it is near enough."""
        out = np.full(len(found), -1, dtype=np.int64)
        if not len(self) or not len(self.columns) or not len(found.numbers):
            return out
        at = np.minimum(np.searchsorted(self.columns, found.numbers), len(self.columns) - 1)
        held = self.columns[at] == found.numbers
        at, owners = at[held], found.owners[held]
        if not len(at):
            return out
        firsts = np.flatnonzero(np.concatenate([[True], owners[1:] != owners[:-1]]))
        weights = self.weights[at]
        lengths = np.sqrt(np.add.reduceat(weights * weights, firsts))
        scores = np.add.reduceat(self.means.T[at] * weights[:, None], firsts, axis=0) / lengths[:, None]
        out[owners[firsts]] = np.where(scores.max(axis=1) >= _JOIN, scores.argmax(axis=1), -1)
        return out


def clusters(texts: Sequence[Text], *, least: int = 5, most: int = 30) -> list[Cluster]:
    """Return groups of at least `least` texts, the largest first, at most `most` of them; a text is in one or none.

    Of more than MOST_TEXTS texts, evenly chosen ones are looked at. Texts are bags of words and word pairs, rare ones
    weighing more; a group starts around the text that has most others near it (cosine), then takes what is near its
    mean. Equal input gives equal groups.
    """
    step = -(-len(texts) // MOST_TEXTS) or 1
    return grouped(texts[::step], features([t.text for t in texts[::step]]), least=least, most=most)[0]


def grouped(
    texts: Sequence[Text], found: Features, *, least: int = 5, most: int = 30
) -> tuple[list[Cluster], Centres]:  # fmt: skip
    """Return the clusters of texts by features of theirs, and their centres in the same order."""
    columns, weights = _columns(found)
    if len(texts) < least:
        return [], Centres(columns, weights, np.zeros((0, len(columns)), dtype=np.float32))
    vectors = _vectors(found, columns, weights)
    seen = list(texts)
    groups, means = _groups(vectors, least)
    made = [(_named(seen, members, vectors), mean) for members, mean in zip(groups, means, strict=True)]
    made = sorted(made, key=lambda pair: (-pair[0].size, pair[0].ids))[:most]
    kept = np.array([mean for _cluster, mean in made], dtype=np.float32).reshape(len(made), vectors.shape[1])
    return [cluster for cluster, _mean in made], Centres(columns, weights, kept[:, : len(columns)])


def _columns(found: Features) -> tuple[Ids, NDArray[np.float32]]:
    """Return the features that at least two texts and at most a third of them hold, with their weights."""
    numbers, counts = found.counted
    fit = (counts >= 2) & (counts <= max(2, len(found) // 3))
    numbers, counts = numbers[fit], counts[fit]
    if len(numbers) > _MOST_COLUMNS:
        chosen = np.sort(np.argsort(-counts, kind="stable")[:_MOST_COLUMNS])
        numbers, counts = numbers[chosen], counts[chosen]
    return numbers, np.log(len(found) / np.maximum(counts, 1)).astype(np.float32)


def _vectors(found: Features, numbers: Ids, weights: NDArray[np.float32]) -> Matrix:
    """Return unit vectors, a column a feature."""
    out = np.zeros((len(found), max(1, len(numbers))), dtype=np.float32)
    if len(numbers):
        at = np.minimum(np.searchsorted(numbers, found.numbers), len(numbers) - 1)
        held = numbers[at] == found.numbers
        out[found.owners[held], at[held]] = weights[at[held]]
    lengths = np.linalg.norm(out, axis=1, keepdims=True)
    return np.asarray(out / np.maximum(lengths, 1e-9), dtype=np.float32)


def _groups(vectors: Matrix, least: int) -> tuple[list[NDArray[np.int64]], list[Matrix]]:
    """Return the members of each group, and the means that they are near."""
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
        return [], []
    for _ in range(2):
        scores = vectors @ np.array(centres, dtype=np.float32).T
        home = np.where(scores.max(axis=1) >= _JOIN, scores.argmax(axis=1), -1)
        kept = [n for n in range(len(centres)) if (home == n).sum() >= least]
        means = [centres[n] for n in kept]
        centres = [_unit(vectors[home == n].mean(axis=0)) for n in kept]
        if not centres:
            return [], []
    return [np.flatnonzero(home == n) for n in kept], means


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
