"""Require a statement: if A is present B must be, well placed and large enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xiaobao.checks.model import ONE, Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context

BARELY = 0.25
"""Size beside its claim below which tiny print is as good as none, where a rule asks for no size of its own."""


@check("missing")
class Missing(Check):
    """The required check is not met anywhere (or only too small) although the condition is."""

    doc = "出现 if 所述内容时必须有本项内容，缺少即命中（遗漏，不标位置）；prominence 要求字号不小于所限定内容的若干倍"
    argument = ONE
    options = {
        "if": Option(ONE, "在什么情况下必须有", None),
        "mark": Option({"enum": ["none", "if"]}, "遗漏不标位置（none），或标在触发的内容上（if）", "none"),
        "prominence": Option({"type": "number", "exclusiveMinimum": 0}, "字号与触发内容字号之比的下限", None),
    }

    def __init__(self, required: Check, condition: Check, mark: str, prominence: float | None) -> None:
        self.required, self.condition, self.mark, self.prominence = required, condition, mark, prominence

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the required check and its condition."""
        if options["if"] is None:
            raise parser.source.error("missing 需要 if：在什么情况下必须有", path)
        condition = parser.check(options["if"], (*path[:-1], "if"))
        return cls(parser.check(argument, path), condition, options["mark"], options["prominence"])

    def children(self) -> Sequence[Check]:
        """Return the required check and the condition."""
        return (self.required, self.condition)

    def needs(self) -> tuple[Need, ...]:
        """Return what the condition needs."""
        return self.condition.needs()

    def ways(self) -> tuple[tuple[Need, ...], ...]:
        """Return the ways of the condition."""
        return self.condition.ways()

    def hits(self, context: Context) -> list[Hit]:
        """Return an omitted hit (or the condition's hits) when the statement is absent or too small."""
        conditions = self.condition.hits(context)
        if not conditions:
            return []
        present = self.required.hits(context)
        note = ""
        if present:
            note = self._too_small(context, present, conditions) or _unseen(context, present)
            if not note:
                return []
        if self.mark == "if":
            return [Hit(h.start, h.end, note) for h in conditions]
        return [Hit.omission(note)]

    def _too_small(self, context: Context, present: Sequence[Hit], conditions: Sequence[Hit]) -> str:
        """Return why the statement is not prominent enough, or an empty text."""
        if self.prominence is None and not _tiny(context, present):
            return ""
        least = BARELY if self.prominence is None else self.prominence
        best: float | None = None
        statements = _one_a_passage(context, present)
        claims = _one_a_passage(context, conditions)
        if self.prominence is None:
            # A warning names the product, too; that is no claim.
            claims = {place: hit for place, hit in claims.items() if place not in statements}
        for statement in statements.values():
            for claim in claims.values():
                ratio = context.relative_size(statement, claim)
                if ratio is not None and ratio >= least:
                    return ""
                best = ratio if best is None or (ratio is not None and ratio > best) else best
        return "" if best is None else f"提示文字的字号只有所限定内容的 {best:.0%}，不够醒目"


def _tiny(context: Context, present: Sequence[Hit]) -> bool:
    """Tell whether a statement stands nowhere but in print marked as tiny."""
    if context.material is None:
        return False
    passages, original = context.material.passages, context.normalised.original
    places = [context.material.passage_at(original(h.start, h.end)[0]) for h in present if not h.omitted]
    return len(places) == len(present) and all("tiny" in passages[place].marks for place in places)


def _unseen(context: Context, present: Sequence[Hit]) -> str:
    """Return that no reader sees a statement, where every place of it is hidden or as pale as its ground."""
    if not context.unseen or not all(h.omitted or context.is_unseen(h.start, h.end) for h in present):
        return ""
    return "提示文字被隐藏或与底色几乎相同，读者看不见"


def _one_a_passage(context: Context, hits: Sequence[Hit]) -> dict[int, Hit]:
    """Return one placed hit of each passage by its number: all words of a passage are of one size."""
    material = context.material
    if material is None:
        return {}
    first: dict[int, Hit] = {}
    for hit in hits:
        if not hit.omitted:
            first.setdefault(material.passage_at(context.normalised.original(hit.start, hit.end)[0]), hit)
    return first
