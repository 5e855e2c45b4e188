"""Pictures of the pages that findings stand on, small enough to be carried inside a report."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from dataclasses import dataclass

from xiaobao.errors import XiaobaoError
from xiaobao.model import Box, PageImage
from xiaobao.report.view import Item

WIDTH = 1100
"""Pixels of a picture's width at most; taller ones are kept, for posters are long."""
PDF_SCALE = 1.5
PAGES = 40
"""Pages shown of one material at most."""
BYTES = 24 * 1024 * 1024
"""Bytes of all pictures of one report at most."""


@dataclass(frozen=True)
class Picture:
    """A page as JPEG with its size in pixels and in the units of its boxes."""

    page: int
    jpeg: bytes
    width: int
    height: int
    units: tuple[float, float]

    @property
    def uri(self) -> str:
        """Return the picture as a data URI."""
        return "data:image/jpeg;base64," + base64.b64encode(self.jpeg).decode("ascii")

    def share(self, box: Box) -> tuple[float, float, float, float]:
        """Return left, top, width and height of a box in percent of the page, a little wider than the words."""
        width, height = self.units
        pad = min(0.12 * min(box[3] - box[1], box[2] - box[0]), 0.004 * min(self.units))
        x0, y0 = max(0.0, box[0] - pad), max(0.0, box[1] - pad)
        x1, y1 = min(width, box[2] + pad), min(height, box[3] + pad)
        parts = (x0 / width, y0 / height, max(0.0, x1 - x0) / width, max(0.0, y1 - y0) / height)
        left, top, wide, high = (round(100 * part, 3) for part in parts)
        return left, top, wide, high


@dataclass
class Budget:
    """How many bytes of pictures a report may still carry."""

    left: int = BYTES


def has_pages(item: Item) -> bool:
    """Tell whether a material is a file whose pages can be shown as pictures."""
    result = item.result
    if result is None or result.path is None or result.material is None:
        return False
    kind = result.material.media_type
    return kind == "application/pdf" or (kind.startswith("image/") and kind != "image/svg+xml")


def pictures(item: Item, budget: Budget) -> tuple[list[Picture], str]:
    """Return the pages with findings as pictures and a sentence on what is not shown; nothing without findings."""
    if not has_pages(item) or not item.findings:
        return [], ""
    wanted = sorted({mark.page for shown in item.findings for mark in shown.marks}) or [1]
    out: list[Picture] = []
    try:
        for page in _rendered(item, wanted[:PAGES]):
            if len(page.jpeg) > budget.left:
                break
            budget.left -= len(page.jpeg)
            out.append(page)
    except (XiaobaoError, OSError, ValueError, MemoryError) as error:
        said = error.message if isinstance(error, XiaobaoError) else type(error).__name__
        return out, f"有的页面图片未能附上：{said}"
    if len(out) < len(wanted):
        return out, f"有问题的页面共 {len(wanted)} 页，为控制报告大小，只附上前 {len(out)} 页的图片"
    return out, ""


def _rendered(item: Item, wanted: list[int]) -> Iterator[Picture]:
    from xiaobao.readers import render_pages

    result = item.result
    if result is None or result.path is None or result.material is None:
        return
    scale = PDF_SCALE
    if result.material.media_type.startswith("image/"):
        width = result.material.facts.get("width")
        scale = min(1.0, WIDTH / width) if isinstance(width, int) and width else 1.0
    for number in wanted:
        for page in render_pages(result.path, [number], scale):
            yield _small(page)


def _small(page: PageImage) -> Picture:
    from PIL import Image

    with Image.open(io.BytesIO(page.png)) as opened:
        image = opened.convert("RGB")
    if image.width > WIDTH:
        size = (WIDTH, max(1, round(image.height * WIDTH / image.width)))
        image = image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    image.save(out, format="JPEG", quality=80, optimize=True)
    units = (page.width / page.scale, page.height / page.scale)
    return Picture(page.page, out.getvalue(), image.width, image.height, units)
