"""Compare meaning: similarity to sample sentences, learned intent, a criterion an LLM must quote for."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from xiaobao.checks.model import MODEL, Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context

LONGEST = 160
"""Characters of a text beyond which a model that reads a passage cannot tell what the whole leaves out."""
MOST = 200
"""Passages of one intent that are looked for in one text: one that repeats itself more says nothing new."""
SHORTEST = 10
"""Characters below which a stretch is a label or a heading, too little for a model to read an intent from."""


@check("similar")
class Similar(Check):
    """A sentence close in meaning to one of the samples."""

    doc = "某一句与样例句的语义相似度不低于 at_least"
    argument = {"type": "array", "items": {"type": "string"}, "minItems": 1}
    options = {"at_least": Option({"type": "number", "minimum": 0, "maximum": 1}, "相似度下限", 0.75)}

    def __init__(self, samples: tuple[str, ...], at_least: float) -> None:
        self.samples = samples
        self.at_least = at_least

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the samples."""
        if not isinstance(argument, list) or not all(isinstance(s, str) and len(s) >= 4 for s in argument):
            raise parser.source.error("similar 应当是样例句的列表，每句至少 4 个字", path)
        return cls(tuple(argument), options["at_least"])

    def needs(self) -> tuple[Need, ...]:
        """Return the model: nothing is met without one."""
        return (frozenset({MODEL}),)

    def hits(self, context: Context) -> list[Hit]:
        """Return the sentences that are close enough, with the score as note."""
        return [
            Hit(s, e, f"与样例“{sample}”语义相近（{score:.2f}）")
            for s, e, sample, score in context.similar_sentences(self.samples)
            if score >= self.at_least
        ]


@check("intent")
class Intent(Check):
    """A passage that the trained model reads as one intent."""

    doc = "经训练的模型判断这段话在表达某种意图，概率不低于 at_least；没有模型时不成立"
    argument = {"type": "string"}
    options = {
        "at_least": Option({"type": "number", "minimum": 0, "maximum": 1}, "概率下限", 0.6),
        "omission": Option({"type": "boolean"}, "这种意图说的是遗漏，不标位置", False),
    }

    def __init__(self, label: str, at_least: float, omission: bool) -> None:
        self.label = label
        self.at_least = at_least
        self.omission = omission

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the label."""
        if not isinstance(argument, str):
            raise parser.source.error("intent 应当是意图的名称", path)
        return cls(argument, options["at_least"], options["omission"])

    def needs(self) -> tuple[Need, ...]:
        """Return the model: nothing is met without one."""
        return (frozenset({MODEL}),)

    def hits(self, context: Context) -> list[Hit]:
        """Return the passages that carry the intent, or one omitted hit."""
        if (len(context.text) < SHORTEST and not context.before) or (self.omission and len(context.text) > LONGEST):
            return []
        if context.parts and not self.omission:
            return []  # its parts are read one by one
        found = list(islice(((s, e) for s, e, p in context.intents(self.label) if p >= self.at_least), MOST))
        if self.omission:
            return [Hit.omission()] if found else []
        return [Hit(s, e) for s, e in found]


@check("llm")
class Criterion(Check):
    """A criterion put to a language model, which must quote the words it rests on."""

    doc = "交给已配置的大模型判断的准则；它必须逐字引用依据，引文核对不上即不成立；未配置时不成立"
    argument = {"type": "string"}

    def __init__(self, criterion: str) -> None:
        self.criterion = criterion

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the criterion."""
        if not isinstance(argument, str) or len(argument) < 6:
            raise parser.source.error("llm 应当是一句完整的判断准则", path)
        return cls(argument)

    def needs(self) -> tuple[Need, ...]:
        """Return the model: nothing is met without one."""
        return (frozenset({MODEL}),)

    def hits(self, context: Context) -> list[Hit]:
        """Return the quoted words."""
        return [Hit(s, e, "大模型引用的依据") for s, e in context.quoted_by_model(self.criterion)]
