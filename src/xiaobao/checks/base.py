"""What a check is, how one is read from a rule, and the registry of kinds."""

from __future__ import annotations

import importlib
import pkgutil
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import re2

from xiaobao.checks import analysed
from xiaobao.checks.frequency import frequency, weight
from xiaobao.checks.literals import Clause, clauses, marks
from xiaobao.rulebook.source import KeyPath, Source

if TYPE_CHECKING:
    from xiaobao.rulebook.lexicons import Lexicons
    from xiaobao.screening.context import Context

OMITTED = -1
REFUSED = re.compile(r"\(\?(?:[=!]|<[=!]|P=)|\\[1-9]|\(\?>")
"""What Python's own parser accepts and RE2 does not."""
LEXICON = re.compile(r"<([^<>]+)>")
RESERVED = ("acoustic", "process", "across", "emotion", "join")
"""Kinds whose names are kept for the issues that bring recordings, contacts and tables."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of the normalised text that satisfied a check; start = end = -1 for an omission."""

    start: int
    end: int
    note: str = ""

    @property
    def omitted(self) -> bool:
        """Tell whether the hit is something that should stand in the text and does not."""
        return self.start == OMITTED


@dataclass(frozen=True, eq=False)
class Pattern:
    """A regular expression over normalised text with the words and characters it cannot match without."""

    text: str
    clauses: tuple[Clause, ...]
    marks: tuple[Clause, ...] = ()

    @cached_property
    def regex(self) -> Any:
        """Return the RE2 expression, compiled at its first use."""
        return _compiled(self.text)


_PATTERNS: dict[str, Pattern] = {}


def pattern_for(text: str, short: str | None = None, sets: Mapping[str, frozenset[str]] | None = None) -> Pattern:
    """Analyse a pattern; raise ValueError with the reason in Chinese when RE2 (linear time) would refuse it.

    short is the same pattern with one character in place of each word set, which is much faster to analyse.
    """
    known = _PATTERNS.get(text)
    if known is not None:
        return known
    analysis = analysed.find(text)
    if analysis is not None:
        return _PATTERNS.setdefault(text, Pattern(text, *analysis))
    try:
        analysis = clauses(short or text, sets), marks(short or text, sets)
    except (re.error, OverflowError) as error:
        raise ValueError(f"正则无法编译：{error}") from error
    if REFUSED.search(short or text):
        raise ValueError("正则无法编译：不支持环视与反向引用")
    analysed.add(text, analysis)
    return _PATTERNS.setdefault(text, Pattern(text, *analysis))


def _compiled(text: str) -> Any:
    """Compile a pattern with RE2; raise ValueError with the reason in Chinese."""
    options = re2.Options()
    options.log_errors = False
    try:
        regex = re2.compile(text, options)
    except re2.error as error:
        raise ValueError(f"正则无法编译：{_reason(error)}（不支持环视与反向引用）") from error
    return regex


def _reason(error: Exception) -> str:
    value = error.args[0] if error.args else error
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


Need = frozenset["str | Pattern"]
"""A clause: items of which one must be there."""
FACTS, MODEL = "\x00facts", "\x00model"
"""Items that are no words: that facts were given, that a model answers. No normalised text holds U+0000."""


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

    def trigger(self) -> frozenset[str | Pattern] | None:
        """Return words and patterns of which one must occur for a hit, or None when nothing is certain."""
        return None

    def needs(self) -> tuple[Need, ...]:
        """Return what every hit needs: of each clause one word, pattern, FACTS or MODEL must be there."""
        trigger = self.trigger()
        return () if trigger is None else (trigger,)

    def ways(self) -> tuple[tuple[Need, ...], ...]:
        """Return the ways in which the check can be met, each with what it needs."""
        return (self.needs(),)

    def walk(self) -> Iterator[Check]:
        """Yield this check and all checks inside it."""
        yield self
        for child in self.children():
            yield from child.walk()


def united(triggers: Iterable[frozenset[str | Pattern] | None]) -> frozenset[str | Pattern] | None:
    """Return what any of the triggers needs; None when one of them is uncertain."""
    out: frozenset[str | Pattern] = frozenset()
    for trigger in triggers:
        if trigger is None:
            return None
        out |= trigger
    return out


def rarest(triggers: Iterable[frozenset[str | Pattern] | None]) -> frozenset[str | Pattern] | None:
    """Return the trigger met least often, of those that are certain; None when none is."""
    certain = [t for t in triggers if t is not None]
    return min(certain, key=lambda t: (sum(sorted(_share(i) for i in t)), len(t)), default=None)


def _share(item: str | Pattern) -> float:
    if isinstance(item, str):
        return frequency(item)
    return min((weight(clause) for clause in item.clauses), default=1.0)


C = TypeVar("C", bound=type[Check])
_REGISTRY: dict[str, type[Check]] = {}


def check(kind: str) -> Callable[[C], C]:
    """Register a class as the kind of check with that name."""

    def register(cls: C) -> C:
        cls.kind = kind
        _REGISTRY[kind] = cls
        return cls

    return register


@cache
def _load_all() -> None:
    package = importlib.import_module("xiaobao.checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"xiaobao.checks.{module.name}")


def kinds() -> dict[str, type[Check]]:
    """Return every kind of check by name."""
    _load_all()
    return dict(_REGISTRY)


class Parser:
    """Turn the nodes of one rule file into checks, with shared lexicons at hand."""

    def __init__(self, source: Source, lexicons: Lexicons) -> None:
        self.source = source
        self.lexicons = lexicons
        _load_all()

    def check(self, node: Any, path: KeyPath) -> Check:
        """Build one check: a list means any of its members, a text means that word."""
        if isinstance(node, str):
            return self._plain("words", [node], path)
        if isinstance(node, list):
            return self._plain("any", node, path)
        if not isinstance(node, dict) or not node:
            raise self.source.error("这里应当是一个检查（如 words、pattern、near、all、any）", path)
        named = [key for key in node if key in _REGISTRY or key in RESERVED]
        if len(named) > 1:
            fitting = [k for k in named if k in _REGISTRY and all(o == k or o in _REGISTRY[k].options for o in named)]
            named = fitting if len(fitting) == 1 else named
        if len(named) != 1:
            known = "、".join(sorted(_REGISTRY))
            what = (
                f"“{next(iter(node))}”不是检查的种类"
                if not named
                else f"一个检查只能有一个种类，这里有 {'、'.join(named)}"
            )
            raise self.source.error(f"{what}；可用：{known}", path)
        kind = named[0]
        if kind in RESERVED:
            raise self.source.error(f"“{kind}”为录音与跨渠道检查保留，当前版本尚不能使用", (*path, kind))
        cls = _REGISTRY[kind]
        for key in node:
            if key != kind and key not in cls.options:
                allowed = "、".join(cls.options) or "没有选项"
                raise self.source.error(f"“{kind}”没有选项“{key}”；可用：{allowed}", (*path, key))
        options = {name: node.get(name, option.default) for name, option in cls.options.items()}
        return cls.parse(node[kind], options, (*path, kind), self)

    def _plain(self, kind: str, argument: Any, path: KeyPath) -> Check:
        """Build a check of a kind with its default options."""
        cls = _REGISTRY[kind]
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
