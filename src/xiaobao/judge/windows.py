"""Cut a text into the windows that are judged as one, and read them: many at once, like ones once.

Windows in which no word of the rulebook stands say nothing of what the rules are about; they are read only where a
candidate asks for them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from xiaobao.judge.clauses import Clauses
from xiaobao.judge.features import counts, ngrams_of, own_voice, setting, settings_of, voices_of
from xiaobao.screening.context import Context, Span

if TYPE_CHECKING:
    from xiaobao.judge.model import Weights

WINDOW = 160
"""Characters of one window: about the longest text the model was trained on as a whole."""
RUN = 120
"""Characters up to which the sentences of a longer text are joined to one window."""
READINGS = 3
"""Most categories one window may be read as."""
UNLIKELY = 0.05
"""Probability below which a window is not read as a category."""
SHARPNESS = 3.0
"""Factor from margins of support vectors to logits of shares."""
SAID_BEFORE = 0.25
"""Share of its own logit by which what was said before a turn counts less towards it (chosen on training calls)."""
AT_ONCE = 256
"""Windows whose n-grams are worked out in one table."""

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def windows(context: Context) -> list[Span]:
    """Return the stretches that are judged as one: the whole text, or runs of sentences of at most RUN characters."""
    size = len(context.text)
    if size <= WINDOW:
        return [(0, size)]
    out: list[Span] = []
    for start, end in context.sentences:
        if out and end - out[-1][0] <= RUN:
            out[-1] = (out[-1][0], end)
        else:
            out.extend((at, min(end, at + WINDOW)) for at in range(start, end, WINDOW))
    return out or [(0, size)]


def worded(context: Context, spans: Sequence[Span]) -> list[int]:
    """Return the windows in which a word of the rulebook begins; a text of one window is read in any case."""
    if len(spans) == 1:
        return [0]
    starts = np.array([start for start, _ in spans])
    places = np.fromiter((start for found in context.found.values() for start, _ in found), np.int64)
    return [int(i) for i in np.unique(np.searchsorted(starts, places, side="right") - 1) if i >= 0]


class Reading:
    """The windows of one text as one model reads them, worked out when first asked for.

    logits (n), heads (n × categories) and known (n, the share of known n-grams) are those of the windows that `read`
    tells of.
    """

    def __init__(self, weights: Weights, context: Context, lean: float, bias: Floats) -> None:
        self.windows = windows(context)
        self.read = np.zeros(len(self.windows), dtype=bool)
        self.logits = np.zeros(len(self.windows), dtype=np.float32)
        self.heads = np.zeros((len(self.windows), len(bias)), dtype=np.float32)
        self.known = np.zeros(len(self.windows), dtype=np.float32)
        self._weights, self._lean, self._bias = weights, lean, bias
        self._text, self._before, self._where = context.text, context.before, setting(context.kind, context.role)
        # A context keeps its readings: a strong way back would keep both until the collector comes.
        self._context: Context = proxy(context)
        self._ends = [end for _, end in self.windows]
        self._laid: dict[int, tuple[Clauses, int]] = {}
        self._belonging: dict[tuple[int, int], list[float]] = {}

    def window_of(self, position: int) -> int:
        """Return the index of the window a position stands in: the first for an omission, which has none (-1)."""
        return min(bisect_right(self._ends, position), len(self._ends) - 1)

    def need(self, indexes: Iterable[int]) -> None:
        """Read the given windows unless they have been."""
        missing = [i for i in dict.fromkeys(indexes) if not self.read[i]]
        if not missing:
            return
        own = [self._text[slice(*self.windows[i])] for i in missing]
        distinct = list(dict.fromkeys(own))
        texts = {text: place for place, text in enumerate(distinct)}
        parts = [self._scores(distinct[at : at + AT_ONCE]) for at in range(0, len(distinct), AT_ONCE)]
        logits, heads, known = (np.concatenate(part) for part in zip(*parts, strict=True))
        rows = [texts[text] for text in own]
        self.logits[missing] = (logits + self._lean)[rows]
        self.heads[missing] = (SHARPNESS * (heads + self._bias))[rows]
        self.known[missing] = known[rows]
        self.read[missing] = True

    def _scores(self, texts: Sequence[str]) -> tuple[Floats, Floats, Floats]:
        """Return what texts add; in a conversation the mean of a text alone and after what was said before it.

        What was said before is taken off in part: an offence belongs to the turn that commits it, not to the next.
        """
        logits, heads, known = raw_scores(self._weights, texts, self._where)
        before = self._before
        if not before or len(self.windows) > 1:
            # What was said before explains a turn, not each part of a speech.
            return logits, heads, known
        joint_logits, joint_heads, _ = raw_scores(
            self._weights, [before, *(before + text for text in texts)], self._where
        )
        half = np.float32(0.5)
        logits = half * (logits + joint_logits[1:]) - np.float32(SAID_BEFORE) * joint_logits[0]
        return logits, half * (heads + joint_heads[1:]), known

    @cached_property
    def intents(self) -> Floats:
        """Return for each window and category the probability of a violation times the share beside the best one."""
        top = np.exp(self.heads - self.heads.max(axis=1, keepdims=True))
        certain = 1.0 / (1.0 + np.exp(-np.clip(self.logits, -30, 30)))
        return np.asarray(self.read[:, None] * certain[:, None] * top, dtype=np.float32)

    def alone(self, text: str, head: int) -> float:
        """Return what `intents` would be for a category of another text that stood in its place."""
        logits, heads, _ = self._scores([text])
        own = SHARPNESS * (heads[0] + self._bias)
        certain = 1.0 / (1.0 + np.exp(-np.clip(logits[0] + self._lean, -30, 30)))
        return float(certain * np.exp(own[head] - own.max()))

    @cached_property
    def carriers(self) -> dict[int, list[int]]:
        """Return by category the windows in which it is among the READINGS most likely ones, and not unlikely."""
        out: dict[int, list[int]] = {}
        for head in np.flatnonzero((self.intents >= UNLIKELY).any(axis=0)).tolist():
            own = self.intents[:, head, None]
            found = (own[:, 0] >= UNLIKELY) & ((self.intents > own).sum(axis=1) < READINGS)
            out[head] = np.flatnonzero(found).tolist()
        return out

    @cached_property
    def carrying(self) -> list[int]:
        """Return the windows that carry any category, in order."""
        return sorted({i for found in self.carriers.values() for i in found})

    def lay(self, indexes: Iterable[int]) -> None:
        """Cut the given windows into clauses, together, unless they have been."""
        missing = [i for i in dict.fromkeys(indexes) if i not in self._laid]
        for begin in range(0, len(missing), AT_ONCE):
            some = missing[begin : begin + AT_ONCE]
            clauses = Clauses(self._weights, self._context, [self.windows[i] for i in some])
            self._laid.update((index, (clauses, place)) for place, index in enumerate(some))

    def clauses(self, index: int) -> list[Span]:
        """Return the clauses of a window."""
        self.lay((index,))
        clauses, place = self._laid[index]
        return clauses.spans[place]

    def features(self, index: int, head: int) -> NDArray[np.float64]:
        """Return for each clause of a window, a row each, what tells whether it belongs to an offence of a category."""
        self.lay((index,))
        clauses, place = self._laid[index]
        return clauses.features([place], head)[1]

    def belong(self, indexes: Iterable[int], head: int) -> None:
        """Work out for windows which of their clauses belong to an offence of a category, unless that is known."""
        missing = [i for i in dict.fromkeys(indexes) if (i, head) not in self._belonging]
        self.lay(missing)
        together: dict[Clauses, list[int]] = {}
        for index in missing:
            together.setdefault(self._laid[index][0], []).append(index)
        for clauses, own in together.items():
            logits = clauses.belonging([self._laid[i][1] for i in own], head)
            self._belonging.update(((i, head), each) for i, each in zip(own, logits, strict=True))

    def belonging(self, index: int, head: int) -> list[float]:
        """Return the logits by which the clauses of a window belong to an offence of a category."""
        self.belong((index,), head)
        return self._belonging[index, head]


def raw_scores(weights: Weights, texts: Sequence[str], where: int) -> tuple[Floats, Floats, Floats]:
    """Return what the words of normalised texts in a setting add to the logit and to each category, a row a text.

    The third are the shares of their n-grams (0..1) that training knew.
    """
    logits = np.zeros(len(texts), dtype=np.float32)
    heads = np.zeros((len(texts), len(weights.heads)), dtype=np.float32)
    shares = np.zeros(len(texts), dtype=np.float32)
    own = [own_voice(text) for text in texts]
    for part, (owners, hashes) in enumerate((ngrams_of(own), voices_of(texts, own), settings_of(texts, where))):
        slots = weights.slot[hashes]
        known = slots >= 0
        if part == 0:
            sizes = np.maximum(np.bincount(owners, minlength=len(texts)), 1)
            shares[:] = np.bincount(owners, weights=known, minlength=len(texts)) / sizes
        whose, slots, values = _unit(weights, owners[known], slots[known])
        if not len(whose):
            continue
        begins = np.flatnonzero(np.diff(whose, prepend=-1))
        logits[whose[begins]] += np.add.reduceat(values * weights.text[slots], begins)
        # What a text is about does not depend on its setting: the categories have no weights for that part.
        if slots[0] < weights.heads.shape[1]:
            parts = weights.heads[:, slots] * values
            heads[whose[begins]] += np.add.reduceat(parts, begins, axis=1).T * weights.head_scale
    return logits, heads, shares


def _unit(weights: Weights, owners: Ints, slots: NDArray[np.int32]) -> tuple[Ints, NDArray[np.int32], Floats]:
    """Return whose, slots and weights of the known buckets of texts; those of a text are of unit length."""
    # Short keys are sorted faster.
    size = np.int32(len(weights.text))
    keys, amounts = counts(owners.astype(np.int32) * size + slots)
    whose, slots = np.divmod(keys, size)
    amounts = amounts * weights.idf[slots]
    lengths = np.sqrt(np.bincount(whose, weights=amounts * amounts))
    return whose, slots, (amounts / lengths[whose]).astype(np.float32)
