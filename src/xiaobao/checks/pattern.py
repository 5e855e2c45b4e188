"""Look for a regular expression over the normalised text, with exclusions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xiaobao.checks.model import Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath
from xiaobao.text.cover import Cover

if TYPE_CHECKING:
    from xiaobao.checks.expression import Pattern
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context


@check("pattern")
class Patterns(Check):
    """Any of the listed RE2 patterns, except where an excluded pattern covers the hit."""

    doc = "规范化文本上的正则（RE2）；<词表名> 为词表中的任一词，… 为句内 10 字以内的间隔，…… 为 24 字以内"
    argument = {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    options = {
        "except": Option(argument, "命中落在这些正则的范围内时不算", None),
        "count": Option({"type": "integer", "minimum": 1}, "总共至少出现几次", 1),
    }

    def __init__(self, patterns: tuple[Pattern, ...], excluded: tuple[Pattern, ...], count: int) -> None:
        self._patterns = patterns
        self._wanted = frozenset(patterns)
        self._excluded = excluded
        self.count = count

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Compile the patterns; each needs a certain word of two characters so that it can be found fast."""
        patterns = _compile(argument, path, parser)
        for i, pattern in enumerate(patterns):
            if not pattern.clauses:
                raise parser.source.error("正则里没有必然出现的两字以上固定词，无法快速定位；请补上一个", (*path, i))
        excluded = _compile(options["except"], (*path[:-1], "except"), parser) if options["except"] else ()
        return cls(patterns, excluded, options["count"])

    def patterns(self) -> tuple[Pattern, ...]:
        """Return the patterns looked for (exclusions run only after a hit)."""
        return self._patterns

    def needs(self) -> tuple[Need, ...]:
        """Return the patterns: one of them must be possible."""
        return (self._wanted,)

    def ways(self) -> tuple[tuple[Need, ...], ...]:
        """Return a way for each pattern."""
        return tuple((frozenset({p}),) for p in self._patterns)

    def hits(self, context: Context) -> list[Hit]:
        """Return each match that no exclusion covers."""
        found = [Hit(*span) for pattern in context.fired & self._wanted for span in context.matches(pattern)]
        if found and self._excluded:
            barred = Cover(span for pattern in self._excluded for span in context.matches(pattern, filtered=False))
            found = [h for h in found if not barred.holds(h.start, h.end)]
        if len(found) < self.count:
            return []
        return sorted(set(found), key=lambda h: (h.start, h.end))


def _compile(argument: Any, path: KeyPath, parser: Parser) -> tuple[Pattern, ...]:
    if isinstance(argument, str):
        argument = [argument]
    if not isinstance(argument, list) or not argument or not all(isinstance(a, str) for a in argument):
        raise parser.source.error("pattern 应当是正则或正则的列表", path)
    return tuple(parser.expand(text, (*path, i)) for i, text in enumerate(argument))
