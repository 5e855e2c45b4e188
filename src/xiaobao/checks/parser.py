"""Read the checks of a rule file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from xiaobao.checks.expression import Pattern, pattern_for
from xiaobao.checks.model import Check
from xiaobao.checks.registry import kinds
from xiaobao.rulebook.source import KeyPath, Source

if TYPE_CHECKING:
    from xiaobao.rulebook.lexicons import Lexicons

LEXICON = re.compile(r"<([^<>]+)>")
RESERVED = ("acoustic", "process", "across", "emotion", "join")
"""Kinds whose names are kept for checks of recordings, contacts and tables."""


class Parser:
    """Turn the nodes of one rule file into checks, with shared lexicons at hand."""

    def __init__(self, source: Source, lexicons: Lexicons) -> None:
        self.source = source
        self.lexicons = lexicons
        self.kinds = kinds()

    def check(self, node: Any, path: KeyPath) -> Check:
        """Build one check: a list means any of its members, a text means that word."""
        if isinstance(node, str):
            return self._plain("words", [node], path)
        if isinstance(node, list):
            return self._plain("any", node, path)
        if not isinstance(node, dict) or not node:
            raise self.source.error("这里应当是一个检查（如 words、pattern、near、all、any）", path)
        named = [key for key in node if key in self.kinds or key in RESERVED]
        if len(named) > 1:
            fitting = [k for k in named if k in self.kinds and all(o == k or o in self.kinds[k].options for o in named)]
            named = fitting if len(fitting) == 1 else named
        if len(named) != 1:
            known = "、".join(sorted(self.kinds))
            what = (
                f"“{next(iter(node))}”不是检查的种类"
                if not named
                else f"一个检查只能有一个种类，这里有 {'、'.join(named)}"
            )
            raise self.source.error(f"{what}；可用：{known}", path)
        kind = named[0]
        if kind in RESERVED:
            raise self.source.error(f"“{kind}”为录音与跨渠道检查保留，当前版本尚不能使用", (*path, kind))
        cls = self.kinds[kind]
        for key in node:
            if key != kind and key not in cls.options:
                allowed = "、".join(cls.options) or "没有选项"
                raise self.source.error(f"“{kind}”没有选项“{key}”；可用：{allowed}", (*path, key))
        options = {name: node.get(name, option.default) for name, option in cls.options.items()}
        return cls.parse(node[kind], options, (*path, kind), self)

    def _plain(self, kind: str, argument: Any, path: KeyPath) -> Check:
        """Build a check of a kind with its default options."""
        cls = self.kinds[kind]
        return cls.parse(argument, {name: option.default for name, option in cls.options.items()}, path, self)

    def check_list(self, node: Any, path: KeyPath, *, least: int = 1) -> list[Check]:
        """Build the checks of a list; raise RuleError when it is no list or too short."""
        if not isinstance(node, list) or len(node) < least:
            raise self.source.error(f"这里应当是至少 {least} 项的列表", path)
        return [self.check(child, (*path, i)) for i, child in enumerate(node)]

    def expand(self, text: str, path: KeyPath) -> Pattern:
        """Compile a pattern after replacing <lexicon> by its words and … by a gap inside the sentence."""

        sets: dict[str, frozenset[str]] = {}

        def words(match: re.Match[str]) -> str:
            if match[1] not in self.lexicons:
                raise self.source.error(f"没有名为“{match[1]}”的词表", path)
            return self.lexicons.alternation(match[1])

        def sign(match: re.Match[str]) -> str:
            character = chr(0xE000 + len(sets))
            sets[character] = self.lexicons.terms(match[1])
            return character

        gaps = text.replace("……", r"[^。!?;]{0,24}").replace("…", r"[^。!?;]{0,10}")
        expanded, short = LEXICON.sub(words, gaps), LEXICON.sub(sign, gaps)
        try:
            return pattern_for(expanded, short, sets)
        except ValueError as error:
            raise self.source.error(str(error), path) from error
