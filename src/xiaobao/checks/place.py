"""Relate checks in space: near, ordered, first or last part, around an anchor, every sentence."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xiaobao.checks.combine import AllOf
from xiaobao.checks.model import LIST, ONE, WITHIN, Check, Hit, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context


@check("near")
class Near(AllOf):
    """All members stand close together; the hit covers them."""

    doc = "各项相距不超过 within（字数、clause、sentence）；命中处覆盖全部各项"
    argument = LIST
    options = {"within": Option(WITHIN, "字数，或 clause、sentence", 12)}

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build at least two members."""
        return cls(parser.check_list(argument, path, least=2), options["within"], "all")


@check("sequence")
class Sequenced(Check):
    """The members follow one another in the given order."""

    doc = "各项按次序出现，前一项结束到后一项开始不超过 within 字"
    argument = LIST
    options = {"within": Option({"type": "integer", "minimum": 0}, "相邻两项最多相隔几字", 12)}

    def __init__(self, members: Sequence[Check], within: int) -> None:
        self.members = tuple(members)
        self.within = within

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build at least two members."""
        return cls(parser.check_list(argument, path, least=2), options["within"])

    def children(self) -> Sequence[Check]:
        """Return the members in order."""
        return self.members

    def hits(self, context: Context) -> list[Hit]:
        """Return the stretches from a first member's hit to the last member's nearest following hit."""
        chains = self.members[0].hits(context)
        for member in self.members[1:]:
            if not chains:
                return []
            following = sorted(member.hits(context), key=lambda h: h.start)
            starts = [h.start for h in following]
            grown = []
            for chain in chains:
                at = bisect_left(starts, chain.end)
                if at < len(starts) and starts[at] - chain.end <= self.within:
                    grown.append(Hit(chain.start, following[at].end, chain.note or following[at].note))
            chains = grown
        return chains


@check("position")
class Position(Check):
    """A check met in the first or last part of the text."""

    doc = "只在开头或结尾的若干句、字、百分比或秒内成立"
    argument = ONE
    options = {
        "in": Option({"enum": ["first", "last"]}, "开头或结尾", "first"),
        "sentences": Option({"type": "integer", "minimum": 1}, "句数", None),
        "chars": Option({"type": "integer", "minimum": 1}, "字数", None),
        "percent": Option({"type": "number", "minimum": 0, "maximum": 100}, "百分比", None),
        "seconds": Option({"type": "number", "minimum": 0}, "秒数（有时间的对话）", None),
    }

    def __init__(self, inner: Check, options: Mapping[str, Any]) -> None:
        self.inner = inner
        self.where = dict(options)

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the inner check; exactly one measure must be given."""
        if sum(options[m] is not None for m in ("sentences", "chars", "percent", "seconds")) != 1:
            raise parser.source.error("position 需要 sentences、chars、percent、seconds 中的一个", path)
        return cls(parser.check(argument, path), options)

    def children(self) -> Sequence[Check]:
        """Return the inner check."""
        return (self.inner,)

    def hits(self, context: Context) -> list[Hit]:
        """Return the inner hits that stand in the part."""
        low, high = context.part(self.where)
        return [h for h in self.inner.hits(context) if low <= h.start and h.end <= high]


@check("around")
class Around(Check):
    """A check met before or after an anchor."""

    doc = "在锚点（anchor）之前或之后若干字内成立；nth 指第几个锚点，any 任一，every 每一个"
    argument = ONE
    options = {
        "anchor": Option(ONE, "锚点", None),
        "side": Option({"enum": ["before", "after", "both"]}, "之前、之后或两侧", "both"),
        "chars": Option({"type": "integer", "minimum": 1}, "范围（字）", 30),
        "nth": Option({"oneOf": [{"enum": ["any", "every"]}, {"type": "integer", "minimum": 1}]}, "第几个锚点", "any"),
    }

    def __init__(self, inner: Check, anchor: Check, side: str, chars: int, nth: str | int) -> None:
        self.inner, self.anchor, self.side, self.chars, self.nth = inner, anchor, side, chars, nth

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the inner check and the anchor."""
        if options["anchor"] is None:
            raise parser.source.error("around 需要 anchor", path)
        anchor = parser.check(options["anchor"], (*path[:-1], "anchor"))
        return cls(parser.check(argument, path), anchor, options["side"], options["chars"], options["nth"])

    def children(self) -> Sequence[Check]:
        """Return the inner check and the anchor."""
        return (self.inner, self.anchor)

    def hits(self, context: Context) -> list[Hit]:
        """Return the inner hits inside the windows of the chosen anchors."""
        anchors = self.anchor.hits(context)
        if isinstance(self.nth, int):
            anchors = anchors[self.nth - 1 : self.nth]
        inner = self.inner.hits(context) if anchors else []
        found = [[h for h in inner if self._within(h, a)] for a in anchors]
        if self.nth == "every" and not all(found):
            return []
        return sorted({h for group in found for h in group}, key=lambda h: (h.start, h.end))

    def _within(self, hit: Hit, anchor: Hit) -> bool:
        before = self.side in ("before", "both") and 0 <= anchor.start - hit.end <= self.chars
        after = self.side in ("after", "both") and 0 <= hit.start - anchor.end <= self.chars
        return before or after


@check("every")
class Every(Check):
    """Every sentence satisfies a check; the hits are the sentences when all do."""

    doc = "每一句都满足"
    argument = ONE

    def __init__(self, inner: Check) -> None:
        self.inner = inner

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the inner check."""
        return cls(parser.check(argument, path))

    def children(self) -> Sequence[Check]:
        """Return the inner check."""
        return (self.inner,)

    def hits(self, context: Context) -> list[Hit]:
        """Return all inner hits when each sentence holds one."""
        inner = self.inner.hits(context)
        covered = all(any(s <= h.start < e for h in inner) for s, e in context.sentences)
        return inner if inner and covered else []
