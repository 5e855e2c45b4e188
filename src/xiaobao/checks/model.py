"""What a check is, what it finds, and what it needs to be met."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.expression import Pattern
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context

OMITTED = -1
ONE = {"$ref": "#/$defs/check"}
LIST = {"type": "array", "items": ONE, "minItems": 1}
WITHIN = {"oneOf": [{"enum": ["clause", "sentence", "document"]}, {"type": "integer", "minimum": 0}]}
"""JSON Schemas of what many kinds take: a check, a list of checks, a distance."""

Need = frozenset["str | Pattern"]
"""A clause: items of which one must be there."""
FACTS, MODEL = "\x00facts", "\x00model"
"""Items that are no words: that facts were given, that a model answers. No normalised text holds U+0000."""


class Hit(NamedTuple):
    """A stretch of the normalised text that satisfied a check; start = end = -1 for an omission."""

    start: int
    end: int
    note: str = ""

    @classmethod
    def omission(cls, note: str = "") -> Hit:
        """Return the hit of something that should stand in the text and does not, or that has no place in it."""
        return cls(OMITTED, OMITTED, note)

    @property
    def omitted(self) -> bool:
        """Tell whether the hit is something that should stand in the text and does not."""
        return self.start == OMITTED


@dataclass(frozen=True, slots=True)
class Option:
    """One key a kind of check accepts: its JSON Schema, its default, and what it means."""

    schema: Mapping[str, Any]
    doc: str
    default: Any = None


class Check(ABC):
    """One condition over a text. An empty list of hits means the condition is not met."""

    kind: ClassVar[str]
    doc: ClassVar[str] = ""
    argument: ClassVar[Mapping[str, Any]] = {}
    options: ClassVar[Mapping[str, Option]] = {}
    proves: ClassVar[bool] = False
    """Whether a hit is a fact by arithmetic, which a trained reading of the words cannot set aside."""

    @classmethod
    @abstractmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Build the check from its argument and options; raise RuleError with the place."""

    @abstractmethod
    def hits(self, context: Context) -> list[Hit]:
        """Return the stretches that satisfy the check."""

    def children(self) -> Sequence[Check]:
        """Return the checks inside this one."""
        return ()

    def terms(self) -> frozenset[str]:
        """Return the literal words this check itself looks for, normalised."""
        return frozenset()

    def patterns(self) -> tuple[Pattern, ...]:
        """Return the patterns this check itself looks for."""
        return ()

    def needs(self) -> tuple[Need, ...]:
        """Return what every hit needs: of each clause one word, pattern, FACTS or MODEL must be there.

        Unless a kind says otherwise, all that the checks inside it need.
        """
        return tuple(need for child in self.children() for need in child.needs())

    def ways(self) -> tuple[tuple[Need, ...], ...]:
        """Return the ways in which the check can be met, each with what it needs."""
        return (self.needs(),)

    def walk(self) -> Iterator[Check]:
        """Yield this check and all checks inside it."""
        yield self
        for child in self.children():
            yield from child.walk()
