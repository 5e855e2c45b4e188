"""Pages of files as pictures, a few at a time, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xiaobao.model import PageImage

PDF_SCALE = 1.5
"""Pixels per point: A4 becomes about 890 × 1260."""
LONGEST = 2400
"""Pixels of a picture's longer side as it is shown; larger ones are made smaller."""
MOST = 300
"""Pages that are drawn; later ones are read and screened, and shown as text."""
AT_ONCE = 4


def pictures_of(data: bytes) -> Iterator[PageImage]:
    """Yield the pages of a PDF or picture as PNG, at most MOST; nothing for other kinds of file."""
    from xiaobao.readers import render_pages

    count, scale = _shape(data)
    for begin in range(1, min(count, MOST) + 1, AT_ONCE):
        yield from render_pages(data, range(begin, min(begin + AT_ONCE, count + 1, MOST + 1)), scale)


def first_picture(data: bytes) -> PageImage | None:
    """Return the first page of a PDF or picture, None for other kinds of file."""
    from xiaobao.readers import render_pages

    count, scale = _shape(data)
    return next(iter(render_pages(data, [1], scale)), None) if count else None


def _shape(data: bytes) -> tuple[int, float]:
    """Return how many pages there are and at which scale to draw them."""
    from xiaobao.readers.pdfium import LOCK, opened
    from xiaobao.readers.pictures import PictureReader, frames, picture

    if b"%PDF-" in data[:1024]:
        with LOCK, opened(data) as document:
            return len(document), PDF_SCALE
    if PictureReader().score(data, "") > 0:
        from xiaobao.readers.limits import DEFAULT

        longest = max(picture(data, DEFAULT.max_pixels).shape[:2])
        return frames(data), min(1.0, LONGEST / longest)
    return 0, 1.0
