"""Turn a text into the numbers a small linear model weighs.

Characters: hashed n-grams of one to four characters of what the text says in its own voice: a quotation is one mark.
Words: hashed words and pairs of words; those that stand in quotation marks are others than those said outright, since
a text that names a promise does not make it.
Setting: pairs of characters together with who speaks where, since the same words promise in a sales call and inform in
a contract. Each of the three has sublinear counts, weighted by inverse document frequency, of unit length. Beside them
stand a few facts: scenario, speaker, products, kind of text. What the rules met is left to the last step of the judge,
so that the text is first read without them. All of it is deterministic and needs no model of language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
import rjieba
from numpy.typing import NDArray

from xiaobao.rulebook.model import PRODUCTS, ROLES, SCENARIOS
from xiaobao.screening.document import GENRES

if TYPE_CHECKING:
    from xiaobao.screening.context import Context

BITS = 20
WORD_BITS = 19
SETTING_BITS = 20
SETTING_FROM = (1 << BITS) + (1 << WORD_BITS)
BUCKETS = SETTING_FROM + (1 << SETTING_BITS)
"""Character n-grams have 2**20 buckets, words and pairs of words the 2**19 after them, pairs of characters in their
setting the last 2**20: few share one.
"""
SETTINGS = (
    "sales_call",
    "collection_call",
    "service_chat",
    "contract_clause",
    "education",
    "disclosure",
    "internal_script",
)
"""Scenarios whose words have a weight of their own; the others all advertise, and share one."""
NGRAMS = 4
SIGNALS = (
    *(f"product:{p}" for p in PRODUCTS),
    *(f"genre:{g}" for g in GENRES),
    *(f"scenario:{s}" for s in SCENARIOS),
    *(f"role:{r}" for r in ROLES),
    "offer",
    "contact",
    "question",
    "length",
)
QUOTED = re.compile('“[^”]{2,80}”|「[^」]{2,80}」|『[^』]{2,80}』|"[^"]{2,80}"')
"""Words in quotation marks; a single character in them is stressed rather than quoted."""
QUOTATION = "〇"
"""What stands for a quotation where only the text's own voice is read."""
OWN = 4
"""Letters a text must have beside its quotations to speak of them rather than say them: a number of a list has none."""
SAID = re.compile(r"[a-z\u3400-\u9fff]")
_NAMED = np.uint32(0x5A5A5)
"""Turns the bucket of a word into that of the same word in quotation marks."""
_INDEX = {name: i for i, name in enumerate(SIGNALS)}
_PRIME = np.uint32(0x9E3779B1)


def ngrams_of(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return the index of a text and the bucket (0 … 2**BITS − 1) for every n-gram of texts framed by marks."""
    framed = [f"\x02{text}\x03".encode("utf-16-le", "surrogatepass") for text in texts]
    units = np.frombuffer(b"".join(framed), dtype=np.uint16).astype(np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(frame) // 2 for frame in framed])
    whose, out = [owners[:0]], [units[:0]]
    rolling = np.zeros(len(units), dtype=np.uint32)
    for n in range(1, min(NGRAMS, len(units)) + 1):
        rolling = rolling[: len(units) - n + 1] * np.uint32(16777619) + units[n - 1 :] + np.uint32(n * 7919)
        mixed = rolling * _PRIME
        mixed = (mixed ^ (mixed >> np.uint32(15)) if n > 1 else mixed) >> np.uint32(32 - BITS)
        # An n-gram that runs from one text into the next belongs to neither.
        inside = owners[: len(mixed)] == owners[n - 1 :]
        whose.append(owners[: len(mixed)][inside])
        out.append(mixed[inside])
    return np.concatenate(whose), np.concatenate(out)


def ngram_hashes(text: str) -> NDArray[np.uint32]:
    """Return the bucket (0 … 2**BITS − 1) of every n-gram of a text framed by marks, with repeats."""
    return ngrams_of([text])[1]


def words_of(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return the index of a text and the bucket for every word and every pair of neighbouring words of texts.

    All words come before the pairs.
    """
    cut = [rjieba.cut(text) for text in texts]
    flat = list(chain.from_iterable(cut))
    distinct = {word: place for place, word in enumerate(dict.fromkeys(flat))}
    places = np.fromiter(map(distinct.__getitem__, flat), np.int64, len(flat))
    owners = np.repeat(np.arange(len(texts)), [len(words) for words in cut])
    blank = np.array([word.isspace() for word in distinct], dtype=bool)
    if blank.any():
        kept = ~blank[places]
        places, owners = places[kept], owners[kept]
    inside = owners[1:] == owners[:-1]
    pairs, which = np.unique(places[:-1][inside] * len(distinct) + places[1:][inside], return_inverse=True)
    known = [word.encode("utf-8", "replace") for word in distinct]
    codes = list(map(crc32, known))
    # The sum of two words with a stroke between them goes on from that of the first.
    firsts, seconds = (part.tolist() for part in np.divmod(pairs, max(len(distinct), 1)))
    joined = [crc32(b"_" + known[b], codes[a]) for a, b in zip(firsts, seconds, strict=True)]
    sums = np.concatenate((np.array(codes, np.uint32)[places], np.array(joined, np.uint32)[which]))
    hashes = (sums & np.uint32((1 << WORD_BITS) - 1)) + np.uint32(1 << BITS)
    return np.concatenate((owners, owners[1:][inside])), hashes


def word_hashes(text: str) -> NDArray[np.uint32]:
    """Return the bucket of every word and every pair of neighbouring words of a text, with repeats."""
    return words_of([text])[1]


def own_voice(text: str) -> str:
    """Return a normalised text with a mark for each quotation; one that is little else than quotations says them."""
    own, quotations = QUOTED.subn(QUOTATION, text)
    return own if not quotations or len(SAID.findall(own.replace(QUOTATION, ""))) >= OWN else text


def voices_of(texts: Sequence[str], own: Sequence[str] | None = None) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return the index of a text and the bucket for every word and pair of words; quoted ones have buckets apart.

    own is the `own_voice` of each text, where it is known already.
    """
    own = [own_voice(text) for text in texts] if own is None else own
    whose, hashes = words_of(own)
    quoting = [i for i, text in enumerate(texts) if own[i] != text]
    if not quoting:
        return whose, hashes
    quoted = ["\n".join(match[0][1:-1] for match in QUOTED.finditer(texts[i])) for i in quoting]
    quoters, named = words_of(quoted)
    first = np.uint32(1 << BITS)
    named = ((named - first) ^ _NAMED) + first
    return np.concatenate((whose, np.array(quoting)[quoters])), np.concatenate((hashes, named))


def setting(scenario: str, role: str) -> int:
    """Return the number of who speaks where: the customer anywhere, one of SETTINGS, or an advertisement."""
    if role == "customer":
        return len(SETTINGS) + 1
    return SETTINGS.index(scenario) if scenario in SETTINGS else len(SETTINGS)


def settings_of(texts: Sequence[str], where: int) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return the index of a text and the bucket for every pair of neighbouring characters in a setting of texts."""
    coded = [text.encode("utf-16-le", "surrogatepass") for text in texts]
    units = np.frombuffer(b"".join(coded), dtype=np.uint16).astype(np.uint32)
    owners = np.repeat(np.arange(len(texts)), [len(code) // 2 for code in coded])
    mixed = (units[:-1] << np.uint32(16) | units[1:]) ^ np.uint32((where + 1) * 0x045D9F3B & 0xFFFFFFFF)
    mixed = mixed * _PRIME
    mixed ^= mixed >> np.uint32(15)
    mixed = mixed * np.uint32(0x2C1B3C6D) >> np.uint32(32 - SETTING_BITS)
    # A pair that runs from one text into the next belongs to neither.
    inside = owners[:-1] == owners[1:]
    return owners[:-1][inside], mixed[inside] + np.uint32(SETTING_FROM)


def counts(hashes: NDArray[np.integer]) -> tuple[NDArray[np.integer], NDArray[np.float32]]:
    """Return the distinct buckets and their sublinear counts (1 + ln n)."""
    buckets, repeats = np.unique(hashes, return_counts=True)
    return buckets, (1.0 + np.log(repeats)).astype(np.float32)


def describe(context: Context) -> NDArray[np.float32]:
    """Return the signals that do not depend on candidates: what the text is and who speaks."""
    out = np.zeros(len(SIGNALS), dtype=np.float32)
    text = context.text
    out[_INDEX["question"]] = 1.0 if "?" in text else 0.0
    out[_INDEX["length"]] = min(len(text), 200) / 200
    profile = context.profile
    role = context.role or "none"
    if role in ROLES:
        out[_INDEX[f"role:{role}"]] = 1.0
    names: Mapping[str, Sequence[str]] = {
        "product": tuple(profile.products),
        "genre": tuple(profile.genres),
        "scenario": (context.kind,),
    }
    for group, members in names.items():
        for member in members:
            index = _INDEX.get(f"{group}:{member}")
            if index is not None:
                out[index] = 1.0
    out[_INDEX["offer"]] = profile.offer
    out[_INDEX["contact"]] = float(profile.contact)
    return out
