"""Pictures drawn for tests, and bytes as uploads."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw


def picture(
    mark: tuple[int, int, int, int] | None = None, *, shade: int = 40, size: tuple[int, int] = (360, 480)
) -> bytes:
    """Return a poster-like PNG; mark adds a dark rectangle."""
    image = Image.new("RGB", size, (250, 245, 235))
    pen = ImageDraw.Draw(image)
    for i in range(6):
        pen.rectangle((30, 40 + i * 60, 30 + 40 * (i + 1), 70 + i * 60), fill=(shade * i % 255, 90, 180 - 20 * i))
    pen.ellipse((220, 300, 330, 410), fill=(200, 60, 50))
    if mark:
        pen.rectangle(mark, fill=(10, 10, 10))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def upload(data: bytes, name: str = "海报.png", kind: str = "image/png") -> SimpleUploadedFile:
    """Return bytes as an uploaded file."""
    return SimpleUploadedFile(name, data, kind)
