"""Read text from pictures: one interface for engines, several passes over each picture."""

from xiaobao.ocr.cache import CachedEngine
from xiaobao.ocr.engine import OcrEngine, OcrLine, as_pixels
from xiaobao.ocr.passes import PictureReading, read_picture
from xiaobao.ocr.rapid import RapidEngine, default_engine

__all__ = [
    "CachedEngine",
    "OcrEngine",
    "OcrLine",
    "PictureReading",
    "RapidEngine",
    "as_pixels",
    "default_engine",
    "read_picture",
]
