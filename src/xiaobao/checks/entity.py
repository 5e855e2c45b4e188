"""Look for personal data and other entities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from xiaobao.checks.model import Check, Hit, Option
from xiaobao.checks.registry import check
from xiaobao.privacy import KINDS
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context


@check("entity")
class EntityPresent(Check):
    """Entities of the asked kinds, at least n of them."""

    doc = "出现个人信息等实体（id_card、mobile、bank_card、person …）"
    argument = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    options = {"count": Option({"type": "integer", "minimum": 1}, "至少几个", 1)}

    def __init__(self, wanted: tuple[str, ...], count: int) -> None:
        self.wanted = wanted
        self.count = count

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the kinds of entity."""
        if isinstance(argument, str):
            argument = [argument]
        unknown = [k for k in argument if k not in KINDS]
        if unknown:
            raise parser.source.error(f"没有这种实体：{'、'.join(map(str, unknown))}；可用：{'、'.join(KINDS)}", path)
        return cls(tuple(argument), options["count"])

    def hits(self, context: Context) -> list[Hit]:
        """Return the spans of the entities."""
        found = [Hit(s, e, kind) for kind, s, e in context.entities(self.wanted)]
        return found if len(found) >= self.count else []
