"""Where the engine keeps what it can always make again, between runs; nothing of any material."""

from __future__ import annotations

import os
import tempfile
from hashlib import sha256
from pathlib import Path


def folder() -> Path:
    """Return the folder: $XIAOBAO_CACHE, else the user's cache folder; raise RuntimeError for a user without a home."""
    given = os.environ.get("XIAOBAO_CACHE")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xiaobao"


def read(name: str) -> bytes | None:
    """Return the content kept under a name, or None where there is none or it is not as it was written."""
    try:
        data = (folder() / name).read_bytes()
    except (OSError, RuntimeError):
        return None
    return data[32:] if sha256(data[32:]).digest() == data[:32] else None


def write(name: str, content: bytes, *, keep: int = 0) -> None:
    """Keep content under a name, whole or not at all; of files of the same suffix beside it only the newest `keep`.

    Where the folder cannot be written, nothing is kept.
    """
    try:
        path = folder() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as fp:
            try:
                fp.write(sha256(content).digest() + content)
                fp.flush()
                Path(fp.name).replace(path)
            except OSError:
                Path(fp.name).unlink(missing_ok=True)
                raise
        if keep:
            for old in sorted(path.parent.glob(f"*{path.suffix}"), key=lambda p: p.stat().st_mtime)[:-keep]:
                old.unlink(missing_ok=True)
    except (OSError, RuntimeError):
        return
