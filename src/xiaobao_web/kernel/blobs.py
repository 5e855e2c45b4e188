"""The bytes of files on disk, each content once under its hash; written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

CHUNK = 1 << 20
INCOMING = "incoming"
STALE_SECONDS = 24 * 3600
"""What lies about without a row for a day was left by a process that died."""


@dataclass(frozen=True)
class Draft:
    """Bytes taken in but not yet in their place: the temporary path, the hash, the size."""

    path: Path
    sha256: str
    size: int

    def discard(self) -> None:
        """Remove the bytes."""
        self.path.unlink(missing_ok=True)


def path_of(sha256: str) -> Path:
    """Return where the bytes of a hash lie."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def take_in(chunks: Iterable[bytes], check: Callable[[int], None]) -> Draft:
    """Write chunks to a temporary file and return it, synced; `check` gets the size so far and may raise."""
    folder = Path(settings.MEDIA_ROOT) / INCOMING
    folder.mkdir(parents=True, exist_ok=True)
    path, digest, size = folder / secrets.token_hex(16), hashlib.sha256(), 0
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640), "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                check(size)
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Draft(path, digest.hexdigest(), size)


def settle(draft: Draft) -> None:
    """Move bytes to their place, so that they survive a crash from here on; the same content there is replaced."""
    target = path_of(draft.sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.replace(draft.path, target)
    for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove(sha256: str) -> None:
    """Remove the bytes of a hash."""
    path_of(sha256).unlink(missing_ok=True)


def sweep(known: Callable[[list[str]], set[str]]) -> int:
    """Remove what dead processes left (a day old, no row) and return how many; `known` says which hashes have rows.

    A file is moved aside before it goes and put back where it turns out to have been written anew meanwhile.
    """
    removed = 0
    root, limit = Path(settings.MEDIA_ROOT), time.time() - STALE_SECONDS
    for path in (root / INCOMING).glob("*"):
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    for folder in root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]"):
        old = [path for path in folder.iterdir() if len(path.name) == 64 and path.stat().st_mtime < limit]
        rows = known([path.name for path in old]) if old else set()
        for path in old:
            if path.name not in rows:
                removed += _remove_aside(path, limit)
    return removed


def _remove_aside(path: Path, limit: float) -> int:
    aside = path.with_suffix(".going")
    os.replace(path, aside)
    if aside.stat().st_mtime >= limit:
        os.replace(aside, path)
        return 0
    aside.unlink()
    return 1
