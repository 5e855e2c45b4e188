"""Readings of pictures are kept by content, and a broken entry costs a reading and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from xiaobao.model import Box
from xiaobao.ocr import OcrLine
from xiaobao.ocr.cache import CachedEngine
from xiaobao.ocr.engine import Pixels


class Counting:
    """An engine that reads one line and counts how often it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked = 0

    def read(self, image: Pixels, known: Sequence[Box] = (), most: int | None = None) -> list[OcrLine]:
        self.asked += 1
        return [OcrLine("保本", (0.0, 1.0, 2.5, 3.0), 0.9, 12.0, 1.5, frozenset({"vertical"}))]


def test_the_same_picture_is_read_once_and_another_again(tmp_path: Path) -> None:
    inner = Counting()
    engine = CachedEngine(inner, tmp_path / "cache")
    white = np.full((8, 8, 3), 255, np.uint8)
    first = engine.read(white)
    assert CachedEngine(inner, tmp_path / "cache").read(white.copy()) == first
    assert inner.asked == 1
    engine.read(white, known=[(0, 0, 1, 1)])
    engine.read(np.zeros((8, 8, 3), np.uint8))
    engine.read(white.reshape(4, 16, 3))
    assert inner.asked == 4


def test_a_broken_entry_is_read_again_and_an_unwritable_folder_does_no_harm(tmp_path: Path) -> None:
    inner = Counting()
    engine = CachedEngine(inner, tmp_path)
    picture = np.zeros((4, 4, 3), np.uint8)
    kept = engine.read(picture)
    (entry,) = tmp_path.iterdir()
    for junk in (b"", b"[{}]", b"{\"a\":1}", b"[[1]]"):
        entry.write_bytes(junk)
        assert engine.read(picture) == kept
    assert inner.asked == 5
    blocked = tmp_path / "file"
    blocked.write_bytes(b"x")
    assert CachedEngine(inner, blocked / "below").read(picture) == kept
