"""Keep the readings of pictures in a folder, by the hash of their pixels: the same page is recognised once."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import orjson

from xiaobao.model import Box
from xiaobao.ocr.engine import OcrEngine, OcrLine, Pixels


class CachedEngine:
    """Read pictures with another engine, unless the folder holds what it read before.

    The folder then holds the text of the pictures: it deserves the care that they deserve. A broken or
    unwritable entry costs a reading and nothing else.
    """

    def __init__(self, engine: OcrEngine, folder: Path) -> None:
        self.name = engine.name
        self._engine, self._folder = engine, folder
        self._salt = f"{engine.name} {_version('rapidocr')}".encode()

    def read(self, image: Pixels, known: Sequence[Box] = (), most: int | None = None) -> list[OcrLine]:
        """Return the lines of an RGB picture in reading order."""
        path = self._folder / f"{self._key(image, known, most)}.json"
        kept = _load(path)
        if kept is not None:
            return kept
        lines = self._engine.read(image, known, most)
        _store(path, lines)
        return lines

    def _key(self, image: Pixels, known: Sequence[Box], most: int | None) -> str:
        digest = hashlib.blake2b(self._salt, digest_size=20)
        digest.update(repr((image.shape, [tuple(round(v, 1) for v in box) for box in known], most)).encode())
        digest.update(image.tobytes())
        return digest.hexdigest()


def _load(path: Path) -> list[OcrLine] | None:
    try:
        rows = orjson.loads(path.read_bytes())
        return [_line(row) for row in rows]
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _line(row: dict[str, Any]) -> OcrLine:
    x0, y0, x1, y1 = (float(v) for v in row["box"])
    return OcrLine(
        str(row["text"]), (x0, y0, x1, y1), float(row["score"]), float(row["size"]), float(row["angle"]),
        frozenset(map(str, row["marks"])),
    )  # fmt: skip


def _store(path: Path, lines: Sequence[OcrLine]) -> None:
    rows = [
        {"text": x.text, "box": x.box, "score": x.score, "size": x.size, "angle": x.angle, "marks": sorted(x.marks)}
        for x in lines
    ]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and renamed: another process never sees half an entry.
        handle, temporary = tempfile.mkstemp(dir=path.parent, suffix=".part")
        with os.fdopen(handle, "wb") as fp:
            fp.write(orjson.dumps(rows, option=orjson.OPT_SERIALIZE_NUMPY))
        os.replace(temporary, path)
    except OSError:
        return


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
