"""Whose case it is: the consumer's name where it is told, else the writer's; never staff, collectors or relatives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.intake.found import Found
from xiaobao.intake.narrative import Narrative


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    start: int
    end: int
    score: float


def find(narrative: Narrative) -> Found[str] | None:
    """Return the consumer's name in simplified characters, as called where only a family name is told; else None."""
    best = max(_names(narrative), key=lambda name: name.score, default=None)
    if best is None or best.score < 0.5:
        return None
    return Found(best.text, ((best.start, best.end),), min(0.95, best.score))


def _names(narrative: Narrative) -> Iterator[_Name]:
    for entity in narrative.entities:
        if entity.kind != "person":
            continue
        before = narrative.before(entity.start, 12)
        score = 0.4
        if re.search(r"(?:我叫|我是|本人|姓名|投诉人|客户|我姓|免贵姓|名字)[是叫:： ]{0,3}$", before):
            score = 0.9
        elif re.search(r"(?:经理|主任|柜员|客服|工号|催收|律师|警官)[是叫:： ]{0,3}$", before):
            score = 0.1
        yield _Name(narrative.plain[entity.start : entity.end], entity.start, entity.end, score)
