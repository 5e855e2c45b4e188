"""How posters and long contracts are measured: what is right, what is wrong, what counts as left out."""

from __future__ import annotations

from typing import Any

import pytest
from evaluation import documents, documents_made

LINES = ["第一条 借款金额以借据为准。", "第二条 利率由我行随时调整，不另行通知。", "第三条 争议向法院起诉。"]
ROW: dict[str, Any] = {
    "marks": [{"text": "随时调整，不另行通知", "fault": "单方变更"}],
    "omits": [{"word": "年化", "fault": "没有年化利率"}],
}


def found(text: str, message: str = "") -> dict[str, Any]:
    return {"text": text, "title": "", "message": message, "rule": "r", "decision": "review"}


def test_a_finding_is_right_in_the_paragraph_of_a_fault_however_its_lines_are_broken() -> None:
    told = documents._compared(ROW, LINES, [found("利率由我行\n随时调整"), found("第一条 借款金额")])
    assert [finding["text"] for finding in told["wrong"]] == ["第一条 借款金额"]
    assert told["missed"] == ["没有年化利率"]


def test_what_is_left_out_is_found_by_what_a_finding_says() -> None:
    assert documents._compared(ROW, LINES, [found("", "没有写明年化利率")])["missed"] == ["单方变更"]


def test_misread_signs_of_a_picture_are_placed_where_most_of_them_stand() -> None:
    assert documents._compared(ROW, LINES, [found("利宰由我行随时凋整")])["missed"] == ["没有年化利率"]
    assert len(documents._compared(ROW, LINES, [found("毫不相干的一句话")])["wrong"]) == 1


@pytest.mark.parametrize("name", ["labels", "unseen", "later"])
def test_every_fault_stands_in_its_document_and_contracts_have_some_forty_pages(name: str) -> None:
    import pypdfium2

    for row in documents_made.rows_of(documents_made.FOLDER / f"{name}.jsonl"):
        text = documents_made.source_of(documents._text_of(row), documents_made.FOLDER)
        assert all(mark["text"] in text for mark in row["marks"]), row["file"]
        assert row["kind"] == "contract" or (documents_made.FOLDER / row["file"]).exists()
        if row["kind"] == "contract":
            made = documents_made.contract(row, documents_made.FOLDER)
            assert (30 if name != "later" else 8) <= len(pypdfium2.PdfDocument(made)) <= 45, row["file"]


def test_a_plan_of_instalments_pays_everything_back() -> None:
    rows = documents_made.schedule(200_000, 60, 3.85)[1:]
    assert len(rows) == 60
    assert rows[-1][-1] == "0.00"
    assert abs(sum(float(row[1].replace(",", "")) for row in rows) - 200_000) < 1
