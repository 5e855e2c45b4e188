"""Keep what patterns were found to need: analysing two thousand of them takes longer than reading all rules.

Those of the rulebook that ships with the engine stand beside this module, written by scripts/analyse_patterns.py; what
other rules add is kept in the cache. Entries are named by the pattern; either file says by which code and table it was
made, so that a change of either starts afresh.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from hashlib import blake2b, sha256
from pathlib import Path

from xiaobao import cache as kept
from xiaobao.checks import frequency, literals
from xiaobao.checks.literals import Clause

SHIPPED = Path(__file__).parent / "analysed.json.gz"
MOST = 20_000
"""Entries beyond which only those in use are kept."""

Analysis = tuple[tuple[Clause, ...], tuple[Clause, ...]]
Entries = dict[str, list[list[list[str]]]]
_used: dict[str, Analysis] = {}
_fresh: set[str] = set()


@cache
def made_by() -> str:
    """Return the digest of the code and the table that analyse patterns."""
    return sha256(Path(literals.__file__).read_bytes() + frequency.TABLE.read_bytes()).hexdigest()[:32]


@cache
def shipped() -> Entries:
    """Return the analyses that ship with the engine; none where they were made by other code or another table."""
    try:
        data = json.loads(gzip.decompress(SHIPPED.read_bytes()))
    except (OSError, EOFError, ValueError):
        return {}
    return dict(data["entries"]) if data.get("made_by") == made_by() else {}


def name(text: str) -> str:
    """Return the name of a pattern's entry."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


@cache
def _stored() -> Entries:
    content = kept.read(f"patterns/{made_by()}.json")
    try:
        data: Entries = json.loads(content) if content else {}
    except ValueError:
        return {}
    return data


def find(text: str) -> Analysis | None:
    """Return the clauses and marks kept for a pattern, or None."""
    key = name(text)
    entry = shipped().get(key)
    if entry is None:
        entry = _stored().get(key)
        if entry is None:
            return None
    clauses, marks = (tuple(frozenset(words) for words in part) for part in entry)
    _used[key] = (clauses, marks)
    return clauses, marks


def add(text: str, analysis: Analysis) -> None:
    """Remember an analysis for `save`."""
    _used[name(text)] = analysis
    _fresh.add(name(text))


def save() -> None:
    """Keep what was analysed since the last call."""
    if not _fresh:
        return
    _fresh.clear()
    entries = {key: entry(analysis) for key, analysis in _used.items() if key not in shipped()}
    others = {key: old for key, old in _stored().items() if key not in entries}
    if len(entries) + len(others) <= MOST:
        entries |= others
    content = json.dumps(entries, ensure_ascii=False).encode("utf-8", "surrogatepass")
    kept.write(f"patterns/{made_by()}.json", content, keep=2)


def entry(analysis: Analysis) -> list[list[list[str]]]:
    """Return the shape in which an analysis is kept."""
    return [[sorted(words) for words in part] for part in analysis]


def ship() -> int:
    """Write the analyses of all patterns in use beside this module and return how many there are."""
    entries = {key: entry(analysis) for key, analysis in sorted(_used.items())}
    data = json.dumps({"made_by": made_by(), "entries": entries}, ensure_ascii=False, separators=(",", ":"))
    SHIPPED.write_bytes(gzip.compress(data.encode(), mtime=0))
    return len(entries)
