"""Compare facts known about the material: metadata, inferred nature, sizes, rows."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from xiaobao.checks.model import FACTS, Check, Hit, Need, Option
from xiaobao.checks.registry import check
from xiaobao.rulebook.source import KeyPath

if TYPE_CHECKING:
    from xiaobao.checks.parser import Parser
    from xiaobao.screening.context import Context


COMPARISONS = {"at_least": operator.ge, "at_most": operator.le, "below": operator.lt, "above": operator.gt}


@check("fact")
class Fact(Check):
    """A named fact that is present, equals, is in a list, or lies in a range."""

    doc = (
        "元数据：equals 相等、in 属于、at_least/at_most 数值范围、between 一天中的时间段（可跨零点）、present 是否提供"
    )
    argument = {"type": "string", "description": "事实名，如 call.hour、placement.account、video.risk_seconds"}
    options = {
        "equals": Option({}, "等于", None),
        "in": Option({"type": "array"}, "属于其中之一", None),
        "at_least": Option({"type": "number"}, "不小于", None),
        "at_most": Option({"type": "number"}, "不大于", None),
        "below": Option({"type": "number"}, "小于", None),
        "above": Option({"type": "number"}, "大于", None),
        "between": Option(
            {"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2},
            "时间段 [“22:00”, “08:00”]，含起点不含终点",
            None,
        ),
        "present": Option({"type": "boolean"}, "有没有提供这个事实", None),
    }

    def __init__(self, name: str, tests: Mapping[str, Any]) -> None:
        self.name = name
        self.tests = {k: v for k, v in tests.items() if v is not None}

    @classmethod
    def parse(cls, argument: Any, options: Mapping[str, Any], path: KeyPath, parser: Parser) -> Check:
        """Read the name and at least one comparison."""
        if not isinstance(argument, str) or not argument:
            raise parser.source.error("fact 应当是事实的名称", path)
        if not any(v is not None for v in options.values()):
            raise parser.source.error("fact 至少需要一个比较（equals、in、at_least …）", path)
        if options["between"] is not None:
            try:
                [time.fromisoformat(t) for t in options["between"]]
            except (TypeError, ValueError) as error:
                raise parser.source.error("between 应当是两个 “时:分”", (*path[:-1], "between")) from error
        return cls(argument, options)

    def needs(self) -> tuple[Need, ...]:
        """Return that facts must be given, unless their absence or what every row may bring is asked for."""
        loose = self.tests.get("present") is False or self.name in ("scenario", "role", "product")
        return () if loose else (frozenset({FACTS}),)

    def hits(self, context: Context) -> list[Hit]:
        """Return one omitted hit, with the fact as note, when all comparisons hold."""
        value = context.fact(self.name)
        if "present" in self.tests and (value is not None) != self.tests["present"]:
            return []
        if value is None:
            return [Hit.omission(f"未提供 {self.name}")] if self.tests.get("present") is False else []
        if all(_holds(test, value, wanted) for test, wanted in self.tests.items() if test != "present"):
            return [Hit.omission(f"{self.name} = {value}")]
        return []


def _holds(test: str, value: Any, wanted: Any) -> bool:
    if test == "equals":
        return bool(value == wanted)
    if test == "in":
        return value in wanted
    if test == "between":
        return _within(value, wanted)
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return False
    return bool(COMPARISONS[test](number, wanted))


def _within(value: Any, wanted: Any) -> bool:
    try:
        moment = value if isinstance(value, (datetime, time)) else datetime.fromisoformat(str(value))
    except ValueError:
        return False
    if isinstance(moment, date) and not isinstance(moment, datetime):
        return False
    clock = moment.time() if isinstance(moment, datetime) else moment
    low, high = (time.fromisoformat(t) for t in wanted)
    clock = clock.replace(tzinfo=None)
    return low <= clock < high if low <= high else clock >= low or clock < high
