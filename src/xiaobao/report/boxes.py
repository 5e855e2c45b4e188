"""Where boxes and their numbers lie on a picture of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from xiaobao.model import SEVERITIES, Severity
from xiaobao.report import words
from xiaobao.report.pictures import Picture
from xiaobao.report.view import Mark, Shown

LABEL = (6.0, 2.0)
"""Width and height that a label of one number takes, in percent of a page."""
_EACH = 1.35
"""Percent of the width that each further character of a label takes."""
_TOUCH = 1.0
"""Percent of the width that two things may share without covering each other; half of it of the height."""
_GAP = 0.1
"""Part of a line's height that must lie between it and the line above, or both become one box."""


Side = Literal["left", "right", "above", "below"]
Edges = tuple[float, float, float, float]
"""Left, top, right, bottom in percent of a page."""


@dataclass(frozen=True)
class BoxOn:
    """A box on a page in percent of its size; label only on the first of a finding, at its side.

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
    side: Side = "above"
    line: bool = False

    @property
    def edges(self) -> Edges:
        """Return its edges."""
        return self.left, self.top, self.left + self.width, self.top + self.height


def boxes_on(findings: Sequence[Shown], picture: Picture) -> list[BoxOn]:
    """Return the boxes of a page; labels that would cover one another become one, and lie where no box lies."""
    out: list[BoxOn] = []
    numbers: dict[int, list[int]] = {}
    marked: dict[int, Mark] = {}
    # The gravest first: a shared label shows its colour and shape.
    for shown in sorted(findings, key=lambda s: (SEVERITIES.index(s.finding.severity), s.number)):
        marks = _merged([m for m in shown.marks if m.page == picture.page])
        for i, mark in enumerate(marks):
            share = picture.share(mark.box)
            box = BoxOn(shown.number, shown.finding.severity, *share, first=i == 0, line=len(marks) > 1)
            if i == 0:
                near = next((k for k in numbers if _close(out[k], box)), len(out))
                numbers.setdefault(near, []).append(shown.number)
                marked[len(out)] = mark
            out.append(box)
    taken = [box.edges for box in out]
    for k, known in sorted(numbers.items(), key=lambda entry: out[entry[0]].top):
        label = words.SHAPES[out[k].severity] + " ".join(map(str, sorted(known)))
        side, edges = _place(out[k], label, marked[k], taken)
        taken.append(edges)
        out[k] = replace(out[k], label=label, side=side)
    return out


def _merged(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks of a finding; lines that nearly touch, as big letters do, become one box."""
    out: list[Mark] = []
    for mark in marks:
        x0, y0, x1, y1 = mark.box
        last = out[-1].box if out else None
        if last is None or not x0 < last[2] or not last[0] < x1 or y1 <= last[1] or y0 - last[3] > _GAP * (y1 - y0):
            out.append(mark)
        else:
            box = min(x0, last[0]), min(y0, last[1]), max(x1, last[2]), max(y1, last[3])
            out[-1] = replace(out[-1], box=box, ends=mark.ends)
    return out


def _close(one: BoxOn, other: BoxOn) -> bool:
    return abs(one.left - other.left) < LABEL[0] and abs(one.top - other.top) < LABEL[1]


def _place(box: BoxOn, label: str, mark: Mark, taken: Sequence[Edges]) -> tuple[Side, Edges]:
    """Return the first side where a label is on the page and covers nothing; above where there is none."""
    wide, high = LABEL[0] + _EACH * (len(label) - 2), LABEL[1]
    x0, y0, x1, y1 = box.edges
    middle = (y0 + y1 - high) / 2
    above = (x0, y0 - high, x0 + wide, y0)
    sides: list[tuple[Side, Edges]] = [("above", above), ("below", (x0, y1, x0 + wide, y1 + high))]
    if mark.ends and not box.line:
        sides.insert(0, ("right", (x1, middle, x1 + wide, middle + high)))
    if mark.begins:
        sides.insert(0, ("left", (x0 - wide, middle, x0, middle + high)))
    free = (s for s in sides if min(s[1]) >= 0 and max(s[1]) <= 100 and not any(_cross(s[1], t) for t in taken))
    return next(free, ("above", above))


def _cross(one: Edges, other: Edges) -> bool:
    """Tell whether two rectangles share more than a touch of their edges."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    return across > _TOUCH and min(one[3], other[3]) - max(one[1], other[1]) > _TOUCH / 2
