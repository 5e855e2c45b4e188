"""Where boxes and their numbers lie on a picture of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xiaobao.model import SEVERITIES, Severity
from xiaobao.report import words
from xiaobao.report.pictures import Picture
from xiaobao.report.view import Shown

LABEL = (6.0, 1.5)
"""Width and height that a label takes, in percent of a page."""


@dataclass(frozen=True)
class BoxOn:
    """A box on a page in percent of its size; label only on the first of a finding, beside it or (aside False) above.

    Where two labels would lie on each other, the first carries both numbers.
    """

    number: int
    severity: Severity
    left: float
    top: float
    width: float
    height: float
    first: bool
    label: str = ""
    aside: bool = False


def boxes_on(findings: Sequence[Shown], picture: Picture) -> list[BoxOn]:
    """Return the boxes of a page; labels that would cover one another become one."""
    out: list[BoxOn] = []
    numbers: dict[int, list[int]] = {}
    # The gravest first: a shared label shows its colour and shape.
    for shown in sorted(findings, key=lambda s: (SEVERITIES.index(s.finding.severity), s.number)):
        severity = shown.finding.severity
        for i, mark in enumerate(m for m in shown.marks if m.page == picture.page):
            box = BoxOn(shown.number, severity, *picture.share(mark.box), first=i == 0)
            if i:
                out.append(box)
                continue
            aside = mark.begins and box.left >= LABEL[0]
            near = next((k for k in numbers if out[k].aside == aside and _close(out[k], box)), None)
            numbers.setdefault(len(out) if near is None else near, []).append(shown.number)
            out.append(replace(box, aside=aside))
    for k, known in numbers.items():
        label = words.SHAPES[out[k].severity] + " ".join(map(str, sorted(known)))
        out[k] = replace(out[k], label=label)
    return out


def _close(one: BoxOn, other: BoxOn) -> bool:
    return abs(one.left - other.left) < LABEL[0] and abs(one.top - other.top) < LABEL[1]
