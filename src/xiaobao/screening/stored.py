"""Keep compiled word databases between runs, so that a command starts without compiling thousands of words.

A file holds the words of rules, no material. It is named after the words and the library version, starts with the
digest of its content, and is left out of use when anything about it is not as it should be.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hyperscan

SMALL = 2000
"""Words below which compiling is quicker than keeping."""
KEPT = 6
"""Databases kept; older ones belong to rulebooks that have changed since."""


def folder() -> Path:
    """Return where compiled databases are kept: $XIAOBAO_CACHE, else the user's cache folder."""
    given = os.environ.get("XIAOBAO_CACHE")
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "xiaobao"
    return base / "words"


def load(words: Sequence[str]) -> Any:
    """Return the database kept for these words, or None."""
    if len(words) < SMALL:
        return None
    try:
        data = _path(words).read_bytes()
        digest, content = data[:32], data[32:]
        if sha256(content).digest() != digest:
            return None
        return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
    except (OSError, RuntimeError, hyperscan.error):
        return None


def save(words: Sequence[str], database: Any) -> None:
    """Keep a database; where the folder cannot be written, nothing is kept."""
    if len(words) < SMALL:
        return
    path = _path(words)
    try:
        content = hyperscan.dumpb(database)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as fp:
            fp.write(sha256(content).digest() + content)
        Path(fp.name).replace(path)
        for old in sorted(path.parent.glob("*.hsdb"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, RuntimeError, hyperscan.error):
        return


def _path(words: Sequence[str]) -> Path:
    name = sha256("\n".join((version("hyperscan"), *words)).encode("utf-8", "surrogatepass")).hexdigest()
    return folder() / f"{name[:32]}.hsdb"
