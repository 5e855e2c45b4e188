"""Web pages and mail bodies: the text an eye sees, alternative text apart, tiny and pale print marked."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, replace
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from xiaobao.errors import LimitExceeded
from xiaobao.model import Anchor
from xiaobao.readers.appearance import TINY_PIXELS, Rgb, is_pale
from xiaobao.readers.draft import Draft
from xiaobao.readers.encoding import encoding_of
from xiaobao.readers.pagestyle import Rules, Shown, styled
from xiaobao.readers.registry import reader, suffix_of
from xiaobao.readers.txt import decoded_text

_CHARSET = re.compile(rb"charset\s{0,4}=\s{0,4}[\"']?\s{0,4}([A-Za-z0-9_\-]{2,20})", re.I)
_OPENING = re.compile(
    rb"^\s{0,4000}(?:<\?xml[^>]{0,200}>\s{0,200})?(?:<!--[^>]{0,2000}-->\s{0,200}){0,5}"
    rb"<(?:!doctype\s+html|html|head|body)[\s>]",
    re.I,
)
_TAGS = re.compile(rb"<(?:div|p|span|table|a|br|img|h[1-6]|ul|li|meta|style)\b[^<>]{0,500}>", re.I)
_NEVER = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "canvas",
        "video",
        "audio",
        "datalist",
        "head",
    ]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "q",
        "rp",
        "ruby",
        "rt",
        "s",
        "samp",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "del",
        "strike",
        "nobr",
    ]
)
_SPACES = re.compile(r"[ \t\r\n\f]+")
_DATA = re.compile(r"data:image/[a-z+.\-]{2,20};base64,", re.I)
DEPTH = 2_000
NESTING = 5_000
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,30})")
_VOID = "area base br col embed hr img input link meta source track wbr"
_SELF_CLOSING = "p li dt dd td th tr tbody option rt rp html head body"
_CLOSED_BY_ITSELF = frozenset([*_VOID.split(), *_SELF_CLOSING.split()])
PICTURES = 20


@reader
class PageReader:
    """Read html, xhtml and fragments of them."""

    media_types = ("text/html",)
    suffixes = (".html", ".htm", ".xhtml")

    def score(self, data: bytes, name: str) -> float:
        """Return how surely the content is a web page."""
        head = data[:8192].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
        named = suffix_of(name) in self.suffixes
        if encoding_of(data, _declared(data)) is None:
            return 0.0
        if _OPENING.match(head):
            return 0.9
        tags = len(_TAGS.findall(head))
        return 0.8 if named and tags else 0.7 if tags >= 3 and head.lstrip().startswith(b"<") else 0.0

    def read(self, data: bytes, draft: Draft) -> None:
        """Put the blocks of the page into the draft."""
        text = decoded_text(data, draft, _declared(data)).text.replace("\0", "")
        if nesting(text) > NESTING:
            raise LimitExceeded(f"网页标签嵌套超过 {NESTING} 层的上限")
        _Page(LexborHTMLParser(text), draft).read()


def _declared(data: bytes) -> str | None:
    found = _CHARSET.search(data[:4096])
    return found[1].decode("ascii") if found else None


def nesting(text: str) -> int:
    """Return how deep open tags stand in each other; the parser's time grows with the square of it."""
    depth = most = 0
    for match in _TAG.finditer(text):
        if match[2].lower() in _CLOSED_BY_ITSELF:
            continue
        depth = max(0, depth - 1) if match[1] else depth + 1
        most = max(most, depth)
    return most


@dataclass
class _Buffer:
    text: list[str]
    shown: Shown
    part: str | None


class _Page:
    def __init__(self, tree: Any, draft: Draft) -> None:
        self.tree, self.draft = tree, draft
        self.rules = Rules(tree, draft)
        self.buffer: _Buffer | None = None
        self.paragraph = self.hidden = self.outer = self.pictures = 0

    def read(self) -> None:
        """Walk the page without recursion, for pages nest as deep as their writers like."""
        title = self.tree.css_first("title")
        if title is not None:
            self.draft.add(title.text(), Anchor(part="title"))
        root = self.tree.body or self.tree.root
        if root is None:
            return
        self._walk(root)
        self._flush()
        if self.hidden:
            self.draft.facts["hidden_characters"] = self.hidden
            said = f"网页中有 {self.hidden} 个字符被隐藏，读者看不到，未作为正文读取"
            self.draft.issue("read.hidden_text", said)
        if self.outer:
            said = f"网页引用了 {self.outer} 幅未随文件提供的图片，其中的文字未读取"
            self.draft.issue("read.external_image", said)

    def _walk(self, root: Any) -> None:
        stack: list[tuple[Any, Shown, int]] = [(root, Shown(), 0)]
        count = 0
        while stack:
            node, shown, depth = stack.pop()
            count += 1
            if count % 256 == 0:
                self.draft.tick()
            if node is None:
                self._flush()
                continue
            tag = node.tag
            if tag == "-text":
                self._text(node.text(deep=False) or node.text_content or "", shown)
                continue
            if tag.startswith("-") or tag in _NEVER or depth > DEPTH:
                continue
            shown = styled(node, tag, shown, self.rules)
            self._element(node, tag, shown)
            block = tag not in _INLINE
            if block:
                self._flush()
                stack.append((None, shown, depth))
            children = []
            child = node.child
            while child is not None:
                children.append(child)
                child = child.next
            stack.extend((child, shown, depth + 1) for child in reversed(children))

    def _element(self, node: Any, tag: str, shown: Shown) -> None:
        if shown.hidden:
            return
        given = node.attributes
        if tag == "img":
            self._picture(given.get("src") or "", shown)
        names = ["title", "aria-label"]
        names += ["alt"] if tag in ("img", "area", "input") else []
        names += ["placeholder"] if tag in ("input", "textarea") else []
        if tag == "input" and (given.get("type") or "").lower() in ("button", "submit", "reset", "text", ""):
            names.append("value")
        for name in names:
            if text := (given.get(name) or "").strip():
                self._flush()
                self.draft.add(text, Anchor(paragraph=self.paragraph + 1, part="alt"))

    def _picture(self, source: str, shown: Shown) -> None:
        match = _DATA.match(source)
        if match is None:
            self.outer += bool(source) and not source.startswith("data:")
            return
        self.pictures += 1
        if self.pictures > PICTURES:
            return
        from xiaobao.readers.pictures import picture, read_pixels

        self._flush()
        place = Anchor(paragraph=self.paragraph + 1, part="image")
        with self.draft.step("read.picture_failed", "网页内嵌图片", place):
            try:
                data = base64.b64decode(source[match.end() :], validate=False)
            except (binascii.Error, ValueError):
                data = b""
            pixels = picture(data, self.draft.limits.max_pixels)
            if min(pixels.shape[:2]) >= 16:
                read_pixels(pixels, self.draft, lambda line: replace(place, box=line.box, scale=1.0), place)

    def _text(self, text: str, shown: Shown) -> None:
        if shown.hidden:
            self.hidden += len(text.strip())
            return
        if not shown.keeps_space:
            text = _SPACES.sub(" ", text)
        if not text.strip():
            if self.buffer is not None:
                self.buffer.text.append(" " if text else "")
            return
        if self.buffer is not None and not self._same(self.buffer.shown, shown):
            self._flush()
        if self.buffer is None:
            self.buffer = _Buffer([], shown, None)
        self.buffer.text.append(text)

    @staticmethod
    def _same(a: Shown, b: Shown) -> bool:
        alike = 0.8 < a.size / b.size < 1.25 if b.size else True
        return alike and _marks(a) - {"bold"} == _marks(b) - {"bold"}

    def _flush(self) -> None:
        buffer, self.buffer = self.buffer, None
        if buffer is None:
            return
        text = "".join(buffer.text).strip()
        if text:
            self.paragraph += 1
            shown = buffer.shown
            self.draft.add(text, Anchor(paragraph=self.paragraph), size=round(shown.size, 1), marks=_marks(shown))


def _marks(shown: Shown) -> frozenset[str]:
    ground: Rgb | None = shown.ground
    marks = {"bold"} if shown.bold else set()
    if shown.struck:
        marks.add("struck")
    if shown.size < TINY_PIXELS:
        marks.add("tiny")
    # Above a picture as ground the contrast is not known.
    if not shown.on_picture and (is_pale(shown.colour, ground) or shown.opacity < 0.35):
        marks.add("pale")
    return frozenset(marks)
