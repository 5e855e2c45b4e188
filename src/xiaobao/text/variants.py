"""Evasive writings of a lexicon word, for the rulebook to be compiled with, and sound-alike search in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, islice, product
from typing import Literal, get_args

import rjieba
from pypinyin import Style, lazy_pinyin, pinyin

from xiaobao.errors import UsageError
from xiaobao.text.characters import is_cjk
from xiaobao.text.normalise import Normalised, normalise_batch, normalise_term
from xiaobao.text.writings import HOMOPHONES, LOOKALIKES, REAL_WORDS, SIGNS, SPLITS

VariantKind = Literal["pinyin", "homophone", "lookalike", "split", "sign"]
KINDS: tuple[VariantKind, ...] = get_args(VariantKind)

_MOST = 240
_MOST_RAW = 400
_SHORTEST_LATIN = 6
_ALL_SUBSETS = 4


def variants(word: str, *, kinds: Iterable[VariantKind] = KINDS) -> dict[str, VariantKind]:
    """Return the evasive writings of a word, normalised, each with its kind; at most 240, always in the same order.

    pinyin: characters as toneless pinyin (every subset up to four characters, else one or all); homophone and
    lookalike: one or two characters replaced; split: characters written as their parts; sign: letters, digits and
    signs that stand for words. Writings that are ordinary words, and Latin ones under six letters, are left out, as
    they would hit by chance. A word of one character has none. Raise UsageError for an unknown kind.
    """
    wanted = tuple(kinds)
    unknown = [k for k in wanted if k not in KINDS]
    if unknown:
        raise UsageError(f"没有变体类型“{unknown[0]}”，可用的有：{'、'.join(KINDS)}")
    plain = normalise_term(word)
    if len(plain) < 2:
        return {}
    makers = {"pinyin": _pinyin, "homophone": _homophones, "lookalike": _lookalikes, "split": _splits, "sign": _signs}
    raw = [(kind, new) for kind in KINDS if kind in wanted for new in islice(makers[kind](plain), _MOST_RAW)]
    batch = normalise_batch([new for _, new in raw])
    out: dict[str, VariantKind] = {}
    for index, (kind, _) in enumerate(raw):
        variant = batch.text(index)
        if variant != plain and variant not in out and len(out) < _MOST and _is_safe(variant, plain):
            out[variant] = kind
    return out


def _is_safe(variant: str, word: str) -> bool:
    """Tell whether a writing is unlikely to be met by chance: no ordinary word, no short Latin string."""
    if variant.isascii():
        return len(variant) >= _SHORTEST_LATIN
    if len(variant) < 2:
        return False
    if len(variant) != len(word):
        return not _is_word(variant)
    # A replacement that forms an ordinary word with its neighbours (货款 for 贷款) would flag honest text.
    changed = [i for i, (new, old) in enumerate(zip(variant, word, strict=True)) if new != old]
    size = len(variant)
    around = {
        variant[a:b]
        for i in changed
        for a in range(max(0, i - 3), i + 1)
        for b in range(max(i + 1, a + 2), min(a + 4, size) + 1)
    }
    return not any(_is_word(part) for part in around)


def _is_word(text: str) -> bool:
    return text in REAL_WORDS or (not text.isascii() and rjieba.has_word(text))


def _pinyin(word: str) -> Iterator[str]:
    han = [i for i, c in enumerate(word) if is_cjk(ord(c))]
    syllables = [s for c in _pieces(word) for s in lazy_pinyin(c)]
    if len(syllables) != len(word):
        return
    sizes: Sequence[int] = range(1, len(han) + 1) if len(han) <= _ALL_SUBSETS else sorted({1, len(han)})
    for size in sizes:
        for chosen in combinations(han, size):
            yield "".join(syllables[i] if i in chosen else c for i, c in enumerate(word))


def _pieces(word: str) -> list[str]:
    """Return runs of Han whole, so that their readings know each other, and other characters one by one."""
    out: list[str] = []
    for char in word:
        if out and is_cjk(ord(char)) and is_cjk(ord(out[-1][-1])):
            out[-1] += char
        else:
            out.append(char)
    return out


def _replaced(word: str, table: Mapping[str, str], most: int) -> Iterator[str]:
    places = [i for i, c in enumerate(word) if c in table]
    for size in range(1, most + 1):
        for chosen in combinations(places, size):
            for new in product(*(table[word[i]] for i in chosen)):
                by_place = dict(zip(chosen, new, strict=True))
                yield "".join(by_place.get(i, c) for i, c in enumerate(word))


def _homophones(word: str) -> Iterator[str]:
    return _replaced(word, HOMOPHONES, 2)


def _lookalikes(word: str) -> Iterator[str]:
    return _replaced(word, LOOKALIKES, 2)


def _splits(word: str) -> Iterator[str]:
    places = [i for i, c in enumerate(word) if c in SPLITS]
    for i in places:
        for parts in SPLITS[word[i]]:
            yield word[:i] + parts + word[i + 1 :]
    if len(places) > 1:
        yield "".join(SPLITS[c][0] if c in SPLITS else c for c in word)


def _signs(word: str) -> Iterator[str]:
    for key, signs in SIGNS.items():
        if key in word:
            for sign in signs:
                yield word.replace(key, sign)


@lru_cache(maxsize=20_000)
def readings(char: str) -> frozenset[str]:
    """Return all toneless readings of one Han character; not regional mergers."""
    return frozenset(pinyin(char, style=Style.NORMAL, heteronym=True)[0]) if is_cjk(ord(char)) else frozenset((char,))


def fuzzy_find(text: Normalised, word: str) -> list[tuple[int, int]]:
    """Return the normalised spans that sound like a word, with at least half of its characters as written.

    Exact occurrences and ordinary words (威信 for 微信) are not among them. Words under two characters find nothing.
    """
    plain = normalise_term(word)
    size = len(plain)
    if size < 2:
        return []
    begins: dict[int, int] = {}
    for offset, char in enumerate(plain):
        at = text.text.find(char)
        while at >= 0:
            begins[at - offset] = begins.get(at - offset, 0) + 1
            at = text.text.find(char, at + 1)
    found = []
    for begin, exact in sorted(begins.items()):
        window = text.text[begin : begin + size] if begin >= 0 else ""
        if len(window) < size or exact == size or exact * 2 < size:
            continue
        sounds = all(a == b or readings(a) & readings(b) for a, b in zip(window, plain, strict=True))
        if sounds and _is_safe(window, plain):
            found.append((begin, begin + size))
    return found
