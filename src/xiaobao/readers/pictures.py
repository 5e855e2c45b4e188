"""Pictures: decoded with care, turned by their EXIF, read through OCR."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageFile, ImageOps, ImageSequence, UnidentifiedImageError

from xiaobao.errors import LimitExceeded, UnreadableFile
from xiaobao.model import Anchor, Box
from xiaobao.ocr import OcrLine, as_pixels, read_picture
from xiaobao.ocr.engine import Pixels
from xiaobao.readers.draft import Draft
from xiaobao.readers.registry import reader

LOW_CONFIDENCE = 0.8
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")
PLACE = Callable[[OcrLine], Anchor]

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
)


@reader
class PictureReader:
    """Read png, jpg, webp, tiff, bmp and the first frame of gif."""

    media_types = ("image/png", "image/jpeg", "image/webp", "image/tiff", "image/bmp", "image/gif")
    suffixes = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".gif")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a picture."""
        kind = _kind(data)
        if kind == "image/bmp":
            # "BM" may begin a text; a bitmap holds zero bytes in its head.
            return 0.9 if len(data) > 30 and data[6:10] == b"\0\0\0\0" else 0.0
        return 0.95 if kind else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Put the lines of every page of the picture into the draft."""
        draft.facts["media_type"] = _kind(data) or "image/png"
        count = frames(data)
        for index in range(min(count, draft.limits.max_pages)):
            draft.tick()
            page = index + 1 if count > 1 else None
            if page is None:
                pixels = picture(data, draft.limits.max_pixels)
                draft.facts["width"], draft.facts["height"] = pixels.shape[1], pixels.shape[0]
                read_pixels(pixels, draft, lambda line: Anchor(box=line.box, scale=1.0), Anchor())
                continue
            with draft.step("read.page_failed", f"第 {page} 页", Anchor(page=page)):
                pixels = picture(data, draft.limits.max_pixels, index)
                read_pixels(pixels, draft, _on_page(page), Anchor(page=page))
        if count > draft.limits.max_pages:
            draft.issue("read.truncated", f"共 {count} 页，超过 {draft.limits.max_pages} 页的上限，其后未读取")


def _on_page(page: int) -> PLACE:
    return lambda line: Anchor(page=page, box=line.box, scale=1.0)


def read_pixels(pixels: Pixels, draft: Draft, place: PLACE, where: Anchor) -> int:
    """Read a picture through OCR into the draft; return how many lines it gave. What stays unread is an issue."""
    if draft.ocr is None:
        draft.issue("read.ocr_missing", "图片中的文字未读取：未安装或未启用文字识别", where)
        return 0
    seconds = min(draft.limits.ocr_seconds, draft.seconds_left())
    reading = read_picture(draft.ocr, pixels, seconds=seconds)
    for line in reading.lines:
        anchor = place(line)
        if line.score < LOW_CONFIDENCE:
            shown = f"识别把握仅 {line.score:.0%}，请核对原图：{line.text[:30]}"
            draft.issue("read.low_confidence", shown, anchor)
        draft.add(line.text, anchor, confidence=round(line.score, 4), size=round(line.size, 1), marks=line.marks)
    if reading.turns:
        draft.issue("read.rotated", f"图片方向不正，已顺时针转 {reading.turns * 90} 度后识别", where)
    if not reading.complete:
        draft.issue("read.truncated", f"图片识别超过 {seconds:g} 秒，可能有文字未读到", where)
    elif not reading.lines:
        said = "图片为空白，没有文字" if reading.blank else "图片有内容，但没有识别出任何文字，请人工查看"
        draft.issue("read.blank" if reading.blank else "read.nothing_found", said, where)
    return len(reading.lines)


def scaled_line(line: OcrLine, factor: float) -> OcrLine:
    """Return a line with its box and size multiplied by a factor."""
    x0, y0, x1, y1 = line.box
    box: Box = (x0 * factor, y0 * factor, x1 * factor, y1 * factor)
    return line.moved(box, 1 / factor)


def frames(data: bytes) -> int:
    """Return how many pages a picture has; animations count as one."""
    with _opened(data) as image:
        return int(getattr(image, "n_frames", 1)) if image.format == "TIFF" else 1


def picture(data: bytes, max_pixels: int, frame: int = 0) -> Pixels:
    """Return a picture as RGB pixels: upright by EXIF, transparency on white, 16 bits brought to 8."""
    with _opened(data) as image:
        if image.width * image.height > max_pixels:
            raise LimitExceeded(f"图片有 {image.width}×{image.height} 像素，超过 {max_pixels} 像素的上限")
        if frame:
            image = ImageSequence.Iterator(image)[frame]
        try:
            image.load()
            image = ImageOps.exif_transpose(image) or image
        except (OSError, SyntaxError, ValueError, IndexError, EOFError, TypeError, MemoryError, KeyError) as error:
            raise UnreadableFile("图片损坏或不完整，无法解码") from error
        return _rgb(image)


def _rgb(image: Image.Image) -> Pixels:
    if image.mode.startswith("I") or image.mode == "F":
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        top = float(values.max()) if values.size else 0.0
        scale = 257.0 if image.mode.startswith("I;16") or top > 255 else 1.0
        return as_pixels(np.clip(values / scale, 0, 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        return as_pixels(_on_ground(image, ground))
    return as_pixels(image.convert("RGB"))


def _on_ground(image: Image.Image, ground: Image.Image) -> Image.Image:
    """Lay a transparent picture on white, or on grey where it would vanish on white."""
    alpha = np.asarray(image)[:, :, 3]
    colours = np.asarray(image)[:, :, :3][alpha > 128]
    if colours.size and float(colours.mean()) > 235 and float((alpha < 128).mean()) > 0.3:
        ground = Image.new("RGBA", image.size, (70, 70, 70, 255))
    return Image.alpha_composite(ground, image).convert("RGB")


class _opened:
    """Open a picture from bytes, warnings and library errors turned into ours, and close it."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __enter__(self) -> Image.Image:
        self._caught = warnings.catch_warnings()
        self._caught.__enter__()
        warnings.simplefilter("ignore")
        self._image: Image.Image | None = None
        try:
            self._image = Image.open(io.BytesIO(self._data), formats=FORMATS)
        except Image.DecompressionBombError as error:
            self._caught.__exit__(None, None, None)
            raise LimitExceeded("图片像素过多，疑似解压炸弹") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, TypeError, KeyError) as error:
            self._caught.__exit__(None, None, None)
            raise UnreadableFile("图片损坏或格式有误，无法解码") from error
        return self._image

    def __exit__(self, *_: object) -> None:
        if self._image is not None:
            self._image.close()
        self._caught.__exit__(None, None, None)


def _kind(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in _SIGNS if data.startswith(sign)), "")


ImageFile.LOAD_TRUNCATED_IMAGES = False
