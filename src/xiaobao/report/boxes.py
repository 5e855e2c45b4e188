"""Where boxes and their numbers lie on a picture of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xiaobao.model import SEVERITIES, Severity
from xiaobao.report import words
from xiaobao.report.pictures import Picture
from xiaobao.report.view import Mark, Shown

LABEL = (6.0, 2.0)
"""Width and height that a label of one number takes, in percent of a page."""
_EACH = 1.35
"""Percent of the width that each further character of a label takes."""
_SHARED = 0.15
"""Part of a line's height that the line above it must reach into for both to become one box."""


@dataclass(frozen=True)
class BoxOn:
    """A box on a page in percent of its size; label only on the first of a finding, beside it or (aside False) above.

    Where two labels would lie on each other, the first carries both numbers. line: one of several lines of a finding,
    to be underlined, since boxes line upon line would hide the words.
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
    line: bool = False


def boxes_on(findings: Sequence[Shown], picture: Picture) -> list[BoxOn]:
    """Return the boxes of a page; labels that would cover one another become one, and none covers another's words."""
    out: list[BoxOn] = []
    numbers: dict[int, list[int]] = {}
    begins: set[int] = set()
    # The gravest first: a shared label shows its colour and shape.
    for shown in sorted(findings, key=lambda s: (SEVERITIES.index(s.finding.severity), s.number)):
        marks = _merged([m for m in shown.marks if m.page == picture.page])
        for i, mark in enumerate(marks):
            share = picture.share(mark.box)
            box = BoxOn(shown.number, shown.finding.severity, *share, first=i == 0, line=len(marks) > 1)
            if i == 0:
                near = next((k for k in numbers if _close(out[k], box)), len(out))
                numbers.setdefault(near, []).append(shown.number)
                begins |= {len(out)} if mark.begins else set()
            out.append(box)
    for k, known in numbers.items():
        label = words.SHAPES[out[k].severity] + " ".join(map(str, sorted(known)))
        out[k] = replace(out[k], label=label, aside=k in begins and _room(out[k], label, out))
    return out


def _merged(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks of a finding; lines that reach into one another, as big letters do, become one box."""
    out: list[Mark] = []
    for mark in marks:
        x0, y0, x1, y1 = mark.box
        last = out[-1].box if out else None
        if last is None or not x0 < last[2] or not last[0] < x1 or y1 <= last[1] or last[3] - y0 < _SHARED * (y1 - y0):
            out.append(mark)
        else:
            box = min(x0, last[0]), min(y0, last[1]), max(x1, last[2]), max(y1, last[3])
            out[-1] = replace(out[-1], box=box)
    return out


def _close(one: BoxOn, other: BoxOn) -> bool:
    return abs(one.left - other.left) < LABEL[0] and abs(one.top - other.top) < LABEL[1]


def _room(box: BoxOn, label: str, boxes: Sequence[BoxOn]) -> bool:
    """Tell whether a label fits beside its box: on the page, and on no other box."""
    left = box.left - LABEL[0] - _EACH * (len(label) - 2)
    middle = box.top + box.height / 2
    high, low = middle - LABEL[1] / 2, middle + LABEL[1] / 2
    return left >= 0 and not any(
        other.left < box.left - 0.1 and other.left + other.width > left and other.top < low
        and other.top + other.height > high
        for other in boxes
    )  # fmt: skip
