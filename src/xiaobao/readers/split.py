"""A file cut into its pages, each a file of its own, so that a long one is read page by page."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pypdfium2 as pdfium
from PIL import Image

from xiaobao.errors import UnreadableFile
from xiaobao.readers.limits import DEFAULT, Limits
from xiaobao.readers.pdfium import LOCK, opened
from xiaobao.readers.pictures import PictureReader, frames, picture
from xiaobao.readers.reading import Source, load


def page_count(source: Source, *, limits: Limits = DEFAULT) -> int:
    """Return how many pages a PDF or a picture file has, 0 for any other kind; raise UnreadableFile."""
    data, _cut = load(source, limits)
    if b"%PDF-" in data[:1024]:
        with LOCK, opened(data) as document:
            return len(document)
    return frames(data) if PictureReader().score(data, "") > 0 else 0


def single_page(source: Source, page: int, *, limits: Limits = DEFAULT) -> bytes:
    """Return one page (from 1) of a PDF or a picture file as a file: a PDF, or an upright PNG where there are several.

    A picture of one page is returned as it is. Raise UnreadableFile for a page that is broken or not there.
    """
    data, _cut = load(source, limits)
    if b"%PDF-" in data[:1024]:
        return _pdf_page(data, page)
    if not 1 <= page <= frames(data):
        raise UnreadableFile(f"没有第 {page} 页")
    return data if frames(data) == 1 else _frame(data, page, limits)


def single_pages(source: Source, *, limits: Limits = DEFAULT) -> Iterator[bytes]:
    """Yield the pages of a PDF or a picture file, at most limits.max_pages, as `single_page` returns them."""
    for page in range(1, min(page_count(source, limits=limits), limits.max_pages) + 1):
        yield single_page(source, page, limits=limits)


def _pdf_page(data: bytes, page: int) -> bytes:
    out = io.BytesIO()
    with LOCK, opened(data) as document:
        alone = pdfium.PdfDocument.new()
        try:
            alone.import_pages(document, [page - 1])
            alone.save(out)
        except (pdfium.PdfiumError, IndexError) as error:
            raise UnreadableFile(f"第 {page} 页损坏，无法读取") from error
        finally:
            alone.close()
    return out.getvalue()


def _frame(data: bytes, page: int, limits: Limits) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture(data, limits.max_pixels, page - 1)).save(out, format="PNG", compress_level=1)
    return out.getvalue()
