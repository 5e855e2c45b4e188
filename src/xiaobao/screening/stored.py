"""Keep compiled word databases between runs, so that a command starts without compiling thousands of words."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from importlib.metadata import version
from typing import Any

import hyperscan

from xiaobao import cache

SMALL = 2000
"""Words below which compiling is quicker than keeping."""
KEPT = 6
"""Databases kept; older ones belong to rulebooks that have changed since."""


def load(words: Sequence[str]) -> Any:
    """Return the database kept for these words, or None."""
    content = cache.read(_name(words)) if len(words) >= SMALL else None
    if content is None:
        return None
    try:
        return hyperscan.loadb(content, hyperscan.HS_MODE_BLOCK)
    except (RuntimeError, hyperscan.error):
        return None


def save(words: Sequence[str], database: Any) -> None:
    """Keep a database."""
    if len(words) >= SMALL:
        cache.write(_name(words), hyperscan.dumpb(database), keep=KEPT)


def _name(words: Sequence[str]) -> str:
    digest = sha256("\n".join((version("hyperscan"), *words)).encode("utf-8", "surrogatepass")).hexdigest()
    return f"words/{digest[:32]}.hsdb"
