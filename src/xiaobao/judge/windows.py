"""Cut a text into the windows that are judged as one, and read them: many at once, like ones once.

Windows in which no word of the rulebook stands say nothing of what the rules are about; they are read only where a
candidate asks for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from xiaobao.judge.features import counts, ngrams_of, own_voice, setting, settings_of, voices_of
from xiaobao.judge.passages import Stretch
from xiaobao.screening.candidates import Candidate
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


def window_of(spans: Sequence[Span], candidate: Candidate) -> int:
    """Return the index of the window in which the words of a candidate begin; that of an omission is the first."""
    if candidate.omitted:
        return 0
    low, high = 0, len(spans) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if candidate.hit_start < spans[middle][1] else (middle + 1, high)
    return low


def worded(context: Context, spans: Sequence[Span]) -> list[int]:
    """Return the windows in which a word of the rulebook begins; a text of one window is read in any case."""
    if len(spans) == 1:
        return [0]
    starts = np.array([start for start, _ in spans])
    places = np.fromiter((start for found in context.found.values() for start, _ in found), np.int64)
    return [int(i) for i in np.unique(np.searchsorted(starts, places, side="right") - 1) if i >= 0]


@dataclass(frozen=True)
class Clauses:
    """The clauses of a stretch and what a category's own words are weighed with.

    owners, slots and idf are those of the known n-grams; scale is that of each clause by its length.
    """

    spans: list[Span]
    owners: Ints
    slots: NDArray[np.int32]
    idf: NDArray[np.floating[Any]]
    scale: NDArray[np.float64]
    stretch: Stretch | None

    def said(self, weights: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
        """Return what the clauses say for something, given what each of the known n-grams says for it."""
        return np.bincount(self.owners, weights=weights * self.idf, minlength=len(self.spans)) / self.scale


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
        self._weights, self._context, self._lean, self._bias = weights, context, lean, bias
        self._clauses: dict[Span, Clauses] = {}
        self.belongs: dict[tuple[int, int, int], tuple[list[Span], list[float]]] = {}
        """Clauses of a stretch and their logits of belonging to an offence of a category, as the judge works them out.
        """

    def need(self, indexes: Iterable[int]) -> None:
        """Read the given windows unless they have been."""
        missing = [i for i in dict.fromkeys(indexes) if not self.read[i]]
        places: dict[str, list[int]] = {}
        for i in missing:
            places.setdefault(self._context.text[slice(*self.windows[i])], []).append(i)
        texts = list(places)
        for begin in range(0, len(texts), AT_ONCE):
            some = texts[begin : begin + AT_ONCE]
            for text, logit, head, known in zip(some, *self._scores(some), strict=True):
                self.logits[places[text]] = logit + self._lean
                self.heads[places[text]] = SHARPNESS * (head + self._bias)
                self.known[places[text]] = known
        self.read[missing] = True

    def _scores(self, texts: Sequence[str]) -> tuple[Floats, Floats, Floats]:
        """Return what texts add; in a conversation the mean of a text alone and after what was said before it.

        What was said before is taken off in part: an offence belongs to the turn that commits it, not to the next.
        """
        where = setting(self._context.kind, self._context.role)
        logits, heads, known = raw_scores(self._weights, texts, where)
        before = self._context.before
        if not before or len(self.windows) > 1:
            # What was said before explains a turn, not each part of a speech.
            return logits, heads, known
        joint_logits, joint_heads, _ = raw_scores(self._weights, [before, *(before + text for text in texts)], where)
        half = np.float32(0.5)
        logits = half * (logits + joint_logits[1:]) - np.float32(SAID_BEFORE) * joint_logits[0]
        return logits, half * (heads + joint_heads[1:]), known

    @cached_property
    def intents(self) -> Floats:
        """Return for each window and category the probability of a violation times the share beside the best one."""
        top = np.exp(self.heads - self.heads.max(axis=1, keepdims=True))
        certain = 1.0 / (1.0 + np.exp(-np.clip(self.logits, -30, 30)))
        return np.asarray(self.read[:, None] * certain[:, None] * top, dtype=np.float32)

    @cached_property
    def carriers(self) -> dict[int, list[int]]:
        """Return by category the windows in which it is among the READINGS most likely ones, and not unlikely."""
        out: dict[int, list[int]] = {}
        for head in np.flatnonzero((self.intents >= UNLIKELY).any(axis=0)).tolist():
            own = self.intents[:, head, None]
            found = (own[:, 0] >= UNLIKELY) & ((self.intents > own).sum(axis=1) < READINGS)
            out[head] = np.flatnonzero(found).tolist()
        return out

    def clauses(self, start: int, end: int) -> Clauses:
        """Return the clauses of a stretch."""
        known = self._clauses.get((start, end))
        if known is None:
            known = self._clauses[start, end] = self._cut(start, end)
        return known

    def _cut(self, start: int, end: int) -> Clauses:
        spans: list[Span] = []
        at = start
        while at < end:
            low, high = self._context.clause(at, at + 1)
            low, high = max(low, start), min(max(high, at + 1), end)
            if high - low >= 2:
                spans.append((low, high))
            at = max(high, at + 1)
        owners, hashes = ngrams_of([self._context.text[low:high] for low, high in spans])
        slots = self._weights.slot[hashes]
        known = slots >= 0
        owners, slots = owners[known], slots[known]
        scale = np.sqrt(np.bincount(owners, minlength=len(spans)) + 12)
        cut = Clauses(spans, owners, slots, self._weights.idf[slots], scale, None)
        if not spans:
            return cut
        sentences = [self._context.sentence_of(low) for low, _ in spans]
        return replace(cut, stretch=Stretch.of(spans, sentences, cut.said(self._weights.text[slots]), end - start))


def raw_scores(weights: Weights, texts: Sequence[str], where: int) -> tuple[Floats, Floats, Floats]:
    """Return what the words of normalised texts in a setting add to the logit and to each category, a row a text.

    The third are the shares of their n-grams (0..1) that training knew.
    """
    logits = np.zeros(len(texts), dtype=np.float32)
    heads = np.zeros((len(texts), len(weights.heads)), dtype=np.float32)
    ngrams = ngrams_of([own_voice(text) for text in texts])
    sizes = np.maximum(np.bincount(ngrams[0], minlength=len(texts)), 1)
    known = np.bincount(ngrams[0], weights=weights.slot[ngrams[1]] >= 0, minlength=len(texts)) / sizes
    for owners, hashes in (ngrams, voices_of(texts), settings_of(texts, where)):
        whose, slots, values = _unit(weights, owners, hashes)
        if not len(whose):
            continue
        begins = np.flatnonzero(np.diff(whose, prepend=-1))
        logits[whose[begins]] += np.add.reduceat(values * weights.text[slots], begins)
        # What a text is about does not depend on its setting: the categories have no weights for that part.
        if slots[0] < weights.heads.shape[1]:
            parts = weights.heads[:, slots] * values
            heads[whose[begins]] += np.add.reduceat(parts, begins, axis=1).T * weights.head_scale
    return logits, heads, known.astype(np.float32)


def _unit(weights: Weights, owners: Ints, hashes: NDArray[np.uint32]) -> tuple[Ints, NDArray[np.int32], Floats]:
    """Return whose, slots and weights of the known buckets of texts; those of a text are of unit length."""
    keys, amounts = counts(owners << 32 | hashes)
    whose, slots = keys >> 32, weights.slot[keys & 0xFFFFFFFF]
    known = slots >= 0
    whose, slots, amounts = whose[known], slots[known], amounts[known] * weights.idf[slots[known]]
    lengths = np.sqrt(np.bincount(whose, weights=amounts * amounts))
    return whose, slots, (amounts / lengths[whose]).astype(np.float32)
