"""Drawings in SVG: the text they carry; outlines and embedded pictures are told as unread."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from xiaobao.errors import LimitExceeded
from xiaobao.model import Anchor
from xiaobao.readers.draft import Draft
from xiaobao.readers.encoding import encoding_of
from xiaobao.readers.html import NESTING, nesting
from xiaobao.readers.registry import reader, suffix_of
from xiaobao.readers.txt import decoded_text

_OPENING = re.compile(
    rb"^\s{0,4000}(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--[^>]{0,2000}-->\s{0,200}){0,5}"
    rb"(?:<!doctype\s+svg[^>]{0,1000}>\s{0,200})?<svg[\s>]",
    re.I,
)
_EMPTY = re.compile(r"<[^<>]{0,100000}/>")
_SPACE = re.compile(r"\s+")


@reader
class DrawingReader:
    """Read the text of an SVG drawing, a passage a text element."""

    media_types = ("image/svg+xml",)
    suffixes = (".svg",)

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is an SVG drawing."""
        if encoding_of(data) is None:
            return 0.0
        head = data[:8192].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
        if _OPENING.match(head):
            return 0.95
        return 0.8 if suffix_of(name) in self.suffixes and b"<svg" in head else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Put the text elements into the draft, in the order of the drawing."""
        text = decoded_text(data, draft).text.replace("\0", "")
        if nesting(_EMPTY.sub("", text)) > NESTING:
            raise LimitExceeded(f"图形标签嵌套超过 {NESTING} 层的上限")
        tree = LexborHTMLParser(text)
        for number, node in enumerate(tree.css("svg text, svg foreignObject"), 1):
            words = _words(node)
            if words:
                draft.add(words, Anchor(paragraph=number))
        if tree.css_first("svg path, svg image, svg polygon, svg use") is not None:
            draft.issue("read.drawing", "SVG 图片只读取了其中的文字；图形、转成轮廓的字和内嵌图片没有读取，请对照原图")


def _words(node: LexborNode) -> str:
    return _SPACE.sub(" ", node.text(deep=True)).strip()
