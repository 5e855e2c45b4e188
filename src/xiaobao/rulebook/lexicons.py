"""Shared lists of words that rules name as <name>, and the words by which a document is understood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from xiaobao.rulebook.source import Source
from xiaobao.text.normalise import normalise_terms


class Lexicons:
    """Word lists by name; words are as written, alternations are over normalised words."""

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        self.words = dict(words)
        self._alternations: dict[str, str] = {}
        self._terms: dict[str, frozenset[str]] = {}

    @classmethod
    def read(cls, folders: Iterable[Path]) -> Lexicons:
        """Read every YAML of the folders: `name: [words]`; a name may stand in one file only."""
        words: dict[str, tuple[str, ...]] = {}
        seen: set[Path] = set()
        for folder in folders:
            if folder in seen:
                continue
            seen.add(folder)
            for path in sorted(folder.glob("*.yaml")):
                source = Source.read(path, shown=f"lexicons/{path.name}")
                for name, entries in (source.data or {}).items():
                    if name in words:
                        raise source.error(f"词表“{name}”已在别处定义", (name,))
                    if not isinstance(entries, list) or not all(isinstance(e, str) and e for e in entries):
                        raise source.error(f"词表“{name}”应当是词语的列表", (name,))
                    words[name] = tuple(dict.fromkeys(entries))
        return cls(words)

    def __contains__(self, name: str) -> bool:
        return name in self.words

    def alternation(self, name: str) -> str:
        """Return a non-capturing group of the normalised words, longest first."""
        known = self._alternations.get(name)
        if known is None:
            terms = sorted(set(self.terms(name)), key=lambda t: (-len(t), t))
            known = self._alternations[name] = "(?:" + "|".join(re.escape(t) for t in terms) + ")"
        return known

    def terms(self, name: str) -> frozenset[str]:
        """Return the normalised words of a list."""
        known = self._terms.get(name)
        if known is None:
            known = self._terms[name] = frozenset(normalise_terms(self.words.get(name, ()))) - {""}
        return known
