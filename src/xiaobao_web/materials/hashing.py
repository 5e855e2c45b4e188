"""Fingerprints of content: of bytes, of words whatever their layout, of pictures, and of texts nearly alike."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SHINGLE = 4
"""Characters of the pieces that two texts are compared by."""
PERMUTATIONS = 64
TEXT_BANDS = 16
"""64 minima in 16 bands of four: texts sharing half of their pieces meet in a band in 64 % of cases, 0.8 in 99.98 %."""
IMAGE_BANDS = 4
IMAGE_BITS = 16
"""A picture's 64 bits in four bands, looked up with up to one bit changed: up to 7 differing bits are always found."""
_PRIME = (1 << 61) - 1
_RANDOM = np.random.default_rng(20260101)
_A = _RANDOM.integers(1, 1 << 31, PERMUTATIONS, dtype=np.uint64)
_B = _RANDOM.integers(0, 1 << 31, PERMUTATIONS, dtype=np.uint64)

Signature = NDArray[np.uint32]


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def plain(text: str) -> str:
    """Return the words of a text without layout: widths, traditional forms, decoration and blanks do not count."""
    from xiaobao.text.normalise import normalise

    return normalise(text).text.replace(" ", "")


def text_hash(text: str) -> str:
    """Return the SHA-256 of a text's words; empty where there are none. Figures and their points count."""
    words = plain(text)
    return sha256_of(words.encode()) if words else ""


def signature(text: str) -> Signature | None:
    """Return the minhash of a text's pieces (64 numbers), None for a text too short to compare."""
    words = plain(text)
    if len(words) < SHINGLE * 2:
        return None
    codes = np.frombuffer(words.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    pieces = np.zeros(len(codes) - SHINGLE + 1, dtype=np.uint64)
    for i in range(SHINGLE):
        pieces = pieces * np.uint64(1_000_003) + codes[i : len(codes) - SHINGLE + 1 + i]
    pieces = np.unique((pieces ^ (pieces >> np.uint64(29))) & np.uint64(0x7FFFFFFF))
    minima = np.full(PERMUTATIONS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for begin in range(0, len(pieces), 4096):
        part = pieces[begin : begin + 4096]
        hashed = ((part[:, None] * _A + _B) % np.uint64(_PRIME)) & np.uint64(0xFFFFFFFF)
        minima = np.minimum(minima, hashed.min(axis=0))
    return minima.astype(np.uint32)


def text_bands(signature: Signature) -> list[int]:
    """Return one 63-bit number a band: texts that share one are likely alike."""
    rows = PERMUTATIONS // TEXT_BANDS
    data = signature.astype("<u4").tobytes()
    size = rows * 4
    return [
        int.from_bytes(hashlib.blake2b(data[i * size : (i + 1) * size], digest_size=8).digest(), "big") >> 1
        for i in range(TEXT_BANDS)
    ]


def text_likeness(one: Signature, other: Signature) -> float:
    """Return the share of pieces two texts have in common, estimated within about 6 points, 0..1."""
    return float((one == other).mean())


def image_hash(data: bytes) -> str:
    """Return the perceptual hash of a picture (64 bits, hexadecimal); empty for bytes that are no picture.

    DCT hash of the greyscale picture (imagehash.phash). A picture of one colour has none.
    """
    from imagehash import phash
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("L", (512, 512))
            grey = image.convert("L")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return ""
    low, high = grey.getextrema()
    if not isinstance(low, int) or not isinstance(high, int) or high - low < 8:
        return ""
    return str(phash(grey))


def image_distance(one: str, other: str) -> int:
    """Return how many of the 64 bits of two perceptual hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def image_bands(value: str) -> list[int]:
    """Return the four 16-bit bands of a perceptual hash, each with its number above its bits."""
    number = int(value, 16)
    return [(i << IMAGE_BITS) | ((number >> (IMAGE_BITS * i)) & 0xFFFF) for i in range(IMAGE_BANDS)]


def near_bands(value: str) -> list[int]:
    """Return the bands to look up for a perceptual hash: its own and those one bit away, 68 in all."""
    return [band ^ flip for band in image_bands(value) for flip in (0, *(1 << bit for bit in range(IMAGE_BITS)))]


def pack(signature: Signature) -> bytes:
    """Return a signature as 256 bytes."""
    return signature.astype("<u4").tobytes()


def unpack(data: Sequence[int] | bytes | memoryview) -> Signature:
    """Return the signature of 256 bytes."""
    return np.frombuffer(bytes(data), dtype="<u4").astype(np.uint32)
