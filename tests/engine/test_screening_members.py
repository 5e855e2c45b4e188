"""Archives: each file in one is judged as if it had come alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from xiaobao.model import Finding, Material
from xiaobao.readers import read
from xiaobao.report.session import Result
from xiaobao.report.view import item
from xiaobao.screening.screen import Screener

SAMPLES = Path(__file__).parents[2] / "samples"
MEMBERS = {
    "录音/销售.txt": "sales-call.txt",
    "短信.xlsx": "marketing-sms.xlsx",
    "深.zip/话术.docx": "sales-script.docx",
}


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def screener() -> Screener:
    return Screener()


@pytest.fixture(scope="module")
def archive() -> Material:
    inner = zipped(**{"话术.docx": (SAMPLES / "sales-script.docx").read_bytes()})
    plain = {name: (SAMPLES / file).read_bytes() for name, file in MEMBERS.items() if ".zip/" not in name}
    return read(zipped(**plain, **{"深.zip": inner}), ocr=None)


def told(finding: Finding) -> tuple[str, str, str]:
    return finding.rule, finding.decision, finding.text


def test_each_file_is_judged_as_if_alone(screener: Screener, archive: Material) -> None:
    verdict = screener.screen(archive)
    for member, file in MEMBERS.items():
        alone = screener.screen(read(SAMPLES / file, ocr=None)).findings
        assert alone
        assert [told(f) for f in verdict.findings if f.anchor.member == member] == [told(f) for f in alone]


def test_words_stand_where_the_archive_says(screener: Screener, archive: Material) -> None:
    placed = [f for f in screener.screen(archive).findings if f.start is not None]
    assert placed
    assert not archive.is_dialogue
    for finding in placed:
        assert archive.text[finding.start : finding.end] == finding.text
        assert {anchor.member for anchor in finding.boxes} <= {finding.anchor.member}
        for proof in finding.evidence:
            if proof.kind == "words" and proof.start is not None:
                assert finding.start <= proof.start


def test_a_warning_in_one_file_is_none_in_another(screener: Screener) -> None:
    offer = "安禾添利60天，业绩比较基准2.5%-3.0%，一元起购，每周二开放，手机银行搜“安禾”立即购买"
    bare, warned = offer.encode(), f"{offer}。理财非存款，产品有风险，投资须谨慎".encode()
    material = read(zipped(**{"甲.txt": bare, "乙.txt": warned, "丙.txt": bare}))
    verdict = screener.screen(material)
    missing = [f for f in verdict.findings if f.rule == "wealth/risk_warning_missing"]
    assert [f.anchor.member for f in missing] == ["甲.txt", "丙.txt"]
    shown = item(Result(1, "z", material, verdict), 1).findings
    assert len([s for s in shown if s.start is None]) == len([f for f in verdict.findings if f.start is None])
