"""What a reader may use of a file: bytes, pages, pixels, members, depth, characters, seconds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one reading.

    max_bytes counts the file and also what its archives unpack to; max_pixels one picture; max_members the
    files of an archive; max_ratio unpacked to packed bytes; max_depth archives within archives;
    max_chars the text kept; max_seconds the wall time, looked at between steps.
    """

    max_bytes: int = 200_000_000
    max_pages: int = 2_000
    max_pixels: int = 80_000_000
    max_members: int = 5_000
    max_ratio: float = 200.0
    max_depth: int = 3
    max_seconds: float = 300.0
    max_chars: int = 5_000_000
    max_passages: int = 500_000
    ocr_seconds: float = 60.0
    """Seconds one picture may take."""


DEFAULT = Limits()
