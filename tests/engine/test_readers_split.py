"""Files cut into pages, each a file of its own that the readers read."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from xiaobao.errors import UnreadableFile
from xiaobao.readers import read, render_pages
from xiaobao.readers.split import page_count, single_page, single_pages


def made(kind: str, *sizes: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    pages = [Image.new("RGB", size, "white") for size in sizes]
    pages[0].save(out, kind, save_all=True, append_images=pages[1:])
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PDF", "TIFF"])
def test_every_page_is_a_file_of_its_own(kind: str) -> None:
    whole = made(kind, (100, 200), (300, 100), (50, 60))
    assert page_count(whole) == 3
    shapes = []
    for page in single_pages(whole):
        assert page_count(page) == 1
        picture = render_pages(page, [1], 1.0)[0]
        shapes.append(picture.width > picture.height)
    assert shapes == [False, True, False]


def test_a_picture_of_one_page_stays_as_it_is_and_other_files_have_none() -> None:
    picture = made("PNG", (40, 40))
    assert list(single_pages(picture)) == [picture]
    assert page_count("普通文字".encode()) == 0
    assert list(single_pages("普通文字".encode())) == []


def test_the_text_of_a_page_stays_text() -> None:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for words in ("first page here", "second page here"):
        canvas.drawString(72, 700, words)
        canvas.showPage()
    canvas.save()
    second = read(single_page(out.getvalue(), 2), ocr=None)
    assert [passage.text for passage in second.passages] == ["second page here"]


@pytest.mark.parametrize("data", [made("PDF", (10, 10)), made("TIFF", (10, 10), (10, 10))])
@pytest.mark.parametrize("page", [0, 5])
def test_a_page_that_is_not_there_is_refused(data: bytes, page: int) -> None:
    with pytest.raises(UnreadableFile):
        single_page(data, page)


def test_broken_files_are_refused() -> None:
    with pytest.raises(UnreadableFile):
        page_count(b"%PDF-1.4 broken")
