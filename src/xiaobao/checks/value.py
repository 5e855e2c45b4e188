"""Compare numbers with units: rates, money, ages, durations, hours of the day."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from xiaobao.checks.combine import Partners
from xiaobao.checks.model import ONE, WITHIN, Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.credit.stated import mismatch
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context

LONGEST = 2000
"""Characters of a text beyond which it is a guess which price an annual rate belongs to."""
OPERATORS = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq}
KINDS = ["money", "rate", "number", "date", "duration", "age", "clock"]


@check("value")
class ValueCheck(Check):
    """A number of one kind, within a period, that compares as asked and stands near another check."""

    doc = "数值检查：kind 为 money（元）、rate（%）、age（岁）、duration（天）、clock（时）等；period 为计价周期"
    argument = {"enum": KINDS}
    options = {
        "period": Option({"type": "array", "items": {"type": "string"}}, "利率的计价周期", None),
        "compare": Option({"type": "string", "pattern": r"^(>=|<=|>|<|=)\s*[0-9.]+$"}, "比较，如 “>= 24”", None),
        "near": Option(ONE, "须与此项同在 within 之内", None),
        "within": Option(WITHIN, "与 near 的距离", "clause"),
    }

    def __init__(self, kind: str, periods: Sequence[str] | None, compare: str | None, near: Check | None, within: Any):
        self.kind_of_value = kind
        self.periods = None if periods is None else frozenset(periods)
        self.near = near
        self.within = within
        self._test = _comparison(compare) if compare else None

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the kind, the comparison and the neighbour."""
        if argument not in KINDS:
            raise parser.source.error(f"value 的种类应为 {'、'.join(KINDS)}", path)
        near = None if options["near"] is None else parser.check(options["near"], (*path[:-1], "near"))
        try:
            return cls(argument, options["period"], options["compare"], near, options["within"])
        except (ValueError, InvalidOperation) as error:
            raise parser.source.error("compare 应写作 “>= 24” 这样的形式", (*path[:-1], "compare")) from error

    def children(self) -> Sequence[Check]:
        """Return the neighbour."""
        return () if self.near is None else (self.near,)

    def hits(self, context: Context) -> list[Hit]:
        """Return the spans of the values that compare as asked."""
        anchors = None if self.near is None else self.near.hits(context)
        if anchors is not None and not anchors:
            return []
        anywhere = anchors is None or self.within == "document"
        partners = Partners(() if anywhere else anchors or (), self.within, context)
        found = []
        for value, start, end in context.values:
            if value.kind != self.kind_of_value or (self.periods is not None and value.period not in self.periods):
                continue
            if self._test is not None and not self._test(value.value):
                continue
            hit = Hit(start, end)
            if anywhere or partners.of(hit) is not None:
                found.append(hit)
        return found


def _comparison(text: str) -> Any:
    symbol = text.rstrip("0123456789. ")
    limit = Decimal(text[len(symbol) :].strip())
    compare = OPERATORS[symbol.strip()]
    return lambda value: isinstance(value, Decimal) and compare(value, limit)


@check("annualised")
class AnnualisedMismatch(Check):
    """A quoted annual rate that differs from the one computed from the quoted price, fee or payment."""

    doc = "写明了价格与年化利率，而按价格折算的年化（单利与复利）都与所写相差超过 tolerance 个百分点"
    argument = {"const": "mismatch"}
    options = {"tolerance": Option({"type": "number", "minimum": 0}, "允许的差（百分点）", 0.3)}
    proves = True

    def __init__(self, tolerance: float) -> None:
        self.tolerance = Decimal(str(tolerance))

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the tolerance in percentage points."""
        if argument != "mismatch":
            raise parser.source.error("annualised 目前只有 mismatch 一种", path)
        return cls(options["tolerance"])

    def terms(self) -> frozenset[str]:
        """Return the words of which every quoted annual rate carries one."""
        return frozenset({"年化", "年利率"})

    def needs(self) -> tuple[Need, ...]:
        """Return those words."""
        return (self.terms(),)

    def hits(self, context: Context) -> list[Hit]:
        """Return the annual rate that fits no price of the text, with what the price comes to as note."""
        source = context.normalised.source
        if len(source) > LONGEST:
            return []
        found = mismatch(source, self.tolerance)
        if found is None:
            return []
        return [Hit(*context.within(found.stated.start, found.stated.end), found.sentence)]
