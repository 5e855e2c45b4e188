"""Pages as pictures, made when a report or a screen wants to show where a finding stands."""

from __future__ import annotations

import io
from collections.abc import Iterable

from PIL import Image

from xiaobao.errors import UsageError
from xiaobao.model import PageImage
from xiaobao.ocr.engine import Pixels
from xiaobao.readers.limits import DEFAULT, Limits
from xiaobao.readers.pdfium import LOCK, opened, page_of, rendered
from xiaobao.readers.pictures import frames, picture
from xiaobao.readers.reading import Source, load


def render_pages(
    source: Source, pages: Iterable[int] | None = None, scale: float = 1.5, *, limits: Limits = DEFAULT
) -> list[PageImage]:
    """Return pictures of pages of a PDF or an image file, pages counted from 1, all where none are named.

    scale is in pixels per point for PDF and in pixels per pixel for images, so a box of an anchor times scale lies
    on the picture. Other kinds of file have no pages and give an empty list. Raise UsageError for a page there is not.
    """
    if not 0 < scale <= 8:
        raise UsageError(f"缩放倍数须大于 0 且不超过 8，得到 {scale:g}")
    data, _ = load(source, limits)
    if b"%PDF-" in data[:1024]:
        return _of_pdf(data, pages, scale, limits)
    from xiaobao.readers.pictures import PictureReader

    if PictureReader().score(data, "") > 0:
        return _of_image(data, pages, scale, limits)
    return []


def _of_pdf(data: bytes, pages: Iterable[int] | None, scale: float, limits: Limits) -> list[PageImage]:
    out: list[PageImage] = []
    with LOCK, opened(data) as document:
        for number in _numbers(pages, len(document)):
            with page_of(document, number - 1) as page:
                out.append(_image(rendered(page, scale, limits.max_pixels), number, scale))
    return out


def _of_image(data: bytes, pages: Iterable[int] | None, scale: float, limits: Limits) -> list[PageImage]:
    out: list[PageImage] = []
    for number in _numbers(pages, frames(data)):
        pixels = picture(data, limits.max_pixels, number - 1)
        size = max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale))
        if scale != 1.0:
            import numpy as np

            pixels = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS), dtype=np.uint8)
        out.append(_image(pixels, number, scale))
    return out


def _numbers(pages: Iterable[int] | None, count: int) -> list[int]:
    if pages is None:
        return list(range(1, count + 1))
    numbers = list(pages)
    for number in numbers:
        if not 1 <= number <= count:
            raise UsageError(f"没有第 {number} 页，文件共 {count} 页")
    return numbers


def _image(pixels: Pixels, number: int, scale: float) -> PageImage:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format="PNG", compress_level=4)
    return PageImage(number, out.getvalue(), pixels.shape[1], pixels.shape[0], scale)
