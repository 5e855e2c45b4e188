"""Look for words of a lexicon, plainly or in the disguises people use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xiaobao.checks.model import Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath
from xiaobao.text.normalise import normalise_terms
from xiaobao.text.variants import variants

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context

_KIND_WORDS = {"pinyin": "拼音", "homophone": "谐音", "lookalike": "形近字", "split": "拆字", "sign": "符号"}


@check("words")
class Words(Check):
    """Any of the listed words, at least n of them, or at least n in total."""

    doc = "出现所列词语之一（可要求至少几个不同的词或总次数）；<词表名> 引用共享词表"
    argument = {"type": "array", "items": {"type": "string", "minLength": 2}, "minItems": 1}
    options = {
        "fuzzy": Option({"type": "boolean"}, "同时识别谐音、拼音、形近、拆字写法", False),
        "at_least": Option({"type": "integer", "minimum": 1}, "至少出现几个不同的词", 1),
        "count": Option({"type": "integer", "minimum": 1}, "总共至少出现几次", 1),
    }

    def __init__(self, words: Mapping[str, tuple[str, str]], at_least: int, count: int) -> None:
        self.words = dict(words)
        self.at_least = at_least
        self.count = count
        self._terms = frozenset(words)

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the list of words; single characters are refused."""
        if isinstance(argument, str):
            argument = [argument]
        if not isinstance(argument, list) or not argument:
            raise parser.source.error("words 应当是词语的列表", path)
        words: dict[str, tuple[str, str]] = {}
        listed = [
            ((*path, i), word) for i, entry in enumerate(argument) for word in _entries(entry, (*path, i), parser)
        ]
        for (here, word), term in zip(listed, normalise_terms([word for _, word in listed]), strict=True):
            if len(term) < 2:
                raise parser.source.error(f"“{word}”规范化后不足两个字，单字不能作为词条", here)
            words.setdefault(term, (word, ""))
            if options["fuzzy"]:
                for variant, kind in variants(word).items():
                    if len(variant) >= 2:
                        words.setdefault(variant, (word, kind))
        return cls(words, options["at_least"], options["count"])

    def terms(self) -> frozenset[str]:
        """Return the words and their variants."""
        return self._terms

    def needs(self) -> tuple[Need, ...]:
        """Return the words: one of them must occur."""
        return (self._terms,)

    def hits(self, context: Context) -> list[Hit]:
        """Return each occurrence, or nothing when there are too few."""
        found: list[Hit] = []
        distinct: set[str] = set()
        for term in context.found.keys() & self._terms:
            word, kind = self.words[term]
            note = f"“{word}”的变体写法（{_KIND_WORDS[kind]}）" if kind else ""
            distinct.add(word)
            found.extend(Hit(start, end, note) for start, end in context.found[term])
        if len(distinct) < self.at_least or len(found) < self.count:
            return []
        return sorted(found, key=lambda h: (h.start, h.end))


def _entries(entry: Any, path: KeyPath, parser: Parser) -> list[str]:
    if not isinstance(entry, str) or not entry.strip():
        raise parser.source.error("词语应当是文字；数字请加引号", path)
    if entry.startswith("<") and entry.endswith(">"):
        name = entry[1:-1]
        if name not in parser.lexicons:
            raise parser.source.error(f"没有名为“{name}”的词表", path)
        return list(parser.lexicons.words[name])
    return [entry]
