"""Every sample is read, and every planted quotation stands in what was read."""

from __future__ import annotations

import re
import unicodedata

import pytest
from planted import SAMPLES, faults

from xiaobao.model import Material
from xiaobao.readers import read

SCAN = "scanned-authorisation.pdf"
NAMES = sorted({fault.sample for fault in faults()} - {SCAN})


def squeezed(text: str) -> str:
    return re.sub(r"[\s，,。：:、！!]", "", unicodedata.normalize("NFKC", text))


def quotations(sample: str) -> list[str]:
    return [fault.words for fault in faults() if fault.sample == sample and fault.words]


def missing(material: Material, sample: str) -> list[str]:
    text = squeezed(material.text)
    return [words for words in quotations(sample) if squeezed(words) not in text]


@pytest.mark.parametrize("name", NAMES)
def test_planted_quotations_are_read(name: str) -> None:
    assert len(quotations(name)) >= 8
    assert missing(read(SAMPLES / name), name) == []


@pytest.mark.slow
def test_planted_quotations_are_read_from_the_scan() -> None:
    material = read(SAMPLES / SCAN)
    assert {passage.anchor.page for passage in material.passages} == {1, 2, 3}
    assert len(quotations(SCAN)) >= 8
    assert missing(material, SCAN) == []


@pytest.mark.parametrize("name", ["service-chat.txt", "collection-call.txt", "sales-call.txt"])
def test_dialogues_are_read_as_turns(name: str) -> None:
    material = read(SAMPLES / name)
    assert material.is_dialogue
    assert {"agent", "customer"} <= {passage.anchor.speaker for passage in material.passages}


def test_the_script_keeps_footnote_text_box_and_both_sides_of_the_change() -> None:
    material = read(SAMPLES / "sales-script.docx")
    parts = {passage.anchor.part for passage in material.passages}
    marks = {mark for passage in material.passages for mark in passage.marks}
    assert {"footnote", "textbox", "deleted"} <= parts
    assert {"struck", "inserted"} <= marks


def test_the_page_marks_tiny_words_and_reports_the_hidden_ones() -> None:
    material = read(SAMPLES / "landing-page.html")
    fee = next(passage for passage in material.passages if "会员费每月" in passage.text)
    assert {"tiny", "pale"} <= fee.marks
    assert any(issue.code == "read.hidden_text" for issue in material.issues)
    assert "通讯录里的亲友" not in material.text
