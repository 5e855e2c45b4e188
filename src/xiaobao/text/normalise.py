"""Normalise text for matching, and lead every normalised character back to the original ones.

The rules of the character table stand in `xiaobao.text.characters`. On top of them:

- A run of separators looks at its two nearest other characters (characters that are always dropped are looked
  through). SOFT separators go when at least one of the two is CJK, HARD ones when both are. The start and the end
  of a row count as CJK. So 保 * 本 and 年化 3.5% close up; 7.2 %, 3.5-4.2%, 5.本金 and addresses stay as they are.
- Then three or more of the same CJK character become one, and two or more of the same ! ? ~ … 。 or blank.
- Line ends never split a phrase, but `Normalised.breaks` remembers where they stood.

A batch is one numpy pass over the joined rows; `normalise` is a batch of one. Rows are separated in `units` by
`ROW_SEPARATOR`, which no row contains (line ends become blanks); neither does any row contain U+0000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from xiaobao.errors import InputError
from xiaobao.text.characters import (
    BREAK,
    CJK,
    COLLAPSE,
    DROP,
    EXPAND,
    HARD,
    ROW,
    SEPARATOR,
    SOFT,
    UNKNOWN,
    character_table,
)

ROW_SEPARATOR = 0x000A
_ROW_ENTRY = ROW_SEPARATOR | ROW << 16

Positions = NDArray[np.int64]


LONG = 10_000
"""Characters from which a few places are looked up rather than all of them mapped."""


@dataclass(frozen=True, eq=False)
class Normalised:
    """Normalised text with the original code-point span of each of its characters, worked out when first asked for."""

    text: str
    source: str
    _batch: NormalisedBatch = field(repr=False)
    _index: int = field(repr=False)

    @cached_property
    def _map(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        return self._batch.spans(self._index)

    @property
    def starts(self) -> NDArray[np.uint32]:
        """Return where each character of text begins in source; uint32, as long as text."""
        return self._map[0]

    @property
    def ends(self) -> NDArray[np.uint32]:
        """Return where each character of text ends (exclusive) in source; uint32, as long as text."""
        return self._map[1]

    @cached_property
    def breaks(self) -> tuple[int, ...]:
        """Return the sorted indexes of text before which a line end, tab, bar or long dash stood in the source.

        Never 0, never the end.
        """
        at = self._batch.breaks(self._index)
        if not len(at):
            return ()
        found = np.searchsorted(self.starts, at, side="right")
        found = found[(found > 0) & (found < len(self.text)) & (np.diff(found, prepend=-1) > 0)]
        return tuple(found.tolist())

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Map a span of text (end exclusive) to the code-point span of source; an empty span maps to an empty one."""
        if len(self.text) >= LONG and "_map" not in self.__dict__:
            return self._batch.original(self._index, start, end)
        if start < end:
            return int(self.starts[start]), int(self.ends[end - 1])
        at = int(self.starts[start]) if start < len(self.starts) else len(self.source)
        return at, at


@dataclass(frozen=True, eq=False)
class NormalisedBatch:
    """Many rows normalised together: row i is units[row_starts[i]:row_ends[i]], followed by ROW_SEPARATOR.

    units is uint16; row_starts (n + 1) and row_ends (n) are int64. The map to the original is made on demand
    from the sorted lists of inserted and dropped positions.
    """

    texts: Sequence[str]
    units: NDArray[np.uint16]
    row_starts: Positions
    row_ends: Positions
    _codes: NDArray[np.uint32] = field(repr=False)
    _source_starts: Positions = field(repr=False)
    _inserted: Positions = field(repr=False)
    _dropped: Positions = field(repr=False)
    _collapsed: Positions = field(repr=False)

    def __len__(self) -> int:
        return len(self.row_ends)

    def locate(self, unit_positions: NDArray[np.integer]) -> Positions:
        """Return the row of each position in units; a separator belongs to the row before it."""
        return np.searchsorted(self.row_starts, unit_positions, side="right") - 1

    def original(self, row: int, start: int, end: int) -> tuple[int, int]:
        """Map a span of a row's normalised text (end exclusive) to the code-point span of that row's source."""
        base = int(self.row_starts[row])
        if start < end:
            first, last = self._spans(np.array([base + start, base + end - 1]))
            return int(first[0] - self._source_starts[row]), int(last[1] - self._source_starts[row])
        if base + start < self.row_ends[row]:
            at = int(self._spans(np.array([base + start]))[0][0] - self._source_starts[row])
        else:
            at = len(self.texts[row])
        return at, at

    def text(self, index: int) -> str:
        """Return the normalised text of one row, without its map."""
        return self.units[int(self.row_starts[index]) : int(self.row_ends[index])].tobytes().decode("utf-16-le")

    def row(self, index: int) -> Normalised:
        """Return one row with its map, made when first asked for; it keeps the batch alive."""
        return Normalised(self.text(index), self.texts[index], self, index)

    def spans(self, index: int) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return start and end (exclusive) in the source of each character of one row's normalised text."""
        starts, ends = self._spans(np.arange(int(self.row_starts[index]), int(self.row_ends[index])))
        base = int(self._source_starts[index])
        return (starts - base).astype(np.uint32), (ends - base).astype(np.uint32)

    def breaks(self, index: int) -> Positions:
        """Return the sorted positions in one row's source of line ends, tabs, bars and long dashes."""
        codes = self._codes[int(self._source_starts[index]) : int(self._source_starts[index + 1]) - 1]
        return np.flatnonzero((character_table().entries[codes] & (BREAK << 16)) != 0)

    @cached_property
    def _ranks(self) -> tuple[Positions, Positions]:
        """Return for what was dropped and what was folded how many characters stay before each."""
        return self._dropped - np.arange(len(self._dropped)), self._collapsed - np.arange(len(self._collapsed))

    def _spans(self, positions: Positions) -> tuple[Positions, Positions]:
        """Return start and end (exclusive) in the joined source for positions in units."""
        dropped, collapsed = self._ranks
        first = positions + _up_to(collapsed, positions)
        # What was folded into a character follows it directly, so the next kept one bounds it.
        last = positions + _up_to(collapsed, positions + 1)
        first, last = first + _up_to(dropped, first), last + _up_to(dropped, last)
        if len(self._inserted):
            first = first - _up_to(self._inserted, first)
            last = last - _up_to(self._inserted, last)
        return first, last + 1


MANY = 1_000
"""Positions from which counting along them is worth its arrays."""
DENSE = 4
"""Places for each of them at most, between the first and the last, for the same."""


def _up_to(values: Positions, positions: Positions) -> Positions:
    """Return how many of the sorted values are at most each of the increasing positions."""
    if not len(values):
        return np.zeros(1, np.int64)
    first, reach = (int(positions[0]), int(positions[-1]) - int(positions[0]) + 1) if len(positions) else (0, 0)
    if len(positions) < MANY or reach > DENSE * len(positions):
        return np.searchsorted(values, positions, side="right")
    # Positions close to one another are counted along rather than looked up.
    low, high = np.searchsorted(values, (first, first + reach - 1), side="right")
    counts = np.bincount(values[low:high] - first, minlength=reach)
    counts[0] += low
    counts.cumsum(out=counts)
    return counts if reach == len(positions) else counts[positions - first]


def _expand(entries: NDArray[np.uint32], codes: NDArray[np.uint32]) -> tuple[NDArray[np.uint32], Positions]:
    """Write the expansions out; return the longer entries and the sorted positions that were inserted."""
    expansions = character_table().expansions
    at = np.flatnonzero((entries & (EXPAND << 16)) != 0)
    distinct, which = np.unique(codes[at], return_inverse=True)
    forms = [expansions[code] for code in distinct.tolist()]
    sizes, flat = np.array([len(form) for form in forms]), np.concatenate(forms)
    begins, extra = (np.cumsum(sizes) - sizes)[which], sizes[which] - 1
    before = np.cumsum(extra) - extra
    own = at + before
    each = np.arange(int(extra.sum()))
    inserted = np.repeat(own + 1 - before, extra) + each
    out = np.empty(len(entries) + len(inserted), np.uint32)
    out[_all_but(inserted, len(out))] = entries
    out[own] = flat[begins]
    out[inserted] = flat[np.repeat(begins + 1 - before, extra) + each]
    return out, inserted


def _separators_to_drop(classes: NDArray[np.uint8]) -> Positions:
    """Return the sorted positions that go: always-dropped ones, and separators by their two neighbours."""
    at = _where(classes, SEPARATOR | DROP)
    if not len(at):
        return at
    opens = np.empty(len(at), bool)
    opens[0] = True
    np.not_equal(at[1:], at[:-1] + 1, out=opens[1:])
    firsts = np.flatnonzero(opens)
    lasts = np.append(firsts[1:] - 1, len(at) - 1)
    # Position 0 has no left neighbour: -1 reads the last entry, which is a row separator, as at every row start.
    left = (classes[at[firsts] - 1] & (CJK | ROW)) != 0
    right = (classes[at[lasts] + 1] & (CJK | ROW)) != 0
    sizes = lasts - firsts + 1
    own = classes[at]
    soft = np.repeat(left | right, sizes) & ((own & SOFT) != 0)
    hard = np.repeat(left & right, sizes) & ((own & HARD) != 0)
    gone: Positions = at[soft | hard | ((own & DROP) != 0)]
    return gone


def _repeats_to_drop(units: NDArray[np.uint16], classes: NDArray[np.uint8]) -> Positions:
    """Return the sorted positions of repeated characters beyond the first of their run."""
    at: Positions = np.flatnonzero(units[1:] == units[:-1]) + 1
    own = classes[at]
    # U+FFFD stands for many different characters: its repetition says nothing.
    wanted = ((own & (CJK | COLLAPSE)) != 0) & (units[at] != UNKNOWN)
    at, own = at[wanted], own[wanted]
    if not len(at):
        return at
    opens = np.concatenate(([True], at[1:] != at[:-1] + 1))
    sizes = np.diff(np.append(np.flatnonzero(opens), len(at)))
    long = np.repeat(sizes, sizes) >= 2
    beyond_first: Positions = at[long | ((own & COLLAPSE) != 0)]
    return beyond_first


def _all_but(dropped: Positions, size: int) -> NDArray[np.bool_]:
    keep = np.ones(size, bool)
    keep[dropped] = False
    return keep


def _where(classes: NDArray[np.uint8], flags: int) -> Positions:
    # A comparison first: finding the true entries of a bool array is four times as fast as of an integer array.
    return np.flatnonzero((classes & flags) != 0)


def normalise_batch(texts: Sequence[str]) -> NormalisedBatch:
    """Normalise many rows in one pass, the same way as `normalise` does each.

    4,000 to 8,000 short rows a call are fastest: the arrays then stay in the cache.
    """
    joined = "\n".join(texts) + "\n" if texts else ""
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    source_starts = np.zeros(len(texts) + 1, np.int64)
    np.cumsum(lengths + 1, out=source_starts[1:])
    entries = character_table().entries.take(codes)
    entries[source_starts[1:] - 1] = _ROW_ENTRY
    inserted = np.empty(0, np.int64)
    classes = (entries >> 16).astype(np.uint8)
    if (classes & EXPAND).any():
        entries, inserted = _expand(entries, codes)
        classes = (entries >> 16).astype(np.uint8)
    units = entries.astype(np.uint16)
    dropped = _separators_to_drop(classes)
    if len(dropped):
        keep = _all_but(dropped, len(units))
        units, classes = units[keep], classes[keep]
    collapsed = _repeats_to_drop(units, classes)
    if len(collapsed):
        units = units[_all_but(collapsed, len(units))]
    row_ends = np.flatnonzero(units == ROW_SEPARATOR)
    row_starts = np.concatenate((np.zeros(1, np.int64), row_ends + 1))
    return NormalisedBatch(texts, units, row_starts, row_ends, codes, source_starts, inserted, dropped, collapsed)


def normalise(text: str) -> Normalised:
    """Return the normalised text with the way back to each original code point."""
    return normalise_batch((text,)).row(0)


def normalise_term(term: str) -> str:
    """Return the form in which a lexicon entry is looked for; raise InputError when nothing of it remains."""
    text = normalise(term).text
    if not text:
        raise InputError(f"词条“{term}”规范化后为空，请至少包含一个汉字、字母或数字")
    return text


def normalise_terms(terms: Sequence[str]) -> list[str]:
    """Return the forms in which many entries are looked for, in one pass; nothing remains of some: an empty text."""
    if not terms:
        return []
    batch = normalise_batch(terms)
    return [batch.text(i) for i in range(len(terms))]
