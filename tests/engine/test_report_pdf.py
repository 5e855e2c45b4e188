"""The PDF report: Chinese can be extracted, originals are marked and disarmed, what cannot be marked is told."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from planted import SAMPLES
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import DictionaryObject, NameObject, RectangleObject, TextStringObject
from report_rules import write_rules
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas

from xiaobao.model import Anchor, Material, Passage
from xiaobao.report.pdf import report
from xiaobao.report.session import Result, Session, Setup


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return Session(Setup(write_rules(tmp_path_factory.mktemp("rules")), judge=False))


def written(path: Path, rotate: int = 0) -> Path:
    """Write a PDF of two pages, the second with a promise 100 points below its top."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    pen = canvas.Canvas(str(path), pagesize=(400, 600))
    pen.setFont("STSong-Light", 14)
    pen.drawString(50, 500, "第一页天气很好，适合出门")
    pen.showPage()
    pen.setFont("STSong-Light", 14)
    if rotate:
        pen.setPageRotation(rotate)
    pen.drawString(50, 500, "本产品保本保收益")
    pen.save()
    return path


def made(session: Session, *results: Result) -> PdfReader:
    return PdfReader(io.BytesIO(report(list(results), rules=session.rules, judged=False)))


def text_of(reader: PdfReader) -> str:
    return "".join(page.extract_text() for page in reader.pages).replace("\n", "")


def read(session: Session, path: Path) -> Result:
    return session.run([(1, str(path), str(path))])[0]


def notes_of(reader: PdfReader) -> list[tuple[int, dict[str, object]]]:
    return [(i, a.get_object()) for i, page in enumerate(reader.pages) for a in page.get("/Annots", [])]


def test_chinese_can_be_extracted(session: Session) -> None:
    results = session.run([(1, "短信", {"text": "本产品保本保收益，放心买"}), (2, "好", {"text": "天气很好"})])
    text = text_of(made(session, *results))
    remedy = "建议改为：产品不保证本金和收益"
    for expected in ("2 份材料中 1 份有违规", "承诺保本保收益", "《中华人民共和国广告法》", remedy, "未发现问题"):
        assert expected in text


def test_the_original_pages_come_marked_with_a_note_on_the_words(session: Session, tmp_path: Path) -> None:
    reader = made(session, read(session, written(tmp_path / "a.pdf")))
    (page, note), = notes_of(reader)
    assert page == 2
    assert note["/Subtype"] == "/Highlight"
    assert "承诺保本保收益" in str(note["/Contents"])
    left, bottom, right, top = (float(v) for v in note["/Rect"])
    assert 50 <= left < right <= 165
    assert 490 < bottom < 505 < top < 520
    assert "第一页天气很好" in reader.pages[1].extract_text()


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_marks_lie_on_the_words_of_turned_pages(session: Session, tmp_path: Path, rotate: int) -> None:
    (_, note), = notes_of(made(session, read(session, written(tmp_path / "a.pdf", rotate))))
    left, bottom, right, top = (float(v) for v in note["/Rect"])
    assert left >= 45
    assert right <= 170
    assert 485 < bottom < 505 < top < 520


def test_what_acts_by_itself_is_left_behind(session: Session, tmp_path: Path) -> None:
    source = PdfReader(written(tmp_path / "a.pdf"))
    writer = PdfWriter(clone_from=source)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert(1)")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): DictionaryObject(script)})
    writer.add_attachment("x.exe", b"MZ")
    writer.add_annotation(1, Link(rect=RectangleObject((0, 0, 9, 9)), url="https://example.com/"))
    with (tmp_path / "b.pdf").open("wb") as fp:
        writer.write(fp)
    data = report([read(session, tmp_path / "b.pdf")], rules=2, judged=False)
    reader = PdfReader(io.BytesIO(data))
    assert [note["/Subtype"] for _, note in notes_of(reader)] == ["/Highlight"]
    assert not {"/JavaScript", "/EmbeddedFiles"} & set(reader.trailer["/Root"].get("/Names", {}))
    assert "/OpenAction" not in reader.trailer["/Root"]
    assert b"app.alert" not in data


def test_a_protected_original_is_shown_as_pictures_and_it_says_so(session: Session, tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(written(tmp_path / "a.pdf")))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    with (tmp_path / "b.pdf").open("wb") as fp:
        writer.write(fp)
    reader = made(session, read(session, tmp_path / "b.pdf"))
    assert notes_of(reader) == []
    assert "原文件不便加注（文件有权限保护），改附页面图片" in text_of(reader)
    assert any(page.images for page in reader.pages)


def test_an_encrypted_or_broken_file_is_an_error_in_the_report(session: Session, tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=PdfReader(written(tmp_path / "a.pdf")))
    writer.encrypt("secret", algorithm="RC4-128")
    with (tmp_path / "b.pdf").open("wb") as fp:
        writer.write(fp)
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7\nnothing")
    results = [read(session, tmp_path / name) for name in ("b.pdf", "c.pdf")]
    assert all(result.error is not None for result in results)
    assert text_of(made(session, *results)).count("无法读取") >= 2


def test_a_poster_comes_as_a_picture_and_a_table_as_text(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    Image.new("RGB", (600, 900), "white").save(path)
    passage = Passage("今天开始保本保收益", Anchor(box=(60, 100, 540, 140), scale=1.0))
    material = Material(str(path), (passage,), "image/png", facts={"width": 600, "height": 900})
    poster = Result(1, str(path), material, session.screener.screen(material), path=str(path))
    reader = made(session, poster, replace(read(session, SAMPLES / "sales-call.txt"), number=2))
    assert sum(len(page.images) for page in reader.pages) == 1
    assert "00:36 坐席" in text_of(reader)
    assert [entry.title for entry in reader.outline] == [f"{path}（违规）", f"{SAMPLES / 'sales-call.txt'}（违规）"]


def test_markup_emoji_and_endless_lines_do_no_harm(session: Session) -> None:
    text = "<b>&lt;保本保收益</para>😀\x00" + "长" * 20_000
    reader = made(session, session.run([(1, "<i>名</b>", {"text": text})])[0])
    assert "<b>&lt;保本保收益</para>" in text_of(reader)
