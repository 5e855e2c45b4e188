"""Files of any kind to materials: anchored passages, and what could not be read."""

from xiaobao.prominence import Prominence, prominence, relative_size
from xiaobao.readers.limits import Limits
from xiaobao.readers.pages import render_pages
from xiaobao.readers.reading import read
from xiaobao.readers.registry import Reader, reader

__all__ = ["Limits", "Prominence", "Reader", "prominence", "read", "reader", "relative_size", "render_pages"]
