"""Keep what patterns were found to need between runs: analysing two thousand of them takes longer than anything else.

Entries are named by the pattern; the file by the code and table that analysed them, so that a change of either starts
afresh.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from pathlib import Path

from xiaobao import cache as kept
from xiaobao.checks import frequency, literals
from xiaobao.checks.literals import Clause

MOST = 20_000
"""Entries beyond which only those in use are kept."""

Analysis = tuple[tuple[Clause, ...], tuple[Clause, ...]]
_used: dict[str, Analysis] = {}
_fresh: set[str] = set()


@cache
def _file() -> str:
    digest = sha256(Path(literals.__file__).read_bytes() + frequency.TABLE.read_bytes()).hexdigest()
    return f"patterns/{digest[:32]}.json"


@cache
def _stored() -> dict[str, list[list[list[str]]]]:
    content = kept.read(_file())
    try:
        data: dict[str, list[list[list[str]]]] = json.loads(content) if content else {}
    except ValueError:
        return {}
    return data


def find(text: str) -> Analysis | None:
    """Return the clauses and marks kept for a pattern, or None."""
    entry = _stored().get(text)
    if entry is None:
        return None
    clauses, marks = (tuple(frozenset(words) for words in part) for part in entry)
    _used[text] = (clauses, marks)
    return clauses, marks


def add(text: str, analysis: Analysis) -> None:
    """Remember an analysis for `save`."""
    _used[text] = analysis
    _fresh.add(text)


def save() -> None:
    """Keep what was analysed since the last call."""
    if not _fresh:
        return
    _fresh.clear()
    entries = {text: [[sorted(words) for words in part] for part in analysis] for text, analysis in _used.items()}
    others = {text: entry for text, entry in _stored().items() if text not in entries}
    if len(entries) + len(others) <= MOST:
        entries |= others
    kept.write(_file(), json.dumps(entries, ensure_ascii=False).encode("utf-8", "surrogatepass"), keep=2)
