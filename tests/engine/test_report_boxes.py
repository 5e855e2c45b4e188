"""Numbers on a page lie beside their words, never on the words of another finding."""

from __future__ import annotations

from xiaobao.model import Anchor, Box, Finding, Severity
from xiaobao.report.boxes import boxes_on
from xiaobao.report.pictures import Picture
from xiaobao.report.view import Mark, Shown

PAGE = Picture(1, b"", 500, 1000, (500.0, 1000.0))


def shown(number: int, *boxes: Box, begins: bool = True, ends: bool = True, severity: Severity = "high") -> Shown:
    finding = Finding(
        "wealth/x", 1, "题", "other", severity, "violation", 1.0, 0, 1, "字", Anchor(), (), "", "", ""
    )  # fmt: skip
    marks = tuple(Mark(1, box, begins, ends) for box in boxes)
    return Shown(number, finding, "", (), (), "", marks, 0, 1)


def test_a_label_stands_before_words_that_begin_their_line() -> None:
    (box,) = boxes_on([shown(1, (100, 100, 300, 130))], PAGE)
    assert (box.label, box.side, box.line) == ("▲1", "left", False)


def test_at_the_edge_of_the_page_it_stands_after_them_and_inside_a_line_above() -> None:
    (edge,) = boxes_on([shown(1, (5, 100, 300, 130))], PAGE)
    assert edge.side == "right"
    (inside,) = boxes_on([shown(1, (100, 100, 300, 130), begins=False, ends=False)], PAGE)
    assert inside.side == "above"


def test_it_lies_on_no_other_box() -> None:
    first, second = boxes_on([shown(1, (40, 100, 240, 130)), shown(2, (250, 100, 480, 130), ends=False)], PAGE)
    assert (first.side, second.side) == ("left", "above")


def test_findings_of_the_same_words_share_a_label_with_the_shape_of_the_gravest() -> None:
    box = (100.0, 100.0, 300.0, 130.0)
    found = boxes_on([shown(1, box, severity="medium"), shown(2, box)], PAGE)
    assert [b.label for b in found] == ["▲1 2", ""]
    assert found[0].number == 2


def test_big_lines_become_one_box_and_lines_of_a_paragraph_are_underlined() -> None:
    big = boxes_on([shown(1, (100, 100, 300, 160), (100, 158, 320, 220))], PAGE)
    assert len(big) == 1
    assert not big[0].line
    assert big[0].height > 12
    small = boxes_on([shown(1, (100, 100, 300, 112), (100, 120, 320, 132))], PAGE)
    assert [(b.first, b.line) for b in small] == [(True, True), (False, True)]
