"""Words and word pairs of many texts at once, as 32-bit numbers: what trends count.

A feature is a content word or two content words that stand next to each other once function words are left out.
Numbers, punctuation and function words are no features; marks that end a clause keep words on both sides apart.
Hashes are those of zlib.crc32 and do not change between processes, so that counts can be stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zlib import crc32

import numpy as np
import rjieba
from numpy.typing import NDArray

Ids = NDArray[np.uint32]
Counts = NDArray[np.int64]

LONGEST = 2_000
"""Characters of one text that are read: a complaint says what it is about before that."""
_KNOWN_WORDS = 60_000
_SKIP, _BREAK = 0, 1
_HALVES = re.compile("[\ud800-\udfff]")
_BREAKS = frozenset("，。！？；：、,.!?;:\n\r…（）()【】[]“”\"'‘’《》<>—-~～/|\\")
_STOP = frozenset(Path(__file__).with_name("stopwords.txt").read_text(encoding="utf-8").split())
_WORD = re.compile(r"[一-鿿㐀-䶿]+|[a-z]{2,12}[0-9]{0,2}|[0-9]{1,2}[a-z]{1,8}")


def tokens(text: str) -> list[str]:
    """Return the words of a text as cut by the dictionary, in lower case, at most LONGEST characters of it."""
    read = text[:LONGEST].lower()
    try:
        return list(rjieba.cut(read))
    except UnicodeEncodeError:
        return list(rjieba.cut(_HALVES.sub("\ufffd", read)))


def is_content(word: str) -> bool:
    """Tell whether a word says something by itself: neither a number, nor a mark, nor a function word."""
    return word not in _STOP and _WORD.fullmatch(word) is not None


class _Numbers(dict[str, int]):
    """Give each word its number; kept words are forgotten when there are too many of them."""

    def __missing__(self, word: str) -> int:
        if len(self) > _KNOWN_WORDS:
            self.clear()
        if is_content(word):
            hashed = crc32(word.encode()) & 0xFFFFFFFE
            number = max(hashed, 2) | (len(word) == 1)
        else:
            number = _BREAK if word[:1] in _BREAKS else _SKIP
        # Sums, cards and telephones come once and would crowd out the words.
        if not word[:1].isdigit():
            self[word] = number
        return number


_numbers = _Numbers()


def word_number(word: str) -> int:
    """Return the number of a word as it stands in features; 0 or 1 for what is no content word.

    Words of one character have odd numbers: they count only within pairs.
    """
    return _numbers[word]


def pair_numbers(first: Ids, second: Ids) -> Ids:
    """Return the numbers of pairs of words, bit 0 set so that no pair is taken for a longer word."""
    mixed = (first * np.uint32(0x9E3779B1)) ^ (second * np.uint32(0x85EBCA77) + np.uint32(0x27D4EB2F))
    mixed ^= mixed >> np.uint32(15)
    return np.asarray((mixed * np.uint32(0x2C1B3C6D)) | np.uint32(1), dtype=np.uint32)


@dataclass(frozen=True)
class Features:
    """Features of many texts: `numbers` of text i are numbers[starts[i]:starts[i+1]], ascending, each once."""

    numbers: Ids
    starts: Counts

    def __len__(self) -> int:
        return len(self.starts) - 1

    def of(self, index: int) -> Ids:
        """Return the features of one text."""
        return self.numbers[self.starts[index] : self.starts[index + 1]]

    @cached_property
    def owners(self) -> NDArray[np.int32]:
        """Return for each number the index of the text it stands in."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.starts))

    def owners_at(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the same for the numbers at a few places; nothing is kept."""
        return np.asarray(np.searchsorted(self.starts, places, side="right") - 1, dtype=np.int64)

    @cached_property
    def counted(self) -> tuple[Ids, Counts]:
        """Return each feature once, ascending, with the number of texts that have it."""
        numbers, counts = np.unique(self.numbers, return_counts=True)
        return numbers, counts.astype(np.int64)


def features(texts: Sequence[str]) -> Features:
    """Return the features of texts, in their order."""
    words: list[int] = []
    lengths = np.empty(len(texts), dtype=np.int64)
    get = _numbers.__getitem__
    for index, text in enumerate(texts):
        found = list(filter(None, map(get, tokens(text))))
        words += found
        lengths[index] = len(found)
    numbers = np.array(words, dtype=np.uint32)
    owners = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)
    joined = (owners[1:] == owners[:-1]) & (numbers[1:] != _BREAK) & (numbers[:-1] != _BREAK)
    pairs = pair_numbers(numbers[:-1][joined], numbers[1:][joined])
    alone = (numbers & np.uint32(1)) == 0
    keys = np.concatenate(
        [
            owners[alone] << np.uint64(32) | numbers[alone].astype(np.uint64),
            owners[1:][joined] << np.uint64(32) | pairs.astype(np.uint64),
        ]
    )
    keys = np.unique(keys)
    counts = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=len(texts))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Features((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), starts)


def worded(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield each feature of one text with its words: one, or two for a pair; repeated where the text repeats it."""
    last = ""
    for word in tokens(text):
        number = _numbers[word]
        if number == _SKIP:
            continue
        if number == _BREAK:
            last = ""
            continue
        if not number & 1:
            yield number, (word,)
        if last:
            pair = pair_numbers(np.array([_numbers[last]], np.uint32), np.array([number], np.uint32))
            yield int(pair[0]), (last, word)
        last = word
